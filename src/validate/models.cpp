#include "validate/models.h"

#include "io/described_file.h"

namespace dure {
Outcome<Models> read_models(const std::string& folder) {
  Models out;
  Faults faults;
  read_described(folder + "/validated.yaml", out.shipped, faults);
  read_described(folder + "/power_holdout.yaml", out.holdout, faults);
  read_described(folder + "/training.yaml", out.training, faults);
  read_described(folder + "/training_holdout.yaml", out.training_holdout, faults);
  Outcome<CoolingTruthModel> cooling = read_cooling_truth(folder);
  if (cooling)
    out.cooling = std::move(cooling.value());
  else
    faults.insert(faults.end(), cooling.faults().begin(), cooling.faults().end());
  Outcome<InferenceModels> inference = read_inference_models(folder);
  if (inference)
    out.inference = std::move(inference.value());
  else
    faults.insert(faults.end(), inference.faults().begin(), inference.faults().end());
  if (!faults.empty()) return faults;
  return out;
}

Outcome<TrainingFile> read_training(const std::string& folder) {
  TrainingFile out;
  Faults faults;
  read_described(folder + "/training.yaml", out, faults);
  if (!faults.empty()) return faults;
  return out;
}

}  // namespace dure
