// The models/*.yaml that ship, each read once as a scenario reads them. What is wrong in one fails
// the test that asked. Reading a spec instantiates the readers of all that it holds, which takes
// the compiler a minute, so it is done in shipped.cpp alone.
#pragma once

#include <string>
#include <vector>

#include "base/check.h"
#include "base/faults.h"
#include "physics/cooling.h"
#include "world/power_check.h"
#include "world/scenario.h"
#include "world/water_spec.h"

namespace dure {

struct ShippedModels {  // the sections of a scenario that models/*.yaml fill
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
};
const ShippedModels& shipped_models();

// power.yaml with the machine of frontier.yaml; and the rows of power_holdout.yaml alone.
const PowerSpec& shipped_power();
const PowerSpec& part_of_power();
// A file of power that a test writes.
Outcome<PowerSpec> read_power(const std::string& yaml);

inline CoolingModel shipped_cooling() {
  const ShippedModels& m = shipped_models();
  return {m.coolers, m.chillers, m.thermal_masses, m.cooling_kinds};
}
inline WaterModel shipped_water() {
  const ShippedModels& m = shipped_models();
  return {m.water_sources, m.drought_stages, m.water_band};
}

template <class Row>
const Row& row_of(const std::vector<Row>& rows, std::string_view id) {
  const auto found = find_row(rows, id, "rows");
  CHECK(static_cast<bool>(found));
  return *found.value();
}

}  // namespace dure
