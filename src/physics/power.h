// Electric power of nodes and sites, in whole watts. Model, units and limits: docs/models/power.md.
//   node   P = P_idle + (P_max - P_idle) x (sum over its GPUs of utilization) / (GPUs of the node)
//   site   facility power = IT power x PUE
// The law is linear in the GPUs in use, so a pool's power is powered nodes x P_idle plus a whole
// number of watts for each GPU in use: an exact integer sum, in any order, and so is its energy.
#pragma once

#include <cstdint>

#include "base/quantity.h"

namespace dure {

struct NodePower {
  Watts idle_w, max_w;
  std::int64_t gpus_per_node = 1;
};

// What one GPU in use at this share of the node's power span adds, to the nearest watt.
Watts gpu_dynamic_nearest(const NodePower& node, double utilization);

// Power of nodes that are switched on and idle.
Watts idle_power(const NodePower& node, std::int64_t powered_gpus);

// PUE in millionths, to the nearest: facility power is then a whole number of microwatts.
inline constexpr std::int64_t kPpm = 1'000'000;
std::int64_t pue_ppm_nearest(double pue);

// Power or energy kept exactly: W x ms, or W x ms x ppm once a PUE is in it.
using Exact = __int128;

inline constexpr Exact kWmsPerMwh = Exact{3'600'000} * 1'000'000;  // 1 MWh in W x ms

}  // namespace dure
