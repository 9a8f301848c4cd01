// Elastic gangs grow into what is free where nobody waits for it, twice as large at a time.
#pragma once

#include "sched/holds.h"

namespace dure {

void grow_elastic(const World& world, const Policy& policy, const Holds& holds, Listener& say);

}  // namespace dure
