#include "physics/weather_events.h"

#include <algorithm>
#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

constexpr double kP90 = 1.2815515655446004;  // of the standard normal
constexpr double kDaysPerYear = 365.25;

double normal_above(double z) { return 0.5 * std::erfc(z / std::sqrt(2.0)); }

// Days since 1 June of the day's own year; negative before.
std::int64_t day_of_summer(std::int64_t day) {
  const Date d = date_of(Millis(day * kMsPerDay));
  return day - days_from_epoch({d.year, 6, 1});
}

double onset_chance(const HeatWaveSpec& s, std::int64_t summer_day) {
  const auto part = [](std::int64_t from, std::int64_t to, std::int64_t at) {
    return static_cast<double>(at - from + 1) / static_cast<double>(to - from + 1);
  };
  const auto shape = [&](std::int64_t at) {
    if (at < s.first_day || at > s.last_day) return 0.0;
    return at <= s.peak_day ? part(s.first_day, s.peak_day, at)
                            : 1 - part(s.peak_day, s.last_day, at) +
                                  1 / static_cast<double>(s.last_day - s.peak_day + 1);
  };
  double whole = 0;
  for (std::int64_t at = s.first_day; at <= s.last_day; ++at) whole += shape(at);
  const double chance = whole > 0 ? s.onsets_per_year * shape(summer_day) / whole : 0;
  return chance < 1 ? chance : 1;
}

std::int64_t whole_days(double days, std::int64_t longest) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::lround(days)), 1, longest);
}

}  // namespace

LogNormal by_median_p90(double median, double p90) {
  return {median, p90 > median ? std::log(p90 / median) / kP90 : 0};
}

LogNormal by_mean_p90(double mean, double p90) {
  // ln(p90 / mean) = kP90 sigma - sigma^2 / 2
  const double gap = kP90 * kP90 - 2 * std::log(p90 / mean);
  const double sigma = std::max(0.0, kP90 - std::sqrt(std::max(0.0, gap)));
  return {mean * std::exp(-sigma * sigma / 2), sigma};
}

HeatDays heat_days(const HeatWaveSpec& s, std::uint64_t seed, std::int64_t first_day,
                   std::int64_t days) {
  HeatDays out{std::vector<double>(static_cast<std::size_t>(days), 0.0),
               std::vector<double>(static_cast<std::size_t>(days), 0.0)};
  const LogNormal law = by_median_p90(s.length_median_days, s.length_p90_days);
  const auto is_long = [&](std::int64_t length) {
    return static_cast<double>(length) > s.length_p90_days;
  };
  std::vector<double> chance;  // of onset, from the first summer day that has one
  for (std::int64_t at = s.first_day; at <= s.last_day; ++at) chance.push_back(onset_chance(s, at));
  const auto chance_at = [&](std::int64_t summer_day) {
    return summer_day < s.first_day || summer_day > s.last_day
               ? 0.0
               : chance[static_cast<std::size_t>(summer_day - s.first_day)];
  };
  for (std::int64_t day = first_day - s.longest_days; day < first_day + days; ++day) {
    const double p = chance_at(day_of_summer(day));
    if (p <= 0) continue;
    Stream draw(seed, "weather/heat_wave", static_cast<std::uint64_t>(day));
    if (draw.uniform() >= p) continue;
    const std::int64_t length = whole_days(draw.lognormal(law.median, law.sigma), s.longest_days);
    const double add = is_long(length) ? s.long_add_c : s.add_c;
    for (std::int64_t d = std::max(day, first_day); d < std::min(day + length, first_day + days);
         ++d) {
      double& here = out.add_c[static_cast<std::size_t>(d - first_day)];
      here = std::max(here, add);
    }
  }
  // Chance that a wave lasts more than k days, and that it does and is a long one.
  std::vector<double> lasts, long_lasts;
  const double z0 = std::log(law.median);
  const auto above = [&](double length) {  // rounded length > length
    if (law.sigma <= 0) return law.median > length + 0.5 ? 1.0 : 0.0;
    return normal_above((std::log(length + 0.5) - z0) / law.sigma);
  };
  for (std::int64_t k = 0; k < s.longest_days; ++k) {
    const auto length = static_cast<double>(k);
    lasts.push_back(k == 0 ? 1 : above(length));
    long_lasts.push_back(above(std::max(length, std::floor(s.length_p90_days))));
  }
  for (std::int64_t d = 0; d < days; ++d) {
    const std::int64_t summer_day = day_of_summer(first_day + d);
    double none = 1, no_long = 1;
    for (std::int64_t k = 0; k < s.longest_days; ++k) {
      const double p = chance_at(summer_day - k);
      none *= 1 - p * lasts[static_cast<std::size_t>(k)];
      no_long *= 1 - p * long_lasts[static_cast<std::size_t>(k)];
    }
    out.mean_c[static_cast<std::size_t>(d)] =
        s.long_add_c * (1 - no_long) + s.add_c * (no_long - none);
  }
  return out;
}

std::vector<DroughtStage> drought_days(const DroughtSpec& s, const DroughtCourse& c,
                                       std::uint64_t seed, std::int64_t first_day,
                                       std::int64_t days) {
  std::vector<DroughtStage> out(static_cast<std::size_t>(days), DroughtStage::normal);
  const auto paint = [&](std::int64_t from, std::int64_t to, DroughtStage stage) {
    for (std::int64_t d = std::max(from, first_day); d < std::min(to, first_day + days); ++d) {
      DroughtStage& here = out[static_cast<std::size_t>(d - first_day)];
      here = std::max(here, stage);
    }
  };
  const LogNormal law = by_mean_p90(s.mean_days, s.p90_days);
  const auto longest = static_cast<std::int64_t>(kDroughtLongest * s.p90_days);
  const std::int64_t before = c.interest_before_days + c.caution_before_days;
  const std::int64_t after = c.caution_after_days + c.interest_after_days;
  const double serious = s.alerts_per_year > 0 ? s.serious_per_year / s.alerts_per_year : 0;
  const std::string stream = "weather/drought/" + s.region;
  for (std::int64_t day = first_day - longest - after; day < first_day + days + before; ++day) {
    Stream draw(seed, stream, static_cast<std::uint64_t>(day));
    if (draw.uniform() >= s.alerts_per_year / kDaysPerYear) continue;
    const std::int64_t length = whole_days(draw.lognormal(law.median, law.sigma), longest);
    const bool gets_serious = draw.uniform() < serious;
    const bool gets_worst = draw.uniform() < c.emergency_share && gets_serious;
    const std::int64_t end = day + length;
    paint(day - before, end + after, DroughtStage::interest);
    paint(day - c.caution_before_days, end + c.caution_after_days, DroughtStage::caution);
    paint(day, end, DroughtStage::alert);
    const auto middle = [&](double part, DroughtStage stage) {
      const std::int64_t span = std::max<std::int64_t>(
          1, static_cast<std::int64_t>(std::lround(part * static_cast<double>(length))));
      const std::int64_t from = day + (length - span) / 2;
      paint(from, from + span, stage);
    };
    if (gets_serious) middle(c.serious_part, DroughtStage::serious);
    if (gets_worst) middle(c.emergency_part, DroughtStage::emergency);
  }
  return out;
}

}  // namespace dure
