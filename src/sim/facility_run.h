// What a run's sites drew, used and paid: the meters' IT power, step by step and cut at the
// quarters of an hour, through facility.h.
// Invariants: 1. Of every site facility_wms = it + conversion + fans + pumps + compressors,
//                exactly.
//             2. it_wms is the meter's.   3. Its series sums to facility_wms.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/acts.h"
#include "sim/facility.h"
#include "sim/meter.h"
#include "sim/site_energy.h"

namespace dure {

struct SiteFacility {
  Exact it_wms = 0, conversion_wms = 0, fan_wms = 0, pump_wms = 0, compressor_wms = 0;
  Exact facility_wms() const {
    return it_wms + conversion_wms + fan_wms + pump_wms + compressor_wms;
  }
  std::int64_t evaporation_ml = 0, blowdown_ml = 0, drift_ml = 0;
  WaterBook water_book;
  // CO2e at the grid's factor: of all that the grid gave; and without what a contract covers.
  double location_g = 0, market_g = 0;
  std::vector<MonthBill> bills;
  double water_krw = 0;
  std::int64_t peak_w = 0;  // of the facility: of the mean of a step, or of its part in an hour
  std::int64_t most_above_limit_w = std::numeric_limits<std::int64_t>::min();
  // Above the grid_limit of a disruption, a battery's part in it: what no shed or cap saved.
  double above_stated_kwh = 0;
  double unmet_kwh = 0;  // heat that was not carried
  std::int64_t cannot_hold_ms = 0, beyond_range_ms = 0;
  std::array<std::int64_t, 6> drought_ms{};  // [DroughtStage]
  double given_m3 = 0;                       // permit and drought, and the tank
  double most_m3_per_day = 0;                // makeup of a calendar day
  double most_of_permit = 0;                 // over what was permitted
  std::vector<std::int64_t> facility_wms_by_step;
  std::vector<float> dry_bulb_c, krw_per_kwh;  // by step: at its start; of what it drew
  ActList acts;
  // Only of a site with energy assets: then bills, prices and carbon are of what its meter took.
  std::optional<EnergyBook> energy;
  std::vector<double> billed_kwh_by_step;  // empty: what the facility drew
};

std::vector<SiteFacility> run_facility(const Scenario& scenario, const Founding& founding,
                                       const Facility& facility, const Meter& meter);

}  // namespace dure
