// Finds room on nodes that are shared: thousandths of a GPU, CPU cores and memory. A pool of shared
// GPUs is counted in thousandths of a GPU, a pool of CPU nodes in cores. All its nodes are alike.
//
// A job that is no larger than a node sits on one: a share (below 1000) on one GPU, more on whole
// GPUs. A larger one takes so many nodes, all of their units. CPU and memory are asked of each.
// A slice of a placement is here: rack = the node, gpus_per_node = units on each GPU (or cores),
// nodes = which GPUs (or 1).
//
// Invariants: 1. A node is open, draining (offers nothing, installed only as far as jobs hold it),
//                drained or gone.
//             2. free = units free on open nodes; 0 <= free <= installed.
//             3. An open node that is not full stands in the bucket of what it could take at most,
//                and in no other.
//             4. No GPU, CPU or memory of a node is given out twice.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bit_tree.h"
#include "world/pack_node.h"
#include "world/placement.h"

namespace dure {

class SharedNodes {
 public:
  // full: a node with nothing on it. nodes_per_rack: how drain() and resume() number nodes.
  SharedNodes(const PackNode& full, std::uint32_t nodes_per_rack);

  std::int64_t node_units() const { return node_units_; }
  // What each of its nodes is asked for; nothing if no node could ever give it.
  std::optional<PackRequest> request(std::int64_t units, const Shape& shape) const;
  std::int64_t nodes_for(std::int64_t units) const;

  void install(std::int64_t units);  // a whole number of nodes
  void retire(std::int64_t units);   // free nodes go at once, busy ones when they fall free
  std::int64_t drain(std::uint32_t rack, std::uint64_t nodes);   // units that go
  std::int64_t resume(std::uint32_t rack, std::uint64_t nodes);  // units that come back

  std::int64_t installed() const { return installed_; }
  std::int64_t out_of_service() const;  // units that resuming every node would add
  std::int64_t free() const { return free_; }
  std::int64_t retiring() const { return owed_nodes_ * node_units_; }
  std::int64_t owed() const { return retiring() + draining_units_; }

  bool fits(std::int64_t units, const Shape& shape) const;
  // Best fit: of the nodes that will do the one that can take least.
  std::optional<Placement> find(std::int64_t units, const Shape& shape) const;
  std::int64_t most(
      const Shape& shape) const;  // the largest job that fits, on one node or whole ones
  bool can_take(const Placement& place) const;
  void take(const Placement& place);
  void give(const Placement& place);

  // What is free on each node, and whether it may be used.
  const std::vector<PackNode>& nodes() const { return nodes_; }
  bool open(std::size_t node) const { return states_[node] == State::open; }
  Slice slice(std::size_t node, const PackRequest& request, GpuSlots slots) const;

  // held: the slices of all jobs that are here. Recounts the invariants.
  void audit(std::span<const Slice> held) const;

 private:
  friend struct PartsArchive;
  enum class State : std::uint8_t { open, draining, drained, gone };
  static constexpr std::size_t kShares = 10;  // buckets of nodes without a whole free GPU
  std::size_t bucket(const PackNode& node) const;
  std::size_t bucket(const PackRequest& request) const;  // of nodes that may do, the first
  PackRequest request(const Slice& slice) const;
  GpuSlots slots(const Slice& slice) const;
  std::int64_t free_units(const PackNode& node) const;
  bool idle(const PackNode& node) const { return free_units(node) == node_units_ && whole(node); }
  bool whole(const PackNode& node) const {
    return node.cpu_milli == full_.cpu_milli && node.memory_mib == full_.memory_mib;
  }
  void put(std::size_t node, const PackNode& now);
  void close(std::size_t node);
  template <class F>
  bool any_node(const PackRequest& request, F&& f) const;

  PackNode full_;
  std::uint32_t nodes_per_rack_;
  std::int64_t node_units_;
  std::vector<PackNode> nodes_;
  std::vector<State> states_;
  std::vector<BitTree> buckets_;
  std::int64_t installed_ = 0, free_ = 0, owed_nodes_ = 0, draining_units_ = 0;
};

}  // namespace dure
