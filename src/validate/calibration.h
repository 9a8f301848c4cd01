// Models whose constants `dure calibrate` fits to a table: one entry each. What a fit gives: the
// constants with their 95 % intervals, the errors on the rows and on groups left out whole, and the
// files that hold the constants, the same bytes for the same table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/faults.h"
#include "validate/table.h"

namespace dure {

struct CalibratedConstant {
  std::string name;
  double value = 0;
  std::optional<double> half_width_95;  // nothing: at a bound, or no row feels it
};

struct CalibrationResult {
  std::vector<CalibratedConstant> constants;
  std::vector<ValidationTable>
      tables;                      // the rows fitted to, then each dimension of groups left out
  std::string yaml, holdout_yaml;  // of the model, and of its fits without a group
};

struct CalibratedModel {
  std::string_view name, file, holdout_file;  // files: of the folder of models
  Outcome<CalibrationResult> (*calibrate)(const std::string& table, const std::string& models);
};
const std::vector<CalibratedModel>& calibrated_models();

// Fewer measurements than constants say nothing of them: a Fault, with both counts.
std::optional<Fault> too_few_to_fit(const std::string& table, std::size_t measurements,
                                    std::size_t constants);

// SHA-256 of a file's bytes, as hex.
Result<std::string> file_hash(const std::string& path);

}  // namespace dure
