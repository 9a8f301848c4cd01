// What fails by chance in a run, as outages of nodes: the faults of physics/failures.h, mended by
// each site's crews and parts (physics/repairs.h), and as cuts of links. A fault of a node that is
// out already changes nothing; nodes without power do not fail.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "sim/outage_plan.h"

namespace dure {

// Of the time (from, to), whole hours.
Result<OutagePlan> outages_of_failures(const Scenario& scenario, const Founding& founding,
                                       Millis from, Millis to, std::uint64_t seed);

}  // namespace dure
