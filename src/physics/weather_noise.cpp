#include "physics/weather_noise.h"

#include <cmath>

#include "base/check.h"
#include "base/stream.h"

namespace dure {
namespace {

using Matrix = std::vector<std::vector<double>>;

Matrix factor(const std::vector<NoisePlace>& places, double correlation_km) {
  const std::size_t n = places.size();
  Matrix lower(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const NoisePlace &a = places[i], &b = places[j];
      const double km = distance_km(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg);
      double rest = i == j ? 1.0 : a.shared * b.shared * std::exp(-km / correlation_km);
      for (std::size_t k = 0; k < j; ++k) rest -= lower[i][k] * lower[j][k];
      // Two stations at one place, fully shared, leave nothing of their own.
      if (i == j) {
        lower[i][i] = std::sqrt(rest > 0 ? rest : 0);
      } else {
        lower[i][j] = lower[j][j] > 1e-9 ? rest / lower[j][j] : 0;
      }
    }
  }
  return lower;
}

// Variance and lag-1 covariance of daily means over the variance at noon: a day is 1/8 of the
// neighbours' and 3/4 of its own noon.
double mean_variance(double phi) { return 0.59375 + 0.375 * phi + 0.03125 * phi * phi; }
double mean_lag1(double phi) {
  const double p2 = phi * phi;
  return (0.59375 * phi + 0.1875 * (1 + p2) + 0.015625 * (phi + p2 * phi)) / mean_variance(phi);
}

}  // namespace

double distance_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg) {
  constexpr double kRadian = 3.141592653589793 / 180, kEarthKm = 6371.0;
  const double north = std::sin((lat_b_deg - lat_a_deg) * kRadian / 2);
  const double east = std::sin((lon_b_deg - lon_a_deg) * kRadian / 2);
  const double half_chord = std::sqrt(
      north * north + std::cos(lat_a_deg * kRadian) * std::cos(lat_b_deg * kRadian) * east * east);
  return 2 * kEarthKm * std::asin(half_chord < 1 ? half_chord : 1);
}

NoonLaw noon_law(double daily_mean_lag1) {
  double low = -0.2, high = 0.99;  // lag 1 of daily means rises with phi: 0.12 to 0.99
  for (int round = 0; round < 50; ++round) {
    const double middle = (low + high) / 2;
    (mean_lag1(middle) < daily_mean_lag1 ? low : high) = middle;
  }
  return {low, 1 / std::sqrt(mean_variance(low))};
}

NoiseField::NoiseField(const std::vector<NoisePlace>& places, double correlation_km,
                       std::uint64_t seed, std::string_view name, std::int64_t first_day,
                       const std::vector<NoonLaw>& laws)
    : days_(laws.size()), noise_(places.size() * laws.size()) {
  const Matrix lower = factor(places, correlation_km);
  const std::size_t n = places.size(), drawn = days_ + kDaysBack;
  std::vector<double> own(n * drawn);
  for (std::size_t i = 0; i < n; ++i) {
    const std::string stream = std::string(name) + '/' + places[i].id;
    for (std::size_t d = 0; d < drawn; ++d) {
      const auto day = static_cast<std::uint64_t>(first_day - kDaysBack + static_cast<int>(d));
      own[i * drawn + d] = Stream(seed, stream, day).normal();
    }
  }
  // Weights back in time for each day: they sum to 1 in squares, so the variance is 1 exactly.
  std::vector<double> field(drawn);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t d = 0; d < drawn; ++d) {
      double sum = 0;
      for (std::size_t j = 0; j <= i; ++j) sum += lower[i][j] * own[j * drawn + d];
      field[d] = sum;
    }
    for (std::size_t d = 0; d < days_; ++d) {
      double sum = 0, squares = 0, weight = 1;
      for (std::size_t k = 0; k <= kDaysBack; ++k) {
        sum += weight * field[d + kDaysBack - k];
        squares += weight * weight;
        weight *= laws[d].phi;
      }
      noise_[i * days_ + d] = sum / std::sqrt(squares);
    }
  }
}

}  // namespace dure
