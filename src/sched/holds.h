// What a pass keeps for those who could not start, so that whoever comes later does not delay them.
//   A hold: room in a pool from an instant (its shadow) on. Whoever comes later may use the pool if
//   it is over by then, or leaves the hold its room: EASY (Lifka 1995), for several holds at once,
//   each of which binds those whose right is not greater (binds() in fit.h).
//   A bar, with Backfill::none: nobody else may use the pool at all.
//   For whom others are stopped also its part of the limits of its accounts, the device beside it,
//   and its place in what its member is guaranteed: it must be able to start when the room comes.
// docs/models/fairness.md says what follows.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sched/decide.h"
#include "sched/fit.h"
#include "sched/reclaim.h"

namespace dure {

struct Hold {
  static constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  JobId job;
  Right right = Right::borrowed;
  MemberId member;
  Millis shadow;           // when it could start
  std::int64_t extra = 0;  // what is left over then
  Aside kept;
  std::optional<Machines> then{};  // what others were stopped for must not lose its shape
  std::int64_t headroom = kAny;    // what its own member may still take there for longer
};

class Holds {
 public:
  Holds(const World& world, const Policy& policy)
      : world_(world),
        policy_(policy),
        kept_milli_(world.accounts().size()),
        own_milli_(world.lanes()),
        holds_(world.pools()),
        barred_(world.pools()) {}

  void keep(PoolId pool, Hold&& hold) { holds_[pool.index].push_back(std::move(hold)); }
  void bar(PoolId pool, JobId job) {  // unless somebody did before
    if (!barred_[pool.index]) barred_[pool.index] = job;
  }
  // Others are stopped for it.
  void keep_beside(LaneId lane, JobId job, std::int64_t gpus) {
    helped_.push_back({lane, job, gpus});
    help(helped_.back(), 1);
  }

  std::span<const Hold> in(PoolId pool) const { return holds_[pool.index]; }
  bool barred(PoolId pool) const { return barred_[pool.index].has_value(); }
  // May the job not have the room, because it is kept for somebody before it?
  bool keeps_from(JobId job, MemberId member, Right right, PoolId pool, std::int64_t gpus,
                  Millis end, const Shape& shape) const;
  // May the lane hold so many more, within all limits but for what is kept of them for others?
  bool within_limits(LaneId lane, std::int64_t gpus) const;
  // Units of a device that others may take there.
  std::int64_t devices_kept_from(JobId job, PoolId pool) const;

  // A job takes room, until `end`.
  void taken(JobId job, MemberId member, PoolId pool, std::int64_t gpus, const Placement& place,
             Millis end);
  // Nothing is kept for the job any more. The pools where something was, one for each thing.
  std::vector<PoolId> drop(JobId job);

 private:
  struct Helped {
    LaneId lane;
    JobId job;
    std::int64_t gpus;
  };
  void help(const Helped& helped, std::int64_t sign);

  const World& world_;
  const Policy& policy_;
  std::vector<std::int64_t> kept_milli_;      // [account]: of its limit, for those who are helped
  std::vector<std::int64_t> own_milli_;       // [lane]: its own part of that
  std::vector<std::vector<Hold>> holds_;      // [pool]
  std::vector<std::optional<JobId>> barred_;  // [pool]: by whom first
  std::vector<Helped> helped_;
};

}  // namespace dure
