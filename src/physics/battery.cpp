#include "physics/battery.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

namespace {

constexpr double kRounding = 1e-6;  // kWh

struct Out {  // what may come out, kW at the meter
  double to_least = 0, to_reserve = 0;
};

Out room_out(const BatteryPlant& p, const BatteryRule& r, double stored, double hours, double eta) {
  const double least = p.least_charge * p.kwh;
  const double reserve = std::max(least, r.reserve_charge * p.kwh);
  const auto kw = [&](double floor) {
    return std::min(p.discharge_kw, std::max(0.0, stored - floor) * eta / hours);
  };
  return {kw(least), kw(reserve)};
}

}  // namespace

SiteFlows battery_step(const BatteryPlant& plant, const BatteryRule& rule, double stored_kwh,
                       const SupplyStep& step) {
  CHECK(step.hours > 0 && step.load_kw >= 0 && step.solar_kw >= 0 && step.grid_limit_kw >= 0);
  CHECK(stored_kwh >= -kRounding && stored_kwh <= plant.kwh + kRounding);
  const double eta = std::sqrt(plant.round_trip);
  SiteFlows f;
  const double net = step.load_kw - step.solar_kw;
  const double need = std::max(0.0, net);
  const double limit = std::min(step.grid_limit_kw, std::max(0.0, rule.target_kw));

  // 1 to 3: what comes out, each part within what the parts before it left.
  const Out out = room_out(plant, rule, stored_kwh, step.hours, eta);
  const double short_kw = std::max(0.0, need - step.grid_limit_kw);
  f.discharge_kw = std::min(short_kw, out.to_least);
  const auto more = [&](double wanted) {
    f.discharge_kw += std::clamp(wanted, 0.0, std::max(0.0, out.to_reserve - f.discharge_kw));
  };
  more(std::min(need, step.grid_limit_kw) - limit);
  if (step.price_krw_per_kwh >= rule.discharge_above_krw_per_kwh) more(need - f.discharge_kw);

  // 4: what goes in.
  double surplus = std::max(0.0, -net);
  if (f.discharge_kw <= 0) {
    const auto room = [&](double most_share) {  // kW at the meter, from what is stored by now
      const double stored = stored_kwh + f.charge_kw * eta * step.hours;
      return std::min(plant.charge_kw - f.charge_kw,
                      std::max(0.0, most_share * plant.kwh - stored) / (eta * step.hours));
    };
    const double from_solar = std::min(surplus, std::max(0.0, room(plant.most_charge)));
    f.charge_kw += from_solar;
    surplus -= from_solar;
    const bool cheap = step.price_krw_per_kwh <= rule.charge_below_krw_per_kwh;
    const double fill =
        cheap ? plant.most_charge : std::min(rule.reserve_charge, plant.most_charge);
    f.charge_kw += std::clamp(room(fill), 0.0, std::max(0.0, limit - need));
  }

  // Invariant 1, in the order: sun, battery, grid.
  const double from_grid =
      need + f.charge_kw - std::min(f.charge_kw, std::max(0.0, -net)) - f.discharge_kw;
  f.grid_kw = std::clamp(from_grid, 0.0, step.grid_limit_kw);
  f.unserved_kw = std::max(0.0, from_grid - f.grid_kw);
  f.export_kw = step.export_price_krw_per_kwh < 0 ? 0 : std::min(surplus, step.export_limit_kw);
  f.solar_curtailed_kw = surplus - f.export_kw;
  f.solar_used_kw = step.solar_kw - f.solar_curtailed_kw;
  const double taken = f.charge_kw * eta, given = f.discharge_kw / eta;
  f.loss_kw = (f.charge_kw - taken) + (given - f.discharge_kw);
  f.stored_kwh = stored_kwh + (taken - given) * step.hours;
  return f;
}

}  // namespace dure
