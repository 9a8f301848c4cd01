// Published PUE and WUE of sites (cooling.csv of the truth tables) beside what the cooling model
// answers for the place's climate and the operator's design class. Method, bars, errors:
// docs/models/cooling.md.
#pragma once

#include <string>
#include <vector>

#include "base/faults.h"
#include "validate/cooling_places.h"
#include "validate/table.h"

namespace dure {

inline constexpr double kPueBarPct = 4, kWueBarPct = 60;  // set before the answers were seen

// Tables: pue_by_site (annual and trailing twelve months), wue_by_region. Rows of evidence `read`.
// Passed over, or counted apart: quarters (which is not published), fleets, surveys, continents. An
// operator or a place that is not known has no answer.
Outcome<std::vector<ValidationTable>> cooling_tables(const CoolingTruthModel& model,
                                                     const std::string& csv,
                                                     Unmatched unmatched = Unmatched::passed_over);
// The same PUE rows, each answered by the mean of the other rows of its operator: what a model
// without weather gets. For comparison, not to pass.
ValidationTable pue_by_mean(const ValidationTable& pue_by_site);

}  // namespace dure
