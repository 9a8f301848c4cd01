// Rows of delimiter-separated text, cell by cell, each cell with its place in the file.
// Invariants: 1. A row's cells are valid until the next call of next().
//             2. Quotes are those of RFC 4180: a cell that begins with " ends at the next single ",
//                and may hold separators, newlines and "" for ". Elsewhere a " is an ordinary byte.
//                Tab-separated text has no quotes at all.
//             3. Empty lines between rows are skipped; every other line is (part of) a row.
//             4. No row is longer than kLongestLine.
// Source: RFC 4180.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/gzip_file.h"
#include "io/line_reader.h"

namespace dure {

struct Cell {
  std::string_view text;
  std::size_t column = 1;  // of its first byte in the row, from 1
};

class CsvReader {
 public:
  CsvReader(ByteSource source, char separator);

  [[nodiscard]] Step next();
  const std::vector<Cell>& cells() const { return cells_; }
  const Fault& fault() const { return fault_; }

  const std::string& name() const { return lines_.name(); }
  std::uint64_t stored_bytes() const { return lines_.stored_bytes(); }
  std::string where() const;                  // file:line of the row
  std::string where(const Cell& cell) const;  // file:line:column

 private:
  void split(std::string_view line);
  Step split_quoted(std::string_view line);
  Step stop(Fault fault);

  LineReader lines_;
  char separator_;
  std::int64_t row_line_ = 0;
  std::string text_;  // unquoted cells of a row with quotes
  std::vector<Cell> cells_;
  Fault fault_;
};

// The cell as it is written: quoted where it must be.
void append_cell(std::string_view text, char separator, std::string& out);

}  // namespace dure
