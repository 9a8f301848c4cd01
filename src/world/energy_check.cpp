#include "world/energy_check.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include "base/decimal.h"
#include "base/nearest.h"

namespace dure {
namespace {

std::string q(std::string_view text) { return "'" + std::string(text) + "'"; }

class Checker {
 public:
  explicit Checker(const Scenario& s) : s_(s) {
    if (s.energy_policy && !s.physics.enabled)
      found.warnings.push_back(
          {"energy_policy", "physics.enabled: true", "false",
           "without physics a run knows neither prices nor power that is short"});
    if (s.energy_assets.empty()) return;
    if (!s.grid) {
      fault("energy_assets", "the section grid, whose rows it names", "none",
            "include models/grid-kr.yaml");
      return;
    }
    if (!s.physics.enabled)
      found.warnings.push_back({"energy_assets", "physics.enabled: true", "false",
                                "without physics a run has no meters for them"});
    std::set<std::string_view> sites;
    for (std::size_t i = 0; i < s.energy_assets.size(); ++i) {
      const EnergyAssetsSpec& a = s.energy_assets[i];
      const std::string here = "energy_assets[" + std::to_string(i) + "]";
      if (!sites.insert(a.site).second)
        fault(here + ".site", "each site once", q(a.site) + " again");  // 1
      assets(a, here);
    }
  }
  Findings found;

 private:
  void fault(std::string path, std::string expected, std::string what, std::string hint = "") {
    found.faults.push_back(
        {std::move(path), std::move(expected), std::move(what), std::move(hint)});
  }

  // 2; the row that is named, or none.
  template <class Row>
  const Row* named(const std::vector<Row>& list, const std::string& id, const std::string& where,
                   std::string_view what) {
    const auto it =
        std::find_if(list.begin(), list.end(), [&](const Row& r) { return r.id == id; });
    if (it != list.end()) return &*it;
    std::vector<std::string_view> known;
    known.reserve(list.size());
    for (const Row& r : list) known.push_back(r.id);
    fault(where, "a row of " + std::string(what), q(id), name_hint(id, known));
    return nullptr;
  }

  void assets(const EnergyAssetsSpec& a, const std::string& here) {
    const GridSpec& g = *s_.grid;
    if (a.solar)
      named(g.solar.regions, a.solar->region, here + ".solar.region", "grid.solar.regions");
    if (a.ppa) {
      named(g.ppas, a.ppa->id, here + ".ppa.id", "grid.ppas");
      named(g.solar.regions, a.ppa->region, here + ".ppa.region", "grid.solar.regions");
    }
    if (a.battery) battery(*a.battery, here + ".battery");
    if (a.export_kw > grid_kw(a.site))
      fault(here + ".export_kw", "at most " + decimal_text(grid_kw(a.site)) + ", its connection",
            decimal_text(a.export_kw), "panels and grid share one connection");
    if (a.demand_response) {
      const std::string where = here + ".demand_response.programme";
      const DemandResponseSpec* p =
          named(g.demand_response, a.demand_response->programme, where, "grid.demand_response");
      const double most_kw = grid_kw(a.site);
      if (a.demand_response->committed_kw > most_kw)
        fault(here + ".demand_response.committed_kw",
              "at most " + decimal_text(most_kw) + ", what the site may draw",
              decimal_text(a.demand_response->committed_kw),
              "it cannot draw so much less than before");
      if (p != nullptr && p->raises_load)  // 4
        fault(where, "a programme that asks for less load", q(p->id),
              "a run has no answer to a call that raises load");
    }
    if (a.grid_events) {
      const auto site = std::find_if(s_.sites.begin(), s_.sites.end(),
                                     [&](const SiteSpec& x) { return x.id == a.site; });
      if (site != s_.sites.end())  // else it was told already
        named(g.interconnection.regions, site->grid_region, here + ".grid_events",
              "grid.interconnection.regions, as the site's grid_region");
    }
    if (!a.solar && !a.ppa && !a.battery && !a.demand_response && !a.grid_events)
      fault(here, "solar, ppa, battery, demand_response or grid_events", "none of them");
  }

  // The most that the site's connection carries at any time; of a site that is not there: anything.
  double grid_kw(const std::string& site) const {
    const auto it = std::find_if(s_.sites.begin(), s_.sites.end(),
                                 [&](const SiteSpec& x) { return x.id == site; });
    if (it == s_.sites.end()) return std::numeric_limits<double>::infinity();
    double most = 0;
    for (const GridStep& g : it->grid)
      most = std::max(most, static_cast<double>(g.grid_mw.count()) / 1000);
    return most;
  }

  void battery(const SiteBatterySpec& b, const std::string& here) {  // 3
    if (b.target_share && b.target_kw)
      fault(here + ".target_kw", "target_share or target_kw", "both");
    if (b.charge_below_krw_per_kwh && b.discharge_above_krw_per_kwh &&
        *b.charge_below_krw_per_kwh >= *b.discharge_above_krw_per_kwh)
      fault(here + ".charge_below_krw_per_kwh",
            "below discharge_above_krw_per_kwh, " + decimal_text(*b.discharge_above_krw_per_kwh),
            decimal_text(*b.charge_below_krw_per_kwh));
    const BatterySpec* kind = named(s_.grid->batteries, b.kind, here + ".kind", "grid.batteries");
    if (kind == nullptr) return;
    const auto within = [&](double share, const char* name) {
      if (share < kind->least_charge || share > kind->most_charge)
        fault(here + "." + name,
              decimal_text(kind->least_charge) + " to " + decimal_text(kind->most_charge) +
                  ", the bounds of " + kind->id,
              decimal_text(share));
    };
    within(b.first_charge, "first_charge");
    within(b.reserve_charge, "reserve_charge");
  }

  const Scenario& s_;
};

}  // namespace

Findings check_energy(const Scenario& scenario) { return Checker(scenario).found; }

}  // namespace dure
