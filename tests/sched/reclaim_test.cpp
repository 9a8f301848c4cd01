// plan_reclaim and cheapest_cover against trying everything, on thousands of tiny worlds: counted
// and racked, all spreads, elastic gangs that may be shrunk or stopped, guarantees that must not be
// taken from. The same yes or no, and the same least loss.
#include "sched/reclaim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "base/stream.h"
#include "sched/fit.h"
#include "world/shape.h"

namespace dure {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

std::int64_t between(Stream& s, std::int64_t lo, std::int64_t hi) {
  return lo + static_cast<std::int64_t>(s.below(static_cast<std::uint64_t>(hi - lo + 1)));
}

TEST(CheapestCover, AsTryingEverySet) {
  Stream s(1, "cover", 0);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<CoverItem> items;
    const std::int64_t unit = between(s, 1, 4);
    for (std::int64_t n = between(s, 0, 9), group = 0; n > 0; --n) {
      items.push_back({unit * between(s, 1, 6), between(s, 0, 20), -1});
      if (s.below(3) == 0 && n > 1) {  // one of two
        items.back().group = group;
        items.push_back({unit * between(s, 1, 6), between(s, 0, 20), group++});
        --n;
      }
    }
    const std::int64_t need = between(s, 1, 40);
    std::int64_t least = kNone;
    const auto cost_of = [&](auto&& has) -> std::optional<std::int64_t> {
      std::int64_t size = 0, cost = 0;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (!has(i)) continue;
        for (std::size_t k = 0; k < i; ++k)
          if (items[i].group >= 0 && items[k].group == items[i].group && has(k))
            return std::nullopt;
        size += items[i].size;
        cost += items[i].cost;
      }
      if (size < need) return std::nullopt;
      return cost;
    };
    for (std::uint32_t set = 0; set < 1u << items.size(); ++set)
      if (const auto cost = cost_of([&](std::size_t i) { return (set >> i & 1) != 0; }))
        least = std::min(least, *cost);
    const std::vector<std::size_t> found = cheapest_cover(items, need);
    ASSERT_EQ(found.empty(), least == kNone) << round;
    if (found.empty()) continue;
    const auto has = [&](std::size_t i) {
      return std::find(found.begin(), found.end(), i) != found.end();
    };
    const auto cost = cost_of(has);
    ASSERT_TRUE(cost.has_value()) << round;
    ASSERT_EQ(*cost, least) << round;
    ASSERT_TRUE(std::is_sorted(found.begin(), found.end()));
    for (const std::size_t out : found)  // nobody is there for nothing
      ASSERT_FALSE(cost_of([&](std::size_t i) { return i != out && has(i); })) << round;
  }
}

struct Tiny {
  World world;
  Policy policy;
  JobId wants;
  std::int64_t need = 0;
  std::int64_t t = 0;
  void fact(What what) { world.apply({Millis(t), std::move(what)}); }
  void wish(Command c) { fact(CommandIssued{std::move(c)}); }
};

