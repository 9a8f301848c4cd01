// Every tiny world: up to three pools and four jobs, all combinations of some sizes, times and
// lanes, and the decision checked against what can be counted from its starts alone.
//   1. No pool is ever fuller than it is, and no job runs where its lane may not.
//   2. Nobody overtakes in its lane.
//   3. Whoever is first in order starts as soon as one of its pools has room.
//   4. One pool, EASY, exact estimates: whoever is first in order starts no later than it would if
//   nobody
//      behind it were started.
#include <gtest/gtest.h>

#include <sstream>

#include "sched/plan_plant.h"

namespace dure {
namespace {

struct Run {
  std::int64_t start = -1, end = -1;  // -1: it never started
  std::uint32_t pool = 0;
};

std::vector<Run> play(const Plan& plan) {
  World world;
  Watch watch(plan, world);
  Loop<Watch>(world, plan.policy, watch, watch).run();
  std::vector<Run> runs(plan.jobs.size());
  for (std::uint32_t j = 0; j < runs.size(); ++j)
    if (const Job& job = world.job(JobId{j}); job.state == JobState::ended)
      runs[j] = {job.start.count(), job.end.count(), job.pool.index};
  return runs;
}

class Check {
 public:
  Check(const Plan& plan, std::vector<Run> runs) : plan_(plan), runs_(std::move(runs)) {
    for (std::int64_t t = 0; t < kEnd; ++t) {
      for (std::uint32_t p = 0; p < plan_.pools.size(); ++p) {  // 1
        std::int64_t used = 0;
        for (std::size_t j = 0; j < runs_.size(); ++j)
          if (runs_[j].pool == p && runs_[j].start <= t && t < runs_[j].end)
            used += plan_.jobs[j].gpus;
        if (used > plan_.gpus[p])
          fail("pool " + std::to_string(p) + " is too full at " + std::to_string(t));
      }
      if (const auto first = first_waiting(t)) is_kept_waiting(*first, t);
    }
    for (std::size_t j = 0; j < runs_.size(); ++j)
      for (std::size_t k = j + 1; k < runs_.size(); ++k)  // 2
        if (plan_.jobs[j].lane == plan_.jobs[k].lane && runs_[k].start >= 0 &&
            (runs_[j].start < 0 || runs_[j].start > runs_[k].start))
          fail("job " + std::to_string(k) + " overtook " + std::to_string(j));
  }
  const std::string& failure() const { return failure_; }

 private:
  static constexpr std::int64_t kEnd = 16;

  void fail(const std::string& what) {
    if (!failure_.empty()) return;
    std::ostringstream out;
    out << what << "\npools:";
    for (const std::int64_t g : plan_.gpus) out << ' ' << g;
    for (std::size_t j = 0; j < runs_.size(); ++j)
      out << "\njob " << j << " at " << plan_.jobs[j].submit << " lane " << plan_.jobs[j].lane
          << ", " << plan_.jobs[j].gpus << " gpu for " << plan_.jobs[j].estimate << ": "
          << runs_[j].start << " in pool " << runs_[j].pool;
    failure_ = out.str();
  }
  std::int64_t priority(std::size_t j) const {
    return plan_.policy.order == Order::priority ? plan_.lanes[plan_.jobs[j].lane].priority : 0;
  }
  bool before(std::size_t j, std::size_t k) const {
    return priority(j) != priority(k) ? priority(j) > priority(k) : j < k;
  }
  bool waits(std::size_t j, std::int64_t t) const {  // after the pass at t
    return plan_.jobs[j].submit <= t && (runs_[j].start < 0 || runs_[j].start > t);
  }
  // The first of the heads of lanes that still wait after the pass at t.
  std::optional<std::size_t> first_waiting(std::int64_t t) const {
    std::vector<bool> seen(plan_.lanes.size());
    std::optional<std::size_t> first;
    for (std::size_t j = 0; j < runs_.size(); ++j) {
      if (!waits(j, t) || seen[plan_.jobs[j].lane]) continue;
      seen[plan_.jobs[j].lane] = true;
      if (!first || before(j, *first)) first = j;
    }
    return first;
  }
  // Free in the pool at t2 for j, as it was when j's turn came in the pass at t: those after j in
  // order that were started at t do not count.
  std::int64_t free_for(std::size_t j, std::uint32_t pool, std::int64_t t, std::int64_t t2) const {
    std::int64_t free = plan_.gpus[pool];
    for (std::size_t k = 0; k < runs_.size(); ++k)
      if (runs_[k].pool == pool && runs_[k].start >= 0 && runs_[k].end > t2 &&
          (runs_[k].start < t || (runs_[k].start == t && before(k, j))))
        free -= plan_.jobs[k].gpus;
    return free;
  }
  void is_kept_waiting(std::size_t j, std::int64_t t) {
    const LaneOpened& lane = plan_.lanes[plan_.jobs[j].lane];
    for (const PoolId p : lane.pools)  // 3
      if (free_for(j, p.index, t, t) >= plan_.jobs[j].gpus)
        fail("job " + std::to_string(j) + " waits at " + std::to_string(t) + " beside free room");
    if (plan_.pools.size() != 1 || plan_.policy.backfill != Backfill::easy) return;
    std::int64_t shadow = t;  // 4
    while (shadow < kEnd && free_for(j, 0, t, shadow) < plan_.jobs[j].gpus) ++shadow;
    // With priorities a job that comes later may go first: that is no backfill.
    for (std::size_t k = 0; k < runs_.size(); ++k)
      if (before(k, j) && plan_.jobs[k].submit > t) return;
    if (shadow < kEnd && (runs_[j].start < 0 || runs_[j].start > shadow))
      fail("job " + std::to_string(j) + " could have started at " + std::to_string(shadow) +
           " but for later ones");
  }

