// A published table beside what the models answer to it, and the verdict. The bar is set before a
// model is fitted, and a row that gets no number counts against it: at most kMostUnanswered of a
// table may have none.
//   error of a row  e = (predicted - measured) / |measured|
//   MAPE = mean |e|,  P90 = 90th percentile of |e| (nearest rank),  bias = mean e
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dure {

inline constexpr double kMostUnanswered = 0.05;

struct ValidationRow {
  std::string id, group;  // group: what is held out as a whole, a site, a model family, a fleet
  std::optional<double> predicted;
  double measured = 0;  // not 0
};

struct ValidationTable {
  std::string table, quantity, unit, note;
  double bar_pct = 0;  // of the MAPE
  std::vector<ValidationRow> rows;
};

struct TableVerdict {
  std::size_t rows = 0, unanswered = 0;
  double mape_pct = 0, p90_ape_pct = 0, bias_pct = 0;  // of the rows that were answered
  bool ok = false;  // some row, few unanswered, and the MAPE within the bar
};

TableVerdict verdict(const ValidationTable& table);

struct GroupVerdict {
  std::string group;
  TableVerdict verdict;
};
std::vector<GroupVerdict> verdict_by_group(const ValidationTable& table);  // in order of the names

}  // namespace dure
