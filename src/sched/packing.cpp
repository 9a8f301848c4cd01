#include "sched/packing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace dure {
namespace {

// The largest node of the published experiment, by which its scores are scaled.
constexpr double kMaxCpu = 128'000, kMaxGpu = 8'000;
constexpr std::int64_t kNoFit = std::numeric_limits<std::int64_t>::min();
// Prices are of a fluid; what differs by less than this (1/50 GPU) is the same, and the node that
// comes first takes it, so that nodes that are empty stay so.
constexpr std::int64_t kSameWorthMicro = 20'000;

// int(100 sigmoid(x)) of the drop of F in GPUs: the published steps, so that what ties there ties
// here.
std::int64_t published_step(double drop_gpus) {
  return static_cast<std::int64_t>(100.0 / (1.0 + std::exp(-drop_gpus)));
}

// What is left over on the node, as part of the largest node, CPU and GPU alike; less is better.
std::int64_t bestfit(const PackNode& node, const PackRequest& request) {
  const double cpu = static_cast<double>(node.cpu_milli - request.cpu_milli) / kMaxCpu;
  const double gpu =
      static_cast<double>(node.free_gpu_milli() - request.gpu_demand_milli()) / kMaxGpu;
  return static_cast<std::int64_t>((1.0 - (cpu + gpu) / 2) * 100.0);
}

// The request along what is free; less is better (Tetris turned to packing, as published).
std::int64_t dotprod(const PackNode& node, const PackRequest& request) {
  const double cpu = static_cast<double>(node.cpu_milli) / kMaxCpu *
                     (static_cast<double>(request.cpu_milli) / kMaxCpu);
  const double gpu = static_cast<double>(node.free_gpu_milli()) / kMaxGpu *
                     (static_cast<double>(request.gpu_demand_milli()) / kMaxGpu);
  return static_cast<std::int64_t>((1.0 - (cpu + gpu) / 2) * 100.0);
}

// Beside requests of the same kind alone, then beside them among others, then an empty node, then
// among strangers; of each the fuller first.
std::int64_t clustering(const PackNode& node, const PackRequest& request) {
  if (request.gpus == 0) return 0;
  const auto kinds =
      std::count_if(node.kinds.begin(), node.kinds.end(), [](std::int16_t n) { return n > 0; });
  const bool same = node.kinds[kind_of(request)] > 0;
  const auto full = 25 * (static_cast<std::int64_t>(kMaxGpu) - node.free_gpu_milli()) /
                    static_cast<std::int64_t>(kMaxGpu);
  return full + (same ? (kinds == 1 ? 75 : 50) : (kinds == 0 ? 25 : 0));
}

// GPUs that are shared already, then free GPUs of a node in use, then a free node.
std::int64_t packing(const PackNode& node, const PackRequest& request) {
  if (request.gpus == 0) return 0;
  const std::int64_t whole = node.whole_gpus();
  if (whole == node.gpus) return std::max(33 - whole, whole);
  std::array<std::int16_t, kMostNodeGpus> free = node.free;
  std::sort(free.begin(), free.begin() + node.gpus);
  std::int64_t left = request.gpus, whole_taken = 0, percent = 0;
  for (std::size_t g = 0; g < static_cast<std::size_t>(node.gpus) && left > 0; ++g) {
    if (free[g] < request.gpu_milli) continue;
    --left;
    percent += free[g] / 10;
    if (free[g] == kWholeGpu) ++whole_taken;
  }
  if (whole_taken > 0) return std::max<std::int64_t>(50 - whole_taken, 33);
  return std::max<std::int64_t>(100 - percent / 10, 50);
}

}  // namespace

std::optional<Packing> parse_packing(std::string_view name) {
  for (std::size_t i = 0; i < kPackingNames.size(); ++i)
    if (kPackingNames[i] == name) return static_cast<Packing>(i);
  return std::nullopt;
}

