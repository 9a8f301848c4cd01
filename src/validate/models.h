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

struct Models {
  ValidatedModels shipped;
  PowerHoldout holdout;
  CoolingTruthModel cooling;
  InferenceModels inference;
};

// folder: that of the shipped models.
Outcome<Models> read_models(const std::string& folder);

}  // namespace dure
