#include "physics/power.h"

#include <cmath>

#include "base/check.h"

namespace dure {

Watts gpu_dynamic_nearest(const NodePower& node, double utilization) {
  CHECK(node.gpus_per_node > 0 && node.max_w >= node.idle_w);
  const auto span = static_cast<double>((node.max_w - node.idle_w).count());
  return Watts(std::llround(span * utilization / static_cast<double>(node.gpus_per_node)));
}

Watts idle_power(const NodePower& node, std::int64_t powered_gpus) {
  return Watts(powered_gpus / node.gpus_per_node * node.idle_w.count());
}

std::int64_t pue_ppm_nearest(double pue) { return std::llround(pue * static_cast<double>(kPpm)); }

}  // namespace dure
