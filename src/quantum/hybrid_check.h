// What must hold before a scenario of hybrids is run, each Fault with its arithmetic.
//   1. Ids stand once, sources are known.
//   2. Windows of a day follow one another without overlap and leave time.
//   3. A job's GPUs are there, and its quantum step fits between two calibrations.
//   4. All work ends within ten years, alone on each machine, and the books hold it: jobs one after
//      another x GPUs within 2e16 GPU x ms, a hundredth of 64 bits, for spread and calibrations.
//   5. It is worked out in minutes at most: jobs and steps are limited.
#pragma once

#include "base/faults.h"
#include "quantum/hybrid_spec.h"

namespace dure {

Faults check_hybrids(const HybridScenarioSpec& spec);

}  // namespace dure
