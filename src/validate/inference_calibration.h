// `dure calibrate TABLE.csv --model inference`: the constants of models/inference.yaml fitted to a
// table, and again without each group of its rows (models/inference_holdout.yaml).
#pragma once

#include <string>

#include "validate/calibration.h"

namespace dure {

// models: the folder whose accelerators, workloads and shapes of language models are used.
Outcome<CalibrationResult> calibrate_inference(const std::string& table, const std::string& models);

}  // namespace dure
