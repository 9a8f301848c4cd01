#include "world/pack_node.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace dure {

PackNode PackNode::empty(std::int64_t cpu_milli, std::int64_t memory_mib, std::int32_t gpus,
                         GpuModels model) {
  CHECK(gpus >= 0 && gpus <= kMostNodeGpus);
  PackNode node{cpu_milli, memory_mib, gpus, {}, model, {}};
  std::fill_n(node.free.begin(), gpus, static_cast<std::int16_t>(kWholeGpu));
  return node;
}

std::int64_t PackNode::free_gpu_milli() const {
  std::int64_t sum = 0;
  for (const std::int16_t f : free) sum += f;
  return sum;
}

std::int32_t PackNode::whole_gpus() const {
  std::int32_t whole = 0;
  for (const std::int16_t f : free) whole += f == kWholeGpu;
  return whole;
}

std::size_t kind_of(const PackRequest& request) {
  return request.shares() ? 0 : static_cast<std::size_t>(request.gpus);
}

bool model_will_do(const PackNode& node, const PackRequest& request) {
  return request.models == kAnyGpuModel || (request.models & node.model) != 0;
}

bool gpus_fit(const PackNode& node, const PackRequest& request) {
  std::int32_t left = request.gpus;
  for (std::int32_t g = 0; g < node.gpus && left > 0; ++g)
    if (node.free[static_cast<std::size_t>(g)] >= request.gpu_milli) --left;
  return left <= 0;
}

bool fits(const PackNode& node, const PackRequest& request) {
  if (node.cpu_milli < request.cpu_milli || node.memory_mib < request.memory_mib) return false;
  return request.gpus == 0 || (model_will_do(node, request) && gpus_fit(node, request));
}

GpuSlots tightest_slots(const PackNode& node, const PackRequest& request) {
  GpuSlots slots = 0;
  if (request.shares()) {
    std::int32_t best = -1;
    for (std::int32_t g = 0; g < node.gpus; ++g) {
      const auto free = node.free[static_cast<std::size_t>(g)];
      if (free >= request.gpu_milli &&
          (best < 0 || free < node.free[static_cast<std::size_t>(best)]))
        best = g;
    }
    return best < 0 ? 0 : gpu_slot(best);
  }
  std::int32_t left = request.gpus;
  for (std::int32_t g = 0; g < node.gpus && left > 0; ++g)
    if (node.free[static_cast<std::size_t>(g)] == kWholeGpu) {
      slots |= gpu_slot(g);
      --left;
    }
  return slots;
}

void take(PackNode& node, const PackRequest& request, GpuSlots slots) {
  CHECK(std::popcount(slots) == request.gpus);  // invariant 1
  node.cpu_milli -= request.cpu_milli;
  node.memory_mib -= request.memory_mib;
  CHECK(node.cpu_milli >= 0 && node.memory_mib >= 0);  // invariant 2
  if (request.gpus == 0) return;
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    if ((slots & gpu_slot(g)) == 0) continue;
    std::int16_t& free = node.free[static_cast<std::size_t>(g)];
    free = static_cast<std::int16_t>(free - request.gpu_milli);
    CHECK(free >= 0);  // invariant 2
  }
  ++node.kinds[kind_of(request)];
}

void give_back(PackNode& node, const PackRequest& request, GpuSlots slots) {
  CHECK(std::popcount(slots) == request.gpus);  // invariant 1
  node.cpu_milli += request.cpu_milli;
  node.memory_mib += request.memory_mib;
  if (request.gpus == 0) return;
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    if ((slots & gpu_slot(g)) == 0) continue;
    std::int16_t& free = node.free[static_cast<std::size_t>(g)];
    free = static_cast<std::int16_t>(free + request.gpu_milli);
    CHECK(free <= kWholeGpu);  // invariant 2
  }
  CHECK(--node.kinds[kind_of(request)] >= 0);
}

}  // namespace dure
