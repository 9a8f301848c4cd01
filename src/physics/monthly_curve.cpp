#include "physics/monthly_curve.h"

#include <cmath>

#include "base/check.h"

namespace dure {

double year_position(Date day, double hour_of_day) {
  const Date first{day.year, day.month, 1};
  const Date next = day.month == 12 ? Date{day.year + 1, 1, 1} : Date{day.year, day.month + 1, 1};
  const auto days = static_cast<double>(days_from_epoch(next) - days_from_epoch(first));
  return day.month - 1 + (day.day - 1 + hour_of_day / 24) / days;
}

MonthlyCurve::MonthlyCurve(const Monthly& means) : middle_(means) {
  // Over a month the curve has the mean (before + 6 x middle + after) / 8. That map shrinks a
  // wave by at most a half, so the error of each round is at most half of the last one's.
  for (int round = 0; round < 50; ++round) {
    const Monthly now = middle_;
    for (std::size_t m = 0; m < kMonths; ++m) {
      const double before = now[(m + 11) % 12], after = now[(m + 1) % 12];
      middle_[m] += means[m] - (before + 6 * now[m] + after) / 8;
    }
  }
}

double MonthlyCurve::at(double year_position) const {
  CHECK(year_position >= 0 && year_position <= kMonths);
  const double x = year_position + 11.5;  // middles are at whole numbers, December's at 11
  const double floor = std::floor(x);
  const auto m = static_cast<std::size_t>(floor);
  const double share = x - floor;
  return middle_[m % 12] + share * (middle_[(m + 1) % 12] - middle_[m % 12]);
}

}  // namespace dure
