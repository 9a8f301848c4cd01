// A table described once: a row struct lists its columns, and header check, reader, writer and
// messages are walks over that list.
//
//   struct PolluxRow {
//     std::string name;
//     Millis time;
//     static constexpr TableShape shape = {',', Header::first_line};
//     static constexpr auto columns() {
//       return std::tuple(Column("name", &PolluxRow::name),
//                         Column("time", &PolluxRow::time, per_second));
//     }
//   };
//
// Invariants: 1. The header names each required column once and no unknown one (but where the shape
//                ignores others), in any order.
//             2. Every row has exactly as many cells as the header (or as columns(), without one).
//             3. A cell that is not of its column's type or range is a Fault with file:line:column;
//                blank is a value only where the member is std::optional or std::string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quantity.h"
#include "base/result.h"
#include "io/atomic_file.h"
#include "io/traces/csv.h"

namespace dure {

// A wall-clock time as text in a log, "2023-11-16 18:15:46.6805900" or "2020-04-01", without a
// zone: 100 ns steps since 1970-01-01T00:00 of that clock.
struct Stamp {
  std::int64_t ticks = 0;
  static constexpr std::int64_t kTicksPerMilli = 10'000;
  Millis floor_ms() const {
    const std::int64_t q = ticks / kTicksPerMilli;
    return Millis(ticks % kTicksPerMilli < 0 ? q - 1 : q);
  }
  auto operator<=>(const Stamp&) const = default;
};
std::optional<Stamp> parse_stamp(std::string_view text);
std::string to_string(Stamp stamp);  // with 7 decimals; without, if they are 0

enum class Header : std::uint8_t { none, first_line };
enum class Others : std::uint8_t { refused, ignored };  // columns that the row does not list
struct TableShape {
  char separator = ',';
  Header header = Header::first_line;
  Others others = Others::refused;
};

// How a cell's number becomes the member: x scale, exactly, and then within [least, most], or
// above least alone.
enum class Least : std::uint8_t { included, excluded };
struct CellRule {
  std::int64_t scale = 1;  // 1000: seconds in the file, ms in the member
  std::int64_t least = std::numeric_limits<std::int64_t>::min() + 1;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Least edge = Least::included;
};
inline constexpr CellRule per_ms{1};
inline constexpr CellRule per_second{1000};
inline constexpr CellRule per_minute{60'000};
inline constexpr CellRule natural{1, 0};  // 0, 1, 2 ...
inline constexpr CellRule above_zero{1, 0, CellRule{}.most, Least::excluded};

enum class Presence : std::uint8_t { required, may_lack };

template <class Row, class T>
struct Column {
  using member_type = T;
  std::string_view name;
  T Row::*member;
  CellRule rule;
  Presence presence;
  constexpr Column(std::string_view n, T Row::*m, CellRule r = {}, Presence p = Presence::required)
      : name(n), member(m), rule(r), presence(p) {}
};

namespace table_detail {

struct CellFault {
  std::string expected;
};
using Parsed = std::optional<CellFault>;  // nothing: it worked
Parsed parse_cell(std::string_view text, const CellRule& rule, std::int64_t& out);
Parsed parse_cell(std::string_view text, const CellRule& rule, double& out);
Parsed parse_cell(std::string_view text, const CellRule& rule, std::string& out);
Parsed parse_cell(std::string_view text, const CellRule& rule, Millis& out);
Parsed parse_cell(std::string_view text, const CellRule& rule, Stamp& out);
template <class T>
Parsed parse_cell(std::string_view text, const CellRule& rule, std::optional<T>& out) {
  out.reset();
  return text.empty() ? Parsed{} : parse_cell(text, rule, out.emplace());
}

std::string cell_text(const CellRule& rule, std::int64_t value);
std::string cell_text(const CellRule& rule, double value);
std::string cell_text(const CellRule& rule, const std::string& value);
std::string cell_text(const CellRule& rule, Millis value);
std::string cell_text(const CellRule& rule, Stamp value);
template <class T>
std::string cell_text(const CellRule& rule, const std::optional<T>& value) {
  return value ? cell_text(rule, *value) : std::string();
}

struct Wanted {
  std::string_view name;
  Presence presence;
};
inline constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();
// For each wanted column the cell that holds it, or kAbsent.
Result<std::vector<std::size_t>> match_header(const CsvReader& csv, std::span<const Wanted> wanted,
                                              Others others = Others::refused);
template <class T>
inline constexpr bool may_be_blank = std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool may_be_blank<std::optional<T>> = true;

}  // namespace table_detail

// The names of a row's columns, in order.
template <class Row>
std::vector<std::string_view> column_names() {
  return std::apply([](const auto&... c) { return std::vector<std::string_view>{c.name...}; },
                    Row::columns());
}

template <class Row>
class TableReader {
 public:
  static Result<TableReader> open(const std::string& path) {
    TRY(source, ByteSource::open(path));
    return open(std::move(source));
  }
  static Result<TableReader> open(ByteSource source) {
    TableReader reader(std::move(source));
    if (const auto done = reader.start(); !done) return done.fault();
    return Result<TableReader>(std::move(reader));
  }

  [[nodiscard]] Step next(Row& row) {
    const Step step = csv_.next();
    if (step == Step::fault) fault_ = csv_.fault();
    if (step != Step::item) return step;
    const std::vector<Cell>& cells = csv_.cells();
    if (cells.size() != width_) {  // invariant 2
      fault_ = {csv_.where(), std::to_string(width_) + " cells", std::to_string(cells.size()),
                "is the file cut off, or a separator not quoted?"};
      return Step::fault;
    }
    std::size_t i = 0;
    const bool well = std::apply(
        [&](const auto&... column) { return (read_cell(column, cells, i++, row) && ...); },
        Row::columns());
    if (!well) return Step::fault;
    ++rows_;
    return Step::item;
  }
  const Fault& fault() const { return fault_; }
  std::int64_t rows() const { return rows_; }
  const std::string& name() const { return csv_.name(); }
  std::uint64_t stored_bytes() const { return csv_.stored_bytes(); }
  std::string where() const { return csv_.where(); }

 private:
  explicit TableReader(ByteSource source) : csv_(std::move(source), Row::shape.separator) {}

  Result<Done> start() {
    constexpr std::size_t n = std::tuple_size_v<decltype(Row::columns())>;
    if constexpr (Row::shape.header == Header::none) {
      width_ = n;
      for (std::size_t i = 0; i < n; ++i) at_.push_back(i);
    } else {
      const Step step = csv_.next();
      if (step == Step::fault) return csv_.fault();
      if (step == Step::end) return Fault{name(), "a table with a header", "an empty file", ""};
      const auto wanted = std::apply(
          [](const auto&... c) {
            return std::array<table_detail::Wanted, n>{table_detail::Wanted{c.name, c.presence}...};
          },
          Row::columns());
      TRY(at, table_detail::match_header(csv_, wanted, Row::shape.others));
      at_ = std::move(at);
      width_ = csv_.cells().size();
    }
    return Done{};
  }

  template <class C>
  bool read_cell(const C& column, const std::vector<Cell>& cells, std::size_t i, Row& row) {
    auto& member = row.*column.member;
    if (at_[i] == table_detail::kAbsent) {
      member = {};
      return true;
    }
    const Cell& cell = cells[at_[i]];
    auto wrong = table_detail::parse_cell(cell.text, column.rule, member);
    if (!wrong) return true;
    fault_ = cell_fault(cell, column.name, std::move(wrong->expected));
    if (table_detail::may_be_blank<typename C::member_type>)
      fault_.hint = "leave the cell blank where this is not known";
    return false;
  }
  Fault cell_fault(const Cell& cell, std::string_view column, std::string expected) const;

  CsvReader csv_;
  std::vector<std::size_t> at_;  // the cell of each column
  std::size_t width_ = 0;
  std::int64_t rows_ = 0;
  Fault fault_;
};

namespace table_detail {
Fault make_cell_fault(std::string where, std::string_view column, std::string expected,
                      std::string_view found);
}

template <class Row>
Fault TableReader<Row>::cell_fault(const Cell& cell, std::string_view column,
                                   std::string expected) const {
  return table_detail::make_cell_fault(csv_.where(cell), column, std::move(expected), cell.text);
}

// The whole table; a table without rows is a Fault: nobody means an empty one.
template <class Row>
Result<std::vector<Row>> read_table(ByteSource source) {
  TRY(reader, TableReader<Row>::open(std::move(source)));
  std::vector<Row> rows;
  for (;;) {
    Row row{};
    const Step step = reader.next(row);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) break;
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return Fault{reader.name(), "a table with at least one row", "none", ""};
  return Result<std::vector<Row>>(std::move(rows));
}

template <class Row>
Result<std::vector<Row>> read_table(const std::string& path) {
  TRY(source, ByteSource::open(path));
  return read_table<Row>(std::move(source));
}

template <class Row>
void append_header(std::string& out) {
  std::string_view gap;
  const std::string_view separator(&Row::shape.separator, 1);
  for (const std::string_view name : column_names<Row>()) {
    out += std::exchange(gap, separator);
    append_cell(name, Row::shape.separator, out);
  }
  out += '\n';
}

template <class Row>
void append_row(const Row& row, std::string& out) {
  std::string_view gap;
  const std::string_view separator(&Row::shape.separator, 1);
  const auto one = [&](const auto& column) {
    out += std::exchange(gap, separator);
    append_cell(table_detail::cell_text(column.rule, row.*column.member), Row::shape.separator,
                out);
  };
  std::apply([&](const auto&... column) { (one(column), ...); }, Row::columns());
  out += '\n';
}

template <class Row>
Result<Done> write_table(const std::string& path, const std::vector<Row>& rows) {
  TRY(file, AtomicFile::create(path));
  std::string text;
  if constexpr (Row::shape.header == Header::first_line) append_header<Row>(text);
  for (const Row& row : rows) {
    append_row(row, text);
    if (const auto written = file.write(text); !written) return written.fault();
    text.clear();
  }
  if (const auto written = file.write(text); !written) return written.fault();
  return file.commit();
}

}  // namespace dure
