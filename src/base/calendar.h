// Civil time of Korea: KST = UTC+9, no daylight saving. The twin's Millis count from
// 1970-01-01T00:00 KST, so that days and hours of KST are plain divisions.
// Source of the day arithmetic: H. Hinnant, "chrono-compatible low-level date algorithms".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.h"

namespace dure {

inline constexpr std::int64_t kMsPerHour = 3'600'000;
inline constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

struct Date {
  int year = 1970, month = 1, day = 1;
  auto operator<=>(const Date&) const = default;
};

std::int64_t days_from_epoch(Date d);
Date date_of(Millis t);
Millis midnight(Date d);        // 00:00 KST of that day
int hour_of_day(Millis t);      // 0 to 23, KST
int weekday_of(Millis t);       // 0 = Monday
Date next_quarter(Date d);      // first day of the quarter after d's
int quarter_of(Date d);         // 1 to 4
std::string to_string(Date d);  // 2030-10-01
std::string iso_kst(Millis t);  // 2030-10-01T09:00:00+09:00
// "2030-10-01", or "2030-10" (its first day). Nothing else, no surrounding blanks.
std::optional<Date> parse_date(std::string_view text);
// "900s", "15m", "24h", "7d", "250ms".
std::optional<Millis> parse_duration(std::string_view text);

}  // namespace dure
