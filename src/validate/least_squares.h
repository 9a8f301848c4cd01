// A small nonlinear least-squares fit within bounds: the constants of a model from measured rows,
// each with how well it is known. Levenberg and Marquardt as MINPACK has it (More, 1978; Eigen's
// unsupported module); far-off rows count less (soft-L1 by reweighting: Triggs et al., 2000).
//
//   minimised     sum_i w_i r_i(x)^2 + pull^2 sum_j (distance of x_j from its start)^2
//   w             1 / sqrt(1 + (r / robust)^2), renewed `reweights` times; 1 where robust is 0
//   distance      ln(x / start) of a parameter above 0, else (x - start) / (most - least)
//   half width    1.96 sqrt(s^2 (J^T J)^-1_jj): half of the 95 % confidence interval; s^2 is the
//                 weighted mean square of the residuals, pulls among them, by degrees of freedom
//
// Invariants: 1. least <= value <= most, whatever the residuals say.
//             2. The same arguments give the same bytes.
//             3. A parameter at a bound, or one that no residual feels, has no half width.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

struct FreeParameter {
  std::string name;
  double start = 0, least = 0, most = 0;  // least < most; start within, or it is moved within
};

struct FitSettings {
  double pull = 0;       // 0: parameters are as free as their bounds
  double robust = 0;     // residual beyond which a row counts less; 0: every row counts alike
  int reweights = 6;     // of the robust weights
  int evaluations = 40;  // of J, at most, for each set of weights
};

struct FittedParameter {
  std::string name;
  double value = 0;
  std::optional<double> half_width_95;
};

struct FittedModel {
  std::vector<FittedParameter> parameters;  // in the order of the arguments
  double rms = 0;                           // of the residuals, unweighted, without the pulls
};

// Writes one residual for each row; the spans have the sizes of the arguments. A residual that is
// no number counts as a very large one, so that a step there is not taken.
using ResidualsOf = std::function<void(std::span<const double> parameters, std::span<double> out)>;

// Refuses bounds that leave no room, fewer residuals than parameters without a pull, and residuals
// that are no number at the start.
Result<FittedModel> least_squares(const std::vector<FreeParameter>& parameters,
                                  std::size_t residuals, const ResidualsOf& of,
                                  const FitSettings& settings = {});

// value to so many significant digits: what a file of constants holds.
double significant(double value, int digits);

}  // namespace dure
