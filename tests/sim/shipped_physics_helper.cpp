#include "sim/shipped_physics.h"

namespace dure::tiny {
void add_shipped_physics(Scenario& s) {
  const ShippedModels& m = shipped_models();
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

UtilitySpec utility_of(const std::string& site, double m3_per_day) {
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

Scenario with_physics(std::int64_t gpus) {
  Scenario s = scenario(gpus);
  add_shipped_physics(s);
  s.physics.failures = false;
  s.sites[0].climate_station = "seoul";
  s.sites[0].halls[0].cooling = "chilled_water";
  s.utilities = {utility_of("site", 1000)};
  return s;
}

SimulationOptions options_of(const Scenario& s) {
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), s.run.step_ms};
  o.warmup_days = s.run.warmup_days;
  o.policy = policy_from(s.policy);
  return o;
}

std::vector<std::string> failing(const Summary& sum) {
  std::vector<std::string> out;
  for (const Check& c : sum.checks)
    if (!c.ok)
      out.push_back(c.name + ": " + std::to_string(c.left) + " against " + std::to_string(c.right) +
                    " " + c.unit);
  return out;
}

}  // namespace dure::tiny
