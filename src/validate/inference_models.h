// The shipped models of serving (models/*.yaml) that are validated: constants, shapes of language
// models, and the constants of fits that had not seen some groups of the rows.
#pragma once

#include <array>
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

enum class HeldOut { family, gpu, layout, suite };
constexpr auto describe_enum(HeldOut) {
  using E = HeldOut;
  return std::array{Choice<E>{E::family, "family", "of models"},
                    Choice<E>{E::gpu, "gpu", "an accelerator"},
                    Choice<E>{E::layout, "layout", "GPUs of a replica"},
                    Choice<E>{E::suite, "suite", "of measurements"}};
}

struct InferenceFold {  // a fit to the rows without these groups
  HeldOut by = HeldOut::family;
  std::vector<std::string> groups;
  InferenceSpec inference;  // without accelerators: those are not fitted
  template <class S = InferenceFold>
  static constexpr auto describe() {
    return Fields(Field("by", &S::by, "what is left out", required),
                  Field("groups", &S::groups, "groups that were not seen", required, not_empty),
                  Field("inference", &S::inference, "fitted to the others", required));
  }
};
struct InferenceHoldout {  // models/inference_holdout.yaml
  std::vector<SourceSpec> sources;
  std::vector<InferenceFold> folds;
  template <class S = InferenceHoldout>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "documents that `source` fields name"),
                  Field("folds", &S::folds, "fits to a part of the rows", required));
  }
};

struct InferenceModels {
  InferenceSpec spec;
  std::vector<LanguageModelSpec> language_models;
  std::vector<InferenceFold> folds;
};

// folder: that of the shipped models.
Outcome<InferenceModels> read_inference_models(const std::string& folder);

}  // namespace dure
