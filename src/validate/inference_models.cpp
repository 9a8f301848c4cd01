#include "validate/inference_models.h"

#include "io/described_file.h"
#include "world/inference_check.h"

namespace dure {

Outcome<InferenceModels> read_inference_models(const std::string& folder) {
  InferenceModels out;
  Faults faults;
  InferenceFile file;
  LanguageModelsFile models;
  read_described(folder + "/inference.yaml", file, faults);
  read_described(folder + "/language_models.yaml", models, faults);
  read_described(folder + "/inference_holdout.yaml", out.holdout, faults);
  if (!faults.empty()) return faults;
  out.spec = std::move(file.inference);
  out.language_models = std::move(models.language_models);
  faults = check_inference(out.spec);
  if (!faults.empty()) return faults;
  return out;
}

}  // namespace dure
