// Hours of weather as somebody measured them, or made them up for a typical year.
// Invariants: 1. hours has one reading for each hour from first_hour on, without a gap.
//             2. Every reading has a relative humidity or a wet bulb; all have a pressure or none.
//             3. A typical year begins on 1 January and is whole: 8,760 hours, or 8,784.
// Units: hours since 1970-01-01T00:00 KST; a reading is of the start of its hour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dure {

struct WeatherReading {
  double dry_bulb_c = 0;
  std::optional<double> relative_humidity;  // share of 1
  std::optional<double> wet_bulb_c;         // only where relative_humidity is not known
  std::optional<double> pressure_kpa;
  bool operator==(const WeatherReading&) const = default;
};

struct WeatherSeries {
  std::string name;           // of the file
  bool typical_year = false;  // holds in any year, by month, day and hour
  std::int64_t first_hour = 0;
  std::vector<WeatherReading> hours;
  std::int64_t interpolated_hours = 0;  // had something missing
  std::optional<double> elevation_m;
};

}  // namespace dure
