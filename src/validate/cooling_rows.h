// The rows of data/truth/cooling.csv, or of a table of one's own:
// docs/formats/validation-tables.md. Columns in any order, others ignored.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "base/decimal.h"
#include "io/traces/table.h"
#include "validate/truth_rows.h"

namespace dure {

struct CoolingRow {
  std::string id, who, site, region, metric, note, evidence;
  double value = 0;

  static constexpr TableShape shape = {',', Header::first_line, Others::ignored};
  static constexpr auto columns() {
    using R = CoolingRow;
    return std::tuple(Column("id", &R::id), Column("operator", &R::who), Column("site", &R::site),
                      Column("region", &R::region), Column("metric", &R::metric),
                      Column("value", &R::value, natural), Column("evidence", &R::evidence),
                      Column("note", &R::note));
  }
  // PUE is facility power over IT power: not below 1, and of a hall in use far below 100.
  static std::optional<RowFault> wrong(const CoolingRow& row) {
    if (begins(row.metric, "pue") && (row.value < 1 || row.value > 100))
      return RowFault{"value: a PUE, a ratio of 1 to 100", decimal_text(row.value),
                      "1.1, not 0.1 or 110 percent"};
    return std::nullopt;
  }
};

}  // namespace dure
