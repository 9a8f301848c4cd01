// The rows of a table of measurements that a model may be set beside, and how many are not.
//
// Invariants: 1. Only rows whose evidence begins with `read` are handed on; the others are counted
//                by what their evidence says. Nothing is dropped without a count.
//             2. A cell that no measurement can have is a Fault with its line: the row's columns()
//                hold the ranges, its wrong(row) what depends on two cells.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/traces/table.h"
#include "validate/table.h"

namespace dure {

inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}
inline bool same_word(std::string_view a, std::string_view b) { return lower(a) == lower(b); }
inline bool begins(std::string_view text, std::string_view with) {  // in letters of either case
  return lower(text.substr(0, with.size())) == lower(with);
}

inline constexpr const char* kColumnsPage =
    "columns and what they may hold: docs/formats/validation-tables.md";

// What is wrong with a row as a whole; its place is that of the row.
struct RowFault {
  std::string expected, found, hint;
};

template <class Row>
struct TruthRows {
  std::vector<Row> rows;
  LeftOut left_out;
};

template <class Row>
Result<TruthRows<Row>> read_truth_rows(const std::string& path) {
  Result<TableReader<Row>> opened = TableReader<Row>::open(path);
  if (!opened) {
    Fault fault = opened.fault();
    if (fault.hint.empty()) fault.hint = kColumnsPage;
    return fault;
  }
  TableReader<Row>& reader = opened.value();
  TruthRows<Row> out;
  out.left_out.file = path;
  Row row;
  for (;;) {
    const Step step = reader.next(row);
    if (step == Step::fault) {
      Fault fault = reader.fault();
      if (fault.hint.empty()) fault.hint = kColumnsPage;
      return fault;
    }
    if (step == Step::end) break;
    if (std::optional<RowFault> f = Row::wrong(row))
      return Fault{reader.where(), std::move(f->expected), std::move(f->found), std::move(f->hint)};
    if (begins(row.evidence, "read"))
      out.rows.push_back(row);
    else
      ++out.left_out.by_evidence[row.evidence];
  }
  return Result<TruthRows<Row>>(std::move(out));
}

}  // namespace dure
