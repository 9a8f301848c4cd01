// The pass that weighs every job: SRTF against slow_srtf.h, EASY against the classical one, and for
// every policy on random logs the invariants of the world and of the pass after every instant.
#include <gtest/gtest.h>

#include <string>

#include "base/stream.h"
#include "sched/loop.h"
#include "sched/rank.h"
#include "sched/slow_srtf.h"
#include "sim/gpu_plant.h"
#include "sim/gpu_replay.h"
#include "sim/log_plant.h"

namespace dure {
namespace {

struct Shape {
  std::uint64_t jobs = 12, gpus = 6, longest = 12, gap = 4, users = 1;
};

struct Log {
  std::vector<BatchJob> jobs;
  std::int64_t gpus = 1;
};

Log draw(std::uint64_t seed, const Shape& most) {
  Stream s(seed, "ranked", 0);
  Log log;
  log.gpus = 1 + static_cast<std::int64_t>(s.below(most.gpus));
  std::int64_t t = 0;
  for (std::uint64_t n = 1 + s.below(most.jobs); n > 0; --n) {
    BatchJob j;
    j.number = static_cast<std::int64_t>(log.jobs.size());
    if (s.below(2) == 0) t += static_cast<std::int64_t>(s.below(most.gap + 1));
    j.submit = Millis(t);
    j.run = j.estimate = Millis(1 + static_cast<std::int64_t>(s.below(most.longest)));
    if (s.below(3) == 0) j.estimate += Millis(static_cast<std::int64_t>(s.below(most.longest)));
    j.procs = static_cast<std::int32_t>(1 + s.below(static_cast<std::uint64_t>(log.gpus)));
    j.user = static_cast<std::int32_t>(s.below(most.users));
    if (s.below(3) == 0)
      j.deadline = j.submit + Millis(static_cast<std::int64_t>(s.below(4 * most.longest)) + 1);
    log.jobs.push_back(j);
  }
  return log;
}

std::string text(const Log& log) {
  std::string out = std::to_string(log.gpus) + " GPUs;";
  for (const BatchJob& j : log.jobs)
    out += " " + std::to_string(j.submit.count()) + ":" + std::to_string(j.run.count()) + "x" +
           std::to_string(j.procs);
  return out;
}

TEST(Ranked, ShortestIsSrtf) {
  std::int64_t stops = 0;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    const Log log = draw(seed, seed % 2 == 0 ? Shape{} : Shape{25, 10, 9, 2, 1});
    // Stops that cost nothing, and stops that cost.
    const std::int64_t checkpoint = seed % 3 == 0 ? 1 : 3, restart = seed % 3 == 0 ? 0 : 2;
    GpuCluster cluster{log.gpus, 0, 1};
    const GpuSetup setup = gpu_setup(GpuPolicy::srtf, cluster, Millis(checkpoint), Millis(restart));
    const GpuResult fast = gpu_replay(log.jobs, setup);
    const auto slow = SlowSrtf(log.jobs, log.gpus, checkpoint, restart).run();
    std::int64_t slow_stops = 0, slow_lost = 0;
    for (std::size_t i = 0; i < log.jobs.size(); ++i) {
      ASSERT_EQ(fast.jobs[i].start.count(), slow[i].start)
          << seed << ", job " << i << " of " << text(log);
      ASSERT_EQ(fast.jobs[i].end.count(), slow[i].end)
          << seed << ", job " << i << " of " << text(log);
      slow_stops += slow[i].stops;
      slow_lost += slow[i].lost;
    }
    ASSERT_EQ(fast.stops, slow_stops) << seed;
    // The restarts of those that were not stopped again are lost too, at their ends.
    std::int64_t paid = 0;
    for (std::size_t i = 0; i < log.jobs.size(); ++i)
      paid += slow[i].stops > 0 ? restart * log.jobs[i].procs : 0;
    ASSERT_NEAR(fast.lost_gpu_h * 3'600'000, static_cast<double>(slow_lost + paid), 1e-6) << seed;
    stops += fast.stops;
  }
  EXPECT_GT(stops, 5000);
}

// Of every job EASY starts at the same instant, whether the pass is the classical one or this one.
TEST(Ranked, ArrivalWithEasyIsClassicalEasy) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Log log = draw(seed, {40, 8, 8, 3, 1});
    for (const Backfill backfill : {Backfill::none, Backfill::easy}) {
      World classical, ranked;
      NoRecord none;
      Policy policy{Order::arrival, backfill};
      LogPlant one(log.jobs, log.gpus, Lanes::one), other(log.jobs, log.gpus, Lanes::one);
      Loop<NoRecord>(classical, policy, one, none).run();
      policy.every_job = true;
      Loop<NoRecord>(ranked, policy, other, none).run();
      for (std::uint32_t i = 0; i < log.jobs.size(); ++i)
        ASSERT_EQ(classical.job(JobId{i}).start, ranked.job(JobId{i}).start) << seed;
    }
  }
}

