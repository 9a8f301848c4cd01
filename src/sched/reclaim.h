// Whom to stop so that a gang can start: the least GPU time lost, or nobody.
//   lost(job) = GPUs x (time since its last checkpoint, or its start if it keeps none, + restart)
// A gang is stopped whole. Elastic gangs are shrunk first, which loses nothing.
//
// Exact: where machines are only counted (a knapsack cover by dynamic programming), and everywhere
// with up to kExact candidates (branch and bound). Beyond, in racks: the cheapest that the count
// asks for, more until the shape fits, then whoever turns out not to be needed is let off.
//
// Invariants: 1. The plan frees what is needed, or is empty.
//             2. Nobody in it is younger than its min_run, or not preemptible.
//             3. Nobody can be left out of it.
#pragma once

#include <vector>

#include "sched/decide.h"

namespace dure {

inline constexpr std::size_t kExact = 10;

struct Victim {
  JobId job;
  std::int64_t frees = 0;  // GPUs in the pool
  std::int64_t lost = 0;   // GPU x ms
  bool shrink = false;     // down to its least, at once
  bool operator==(const Victim&) const = default;
};

struct ReclaimPlan {
  std::vector<Victim> victims;       // empty: it cannot be done now
  std::int64_t lost = 0;             // GPU x ms
  Millis later{Timeline::kForever};  // when somebody else may be stopped, if it cannot be done now
};

// GPU x ms that are lost if the job is stopped now.
std::int64_t lost_if_stopped(const World& world, const Job& job);

// A cheap look: could stopping others free so much, by the count alone?
bool may_reclaim(const World& world, PoolId pool, const LaneOpened& lane, std::int64_t need);

// For a waiting job that has a right to room in the pool: because its member is guaranteed it and
// others borrow it, or over jobs of a lower tier of its own member.
ReclaimPlan plan_reclaim(const World& world, PoolId pool, JobId job);

// What a shrunk gang keeps: the first of its nodes.
Placement shrunk(const Placement& place, std::int64_t gpus);

// The cheapest set of items whose sizes sum to at least `need`, by index, rising; empty if there is
// none. Exact; time O(items x need / gcd).
struct CoverItem {
  std::int64_t size = 0, cost = 0;
};
std::vector<std::size_t> cheapest_cover(const std::vector<CoverItem>& items, std::int64_t need);

}  // namespace dure
