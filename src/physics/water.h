// Water of a site: what cooling takes, what source, permit, drought and storage give, what it
// costs, and whether a result is physically possible at all. Equations: docs/models/water.md.
// Litres and m3 (1,000 l), kWh of heat or of IT energy, KRW.
// Invariants: 1. makeup = evaporation + blowdown + drift.  2. What is drawn is at most what permit,
// drought and storage give.  3. physical_band() uses no number that the models of towers and pads
// use.
#pragma once

#include <string_view>

#include "base/result.h"
#include "physics/cooling.h"
#include "world/water_spec.h"

namespace dure {

struct WaterUse {
  double evaporation_l = 0, blowdown_l = 0, drift_l = 0;
  double makeup_l() const { return evaporation_l + blowdown_l + drift_l; }
};
// Of an hour in this state; blowdown = evaporation / (cycles - 1).
WaterUse water_use(const CoolingState& state, double hours = 1);

double cost_krw(const WaterSourceSpec& source, const WaterUse& use);  // water and sewer
double wue_l_per_kwh(const WaterUse& use, double it_kwh);             // it_kwh above 0

enum class DroughtRule { official, planning };
// What the permit leaves on a day of this month (1 to 12) at this stage. No limit: infinity.
double permitted_m3_per_day(const WaterSourceSpec& source, const WaterPermitSpec& permit,
                            const DroughtStageSpec& stage, DroughtRule rule, int month);

// Water on the site: a tank, filled by the permitted flow. Pure: the new tank is in the answer.
struct WaterTank {
  double m3 = 0, capacity_m3 = 0;
};
WaterTank full_tank(const WaterPermitSpec& permit);  // of the most permitted month
// What may be drawn in these hours: the flow in them and what is in the tank.
double available_m3(const WaterTank& tank, double permitted_m3_per_day, double hours);
// After drawing makeup_m3 (at most available_m3, but for rounding).
WaterTank after_draw(const WaterTank& tank, double permitted_m3_per_day, double hours,
                     double makeup_m3);

// Limits for cool(): available water as evaporation, with blowdown and drift taken off.
// drift_share_of_evaporation: at most what the tower's drift is of its evaporation.
CoolingLimits limits_from(const WaterSourceSpec& source, double available_m3, double hours,
                          double drift_share_of_evaporation = 0.02);

// The independent book. depression_k: mean of dry less wet bulb over the hours that wet cooling
// ran; without weather, 0. Done, or a Fault that says which figure cannot be.
struct WaterBook {
  double wet_heat_kwh = 0, evaporation_l = 0, blowdown_l = 0, drift_l = 0;
  double cycles_of_concentration = 5, depression_k = 0;
};
Result<Done> physical_band(const WaterBandSpec& band, const WaterBook& book,
                           std::string_view where);

}  // namespace dure
