// The rows of data/truth/failures.csv, or of a table of one's own:
// docs/formats/validation-tables.md. Columns in any order, others ignored.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "io/traces/table.h"
#include "validate/truth_rows.h"

namespace dure {

struct FailureRow {
  std::string id, suite, gpu, category, cause, metric, unit, evidence;
  std::optional<double> n_gpus, n_nodes, period_days;
  double value = 0;

  static constexpr TableShape shape = {',', Header::first_line, Others::ignored};
  static constexpr auto columns() {
    using R = FailureRow;
    constexpr CellRule count{1, 1};  // 1 or more
    return std::tuple(Column("id", &R::id), Column("suite", &R::suite), Column("gpu", &R::gpu),
                      Column("n_gpus", &R::n_gpus, count), Column("n_nodes", &R::n_nodes, count),
                      Column("period_days", &R::period_days, above_zero),
                      Column("category", &R::category), Column("cause", &R::cause),
                      Column("metric", &R::metric), Column("unit", &R::unit),
                      Column("value", &R::value, natural), Column("evidence", &R::evidence));
  }
  static std::optional<RowFault> wrong(const FailureRow&) { return std::nullopt; }
};

}  // namespace dure
