#include "sim/outage_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <span>

#include "sim/facility.h"
#include "world/by_id.h"

namespace dure {
namespace {

constexpr Millis kSeenAtOnce{1};  // what nobody can overlook
using NodeCount = std::pair<PoolId, std::int64_t>;

std::int64_t powered_nodes(const Founding& f, PoolId pool, Millis at) {
  const std::int64_t per_node = f.pools[pool.index].opened.gpus_per_node;
  return per_node == 0 ? 0 : f.powered(pool, at) / per_node;
}

// How many numbers nodes of a pool have had by `at`, in a run that was founded at `start`: what
// comes gets new ones, and which ones leave with a retirement or for maintenance nobody knows.
std::int64_t numbered(const Founding& f, PoolId pool, Millis start, Millis at) {
  const std::int64_t per_node = f.pools[pool.index].opened.gpus_per_node;
  std::int64_t gpus = f.powered(pool, start);
  for (const CapacityStep& step : f.steps)
    if (step.pool == pool && start < step.at && step.at <= at)
      gpus += std::max<std::int64_t>(0, step.powered_gpus);
  for (const MaintenanceTime& m : f.maintenance)
    if (m.pool == pool && start < m.to && m.to <= at) gpus += m.gpus;
  return per_node == 0 ? 0 : gpus / per_node;
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

// Of the power that is committed, as found.h commits it, what a limit leaves.
double share_under(const Scenario& s, const Founding& f, SiteId site, Millis at, Watts limit) {
  double committed_w = 0;
  for (const PoolId p : pools_at(f, site))
    committed_w +=
        static_cast<double>(powered_nodes(f, p, at) * f.pools[p.index].node_max_w.count()) *
        s.sites[site.index].pue * s.policy.power_commit_share;
  return committed_w > 0 ? static_cast<double>(limit.count()) / committed_w : 1;
}

// How many nodes of which pools go, as shed() has it.
std::vector<NodeCount> to_shed(const Scenario& s, const Founding& f, SiteId site, Millis at,
                               double keep_share) {
  std::vector<PoolId> pools = pools_at(f, site);
  const auto node_w = [&](PoolId p) { return f.pools[p.index].node_max_w.count(); };
  const auto worth = [&](PoolId p) {  // TFLOP/s for a watt; what is no GPU is worth the most
    const HardwareSpec& h = s.hardware[f.pools[p.index].opened.hardware.index];
    if (h.device != Device::gpu && h.device != Device::shared_gpu) return 1e9;
    return h.bf16_dense_tflops * static_cast<double>(h.gpus_per_node.count()) /
           static_cast<double>(h.node_max_w.count());
  };
  std::stable_sort(pools.begin(), pools.end(),
                   [&](PoolId a, PoolId b) { return worth(a) < worth(b); });
  std::int64_t all_w = 0;
  for (const PoolId p : pools) all_w += powered_nodes(f, p, at) * node_w(p);
  auto over_w = static_cast<std::int64_t>(
      std::ceil(static_cast<double>(all_w) * (1 - std::clamp(keep_share, 0.0, 1.0))));
  std::vector<NodeCount> out;
  for (const PoolId p : pools) {
    if (over_w <= 0) break;
    const std::int64_t gone =
        std::min(powered_nodes(f, p, at), (over_w + node_w(p) - 1) / node_w(p));
    if (gone > 0) out.emplace_back(p, gone);
    over_w -= gone * node_w(p);
  }
  return out;
}

// The largest share of the racks' nameplate that may stay, so that grid, water and cooling carry
// what is left of it at committed power in this hour. Halls differ: what is left is what shed()
// leaves, not a part of each.
enum class Less { nodes, power };  // fewer nodes, or each with less: then every hall the same part
double share_carried(const Scenario& s, const Founding& f, const Facility& facility, SiteId site,
                     Millis at, Watts limit, Less less = Less::nodes) {
  const std::vector<HallLoad> built = facility.built(site, at);
  const auto limit_w = static_cast<double>(limit.count());
  const bool once_through = facility.water(site).once_through;
  const std::optional<double> water =
      once_through ? std::nullopt : std::optional(facility.permitted_m3_per_day(site, at) / 24);
  const auto carries = [&](double share) {
    std::vector<HallLoad> halls = built;
    for (HallLoad& h : halls) h.it_kw = h.design_kw * (less == Less::power ? share : 1);
    if (less == Less::nodes)
      for (const auto& [p, nodes] : to_shed(s, f, site, at, share)) {
        const PoolPlan& pool = f.pools[p.index];
        halls[pool.hall].it_kw -= static_cast<double>(nodes * pool.node_max_w.count()) / 1000;
      }
    for (HallLoad& h : halls) h.it_kw = std::max(0.0, h.it_kw) * s.policy.power_commit_share;
    const FacilityStep step = facility.step(site, at, halls, water);
    return static_cast<double>(step.facility_w()) <= limit_w && step.unmet_kw <= 1e-6;
  };
  if (carries(1)) return 1;
  double low = 0, high = 1;  // carried, not carried
  for (int i = 0; i < 12; ++i) {
    const double middle = (low + high) / 2;
    (carries(middle) ? low : high) = middle;
  }
  return low;
}

// The least share of committed power at which all GPU nodes of a site still reach it by a cap: the
// idle parts, and what is no GPU node, draw what they draw.
bool cap_reaches(const Scenario& s, const Founding& f, SiteId site, Millis at, double share) {
  for (const PoolId p : pools_at(f, site)) {
    const PoolPlan& pool = f.pools[p.index];
    if (powered_nodes(f, p, at) == 0) continue;
    if (pool.opened.device != Device::gpu) return false;
    if (share * s.policy.power_commit_share * static_cast<double>(pool.node_max_w.count()) <
        static_cast<double>(pool.node_idle_w.count()))
      return false;
  }
  return true;
}

constexpr std::int64_t kNearMs = 3 * kMsPerHour;  // windows closer than this are one

// Times between `from` and `to` at which racks of the site come, go, or get power.
std::vector<Millis> changes_of_power(const Founding& f, SiteId site, Millis from, Millis to) {
  std::vector<Millis> out;
  for (const CapacityStep& step : f.steps)
    if (f.pools[step.pool.index].opened.site == site && from < step.at && step.at < to)
      out.push_back(step.at);
  for (const MaintenanceTime& m : f.maintenance)
    for (const Millis t : {m.from, m.to})
      if (f.pools[m.pool.index].opened.site == site && from < t && t < to) out.push_back(t);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Millis hour_of(Millis t) { return Millis(t.count() / kMsPerHour * kMsPerHour); }

// What a limit of the grid leaves over all hours from `at` to `back`.
double share_left(const Scenario& s, const Founding& f, const Facility* facility, SiteId site,
                  Millis at, Millis back, Watts limit) {
  if (facility == nullptr) return share_under(s, f, site, at, limit);
  double share = 1;
  for (Millis t = hour_of(at); t < back; t = t + Millis(kMsPerHour))
    share = std::min(share, share_carried(s, f, *facility, site, t,
                                          std::min(limit, grid_limit(s.sites[site.index], t))));
  return share;
}

// The share of committed power to which GPUs are capped under a limit from `at` to `back`; none: a
// cap is not enough, or not allowed.
std::optional<double> cap_for(const Scenario& s, const Founding& f, const Facility* facility,
                              SiteId site, Millis at, Millis back, Watts limit) {
  if (facility == nullptr || !s.energy_policy || s.energy_policy->least_cap_share >= 1)
    return std::nullopt;
  double share = 1;
  for (Millis t = hour_of(at); t < back; t = t + Millis(kMsPerHour))
    share = std::min(
        share, share_carried(s, f, *facility, site, t,
                             std::min(limit, grid_limit(s.sites[site.index], t)), Less::power));
  if (share < s.energy_policy->least_cap_share || !cap_reaches(s, f, site, at, share))
    return std::nullopt;
  return share;
}

// The nodes that are out from `at` to `back`, between which no rack gets power or loses it.
std::vector<NodesOut> nodes_of(const Scenario& s, const Founding& f, const Facility* facility,
                               const DisruptionSpec& d, SiteId site, Millis start, Millis at,
                               Millis back) {
  if (d.kind == Disruption::grid_limit)
    return shed(s, f, site, start, at, share_left(s, f, facility, site, at, back, d.grid_mw));
  std::vector<NodesOut> nodes;
  for (const PoolId p : pools_at(f, site))
    if (d.kind == Disruption::site_lost ||
        s.sites[site.index].halls[f.pools[p.index].hall].id == d.hall)
      add_nodes(f, p, 0, numbered(f, p, start, at), nodes);
  return nodes;
}

std::optional<Millis> trip_of(const Scenario& s, const Facility& facility, const DisruptionSpec& d,
                              SiteId site, Millis at) {
  const std::vector<HallSpec>& halls = s.sites[site.index].halls;
  const auto hall =
      std::find_if(halls.begin(), halls.end(), [&](const HallSpec& h) { return h.id == d.hall; });
  return facility.trips_after(site, static_cast<std::size_t>(hall - halls.begin()), at,
                              d.share_left);
}

}  // namespace

std::vector<NodesOut> shed(const Scenario& s, const Founding& f, SiteId site, Millis start,
                           Millis at, double keep_share) {
  std::vector<NodesOut> out;
  for (const auto& [p, gone] : to_shed(s, f, site, at, keep_share))
    add_nodes(f, p, powered_nodes(f, p, at) - gone, numbered(f, p, start, at), out);
  return out;
}

namespace {

OutagePlan outages_of(std::span<const ToldLimit> rows, const Scenario& s, const Founding& f,
                      const Facility* facility, Millis from, Millis to) {
  OutagePlan plan;
  for (const ToldLimit& row : rows) {
    const DisruptionSpec& d = row.limit;
    Millis at = midnight(d.first) + hours(d.hour);
    const Millis back = at + std::max(hours(d.hours), kSeenAtOnce + Millis(1));
    const auto known_cause = std::find_if(plan.causes.begin(), plan.causes.end(),
                                          [&](const OutageCause& c) { return c.id == d.id; });
    const auto cause = static_cast<std::uint32_t>(known_cause - plan.causes.begin());
    if (known_cause == plan.causes.end())
      plan.causes.push_back({d.id, d.name_en, d.name_ko, d.kind == Disruption::grid_limit});
    if (back <= from || at >= to) continue;
    if (d.kind == Disruption::link_cut) {  // a fact of its own, so after the founding's
      if (back > from + Millis(1))
        plan.cuts.push_back({std::max(at, from + Millis(1)), back, d.links, cause});
      continue;
    }
    const SiteId site{*find_id(s.sites, d.site)};
    at = std::max(at, from);
    if (d.kind == Disruption::cooling_lost && facility != nullptr) {
      const std::optional<Millis> trip = trip_of(s, *facility, d, site, at);
      if (!trip || at + *trip + kSeenAtOnce >= std::min(back, to)) continue;  // warm, and it holds
      at = at + *trip;
    }
    // What was so before the run, and racks that get power while it lasts, are known.
    const bool at_once = d.notice_hours <= 0 && at > from;
    Millis begin = at, known = at_once ? at + kSeenAtOnce : at - hours(d.notice_hours);
    std::vector<Millis> ends = changes_of_power(f, site, at + kSeenAtOnce, std::min(back, to));
    ends.push_back(back);
    for (const Millis end : ends) {
      if (const std::optional<double> share =
              d.kind == Disruption::grid_limit
                  ? cap_for(s, f, facility, site, begin, std::min(end, to), d.grid_mw)
                  : std::nullopt) {
        if (*share < 1) plan.caps.push_back({site, begin, std::min(end, to), *share, row.because});
        begin = known = end;
        continue;
      }
      for (const NodesOut& n : nodes_of(s, f, facility, d, site, from, begin, std::min(end, to)))
        plan.outages.push_back({begin, known, end, n.pool, n.rack, n.nodes, cause});
      begin = known = end;
    }
  }
  return plan;
}

}  // namespace

OutagePlan outages_of_disruptions(const Scenario& s, const Founding& f, const Facility* facility,
                                  Millis from, Millis to) {
  std::vector<ToldLimit> rows;
  for (const DisruptionSpec& d : s.disruptions) rows.push_back({d, CapCause::power_short});
  return outages_of(rows, s, f, facility, from, to);
}

OutagePlan outages_of_assets(const Scenario& s, const Founding& f, const Facility& facility,
                             Millis from, Millis to) {
  return outages_of(facility.told_limits(), s, f, &facility, from, to);
}

std::vector<Event> facts_of_cuts(const Scenario& s, const std::vector<LinkCut>& cuts) {
  std::vector<Millis> instants;
  for (const LinkCut& c : cuts) {
    instants.push_back(c.at);
    instants.push_back(c.back);
  }
  std::sort(instants.begin(), instants.end());
  instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
  using Pair = std::pair<SiteId, SiteId>;
  using Ways = std::map<Pair, std::vector<SitesLinked>>;
  const auto ways_at = [&](Millis at) {
    std::vector<std::string> cut;
    for (const LinkCut& c : cuts)
      if (c.at <= at && at < c.back) cut.insert(cut.end(), c.links.begin(), c.links.end());
    Ways ways;
    for (const SitesLinked& w : ways_between_sites(s, cut)) ways[{w.a, w.b}].push_back(w);
    return ways;
  };
  const auto same = [](const std::vector<SitesLinked>& x, const std::vector<SitesLinked>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const SitesLinked& a, const SitesLinked& b) {
                        return a.mbit_per_s == b.mbit_per_s && a.rtt_us == b.rtt_us;
                      });
  };
  std::vector<Event> facts;
  Ways before = instants.empty() ? Ways{} : ways_at(instants.front() - Millis(1));
  for (const Millis at : instants) {
    Ways now = ways_at(at);
    for (std::uint32_t a = 0; a < s.sites.size(); ++a)
      for (std::uint32_t b = a + 1; b < s.sites.size(); ++b) {
        const Pair pair{SiteId{a}, SiteId{b}};
        if (same(before[pair], now[pair])) continue;
        if (!before[pair].empty()) facts.push_back({at, SitesParted{pair.first, pair.second}});
        for (const SitesLinked& w : now[pair]) facts.push_back({at, w});
      }
    before = std::move(now);
  }
  return facts;
}

OutagePlan outages_of_weather(const Scenario& s, const Founding& f, const Facility& facility,
                              Millis from, Millis to) {
  OutagePlan plan;
  plan.causes.push_back(
      {"power_cooling_water", "Power, cooling or water short", "전력·냉각·용수 부족", true});
  const bool may_cap = s.energy_policy && s.energy_policy->least_cap_share < 1;
  for (std::uint32_t i = 0; i < s.sites.size(); ++i) {
    const SiteId site{i};
    struct Window {
      std::int64_t from, to;
      double share, capped;  // what is carried by shedding, by capping
    };
    std::vector<Window> windows;
    const std::vector<Millis> changes = changes_of_power(f, site, from, to);
    const auto changed = [&](std::int64_t since, std::int64_t at) {
      return std::any_of(changes.begin(), changes.end(),
                         [&](Millis t) { return since < t.count() && t.count() <= at; });
    };
    for (std::int64_t at = from.count(); at < to.count(); at += kMsPerHour) {
      const double share =
          share_carried(s, f, facility, site, Millis(at), grid_limit(s.sites[i], Millis(at)));
      if (share >= 1) continue;
      const double capped = may_cap ? share_carried(s, f, facility, site, Millis(at),
                                                    grid_limit(s.sites[i], Millis(at)), Less::power)
                                    : 0;
      if (!windows.empty() && at - windows.back().to <= kNearMs &&
          !changed(windows.back().from, at)) {
        windows.back().to = at + kMsPerHour;
        windows.back().share = std::min(windows.back().share, share);
        windows.back().capped = std::min(windows.back().capped, capped);
      } else {
        windows.push_back({at, at + kMsPerHour, share, capped});
      }
    }
    for (const Window& w : windows) {
      if (may_cap && w.capped >= s.energy_policy->least_cap_share &&
          cap_reaches(s, f, site, Millis(w.from), w.capped)) {
        plan.caps.push_back({site, Millis(w.from), Millis(w.to), w.capped});
        continue;
      }
      for (const NodesOut& n : shed(s, f, site, from, Millis(w.from), w.share))
        plan.outages.push_back({Millis(w.from), Millis(w.from) - hours(s.physics.forecast_hours),
                                Millis(w.to), n.pool, n.rack, n.nodes, 0});
    }
  }
  return plan;
}

}  // namespace dure
