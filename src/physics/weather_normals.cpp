#include "physics/weather_normals.h"

#include <array>
#include <cmath>

#include "physics/psychrometrics.h"

namespace dure {
namespace {

constexpr double kPi = 3.141592653589793;
// Gauss and Hermite: a normal variable as three values with weights, exact to the fifth power.
constexpr double kRoot3 = 1.7320508075688772;
constexpr std::array<double, 3> kNodes{-kRoot3, 0, kRoot3};
constexpr std::array<double, 3> kWeights{1.0 / 6, 2.0 / 3, 1.0 / 6};

struct DayNoise {
  std::array<double, 24> hour{};
  double weight = 0;
};

// 27 days of noise: yesterday's, today's and tomorrow's noon.
std::array<DayNoise, 27> noisy_days(const MonthNormal& m) {
  std::array<DayNoise, 27> days;
  const double sd = m.sd_c * m.law.scale;
  const double fresh = std::sqrt(1 - m.law.phi * m.law.phi);
  std::size_t n = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) {
        const double before = kNodes[i];
        const double noon = m.law.phi * before + fresh * kNodes[j];
        const double after = m.law.phi * noon + fresh * kNodes[k];
        DayNoise& day = days[n++];
        day.weight = kWeights[i] * kWeights[j] * kWeights[k];
        for (std::size_t h = 0; h < 24; ++h) {
          const double x = (static_cast<double>(h) - 12) / 24;
          day.hour[h] = sd * (x < 0 ? noon + x * (noon - before) : noon + x * (after - noon));
        }
      }
    }
  }
  return days;
}

}  // namespace

double DayShape::at(double hour) const {
  const double rise = hour_of_max - hour_of_min;
  double since = hour - hour_of_min;
  if (since < 0) since += 24;
  const double s = since < rise ? 0.5 - 0.5 * std::cos(kPi * since / rise)
                                : 0.5 + 0.5 * std::cos(kPi * (since - rise) / (24 - rise));
  return s + lean * s * (1 - s) - 0.5 - lean / 8;  // s (1 - s) has mean 1/8
}

double lean_of(double mean_c, double max_c, double min_c) {
  return 8 * ((mean_c - min_c) / (max_c - min_c) - 0.5);
}

double kept_range_c(const MonthNormal& m) {
  const double aim = m.max_c - m.min_c;
  const std::array<DayNoise, 27> days = noisy_days(m);
  std::array<double, 24> shape{};
  for (std::size_t h = 0; h < 24; ++h) shape[h] = m.shape.at(static_cast<double>(h));
  double range = aim;
  for (int round = 0; round < 6; ++round) {
    double mean = 0;
    for (const DayNoise& day : days) {
      double most = -1e9, least = 1e9;
      for (std::size_t h = 0; h < 24; ++h) {
        const double t = range * shape[h] + day.hour[h];
        most = t > most ? t : most;
        least = t < least ? t : least;
      }
      mean += day.weight * (most - least);
    }
    range += aim - mean;
    if (range < aim / 5) range = aim / 5;
  }
  return range;
}

double kept_dew_point_c(const MonthNormal& m, double range_c) {
  const double own = std::sqrt(1 - m.dew_correlation * m.dew_correlation);
  std::array<std::array<double, 3>, 24> dry_kpa{};
  for (std::size_t h = 0; h < 24; ++h) {
    for (std::size_t i = 0; i < 3; ++i) {
      dry_kpa[h][i] = saturation_pressure_kpa(
          m.mean_c + range_c * m.shape.at(static_cast<double>(h)) + m.sd_c * kNodes[i]);
    }
  }
  // Magnus's guess for the air at the monthly mean; then the error in ln(rh) by its slope.
  double dew = m.mean_c - 20 * (1 - m.rh);
  for (int round = 0; round < 8; ++round) {
    double rh = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        const double vapour = saturation_pressure_kpa(
            dew + m.dew_sd_c * (m.dew_correlation * kNodes[i] + own * kNodes[j]));
        double day = 0;
        for (std::size_t h = 0; h < 24; ++h)
          day += vapour < dry_kpa[h][i] ? vapour / dry_kpa[h][i] : 1;
        rh += kWeights[i] * kWeights[j] * day / 24;
      }
    }
    const double step = std::log(m.rh / rh) / 0.07;  // d ln(e) / dT at 10 C
    dew += step > 3 ? 3 : step < -3 ? -3 : step;
  }
  return dew < m.mean_c ? dew : m.mean_c;
}

}  // namespace dure
