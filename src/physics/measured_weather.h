// Measured hours (world/weather_series.h) as the models want them: with wet bulb, humidity and
// pressure all known. Where no pressure was measured it is the standard atmosphere's.
// Units: as Weather; a typical year answers for any hour, its 28 February for a 29th it lacks.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "physics/weather.h"
#include "world/weather_series.h"

namespace dure {

class MeasuredWeather {
 public:
  // elevation_m: where the series does not know it. A Fault names the hour that no air has.
  static Result<MeasuredWeather> make(const WeatherSeries& series, double elevation_m);

  // A Fault unless the series has all these hours.
  Result<Done> covers(std::int64_t first_hour, std::int64_t hours) const;
  HourlyWeather at(std::int64_t hour) const;  // one that it covers

 private:
  std::string name_;
  bool typical_year_ = false, leap_ = false;
  std::int64_t first_hour_ = 0;
  std::vector<HourlyWeather> hours_;
};

}  // namespace dure
