#include "sched/packing_prices.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

// Requests of the mix that have a rent: the commonest. The traces that we know have fewer than 100.
constexpr std::size_t kMostItems = 128;
constexpr int kRounds = 2'000;  // of the subgradient method; prices are the mean of the second half

}  // namespace

PackingPrices::PackingPrices(const TypicalMix& mix, const std::vector<PackNode>& empty) {
  std::int64_t gpus = 0, cpu_milli = 0, demand_milli = 0, cpu_only_milli = 0;
  for (const PackNode& node : empty) {
    gpus += node.gpus;
    cpu_milli += node.cpu_milli;
  }
  for (const TypicalRequest& t : mix.requests) {
    demand_milli += t.count * t.request.gpu_demand_milli();
    if (t.request.gpus == 0) cpu_only_milli += t.count * t.request.cpu_milli;
  }
  // How often the mix arrives until it has asked for all GPUs.
  const double times =
      demand_milli > 0 ? static_cast<double>(gpus * kWholeGpu) / static_cast<double>(demand_milli)
                       : 0;
  for (const TypicalRequest& t : mix.requests)
    if (times > 0 && t.request.gpu_demand_milli() > 0 && items_.size() < kMostItems)
      items_.push_back({t.request, times * static_cast<double>(t.count * t.request.gpus), 0});
  typical_price_ =
      1e6 * static_cast<double>(gpus) / static_cast<double>(std::max<std::int64_t>(cpu_milli, 1));

  std::map<std::pair<GpuModels, std::int32_t>, std::map<std::int64_t, std::int64_t>> shapes;
  for (const PackNode& node : empty) ++shapes[{node.model, node.gpus}][node.cpu_milli];
  std::map<std::vector<bool>, std::size_t> groups;
  std::vector<NodeClass> classes;
  for (const auto& [key, nodes_by_cpu] : shapes) {
    const PackNode largest =
        PackNode::empty(nodes_by_cpu.rbegin()->first, 0, key.second, key.first);
    Shape shape{key.first, key.second, {}, 0};
    for (const Item& item : items_) shape.usable.push_back(fits(largest, item.request));
    shape.group = groups.try_emplace(shape.usable, groups.size()).first->second;
    for (const auto& [cpu, count] : nodes_by_cpu) classes.push_back({shapes_.size(), cpu, count});
    shapes_.push_back(std::move(shape));
  }
  seek(classes, times * static_cast<double>(cpu_only_milli));
  tabulate();
}

std::int64_t PackingPrices::net_micro(const Item& item, std::size_t price) const {
  return (item.request.gpu_milli - item.rent_milli) * 1000 - cpu_price_[price] * item.cpu_milli();
}

// From nothing (but for least) to about 40 times the typical price, a quarter more each.
void PackingPrices::set_prices(double least) {
  double times = 0.03;
  cpu_price_[0] = std::llround(least);
  for (std::size_t p = 1; p < kCpuPrices; ++p, times *= 1.27)
    cpu_price_[p] = std::max(cpu_price_[0], std::int64_t{std::llround(times * typical_price_)});
}

// Knapsack without limits: the best that fills each free share, by CPU price. O(items x steps).
template <class Usable>
PackingPrices::Fill PackingPrices::fill(const Usable& usable) const {
  Fill fill{std::vector<ByPrice>(kSteps, ByPrice{}), {}};
  fill.last_item.resize(kSteps);
  fill.last_item[0].fill(-1);
  std::vector<std::pair<std::size_t, ByPrice>> nets;  // of the usable items
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!usable(i)) continue;
    nets.emplace_back(i, ByPrice{});
    for (std::size_t p = 0; p < kCpuPrices; ++p) nets.back().second[p] = net_micro(items_[i], p);
  }
  for (std::size_t f = 1; f < kSteps; ++f) {
    ByPrice& worth = fill.worth[f] = fill.worth[f - 1];
    auto& last = fill.last_item[f];
    last.fill(-1);
    for (const auto& [i, net] : nets) {
      const std::size_t steps = items_[i].steps();
      if (steps > f) continue;
      const ByPrice& rest = fill.worth[f - steps];
      for (std::size_t p = 0; p < kCpuPrices; ++p) {
        const bool better = net[p] + rest[p] > worth[p];
        worth[p] = better ? net[p] + rest[p] : worth[p];
        last[p] = better ? static_cast<std::int16_t>(i) : last[p];
      }
    }
  }
  return fill;
}

