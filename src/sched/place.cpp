#include "sched/place.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "sched/fragments.h"

namespace dure {
namespace {

struct Best {
  std::int64_t lost = std::numeric_limits<std::int64_t>::max();  // fragments() more than before
  std::size_t node = 0;
  GpuSlots slots = 0;
};

// The best GPUs of the node: shares look at each free share once, whole GPUs are all alike.
void look_at(const PackNode& node, std::size_t index, const PackRequest& request,
             const TypicalMix& mix, Best& best) {
  const std::int64_t before = fragments(node, mix);
  const auto look = [&](GpuSlots slots) {
    PackNode then = node;
    take(then, request, slots);
    const std::int64_t lost = fragments(then, mix) - before;
    if (lost < best.lost) best = {lost, index, slots};
  };
  if (!request.shares()) return look(tightest_slots(node, request));
  std::array<std::int32_t, kMostNodeGpus> seen{};
  std::size_t n = 0;
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    const std::int32_t free = node.free_of(g);
    if (free < request.gpu_milli || std::find(seen.begin(), seen.begin() + n, free) !=
                                        seen.begin() + static_cast<std::ptrdiff_t>(n))
      continue;
    seen[n++] = free;
    look(gpu_slot(g));
  }
}

}  // namespace

TypicalMix mix_of(const World& world, PoolId id) {
  std::map<PackRequest, std::int64_t> counts;  // of many lanes, few requests differ
  const Pool& pool = world.pool(id);
  for (const LaneId l : pool.lanes) {
    if (world.submitted(l) == 0) continue;
    const LaneOpened& lane = world.lane(l);
    if (const auto r = pool.machines->shared()->request(lane.gpus.count(), lane.shape()))
      counts[*r] += world.submitted(l);
  }
  TypicalMix mix;
  for (const auto& [request, count] : counts) {
    mix.requests.push_back({request, count});
    mix.total += count;
  }
  return mix;
}

Placement place_in(const World& world, PoolId id, std::int64_t gpus, const Shape& shape) {
  const Pool& pool = world.pool(id);
  if (!pool.machines) return {};
  const SharedNodes* const shared = pool.machines->shared();
  const auto request = shared != nullptr ? shared->request(gpus, shape) : std::nullopt;
  if (!request || request->gpus == 0 || shared->nodes_for(gpus) > 1)
    return *pool.machines->find(gpus, shape);
  const TypicalMix mix = mix_of(world, id);
  const std::vector<PackNode>& nodes = shared->nodes();
  Best best;
  const auto less = [](const PackNode* a, const PackNode* b) { return *a < *b; };
  std::set<const PackNode*, decltype(less)> seen(less);  // most nodes are like some other
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    if (!shared->open(n) || !fits(nodes[n], *request)) continue;
    if (!seen.insert(&nodes[n]).second) continue;
    look_at(nodes[n], n, *request, mix, best);
  }
  CHECK(best.lost != std::numeric_limits<std::int64_t>::max());  // it fits
  Placement place;
  place.push_back(shared->slice(best.node, *request, best.slots));
  return place;
}

}  // namespace dure
