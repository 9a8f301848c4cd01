// Heat waves and droughts, day by day: drawn, and as a scenario states them. A day's state is a
// function of (seed, day): onsets are drawn day by day, and the longest is bounded, so a window of
// any length shows the same days.
//   heat wave  onset on a day with a chance that rises from first_day to peak_day and falls to
//              last_day; lognormal length; the whole country
//   drought    onset at alert with the same chance on any day; lognormal length from mean and
//              90th percentile, at most kDroughtLongest x the latter; stages by DroughtCourse
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/climate_spec.h"

namespace dure {

inline constexpr double kDroughtLongest = 2;

struct HeatDays {
  std::vector<double> add_c;   // drawn, each day of the window
  std::vector<double> mean_c;  // what add_c is on the average of all seeds: the normals hold it
};
// Days are counted from 1970-01-01.
HeatDays heat_days(const HeatWaveSpec& spec, std::uint64_t seed, std::int64_t first_day,
                   std::int64_t days);

std::vector<DroughtStage> drought_days(const DroughtSpec& spec, const DroughtCourse& course,
                                       std::uint64_t seed, std::int64_t first_day,
                                       std::int64_t days);

// Median and spread of the logarithm.
struct LogNormal {
  double median = 1, sigma = 0;
};
LogNormal by_median_p90(double median, double p90);
// Of the two laws with this mean and 90th percentile, the narrower. p90 <= 2.27 x mean is all
// that any lognormal can have; beyond, the nearest.
LogNormal by_mean_p90(double mean, double p90);

}  // namespace dure
