// The shipped rows of power, read as a scenario reads them.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "base/check.h"
#include "base/describe.h"
#include "read_shipped.h"
#include "world/power_check.h"
#include "world/power_spec.h"

namespace dure {

struct PowerSourceRow {
  std::string id, title, where;
  template <class = void>
  static constexpr auto describe() {
    using S = PowerSourceRow;
    return std::tuple(Field("id", &S::id, "unique key", required, id_text),
                      Field("title", &S::title, "what it is", required),
                      Field("where", &S::where, "address", required));
  }
};
struct PowerFile {
  std::vector<PowerSourceRow> sources;
  PowerSpec power;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("sources", &PowerFile::sources, "sources", required),
                      Field("power", &PowerFile::power, "power", required));
  }
};

inline const PowerSpec& shipped_power() {
  static const PowerSpec spec =
      read_shipped<PowerFile>("[models/power.yaml, models/frontier.yaml]").power;
  return spec;
}
inline const PowerSpec& part_of_power() {
  static const PowerSpec spec = read_shipped<PowerFile>("models/power_holdout.yaml").power;
  return spec;
}

template <class Row>
const Row& row_of(const std::vector<Row>& rows, std::string_view id) {
  const auto found = find_row(rows, id, "rows");
  CHECK(static_cast<bool>(found));
  return *found.value();
}

}  // namespace dure
