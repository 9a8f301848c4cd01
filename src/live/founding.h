// From a hub's configuration and the alliance's scenario to the first facts of a live world, and,
// at a later start, to what has been added since. The machines themselves come in as agents report
// their nodes.
// Ids are those of found.h: positions in the scenario's lists. So a list may only grow at its end:
// what is in the record must still be there, in its place.
#pragma once

#include <vector>

#include "base/faults.h"
#include "live/hub_spec.h"
#include "world/scenario.h"
#include "world/world.h"

namespace dure {

// Events that bring `world` up to what is configured; all of them if it is empty.
Outcome<std::vector<What>> found_live(const HubSpec& hub, const Scenario& scenario,
                                      const World& world);

// Names of the pools that a row opens: ID, and ID_cpu for its cores.
std::vector<PoolOpened> pools_of(const LivePoolSpec& row, const Scenario& scenario);

// Does "n[01-18]", "gpu*" or "n07" name this node?
bool names_node(const std::string& pattern, const std::string& node);

}  // namespace dure
