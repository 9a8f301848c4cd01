#include "app/results_energy.h"

#include <algorithm>
#include <cmath>

#include "app/results_numbers.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

double to_mwh(double kwh) { return rounded(kwh / 1000, 3); }

Json sources(const EnergyBook& e) {
  return {{"grid_mwh", to_mwh(e.grid_kwh - e.ppa_kwh)},
          {"ppa_mwh", to_mwh(e.ppa_kwh)},
          {"solar_mwh", to_mwh(e.solar_kwh)},
          {"solar_curtailed_mwh", to_mwh(e.solar_curtailed_kwh)},
          {"export_mwh", to_mwh(e.export_kwh)},
          {"charge_mwh", to_mwh(e.charge_kwh)},
          {"discharge_mwh", to_mwh(e.discharge_kwh)},
          {"battery_loss_mwh", to_mwh(e.loss_kwh)},
          {"unserved_mwh", to_mwh(e.unserved_kwh)}};
}

void add(const EnergyBook& e, EnergyBook& sum) {
  for (double EnergyBook::*part :
       {&EnergyBook::grid_kwh, &EnergyBook::ppa_kwh, &EnergyBook::ppa_sold_kwh,
        &EnergyBook::solar_kwh, &EnergyBook::solar_curtailed_kwh, &EnergyBook::export_kwh,
        &EnergyBook::charge_kwh, &EnergyBook::discharge_kwh, &EnergyBook::loss_kwh,
        &EnergyBook::unserved_kwh, &EnergyBook::ppa_krw, &EnergyBook::export_krw,
        &EnergyBook::asked_kwh, &EnergyBook::delivered_kwh})
    sum.*part += e.*part;
  sum.calls += e.calls;
  sum.response.capacity_krw += e.response.capacity_krw;
  sum.response.energy_krw += e.response.energy_krw;
  sum.response.penalty_krw += e.response.penalty_krw;
}

EnergyBook sum_of(const Simulation& run) {
  EnergyBook sum;
  for (const SiteFacility& f : run.site_facilities()) {
    if (f.energy)
      add(*f.energy, sum);
    else
      sum.grid_kwh += static_cast<double>(f.facility_wms()) / 3.6e9;
  }
  return sum;
}

Json response(const EnergyBook& e) {
  return {{"calls", e.calls},
          {"asked_mwh", to_mwh(e.asked_kwh)},
          {"delivered_mwh", to_mwh(e.delivered_kwh)},
          {"capacity_krw", std::llround(e.response.capacity_krw)},
          {"energy_krw", std::llround(e.response.energy_krw)},
          {"penalty_krw", std::llround(e.response.penalty_krw)}};
}

Json cost(const EnergyBook& e) {
  return {{"ppa_krw", std::llround(e.ppa_krw)},
          {"export_krw", -std::llround(e.export_krw)},
          {"demand_response_krw", -std::llround(e.response.net_krw())}};
}

}  // namespace

bool has_assets(const Simulation& run) {
  return std::ranges::any_of(run.site_facilities(),
                             [](const SiteFacility& f) { return f.energy.has_value(); });
}

Json sources_json(const Simulation& run) {
  if (!has_assets(run)) return {};
  return sources(sum_of(run));
}

Json demand_response_json(const Simulation& run) {
  const bool any = std::ranges::any_of(run.scenario().energy_assets,
                                       [](const auto& a) { return a.demand_response.has_value(); });
  if (!has_assets(run) || !any) return {};
  return response(sum_of(run));
}

Json site_assets_json(const SiteFacility& f) {
  if (!f.energy) return {};
  const EnergyBook& e = *f.energy;
  Json out = sources(e);
  out["ppa_sold_mwh"] = to_mwh(e.ppa_sold_kwh);
  out["peak_grid_mw"] = rounded(e.peak_grid_kw / 1000, 6);
  out["peak_facility_mw"] = mw(f.peak_w);
  out["first_stored_mwh"] = to_mwh(e.first_stored_kwh);
  out["stored_mwh"] = to_mwh(e.stored_kwh);
  out["cost"] = cost(e);
  out["demand_response"] = response(e);
  return out;
}

Json cost_of_assets_json(const Simulation& run) {
  if (!has_assets(run)) return {};
  return cost(sum_of(run));
}

}  // namespace dure
