// The part of summary.json that traffic gives: links, flows, cuts, and the speeds that follow from
// the network; and what saving costs a workload.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/checkpoint_cost.h"

namespace dure {

// Of a run with traffic.
nlohmann::ordered_json network_json(const Simulation& run);
nlohmann::ordered_json checkpoints_json(const CheckpointCost& cost);

}  // namespace dure
