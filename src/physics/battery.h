// A battery beside a load, a solar plant and the meter: one step of its dispatch. Pure: the state
// of charge goes in and comes out. Model and sources: docs/models/energy-sources.md.
//   losses   half of them going in, half coming out: each way sqrt(round trip)
//   order    1. keep the load up when the grid gives less than it needs (down to the least charge)
//            2. keep the meter below the target, for the demand charge (down to the reserve)
//            3. discharge when the price is high (down to the reserve)
//            4. charge: from solar left over, up to the reserve, or when the price is low
// Invariants: 1. grid + solar used + discharge = load served + charge + export.
//             2. solar = used + curtailed.   3. charge x h = change of stored + losses + discharge
//             x h.
//             4. The charge stays within its bounds; charging never lifts the meter above target or
//                limit; it does not charge and discharge at once.
#pragma once

#include <limits>

namespace dure {

struct BatteryPlant {
  double kwh = 0;  // 0: none
  double charge_kw = 0, discharge_kw = 0;
  double round_trip = 0.88;
  double least_charge = 0, most_charge = 1;  // shares of kwh
};

inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

struct BatteryRule {
  double target_kw = kNoLimit;                  // of the meter
  double reserve_charge = 0;                    // share of kwh that is kept for an outage
  double charge_below_krw_per_kwh = -kNoLimit;  // price of the grid; a negative one is low too
  double discharge_above_krw_per_kwh = kNoLimit;
};

struct SupplyStep {  // means over the step
  double hours = 0;
  double load_kw = 0, solar_kw = 0;
  double grid_limit_kw = kNoLimit;  // 0 in an outage
  double export_limit_kw = 0;
  double price_krw_per_kwh = 0;         // of a kWh taken
  double export_price_krw_per_kwh = 0;  // of a kWh given; below 0 nothing is given
};

struct SiteFlows {
  double grid_kw = 0, export_kw = 0;
  double solar_used_kw = 0, solar_curtailed_kw = 0;
  double charge_kw = 0, discharge_kw = 0, loss_kw = 0;
  double unserved_kw = 0;
  double stored_kwh = 0;  // after the step
};

// stored_kwh: before the step, within the bounds of the plant.
SiteFlows battery_step(const BatteryPlant& plant, const BatteryRule& rule, double stored_kwh,
                       const SupplyStep& step);

}  // namespace dure
