// The acts of a run's sites (sim/acts.h): in summary.json by site and kind, whole in acts.csv.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/simulation.h"

namespace dure {

std::vector<Act> acts_of(const Simulation& run);
nlohmann::ordered_json acts_json(const Simulation& run);
Result<Done> write_acts_csv(const std::string& path, const Simulation& run);

}  // namespace dure
