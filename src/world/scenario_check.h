// What holds between the rows of a scenario, once each row is right by itself (base/describe.h).
//   1. Ids are unique in their list, and halls in their site.
//   2. Every id that is referred to exists.
//   3. A `source` is a key of sources, several joined by +, or assumption, derived, recalled.
//   4. Dates are in order: run, grid steps, installs and their retirement, holidays.
//   5. Rows that go together fit: weights have sizes, patterns have mean 1 (within 1 %), batch work
//      has a size, a duration and arrivals, services have replicas, an idle node draws no more than
//      a busy one.
//      Limits of power stand at halls that there are; a busway says how many racks hang on it.
//   6. The law does not contradict itself: policy_check.h.
//   7. Traffic fits the work and the network: traffic_check.h.
//   8. Energy assets fit the section grid: energy_check.h.
// A warning is what may be meant: an NVLink domain that its hall cannot cool, racks before their
// release.
#pragma once

#include <string>
#include <vector>

#include "world/scenario.h"

namespace dure {

struct Finding {
  std::string path;  // sites[3].grid[0].month
  std::string expected, found, hint;
};
struct Findings {
  std::vector<Finding> faults, warnings;
};

Findings check_references(const Scenario& scenario);

}  // namespace dure