// The best use of a whole GPU on such a node: shares, or one whole request's part.
PackingPrices::Pattern PackingPrices::pattern(const Fill& shares, const Shape& shape,
                                              std::int64_t node_cpu_milli,
                                              std::size_t price) const {
  Pattern best{shares.worth[kSteps - 1][price], 0, {}};
  std::size_t whole = items_.size();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].request.shares() || !shape.usable[i]) continue;
    if (items_[i].request.cpu_milli > node_cpu_milli) continue;
    if (const std::int64_t net = net_micro(items_[i], price); net > best.worth) {
      best.worth = net;
      whole = i;
    }
  }
  if (whole < items_.size()) {
    best.items = {whole};
  } else {
    for (std::size_t f = kSteps - 1; f > 0;) {
      const std::int16_t i = shares.last_item[f][price];
      if (i < 0) {
        --f;
        continue;
      }
      best.items.push_back(static_cast<std::size_t>(i));
      f -= items_[static_cast<std::size_t>(i)].steps();
    }
  }
  for (const std::size_t i : best.items) best.cpu_milli += items_[i].cpu_milli();
  return best;
}

// What the cluster serves at the prices: adds to used[item] and to cpu_left (of nodes where CPU is
// at its least price). Returns the worth of all nodes, in micro GPU.
double PackingPrices::serve(const std::vector<NodeClass>& classes, std::vector<double>& used,
                            double& cpu_left) const {
  std::map<std::vector<bool>, Fill> fills;  // by which shares may be used
  double worth = 0;
  for (const NodeClass& c : classes) {
    const Shape& shape = shapes_[c.shape];
    std::vector<bool> may = shape.usable;
    for (std::size_t i = 0; i < may.size(); ++i) may[i] = may[i] && items_[i].request.shares();
    auto at = fills.find(may);
    if (at == fills.end())
      at = fills.emplace(may, fill([&](std::size_t i) { return may[i]; })).first;
    std::array<Pattern, kCpuPrices> patterns;
    const auto gpus = static_cast<double>(shape.gpus);
    const auto count = static_cast<double>(c.nodes);
    std::size_t best = 0;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t p = 0; p < kCpuPrices; ++p) {
      patterns[p] = pattern(at->second, shape, c.cpu_milli, p);
      const std::int64_t w = cpu_price_[p] * c.cpu_milli + shape.gpus * patterns[p].worth;
      if (w >= least) continue;
      least = w;
      best = p;
    }
    worth += static_cast<double>(least) * count;
    // Two neighbouring patterns share the GPUs so that together they use the node's CPU.
    const double cpu = shape.gpus > 0 ? static_cast<double>(c.cpu_milli) / gpus : 0;
    const auto need = [&](std::size_t p) { return static_cast<double>(patterns[p].cpu_milli); };
    std::size_t other = best;
    if (need(best) > cpu && best + 1 < kCpuPrices) other = best + 1;
    if (need(best) < cpu && best > 0) other = best - 1;
    double part = 1;
    if (need(best) != need(other))
      part = std::clamp((cpu - need(other)) / (need(best) - need(other)), 0.0, 1.0);
    for (const std::size_t i : patterns[best].items) used[i] += count * gpus * part;
    for (const std::size_t i : patterns[other].items) used[i] += count * gpus * (1 - part);
    if (best == 0) {
      const double need_both = part * need(best) + (1 - part) * need(other);
      cpu_left += count * std::max(0.0, static_cast<double>(c.cpu_milli) - gpus * need_both);
    }
  }
  return worth;
}

