// A published table beside what the models answer to it, and the verdict. The bar is set before a
// model is fitted, and a row that gets no number counts against it: at most kMostUnanswered of a
// table may have none. A measured 0 has no relative error: such a row counts as one without a
// number.
//   error of a row  e = (predicted - measured) / |measured|
//   MAPE = mean |e|,  P90 = 90th percentile of |e| (nearest rank),  bias = mean e
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dure {

inline constexpr double kMostUnanswered = 0.05;

struct ValidationRow {
  std::string id, group;  // group: what is held out as a whole, a site, a model family, a fleet
  std::optional<double> predicted;
  double measured = 0;
};

// Rows of a file that are in no table, for their evidence does not begin with `read`.
struct LeftOut {
  std::string file;
  std::map<std::string, std::size_t> by_evidence;
  std::size_t rows() const {
    std::size_t n = 0;
    for (const auto& [evidence, count] : by_evidence) n += count;
    return n;
  }
};

// Rows that no table is about: passed over in the published tables, which hold other things too;
// of a table of one's own each is counted, without a number, in a table of such rows.
enum class Unmatched { passed_over, counted };

struct ValidationTable {
  std::string table, quantity, unit, note;
  double bar_pct = 0;  // of the MAPE
  std::vector<ValidationRow> rows;
  LeftOut left_out = {};  // of the file that the rows are of
};

// For rows of a table of one's own that no table is about: groups say why; never within its bar.
inline ValidationTable unmatched_table(const std::string& kind) {
  return {kind + "_unanswered", "rows that no table is about", "", "the group says why", 0, {}};
}

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
