#include "live/node_power.h"

#include <algorithm>
#include <cmath>

namespace dure {
namespace {

constexpr std::int64_t kFreshMs = 60'000;

bool fresh(const NodeSample& s, std::int64_t now_ms) { return now_ms - s.at_ms < kFreshMs; }

std::int64_t modelled_w(const HardwareSpec& h, double share, std::int64_t nodes) {
  const auto idle = static_cast<double>(h.node_idle_w.count()),
             most = static_cast<double>(h.node_max_w.count());
  return std::llround((idle + (most - idle) * std::clamp(share, 0.0, 1.0)) *
                      static_cast<double>(nodes));
}

// The pools of a site that nodes are counted by: what a pool of cores has, its pool of GPUs has.
template <class F>
void each_pool(const Desk& d, const std::string& site, const F& f) {
  std::map<std::string, bool> counted;
  for (std::uint32_t p = 0; p < d.world.pools(); ++p) {
    const PoolOpened& pool = d.world.pool(PoolId{p}).info;
    if (d.world.sites()[pool.site.index] != site) continue;
    const bool cores_beside_gpus =
        pool.device == Device::cpu && !d.book.nodes(PoolId{p}).empty() &&
        d.book.seats(site, d.book.nodes(PoolId{p})[0].name).front().pool != PoolId{p};
    if (!cores_beside_gpus) f(PoolId{p}, d.scenario.hardware[pool.hardware.index]);
  }
}

}  // namespace

NodeSamples power_by_node(const Desk& d, const std::string& site, const NodeSamples& told,
                          std::int64_t now_ms) {
  std::map<std::string, std::int64_t> held;
  for (const auto& [job, a] : d.book.attempts())
    if (a.site == site && a.stage != Stage::gated)
      for (const NodeShare& n : a.nodes) held[n.node] += n.gpus;
  NodeSamples out;
  each_pool(d, site, [&](PoolId id, const HardwareSpec& h) {
    for (const LiveNode& n : d.book.nodes(id)) {
      const auto sample = told.find(n.name);
      if (sample != told.end() && fresh(sample->second, now_ms)) {
        out.insert_or_assign(n.name, sample->second);
        continue;
      }
      NodeSample s;
      s.node = n.name;
      s.at_ms = now_ms;
      const auto gpus = static_cast<double>(std::max<std::int64_t>(1, n.report.gpus));
      s.gpu_share = std::clamp(static_cast<double>(held[n.name]) / gpus, 0.0, 1.0);
      if (n.report.state != NodeState::down) s.power_w = modelled_w(h, s.gpu_share, 1);
      out.insert_or_assign(n.name, std::move(s));
    }
  });
  return out;
}

SitePower site_power(const Desk& d, const std::string& site, const NodeSamples& told,
                     std::int64_t now_ms) {
  SitePower out;
  const bool any =
      std::any_of(told.begin(), told.end(), [&](const auto& s) { return fresh(s.second, now_ms); });
  if (any) {
    for (const auto& [node, s] : power_by_node(d, site, told, now_ms)) {
      const bool measured = s.source != PowerSource::model;
      out.power_w += s.power_w;
      out.measured_w += measured ? s.power_w : 0;
      ++(measured ? out.measured_nodes : out.modelled_nodes);
    }
    return out;
  }
  each_pool(d, site, [&](PoolId id, const HardwareSpec& h) {
    std::int64_t nodes = 0, gpus = 0;
    for (const LiveNode& n : d.book.nodes(id)) {
      ++out.modelled_nodes;
      if (n.report.state == NodeState::down) continue;
      ++nodes;
      gpus += n.report.gpus;
    }
    if (nodes == 0) return;
    const Pool& pool = d.world.pool(id);
    const auto held = static_cast<double>(
        pool.info.device == Device::gpu ? pool.installed - pool.free : std::int64_t{0});
    out.power_w +=
        modelled_w(h, held / static_cast<double>(std::max<std::int64_t>(1, gpus)), nodes);
  });
  return out;
}

}  // namespace dure