  const Plan& plan_;
  std::vector<Run> runs_;
  std::string failure_;
};

Plan world_of(const std::vector<std::int64_t>& gpus, Policy policy) {
  Plan plan;
  plan.policy = policy;
  plan.gpus = gpus;
  std::vector<PoolId> all;
  for (std::uint32_t p = 0; p < gpus.size(); ++p) {
    PoolOpened pool;
    pool.pool = PoolId{p};
    plan.pools.push_back(pool);
    all.push_back(pool.pool);
  }
  for (std::uint32_t l = 0; l < 2; ++l) {
    LaneOpened lane;
    lane.lane = LaneId{l};
    lane.priority = l;
    lane.pools = all;
    if (l == 1) std::reverse(lane.pools.begin(), lane.pools.end());
    if (l == 1 && all.size() == 3) lane.pools.pop_back();  // a pool that is not for everyone
    plan.lanes.push_back(lane);
  }
  return plan;
}

// All worlds of `jobs` jobs: size 1 or 2, time 1 or 3, lane 0 or 1, at once or one later than the
// one before.
void every(std::size_t jobs, const std::vector<std::int64_t>& gpus, Policy policy,
           std::size_t stride = 1) {
  Plan plan = world_of(gpus, policy);
  plan.jobs.resize(jobs);
  for (std::size_t code = 0; code < std::size_t{1} << (4 * jobs); code += stride) {
    std::int64_t t = 0;
    for (std::size_t j = 0; j < jobs; ++j) {
      const std::size_t bits = code >> (4 * j);
      Plan::Job& job = plan.jobs[j];
      t += bits & 1;
      job.submit = t;
      job.gpus = bits & 2 ? 2 : 1;
      job.estimate = job.run = bits & 4 ? 3 : 1;
      job.lane = bits & 8 ? 1 : 0;
    }
    const std::string failure = Check(plan, play(plan)).failure();
    ASSERT_EQ(failure, "") << "world " << code;
    ASSERT_FALSE(testing::Test::HasFailure()) << "world " << code;
  }
}

constexpr Policy kPolicies[] = {{Order::arrival, Backfill::none},
                                {Order::arrival, Backfill::easy},
                                {Order::priority, Backfill::none},
                                {Order::priority, Backfill::easy}};

TEST(TinyWorlds, UpToThreeJobs) {
  const std::vector<std::vector<std::int64_t>> worlds{{2},    {3},    {2, 1},    {1, 2, 1}, {1},
                                                      {1, 1}, {2, 2}, {1, 1, 1}, {2, 2, 1}};
  for (std::size_t jobs = 1; jobs <= 3; ++jobs)
    for (std::size_t w = 0; w < (jobs < 3 ? worlds.size() : 4); ++w)
      for (const Policy& policy : kPolicies) {
        every(jobs, worlds[w], policy);
        if (HasFatalFailure()) return;
      }
}
TEST(TinyWorlds, FourJobsInOnePool) { every(4, {3}, kPolicies[1], 3); }
TEST(TinyWorlds, FourJobsInOnePoolByPriority) { every(4, {2}, kPolicies[3], 7); }
TEST(TinyWorlds, FourJobsInTwoPools) { every(4, {2, 1}, kPolicies[1], 5); }
TEST(TinyWorlds, FourJobsInThreePools) { every(4, {1, 2, 1}, kPolicies[3], 7); }

}  // namespace
}  // namespace dure
