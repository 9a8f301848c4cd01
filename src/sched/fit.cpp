#include "sched/fit.h"

#include <algorithm>

#include "world/shape.h"

namespace dure {

Claim claim(const World& world, PoolId id, const LaneOpened& lane, std::int64_t gpus) {
  const Pool& pool = world.pool(id);
  if (pool.guaranteed == 0)  // then all is its owner's
    return pool.info.owner == lane.member && gpus <= pool.installed ? Claim::guaranteed
                                                                    : Claim::borrowed;
  const std::int64_t own = pool.entitled(lane.member);
  if (own == 0) return Claim::borrowed;
  return world.ledger().in_use(id, lane.member) + gpus <= own ? Claim::guaranteed : Claim::borrowed;
}

bool binds(Right held, MemberId holder, Right asked, MemberId asks) {
  if (asked == Right::borrowed || held == Right::guaranteed) return true;
  return held == Right::own && holder == asks;
}

Reason terms(const World& world, const Policy& policy, PoolId id, const Gang& gang) {
  return terms(world, policy, id, gang, end_of(world, id, gang));
}

Reason terms(const World& world, const Policy& policy, PoolId id, const Gang& gang, Millis end) {
  const Pool& pool = world.pool(id);
  if (!world.spread_allows(gang.lane.lane, id, gang.gpus)) return Reason::spread_limit;
  const bool owner = pool.info.owner == gang.lane.member;
  if (claim(world, id, gang.lane, gang.gpus) == Claim::guaranteed) return Reason::none;
  if (!owner) {
    const std::int64_t own = pool.entitled(gang.lane.member);
    const std::int64_t held = world.ledger().in_use(id, gang.lane.member);
    const std::int64_t over = held + gang.gpus - std::max(own, held);
    if ((pool.lent + over) * 1000 > pool.installed * std::int64_t{pool.info.lend_permille})
      return Reason::lender_limit;
  } else if (pool.guaranteed == 0) {
    return Reason::none;  // there is nobody to give it back to
  }
  // What is borrowed must be back within the bound: stopped, or over by itself.
  const Millis bound = pool.info.reclaim;
  if (bound.count() == 0) return Reason::none;
  if (stoppable_within(gang.lane, policy, bound)) return Reason::none;
  if (end.count() != Timeline::kForever && end - world.now() <= bound) return Reason::none;
  return Reason::not_reclaimable;
}

bool stoppable_within(const LaneOpened& lane, const Policy& policy, Millis bound) {
  return lane.preemptible && lane.min_run + policy.grace + policy.reclaim_every <= bound;
}

Millis end_of(const World& world, PoolId pool, const Gang& gang, bool several_sites) {
  if (gang.estimate >= kUntilCancelled) return Millis(Timeline::kForever);
  const std::uint32_t slow = worst_permille(gang.lane, world.pool(pool).info, gang.gpus);
  Millis time = gang.estimate;
  if (gang.gpus != gang.asked || !gang.lane.speed_permille.empty() || several_sites || slow != 1000)
    time = run_time(gang.lane, gang.estimate, gang.asked, gang.gpus, speed_in(gang.lane, pool),
                    several_sites, slow);
  return slowed(world.now(), world.now() + time, world.pace(pool, gang.lane.lane));
}

std::optional<Millis> better_at(const World& world, JobId id, PoolId pool) {
  const Job& job = world.job(id);
  const Millis by = world.may_shift(job.lane);
  if (by.count() == 0) return std::nullopt;
  const SiteEnergyTold* energy = world.energy(world.pool(pool).info.site);
  if (energy == nullptr || energy->dear_until <= world.now()) return std::nullopt;
  Millis latest = job.submit + by;
  if (job.deadline.count() > 0) {
    const Gang gang{world.lane(job.lane), job.gpus, job.gpus, job.estimate};
    latest = std::min(latest, job.deadline - (end_of(world, pool, gang) - world.now()));
  }
  if (energy->dear_until > latest) return std::nullopt;
  return energy->dear_until;
}

std::optional<Millis> better_at(const World& world, JobId id) {
  std::optional<Millis> first;
  if (world.may_shift(world.job(id).lane).count() == 0) return first;
  for (const PoolId pool : world.lane(world.job(id).lane).pools) {
    const std::optional<Millis> at = better_at(world, id, pool);
    if (!at) return std::nullopt;
    if (!first || *at < *first) first = at;
  }
  return first;
}

Reason larger_than(const Pool& pool, std::int64_t gpus) {
  if (pool.machines && gpus <= pool.installed + pool.machines->out_of_service())
    return Reason::nodes_out;
  return Reason::too_large;
}

Fit fit(const World& world, const Policy& policy, PoolId id, const Gang& gang, bool several_sites) {
  return fit(world, policy, id, gang, end_of(world, id, gang, several_sites));
}

Fit fit(const World& world, const Policy& policy, PoolId id, const Gang& gang, Millis end) {
  const Pool& pool = world.pool(id);
  Fit out;
  out.end = end;
  if (gang.gpus > pool.free) {
    out.why_not = gang.gpus > pool.installed ? larger_than(pool, gang.gpus) : Reason::no_room;
    return out;
  }
  if (!pool.fits(gang.gpus, gang.lane.shape())) {
    out.why_not = pool.fits(gang.gpus, gang.lane.spread) ? Reason::no_cpu_or_memory
                                                         : Reason::not_in_one_domain;
    return out;
  }
  if (!world.spread_allows(gang.lane.lane, id, gang.gpus)) {
    out.why_not = Reason::spread_limit;
    return out;
  }
  const Millis now = world.now();
  const bool dips = pool.dips(now);
  // Room that is reserved for its member: what the lender says was asked when it was reserved.
  if (dips)
    for (const ReservationId r : pool.reservations) {
      const Reservation& kept = world.reservations()[r.index];
      if (kept.info.member != gang.lane.member || kept.info.from > now || kept.info.to <= now ||
          kept.left() < gang.gpus)
        continue;
      if (end > kept.info.to && (pool.timeline.least_free(kept.info.to, end) < gang.gpus ||
                                 terms(world, policy, id, gang, end) != Reason::none))
        continue;
      out.under = r;
      out.after = kept.info.to;
      return out;
    }
  out.after = now;
  out.why_not = terms(world, policy, id, gang, end);
  // What is free now may be promised to somebody at a date, or be gone by then.
  if (out.why_not == Reason::none && dips && pool.timeline.least_free(now, end) < gang.gpus)
    out.why_not = Reason::reserved_for_others;
  return out;
}

}  // namespace dure
