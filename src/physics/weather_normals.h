// What a station's tables mean for the hours of a day: the shape of the day, and the amplitudes and
// dew points that make the generator keep the tables. By month; units C and hours KST.
#pragma once

#include "physics/monthly_curve.h"
#include "physics/weather_noise.h"

namespace dure {

// Two half cosines, from the minimum to the maximum and back, times the daily range. `lean` bends
// them (s + lean s (1 - s)) so that the mean lies where the station's does between its minimum and
// maximum; the result has mean 0 over the day.
struct DayShape {
  double hour_of_min = 6, hour_of_max = 15, lean = 0;
  double at(double hour) const;  // times the range
};
// |lean| <= 1, else the day would have more than one maximum.
double lean_of(double mean_c, double max_c, double min_c);

struct MonthNormal {
  double mean_c = 0, max_c = 0, min_c = 0, rh = 0;
  DayShape shape;
  double sd_c = 0;  // of daily means
  NoonLaw law;
  double dew_sd_c = 0, dew_correlation = 0;
};

// The range at which the hours' mean daily maximum less minimum is max_c - min_c: noise that
// carries a day up or down adds to its range. At least a fifth of max_c - min_c.
double kept_range_c(const MonthNormal& m);
// The dew point at which the hours' mean relative humidity is rh.
double kept_dew_point_c(const MonthNormal& m, double range_c);

}  // namespace dure
