#include "app/results_physics.h"

#include <algorithm>
#include <bit>

#include "app/results_energy.h"
#include "app/results_numbers.h"
#include "sim/energy_books.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

double m3(std::int64_t ml) { return rounded(static_cast<double>(ml) / 1e6, 3); }

// Sums over the sites of a run that reckons with physics.
struct PhysicsTotals {
  Exact conversion = 0, fans = 0, pumps = 0, compressors = 0, it = 0;
  std::int64_t evaporation_ml = 0, blowdown_ml = 0, drift_ml = 0;
  double energy_krw = 0, demand_krw = 0, climate_fuel_krw = 0, fund_krw = 0, water_krw = 0;
  double location_g = 0, market_g = 0, unmet_kwh = 0;
  double makeup_m3() const { return m3(evaporation_ml + blowdown_ml + drift_ml); }
  explicit PhysicsTotals(const Simulation& run) {
    for (const SiteFacility& f : run.site_facilities()) {
      it += f.it_wms;
      conversion += f.conversion_wms;
      fans += f.fan_wms;
      pumps += f.pump_wms;
      compressors += f.compressor_wms;
      evaporation_ml += f.evaporation_ml;
      blowdown_ml += f.blowdown_ml;
      drift_ml += f.drift_ml;
      for (const MonthBill& bill : f.bills) {
        energy_krw += bill.energy_krw;
        demand_krw += bill.demand_krw;
        climate_fuel_krw += bill.climate_fuel_krw;
        fund_krw += bill.fund_krw;
      }
      water_krw += f.water_krw;
      location_g += f.location_g;
      market_g += f.market_g;
      unmet_kwh += f.unmet_kwh;
    }
  }
};

// Of machines that drew nothing there is no PUE, nor WUE.
Json per_it(double of, double it) { return it > 0 ? Json(ratio(of, it)) : Json(); }

}  // namespace

nlohmann::ordered_json energy_json(const Simulation& run, const Summary& s) {
  const Window& w = run.meter().window();
  const Books& b = s.books;
  const double mean_mw = static_cast<double>(b.facility) / static_cast<double>(kPpm) /
                         static_cast<double>((w.to - w.from).count()) / 1e6;
  Json out = {{"it_mwh", mwh(b.it_wms)},
              {"facility_mwh", facility_mwh(b.facility)},
              {"cooling_and_losses_mwh", facility_mwh(b.cooling_and_losses)},
              {"pue", per_it(static_cast<double>(b.facility) / static_cast<double>(kPpm),
                             static_cast<double>(b.it_wms))},
              {"peak_facility_mw", mw(s.peak_facility_w)},
              {"mean_facility_mw", rounded(mean_mw, 6)}};
  if (run.facility() == nullptr) return out;
  const PhysicsTotals t(run);
  out["parts"] = {{"conversion_mwh", mwh(t.conversion)},
                  {"fans_mwh", mwh(t.fans)},
                  {"pumps_mwh", mwh(t.pumps)},
                  {"compressors_mwh", mwh(t.compressors)}};
  out["heat_not_carried_mwh"] = rounded(t.unmet_kwh / 1000, 3);
  if (has_assets(run)) out["sources"] = sources_json(run);
  return out;
}

nlohmann::ordered_json water_json(const Simulation& run) {
  if (run.facility() == nullptr) return {{"modelled", false}};
  const PhysicsTotals t(run);
  const double it_kwh = static_cast<double>(t.it) / 3.6e9;
  return {{"modelled", true},
          {"makeup_m3", t.makeup_m3()},
          {"evaporation_m3", m3(t.evaporation_ml)},
          {"blowdown_m3", m3(t.blowdown_ml)},
          {"drift_m3", m3(t.drift_ml)},
          {"wue_l_per_kwh", per_it(t.makeup_m3() * 1000, it_kwh)},
          {"cost_krw", std::llround(t.water_krw)}};
}

nlohmann::ordered_json carbon_json(const Simulation& run, const Summary& s) {
  const double mwh_drawn = facility_mwh(s.books.facility);
  if (run.facility() != nullptr) {
    const PhysicsTotals t(run);
    Json out = {{"t_co2e", rounded(t.location_g / 1e6, 3)},
                {"kg_per_mwh", ratio(t.location_g / 1000, mwh_drawn)},
                {"basis", "official factor of the grid in its year, where the energy is taken"}};
    if (has_assets(run)) out["market_t_co2e"] = rounded(t.market_g / 1e6, 3);
    return out;
  }
  const double g_per_kwh = run.scenario().accounts.carbon_g_per_kwh;  // g/kWh = kg/MWh
  return {{"t_co2e", rounded(mwh_drawn * g_per_kwh / 1000, 3)},
          {"kg_per_mwh", g_per_kwh},
          {"basis", "flat factor of the scenario (accounts.carbon_g_per_kwh)"}};
}

