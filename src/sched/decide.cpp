#include "sched/decide.h"

#include <cmath>

namespace dure {
namespace {

// A batch machine: nothing but jobs of fixed size that come and go.
bool plain(const World& world) {
  if (world.lanes() != 1 || world.lane(LaneId{0}).pools.size() != 1) return false;
  const LaneOpened& lane = world.lane(LaneId{0});
  const Pool& pool = world.pool(lane.pools[0]);
  if (pool.machines || !pool.reservations.empty() || pool.guaranteed != 0) return false;
  if (lane.within != Within::arrival || lane.most.count() > 0 || lane.beside_units > 0)
    return false;
  if (!lane.speed_permille.empty() || !world.orphans().empty()) return false;
  if (pool.dips(world.now())) return false;
  for (std::optional<AccountId> a = world.account(LaneId{0}); a; a = world.accounts()[*a].parent)
    if (world.accounts()[*a].limit > 0) return false;
  return true;
}

}  // namespace

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
  const bool classical = policy.order == Order::arrival && plain(world);
  if (!classical) return decide_alliance(world, policy, say);
  switch (policy.backfill) {
    case Backfill::none: return decide_fcfs(world, say);
    case Backfill::easy: return decide_easy(world, say);
    case Backfill::conservative: return decide_conservative(world, say);
  }
  CHECK(!"a Backfill");
}

}  // namespace dure
