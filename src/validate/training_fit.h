// The constants of the training model that are fitted, and their fit to rows of a table.
//
// A residual is ln(predicted / measured), so that twice too slow weighs as much as twice too fast;
// a suite of more than kFullSuite rows counts less a row, for its rows are one study's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "validate/least_squares.h"
#include "validate/training_jobs.h"

namespace dure {

inline constexpr double kFullSuite = 100;

struct TrainingConstant {
  FreeParameter free;  // its start is what was expected of it before the fit
  std::function<void(TrainingSpec&, double)> set;
  std::function<double(const TrainingSpec&)> get;
};
// In a fixed order. `fused` stands for tuned and torch too.
const std::vector<TrainingConstant>& training_constants();

TrainingSpec with_constants(TrainingSpec spec, const std::vector<double>& values);
// Every constant at its start.
TrainingSpec unfitted(const TrainingSpec& spec);

using TakesJob = std::function<bool(const TrainingJob&)>;
// Of the jobs that `takes` takes. from: constants of an earlier fit, near which the search begins;
// the pull is to the starts all the same.
Result<FittedModel> fit_training(const TrainingSpec& spec, const std::vector<TrainingJob>& jobs,
                                 const TakesJob& takes, const std::vector<double>& from = {});

// What is left out whole to see how the model does on what it was not fitted to.
struct TrainingDimension {
  std::string name;
  std::string (*group)(const TrainingJob&);
};
// suite, family of models, gpu, and layout: which of tp, pp, cp and ep are above 1.
const std::vector<TrainingDimension>& training_dimensions();

}  // namespace dure
