// What stands outdoors and gives a site's heat to air, water or sea: dry coolers (with or without
// wet pads), towers, sea water exchangers. Equations and sources: docs/models/cooling.md.
//   water leaves at  T = T_followed + approach_k x load^load_exponent x stretch /
//   speed^speed_exponent
// where T_followed is the dry bulb, the wet bulb or the sea, load = heat / design heat of the cells
// that run, and stretch is 1 but for towers, whose approach grows in cold air (Braun 1989).
// Invariants: 1. Speed and cells are between 0 and 1; air is at most kMostAir x what the heat gets
// by design: cells without heat stand.  2. Nothing leaves colder than the target.  3. Pads never
// cool air below pad_above_c.
#pragma once

#include "physics/outdoor.h"
#include "world/cooling_spec.h"

namespace dure {

inline constexpr double kMostAir = 3;  // for each kW of heat, of what it is by design

struct CoolerRun {
  double cells = 1;      // share of them that runs
  double speed = 1;      // of their fans, of sea pumps; under least_speed they take turns
  double follows_c = 0;  // T_followed, after pads
  double leaving_c = 0;  // water back to the loop
  double pads = 0;       // how far of the way to the wet bulb the pads cool the air
};

// At the speed that makes water of target_c, or full speed. Pads are wet above pad_above_c, which
// saves fans and holds the target in heat. wet: the share of the pads that get water.
CoolerRun run_cooler(const CoolerSpec& cooler, const Outdoor& outdoor, double load, double target_c,
                     double wet = 1);
// At the speed that follows the load, pads dry: what serves a condenser.
CoolerRun follow_load(const CoolerSpec& cooler, const Outdoor& outdoor, double load);

// Power for each kW by design: the law of speed; cells that take turns, in proportion.
double power_share(const CoolerSpec& cooler, double speed);

// Power of pumps, of that at design, at this share of the design flow: the part of the head that
// does not fall with the flow (lift into a tower, a difference of pressure that is held) goes as
// the flow, the rest, friction, as its cube.
double pump_power_share(double flow, double static_share);

// How far of the way to the wet bulb pads must cool the air so that it comes to target_c.
double pads_needed(const CoolerSpec& cooler, const Outdoor& outdoor, double target_c);
// Litres per hour into air that pads cool `used` of the way, along constant wet bulb.
double pad_evaporation_l_per_h(const Outdoor& outdoor, double air_kg_per_s, double used);
// Litres per hour that a tower loses to the air that takes this heat and leaves saturated, no
// nearer than nine tenths of the way (in enthalpy) to the water that comes in at hot_water_c.
double tower_evaporation_l_per_h(const Outdoor& outdoor, double heat_kw, double air_kg_per_s,
                                 double hot_water_c);

struct CoolerUse {
  double fan_kw = 0, pump_kw = 0, wet_heat_kw = 0;
  double evaporation_l_per_h = 0, drift_l_per_h = 0;
};
// What it draws while it rejects heat_kw; `load` is what its spray pumps follow.
CoolerUse use_of(const CoolerSpec& cooler, const Outdoor& outdoor, const CoolerRun& run,
                 double heat_kw, double design_kw, double load);

// Outdoors is where the model is meant to hold.
bool in_range(const CoolerSpec& cooler, const Outdoor& outdoor);

}  // namespace dure
