#include "base/calendar.h"

#include <charconv>
#include <cstdio>

namespace dure {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

int days_in_month(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

std::optional<int> digits(std::string_view s, std::size_t n) {
  if (s.size() != n || s.front() == '-') return std::nullopt;  // "-000" is no year
  int v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + n, v);
  if (error != std::errc{} || end != s.data() + n) return std::nullopt;
  return v;
}

}  // namespace

std::int64_t days_from_epoch(Date d) {
  const std::int64_t y = d.month <= 2 ? d.year - 1 : d.year;
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

Date date_of(Millis t) {
  const std::int64_t z = floor_div(t.count(), kMsPerDay) + 719468;
  const std::int64_t era = floor_div(z, 146097);
  const std::int64_t doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

Millis midnight(Date d) { return Millis(days_from_epoch(d) * kMsPerDay); }

int hour_of_day(Millis t) {
  return static_cast<int>(floor_div(t.count(), kMsPerHour) - 24 * floor_div(t.count(), kMsPerDay));
}

int weekday_of(Millis t) {
  const std::int64_t day = floor_div(t.count(), kMsPerDay) + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(day - 7 * floor_div(day, 7));
}

int quarter_of(Date d) { return (d.month - 1) / 3 + 1; }

Date next_quarter(Date d) {
  const int q = quarter_of(d);
  return q == 4 ? Date{d.year + 1, 1, 1} : Date{d.year, q * 3 + 1, 1};
}

std::string to_string(Date d) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", d.year, d.month, d.day);
  return buffer;
}

std::string iso_kst(Millis t) {
  const std::int64_t ms = t.count() - kMsPerDay * floor_div(t.count(), kMsPerDay);
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%sT%02d:%02d:%02d+09:00", to_string(date_of(t)).c_str(),
                static_cast<int>(ms / kMsPerHour), static_cast<int>(ms / 60000 % 60),
                static_cast<int>(ms / 1000 % 60));
  return buffer;
}

std::optional<Date> parse_date(std::string_view s) {
  if ((s.size() != 7 && s.size() != 10) || s[4] != '-') return std::nullopt;
  const auto y = digits(s.substr(0, 4), 4);
  const auto m = digits(s.substr(5, 2), 2);
  std::optional<int> d = 1;
  if (s.size() == 10) {
    if (s[7] != '-') return std::nullopt;
    d = digits(s.substr(8, 2), 2);
  }
  if (!y || !m || !d || *m < 1 || *m > 12 || *d < 1 || *d > days_in_month(*y, *m))
    return std::nullopt;
  return Date{*y, *m, *d};
}

std::optional<Millis> parse_duration(std::string_view s) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (error != std::errc{} || s.front() == '-') return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(s.data() + s.size() - end));
  const std::int64_t scale = unit == "ms"  ? 1
                             : unit == "s" ? 1000
                             : unit == "m" ? 60'000
                             : unit == "h" ? kMsPerHour
                             : unit == "d" ? kMsPerDay
                                           : 0;
  std::int64_t ms = 0;
  if (scale == 0 || __builtin_mul_overflow(n, scale, &ms)) return std::nullopt;
  return Millis(ms);
}

}  // namespace dure
