// Turns against looking at every lane: on random trees of accounts, while jobs start, the lane that
// comes is the one that before() puts first with the shares of that moment.
#include "sched/turns.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/stream.h"

namespace dure {
namespace {

struct Waits {
  LaneId lane;
  Claim claim;
};

struct Drawn {
  World world;
  Policy policy;
  std::uint32_t jobs = 0;
  Millis now{0};
  void fact(What what) { world.apply({now, std::move(what)}); }
};

Drawn draw(std::uint64_t seed) {
  Stream s(seed, "turns", 0);
  Drawn d;
  d.policy.order = s.below(6) == 0   ? Order::arrival
                   : s.below(6) == 0 ? Order::priority
                                     : Order::fair;
  d.policy.backfill = Backfill::easy;
  d.policy.patience = Millis(s.below(2) == 0 ? 0 : 20);
  d.policy.history_permille = static_cast<std::uint32_t>(s.below(1001));
  const auto members = static_cast<std::uint32_t>(1 + s.below(3));
  for (std::uint32_t m = 0; m < members; ++m) d.fact(MemberJoined{MemberId{m}, "m"});
  d.fact(FairShareSet{Millis(30)});
  std::uint32_t accounts = members;
  std::vector<std::pair<MemberId, std::optional<AccountId>>> charged;
  for (std::uint32_t m = 0; m < members; ++m) {
    charged.emplace_back(MemberId{m}, std::nullopt);  // lanes of the member itself
    for (std::uint64_t p = s.below(3); p > 0; --p) {
      const AccountId project{accounts++};
      d.fact(AccountOpened{
          project, AccountId{m}, "p", static_cast<std::uint32_t>(500 + 500 * s.below(3)), {}});
      charged.emplace_back(MemberId{m}, project);
      for (std::uint64_t u = s.below(3); u > 0; --u) {
        const AccountId user{accounts++};
        d.fact(AccountOpened{user, project, "u", 1000, {}});
        charged.emplace_back(MemberId{m}, user);
      }
    }
  }
  d.fact(SiteOpened{SiteId{0}, "s"});
  PoolOpened pool;
  pool.owner = MemberId{0};
  pool.lend_permille = 1000;
  d.fact(pool);
  d.fact(CapacityAdded{PoolId{0}, Gpus(10'000), {}});
  const auto lanes = static_cast<std::uint32_t>(1 + s.below(12));
  for (std::uint32_t l = 0; l < lanes; ++l) {
    LaneOpened lane;
    lane.lane = LaneId{l};
    std::tie(lane.member, lane.account) = charged[s.below(charged.size())];
    lane.tier = static_cast<Tier>(s.below(2));
    lane.priority = static_cast<std::int64_t>(s.below(3));
    lane.pools = {PoolId{0}};
    d.fact(lane);
  }
  for (std::uint64_t j = 5 + s.below(40); j > 0; --j) {
    d.now = d.now + Millis(static_cast<std::int64_t>(s.below(3)));
    const LaneId lane{static_cast<std::uint32_t>(s.below(lanes))};
    d.fact(JobSubmitted{JobId{d.jobs++},
                        lane,
                        Gpus(static_cast<std::int64_t>(1 + s.below(8))),
                        Millis(50),
                        {},
                        {}});
  }
  return d;
}

TEST(Turns, AsLookingAtEveryLane) {
  int pops = 0, aged = 0, starts = 0;
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    Drawn d = draw(seed);
    Stream s(seed, "turns/moves", 0);
    Turns turns(d.world, d.policy);
    std::vector<Waits> waiting;
    const auto push = [&](LaneId lane, Claim claim) {
      turns.push(lane, claim);
      waiting.push_back({lane, claim});
    };
    d.world.waiting_lanes().for_each(
        [&](std::uint32_t lane) { push(LaneId{lane}, Claim::guaranteed); });
    while (!waiting.empty()) {
      Shares shares(d.world, d.policy);
      const auto first =
          std::min_element(waiting.begin(), waiting.end(), [&](const Waits& a, const Waits& b) {
            return before(shares.head(a.lane, a.claim), shares.head(b.lane, b.claim));
          });
      if (shares.head(first->lane, first->claim).aged != kNotAged) ++aged;
      ASSERT_FALSE(turns.empty());
      const Turn turn = turns.pop();
      ASSERT_EQ(turn.lane, first->lane) << seed;
      ASSERT_EQ(turn.job, d.world.queue(turn.lane).job(0)) << seed;
      if (d.policy.order == Order::fair) {
        ASSERT_EQ(turn.claim, first->claim) << seed;
      }
      waiting.erase(first);
      ++pops;
      const std::uint64_t move = s.below(4);
      if (move < 2) {
        d.fact(CommandIssued{StartJob{turn.job, PoolId{0}, {}}});
        turns.used(d.world.account(turn.lane));
        if (!d.world.queue(turn.lane).empty()) push(turn.lane, Claim::guaranteed);
        ++starts;
      } else if (move == 2 && turn.claim == Claim::guaranteed && d.policy.order == Order::fair) {
        push(turn.lane, Claim::borrowed);
      }
    }
    ASSERT_TRUE(turns.empty()) << seed;
  }
  EXPECT_GT(pops, 10'000);
  EXPECT_GT(aged, 1'000);
  EXPECT_GT(starts, 5'000);
}

}  // namespace
}  // namespace dure