// A pool of member 0, some of it guaranteed to member 1; members 1 and 2 borrow; a job of member 0
// or 1 wants room.
std::optional<Tiny> draw(std::uint64_t seed, bool shared) {
  Stream s(seed, "reclaim", 0);
  Tiny tiny;
  tiny.policy.order = Order::fair;
  tiny.policy.backfill = Backfill::easy;
  tiny.policy.preempt = true;
  tiny.policy.grace = Millis(between(s, 1, 4));
  for (std::uint32_t m = 0; m < 3; ++m) tiny.fact(MemberJoined{MemberId{m}, "m"});
  tiny.fact(SiteOpened{SiteId{0}, "s"});
  PoolOpened pool;
  pool.reclaim = Millis(40);
  const bool racked = s.below(2) == 0 && !shared;
  std::int64_t gpus = between(s, 4, 16);
  if (racked) {
    pool.gpus_per_node = s.below(2) == 0 ? 2 : 4;
    pool.nodes_per_rack = static_cast<std::uint32_t>(between(s, 1, 3));
    pool.nodes_per_domain = s.below(2) == 0 ? 1 : pool.nodes_per_rack;
    gpus = between(s, 2, 5) * pool.gpus_per_node;
  }
  if (shared) {
    pool.device = Device::shared_gpu;
    pool.gpus_per_node = s.below(2) == 0 ? 1000 : 2000;
    pool.nodes_per_rack = pool.nodes_per_domain = 1;
    pool.cpu_milli = 4000;
    pool.memory_mib = 16;
    gpus = between(s, 2, 4) * 1000;
    gpus -= gpus % pool.gpus_per_node;
  }
  const auto a_size = [&](std::int64_t most) {
    constexpr std::int64_t kShares[] = {250, 500, 500, 700, 1000, 1000, 2000, 2000};
    return shared ? kShares[s.below(static_cast<std::uint64_t>(std::min<std::int64_t>(most, 8)))]
                  : between(s, 1, most);
  };
  tiny.fact(pool);
  tiny.fact(CapacityAdded{PoolId{0}, Gpus(gpus), {}});
  if (s.below(2) == 0)
    tiny.fact(GuaranteeMade{PoolId{0}, MemberId{1}, Gpus(between(s, 1, gpus / 2))});
  const auto lanes = static_cast<std::uint32_t>(between(s, 2, 5));
  for (std::uint32_t l = 0; l < lanes; ++l) {
    LaneOpened lane;
    lane.lane = LaneId{l};
    lane.member = MemberId{static_cast<std::uint32_t>(s.below(3))};
    lane.spread = static_cast<Spread>(s.below(3));
    lane.tier = static_cast<Tier>(s.below(3));
    lane.preemptible = s.below(4) != 0;
    lane.min_run = Millis(between(s, 0, 3) * 2);
    lane.checkpoint = Millis(between(s, 0, 3));
    lane.restart = Millis(between(s, 0, 3));
    lane.pools = {PoolId{0}};
    if (shared) {
      lane.device = pool.device;
      lane.cpu_milli = static_cast<std::uint32_t>(between(s, 0, 4) * 500);
      lane.memory_mib = static_cast<std::uint32_t>(between(s, 0, 8));
    } else if (s.below(3) == 0) {
      lane.least = Gpus(between(s, 1, 3));
      lane.most = Gpus(12);
      lane.elastic = true;
    }
    tiny.fact(lane);
  }
  const Pool& p = tiny.world.pool(PoolId{0});
  std::uint32_t jobs = 0;
  for (int tries = 0; tries < 12 && jobs < 7; ++tries) {
    tiny.t += between(s, 0, 3);
    const LaneId lane{static_cast<std::uint32_t>(s.below(lanes))};
    const LaneOpened& its = tiny.world.lane(lane);
    std::int64_t size = a_size(5);
    if (its.elastic) size = std::max(size, its.least.count());
    if (!p.fits(size, its.shape())) continue;
    tiny.fact(JobSubmitted{JobId{jobs}, lane, Gpus(size), Millis(between(s, 20, 60)), {}, {}});
    StartJob start{JobId{jobs++}, PoolId{0}, {}};
    if (p.machines) start.place = *p.machines->find(size, its.shape());
    tiny.wish(start);
  }
  tiny.t += between(s, 0, 6);
  for (std::uint32_t j = 0; j < jobs; ++j)
    if (s.below(12) == 0)
      tiny.wish(PreemptJob{JobId{j}, JobId{0}, Millis(tiny.t) + tiny.policy.grace});
  if ((racked || shared) && s.below(5) == 0) tiny.fact(NodesDrained{PoolId{0}, 0, s.next() & 3});
  const LaneId lane{static_cast<std::uint32_t>(s.below(lanes))};
  tiny.need = a_size(8);
  tiny.fact(JobSubmitted{JobId{jobs}, lane, Gpus(tiny.need), Millis(30), {}, {}});
  tiny.wants = JobId{jobs};
  return tiny;
}

