#include "sched/decide.h"

#include <cmath>

namespace dure {

Policy policy_from(const PolicySpec& spec) {
  Policy p;
  p.order = spec.order;
  p.backfill = spec.backfill;
  p.preempt = spec.preempt && spec.order == Order::fair;
  p.grace = spec.grace_ms;
  p.reclaim_every = spec.reclaim_every_ms;
  p.patience = Millis(std::llround(spec.patience_hours * 3'600'000));
  p.history_permille = static_cast<std::uint32_t>(std::lround(spec.history_share * 1000));
  return p;
}

Millis decide(const World& world, const Policy& policy, Listener& say) {
  if (policy.every_job || policy.order == Order::shortest || policy.order == Order::attained)
    return decide_ranked(world, policy, say);
  const bool classical = policy.order == Order::arrival && world.lanes() == 1 &&
                         world.lane(LaneId{0}).pools.size() == 1 &&
                         !world.pool(world.lane(LaneId{0}).pools[0]).racks;
  if (!classical) return decide_alliance(world, policy, say);
  switch (policy.backfill) {
    case Backfill::none: return decide_fcfs(world, say);
    case Backfill::easy: return decide_easy(world, say);
    case Backfill::conservative: return decide_conservative(world, say);
  }
  CHECK(!"a Backfill");
}

}  // namespace dure
