// How a hall heats when cooling is lost or derated: one lumped mass, a step of heat and removal,
// the answer in closed form. Sources and measured rates: docs/models/cooling.md.
//   C dT/dt = heat - removed - leak x (T - surroundings)
// Temperatures in C, kW, seconds; C in kJ/K, leak in kW/K. A step holds from its start until
// something changes; then hall_temperature_c starts the next one.
#pragma once

#include <optional>

#include "physics/cooling.h"

namespace dure {

struct HeatStep {
  double start_c = 25;
  double heat_kw = 0, removed_kw = 0;  // removed: what still leaves, at most the heat
  double mass_kj_per_k = 1;            // above 0
  double leak_kw_per_k = 0, surroundings_c = 25;
};

double hall_temperature_c(const HeatStep& step, double after_s);
// Seconds until it is limit_c or more; 0 if it is already, none if it never will be.
std::optional<double> seconds_until(const HeatStep& step, double limit_c);

enum class CoolingLoss {
  heat_rejection,  // fans and pumps of the hall run, heat no longer leaves the site
  flow             // fans or pumps of the hall stop
};

struct LossTimes {
  HeatStep step;
  std::optional<double> throttle_s, trip_s;  // none: it holds
};
// From the steady state that `before` was, when only still_removed_share of what it removed goes
// on. liquid: of the liquid's way, else of the air's; the hall must have that way.
enum class HeatWay { liquid, air };
LossTimes after_loss(const CoolingPlant& plant, const CoolingLoad& load, const CoolingState& before,
                     HeatWay way, CoolingLoss loss, double still_removed_share);

}  // namespace dure
