// Rows of the truth table failures.csv that a model is compared with: those with evidence `read`
// and a value that is not 0. Columns and their meaning: the README beside the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

struct FailureRow {
  std::string id, suite, gpu, category, cause, metric, unit;
  std::optional<double> n_gpus, n_nodes, period_days;
  double value = 0;
};

// Columns in any order, others ignored. Faults: no such file, a column that is missing, a row with
// too many or too few cells, a value that is no number.
Result<std::vector<FailureRow>> read_failure_rows(const std::string& path);

}  // namespace dure
