#include "io/traces/table.h"

#include <algorithm>
#include <cstdio>
#include <variant>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/nearest.h"
#include "io/shown.h"

namespace dure {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;

std::optional<std::int64_t> digits(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::int64_t n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return n;
}

}  // namespace

std::optional<Stamp> parse_stamp(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const std::optional<Date> date = parse_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  Stamp out{days_from_epoch(*date) * kTicksPerDay};
  text.remove_prefix(10);
  if (text.empty()) return out;
  if (text.size() < 9 || (text[0] != ' ' && text[0] != 'T') || text[3] != ':' || text[6] != ':')
    return std::nullopt;
  const auto h = digits(text.substr(1, 2)), m = digits(text.substr(4, 2)),
             s = digits(text.substr(7, 2));
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  out.ticks += ((*h * 60 + *m) * 60 + *s) * kTicksPerSecond;
  text.remove_prefix(9);
  if (text.empty()) return out;
  if (text[0] != '.' || text.size() > 8) return std::nullopt;
  const auto fraction = digits(text.substr(1));
  if (!fraction) return std::nullopt;
  std::int64_t unit = kTicksPerSecond;
  for (std::size_t i = 1; i < text.size(); ++i) unit /= 10;
  out.ticks += *fraction * unit;
  return out;
}

std::string to_string(Stamp stamp) {
  std::int64_t rest = stamp.ticks % kTicksPerDay;
  if (rest < 0) rest += kTicksPerDay;
  const Date date = date_of(Millis((stamp.ticks - rest) / kTicksPerDay * kMsPerDay));
  const std::int64_t s = rest / kTicksPerSecond, fraction = rest % kTicksPerSecond;
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%s %02d:%02d:%02d", to_string(date).c_str(),
                static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60),
                static_cast<int>(s % 60));
  std::string out = buffer;
  if (fraction == 0) return out;
  std::snprintf(buffer, sizeof buffer, ".%07d", static_cast<int>(fraction));
  return out + buffer;
}

namespace table_detail {
namespace {

std::string range_text(const CellRule& rule) {
  const CellRule any;
  if (rule.least == any.least && rule.most == any.most) return "";
  const std::string least = decimal_text(rule.least, rule.scale);
  if (rule.edge == Least::excluded)
    return " above " + least +
           (rule.most == any.most ? "" : ", at most " + decimal_text(rule.most, rule.scale));
  if (rule.most == any.most) return " of at least " + least;
  return " from " + least + " to " + decimal_text(rule.most, rule.scale);
}

}  // namespace

Parsed parse_cell(std::string_view text, const CellRule& rule, std::int64_t& out) {
  const auto number = whole_number(text, rule.scale);
  if (const auto* value = std::get_if<std::int64_t>(&number)) {
    out = *value;
    const bool enough = rule.edge == Least::excluded ? out > rule.least : out >= rule.least;
    if (enough && out <= rule.most) return {};
  } else if (std::get<NumberFault>(number) == NumberFault::too_large) {
    return CellFault{"a number of at most 64 bits"};
  }
  const std::string kind = rule.scale == 1      ? "a whole number"
                           : rule.scale == 1000 ? "a number with at most 3 decimals"
                                                : "a number";
  return CellFault{kind + range_text(rule)};
}

Parsed parse_cell(std::string_view text, const CellRule& rule, double& out) {
  const std::optional<double> value = real_number(text);
  if (!value) return CellFault{"a number" + range_text(rule)};
  out = *value;
  const bool any_least = rule.least == CellRule{}.least;
  const auto least = static_cast<double>(rule.least);
  if (!any_least && (out < least || (rule.edge == Least::excluded && out == least)))
    return CellFault{"a number" + range_text(rule)};
  if (rule.most != CellRule{}.most && out > static_cast<double>(rule.most))
    return CellFault{"a number" + range_text(rule)};
  return {};
}

Parsed parse_cell(std::string_view text, const CellRule&, std::string& out) {
  out = text;
  return {};
}

Parsed parse_cell(std::string_view text, const CellRule& rule, Millis& out) {
  std::int64_t ms = 0;
  Parsed wrong = parse_cell(text, rule, ms);
  out = Millis(ms);
  return wrong;
}

Parsed parse_cell(std::string_view text, const CellRule&, Stamp& out) {
  const std::optional<Stamp> stamp = parse_stamp(text);
  if (!stamp) return CellFault{"a time like 2023-11-16 18:15:46.6805900"};
  out = *stamp;
  return {};
}

std::string cell_text(const CellRule& rule, std::int64_t value) {
  return decimal_text(value, rule.scale);
}
std::string cell_text(const CellRule&, double value) { return decimal_text(value); }
std::string cell_text(const CellRule&, const std::string& value) { return value; }
std::string cell_text(const CellRule& rule, Millis value) {
  return decimal_text(value.count(), rule.scale);
}
std::string cell_text(const CellRule&, Stamp value) { return to_string(value); }

Result<std::vector<std::size_t>> match_header(const CsvReader& csv, std::span<const Wanted> wanted,
                                              Others others) {
  const std::vector<Cell>& header = csv.cells();
  std::vector<std::size_t> at(wanted.size(), kAbsent);
  std::vector<std::string_view> known;
  for (const Wanted& w : wanted) known.push_back(w.name);
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto place = std::find(known.begin(), known.end(), header[i].text);
    if (place == known.end()) {
      if (others == Others::ignored) continue;
      return Fault{csv.where(header[i]), "the name of a known column", shown(header[i].text),
                   name_hint(header[i].text, known)};
    }
    std::size_t& cell = at[static_cast<std::size_t>(place - known.begin())];
    if (cell != kAbsent)
      return Fault{csv.where(header[i]), "each column once", shown(header[i].text) + " again", ""};
    cell = i;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (at[i] == kAbsent && wanted[i].presence == Presence::required)
      return Fault{csv.where(), "a column " + std::string(wanted[i].name), "a header without it",
                   ""};
  return at;
}

Fault make_cell_fault(std::string where, std::string_view column, std::string expected,
                      std::string_view found) {
  return {std::move(where), std::string(column) + ": " + std::move(expected),
          found.empty() ? "a blank cell" : shown(found), ""};
}

}  // namespace table_detail
}  // namespace dure
