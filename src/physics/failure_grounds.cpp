#include "physics/failure_grounds.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/calendar.h"
#include "base/check.h"

namespace dure {
namespace {

constexpr Watts kMostAirRack(100'000);

FailurePool pool_of(const InstallSpec& row, const HardwareSpec& h, const HallSpec& hall) {
  FailurePool p;
  p.id = row.owner + "/" + row.hardware + "/" + to_string(row.month);
  p.hardware = row.hardware;
  const std::int64_t of_node = h.gpus_per_node.count();
  p.nodes = (row.gpus.count() + of_node - 1) / of_node;
  p.gpus_per_node = h.device == Device::cpu ? 0 : of_node;
  p.nodes_per_rack = h.nodes_per_rack;
  p.nvlink_rack = h.nodes_per_domain > 1;
  p.liquid = hall.cooling.find("liquid") != std::string::npos || h.rack_max_kw > kMostAirRack;
  p.from = midnight(row.month);
  if (row.retire_month) p.until = std::max(p.from, midnight(*row.retire_month));
  return p;
}

}  // namespace

FailureGrounds failure_grounds(const Scenario& scenario, const NetworkSpec& network) {
  FailureGrounds g;
  for (const SiteSpec& site : scenario.sites) {
    FailureSite& s = g.sites.emplace_back();
    s.id = site.id;
    for (const HallSpec& hall : site.halls) s.halls.push_back({hall.id, {}});
  }
  std::map<std::string, std::int64_t> times;  // each id so far
  for (std::uint32_t i = 0; i < scenario.installs.size(); ++i) {
    const InstallSpec& row = scenario.installs[i];
    const auto h = std::find_if(scenario.hardware.begin(), scenario.hardware.end(),
                                [&](const HardwareSpec& x) { return x.id == row.hardware; });
    CHECK(h != scenario.hardware.end());
    if (h->device == Device::qpu || h->device == Device::ran_cell) continue;
    const auto site = std::find_if(scenario.sites.begin(), scenario.sites.end(),
                                   [&](const SiteSpec& x) { return x.id == row.site; });
    CHECK(site != scenario.sites.end());
    const auto hall = std::find_if(site->halls.begin(), site->halls.end(),
                                   [&](const HallSpec& x) { return x.id == row.hall; });
    CHECK(hall != site->halls.end());
    FailurePool p = pool_of(row, *h, *hall);
    p.row = i;
    const std::int64_t before = times[site->id + "/" + hall->id + "/" + p.id]++;
    if (before > 0) p.id += "/" + std::to_string(before + 1);
    g.sites[static_cast<std::size_t>(site - scenario.sites.begin())]
        .halls[static_cast<std::size_t>(hall - site->halls.begin())]
        .pools.push_back(std::move(p));
  }
  for (const LinkSpec& l : scenario.links) {
    if (l.jurisdiction != kHome) continue;
    const double ms = std::max(0.0, l.rtt_ms - network.equipment_ms);
    g.links.push_back({l.id, ms * 1000.0 / (2.0 * network.fibre_us_per_km)});
  }
  return g;
}

}  // namespace dure
