#include "sched/packing.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

// The largest node of the published experiment, by which its scores are scaled.
constexpr std::int64_t kMaxCpu = 128'000, kMaxGpu = 8'000;
constexpr std::int64_t kNoFit = std::numeric_limits<std::int64_t>::min();

bool model_will_do(const PackNode& node, const PackRequest& request) {
  return request.models == kAnyGpuModel || (request.models & node.model) != 0;
}

bool gpus_fit(const PackNode& node, const PackRequest& request) {
  std::int32_t left = request.gpus;
  for (std::int32_t g = 0; g < node.gpus && left > 0; ++g)
    if (node.free[static_cast<std::size_t>(g)] >= request.gpu_milli) --left;
  return left <= 0;
}

constexpr GpuSlots slot(std::int32_t g) { return GpuSlots{1} << g; }

// The GPU that is left with least for a share; the first whole ones for whole GPUs.
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
    return best < 0 ? 0 : slot(best);
  }
  std::int32_t left = request.gpus;
  for (std::int32_t g = 0; g < node.gpus && left > 0; ++g)
    if (node.free[static_cast<std::size_t>(g)] == kWholeGpu) {
      slots |= slot(g);
      --left;
    }
  return slots;
}

std::size_t kind_of(const PackRequest& request) {
  return request.shares() ? 0 : static_cast<std::size_t>(request.gpus);
}

// int(100 sigmoid(x)) of the drop of F in GPUs: the published steps, so that what ties there ties
// here.
std::int64_t published_step(double drop_gpus) {
  return static_cast<std::int64_t>(100.0 / (1.0 + std::exp(-drop_gpus)));
}

PackFit fgd(const TypicalMix& mix, const PackNode& node, const PackRequest& request) {
  const std::int64_t before = fragments(node, mix);
  const double unit = 1000.0 * static_cast<double>(mix.total);
  const auto after = [&](GpuSlots slots) {
    PackNode then = node;
    take(then, request, slots);
    return published_step(static_cast<double>(before - fragments(then, mix)) / unit);
  };
  if (!request.shares()) {
    const GpuSlots slots = tightest_slots(node, request);
    return {after(slots), slots};
  }
  PackFit best{-1, 0};
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    if (node.free[static_cast<std::size_t>(g)] < request.gpu_milli) continue;
    if (const std::int64_t s = after(slot(g)); s > best.score) best = {s, slot(g)};
  }
  return best;
}

// What is left over on the node, of the largest node, CPU and GPU alike; less is better.
std::int64_t bestfit(const PackNode& node, const PackRequest& request) {
  const double left =
      static_cast<double>(node.cpu_milli - request.cpu_milli) / kMaxCpu * 0.5 +
      static_cast<double>(node.free_gpu_milli() - request.gpu_demand_milli()) / kMaxGpu * 0.5;
  return static_cast<std::int64_t>((1.0 - left) * 100.0);
}

// The request along what is free; smaller is better (Tetris turned to packing, as published).
std::int64_t dotprod(const PackNode& node, const PackRequest& request) {
  const double product = static_cast<double>(node.cpu_milli) / kMaxCpu *
                             static_cast<double>(request.cpu_milli) / kMaxCpu +
                         static_cast<double>(node.free_gpu_milli()) / kMaxGpu *
                             static_cast<double>(request.gpu_demand_milli()) / kMaxGpu;
  return static_cast<std::int64_t>(100.0 * (1.0 - product / 2.0));
}

// Beside requests of the same kind alone, then beside them among others, then an empty node, then
// among strangers; fuller nodes first.
std::int64_t clustering(const PackNode& node, const PackRequest& request) {
  if (request.gpus == 0) return 0;
  const auto kinds =
      std::count_if(node.kinds.begin() + 0, node.kinds.end(), [](std::int16_t n) { return n > 0; });
  const bool same = node.kinds[kind_of(request)] > 0;
  const std::int64_t full = 25 * (kMaxGpu - node.free_gpu_milli()) / kMaxGpu;
  return full + (same ? (kinds == 1 ? 75 : 50) : (kinds == 0 ? 25 : 0));
}

// GPUs that are shared already, then free GPUs of a node in use, then a free node.
std::int64_t packing(const PackNode& node, const PackRequest& request) {
  if (request.gpus == 0) return 0;
  const std::int64_t whole = node.whole_gpus();
  if (whole == node.gpus) return std::max(100 / 3 - whole, whole);
  std::array<std::int16_t, kMostNodeGpus> free = node.free;
  std::sort(free.begin(), free.begin() + node.gpus);
  std::int64_t left = request.gpus, whole_taken = 0, percent = 0;
  for (std::int32_t g = 0; g < node.gpus && left > 0; ++g) {
    const std::int16_t f = free[static_cast<std::size_t>(g)];
    if (f < request.gpu_milli) continue;
    --left;
    percent += f / 10;
    if (f == kWholeGpu) ++whole_taken;
  }
  if (whole_taken > 0) return std::max<std::int64_t>(50 - whole_taken, 33);
  return std::max<std::int64_t>(100 - percent / 10, 50);
}

}  // namespace

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

std::optional<Packing> parse_packing(std::string_view name) {
  for (std::size_t i = 0; i < kPackingNames.size(); ++i)
    if (kPackingNames[i] == name) return static_cast<Packing>(i);
  return std::nullopt;
}

