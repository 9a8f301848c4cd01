// How far an hour lies from the mean of its year: season's level x hour of the day, without unit.
// Invariants: 1. Each season stands once, with 24 hours of mean 1 (within 1 %).  2. The levels,
// weighted by the days of a year, have mean 1 (within 1 %).
#pragma once

#include <array>
#include <span>
#include <string>

#include "base/quantity.h"
#include "base/result.h"
#include "world/carbon_spec.h"

namespace dure {

class HourShape {
 public:
  static Result<HourShape> of(std::span<const SeasonShapeSpec> rows, const std::string& where);

  // stretch 1 is the shape as given, 2 doubles every hour's distance from the season's mean.
  double relative(Season season, int hour, double stretch = 1) const;
  double relative_at(Millis at, double stretch = 1) const;

 private:
  std::array<double, kSeasons> level_{};
  std::array<std::array<double, 24>, kSeasons> hour_{};
};

}  // namespace dure
