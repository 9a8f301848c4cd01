// The fit: it finds what rows were made with, keeps its bounds, is not drawn by one far-off row,
// and says how well a constant is known.
#include "validate/least_squares.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

struct Curve {  // y = a x^b with noise
  std::vector<double> x, y;
};
Curve curve(double a, double b, double noise, std::size_t n = 200) {
  Stream stream(7, "least squares", 0);
  Curve c;
  for (std::size_t i = 0; i < n; ++i) {
    c.x.push_back(1 + 0.1 * static_cast<double>(i));
    c.y.push_back(a * std::pow(c.x.back(), b) * std::exp(noise * stream.normal()));
  }
  return c;
}
ResidualsOf power_law(const Curve& c) {
  return [&c](std::span<const double> p, std::span<double> out) {
    for (std::size_t i = 0; i < c.x.size(); ++i)
      out[i] = std::log(p[0] * std::pow(c.x[i], p[1]) / c.y[i]);
  };
}
std::vector<FreeParameter> free_law() { return {{"a", 1, 0.01, 100}, {"b", 0, -3, 3}}; }

TEST(LeastSquares, FindsWhatTheRowsWereMadeWith) {
  const Curve c = curve(2.5, 0.7, 0);
  const auto fit = least_squares(free_law(), c.x.size(), power_law(c));
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit.value().parameters[0].value, 2.5, 1e-4);
  EXPECT_NEAR(fit.value().parameters[1].value, 0.7, 1e-4);
  EXPECT_NEAR(fit.value().rms, 0, 1e-5);
}

TEST(LeastSquares, TheHalfWidthIsThatOfALine) {
  // A line in logarithms: the interval of its slope is known in closed form.
  const Curve c = curve(2.5, 0.7, 0.1);
  const auto fit = least_squares(free_law(), c.x.size(), power_law(c));
  ASSERT_TRUE(fit);
  double mean = 0, square = 0;
  for (const double x : c.x) mean += std::log(x) / static_cast<double>(c.x.size());
  for (const double x : c.x) square += std::pow(std::log(x) - mean, 2);
  const double rms = fit.value().rms, n = static_cast<double>(c.x.size());
  const double expected = 1.96 * rms * std::sqrt(n / (n - 2)) / std::sqrt(square);
  ASSERT_TRUE(fit.value().parameters[1].half_width_95);
  EXPECT_NEAR(*fit.value().parameters[1].half_width_95 / expected, 1, 0.01);
  EXPECT_NEAR(fit.value().parameters[1].value, 0.7, 2 * expected);
}

TEST(LeastSquares, KeepsItsBoundsAndSaysThatItIsAtOne) {
  const Curve c = curve(2.5, 0.7, 0);
  auto free = free_law();
  free[1].most = 0.5;
  const auto fit = least_squares(free, c.x.size(), power_law(c));
  ASSERT_TRUE(fit);
  EXPECT_LE(fit.value().parameters[1].value, 0.5);
  EXPECT_GT(fit.value().parameters[1].value, 0.499);
  EXPECT_FALSE(fit.value().parameters[1].half_width_95);
}

TEST(LeastSquares, OneFarOffRowDrawsARobustFitLess) {
  Curve c = curve(2.5, 0.7, 0.01, 40);
  c.y.back() *= 100;
  const auto plain = least_squares(free_law(), c.x.size(), power_law(c));
  const auto robust = least_squares(free_law(), c.x.size(), power_law(c), {.robust = 0.03});
  ASSERT_TRUE(plain && robust);
  const auto off = [](const Result<FittedModel>& f) {
    return std::abs(f.value().parameters[1].value - 0.7);
  };
  EXPECT_LT(off(robust), 0.1 * off(plain));
}

TEST(LeastSquares, APulledParameterThatNoRowFeelsStays) {
  const Curve c = curve(2.5, 0.7, 0);
  auto free = free_law();
  free.push_back({"idle", 3, 1, 10});
  const auto fit = least_squares(free, c.x.size(), power_law(c), {.pull = 0.01});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit.value().parameters[2].value, 3, 0.01);
  EXPECT_FALSE(fit.value().parameters[2].half_width_95);
}

TEST(LeastSquares, RefusesWhatIsNoFit) {
  const Curve c = curve(1, 1, 0, 1);
  EXPECT_FALSE(least_squares(free_law(), 1, power_law(c)));
  EXPECT_FALSE(least_squares({{"a", 1, 2, 2}}, 1, power_law(c)));
  const auto nan = [](std::span<const double>, std::span<double> out) { out[0] = NAN; };
  EXPECT_FALSE(least_squares({{"a", 1, 0, 2}}, 1, nan));
}

TEST(LeastSquares, RoundsToSignificantDigits) {
  EXPECT_EQ(significant(0.0123456, 3), 0.0123);
  EXPECT_EQ(significant(-98765, 2), -99000);
  EXPECT_EQ(significant(0, 3), 0);
}

}  // namespace
}  // namespace dure
