// The tiny alliance with the shipped models/*.yaml around it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "shipped.h"
#include "sim/simulation.h"
#include "sim/summary.h"
#include "sim/tiny_scenario.h"

namespace dure::tiny {

void add_shipped_physics(Scenario& s);

UtilitySpec utility_of(const std::string& site, double m3_per_day);

// tiny::scenario in Seoul, on towers, with water enough and nothing that fails by chance.
Scenario with_physics(std::int64_t gpus);

SimulationOptions options_of(const Scenario& s);

// "name: left against right" of each check that does not hold.
std::vector<std::string> failing(const Summary& sum);

}  // namespace dure::tiny
