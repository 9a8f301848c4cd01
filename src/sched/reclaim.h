// Whom to stop so that a gang can start: the least GPU time lost, or nobody.
//   lost(job) = GPUs x (time since its last checkpoint, or its start if it keeps none, + restart)
// A gang is stopped whole. An elastic gang may be shrunk instead, which loses nothing. Who is gone
// by the end of the grace anyway is room already.
//
// Exact: with up to kExact candidates (branch and bound), and where machines are only counted
// (a knapsack cover by dynamic programming) unless the cheapest cover would break invariant 4.
// Beyond that: the cheapest that the count asks for, more until the shape fits, then whoever turns
// out not to be needed is let off.
//
// Invariants: 1. The plan frees what is needed, or is empty.
//             2. Nobody in it is younger than its min_run, or not preemptible; nobody is shrunk
//             into
//                what is kept for others, or so that it holds what it borrows beyond the bound.
//             3. Nobody can be left out of it.
//             4. Nobody is taken from a member that holds no more than its guarantee by then.
//             5. Whoever is stopped does not come before it when it starts again, or would be
//             stopped
//                for ever: who would borrow stops of its own member only who would borrow again;
//                who fits the guarantee but for its own member's jobs, so many that it fits.
#pragma once

#include <optional>
#include <span>
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
  std::vector<Victim> victims;       // empty: it cannot be done now, or nothing needs to be done
  std::int64_t lost = 0;             // GPU x ms
  bool comes = false;                // there will be room within the grace without it
  Millis later{Timeline::kForever};  // when it is worth another look, if it cannot be done now
  std::optional<Machines> then;      // the racks at the end of the grace, if there will be room
};
struct Aside {  // put aside for who comes before it
  std::int64_t gpus = 0;
  Shape shape;
};

// GPU x ms that are lost if the job is stopped now.
std::int64_t lost_if_stopped(const World& world, const Job& job);

// A cheap look: by the count alone, could stopping and shrinking others do?
bool may_reclaim(const World& world, const Policy& policy, PoolId pool, const LaneOpened& lane,
                 std::int64_t need);

// A pool at the end of the grace, if nobody is stopped. Made once for all who ask of it at an
// instant; whoever starts or stops there makes it out of date.
class Soon {
 public:
  Soon(const World& world, const Policy& policy, PoolId pool);
  PoolId pool() const { return pool_; }
  std::int64_t free() const { return free_; }
  std::int64_t leaving(MemberId m) const { return leaving_[m.index]; }  // GPUs that it gives back
  const std::optional<Machines>& machines(const World& world) const;

 private:
  PoolId pool_;
  std::int64_t free_;
  std::optional<Machines> machines_;   // nothing: as they are now
  std::vector<std::int64_t> leaving_;  // [member]
};

// For a waiting job that has a right to room in the pool, `gpus` of it: because its member is
// guaranteed it and others borrow it, or over jobs of a lower tier of its own member. whole: false
// to ask only whether it comes without stopping anybody.
ReclaimPlan plan_reclaim(const World& world, const Policy& policy, const Soon& there, JobId job,
                         std::int64_t gpus, std::span<const Aside> before = {}, bool whole = true);
ReclaimPlan plan_reclaim(const World& world, const Policy& policy, PoolId pool, JobId job,
                         std::int64_t gpus, std::span<const Aside> before = {});

// What a shrunk gang keeps: the first of its nodes.
Placement shrunk(const Placement& place, std::int64_t gpus);

// The cheapest set of items whose sizes sum to at least `need`, by index, rising; empty if there is
// none. Neighbours of one group exclude each other. Exact; time O(items x need / gcd).
struct CoverItem {
  std::int64_t size = 0, cost = 0;
  std::int64_t group = -1;  // -1: alone
};
std::vector<std::size_t> cheapest_cover(const std::vector<CoverItem>& items, std::int64_t need);

}  // namespace dure
