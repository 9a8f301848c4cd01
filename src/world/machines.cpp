#include "world/machines.h"

namespace dure {

std::optional<Machines> machines_of(const PoolOpened& p) {
  if (p.gpus_per_node == 0) return std::nullopt;
  if (p.cpu_milli == 0)
    return Machines(
        CapacityIndex(p.gpus_per_node, p.nodes_per_rack, p.nodes_per_domain, p.leaf_racks));
  const std::int64_t gpus = p.device == Device::cpu ? 0 : p.gpus_per_node / units_of_one(p.device);
  return Machines(
      SharedNodes(PackNode::empty(p.cpu_milli, p.memory_mib, static_cast<std::int32_t>(gpus), 0),
                  p.nodes_per_rack));
}

}  // namespace dure
