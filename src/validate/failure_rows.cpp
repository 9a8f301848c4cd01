#include "validate/failure_rows.h"

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "io/traces/csv.h"

namespace dure {
namespace {

std::optional<double> number(std::string_view text) {
  double x = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, x);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return x;
}

}  // namespace

Result<std::vector<FailureRow>> read_failure_rows(const std::string& path) {
  TRY(source, ByteSource::open(path));
  CsvReader csv(std::move(source), ',');
  std::map<std::string, std::size_t, std::less<>> column;
  std::vector<FailureRow> rows;
  for (Step step = csv.next(); step != Step::end; step = csv.next()) {
    if (step == Step::fault) return csv.fault();
    const auto& cells = csv.cells();
    if (column.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) column.emplace(cells[i].text, i);
      for (const char* const name : {"id", "suite", "gpu", "n_gpus", "n_nodes", "period_days",
                                     "category", "cause", "metric", "unit", "value", "evidence"}) {
        if (!column.contains(name))
          return Fault{csv.where(), "a column " + std::string(name), "none", ""};
      }
      continue;
    }
    if (cells.size() != column.size())
      return Fault{csv.where(), std::to_string(column.size()) + " cells",
                   std::to_string(cells.size()), ""};
    const auto text = [&](std::string_view name) { return cells[column.find(name)->second].text; };
    if (text("evidence") != "read") continue;
    const std::optional<double> value = number(text("value"));
    if (!value) return Fault{csv.where(), "a number as value", std::string(text("value")), ""};
    if (*value == 0) continue;
    rows.push_back({std::string(text("id")), std::string(text("suite")), std::string(text("gpu")),
                    std::string(text("category")), std::string(text("cause")),
                    std::string(text("metric")), std::string(text("unit")), number(text("n_gpus")),
                    number(text("n_nodes")), number(text("period_days")), *value});
  }
  return rows;
}

}  // namespace dure
