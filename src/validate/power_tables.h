// Published power of GPUs, nodes and machines beside what the shipped models say.
// data/truth/power.csv holds the measurements; docs/models/node-power.md holds what is fitted to
// which rows, and what is held out. Bars were set before the fits: 8 %, the issue's.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/table.h"
#include "world/power_spec.h"

namespace dure {

// csv: the path of power.csv. spec: models/power.yaml with models/frontier.yaml; part: the fit to a
// part of the families, models/power_holdout.yaml. Only rows that were read are used, not recalled.
// A row is for the table of its suite or, of a suite not known here, of its kind. The row of a run
// with the highest limit is what its other rows are set beside; it is not validated itself.
Result<std::vector<ValidationTable>> power_tables(const std::string& csv, const PowerSpec& spec,
                                                  const PowerSpec& part,
                                                  Unmatched unmatched = Unmatched::passed_over);

// The tables that need no file: published figures of single nodes, of machines, of capped phases.
Result<std::vector<ValidationTable>> published_power_tables(const PowerSpec& spec);

}  // namespace dure
