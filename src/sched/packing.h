// Which node, and which of its GPUs, for a request: placement policies as scores, independent of
// any experiment, and a cluster that keeps the scores of its nodes. Invariants: 1. fit() depends on
// the node and the request, and on what the policy was built with.
//             2. choose() depends on the nodes and the calls so far (and, for Packing::random, on
//                the stream); equal scores go to the node with the lower index.
// Source: Weng et al., "Beware of Fragmentation", USENIX ATC 2023, sections 4 (FGD) and 6.1 (the
// others), and the simulator that its authors published; Packing::dure is ours (packing_prices.h).
// Equations: docs/models/packing.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/stream.h"
#include "sched/fragments.h"
#include "sched/packing_prices.h"

namespace dure {

enum class Packing { fgd, bestfit, dotprod, clustering, packing, random, dure };
inline constexpr std::array<std::string_view, 7> kPackingNames = {
    "fgd", "bestfit", "dotprod", "clustering", "packing", "random", "dure"};
std::optional<Packing> parse_packing(std::string_view name);

struct PackFit {
  std::int64_t score = 0;  // higher is better; comparable for one policy and one request only
  GpuSlots slots = 0;      // the GPUs to take
};

class PackingScore {
 public:
  // seen: requests by which fgd and dure know the mix; empty: the nodes, by which dure knows the
  // cluster. The other policies look at neither.
  PackingScore(Packing policy, const std::vector<PackRequest>& seen,
               const std::vector<PackNode>& empty);

  // Nothing where the request does not fit. Packing::random scores every fit 0.
  std::optional<PackFit> fit(const PackNode& node, const PackRequest& request) const;
  Packing policy() const { return policy_; }
  const std::optional<PackingPrices>& prices() const { return prices_; }  // of dure

 private:
  template <class Value>
  PackFit best_share(const PackNode& node, const PackRequest& request, const Value& value) const;

  Packing policy_;
  TypicalMix mix_;                       // of fgd
  std::optional<PackingPrices> prices_;  // of dure
};

// Nodes and, for every request seen, their scores: a node is scored again only after it changed.
class PackedCluster {
 public:
  struct Place {
    std::size_t node = 0;
    GpuSlots slots = 0;
  };

  PackedCluster(std::vector<PackNode> nodes, const PackingScore& score);  // score outlives this

  std::optional<Place> choose(const PackRequest& request, Stream& chance);
  void place(const PackRequest& request, const Place& place);
  void remove(const PackRequest& request, const Place& place);

  const std::vector<PackNode>& nodes() const { return nodes_; }

 private:
  struct Row {  // of one request: what each node says
    std::vector<std::int64_t> scores;
    std::vector<GpuSlots> slots;
    std::size_t seen = 0;  // changes_ up to here are in it
  };
  void refresh(Row& row, const PackRequest& request) const;
  std::optional<Place> any(const Row& row, const PackRequest& request, Stream& chance) const;

  std::vector<PackNode> nodes_;
  const PackingScore& score_;
  std::map<PackRequest, Row> rows_;
  std::vector<std::uint32_t> changes_;  // nodes that changed, in order
};

}  // namespace dure
