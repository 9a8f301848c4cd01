// World::apply in corners that the policies do not reach today: promises that change pools,
// promises that are refused, ends after and before the estimate, capacity that goes while it is
// used.
#include "world/world.h"

#include <gtest/gtest.h>

#include <variant>

namespace dure {
namespace {

class WorldTest : public testing::Test {
 protected:
  WorldTest() {
    at(0, MemberJoined{MemberId{0}, "sk"});
    at(0, MemberJoined{MemberId{1}, "naver"});
    at(0, SiteOpened{SiteId{0}, "ulsan"});
    for (std::uint32_t p = 0; p < 3; ++p) {
      PoolOpened pool;
      pool.pool = PoolId{p};
      if (p == 2) pool.gpus_per_node = 4, pool.nodes_per_rack = 2, pool.nodes_per_domain = 1;
      at(0, pool);
      at(0, CapacityAdded{PoolId{p}, Gpus(16)});
    }
    LaneOpened lane;
    lane.member = MemberId{1};
    lane.pools = {PoolId{0}, PoolId{1}, PoolId{2}};
    at(0, lane);
  }
  void at(std::int64_t t, What what) {
    world_.apply({Millis(t), std::move(what)});
    audit(world_);
  }
  void wish(std::int64_t t, Command c) { at(t, CommandIssued{std::move(c)}); }
  JobId submit(std::int64_t t, std::int64_t gpus, std::int64_t estimate) {
    const JobId id{static_cast<std::uint32_t>(world_.jobs())};
    at(t, JobSubmitted{id, LaneId{0}, Gpus(gpus), Millis(estimate)});
    return id;
  }
  std::int64_t free_at(std::uint32_t pool, std::int64_t t) const {
    return world_.pool(PoolId{pool}).timeline.free_at(Millis(t));
  }
  World world_;
};

TEST_F(WorldTest, APromiseMovesToAnotherPool) {
  const JobId j = submit(0, 10, 5);
  wish(0, PromiseStart{j, PoolId{0}, Millis(20)});
  EXPECT_EQ(free_at(0, 20), 6);
  wish(1, PromiseStart{j, PoolId{1}, Millis(20)});
  EXPECT_EQ(free_at(0, 20), 16);
  EXPECT_EQ(free_at(1, 24), 6);
  EXPECT_EQ(free_at(1, 25), 16);
}

TEST_F(WorldTest, APromisedJobStartsInAnotherPool) {
  const JobId early = submit(0, 10, 5), due = submit(0, 6, 5);
  wish(0, PromiseStart{early, PoolId{0}, Millis(20)});
  wish(0, PromiseStart{due, PoolId{0}, Millis(7)});
  wish(3, StartJob{early, PoolId{1}, {}});  // before its promise
  EXPECT_EQ(free_at(0, 20), 16);
  EXPECT_EQ(free_at(1, 3), 6);
  wish(7, StartJob{due, PoolId{1}, {}});  // when it falls due
  EXPECT_EQ(free_at(0, 7), 16);
  EXPECT_EQ(world_.job(due).pool, PoolId{1});
}

TEST_F(WorldTest, APromisedJobIsRefusedOrCancelled) {
  const JobId a = submit(0, 10, 5), b = submit(0, 4, 5);
  wish(0, PromiseStart{a, PoolId{0}, Millis(20)});
  wish(0, PromiseStart{b, PoolId{0}, Millis(20)});
  wish(1, RefuseJob{a, Reason::no_room});
  EXPECT_EQ(free_at(0, 20), 12);
  at(2, JobCancelled{b});
  EXPECT_EQ(free_at(0, 20), 16);
  EXPECT_EQ(world_.job(a).state, JobState::refused);
  EXPECT_EQ(world_.job(b).state, JobState::cancelled);
}

TEST_F(WorldTest, EndsBeforeAtAndAfterTheEstimate) {
  const JobId before = submit(0, 4, 10), limit = submit(0, 4, 10), after = submit(0, 4, 10);
  for (const JobId j : {before, limit, after}) wish(0, StartJob{j, PoolId{0}, {}});
  EXPECT_EQ(free_at(0, 9), 4);
  EXPECT_EQ(free_at(0, 10), 16);
  at(4, JobEnded{before});
  EXPECT_EQ(free_at(0, 9), 8);
  at(10, LimitReached{limit});
  EXPECT_EQ(world_.pool(PoolId{0}).free, 12);
  EXPECT_EQ(world_.pool(PoolId{0}).lent, 4);
  at(10, JobEnded{limit});
  at(15, JobEnded{after});
  EXPECT_EQ(world_.pool(PoolId{0}).free, 16);
  EXPECT_EQ(world_.ledger().used(PoolId{0}, MemberId{1}, Millis(15)).count(), 4 * (4 + 10 + 15));
  EXPECT_EQ(world_.job(after).end, Millis(15));
}

TEST_F(WorldTest, CapacityGoesWhileItIsUsed) {
  const JobId j = submit(0, 6, 100);
  wish(0, StartJob{j, PoolId{2}, *world_.pool(PoolId{2}).machines->find(6, Spread::anywhere)});
  at(1, CapacityRetired{PoolId{2}, Gpus(16)});
  EXPECT_EQ(world_.pool(PoolId{2}).installed, 8);  // the two busy nodes are still there
  EXPECT_EQ(world_.pool(PoolId{2}).free, 2);
  at(2, CapacityAdded{PoolId{2}, Gpus(8)});
  EXPECT_EQ(world_.pool(PoolId{2}).installed, 16);
  at(3, JobEnded{j});
  EXPECT_EQ(world_.pool(PoolId{2}).installed, 8);
  EXPECT_EQ(world_.pool(PoolId{2}).free, 8);
}

TEST_F(WorldTest, RunsUntilItIsCancelled) {
  const JobId j = submit(0, 4, kUntilCancelled.count());
  wish(0, StartJob{j, PoolId{0}, {}});
  EXPECT_EQ(free_at(0, Timeline::kForever), 12);
  at(1'000'000, JobEnded{j});
  EXPECT_EQ(free_at(0, Timeline::kForever), 16);
}

TEST_F(WorldTest, SeatsAreUsedAgain) {
  std::vector<JobId> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(submit(0, 4, 100));
  const auto start = [&](std::int64_t t, JobId j) {
    wish(t, StartJob{j, PoolId{2}, *world_.pool(PoolId{2}).machines->find(4, Spread::anywhere)});
  };
  for (const JobId j : jobs) start(0, j);
  at(1, JobEnded{jobs[1]});
  at(1, JobEnded{jobs[3]});
  for (int i = 0; i < 2; ++i) start(2, submit(2, 4, 100));
  EXPECT_EQ(world_.pool(PoolId{2}).free, 0);
}

// 100 ms in one group of leaf switches; a fifth of them exchange, four times as slow over two
// groups.
TEST_F(WorldTest, OverLeafSwitchesItTakesLonger) {
  PoolOpened pool;
  pool.pool = PoolId{3};
  pool.gpus_per_node = 2;
  pool.nodes_per_rack = pool.nodes_per_domain = 2;
  pool.leaf_racks = 2;
  pool.oversubscription_permille = 4000;
  at(0, pool);
  at(0, CapacityAdded{PoolId{3}, Gpus(32)});
  LaneOpened lane;
  lane.lane = LaneId{1};
  lane.pools = {PoolId{3}};
  lane.fabric_permille = 200;
  at(0, lane);
  const auto start = [&](std::int64_t t, std::int64_t gpus, const Placement& place) {
    const JobId id{static_cast<std::uint32_t>(world_.jobs())};
    at(t, JobSubmitted{id, LaneId{1}, Gpus(gpus), Millis(100)});
    wish(t, StartJob{id, PoolId{3}, place});
    return world_.job(id).end - Millis(t);
  };
  EXPECT_EQ(start(0, 8, {{0, 2, 3}, {1, 2, 3}}), Millis(100));
  EXPECT_EQ(start(1, 8, {{2, 2, 3}, {4, 2, 3}}), Millis(160));
  EXPECT_EQ(start(2, 4, {{3, 2, 3}}), Millis(100));
}

TEST_F(WorldTest, AtOneSiteAtMostItsShare) {
  at(0, SiteOpened{SiteId{1}, "busan"});
  PoolOpened pool;
  pool.pool = PoolId{3};
  pool.site = SiteId{1};
  at(0, pool);
  at(0, CapacityAdded{PoolId{3}, Gpus(16)});
  LaneOpened lane;
  lane.lane = LaneId{1};
  lane.pools = {PoolId{0}, PoolId{3}};
  lane.site_permille = 500;
  at(0, lane);
  std::vector<JobId> jobs;
  for (int i = 0; i < 4; ++i) {
    jobs.push_back(JobId{static_cast<std::uint32_t>(world_.jobs())});
    at(0, JobSubmitted{jobs.back(), LaneId{1}, Gpus(2), Millis(100)});
  }
  const auto may = [&](std::uint32_t p) { return world_.spread_allows(LaneId{1}, PoolId{p}, 2); };
  EXPECT_TRUE(may(0));
  wish(0, StartJob{jobs[0], PoolId{0}, {}});
  EXPECT_TRUE(may(0));  // 4 of 8
  wish(0, StartJob{jobs[1], PoolId{0}, {}});
  EXPECT_FALSE(may(0));  // it would be 6 of 8
  EXPECT_TRUE(may(3));
  EXPECT_TRUE(world_.spread_allows(LaneId{0}, PoolId{0}, 2));  // the other lane need not be spread
  wish(0, StartJob{jobs[2], PoolId{3}, {}});
  at(1, JobCancelled{jobs[3]});
  EXPECT_FALSE(may(0));
  at(2, JobEnded{jobs[0]});
  at(2, JobEnded{jobs[1]});
  EXPECT_TRUE(may(0));
}

using WorldDeathTest = WorldTest;
TEST_F(WorldDeathTest, OurOwnBugs) {
  const JobId j = submit(5, 10, 5), k = submit(5, 10, 5);
  EXPECT_DEATH(world_.apply({Millis(4), TimeReached{}}), "CHECK failed: e.at >= now_");
  wish(5, StartJob{j, PoolId{0}, {}});
  EXPECT_DEATH(world_.apply({Millis(5), CommandIssued{StartJob{j, PoolId{1}, {}}}}),
               "CHECK failed");  // twice
  EXPECT_DEATH(world_.apply({Millis(5), CommandIssued{StartJob{k, PoolId{0}, {}}}}),
               "CHECK failed");                                          // no room
  EXPECT_DEATH(world_.apply({Millis(5), JobEnded{k}}), "CHECK failed");  // it does not run
  EXPECT_DEATH(world_.apply({Millis(5), CommandIssued{RefuseJob{j, Reason::no_room}}}),
               "CHECK failed");
  EXPECT_DEATH(world_.apply({Millis(5), CommandIssued{PromiseStart{k, PoolId{0}, Millis(5)}}}),
               "CHECK failed");
  EXPECT_DEATH(world_.apply({Millis(6), LimitReached{j}}), "CHECK failed");  // not yet
  EXPECT_DEATH(world_.apply({Millis(6), JobSubmitted{JobId{9}, LaneId{0}, Gpus(1), Millis(1)}}),
               "CHECK failed");
}

TEST(Ledger, DoubleEntry) {
  Ledger l;
  l.open_member(MemberId{0});
  l.open_pool(PoolId{0}, MemberId{0});
  l.open_member(MemberId{1});  // also after a pool
  l.open_pool(PoolId{1}, MemberId{1});
  l.change(PoolId{0}, MemberId{1}, 5, Millis(10));
  l.change(PoolId{0}, MemberId{0}, 2, Millis(10));
  l.change(PoolId{0}, MemberId{1}, 3, Millis(20));
  EXPECT_EQ(l.used(PoolId{0}, MemberId{1}, Millis(20)).count(), 50);
  EXPECT_EQ(l.used(PoolId{0}, MemberId{1}, Millis(25)).count(), 90);
  EXPECT_EQ(l.in_use(PoolId{0}, MemberId{1}), 8);
  l.change(PoolId{0}, MemberId{1}, -8, Millis(30));
  l.change(PoolId{0}, MemberId{0}, -2, Millis(30));
  EXPECT_EQ(l.balance(MemberId{0}).count(), 130);  // its own use cancels out
  EXPECT_EQ(l.balance(MemberId{1}).count(), -130);
  EXPECT_EQ(l.used(PoolId{0}, MemberId{0}, Millis(99)).count(), 40);
  l.audit();
  EXPECT_DEATH(l.change(PoolId{0}, MemberId{1}, -1, Millis(31)), "CHECK failed");
}

}  // namespace
}  // namespace dure
