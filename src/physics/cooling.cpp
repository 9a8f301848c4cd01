#include "physics/cooling.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "physics/cooler.h"

namespace dure {
namespace {

constexpr double kRoundingK = 1e-9;
constexpr int kHalvings = 30;
constexpr double kCoolestC = -60, kHottestC = 60;  // the equations stay sane between these

double cube(double x) { return x * x * x; }

struct Way {                          // the state of one way of heat
  double indoor_kw = 0, pump_kw = 0;  // fans and pumps in the loop; of them, the pumps
  double compressor_kw = 0, unmet_kw = 0;
  CoolerUse outdoors;
  double supply_c = 0;
  double relief_k = 1;  // what the supply falls by when all load is shed
  bool beyond = false;
};

struct Given {
  const CoolingPath& path;
  double heat_kw, design_kw, load;  // load = heat / design
  Outdoor outdoor;
  double wet;  // share of the wanted water that there is
};

// Fans and pumps indoors: fans by the cube law, pumps against what head they hold. Their heat goes
// the way of the rest.
void indoors(const Given& g, Way& way) {
  const CoolingPathSpec& spec = g.path.spec;
  const double speed = std::clamp(g.load, spec.least_speed, 1.0);
  way.pump_kw = spec.pump_share * g.design_kw * pump_power_share(speed, spec.pump_static_share);
  way.indoor_kw = spec.fan_share * g.design_kw * cube(speed) + way.pump_kw;
}

// Heat that the chiller takes from the loop, with its work; what is over its capacity is unmet.
void compress(const Given& g, double heat_kw, double water_c, double reject_c, Way& way) {
  if (heat_kw <= 0) return;
  const ChillerSpec& c = *g.path.chiller;
  const double lift = reject_c + c.condenser_k - (water_c - c.evaporator_k);
  const double lost = c.capacity_loss_per_k * std::max(0.0, lift - c.design_lift_k);
  const double capacity = g.design_kw * c.capacity_share * std::max(0.0, 1 - lost);
  const double taken = std::min(heat_kw, capacity);
  const double full_share = c.standby_share * capacity + (1 - c.standby_share) * taken;
  way.compressor_kw += full_share / chiller_cop(c, water_c, reject_c);
  way.unmet_kw += heat_kw - taken;
}

// The hall breathes: the air flow follows the load, so its rise stays the same. Over the set point
// pads help, then the chiller, which then has to cool (T - set point) / rise of the heat.
void breathe(const Given& g, Way& way) {
  const CoolerSpec& cooler = g.path.cooler;
  const CoolingPathSpec& spec = g.path.spec;
  const double pads = g.wet * pads_needed(cooler, g.outdoor, spec.supply_c - cooler.approach_k);
  const double depression = std::max(0.0, g.outdoor.dry_bulb_c - g.outdoor.wet_bulb_c);
  const double air_c = g.outdoor.dry_bulb_c - pads * depression + cooler.approach_k;
  const double flow = std::min(g.load, 1.0);  // of outdoor air; fans that turn faster mix in return
  const double fans = power_share(cooler, std::max(flow, cooler.least_speed));
  way.indoor_kw = cooler.fan_share * g.design_kw * fans;
  if (pads > 0) {
    const double air_kg_per_s = cooler.air_kg_per_s_per_kw * g.design_kw * flow;
    way.outdoors.evaporation_l_per_h = pad_evaporation_l_per_h(g.outdoor, air_kg_per_s, pads);
    way.outdoors.wet_heat_kw = g.heat_kw;
  }
  way.supply_c = std::max(spec.supply_c, air_c);
  way.relief_k = spec.rise_k;
  way.unmet_kw = g.heat_kw * std::max(0.0, 1 - 1 / std::max(g.load, 1.0));
  if (g.path.chiller && way.supply_c > spec.supply_c) {
    const double share = std::min(1.0, (way.supply_c - spec.supply_c) / spec.rise_k);
    compress(g, share * (g.heat_kw + way.indoor_kw), spec.supply_c - spec.approach_k,
             g.outdoor.dry_bulb_c + cooler.approach_k, way);
    way.supply_c = spec.supply_c;
  }
}

// A loop of water to a cooler outdoors, with a chiller between if there is one.
void flow(const Given& g, Way& way) {
  const CoolerSpec& cooler = g.path.cooler;
  const CoolingPathSpec& spec = g.path.spec;
  indoors(g, way);
  const double total_kw = g.heat_kw + way.indoor_kw;
  const double water_c = spec.supply_c - spec.approach_k * g.load;  // what the set point needs
  const double free_k = g.path.chiller ? spec.free_approach_k * g.load : 0;
  const double wet = cooler.kind == CoolerKind::dry ? g.wet : 1;
  CoolerRun run = run_cooler(cooler, g.outdoor, g.load, water_c - free_k, wet);
  const double warm_k = run.leaving_c + free_k - water_c;
  const double over_k = warm_k > kRoundingK ? warm_k : 0;
  if (!g.path.chiller) {
    way.supply_c = spec.supply_c + over_k;
    way.relief_k = way.supply_c - run.follows_c;
  } else if (over_k > 0 || !spec.free_cooling) {
    const double share = spec.free_cooling ? std::min(1.0, over_k / spec.rise_k) : 1;
    if (share == 1) run = follow_load(cooler, g.outdoor, g.load);
    compress(g, share * total_kw, water_c, run.leaving_c, way);
  }
  const double rejected = std::max(0.0, total_kw + way.compressor_kw - way.unmet_kw);
  way.outdoors = use_of(cooler, g.outdoor, run, rejected, g.design_kw, g.load);
  if (cooler.kind == CoolerKind::sea) {  // the flow is at its most: no more than the design rise
    way.unmet_kw += g.heat_kw * std::max(0.0, 1 - 1 / std::max(g.load, 1.0));
  }
}

// Over supply_most_c machines shed, in proportion to what shedding brings.
void shed(const Given& g, Way& way) {
  const double over = way.supply_c - g.path.spec.supply_most_c;
  if (over <= 0) return;
  way.unmet_kw += g.heat_kw * std::min(1.0, over / way.relief_k);
  way.supply_c = g.path.spec.supply_most_c;
}

// Cells of a tower without water stand still: all that they do is missing, the rest is as before.
void stop_cells(const Given& g, Way& way) {
  if (g.path.cooler.kind != CoolerKind::tower || g.wet >= 1) return;
  way.unmet_kw = g.wet * way.unmet_kw + (1 - g.wet) * g.heat_kw;
  way.compressor_kw *= g.wet;
  for (double* x : {&way.outdoors.fan_kw, &way.outdoors.pump_kw, &way.outdoors.wet_heat_kw,
                    &way.outdoors.evaporation_l_per_h, &way.outdoors.drift_l_per_h})
    *x *= g.wet;
}

Way run_way(const CoolingPath& path, double heat_kw, double hall_kw, const Outdoor& outdoor,
            double wet) {
  Way way;
  way.beyond = !in_range(path.cooler, outdoor);
  way.supply_c = path.spec.supply_c;
  const double design_kw = hall_kw * path.spec.capacity_share;
  if (design_kw <= 0) {
    way.unmet_kw = heat_kw;
    return way;
  }
  const Given g{path, heat_kw, design_kw, heat_kw / design_kw, outdoor, wet};
  if (path.cooler.kind == CoolerKind::outside_air)
    breathe(g, way);
  else
    flow(g, way);
  shed(g, way);
  stop_cells(g, way);
  way.unmet_kw = std::min(way.unmet_kw, heat_kw);
  return way;
}

Outdoor bounded(Outdoor o) {
  CHECK(std::isfinite(o.dry_bulb_c) && std::isfinite(o.wet_bulb_c) && std::isfinite(o.sea_c));
  CHECK(o.pressure_kpa > 50 && o.pressure_kpa < 120);
  o.dry_bulb_c = std::clamp(o.dry_bulb_c, kCoolestC, kHottestC);
  o.wet_bulb_c = std::clamp(o.wet_bulb_c, kCoolestC, o.dry_bulb_c);
  o.sea_c = std::clamp(o.sea_c, -2.0, kHottestC);
  return o;
}

void add(const CoolingPath& path, const Way& way, double heat_kw, CoolingState& s) {
  s.fan_kw += way.indoor_kw - way.pump_kw + way.outdoors.fan_kw;
  s.pump_kw += way.pump_kw + way.outdoors.pump_kw;
  s.compressor_kw += way.compressor_kw;
  s.loop_heat_kw += way.indoor_kw + way.compressor_kw;
  s.heat_rejected_kw += heat_kw - way.unmet_kw + way.indoor_kw + way.compressor_kw;
  s.unmet_kw += way.unmet_kw;
  s.wet_heat_kw += way.outdoors.wet_heat_kw;
  s.evaporation_l_per_h += way.outdoors.evaporation_l_per_h;
  s.drift_l_per_h += way.outdoors.drift_l_per_h;
  s.free_cooling = s.free_cooling && way.compressor_kw == 0;
  s.cannot_hold =
      s.cannot_hold || way.unmet_kw > 0 || way.supply_c > path.spec.supply_c + kRoundingK;
  s.beyond_range = s.beyond_range || way.beyond;
}

}  // namespace

double chiller_cop(const ChillerSpec& c, double water_c, double reject_c) {
  const double evaporation_c = water_c - c.evaporator_k;
  const double lift = reject_c + c.condenser_k - evaporation_c;
  return c.carnot_share * (evaporation_c + 273.15) / std::max(lift, c.least_lift_k);
}

CoolingLoad split_load(const CoolingPlant& plant, double it_kw, double design_kw) {
  return {it_kw * plant.liquid_share, it_kw * (1 - plant.liquid_share), design_kw};
}

CoolingState cool(const CoolingPlant& plant, const CoolingLoad& load, const Outdoor& given,
                  const CoolingLimits& limits) {
  CHECK(plant.liquid || plant.air);
  CHECK(load.liquid_kw >= 0 && load.air_kw >= 0 && load.design_kw >= 0);
  CHECK(limits.plant_share >= 0 && limits.evaporation_l_per_h >= 0);
  const Outdoor outdoor = bounded(given);
  // What has no way of its own takes the other: a sidecar gives a rack's liquid heat to the air, a
  // rack without fans its air's heat to the liquid.
  const double liquid_kw =
      plant.air ? (plant.liquid ? load.liquid_kw : 0) : load.liquid_kw + load.air_kw;
  const double air_kw = load.liquid_kw + load.air_kw - liquid_kw;
  const double hall_kw = load.design_kw * limits.plant_share;
  const double cycles = limits.cycles_of_concentration;
  const double most = cycles > 1 ? limits.evaporation_l_per_h : 0;

  const auto run = [&](double wet) {
    CoolingState s;
    s.beyond_range = given.wet_bulb_c > given.dry_bulb_c + 1e-6;
    if (plant.liquid) {
      const Way way = run_way(*plant.liquid, liquid_kw, hall_kw, outdoor, wet);
      s.supply_liquid_c = way.supply_c;
      add(*plant.liquid, way, liquid_kw, s);
    }
    if (plant.air) {
      const Way way = run_way(*plant.air, air_kw, hall_kw, outdoor, wet);
      s.supply_air_c = way.supply_c;
      add(*plant.air, way, air_kw, s);
    }
    return s;
  };
  CoolingState s = run(1);
  if (s.evaporation_l_per_h > most) {  // the largest share of water that keeps to the limit
    double low = 0, high = 1;
    for (int i = 0; i < kHalvings && most > 0; ++i) {
      const double middle = 0.5 * (low + high);
      (run(middle).evaporation_l_per_h > most ? high : low) = middle;
    }
    s = run(low);
  }
  if (cycles > 1) s.blowdown_l_per_h = s.evaporation_l_per_h / (cycles - 1);
  return s;
}

double pue(const CoolingLoad& load, const CoolingState& s, double other_share) {
  const double it_kw = load.liquid_kw + load.air_kw;
  CHECK(it_kw > 0);
  return 1 + other_share + (s.fan_kw + s.pump_kw + s.compressor_kw) / it_kw;
}

}  // namespace dure
