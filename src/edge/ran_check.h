// What must hold before a scenario of AI-RAN is run, each Fault with its arithmetic.
//   1. Ids stand once, what is referred to exists, sources are known.
//   2. A slot is 1 ms / 2^n, its deadline no longer than it.
//   3. At the busiest hour the mean work of the dearest slot is done by its deadline. On the part
//      that a partition leaves the cells it may be late: that is what the comparison shows.
//   4. A piece that is left running is back within the stated reclaim, and before the deadline.
//   5. It is worked out in minutes at most: groups x grants x slots of the pattern, and slots that
//   are
//      worked off one by one, are limited.
//   6. Slices of a partition are whole, and a busy GPU draws no less than an idle one.
#pragma once

#include "base/faults.h"
#include "edge/ran_spec.h"

namespace dure {

Faults check_ran(const RanSpec& spec);

}  // namespace dure
