// What holds between the rows of a scenario's law: the invariants of policy_spec.h. What
// contradicts itself is refused at the door, not found out at midnight.
#pragma once

#include "world/scenario_check.h"

namespace dure {

// whole: all ids that are referred to exist, so the law can be followed from row to row.
Findings check_policy(const Scenario& scenario, bool whole);

}  // namespace dure
