#include "sched/grow.h"

#include <algorithm>

namespace dure {
namespace {

void grow(const World& world, const Policy& policy, const Holds& holds, PoolId id, JobId grows,
          Listener& say) {
  const Pool& pool = world.pool(id);
  const Job& job = world.job(grows);
  const LaneOpened& lane = world.lane(job.lane);
  const std::int64_t node = std::max<std::int64_t>(pool.info.gpus_per_node, 1);
  std::int64_t more = std::min({std::int64_t{job.held}, lane.most.count() - job.held, pool.free});
  if (job.held % node == 0) more -= more % node;
  if (more <= 0 || !pool.fits(more, Spread::anywhere)) return;
  if (lane.spread == Spread::one_domain) return;  // it would have to move
  if (!holds.within_limits(job.lane, more)) return;
  const Gang gang{lane, more, more, job.end - world.now()};
  if (terms(world, policy, id, gang, job.end) != Reason::none) return;
  if (pool.timeline.least_free(world.now(), job.end) < more) return;
  Placement place;
  if (pool.machines) {
    place = world.placement(job);
    const std::optional<Placement> added = pool.machines->find(more, Spread::anywhere);
    CHECK(added.has_value());  // it fits
    for (const Slice& s : *added) place.push_back(s);
  }
  say.wish(ResizeJob{grows, Gpus(job.held + more), std::move(place)});
}

}  // namespace

void grow_elastic(const World& world, const Policy& policy, const Holds& holds, Listener& say) {
  for (std::uint32_t p = 0; p < world.pools(); ++p) {
    const Pool& pool = world.pool(PoolId{p});
    if (pool.elastic == 0 || pool.free == 0 || !holds.in(PoolId{p}).empty() ||
        holds.barred(PoolId{p}))
      continue;
    std::vector<JobId> jobs;
    for (const auto& run : pool.running) {
      const JobId id = run.job;
      const Job& job = world.job(id);
      const LaneOpened& lane = world.lane(job.lane);
      // What somebody else started where the law would not let us is not made larger by us.
      if (lane.elastic && world.lawful(job.lane, PoolId{p}) && !job.more_parts && !job.stopping &&
          !job.under_reservation && job.held < lane.most.count() && job.start < world.now() &&
          job.end > world.now())
        jobs.push_back(id);
    }
    std::sort(jobs.begin(), jobs.end());
    for (const JobId id : jobs) grow(world, policy, holds, PoolId{p}, id, say);
  }
}

}  // namespace dure
