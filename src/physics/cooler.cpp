#include "physics/cooler.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "physics/psychrometrics.h"

namespace dure {
namespace {

constexpr double kSaturatedMost = 0.9;  // of the enthalpy way to the hot water, for leaving air

double depression_k(const Outdoor& o) { return std::max(0.0, o.dry_bulb_c - o.wet_bulb_c); }

double follows(const CoolerSpec& cooler, const Outdoor& o) {
  switch (cooler.kind) {
    case CoolerKind::tower: return o.wet_bulb_c;
    case CoolerKind::sea: return o.sea_c;
    case CoolerKind::dry:
    case CoolerKind::outside_air: return o.dry_bulb_c;
  }
  CHECK(false);
  return 0;
}

// A tower's heat is effectiveness x air x slope of saturation x (water - wet bulb): cold air holds
// little vapour, the slope is small, so the approach is larger.
double stretch(const CoolerSpec& cooler, const Outdoor& o) {
  if (cooler.kind != CoolerKind::tower) return 1;
  const double middle = 0.5 * (cooler.approach_k + cooler.design_range_k);
  return saturated_enthalpy_slope(cooler.design_wet_bulb_c + middle, 101.325) /
         saturated_enthalpy_slope(o.wet_bulb_c + middle, o.pressure_kpa);
}

double running_cells(double load) { return std::min(1.0, kMostAir * load); }

// load: of the cells that run.
double approach_k(const CoolerSpec& cooler, const Outdoor& o, double load, double speed) {
  return cooler.approach_k * std::pow(load, cooler.load_exponent) * stretch(cooler, o) /
         std::pow(speed, cooler.speed_exponent);
}

}  // namespace

double pads_needed(const CoolerSpec& cooler, const Outdoor& outdoor, double target_c) {
  const double depression = depression_k(outdoor);
  const double excess = outdoor.dry_bulb_c - std::max(target_c, cooler.pad_above_c);
  if (cooler.pad_effectiveness <= 0 || depression <= 0 || excess <= 0) return 0;
  return std::min(cooler.pad_effectiveness, excess / depression);
}

CoolerRun run_cooler(const CoolerSpec& cooler, const Outdoor& outdoor, double load, double target_c,
                     double wet) {
  CoolerRun run;
  run.follows_c = follows(cooler, outdoor);
  if (cooler.kind == CoolerKind::dry) {
    run.pads = wet * pads_needed(cooler, outdoor, cooler.pad_above_c);
    run.follows_c -= run.pads * depression_k(outdoor);
  }
  const double room_k = target_c - run.follows_c;
  run.cells = running_cells(load);
  if (run.cells <= 0) {
    run.leaving_c = std::max(target_c, run.follows_c);
    return run;
  }
  const double cell_load = load / run.cells;
  const double best_k = approach_k(cooler, outdoor, cell_load, 1);
  if (best_k >= room_k) {
    run.leaving_c = run.follows_c + best_k;
    return run;
  }
  run.speed = std::pow(best_k / room_k, 1 / cooler.speed_exponent);
  // The sea gets its water back no warmer than by design: its flow follows the load at least.
  if (cooler.kind == CoolerKind::sea) run.speed = std::max(run.speed, std::min(cell_load, 1.0));
  run.leaving_c = target_c;
  return run;
}

CoolerRun follow_load(const CoolerSpec& cooler, const Outdoor& outdoor, double load) {
  CoolerRun run;
  run.follows_c = follows(cooler, outdoor);
  run.cells = running_cells(load);
  run.leaving_c = run.follows_c;
  if (run.cells <= 0) return run;
  const double cell_load = load / run.cells;
  run.speed = std::min(cell_load, 1.0);
  run.leaving_c += approach_k(cooler, outdoor, cell_load, run.speed);
  return run;
}

double power_share(const CoolerSpec& cooler, double speed) {
  if (speed >= cooler.least_speed) return std::pow(speed, cooler.power_exponent);
  return std::pow(cooler.least_speed, cooler.power_exponent) * speed / cooler.least_speed;
}

double pump_power_share(double flow, double static_share) {
  return flow * (static_share + (1 - static_share) * flow * flow);
}

double pad_evaporation_l_per_h(const Outdoor& outdoor, double air_kg_per_s, double used) {
  if (used <= 0) return 0;
  const double after_c = outdoor.dry_bulb_c - used * depression_k(outdoor);
  const double p = outdoor.pressure_kpa;
  const double w_in = humidity_ratio_of_bulbs(outdoor.dry_bulb_c, outdoor.wet_bulb_c, p);
  const double w_out = humidity_ratio_of_bulbs(after_c, outdoor.wet_bulb_c, p);
  return 3600 * air_kg_per_s * std::max(0.0, w_out - w_in);
}

double tower_evaporation_l_per_h(const Outdoor& outdoor, double heat_kw, double air_kg_per_s,
                                 double hot_water_c) {
  if (heat_kw <= 0) return 0;
  const double p = outdoor.pressure_kpa;
  const double w_in = humidity_ratio_of_bulbs(outdoor.dry_bulb_c, outdoor.wet_bulb_c, p);
  const double h_in = enthalpy_kj_per_kg(outdoor.dry_bulb_c, w_in);
  const double hot_c = std::max(hot_water_c, outdoor.wet_bulb_c + 1);
  const double h_room = kSaturatedMost * (saturated_enthalpy_kj_per_kg(hot_c, p) - h_in);
  const double air = std::max(air_kg_per_s, heat_kw / h_room);
  const double out_c = saturated_air_c(h_in + heat_kw / air, p, hot_c);
  return 3600 * air * std::max(0.0, saturated_humidity_ratio(out_c, p) - w_in);
}

CoolerUse use_of(const CoolerSpec& cooler, const Outdoor& outdoor, const CoolerRun& run,
                 double heat_kw, double design_kw, double load) {
  CoolerUse use;
  const bool tower = cooler.kind == CoolerKind::tower;
  const double moving = run.cells * power_share(cooler, run.speed);
  use.fan_kw = cooler.fan_share * design_kw * moving;
  double pumping = moving;
  if (tower && run.cells > 0) {  // each running cell has its pump
    const double flow = std::clamp(load / run.cells, cooler.least_flow, 1.0);
    pumping = run.cells * pump_power_share(flow, cooler.pump_static_share);
  }
  use.pump_kw = cooler.pump_share * design_kw * pumping;
  const double air = cooler.air_kg_per_s_per_kw * design_kw * run.cells * run.speed;
  if (tower) {
    use.evaporation_l_per_h =
        tower_evaporation_l_per_h(outdoor, heat_kw, air, run.leaving_c + cooler.design_range_k);
    use.drift_l_per_h = 3600 * cooler.drift_share * cooler.water_kg_per_s_per_kw * heat_kw;
    use.wet_heat_kw = heat_kw;
  } else if (run.pads > 0) {
    use.evaporation_l_per_h = pad_evaporation_l_per_h(outdoor, air, run.pads);
    use.wet_heat_kw = heat_kw;
  }
  return use;
}

bool in_range(const CoolerSpec& cooler, const Outdoor& o) {
  if (cooler.kind == CoolerKind::sea) return o.sea_c >= -2 && o.sea_c <= cooler.most_c;
  return o.dry_bulb_c >= cooler.least_c && o.dry_bulb_c <= cooler.most_c &&
         o.wet_bulb_c <= o.dry_bulb_c;
}

}  // namespace dure
