#include "physics/hour_shape.h"

#include <cmath>

#include "base/calendar.h"

namespace dure {

namespace {

constexpr double kSlack = 0.01;                        // figures are printed with three decimals
constexpr double kDays[kSeasons] = {120.25, 153, 92};  // winter, spring and autumn, summer

std::string season_name(Season s) { return std::string(enum_name(s)); }

}  // namespace

Result<HourShape> HourShape::of(std::span<const SeasonShapeSpec> rows, const std::string& where) {
  HourShape out;
  std::array<int, kSeasons> times{};
  double year = 0, days = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SeasonShapeSpec& r = rows[i];
    const std::string at = where + "[" + std::to_string(i) + "] (" + season_name(r.season) + ")";
    if (r.hours.size() != 24) return Fault{at, "24 hours", std::to_string(r.hours.size()), ""};
    double sum = 0;
    for (const double h : r.hours) sum += h;
    if (std::fabs(sum / 24 - 1) > kSlack)
      return Fault{at, "hours of mean 1", "mean " + std::to_string(sum / 24), ""};
    const auto s = static_cast<std::size_t>(r.season);
    if (++times[s] > 1) return Fault{at, "each season once", "a second row", ""};
    out.level_[s] = r.level;
    for (std::size_t h = 0; h < 24; ++h) out.hour_[s][h] = r.hours[h];
    year += kDays[s] * r.level;
    days += kDays[s];
  }
  for (std::size_t s = 0; s < times.size(); ++s) {
    if (times[s] == 0)
      return Fault{where, "a row for " + season_name(static_cast<Season>(s)), "none", ""};
  }
  if (std::fabs(year / days - 1) > kSlack)
    return Fault{where, "levels of mean 1 over the year", "mean " + std::to_string(year / days),
                 ""};
  return out;
}

double HourShape::relative(Season season, int hour, double stretch) const {
  CHECK(hour >= 0 && hour < 24);
  const auto s = static_cast<std::size_t>(season);
  return level_[s] * (1 + stretch * (hour_[s][static_cast<std::size_t>(hour)] - 1));
}

double HourShape::relative_at(Millis at, double stretch) const {
  return relative(season_of(date_of(at).month), hour_of_day(at), stretch);
}

}  // namespace dure
