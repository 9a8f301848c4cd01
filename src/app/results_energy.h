// What energy assets add to summary.json (docs/formats/results.md); null where no site has any.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/simulation.h"

namespace dure {

bool has_assets(const Simulation& run);
// Over all sites: where the energy came from and what was done with it. Sites without assets took
// all of theirs from the grid.
nlohmann::ordered_json sources_json(const Simulation& run);
nlohmann::ordered_json demand_response_json(const Simulation& run);
nlohmann::ordered_json site_assets_json(const SiteFacility& site);
// Beside the parts of the bills: what was paid (+) or received (-).
nlohmann::ordered_json cost_of_assets_json(const Simulation& run);

}  // namespace dure
