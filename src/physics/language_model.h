// The shape of a language model, as far as a step of serving feels it: what is read and multiplied.
// Parameters in 10^9; a cache holds elements, whose bytes are the server's choice.
//
//   known     the row of models/language_models.yaml with the longest beginning of the name, with
//             the parameters that are given where they are within 30 % of the row's
//   unknown   12 L h^2 active parameters, h / L 115, or 50 with experts; heads of 128, 8 of keys
//             and values; experts 8 of 128, or 2 of 8 where more than a fifth is active
//   experts   X = (N - A) / (1 - k / E) of all N parameters are routed, A active, k of E chosen
//   cache     2 x kv heads x head width elements a token and layer, or what latent attention keeps
//             (DeepSeek-V2, 2405.04434)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/language_model_spec.h"

namespace dure {

struct LanguageModel {
  double params_b = 0, active_params_b = 0;
  double expert_params_b = 0;  // X: routed, all of them
  double layers = 0, attention_layers = 0, expert_layers = 0, local_layers = 0;
  double window_tokens = 0;
  double hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0;
  double cache_elements = 0;  // of a token in a layer
  double state_elements = 0;  // of a sequence
  double experts = 0, experts_per_token = 0;
  bool gated = true, latent = false;
  bool known = false;  // has a row
};

struct ModelSize {  // what is given beside the name
  std::optional<double> params_b, active_params_b;
};

// Refuses a name without a row and without a size, in it ("-70B", "30B-A3B", "8x7B") or given; a
// size that is no number above 0, or more active than there are.
Result<LanguageModel> language_model(const std::vector<LanguageModelSpec>& known,
                                     std::string_view name, const ModelSize& size = {});

// Family of a name: "Llama-3.1-70B" and "meta-llama/Llama-2-7b" are of llama.
std::string model_family(std::string_view name);

double cache_bytes_per_token(const LanguageModel& model, double bytes_per_element);

}  // namespace dure
