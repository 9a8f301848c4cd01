// A small alliance in code: one owner, one site, one hall, nodes of 8 GPUs; tests change what they
// need.
#pragma once

#include <string>
#include <utility>

#include "world/scenario.h"

namespace dure::tiny {

PatternSpec flat_pattern();

// `gpus` GPUs: 2,400 W idle and 10,400 W at most a node, PUE 1.25, 100 MW of grid.
Scenario scenario(std::int64_t gpus);

WorkloadSpec batch(std::string id, double per_day);

WorkloadSpec service(std::string id, double replicas);

}  // namespace dure::tiny
