// Generated weather of Seoul beside two measured years (traces/weather-kr: hourly reanalysis of
// Open-Meteo, 2021 and 2023): by month the mean, the mean daily maximum and minimum, the mean wet
// bulb, the standard deviation of hours, their correlation with the hour a day later, and the hours
// above 30 C of a year. Predictions are means over kWeatherSeeds seeds. Temperatures are compared
// in kelvin, so that a bar means the same in every month: 0.5 percent is 1.4 K. The year 2021 has
// set some constants of the generator (models/climate-kr.yaml); 2023 none but the noise of the fact
// base, which was taken over both.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "validate/table.h"
#include "world/climate_spec.h"

namespace dure {

inline constexpr int kWeatherSeeds = 20;

// data: the folder that holds traces/weather-kr.
Result<std::vector<ValidationTable>> weather_tables(const ClimateSpec& climate,
                                                    const std::string& data);

}  // namespace dure
