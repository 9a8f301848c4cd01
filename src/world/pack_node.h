// A node of CPU, memory and GPUs that can be shared, and a request for some of them.
// Units: cpu in 1/1000 core, memory in MiB, GPUs in 1/1000 GPU.
// Invariants: 1. A share (0 < gpu_milli < 1000) asks for one GPU; several GPUs are whole.
//             2. No node's CPU, memory or GPU is ever below 0, nor a GPU above 1000.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace dure {

inline constexpr std::int32_t kWholeGpu = 1000;
inline constexpr std::int32_t kMostNodeGpus = 16;

using GpuModels = std::uint64_t;  // one bit a model that is known
inline constexpr GpuModels kAnyGpuModel = ~GpuModels{0};
using GpuSlots = std::uint32_t;  // one bit a GPU of a node
constexpr GpuSlots gpu_slot(std::int32_t g) { return GpuSlots{1} << g; }

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

  auto operator<=>(const PackNode&) const = default;
  static PackNode empty(std::int64_t cpu_milli, std::int64_t memory_mib, std::int32_t gpus,
                        GpuModels model);
  std::int64_t free_gpu_milli() const;
  std::int32_t whole_gpus() const;  // wholly free
  std::int32_t free_of(std::int32_t gpu) const { return free[static_cast<std::size_t>(gpu)]; }
};

// Where the request is counted in PackNode::kinds.
std::size_t kind_of(const PackRequest& request);
bool model_will_do(const PackNode& node, const PackRequest& request);
bool gpus_fit(const PackNode& node, const PackRequest& request);  // whatever CPU and memory
bool fits(const PackNode& node, const PackRequest& request);
// The GPU that a share leaves least of; for whole GPUs the first free ones. The request fits.
GpuSlots tightest_slots(const PackNode& node, const PackRequest& request);
void take(PackNode& node, const PackRequest& request, GpuSlots slots);
void give_back(PackNode& node, const PackRequest& request, GpuSlots slots);

}  // namespace dure
