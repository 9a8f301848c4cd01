// Daily noise that is correlated from day to day and from place to place: standard normal on each
// day, a function of (seed, name, station, day) alone, so that neither the window nor the order of
// questions moves it.
//   own draws      e(i, d)                    by station and day
//   across places  f(i, d) = sum over j of L(i, j) e(j, d), L the Cholesky factor of
//                  r(i, j) = g(i) g(j) exp(-distance / length), 1 on the diagonal
//   across days    n(i, d) = sum over k of w(k) f(i, d - k), w(k) ~ phi^k, cut at kDaysBack
// Between the days' noons the noise is straight; phi and the scale are chosen such that the mean
// over a day (not the value at noon) has the standard deviation and the lag-1 correlation asked
// for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

struct NoisePlace {
  std::string id;
  double lat_deg = 0, lon_deg = 0;
  double shared = 1;  // g
};

double distance_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg);

struct NoonLaw {  // of the values at noon
  double phi = 0;
  double scale = 1;  // times a unit normal: then daily means have standard deviation 1
};
// lag1: of daily means, 0.2 to 0.9.
NoonLaw noon_law(double daily_mean_lag1);

class NoiseField {
 public:
  static constexpr int kDaysBack = 60;  // 0.9^60 = 0.002
  // Days first_day to first_day + days - 1. laws: of each of these days.
  NoiseField(const std::vector<NoisePlace>& places, double correlation_km, std::uint64_t seed,
             std::string_view name, std::int64_t first_day, const std::vector<NoonLaw>& laws);
  // At noon of a day: unit normal.
  double at(std::size_t place, std::size_t day) const { return noise_[place * days_ + day]; }

 private:
  std::size_t days_;
  std::vector<double> noise_;
};

}  // namespace dure
