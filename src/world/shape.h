// How long a job runs at another size, on other hardware, or split over sites, than it was
// estimated for. Whole numbers throughout.
//   time(n) = time(n0) * ((1 - p) + p * n0 / n)      Amdahl, AFIPS 1967; p = parallel_permille
//   time    = time / speed of the hardware / speed over several sites
//   time    = time * (1 + f * (o - 1)) over several groups of leaf switches; f = its share of time
//   in
//             exchange between nodes (fabric_permille), which takes o times as long where the links
//             between the groups are oversubscribed o to 1
#pragma once

#include <algorithm>

#include "world/event.h"

namespace dure {

// `nominal`: the time with `asked` GPUs on hardware of speed 1000, at one site.
inline Millis run_time(const LaneOpened& lane, Millis nominal, std::int64_t asked,
                       std::int64_t gpus, std::uint32_t speed_permille, bool several_sites,
                       std::uint32_t slow_permille = 1000) {
  if (nominal >= kUntilCancelled) return nominal;
  __int128 ms = nominal.count();
  if (gpus != asked) {
    const __int128 p = lane.parallel_permille;
    ms = (ms * ((1000 - p) * gpus + p * asked) + __int128{1000} * gpus - 1) /
         (__int128{1000} * gpus);
  }
  if (speed_permille != 1000) ms = (ms * 1000 + speed_permille - 1) / speed_permille;
  if (several_sites && lane.sites_permille != 1000)
    ms = (ms * 1000 + lane.sites_permille - 1) / lane.sites_permille;
  if (slow_permille != 1000) ms = (ms * slow_permille + 999) / 1000;
  return Millis(static_cast<std::int64_t>(ms < 1 ? 1 : ms));
}

// The time of a gang over several groups of leaf switches, of its time within one; in permille.
inline std::uint32_t across_leaves_permille(const LaneOpened& lane, const PoolOpened& pool) {
  if (pool.leaf_racks == 0 || pool.oversubscription_permille <= 1000) return 1000;
  return 1000 + lane.fabric_permille * (pool.oversubscription_permille - 1000) / 1000;
}
inline std::uint32_t slow_permille(const LaneOpened& lane, const PoolOpened& pool,
                                   const Placement& place) {
  const auto leaf = [&](const Slice& s) { return s.rack / pool.leaf_racks; };
  if (pool.leaf_racks > 0)
    for (const Slice& s : place)
      if (leaf(s) != leaf(place[0])) return across_leaves_permille(lane, pool);
  return 1000;
}
// Before its place is known: the worst.
inline std::uint32_t worst_permille(const LaneOpened& lane, const PoolOpened& pool,
                                    std::int64_t gpus) {
  return gpus > std::int64_t{pool.gpus_per_node} ? across_leaves_permille(lane, pool) : 1000;
}

// What is left of a run when its gang goes from `from` to `to` GPUs.
inline Millis resized(const LaneOpened& lane, Millis left, std::int64_t asked, std::int64_t from,
                      std::int64_t to) {
  const __int128 p = lane.parallel_permille;
  const __int128 over = ((1000 - p) * to + p * asked) * from;
  const __int128 under = ((1000 - p) * from + p * asked) * to;
  const __int128 ms = (left.count() * over + under - 1) / under;
  return Millis(static_cast<std::int64_t>(ms < 1 ? 1 : ms));
}

// Under a cap of power work goes on at a part of its speed until an instant, and at full speed
// after it. Whole milliseconds; full_speed() is the inverse of slowed(), and both keep order.
struct Pace {
  Millis until;  // not after now: no cap
  std::uint32_t permille = 1000;
  // Of a gang under several caps: the slowest, for as long as the longest.
  static Pace worse(const Pace& a, const Pace& b, Millis now) {
    if (a.until <= now || a.permille == 1000) return b;
    if (b.until <= now || b.permille == 1000) return a;
    return {std::max(a.until, b.until), std::min(a.permille, b.permille)};
  }
};
inline Millis slowed(Millis now, Millis end, const Pace& pace) {  // end: at full speed
  if (pace.until <= now || pace.permille == 1000 || end <= now || end >= kUntilCancelled)
    return end;
  const __int128 work = (end - now).count(), under = (pace.until - now).count();
  const __int128 done = under * pace.permille / 1000;
  const __int128 takes =
      work <= done ? (work * 1000 + pace.permille - 1) / pace.permille : under + (work - done);
  return now + Millis(static_cast<std::int64_t>(takes));
}
inline Millis full_speed(Millis now, Millis end, const Pace& pace) {  // end: under the cap
  if (pace.until <= now || pace.permille == 1000 || end <= now || end >= kUntilCancelled)
    return end;
  const __int128 takes = (end - now).count(), under = (pace.until - now).count();
  const __int128 work = takes <= under ? takes * pace.permille / 1000
                                       : under * pace.permille / 1000 + (takes - under);
  return now + Millis(static_cast<std::int64_t>(work));
}
inline Pace pace_of(const PoolCapped& cap, WorkloadId workload) {
  for (const SlowedWork& s : cap.slowed)
    if (s.workload == workload) return {cap.until, s.speed_permille};
  return {};
}

inline std::uint32_t speed_in(const LaneOpened& lane, PoolId pool) {
  if (lane.speed_permille.empty()) return 1000;
  for (std::size_t i = 0; i < lane.pools.size(); ++i)
    if (lane.pools[i] == pool) return lane.speed_permille[i];
  return 1000;
}

}  // namespace dure
