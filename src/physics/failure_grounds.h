// What of a scenario can fail: its halls with a pool for each row of installs, and its links inside
// the country. A pool's id is its owner, hardware and month, so that rows elsewhere move none of
// its faults; FailurePool::row says which row it is.
//   nodes   GPUs / GPUs of a node, the last one whole; QPUs and radio cells are left out
//   liquid  the hall's cooling names liquid, or a rack of the hardware draws more than 100 kW
//   km      of a link, by its round trip: (rtt - equipment) / (2 x light in fibre)
// Links to other countries are left out: sea cables are cut by other causes, at other rates.
#pragma once

#include "physics/failures.h"
#include "world/network_spec.h"
#include "world/scenario.h"

namespace dure {

// The scenario must have passed check_references.
FailureGrounds failure_grounds(const Scenario& scenario, const NetworkSpec& network);

}  // namespace dure
