// Files of hourly weather, plain or gzip. docs/formats/weather.md.
//   EPW   EnergyPlus weather: a typical year; time zone 9
//   CSV   time, dry_bulb_c, and relative_humidity (share of 1), relative_humidity_pct or
//         wet_bulb_c; pressure_kpa if known; other columns are not looked at
//   JSON  as archive-api.open-meteo.com answers: temperature_2m, relative_humidity_2m, KST
// What is missing (a value, or a whole row) is drawn straight between its neighbours for up to
// kLongestGap hours and counted; a longer gap, or one at either end, is a Fault. Korea has no
// daylight saving: an hour that stands twice is a Fault, and so is any other offset than +09:00.
// Values beyond the range of the models (-40 to 60 C, 1 to 100 percent, 60 to 110 kPa) are Faults.
// Sources: EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data Dictionary".
#pragma once

#include <string>

#include "base/result.h"
#include "io/gzip_file.h"
#include "world/weather_series.h"

namespace dure {

inline constexpr std::int64_t kLongestGap = 3;

Result<WeatherSeries> read_epw(ByteSource source);
Result<WeatherSeries> read_weather_csv(ByteSource source);
Result<WeatherSeries> read_weather_json(ByteSource source);
// By the name: .epw, .csv or .json, and .gz behind it.
Result<WeatherSeries> read_weather(const std::string& path);

// As CSV; what read_weather_csv reads back is the same.
void append_weather_csv(const WeatherSeries& series, std::string& out);

}  // namespace dure