// Looks at the world before every instant, when the pass has settled.
class Watched final : public Plant {
 public:
  Watched(GpuPlant& plant, const World& world, const GpuSetup& setup)
      : plant_(plant), world_(world), setup_(setup) {}
  void ask(const Command& wish) override {
    if (const auto* stop = std::get_if<PreemptJob>(&wish)) {
      const Job& job = world_.job(stop->job);
      EXPECT_GE((world_.now() - job.start).count(), setup_.telling.min_run.count());
      ++stops;
    }
    plant_.ask(wish);
  }
  void next(Millis wake, std::vector<Event>& facts) override {
    plant_.next(wake, facts);
    if (world_.pools() == 0) return;
    if (!facts.empty() && facts.front().at == world_.now()) return;  // stops are on their way
    audit(world_);
    look();
    ++looks;
  }
  int looks = 0, stops = 0, aged = 0;

 private:
  // Nobody waits who is first in order among those that wait, and would fit if all whom it may
  // stop were gone. Above all: nobody who was put off too long.
  void look() {
    const Policy& policy = setup_.policy;
    if (policy.order == Order::fair) return;  // another pass, another order
    std::optional<Rank> first;
    world_.waiting_lanes().for_each([&](std::uint32_t lane) {
      const LaneQueue& queue = world_.queue(LaneId{lane});
      for (std::size_t i = 0; i < queue.size(); ++i) {
        Rank r = rank_of(world_, policy, queue.job(i));
        if (!first || may_stop(r, *first) || (!may_stop(*first, r) && before(r, *first))) first = r;
      }
    });
    if (!first) return;
    aged += first->aged != Rank::kNotAged;
    const Job& job = world_.job(first->job);
    const Pool& pool = world_.pool(PoolId{0});
    std::optional<Machines> racks = pool.machines;
    std::int64_t free = pool.free;
    if (policy.preempt) {
      for (const Run& run : pool.running) {
        const JobId id = run.job;
        const Job& runs = world_.job(id);
        if (!may_stop(*first, rank_of(world_, policy, id))) continue;
        if (may_be_stopped_from(world_, policy, runs) > world_.now()) continue;
        free += runs.held;
        if (racks) racks->give(world_.placement(runs));
      }
    }
    // Among several of equal standing the pass may see another first, by share.
    const bool fits = racks ? racks->fits(job.gpus, Spread::anywhere) : free >= job.gpus;
    EXPECT_FALSE(fits && alone(*first))
        << "job " << first->job.index << " at " << world_.now().count();
  }
  bool alone(const Rank& r) const {  // no other job that waits has its standing
    bool out = true;
    world_.waiting_lanes().for_each([&](std::uint32_t lane) {
      const LaneQueue& queue = world_.queue(LaneId{lane});
      for (std::size_t i = 0; i < queue.size(); ++i) {
        const Rank o = rank_of(world_, setup_.policy, queue.job(i));
        out = out && (o.job == r.job || may_stop(r, o) || o.aged != r.aged);
      }
    });
    return out;
  }
  GpuPlant& plant_;
  const World& world_;
  const GpuSetup& setup_;
};

