// What the law leaves to the lanes of a founding, and when it opens more: a LawBook that is fed the
// events that the founding is about to tell, so the plan and World know the same law.
#pragma once

#include <functional>

#include "world/found.h"
#include "world/found_law.h"
#include "world/law_book.h"

namespace dure {

class LawPlan {
 public:
  // Writes rules and artifacts into `out`, whose pools are known already.
  LawPlan(const Scenario& s, Founding& out);

  // The lane is opened with what its work reads: fills in plan.label. Lanes come in order of id.
  void open(LanePlan& plan);
  bool allowed(LaneId lane, PoolId pool) const { return book_.allowed(lane, pool); }
  // What stands between the lane and a pool that it may not use, or that nobody lends it.
  Reason obstacle(const WorkloadSpec& work, LaneId lane, const PoolPlan& pool, bool lends) const;
  // The obstacle of the pool that came nearer.
  static Reason nearer(Reason a, Reason b);
  // Writes law_steps into `out`; pools_of gives a lane the pools that are open to it by then.
  void grant(const std::function<LaneWidened(const LanePlan&)>& pools_of);

 private:
  bool asked(const WorkloadSpec& work, const Need& need, PoolId pool) const;
  void lower(Millis at, const ApprovalGranted& e);
  void widen(Millis at, const std::function<LaneWidened(const LanePlan&)>& pools_of,
             std::vector<std::vector<PoolId>>& now);

  const Scenario& s_;
  Founding& out_;
  const ArtifactOrder order_;
  LawBook book_;
};

}  // namespace dure