nlohmann::ordered_json cost_json(const Simulation& run, const Summary& s) {
  if (run.facility() != nullptr) {
    const PhysicsTotals t(run);
    Json parts = {{"energy_krw", std::llround(t.energy_krw)},
                  {"demand_krw", std::llround(t.demand_krw)},
                  {"climate_fuel_krw", std::llround(t.climate_fuel_krw)},
                  {"fund_krw", std::llround(t.fund_krw)}};
    const bool assets = has_assets(run);
    if (assets) parts.update(cost_of_assets_json(run));
    return {{"energy_krw", s.books.cost_krw},
            {"krw_per_kwh",
             ratio(static_cast<double>(s.books.cost_krw), facility_mwh(s.books.facility) * 1000)},
            {"parts", parts},
            {"water_krw", std::llround(t.water_krw)},
            {"basis", assets ? "each site's bill by its tariff, without VAT; with contracts, less "
                               "export and demand response"
                             : "each site's bill by its tariff, without VAT"}};
  }
  return {
      {"energy_krw", s.books.cost_krw},
      {"krw_per_kwh", run.scenario().accounts.energy_krw_per_kwh},
      {"basis", "energy only, at the flat price of the scenario (accounts.energy_krw_per_kwh)"}};
}

// What was out, by cause, within the window.
nlohmann::ordered_json failures_json(const Simulation& run, const Summary& s) {
  const OutagePlan& plan = run.outages();
  if (plan.causes.empty()) return {{"modelled", false}};
  const Window& w = run.meter().window();
  struct Sum {
    std::int64_t times = 0, announced = 0;
    std::int64_t node_ms = 0;
  };
  std::vector<Sum> sums(plan.causes.size());
  for (const Outage& o : plan.outages) {
    const std::int64_t from = std::max(o.at, w.from).count(), to = std::min(o.back, w.to).count();
    if (from >= to) continue;
    Sum& sum = sums[o.cause];
    ++sum.times;
    if (o.told_before()) ++sum.announced;
    sum.node_ms += std::popcount(o.nodes) * (to - from);
  }
  Json causes = Json::array();
  for (std::size_t c = 0; c < sums.size(); ++c)
    if (sums[c].times > 0)
      causes.push_back({{"id", plan.causes[c].id},
                        {"name_en", plan.causes[c].name_en},
                        {"name_ko", plan.causes[c].name_ko},
                        {"times", sums[c].times},
                        {"announced", sums[c].announced},
                        {"node_h", gpu_h(sums[c].node_ms)}});
  return {{"modelled", true},
          {"interruptions", s.interrupted},
          {"lost_gpu_h", gpu_h(s.interrupted_gpu_ms)},
          {"down_gpu_h", gpu_h(s.gpus.failed_ms)},
          {"goodput", ratio(static_cast<double>(s.gpus.used_ms - s.interrupted_gpu_ms),
                            static_cast<double>(s.gpus.used_ms))},
          {"causes", causes}};
}

// A site's own figures, where physics are reckoned.
nlohmann::ordered_json pue_json(const Simulation& run, std::size_t site) {
  const SiteFacility& f = run.site_facilities()[site];
  return per_it(static_cast<double>(f.facility_wms()), static_cast<double>(f.it_wms));
}

nlohmann::ordered_json site_physics_json(const Simulation& run, std::size_t site) {
  const SiteFacility& f = run.site_facilities()[site];
  const double it_kwh = static_cast<double>(f.it_wms) / 3.6e9;
  const double makeup_m3 = m3(f.evaporation_ml + f.blowdown_ml + f.drift_ml);
  const SiteId id{static_cast<std::uint32_t>(site)};
  Json out = {{"conversion_mwh", mwh(f.conversion_wms)},
              {"fans_mwh", mwh(f.fan_wms)},
              {"pumps_mwh", mwh(f.pump_wms)},
              {"compressors_mwh", mwh(f.compressor_wms)},
              {"water_m3", makeup_m3},
              {"wue_l_per_kwh", per_it(makeup_m3 * 1000, it_kwh)},
              {"water_source", run.facility()->water(id).id},
              {"most_water_m3_per_day", rounded(f.most_m3_per_day, 1)},
              {"most_of_permit", rounded(f.most_of_permit, 4)},
              {"t_co2e", rounded(f.location_g / 1e6, 3)},
              {"tariff", run.facility()->tariff(id).id()},
              {"energy_krw", std::llround(energy_krw(f))},
              {"water_krw", std::llround(f.water_krw)},
              {"cooling_short_h", gpu_h(f.cannot_hold_ms)},
              {"above_stated_limit_mwh", rounded(f.above_stated_kwh / 1000, 3)},
              {"heat_not_carried_mwh", rounded(f.unmet_kwh / 1000, 3)},
              {"beyond_model_h", gpu_h(f.beyond_range_ms)}};
  if (f.energy) {
    out["market_t_co2e"] = rounded(f.market_g / 1e6, 3);
    out["assets"] = site_assets_json(f);
  }
  return out;
}

}  // namespace dure