TEST(Ranked, EveryPolicyKeepsTheBooks) {
  int looks = 0, stops = 0, aged = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    Log log = draw(seed, {40, 12, 40, 6, 3});
    const std::uint32_t node = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 2 : 4;
    if (node > 0) log.gpus = (log.gpus + node - 1) / node * node;
    for (const GpuPolicy policy :
         {GpuPolicy::fcfs, GpuPolicy::easy, GpuPolicy::fair, GpuPolicy::srtf, GpuPolicy::dure}) {
      GpuSetup setup = gpu_setup(policy, {log.gpus, node, 2}, Millis(3), Millis(1));
      setup.policy.patience = Millis(5);
      setup.telling.min_run = Millis(policy == GpuPolicy::dure ? 2 : 0);
      setup.policy.ladder = {GpuMillis(8), 2, policy == GpuPolicy::srtf ? 0 : 2};
      World world;
      GpuPlant plant(log.jobs, setup.cluster, setup.telling);
      Watched watched(plant, world, setup);
      NoRecord none;
      Loop<NoRecord>(world, setup.policy, watched, none).run();
      ASSERT_EQ(world.waiting_jobs() + world.running_jobs(), 0) << seed;
      for (std::uint32_t i = 0; i < log.jobs.size(); ++i) {
        const GpuPlant::Course& c = plant.courses()[i];
        ASSERT_EQ(c.useful, log.jobs[i].run.count() * log.jobs[i].procs) << seed;
        ASSERT_EQ(world.job(JobId{i}).state, JobState::ended);
        if (!setup.policy.preempt) {
          ASSERT_EQ(c.lost + c.stops, 0) << seed;
          ASSERT_EQ(world.job(JobId{i}).end, world.job(JobId{i}).start + log.jobs[i].run);
        }
        // What the world remembers of service is what was held.
        const Job& job = world.job(JobId{i});
        ASSERT_EQ(job.had.count() + (job.end - job.start).count() * job.gpus, c.useful + c.lost);
      }
      looks += watched.looks;
      stops += watched.stops;
      aged += watched.aged;
      if (testing::Test::HasFailure()) FAIL() << seed << ": " << text(log);
    }
  }
  EXPECT_GT(looks, 100'000);
  EXPECT_GT(stops, 5'000);
  EXPECT_GT(aged, 1'000);
}

// A long job on a machine that short ones keep busy without end.
TEST(Ranked, AgingLetsNobodyStarve) {
  std::vector<BatchJob> jobs;
  const auto add = [&](std::int64_t submit, std::int64_t run) {
    BatchJob j;
    j.submit = Millis(submit);
    j.run = j.estimate = Millis(run);
    j.procs = 1;
    jobs.push_back(j);
  };
  add(0, 100);
  for (std::int64_t t = 0; t < 20'000; t += 10) add(t, 10);
  for (const std::int64_t stretch : {0, 4}) {
    GpuSetup setup = gpu_setup(GpuPolicy::dure, {1, 0, 1}, Millis(1), Millis(0));
    setup.policy.patience = Millis(10);
    setup.policy.ladder = {GpuMillis(20), 2, stretch};
    setup.telling.min_run = Millis(1);
    const GpuResult r = gpu_replay(jobs, setup);
    if (stretch == 0)
      EXPECT_GT(r.jobs[0].end.count(), 20'000);
    else  // it waits at most stretch x (what it ran + patience) at a time, and doubles that then
      EXPECT_LE(r.jobs[0].end.count(), 100 + stretch * (10 + 20 + 40 + 80 + 160));
  }
}

TEST(Ranked, NearestDeadlineFirst) {
  std::vector<BatchJob> jobs(3);
  for (BatchJob& j : jobs) {
    j.run = j.estimate = Millis(10);
    j.procs = 1;
  }
  jobs[1].deadline = Millis(25);
  jobs[2].deadline = Millis(10);
  GpuSetup setup = gpu_setup(GpuPolicy::dure, {1, 0, 1}, Millis(1), Millis(0));
  setup.telling.min_run = Millis(0);
  const GpuResult r = gpu_replay(jobs, setup);
  EXPECT_EQ(r.jobs[2].end.count(), 10);
  EXPECT_EQ(r.jobs[1].end.count(), 20);
  EXPECT_EQ(r.jobs[0].end.count(), 30);
  EXPECT_EQ(r.deadlines, 2);
  EXPECT_EQ(r.deadlines_met, 2);
}

TEST(Rank, StepsAreOfTheLadder) {
  const Ladder ladder{GpuMillis(10), 4, 0};
  EXPECT_EQ(step_of(ladder, GpuMillis(0)), 0);
  EXPECT_EQ(step_of(ladder, GpuMillis(9)), 0);
  EXPECT_EQ(step_of(ladder, GpuMillis(10)), 1);
  EXPECT_EQ(step_of(ladder, GpuMillis(39)), 1);
  EXPECT_EQ(step_of(ladder, GpuMillis(40)), 2);
  EXPECT_EQ(step_of(ladder, GpuMillis(160)), 3);
}

}  // namespace
}  // namespace dure
