#include "sim/network_speed.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "physics/collectives.h"

namespace dure {
namespace {

double step_s(const Scenario& s, const ExchangeSpec& x, HardwareId hardware, const JobSpan& span) {
  const Result<NetworkLevels> levels = job_levels(*s.network, s.hardware[hardware.index].id, span);
  CHECK(levels);  // check_traffic has passed
  const Result<double> exchange_s =
      collective_s(x.collective, Algorithm::faster, x.buffer_gb * 1e9, levels.value());
  CHECK(exchange_s);
  return x.step_s + std::max(0.0, exchange_s.value() - x.overlap_share * x.step_s);
}

class LaneSpeeds {
 public:
  LaneSpeeds(const Scenario& s, const Founding& f, const ExchangeSpec& x, LaneOpened& lane,
             const std::vector<PoolId>& pools)
      : s_(s), f_(f), x_(x), lane_(lane), pools_(pools) {}

  void set() {
    // No exchange without a way: who asks for nothing in particular needs one at least.
    if (lane_.most_sites > 1) lane_.sites_mbit_per_s = std::max(lane_.sites_mbit_per_s, 1U);
    double share = 0, slowest = 1;
    for (const PoolId pool : pools_) {
      const PoolOpened& p = f_.pools[pool.index].opened;
      share = std::max(share, share_across_leaves(p));
      if (lane_.most_sites > 1) slowest = std::max(slowest, split_over_one(p.hardware));
    }
    lane_.fabric_permille = static_cast<std::uint32_t>(std::lround(share * 1000));
    lane_.sites_permille =
        static_cast<std::uint32_t>(std::max<std::int64_t>(1, std::lround(1000 / slowest)));
  }

 private:
  double at_one(HardwareId hardware) const {
    return step_s_at_one_site(s_, x_, hardware, lane_.gpus.count());
  }

  double share_across_leaves(const PoolOpened& p) const {
    if (p.leaf_racks == 0 || p.oversubscription_permille <= 1000) return 0;
    const std::int64_t leaf = std::int64_t{p.leaf_racks} * p.nodes_per_rack * p.gpus_per_node;
    JobSpan span;
    span.gpus = lane_.gpus.count();
    // A gang that one group could hold may still sit on two.
    span.gpus_per_leaf = std::max<std::int64_t>(1, std::min(leaf, (span.gpus + 1) / 2));
    span.oversubscription = p.oversubscription_permille / 1000.0;
    const double times = step_s(s_, x_, p.hardware, span) / at_one(p.hardware);
    return std::max(0.0, (times - 1) / (span.oversubscription - 1));
  }

  // Of the pairs of sites of its pools the slowest, of the ways of a pair the best; 1: none is
  // joined as it needs.
  double split_over_one(HardwareId hardware) {
    const auto [known, fresh] = split_.emplace(hardware, 1.0);
    if (!fresh) return known->second;
    std::vector<SiteId> sites;
    for (const PoolId p : pools_) sites.push_back(f_.pools[p.index].opened.site);
    const auto has = [&](SiteId x) {
      return std::find(sites.begin(), sites.end(), x) != sites.end();
    };
    std::map<std::pair<SiteId, SiteId>, double> best;
    for (const SitesLinked& way : f_.links) {
      if (!has(way.a) || !has(way.b) || way.mbit_per_s < lane_.sites_mbit_per_s ||
          (lane_.sites_rtt_us > 0 && way.rtt_us > lane_.sites_rtt_us))
        continue;
      JobSpan span;
      span.gpus = lane_.gpus.count();
      span.sites = std::min<std::int64_t>(lane_.most_sites, span.gpus);
      span.wan_gbit_per_s = way.mbit_per_s / 1000.0;
      span.wan_rtt_ms = way.rtt_us / 1000.0;
      const double time_s = step_s(s_, x_, hardware, span);
      const auto [it, first] = best.emplace(std::pair(way.a, way.b), time_s);
      if (!first) it->second = std::min(it->second, time_s);
    }
    for (const auto& [pair, time_s] : best)
      known->second = std::max(known->second, time_s / at_one(hardware));
    return known->second;
  }

  const Scenario& s_;
  const Founding& f_;
  const ExchangeSpec& x_;
  LaneOpened& lane_;
  const std::vector<PoolId>& pools_;
  std::map<HardwareId, double> split_;
};

}  // namespace

double step_s_at_one_site(const Scenario& scenario, const ExchangeSpec& exchange,
                          HardwareId hardware, std::int64_t gpus) {
  JobSpan span;
  span.gpus = gpus;
  return step_s(scenario, exchange, hardware, span);
}

const TrafficSpec* traffic_of(const Scenario& s, WorkloadId workload) {
  for (const TrafficSpec& t : s.traffic)
    if (t.workload == s.workloads[workload.index].id) return &t;
  return nullptr;
}

Founding found_with_speeds(const Scenario& s) {
  Founding f = found(s);
  if (s.traffic.empty()) return f;
  std::map<LaneId, std::vector<PoolId>> opened_later;  // what the law grants with time
  for (const Event& e : f.law_steps)
    if (const auto* widened = std::get_if<LaneWidened>(&e.what))
      opened_later[widened->lane] = widened->pools;
  for (LanePlan& lane : f.lanes) {
    const TrafficSpec* traffic = traffic_of(s, lane.opened.workload);
    if (traffic == nullptr || !traffic->exchange) continue;
    std::vector<PoolId> pools = lane.opened.pools;
    if (const auto later = opened_later.find(lane.opened.lane); later != opened_later.end())
      pools.insert(pools.end(), later->second.begin(), later->second.end());
    LaneSpeeds(s, f, *traffic->exchange, lane.opened, pools).set();
  }
  return f;
}

}  // namespace dure
