// `dure calibrate --model training`: see calibration.h.
#pragma once

#include <string>

#include "validate/calibration.h"

namespace dure {

Outcome<CalibrationResult> calibrate_training(const std::string& table, const std::string& models);

}  // namespace dure
