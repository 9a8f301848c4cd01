#include "physics/draws.h"

#include <cmath>

#include "base/check.h"

namespace dure {

double draw_gamma_mean_1(Stream& s, double shape) {
  CHECK(shape > 0);
  const bool boost = shape < 1;
  const double a = boost ? shape + 1 : shape;
  const double d = a - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  double g = 0;
  while (true) {
    const double x = s.normal();
    const double t = 1.0 + c * x;
    const double u = 1.0 - s.uniform();
    if (t <= 0) continue;
    const double v = t * t * t;
    if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) {
      g = d * v;
      break;
    }
  }
  if (boost) g *= std::exp(std::log(1.0 - s.uniform()) / shape);
  return g / shape;
}

double draw_lognormal(Stream& s, double p50, double p90) {
  CHECK(p50 > 0 && p90 >= p50);
  return s.lognormal(p50, std::log(p90 / p50) / kNormalP90);
}

double lognormal_mean(double p50, double p90) {
  CHECK(p50 > 0 && p90 >= p50);
  const double sigma = std::log(p90 / p50) / kNormalP90;
  return p50 * std::exp(0.5 * sigma * sigma);
}

int draw_geometric(Stream& s, double mean) {
  CHECK(mean >= 0);
  if (mean == 0) return 0;
  const double p = 1.0 / (1.0 + mean);  // of stopping
  return static_cast<int>(std::log1p(-s.uniform()) / std::log1p(-p));
}

}  // namespace dure
