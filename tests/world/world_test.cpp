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

// Who waits for a job that failed never runs, whether it came before the failure or after.
TEST_F(WorldTest, WhoWaitsForAJobThatFailedNeverRuns) {
  const JobId first = submit(0, 4, 10), good = submit(0, 4, 10);
  at(0, JobSubmitted{JobId{2}, LaneId{0}, Gpus(1), Millis(5), Millis(0), {first}});
  at(0, JobSubmitted{JobId{3}, LaneId{0}, Gpus(1), Millis(5), Millis(0), {good}});
  wish(0, StartJob{first, PoolId{0}, {}});
  wish(0, StartJob{good, PoolId{0}, {}});
  at(4, JobFailed{first});
  EXPECT_EQ(world_.job(first).state, JobState::ended);
  EXPECT_TRUE(world_.job(first).failed);
  EXPECT_EQ(world_.pool(PoolId{0}).free, 12);
  EXPECT_EQ(world_.orphans(), (std::vector{JobId{2}}));
  at(4, JobEnded{good});
  EXPECT_FALSE(world_.job(good).failed);
  EXPECT_EQ(world_.job(JobId{3}).state, JobState::waiting);
  at(5, JobSubmitted{JobId{4}, LaneId{0}, Gpus(1), Millis(5), Millis(0), {first}});
  EXPECT_EQ(world_.orphans(), (std::vector{JobId{2}, JobId{4}}));
  wish(5, RefuseJob{JobId{2}, Reason::dependency_failed});
  wish(5, RefuseJob{JobId{4}, Reason::dependency_failed});
  EXPECT_TRUE(world_.orphans().empty());
}

TEST_F(WorldTest, AnAdoptedJobTakesRoomAndEnds) {
  const JobAdopted counted{JobId{0}, LaneId{0}, Gpus(10), Millis(20), PoolId{0}, {}};
  ASSERT_TRUE(world_.can_adopt(counted));
  at(5, counted);
  EXPECT_EQ(world_.job(JobId{0}).state, JobState::running);
  EXPECT_EQ(world_.job(JobId{0}).start, Millis(5));
  EXPECT_EQ(world_.job(JobId{0}).end, Millis(25));
  EXPECT_EQ(world_.waiting_jobs(), 0);
  EXPECT_EQ(free_at(0, 24), 6);
  EXPECT_EQ(free_at(0, 25), 16);
  EXPECT_EQ(world_.pool(PoolId{0}).lent, 10);
  // In racks it sits where the site says, and nobody else there.
  const Placement place{{1, 4, 0b11}};
  at(6, JobAdopted{JobId{1}, LaneId{0}, Gpus(8), kUntilCancelled, PoolId{2}, place});
  EXPECT_EQ(world_.placement(world_.job(JobId{1})), place);
  EXPECT_FALSE(world_.pool(PoolId{2}).machines->can_take(place));
  at(15, JobEnded{JobId{0}});
  at(16, JobFailed{JobId{1}});
  EXPECT_EQ(world_.pool(PoolId{0}).free, 16);
  EXPECT_EQ(world_.pool(PoolId{2}).free, 16);
  EXPECT_EQ(world_.ledger().used(PoolId{0}, MemberId{1}, Millis(20)).count(), 10 * 10);
  EXPECT_EQ(world_.ledger().used(PoolId{2}, MemberId{1}, Millis(20)).count(), 8 * 10);
  EXPECT_EQ(world_.submitted(LaneId{0}), 2);
}

TEST_F(WorldTest, WhatCannotBeIsNotAdopted) {
  const JobAdopted good{JobId{0}, LaneId{0}, Gpus(8), Millis(20), PoolId{2}, {{1, 4, 0b11}}};
  EXPECT_TRUE(world_.can_adopt(good));
  for (const auto& change : std::vector<void (*)(JobAdopted&)>{
           [](JobAdopted& a) { a.job = JobId{1}; }, [](JobAdopted& a) { a.lane = LaneId{1}; },
           [](JobAdopted& a) { a.pool = PoolId{3}; }, [](JobAdopted& a) { a.pool = PoolId{0}; },
           [](JobAdopted& a) { a.gpus = Gpus(7); }, [](JobAdopted& a) { a.place = {}; },
           [](JobAdopted& a) {
             a.place = {{2, 4, 0b11}};
           },
           [](JobAdopted& a) { a.gpus = Gpus(0), a.place = {}; },
           [](JobAdopted& a) { a.gpus = Gpus(17), a.place = {}, a.pool = PoolId{0}; }}) {
    JobAdopted bad = good;
    change(bad);
    EXPECT_FALSE(world_.can_adopt(bad));
  }
  at(0, JobAdopted{JobId{0}, LaneId{0}, Gpus(1), Millis(5), PoolId{2}, {{1, 1, 0b10}}});
  JobAdopted late = good;
  late.job = JobId{1};
  EXPECT_FALSE(world_.can_adopt(late));
}

// It may be stopped like any other of its lane, and is then ours to start again.
TEST_F(WorldTest, AnAdoptedJobThatIsStoppedWaitsItsTurn) {
  at(0, JobAdopted{JobId{0}, LaneId{0}, Gpus(4), Millis(20), PoolId{1}, {}});
  wish(3, PreemptJob{JobId{0}, JobId{0}, Millis(5)});
  at(5, JobStopped{JobId{0}, Millis(16)});
  EXPECT_EQ(world_.job(JobId{0}).state, JobState::waiting);
  wish(6, StartJob{JobId{0}, PoolId{0}, {}});
  EXPECT_EQ(world_.job(JobId{0}).end, Millis(22));
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
