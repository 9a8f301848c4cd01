#include "sim/outage_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "world/by_id.h"

namespace dure {
namespace {

constexpr Millis kSeenAtOnce{1};  // what nobody can overlook

std::int64_t powered_nodes(const Founding& f, PoolId pool, Millis at) {
  const std::int64_t per_node = f.pools[pool.index].opened.gpus_per_node;
  return per_node == 0 ? 0 : f.powered(pool, at) / per_node;
}

// The nodes [first, last) of a pool, by rack.
void add_nodes(const Founding& f, PoolId pool, std::int64_t first, std::int64_t last,
               std::vector<NodesOut>& out) {
  const std::int64_t per_rack = f.pools[pool.index].opened.nodes_per_rack;
  for (std::int64_t n = first; n < last;) {
    const std::int64_t rack = n / per_rack, end = std::min(last, (rack + 1) * per_rack);
    std::uint64_t nodes = 0;
    for (; n < end; ++n) nodes |= std::uint64_t{1} << (n % per_rack);
    out.push_back({pool, static_cast<std::uint32_t>(rack), nodes});
  }
}

Millis hours(double h) { return Millis(std::llround(h * static_cast<double>(kMsPerHour))); }

std::vector<PoolId> pools_at(const Founding& f, SiteId site) {
  std::vector<PoolId> out;
  for (const PoolPlan& p : f.pools)
    if (p.opened.site == site && p.opened.gpus_per_node > 0) out.push_back(p.opened.pool);
  return out;
}

}  // namespace

std::vector<NodesOut> shed(const Scenario& s, const Founding& f, SiteId site, Millis at,
                           Watts allowed) {
  const double per_watt = s.sites[site.index].pue * s.policy.power_commit_share;
  std::vector<PoolId> pools = pools_at(f, site);
  double committed_w = 0;
  const auto node_w = [&](PoolId p) {
    return static_cast<double>(f.pools[p.index].node_max_w.count()) * per_watt;
  };
  for (const PoolId p : pools)
    committed_w += static_cast<double>(powered_nodes(f, p, at)) * node_w(p);
  const auto worth = [&](PoolId p) {  // TFLOP/s for a watt; what is no GPU is worth the most
    const HardwareSpec& h = s.hardware[f.pools[p.index].opened.hardware.index];
    if (h.device != Device::gpu && h.device != Device::shared_gpu) return 1e9;
    return h.bf16_dense_tflops * static_cast<double>(h.gpus_per_node.count()) /
           static_cast<double>(h.node_max_w.count());
  };
  std::stable_sort(pools.begin(), pools.end(),
                   [&](PoolId a, PoolId b) { return worth(a) < worth(b); });
  std::vector<NodesOut> out;
  double over_w = committed_w - static_cast<double>(allowed.count());
  for (const PoolId p : pools) {
    if (over_w <= 0) break;
    const std::int64_t nodes = powered_nodes(f, p, at);
    const std::int64_t gone =
        std::min(nodes, static_cast<std::int64_t>(std::ceil(over_w / node_w(p))));
    add_nodes(f, p, nodes - gone, nodes, out);
    over_w -= static_cast<double>(gone) * node_w(p);
  }
  return out;
}

OutagePlan outages_of_disruptions(const Scenario& s, const Founding& f, Millis from, Millis to) {
  OutagePlan plan;
  for (const DisruptionSpec& d : s.disruptions) {
    const Millis at = midnight(d.first) + hours(d.hour), back = at + hours(d.hours);
    const auto cause = static_cast<std::uint32_t>(plan.causes.size());
    plan.causes.push_back({d.id, d.name_en, d.name_ko});
    if (at <= from || at >= to) continue;
    const SiteId site{*find_id(s.sites, d.site)};
    std::vector<NodesOut> nodes;
    if (d.kind == Disruption::grid_limit) {
      nodes = shed(s, f, site, at, d.grid_mw);
    } else if (d.kind == Disruption::site_lost || d.kind == Disruption::hall_lost) {
      for (const PoolId p : pools_at(f, site)) {
        const PoolPlan& pool = f.pools[p.index];
        if (d.kind == Disruption::hall_lost && s.sites[site.index].halls[pool.hall].id != d.hall)
          continue;
        add_nodes(f, p, 0, powered_nodes(f, p, at), nodes);
      }
    }
    const Millis known = d.notice_hours > 0 ? at - hours(d.notice_hours) : at + kSeenAtOnce;
    for (const NodesOut& n : nodes)
      plan.outages.push_back({at, known, back, n.pool, n.rack, n.nodes, cause});
  }
  return plan;
}

}  // namespace dure
