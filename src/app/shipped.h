// Where the shipped models lie: beside the program as it was installed or built, or where one says.
#pragma once

#include <string>

#include "base/result.h"

namespace dure {

// asked: a folder that was named; empty: DURE_MODELS, ../share/dure/models and ../models of the
// program, ./models.
Result<std::string> models_folder(const std::string& asked);

}  // namespace dure
