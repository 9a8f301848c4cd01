// The parts of summary.json that physics give: energy, water, carbon, money, failures. Without
// physics, what one PUE, one price and one factor give.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/summary.h"

namespace dure {

nlohmann::ordered_json energy_json(const Simulation& run, const Summary& summary);
nlohmann::ordered_json water_json(const Simulation& run);
nlohmann::ordered_json carbon_json(const Simulation& run, const Summary& summary);
nlohmann::ordered_json cost_json(const Simulation& run, const Summary& summary);
nlohmann::ordered_json failures_json(const Simulation& run, const Summary& summary);
// Of one site, by its index; only with physics.
nlohmann::ordered_json pue_json(const Simulation& run, std::size_t site);
nlohmann::ordered_json site_physics_json(const Simulation& run, std::size_t site);

}  // namespace dure
