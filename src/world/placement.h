// Where a gang sits: nodes of racks, and how many GPUs on each. In a counted pool (a replayed batch
// machine) there are no nodes and the placement is empty.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace dure {

struct Slice {  // the same number of GPUs on some nodes of one rack
  std::uint32_t rack = 0;
  std::uint32_t gpus_per_node = 0;
  std::uint64_t nodes = 0;  // bit i: node i of the rack
  bool operator==(const Slice&) const = default;
  std::int64_t gpus() const { return std::int64_t{gpus_per_node} * std::popcount(nodes); }
};

using Placement = std::vector<Slice>;

}  // namespace dure
