// What the network makes of a gang's speed, where a workload says what it exchanges: the lane's two
// factors, which the scheduler and the twin know (world/shape.h), by physics/collectives.h.
//   T(place)        = step_s + max(0, collective(place) - overlap_share x step_s)
//   sites_permille  = T(one leaf) / T(split over most_sites sites)
//   fabric_permille = (T(several leaves) / T(one leaf) - 1) / (o - 1), o the oversubscription
// A lane has one of each for all its pools: the slowest of its classes, halls, and pairs of sites
// that are joined as its work needs, of each pair the way that is best for it. Limits:
// docs/models/network.md.
//
// Invariant: 1. Without `traffic` the founding is found()'s, to the byte.
#pragma once

#include "world/found.h"

namespace dure {

// found(), with these speeds. The scenario must have passed check_references.
Founding found_with_speeds(const Scenario& scenario);

// Seconds of a step of a gang of the lane on this hardware, all on one leaf of one site.
double step_s_at_one_site(const Scenario& scenario, const ExchangeSpec& exchange,
                          HardwareId hardware, std::int64_t gpus);

// The row of a workload; none.
const TrafficSpec* traffic_of(const Scenario& scenario, WorkloadId workload);

}  // namespace dure
