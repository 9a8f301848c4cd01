#include "sched/holds.h"

#include <algorithm>

#include "sched/place.h"

namespace dure {

bool Holds::keeps_from(JobId job, MemberId member, Right right, PoolId id, std::int64_t gpus,
                       Millis end, const Shape& shape) const {
  if (barred_[id.index] && *barred_[id.index] != job) return true;
  const Pool& pool = world_.pool(id);
  const bool takes_back =
      policy_.order == Order::fair && policy_.preempt && pool.info.reclaim.count() > 0;
  for (const Hold& hold : holds_[id.index]) {
    // Whoever borrows now, however shortly, could be there when the bound is over.
    if (takes_back && right == Right::borrowed && hold.right == Right::guaranteed &&
        hold.member != member)
      return true;
    if (end <= hold.shadow || hold.job == job) continue;
    if (hold.member == member && gpus > hold.headroom) return true;
    if (!binds(hold.right, hold.member, right, member)) continue;
    if (gpus > hold.extra) return true;
    if (!hold.then) continue;
    Machines then = *hold.then;
    const Placement place = place_in(world_, id, gpus, shape);
    if (!then.can_take(place)) continue;  // it is not what is kept
    then.take(place);
    if (!then.fits(hold.kept.gpus, hold.kept.shape)) return true;
  }
  return false;
}

void Holds::help(const Helped& helped, std::int64_t sign) {
  const std::int64_t milli = sign * Accounts::milli_gpus(world_.device(helped.lane), helped.gpus);
  own_milli_[helped.lane.index] += milli;
  for (std::optional<AccountId> a = world_.account(helped.lane); a;
       a = world_.accounts()[*a].parent)
    kept_milli_[a->index] += milli;
}

bool Holds::within_limits(LaneId lane, std::int64_t gpus) const {
  const Accounts& accounts = world_.accounts();
  const std::int64_t asked = Accounts::milli_gpus(world_.device(lane), gpus);
  if (asked == 0) return true;
  for (std::optional<AccountId> a = world_.account(lane); a; a = accounts[*a].parent) {
    const std::int64_t kept = kept_milli_[a->index] - own_milli_[lane.index];
    if (!accounts.within_limit(*a, kept + asked)) return false;
  }
  return true;
}

std::int64_t Holds::devices_kept_from(JobId job, PoolId id) const {
  std::int64_t kept = 0;
  for (const Helped& h : helped_) {
    const LaneOpened& lane = world_.lane(h.lane);
    if (h.job != job && std::find(lane.beside.begin(), lane.beside.end(), id) != lane.beside.end())
      kept += lane.beside_units;
  }
  return kept;
}

void Holds::taken(JobId job, MemberId member, PoolId id, std::int64_t gpus, const Placement& place,
                  Millis end) {
  for (Hold& hold : holds_[id.index]) {
    if (end <= hold.shadow || hold.job == job) continue;
    hold.extra -= gpus;
    if (hold.member == member && hold.headroom != Hold::kAny) hold.headroom -= gpus;
    if (hold.then && hold.then->can_take(place)) hold.then->take(place);
  }
}

std::vector<PoolId> Holds::drop(JobId job) {
  std::vector<PoolId> out;
  std::erase_if(helped_, [&](const Helped& h) {
    if (h.job == job) help(h, -1);
    return h.job == job;
  });
  for (std::uint32_t p = 0; p < holds_.size(); ++p) {
    if (barred_[p] == job) {
      barred_[p].reset();
      out.push_back(PoolId{p});
    }
    std::vector<Hold>& holds = holds_[p];
    const auto it =
        std::find_if(holds.begin(), holds.end(), [&](const Hold& h) { return h.job == job; });
    if (it == holds.end()) continue;
    const Hold gone = std::move(*it);
    out.push_back(PoolId{p});
    for (auto after = holds.erase(it); after != holds.end(); ++after)
      if (binds(gone.right, gone.member, after->right, after->member))
        after->extra += gone.kept.gpus;
  }
  return out;
}

}  // namespace dure
