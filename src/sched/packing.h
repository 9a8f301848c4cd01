// Which node, and which of its GPUs, for a request: CPU, memory and shares of GPUs at once. Pure
// scoring, independent of any experiment, and a cluster that keeps the scores of its nodes.
// Units: cpu in 1/1000 core, memory in MiB, GPUs in 1/1000 GPU.
// Invariants: 1. A share (0 < gpu_milli < 1000) asks for one GPU; several GPUs are whole.
//             2. No node's CPU, memory or GPU is ever below 0 or above what it was built with.
//             3. choose() and place() depend on nodes, requests and calls so far, on nothing else;
//                equal scores go to the node with the lower index.
// Source: Weng et al., "Beware of Fragmentation", USENIX ATC 2023, section 4 (FGD) and 6.1 (the
// others), and the simulator its authors published. Equations: docs/models/packing.md.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/stream.h"

namespace dure {

inline constexpr std::int32_t kWholeGpu = 1000;
inline constexpr std::int32_t kMostNodeGpus = 16;

using GpuModels = std::uint64_t;  // one bit a model that is known
inline constexpr GpuModels kAnyGpuModel = ~GpuModels{0};
using GpuSlots = std::uint32_t;  // one bit a GPU of a node

struct PackRequest {
  std::int64_t cpu_milli = 0, memory_mib = 0;
  std::int32_t gpus = 0, gpu_milli = 0;  // gpu_milli of each
  GpuModels models = kAnyGpuModel;       // those that will do; asked of GPU requests only

  std::int64_t gpu_demand_milli() const { return std::int64_t{gpus} * gpu_milli; }
  bool shares() const { return gpus == 1 && gpu_milli < kWholeGpu; }
  auto operator<=>(const PackRequest&) const = default;
};

struct PackNode {  // what is free on it
  std::int64_t cpu_milli = 0, memory_mib = 0;
  std::int32_t gpus = 0;                           // built in
  std::array<std::int16_t, kMostNodeGpus> free{};  // of each GPU; those beyond gpus are 0
  GpuModels model = 0;                             // the bit of its model; 0: not told
  // How many requests of each kind are on it: [0] shares, [n] of n whole GPUs.
  std::array<std::int16_t, kMostNodeGpus + 1> kinds{};

  static PackNode empty(std::int64_t cpu_milli, std::int64_t memory_mib, std::int32_t gpus,
                        GpuModels model);
  std::int64_t free_gpu_milli() const;
  std::int32_t whole_gpus() const;  // wholly free
};

enum class Packing { fgd, bestfit, dotprod, clustering, packing, random, dure };
inline constexpr std::array<std::string_view, 7> kPackingNames = {
    "fgd", "bestfit", "dotprod", "clustering", "packing", "random", "dure"};
std::optional<Packing> parse_packing(std::string_view name);

// The mix of requests that is expected, as counts. FGD knows the trace's: the commonest requests
// (CPU, GPUs, share and models; not memory) that together are at least 95 per cent of all.
struct TypicalRequest {
  PackRequest request;
  std::int64_t count = 0;
};
struct TypicalMix {
  std::vector<TypicalRequest> requests;  // commonest first
  std::int64_t total = 0;                // of their counts
};
TypicalMix typical_mix(const std::vector<PackRequest>& seen, int percent = 95);

bool fits(const PackNode& node, const PackRequest& request);

// F of the paper, times the mix's total: what of the node's free GPU a request of the mix, drawn by
// its count, could not use, in 1/1000 GPU. A whole number, so no order of addition changes it.
std::int64_t fragments(const PackNode& node, const TypicalMix& mix);

struct PackFit {
  std::int64_t score = 0;  // higher is better; of one policy and one request only
  GpuSlots slots = 0;      // the GPUs to take
};

// Nothing where the request does not fit. Packing::random scores every fit 0.
std::optional<PackFit> score(Packing policy, const TypicalMix& mix, const PackNode& node,
                             const PackRequest& request);

void take(PackNode& node, const PackRequest& request, GpuSlots slots);
void give_back(PackNode& node, const PackRequest& request, GpuSlots slots);

// Nodes and, for every request seen, their scores: a node is scored again only after it changed.
class PackedCluster {
 public:
  struct Place {
    std::size_t node = 0;
    GpuSlots slots = 0;
  };

  PackedCluster(std::vector<PackNode> nodes, Packing policy, TypicalMix mix);

  // The node with the highest score; chance is drawn from by Packing::random only.
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
  void refresh(Row& row, const PackRequest& request);

  std::vector<PackNode> nodes_;
  Packing policy_;
  TypicalMix mix_;
  std::map<PackRequest, Row> rows_;
  std::vector<std::uint32_t> changes_;  // nodes that changed, in order
};

}  // namespace dure
