// Twelve monthly means as a curve through the year whose mean over each month is that month's.
// Straight between the middles of months; the values there are solved for, so that the peak of a
// curve is not cut off. Position in the year: month (0 = January) + share of the month that is
// over. Source: Rymes and Myers, "Mean preserving algorithm for smoothly interpolating averaged
// data", Solar Energy 71 (2001), here solved for the straight-line curve.
#pragma once

#include <array>

#include "base/calendar.h"

namespace dure {

inline constexpr int kMonths = 12;
using Monthly = std::array<double, kMonths>;

double year_position(Date day, double hour_of_day);

class MonthlyCurve {
 public:
  MonthlyCurve() = default;
  explicit MonthlyCurve(const Monthly& means);
  double at(double year_position) const;

 private:
  Monthly middle_{};  // value at the middle of each month
};

}  // namespace dure
