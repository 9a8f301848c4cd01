// What holds between a scenario's energy_assets and its section grid (and a warning where they, or
// energy_policy, stand in a scenario without physics, which does nothing with them):
//   1. A site has one row.  2. What a row names is in `grid`.
//   3. A battery's shares lie within the bounds of its kind, and it does not charge at prices at
//      which it discharges.
//   4. A programme asks for less load, not for more: what raises load has no answer in a run.
#pragma once

#include "world/scenario_check.h"

namespace dure {

Findings check_energy(const Scenario& scenario);

}  // namespace dure
