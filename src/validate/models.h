// The shipped models (models/*.yaml) that are validated, read as scenarios read them.
#pragma once

#include <string>
#include <vector>

#include "base/faults.h"
#include "validate/cooling_places.h"
#include "validate/inference_models.h"
#include "world/carbon_spec.h"
#include "world/climate_spec.h"
#include "world/failure_spec.h"
#include "world/power_spec.h"
#include "world/scenario.h"
#include "world/tariff_spec.h"
#include "world/training_spec.h"

namespace dure {

struct ValidatedModels {  // models/validated.yaml
  std::vector<SourceSpec> sources;
  ClimateSpec climate;
  PowerSpec power;
  TariffSpec tariff;
  CarbonSpec carbon;
  FailureSpec failures;
  template <class S = ValidatedModels>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("climate", &S::climate, "what the weather is drawn from", required),
                  Field("power", &S::power, "of machines and of what feeds them", required),
                  Field("tariff", &S::tariff, "price of energy", required),
                  Field("carbon", &S::carbon, "factors and shape", required),
                  Field("failures", &S::failures, "what breaks", required));
  }
};
struct PowerHoldout {  // models/power_holdout.yaml: the constants fitted to a part of the rows
  std::vector<SourceSpec> sources;
  PowerSpec power;
  template <class S = PowerHoldout>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("power", &S::power, "fitted to a part of the rows", required));
  }
};

struct TrainingFile {  // models/training.yaml, with models/training_machines.yaml
  std::vector<SourceSpec> sources;
  TrainingSpec training;
  template <class S = TrainingFile>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("training", &S::training, "of a step's time", required));
  }
};
struct TrainingHoldout {  // models/training_holdout.yaml: fitted without a group each
  std::vector<std::string> constants;
  std::vector<TrainingHoldoutSpec> groups;
  template <class S = TrainingHoldout>
  static constexpr auto describe() {
    return Fields(Field("constants", &S::constants, "their names, as `dure calibrate` prints them",
                        required, not_empty),
                  Field("groups", &S::groups, "what was left out, and the constants then"));
  }
};

struct Models {
  ValidatedModels shipped;
  PowerHoldout holdout;
  CoolingTruthModel cooling;
  TrainingFile training;
  TrainingHoldout training_holdout;
  InferenceModels inference;
};

// folder: that of the shipped models.
Outcome<Models> read_models(const std::string& folder);
// Of it, what the training model is calibrated from.
Outcome<TrainingFile> read_training(const std::string& folder);

}  // namespace dure