// Rents and the least CPU price by the subgradient method: what is used beyond what arrives becomes
// dearer. cpu_only: 1/1000 cores that requests without GPUs take.
void PackingPrices::seek(const std::vector<NodeClass>& classes, double cpu_only) {
  std::vector<double> mean(items_.size(), 0), used(items_.size());
  double least = 0, mean_least = 0, cpu_left = 0;
  const auto round_rents = [&](const std::vector<double>& rents) {
    for (std::size_t i = 0; i < items_.size(); ++i) items_[i].rent_milli = std::llround(rents[i]);
  };
  std::vector<double> rents(items_.size(), 0);
  for (int round = 0; round < kRounds; ++round) {
    set_prices(least);
    round_rents(rents);
    std::fill(used.begin(), used.end(), 0.0);
    cpu_left = 0;
    serve(classes, used, cpu_left);
    const double step = 1 / (1 + round / 20.0);
    for (std::size_t i = 0; i < items_.size(); ++i)
      rents[i] = std::clamp(rents[i] + 10 * step * (used[i] / items_[i].expected - 1), 0.0,
                            static_cast<double>(items_[i].request.gpu_milli));
    if (cpu_only > 0)
      least = std::clamp(least + 0.1 * typical_price_ * step * (1 - cpu_left / cpu_only), 0.0,
                         10 * typical_price_);
    if (round < kRounds / 2) continue;
    for (std::size_t i = 0; i < items_.size(); ++i) mean[i] += rents[i] / (kRounds / 2);
    mean_least += least / (kRounds / 2);
  }
  set_prices(mean_least);
  round_rents(mean);
  double worth = serve(classes, used, cpu_left) / 1e6, all = 0;
  for (const Item& item : items_)
    worth += static_cast<double>(item.rent_milli) / 1e3 * item.expected;
  worth -= static_cast<double>(cpu_price_[0]) * cpu_only / 1e6;
  for (const NodeClass& c : classes) all += static_cast<double>(c.nodes * shapes_[c.shape].gpus);
  bound_ = all > 0 ? std::clamp(worth / all, 0.0, 1.0) : 0;
}

void PackingPrices::tabulate() {
  for (const Item& item : items_) cpu_levels_.push_back(item.request.cpu_milli);
  std::sort(cpu_levels_.begin(), cpu_levels_.end());
  cpu_levels_.erase(std::unique(cpu_levels_.begin(), cpu_levels_.end()), cpu_levels_.end());
  std::size_t groups = 0;
  for (const Shape& shape : shapes_) groups = std::max(groups, shape.group + 1);
  worth_.reserve(groups * cpu_levels_.size() * kSteps * kCpuPrices);
  for (std::size_t group = 0; group < groups; ++group) {
    const auto shape = std::find_if(shapes_.begin(), shapes_.end(),
                                    [&](const Shape& s) { return s.group == group; });
    for (const std::int64_t level : cpu_levels_) {
      const Fill all = fill(
          [&](std::size_t i) { return shape->usable[i] && items_[i].request.cpu_milli <= level; });
      for (const ByPrice& worth : all.worth)
        for (const std::int64_t micro : worth) worth_.push_back(static_cast<std::int32_t>(micro));
    }
  }
}

std::size_t PackingPrices::shape_of(const PackNode& node) const {
  for (std::size_t s = 0; s < shapes_.size(); ++s)
    if (shapes_[s].model == node.model && shapes_[s].gpus == node.gpus) return s;
  CHECK(!"a node of the cluster that the prices were made for");
  return 0;
}

std::int64_t PackingPrices::worth(const PackNode& node) const {
  const auto level = static_cast<std::size_t>(
      std::upper_bound(cpu_levels_.begin(), cpu_levels_.end(), node.cpu_milli) -
      cpu_levels_.begin());
  if (level == 0) return 0;
  const std::size_t group = shapes_[shape_of(node)].group;
  const std::size_t table = (group * cpu_levels_.size() + level - 1) * kSteps;
  ByPrice sum;
  for (std::size_t p = 0; p < kCpuPrices; ++p) sum[p] = cpu_price_[p] * node.cpu_milli;
  for (std::int32_t g = 0; g < node.gpus; ++g) {
    const auto step = static_cast<std::size_t>(node.free_of(g) / 10);
    const std::int32_t* const gpu = &worth_[(table + step) * kCpuPrices];
    for (std::size_t p = 0; p < kCpuPrices; ++p) sum[p] += gpu[p];
  }
  return *std::min_element(sum.begin(), sum.end());
}

std::int64_t PackingPrices::rent_milli(const PackRequest& request) const {
  for (const Item& item : items_)
    if (item.request == request) return item.rent_milli;
  return 0;
}

}  // namespace dure
