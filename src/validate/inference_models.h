// The shipped models of serving (models/*.yaml) that are validated: constants, shapes of language
// models, and the constants of fits that had not seen some groups of the rows.
#pragma once

#include <string>
#include <vector>

#include "base/faults.h"
#include "world/inference_spec.h"
#include "world/language_model_spec.h"
#include "world/scenario.h"

namespace dure {

struct InferenceFile {  // models/inference.yaml
  std::vector<SourceSpec> sources;
  InferenceSpec inference;
  template <class S = InferenceFile>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("inference", &S::inference, "how fast models are served", required));
  }
};

struct LanguageModelsFile {  // models/language_models.yaml
  std::vector<SourceSpec> sources;
  std::vector<LanguageModelSpec> language_models;
  template <class S = LanguageModelsFile>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("language_models", &S::language_models, "shapes", required));
  }
};

struct InferenceFold {           // a fit to the rows without a group
  std::string dimension, group;  // family, gpu, layout or suite; what was left out
  std::vector<double> values;    // of the constants that the file names, in their order
  template <class S = InferenceFold>
  static constexpr auto describe() {
    return Fields(Field("dimension", &S::dimension, "what kind of group", required, not_empty),
                  Field("group", &S::group, "its name", required, not_empty),
                  Field("values", &S::values, "of the constants, in order", required,
                        range(-1e12, 1e12), dimensionless));
  }
};
struct InferenceHoldout {  // models/inference_holdout.yaml
  std::vector<std::string> constants;
  std::vector<InferenceFold> folds;
  template <class S = InferenceHoldout>
  static constexpr auto describe() {
    return Fields(Field("constants", &S::constants, "what each fold has values of", required),
                  Field("folds", &S::folds, "fits without a group each", required));
  }
};

struct InferenceModels {
  InferenceSpec spec;
  std::vector<LanguageModelSpec> language_models;
  InferenceHoldout holdout;
};

// folder: that of the shipped models.
Outcome<InferenceModels> read_inference_models(const std::string& folder);

}  // namespace dure