TypicalMix typical_mix(const std::vector<PackRequest>& seen, int percent) {
  std::map<PackRequest, std::int64_t> counts;
  for (PackRequest r : seen) {
    r.memory_mib = 0;
    ++counts[r];
  }
  TypicalMix mix;
  for (const auto& [request, count] : counts) mix.requests.push_back({request, count});
  // Commonest first; of equals the larger, by CPU, then share, then GPUs, as published.
  std::sort(mix.requests.begin(), mix.requests.end(),
            [](const TypicalRequest& a, const TypicalRequest& b) {
              const auto key = [](const TypicalRequest& t) {
                return std::tuple(t.count, t.request.cpu_milli, t.request.gpu_milli, t.request.gpus,
                                  t.request.models);
              };
              return key(a) > key(b);
            });
  const auto enough = static_cast<std::int64_t>(seen.size()) * percent;
  std::size_t kept = 0;
  while (mix.total * 100 < enough) mix.total += mix.requests[kept++].count;
  mix.requests.resize(kept);
  return mix;
}

bool fits(const PackNode& node, const PackRequest& request) {
  if (node.cpu_milli < request.cpu_milli || node.memory_mib < request.memory_mib) return false;
  return request.gpus == 0 || (model_will_do(node, request) && gpus_fit(node, request));
}

std::int64_t fragments(const PackNode& node, const TypicalMix& mix) {
  const std::int64_t free = node.free_gpu_milli();
  if (free == 0) return 0;
  std::int64_t sum = 0;
  for (const TypicalRequest& t : mix.requests) {
    std::int64_t lost = free;
    if (t.request.gpus > 0 && node.cpu_milli >= t.request.cpu_milli &&
        model_will_do(node, t.request) && gpus_fit(node, t.request)) {
      lost = 0;
      for (const std::int16_t f : node.free)
        if (f < t.request.gpu_milli) lost += f;
    }
    sum += t.count * lost;
  }
  return sum;
}

std::optional<PackFit> score(Packing policy, const TypicalMix& mix, const PackNode& node,
                             const PackRequest& request) {
  if (!fits(node, request)) return std::nullopt;
  switch (policy) {
    case Packing::fgd: return fgd(mix, node, request);
    case Packing::bestfit: return PackFit{bestfit(node, request), tightest_slots(node, request)};
    case Packing::dotprod: return PackFit{dotprod(node, request), tightest_slots(node, request)};
    case Packing::clustering:
      return PackFit{clustering(node, request), tightest_slots(node, request)};
    case Packing::packing: return PackFit{packing(node, request), tightest_slots(node, request)};
    case Packing::random: return PackFit{0, tightest_slots(node, request)};
    case Packing::dure: return fgd(mix, node, request);
  }
  return std::nullopt;
}

void take(PackNode& node, const PackRequest& request, GpuSlots slots) {
  CHECK(std::popcount(slots) == request.gpus);  // invariant 1
  node.cpu_milli -= request.cpu_milli;
  node.memory_mib -= request.memory_mib;
  CHECK(node.cpu_milli >= 0 && node.memory_mib >= 0);  // invariant 2
  if (request.gpus == 0) return;
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    if ((slots & slot(g)) == 0) continue;
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
    if ((slots & slot(g)) == 0) continue;
    std::int16_t& free = node.free[static_cast<std::size_t>(g)];
    free = static_cast<std::int16_t>(free + request.gpu_milli);
    CHECK(free <= kWholeGpu);  // invariant 2
  }
  CHECK(--node.kinds[kind_of(request)] >= 0);
}

PackedCluster::PackedCluster(std::vector<PackNode> nodes, Packing policy, TypicalMix mix)
    : nodes_(std::move(nodes)), policy_(policy), mix_(std::move(mix)) {}

void PackedCluster::refresh(Row& row, const PackRequest& request) {
  const auto look = [&](std::size_t n) {
    const std::optional<PackFit> fit = score(policy_, mix_, nodes_[n], request);
    row.scores[n] = fit ? fit->score : kNoFit;
    row.slots[n] = fit ? fit->slots : 0;
  };
  if (row.scores.empty()) {
    row.scores.resize(nodes_.size());
    row.slots.resize(nodes_.size());
    for (std::size_t n = 0; n < nodes_.size(); ++n) look(n);
  } else {
    for (; row.seen < changes_.size(); ++row.seen) look(changes_[row.seen]);
  }
  row.seen = changes_.size();
}

std::optional<PackedCluster::Place> PackedCluster::choose(const PackRequest& request,
                                                          Stream& chance) {
  Row& row = rows_[request];
  refresh(row, request);
  if (policy_ == Packing::random) {
    const auto fit = static_cast<std::uint64_t>(
        std::count_if(row.scores.begin(), row.scores.end(), [](auto s) { return s != kNoFit; }));
    if (fit == 0) return std::nullopt;
    std::uint64_t left = chance.below(fit);
    for (std::size_t n = 0;; ++n) {
      if (row.scores[n] == kNoFit) continue;
      if (left-- > 0) continue;
      GpuSlots slots = row.slots[n];
      if (request.shares()) {  // any GPU with room
        std::uint64_t room = 0;
        for (std::int32_t g = 0; g < nodes_[n].gpus; ++g)
          if (nodes_[n].free[static_cast<std::size_t>(g)] >= request.gpu_milli &&
              chance.below(++room) == 0)
            slots = slot(g);
      }
      return Place{n, slots};
    }
  }
  const auto best = std::max_element(row.scores.begin(), row.scores.end());  // the first: inv. 3
  if (best == row.scores.end() || *best == kNoFit) return std::nullopt;
  const auto n = static_cast<std::size_t>(best - row.scores.begin());
  return Place{n, row.slots[n]};
}

void PackedCluster::place(const PackRequest& request, const Place& place) {
  take(nodes_[place.node], request, place.slots);
  changes_.push_back(static_cast<std::uint32_t>(place.node));
}

void PackedCluster::remove(const PackRequest& request, const Place& place) {
  give_back(nodes_[place.node], request, place.slots);
  changes_.push_back(static_cast<std::uint32_t>(place.node));
}

}  // namespace dure
