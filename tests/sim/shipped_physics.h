// The tiny alliance with the shipped models/*.yaml around it, read once as a scenario reads them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "read_shipped.h"
#include "sim/simulation.h"
#include "sim/summary.h"
#include "sim/tiny_scenario.h"

namespace dure::tiny {

struct ShippedPhysics {  // the sections of a scenario that models/*.yaml fill
  std::vector<SourceSpec> sources;
  ClimateSpec climate;
  std::vector<CoolerSpec> coolers;
  std::vector<ChillerSpec> chillers;
  std::vector<ThermalMassSpec> thermal_masses;
  std::vector<CoolingKindSpec> cooling_kinds;
  PowerSpec power;
  std::vector<WaterSourceSpec> water_sources;
  std::vector<DroughtStageSpec> drought_stages;
  WaterBandSpec water_band;
  TariffSpec tariff;
  CarbonSpec carbon;
  FailureSpec failures;
  NetworkSpec network;
  GridSpec grid;
  FinanceSpec finance;
  template <class = void>
  static constexpr auto describe() {
    using S = ShippedPhysics;
    return std::tuple(
        Field("sources", &S::sources, "what rows cite"), Field("climate", &S::climate, "weather"),
        Field("coolers", &S::coolers, "outdoors"), Field("chillers", &S::chillers, "between"),
        Field("thermal_masses", &S::thermal_masses, "what heats up"),
        Field("cooling_kinds", &S::cooling_kinds, "halls"), Field("power", &S::power, "chains"),
        Field("water_sources", &S::water_sources, "water"),
        Field("drought_stages", &S::drought_stages, "stages"),
        Field("water_band", &S::water_band, "the physical band"),
        Field("tariff", &S::tariff, "prices"), Field("carbon", &S::carbon, "factors"),
        Field("failures", &S::failures, "what breaks"),
        Field("network", &S::network, "between sites"), Field("grid", &S::grid, "beside the sites"),
        Field("finance", &S::finance, "what is paid for it"));
  }
};

inline const ShippedPhysics& shipped_physics() {
  static const ShippedPhysics all = read_shipped<ShippedPhysics>(
      "[models/climate-kr.yaml, models/cooling.yaml, models/water-kr.yaml, models/power.yaml, "
      "models/tariff-kr.yaml, models/carbon-kr.yaml, models/failures.yaml, models/network.yaml, "
      "models/grid-kr.yaml, models/finance-kr.yaml]");
  return all;
}

inline void add_shipped_physics(Scenario& s) {
  const ShippedPhysics& m = shipped_physics();
  s.physics.enabled = true;
  s.climate = m.climate;
  s.coolers = m.coolers;
  s.chillers = m.chillers;
  s.thermal_masses = m.thermal_masses;
  s.cooling_kinds = m.cooling_kinds;
  s.power = m.power;
  s.water_sources = m.water_sources;
  s.drought_stages = m.drought_stages;
  s.water_band = m.water_band;
  s.tariff = m.tariff;
  s.carbon = m.carbon;
  s.failures = m.failures;
  s.network = m.network;
  s.grid = m.grid;
}

inline UtilitySpec utility_of(const std::string& site, double m3_per_day) {
  UtilitySpec u;
  u.site = site;
  u.tariff = "general_b_high_b_2";
  u.power_chain = "ac_ups";
  u.water_source = "industrial";
  u.water_m3_per_day.assign(12, m3_per_day);
  u.water_storage_hours = 24;
  u.drought_region = "metro";
  return u;
}

// tiny::scenario in Seoul, on towers, with water enough and nothing that fails by chance.
inline Scenario with_physics(std::int64_t gpus) {
  Scenario s = scenario(gpus);
  add_shipped_physics(s);
  s.physics.failures = false;
  s.sites[0].climate_station = "seoul";
  s.sites[0].halls[0].cooling = "chilled_water";
  s.utilities = {utility_of("site", 1000)};
  return s;
}

inline SimulationOptions options_of(const Scenario& s) {
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), s.run.step_ms};
  o.warmup_days = s.run.warmup_days;
  o.policy = policy_from(s.policy);
  return o;
}

// "name: left against right" of each check that does not hold.
inline std::vector<std::string> failing(const Summary& sum) {
  std::vector<std::string> out;
  for (const Check& c : sum.checks)
    if (!c.ok)
      out.push_back(c.name + ": " + std::to_string(c.left) + " against " + std::to_string(c.right) +
                    " " + c.unit);
  return out;
}

}  // namespace dure::tiny
