// Work under a cap of power: slowed() and full_speed() undo each other, against a walk millisecond
// by millisecond; a world's ends, timelines and snapshots under caps.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "world/shape.h"
#include "world/world.h"

namespace dure {
namespace {

std::int64_t walk(std::int64_t work, std::int64_t under, std::int64_t permille) {
  std::int64_t left = work * 1000, t = 0;
  for (; left > 0; ++t) left -= t < under ? permille : 1000;
  return t;
}

TEST(Pace, SlowedIsAWalkAndFullSpeedUndoesIt) {
  EXPECT_TRUE(rc::check([] {
    const Millis now(*rc::gen::inRange<std::int64_t>(0, 1000));
    const std::int64_t work = *rc::gen::inRange<std::int64_t>(0, 400),
                       under = *rc::gen::inRange<std::int64_t>(-5, 400);
    const Pace pace{now + Millis(under), *rc::gen::inRange<std::uint32_t>(1, 1001)};
    const Millis end = slowed(now, now + Millis(work), pace);
    RC_ASSERT((end - now).count() == walk(work, under, pace.permille));
    RC_ASSERT(full_speed(now, end, pace) == now + Millis(work));
    const Millis longer = slowed(now, now + Millis(work + 1), pace);
    RC_ASSERT(end <= longer);
  }));
}

TEST(Pace, WhatNeverEndsAndWhatIsOverKeepTheirEnds) {
  const Pace pace{Millis(100), 500};
  EXPECT_EQ(slowed(Millis(0), kUntilCancelled, pace), kUntilCancelled);
  EXPECT_EQ(slowed(Millis(50), Millis(40), pace), Millis(40));
  EXPECT_EQ(slowed(Millis(100), Millis(140), pace), Millis(140));
}

TEST(Pace, OfSeveralCapsTheSlowestUntilTheLastEnds) {
  const Pace none, a{Millis(100), 500}, b{Millis(40), 300};
  const Pace both = Pace::worse(a, b, Millis(0));
  EXPECT_EQ(both.until, Millis(100));
  EXPECT_EQ(both.permille, 300u);
  EXPECT_EQ(Pace::worse(a, b, Millis(50)).permille, 500u);  // b is over
  EXPECT_EQ(Pace::worse(none, b, Millis(0)).permille, 300u);
}

class CappedWorld : public ::testing::Test {
 protected:
  void at(std::int64_t t, What what) {
    w.apply({Millis(t), std::move(what)});
    audit(w);
  }
  void SetUp() override {
    at(0, MemberJoined{MemberId{0}, "m"});
    at(0, SiteOpened{SiteId{0}, "s"});
    at(0, PoolOpened{PoolId{0}, SiteId{0}, MemberId{0}, HardwareId{0}});
    at(0, LaneOpened{
              LaneId{0}, MemberId{0}, WorkloadId{3}, Gpus(2), Spread::anywhere, 0, {PoolId{0}}});
    at(0, LaneOpened{
              LaneId{1}, MemberId{0}, WorkloadId{5}, Gpus(2), Spread::anywhere, 0, {PoolId{0}}});
    at(0, CapacityAdded{PoolId{0}, Gpus(8)});
  }
  JobId start(std::int64_t t, std::uint32_t lane, std::int64_t estimate) {
    const JobId id{static_cast<std::uint32_t>(w.jobs())};
    at(t, JobSubmitted{id, LaneId{lane}, Gpus(2), Millis(estimate)});
    at(t, CommandIssued{StartJob{id, PoolId{0}, {}}});
    return id;
  }
  static PoolCapped cap(std::int64_t until, std::uint32_t speed) {
    PoolCapped c{PoolId{0}, Millis(until), 400, CapCause::price};
    if (speed < 1000) c.slowed = {{WorkloadId{3}, speed}};
    return c;
  }
  World w;
};

TEST_F(CappedWorld, WhatRunsIsPutOffByWhatItDoesNotDo) {
  const JobId slow = start(0, 0, 100), other = start(0, 1, 100);
  at(20, cap(60, 500));
  EXPECT_EQ(w.job(slow).end, Millis(120));   // 40 ms at half speed: 20 later
  EXPECT_EQ(w.job(other).end, Millis(100));  // of another workload
  const JobId under = start(40, 0, 30);      // 20 ms at half, 20 at full speed
  EXPECT_EQ(w.job(under).end, Millis(80));
  at(50, cap(50, 1000));  // lifted early
  EXPECT_EQ(w.job(slow).end, Millis(115));
  EXPECT_EQ(w.job(under).end, Millis(75));
  EXPECT_EQ(w.pool(PoolId{0}).timeline.least_free(Millis(110), Millis(115)), 6);
}

TEST_F(CappedWorld, AnotherCapTakesThePlaceOfTheFirst) {
  const JobId job = start(0, 0, 100);
  at(0, cap(50, 500));
  at(10, cap(30, 250));  // 5 done; 20 ms at a quarter: 5; the rest of 90 at full speed
  EXPECT_EQ(w.job(job).end, Millis(120));
}

TEST_F(CappedWorld, WhoWasAskedToStopKeepsItsTime) {
  const JobId job = start(0, 0, 100), next = start(0, 0, 100);
  at(5, CommandIssued{PreemptJob{job, next, Millis(9)}});
  at(6, cap(60, 500));
  EXPECT_EQ(w.job(job).end, Millis(9));
}

TEST_F(CappedWorld, APromiseThatIsKeptUnderACapTakesLonger) {
  const JobId first = start(0, 0, 100);
  at(1, JobSubmitted{JobId{1}, LaneId{0}, Gpus(2), Millis(40)});
  at(1, CommandIssued{PromiseStart{JobId{1}, PoolId{0}, Millis(10)}});
  at(5, cap(100, 500));
  at(10, CommandIssued{StartJob{JobId{1}, PoolId{0}, {}}});
  EXPECT_EQ(w.job(JobId{1}).end, Millis(90));
  EXPECT_EQ(w.pool(PoolId{0}).timeline.least_free(Millis(60), Millis(80)), 4);
  EXPECT_EQ(w.job(first).end, Millis(148));  // of 95 left at 5, 47 are done by 100
}

TEST_F(CappedWorld, ASnapshotKeepsCapsPricesAndShifts) {
  const std::string before = w.digest();
  at(0, LaneMayShift{LaneId{1}, Millis(77)});
  at(0, SiteEnergyTold{SiteId{0}, 120'000, 400, Millis(90)});
  start(1, 0, 100);
  at(3, cap(60, 500));
  const std::vector<std::byte> bytes = w.save();
  const Result<World> again = World::load(bytes, "test");
  ASSERT_TRUE(again) << to_string(again.fault());
  EXPECT_EQ(again.value().save(), bytes);
  EXPECT_EQ(again.value().may_shift(LaneId{1}), Millis(77));
  EXPECT_EQ(again.value().energy(SiteId{0})->dear_until, Millis(90));
  EXPECT_EQ(again.value().pool(PoolId{0}).cap.slowed.at(0).speed_permille, 500u);
  EXPECT_NE(before, w.digest());
}

}  // namespace
}  // namespace dure
