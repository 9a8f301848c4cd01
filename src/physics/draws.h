// Laws of chance beyond those of base/stream.h, each a function of a Stream.
#pragma once

#include "base/stream.h"

namespace dure {

inline constexpr double kNormalP90 = 1.2815515655446004;  // 90th percentile of N(0, 1)

// Gamma law of this shape, mean 1. Marsaglia and Tsang 2000; below shape 1 with their boost
// G(a) = G(a + 1) U^(1/a).
double draw_gamma_mean_1(Stream& s, double shape);

// Lognormal law by its median and 90th percentile.
double draw_lognormal(Stream& s, double p50, double p90);
double lognormal_mean(double p50, double p90);

// 0, 1, 2, ... with this mean.
int draw_geometric(Stream& s, double mean);

}  // namespace dure
