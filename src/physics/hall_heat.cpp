#include "physics/hall_heat.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

double hall_temperature_c(const HeatStep& s, double after_s) {
  CHECK(s.mass_kj_per_k > 0 && s.leak_kw_per_k >= 0 && after_s >= 0);
  const double net = s.heat_kw - s.removed_kw;
  if (s.leak_kw_per_k == 0) return s.start_c + net / s.mass_kj_per_k * after_s;
  const double end_c = s.surroundings_c + net / s.leak_kw_per_k;
  return end_c + (s.start_c - end_c) * std::exp(-after_s * s.leak_kw_per_k / s.mass_kj_per_k);
}

std::optional<double> seconds_until(const HeatStep& s, double limit_c) {
  CHECK(s.mass_kj_per_k > 0 && s.leak_kw_per_k >= 0);
  if (s.start_c >= limit_c) return 0;
  const double net = s.heat_kw - s.removed_kw;
  if (s.leak_kw_per_k == 0) {
    if (net <= 0) return std::nullopt;
    return (limit_c - s.start_c) * s.mass_kj_per_k / net;
  }
  const double end_c = s.surroundings_c + net / s.leak_kw_per_k;
  if (end_c <= limit_c) return std::nullopt;
  return s.mass_kj_per_k / s.leak_kw_per_k * std::log((end_c - s.start_c) / (end_c - limit_c));
}

LossTimes after_loss(const CoolingPlant& plant, const CoolingLoad& load, const CoolingState& before,
                     HeatWay way, CoolingLoss loss, double still_removed_share) {
  CHECK(still_removed_share >= 0 && still_removed_share <= 1);
  const bool liquid = way == HeatWay::liquid;
  const std::optional<CoolingPath>& path = liquid ? plant.liquid : plant.air;
  CHECK(path.has_value());
  const double own_kw = liquid ? load.liquid_kw : load.air_kw;
  const double heat_kw = plant.liquid && plant.air ? own_kw : load.liquid_kw + load.air_kw;
  const double design_kw = load.design_kw * path->spec.capacity_share;
  CHECK(design_kw > 0);
  const ThermalMassSpec& mass =
      loss == CoolingLoss::heat_rejection ? path->mass : path->stopped_mass;
  const double supply_c = liquid ? before.supply_liquid_c : before.supply_air_c;
  // Only what works at this moment is there to be heated: half-empty halls have half the plates.
  const double warm_kw = mass.rise_k > 0 ? std::min(heat_kw, design_kw) : design_kw;
  LossTimes t;
  t.step.start_c = supply_c + (heat_kw > 0 ? mass.rise_k : 0);
  t.step.heat_kw = heat_kw;
  t.step.removed_kw = heat_kw * still_removed_share;
  t.step.mass_kj_per_k = mass.mass_kj_per_k_per_kw * std::max(warm_kw, 1e-3 * design_kw);
  t.step.leak_kw_per_k = mass.leak_w_per_k_per_kw / 1000 * design_kw;
  t.step.surroundings_c = t.step.start_c;
  t.throttle_s = seconds_until(t.step, mass.throttle_c);
  t.trip_s = seconds_until(t.step, mass.trip_c);
  return t;
}

}  // namespace dure
