// What summary.json says of a site's feeder: the limit of power that binds there
// (world/power_feed.h), and how the power of jobs that train in step swings at it (sim/swings.h).
#pragma once

#include <nlohmann/json.hpp>

#include "sim/summary.h"

namespace dure {

// Of one site, by its index, at the end of the window; null where nothing stands.
nlohmann::ordered_json binding_limit_json(const Simulation& run, std::size_t site);
// Null where no work swings by the scenario.
nlohmann::ordered_json swing_json(const Simulation& run, std::size_t site);

}  // namespace dure