// Everything that could be done to the running jobs: left alone, shrunk, stopped.
struct Best {
  std::int64_t lost = kNone;
  bool comes = false;
};
Best try_all(const Tiny& tiny) {
  const World& w = tiny.world;
  const Pool& pool = w.pool(PoolId{0});
  const LaneOpened& lane = w.lane(w.job(tiny.wants).lane);
  const Millis now = w.now(), soon = now + tiny.policy.grace;
  // Where nothing is guaranteed to others all is its owner's.
  const bool guaranteed =
      pool.guaranteed == 0
          ? lane.member == pool.info.owner && tiny.need <= pool.installed
          : w.ledger().in_use(PoolId{0}, lane.member) + tiny.need <= pool.entitled(lane.member);
  struct Option {
    std::int64_t frees = 0, lost = 0;
    Placement gives;
  };
  struct Choice {
    MemberId member;
    bool lower = false;
    std::vector<Option> options;
  };
  std::vector<Choice> choices;
  std::optional<Machines> racks = pool.machines;
  std::int64_t free = pool.free;
  std::map<std::uint32_t, std::int64_t> over;
  for (std::uint32_t m = 0; m < 3; ++m)
    over[m] = w.ledger().in_use(PoolId{0}, MemberId{m}) - pool.entitled(MemberId{m});
  for (const Run& run : pool.running) {
    const JobId id = run.job;
    const Job& job = w.job(id);
    const LaneOpened& its = w.lane(job.lane);
    if (!job.stopping && !(job.end > now && job.end <= soon)) continue;
    free += job.held;
    over[its.member.index] -= job.held;
    if (racks) racks->give(w.placement(job));
  }
  for (const Run& run : pool.running) {
    const JobId id = run.job;
    const Job& job = w.job(id);
    const LaneOpened& its = w.lane(job.lane);
    if (job.stopping || (job.end > now && job.end <= soon)) continue;
    const std::int64_t again = its.elastic ? its.least.count() : std::int64_t{job.gpus};
    const bool lower = its.member == lane.member && its.tier < lane.tier &&
                       (guaranteed || tiny.need <= pool.entitled(lane.member) ||
                        again > pool.entitled(lane.member));
    const bool lends = guaranteed && job.borrowed && its.member != lane.member;
    if (!lower && !lends) continue;
    Choice c{its.member, lower, {}};
    if (its.elastic && job.held > its.least.count() && job.end > now) {
      Option o{job.held - its.least.count(), 0, {}};
      std::int64_t kept = its.least.count();
      bool may = true;
      if (pool.machines) {
        const Placement keeps = shrunk(w.placement(job), kept);
        kept = 0;
        for (const Slice& s : keeps) kept += s.gpus();
        may = kept >= its.least.count();
        const Placement& all = w.placement(job);
        for (std::size_t i = 0; i < all.size(); ++i) {
          Slice s = all[i];
          if (i < keeps.size()) s.nodes &= ~keeps[i].nodes;
          if (s.nodes != 0) o.gives.push_back(s);
        }
        o.frees = job.held - kept;
      }
      if (may && o.frees > 0) {
        const Millis end = now + resized(its, job.end - now, job.gpus, job.held, kept);
        const bool stoppable = its.preemptible && its.min_run + tiny.policy.grace <= Millis(40);
        if (!job.borrowed || stoppable || end <= std::max(job.end, job.start + Millis(40)))
          c.options.push_back(o);
      }
    }
    if (its.preemptible && job.start + its.min_run <= now) {
      std::int64_t ms = (now - job.start).count();
      if (its.checkpoint.count() > 0) ms %= its.checkpoint.count();
      c.options.push_back({job.held, job.held * (ms + its.restart.count()),
                           pool.machines ? w.placement(job) : Placement{}});
    }
    if (!c.options.empty()) choices.push_back(std::move(c));
  }
  Best best;
  std::vector<std::size_t> chosen(choices.size());  // 0: left alone
  for (;;) {
    std::optional<Machines> then = racks;
    std::int64_t room = free, lost = 0;
    std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> taken;  // sum, largest
    bool none = true;
    std::int64_t own = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (chosen[i] == 0) continue;
      none = false;
      const Option& o = choices[i].options[chosen[i] - 1];
      room += o.frees;
      lost += o.lost;
      if (then) then->give(o.gives);
      if (choices[i].lower) {
        own += o.frees;
        continue;
      }
      auto& [sum, largest] = taken[choices[i].member.index];
      sum += o.frees;
      largest = std::max(largest, o.frees);
    }
    const std::int64_t above = over[lane.member.index] + tiny.need;
    bool lawful = none || guaranteed || tiny.need > pool.entitled(lane.member) || own >= above;
    for (const auto& [m, t] : taken) lawful = lawful && t.first - t.second < over[m];
    const bool enough = then ? then->fits(tiny.need, lane.shape()) : room >= tiny.need;
    if (enough && lawful) {
      if (none) best.comes = true;
      best.lost = std::min(best.lost, lost);
    }
    std::size_t i = 0;
    while (i < choices.size() && chosen[i] == choices[i].options.size()) chosen[i++] = 0;
    if (i == choices.size()) break;
    ++chosen[i];
  }
  return best;
}

class PlanReclaim : public testing::TestWithParam<bool> {};

TEST_P(PlanReclaim, AsTryingEverySet) {
  int planned = 0, comes = 0, impossible = 0, shrinks = 0;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    const std::optional<Tiny> tiny = draw(seed, GetParam());
    const Best best = try_all(*tiny);
    const ReclaimPlan plan =
        plan_reclaim(tiny->world, tiny->policy, PoolId{0}, tiny->wants, tiny->need);
    ASSERT_EQ(plan.comes, best.comes) << seed;
    if (plan.comes) {
      ++comes;
      ASSERT_TRUE(plan.victims.empty()) << seed;
      continue;
    }
    ASSERT_EQ(plan.victims.empty(), best.lost == kNone) << seed;
    if (plan.victims.empty()) {
      ++impossible;
      ASSERT_GT(plan.later, tiny->world.now()) << seed;
      continue;
    }
    ++planned;
    ASSERT_EQ(plan.lost, best.lost) << seed;
    for (const Victim& v : plan.victims) shrinks += v.shrink ? 1 : 0;
  }
  EXPECT_GT(planned, 500);
  EXPECT_GT(comes, 500);
  EXPECT_GT(impossible, 500);
  if (!GetParam()) {
    EXPECT_GT(shrinks, 200);
  }
}
INSTANTIATE_TEST_SUITE_P(Racks, PlanReclaim, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Shared, PlanReclaim, testing::Values(true));

}  // namespace
}  // namespace dure
