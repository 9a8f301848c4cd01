// Which nodes are out, when and why: what the scenario's disruptions come to, site by site. Nodes
// are numbered as their pool's racks fill up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/outage.h"
#include "world/found.h"

namespace dure {

struct OutageCause {
  std::string id, name_en, name_ko;
};

struct OutagePlan {
  std::vector<OutageCause> causes;
  std::vector<Outage> outages;  // in no order; all begin after `from`
};

// Of the time (from, to).
OutagePlan outages_of_disruptions(const Scenario& scenario, const Founding& founding, Millis from,
                                  Millis to);

// Nodes of a site whose work may go so that it draws at most so much: nameplate x
// power_commit_share x PUE, as power is committed (found.h). Racks that compute least for their
// power go first, of a pool the last; those of other devices than GPUs go last.
struct NodesOut {
  PoolId pool;
  std::uint32_t rack = 0;
  std::uint64_t nodes = 0;
};
std::vector<NodesOut> shed(const Scenario& scenario, const Founding& founding, SiteId site,
                           Millis at, Watts allowed);

}  // namespace dure
