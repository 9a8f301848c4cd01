// Finds room for a gang in a pool of racks without scanning it. A pool is of one hardware class:
// racks of R nodes (R <= 64), nodes of G GPUs (G <= 255); an NVLink domain is a rack or a node.
//
// Racks stand in buckets by how many of their nodes are wholly free, and nodes that are partly used
// in buckets by how many of their GPUs are free: best fit is the first non-empty bucket that is
// large enough, least number first. A question costs O(R + G), an answer O(slices).
//
// Invariants: 1. A node is wholly free, partly used, wholly used, draining or closed (retired,
//             drained or not installed). A draining node offers nothing, and is installed only as
//             far as jobs hold it.
//             2. free = sum over nodes of their free GPUs; never negative, never above installed.
//             3. Each rack is in the bucket of its count of wholly free nodes, each partly used
//             node in
//                the bucket of its count of free GPUs, and nothing is in two buckets.
//             4. Racks are broken only when no broken rack or node will do (kept whole for gangs).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bit_tree.h"
#include "world/placement.h"

namespace dure {

class CapacityIndex {
 public:
  // nodes_per_domain: 1 (a node), or nodes_per_rack. racks_per_leaf: neighbours that hang on one
  // group of leaf switches, where a gang of several racks sits if it can; 0: it does not matter.
  CapacityIndex(std::uint32_t gpus_per_node, std::uint32_t nodes_per_rack,
                std::uint32_t nodes_per_domain, std::uint32_t racks_per_leaf = 0);

  void install(std::int64_t gpus);  // a whole number of nodes; racks fill up in order
  void retire(std::int64_t gpus);   // free nodes go at once, busy ones when they fall free
  // These nodes take no new work: what is free on them goes at once, the rest when it is given
  // back. Nodes that are not there, or are drained already, are passed over. GPUs that go.
  std::int64_t drain(std::uint32_t rack, std::uint64_t nodes);
  std::int64_t resume(std::uint32_t rack, std::uint64_t nodes);  // GPUs that come back

  std::int64_t installed() const { return installed_; }
  std::int64_t out_of_service() const;  // GPUs that resuming every node would add
  std::int64_t free() const { return free_; }
  std::int64_t free_nodes() const { return free_nodes_; }
  std::int64_t whole_racks() const { return whole_racks_; }  // with every node free
  // To be retired, whichever nodes fall free first.
  std::int64_t retiring() const { return owed_nodes_ * gpus_per_node_; }
  // Still held, and gone when they fall free.
  std::int64_t owed() const { return owed_nodes_ * gpus_per_node_ + draining_gpus_; }

  bool fits(std::int64_t gpus, const Shape& shape) const;
  std::optional<Placement> find(std::int64_t gpus, const Shape& shape) const;  // changes nothing
  bool can_take(const Placement& place) const;
  void take(const Placement& place);
  void give(const Placement& place);

  void audit() const;  // recounts invariants 1 to 3 from the nodes

 private:
  friend struct PartsArchive;
  struct Rack {
    std::uint64_t whole = 0;     // wholly free nodes
    std::uint64_t exists = 0;    // installed and not retired
    std::uint64_t draining = 0;  // of those: drained, and some job is still there
    std::uint64_t drained = 0;   // not of those: drained, may be resumed
  };
  std::optional<Placement> in_one_leaf(std::uint32_t nodes, std::uint32_t part,
                                       Spread spread) const;
  std::uint32_t rack_of(std::uint32_t node) const { return node / nodes_per_rack_; }
  std::uint32_t largest_domain() const;  // wholly free nodes of the emptiest domain
  void set_node(std::uint32_t rack, std::uint32_t slot, std::uint32_t free_gpus);
  void move_rack(std::uint32_t rack, std::uint64_t whole);
  void close_node(std::uint32_t rack, std::uint32_t slot);
  void give_draining(std::uint32_t rack, std::uint32_t slot, std::uint32_t gpus);
  bool fits_part(std::uint32_t gpus, std::int64_t spare_nodes) const;

  std::uint32_t gpus_per_node_, nodes_per_rack_, nodes_per_domain_, racks_per_leaf_;
  std::vector<Rack> racks_;
  std::vector<std::uint8_t> node_free_;      // by rack * nodes_per_rack + slot
  std::vector<std::uint32_t> leaf_whole_;    // [leaf]: wholly free nodes
  std::vector<BitTree> racks_by_whole_;      // [count of wholly free nodes]
  std::vector<BitTree> nodes_by_free_;       // [free GPUs], 1 to G - 1
  std::vector<std::uint8_t> draining_held_;  // of draining nodes: GPUs that jobs still hold
  std::int64_t installed_ = 0, free_ = 0, free_nodes_ = 0, nodes_ = 0, owed_nodes_ = 0;
  std::int64_t draining_gpus_ = 0, whole_racks_ = 0;
};

}  // namespace dure
