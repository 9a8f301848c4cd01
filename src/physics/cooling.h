// Cooling of a hall, steady state: from the heat of its machines and the weather to power, water
// and supply temperatures. Equations, sources, limits: docs/models/cooling.md. Pure functions; kW,
// C, K (differences), litres of water per hour. Invariants:
//   1. Energy: heat_rejected_kw = liquid_kw + air_kw - unmet_kw + loop_heat_kw, to rounding.
//   2. Water: evaporation_l_per_h does not pass the limit; none without a tower or wet pads.
//   3. Nothing colder is supplied than the set point; warmer than supply_most_c neither: then
//      unmet_kw is the heat that machines must shed.
//   4. A hotter or wetter outdoors never makes the supply colder.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "physics/outdoor.h"
#include "world/cooling_spec.h"

namespace dure {

struct CoolingLoad {
  double liquid_kw = 0, air_kw = 0;  // what the machines give to each
  double design_kw = 0;              // what the hall was built for, both together
};

struct CoolingLimits {
  double evaporation_l_per_h = std::numeric_limits<double>::infinity();
  double cycles_of_concentration = 5;  // of the water that is there; 1 or less: no wet cooling
  double plant_share = 1;              // of the plant that works, above 0
};

struct CoolingState {
  double fan_kw = 0, pump_kw = 0, compressor_kw = 0;
  double loop_heat_kw = 0;  // the part of those three that ends in the loops and is rejected too
  double heat_rejected_kw = 0, unmet_kw = 0;
  double wet_heat_kw = 0;  // the part of heat_rejected_kw that left by towers, or by air from pads
  double evaporation_l_per_h = 0, blowdown_l_per_h = 0, drift_l_per_h = 0;
  double supply_air_c = 0, supply_liquid_c = 0;
  bool free_cooling = true;   // no compressor ran
  bool cannot_hold = false;   // the supply is over its set point, or heat is unmet
  bool beyond_range = false;  // outdoors, or the split of heat, is not what the model is meant for
};

// One way of a hall's heat with the rows that it names.
struct CoolingPath {
  CoolingPathSpec spec;
  CoolerSpec cooler;
  std::optional<ChillerSpec> chiller;
  ThermalMassSpec mass, stopped_mass;
};
struct CoolingPlant {
  double liquid_share = 0;
  std::optional<CoolingPath> liquid, air;
};

// The kind of this id, or that is also called this, with all that it refers to. named_at: the path
// of the word, for its Fault.
Result<CoolingPlant> find_plant(const CoolingModel& model, std::string_view word,
                                std::string_view named_at = "cooling");

// Heat split as the kind says, where the machines do not.
CoolingLoad split_load(const CoolingPlant& plant, double it_kw, double design_kw);

CoolingState cool(const CoolingPlant& plant, const CoolingLoad& load, const Outdoor& outdoor,
                  const CoolingLimits& limits = {});

// Facility power over IT power. other_share: losses of conversion, lights, for each kW of IT.
double pue(const CoolingLoad& load, const CoolingState& state, double other_share);

// COP of a chiller that makes water of water_c while its cooler sends back reject_c.
double chiller_cop(const ChillerSpec& chiller, double water_c, double reject_c);

}  // namespace dure
