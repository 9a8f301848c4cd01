#include "sched/decide.h"

namespace dure {

Millis decide(const World& world, const Policy& policy, Listener& say) {
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
