// The constants of the inference model that are fitted, and their fit to rows of a table.
//
// A residual is s sqrt(2 (sqrt(1 + (e/s)^2) - 1)) with e = ln(predicted / measured), s = 0.1: rows
// that are far off count less. The rows of one suite and quantity weigh as much together as those
// of another, percentiles 0.3 of it. Each constant is pulled to what was expected of it before the
// fit, by ln(value / start) / width: groups of few rows do not run away with it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "validate/inference_case.h"
#include "validate/least_squares.h"

namespace dure {

struct InferenceConstant {
  FreeParameter free;
  double width = 1;  // of what was expected: a standard deviation of its logarithm
  std::function<void(InferenceSpec&, double)> set;
  std::function<double(const InferenceSpec&)> get;
};
// In a fixed order.
const std::vector<InferenceConstant>& inference_constants();

InferenceSpec with_constants(InferenceSpec spec, const std::vector<double>& values);

struct InferencePoint {  // a measurement
  std::string id, suite;
  InferenceCase what;
  InferenceQuantity quantity;
  double value = 0;
};
// Those of rows that have an answer.
std::vector<InferencePoint> inference_points(const std::vector<InferenceRow>& rows,
                                             const std::vector<InferenceGpuSpec>& gpus,
                                             const std::vector<LanguageModelSpec>& models);
bool is_core(InferenceQuantity q);  // tokens/s, gaps between tokens, operators: the issue's

using TakesPoint = std::function<bool(const InferencePoint&)>;
Result<FittedModel> fit_inference(const InferenceSpec& spec,
                                  const std::vector<InferencePoint>& points,
                                  const TakesPoint& takes);

// What is left out whole.
struct InferenceDimension {
  const char* name;
  std::string (*group)(const InferencePoint&);
};
const std::vector<InferenceDimension>& inference_dimensions();

}  // namespace dure