PackingScore::PackingScore(Packing policy, const std::vector<PackRequest>& seen,
                           const std::vector<PackNode>& empty)
    : policy_(policy) {
  if (policy == Packing::fgd) mix_ = typical_mix(seen, 95);
  if (policy == Packing::dure) prices_.emplace(typical_mix(seen, 100), empty);
}

// The GPU with the highest value(node after) for a share; whole GPUs are all alike.
template <class Value>
PackFit PackingScore::best_share(const PackNode& node, const PackRequest& request,
                                 const Value& value) const {
  const auto after = [&](GpuSlots slots) {
    PackNode then = node;
    take(then, request, slots);
    return PackFit{value(then), slots};
  };
  if (!request.shares()) return after(tightest_slots(node, request));
  PackFit best{kNoFit, 0};
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    if (node.free_of(g) < request.gpu_milli) continue;
    bool seen = false;  // as much is free on an earlier GPU
    for (std::int32_t e = 0; e < g; ++e) seen = seen || node.free_of(e) == node.free_of(g);
    if (seen) continue;
    if (const PackFit fit = after(gpu_slot(g)); fit.score > best.score) best = fit;
  }
  return best;
}

std::optional<PackFit> PackingScore::fit(const PackNode& node, const PackRequest& request) const {
  if (!fits(node, request)) return std::nullopt;
  const auto tightest = [&](std::int64_t s) { return PackFit{s, tightest_slots(node, request)}; };
  switch (policy_) {
    case Packing::fgd: {
      const std::int64_t before = fragments(node, mix_);
      const double gpu = 1000.0 * static_cast<double>(std::max<std::int64_t>(mix_.total, 1));
      return best_share(node, request, [&](const PackNode& then) {
        return published_step(static_cast<double>(before - fragments(then, mix_)) / gpu);
      });
    }
    case Packing::bestfit: return tightest(bestfit(node, request));
    case Packing::dotprod: return tightest(dotprod(node, request));
    case Packing::clustering: return tightest(clustering(node, request));
    case Packing::packing: return tightest(packing(node, request));
    case Packing::random: return tightest(0);
    case Packing::dure: {
      const std::int64_t before = prices_->worth(node);
      PackFit best = best_share(
          node, request, [&](const PackNode& then) { return prices_->worth(then) - before; });
      best.score = -((-best.score + kSameWorthMicro - 1) / kSameWorthMicro);
      return best;
    }
  }
  return std::nullopt;
}

PackedCluster::PackedCluster(std::vector<PackNode> nodes, const PackingScore& score)
    : nodes_(std::move(nodes)), score_(score) {}

void PackedCluster::refresh(Row& row, const PackRequest& request) const {
  const auto look = [&](std::size_t n) {
    const std::optional<PackFit> fit = score_.fit(nodes_[n], request);
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

// Any node that fits, any GPU of it that has room for a share: all equally likely.
std::optional<PackedCluster::Place> PackedCluster::any(const Row& row, const PackRequest& request,
                                                       Stream& chance) const {
  const auto fit = static_cast<std::uint64_t>(std::count_if(
      row.scores.begin(), row.scores.end(), [](std::int64_t s) { return s != kNoFit; }));
  if (fit == 0) return std::nullopt;
  std::uint64_t skip = chance.below(fit);
  std::size_t n = 0;
  for (;; ++n)
    if (row.scores[n] != kNoFit && skip-- == 0) break;
  GpuSlots slots = row.slots[n];
  std::uint64_t room = 0;
  for (std::int32_t g = 0; request.shares() && g < nodes_[n].gpus; ++g)
    if (nodes_[n].free_of(g) >= request.gpu_milli && chance.below(++room) == 0) slots = gpu_slot(g);
  return Place{n, slots};
}

std::optional<PackedCluster::Place> PackedCluster::choose(const PackRequest& request,
                                                          Stream& chance) {
  Row& row = rows_[request];
  refresh(row, request);
  if (score_.policy() == Packing::random) return any(row, request, chance);
  const auto best = std::max_element(row.scores.begin(), row.scores.end());  // invariant 2
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
