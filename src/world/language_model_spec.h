// Shapes of public language models as data: what their config.json files say. Shipped rows:
// models/language_models.yaml; how a name finds its row and what a model without one gets:
// physics/language_model.h. Parameters are in 10^9.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

struct LanguageModelSpec {
  std::string name;
  std::vector<std::string> also;  // other beginnings of its name
  double params_b = 0;
  double active_params_b = 0;                                        // of a token; 0: all
  std::int64_t layers = 0, attention_layers = 0, expert_layers = 0;  // 0: all of layers
  std::int64_t local_layers = 0, window_tokens = 0;                  // of the attention layers
  std::int64_t hidden = 0, heads = 0, kv_heads = 0, head_dim = 0;
  std::int64_t kv_latent = 0;  // elements a token and layer of latent attention; 0: keys and values
  std::int64_t ffn = 0;        // width between the two products; of one expert
  bool gated = true;           // three products, not two
  std::int64_t experts = 0, experts_per_token = 0;
  std::int64_t state_elements = 0;  // of a sequence, beside its keys and values, in all layers
  std::string source, note;
  template <class S = LanguageModelSpec>
  static constexpr auto describe() {
    return Fields(
        Field("name", &S::name, "beginning of its name: small letters, digits and -", required,
              not_empty),
        Field("also", &S::also, "other beginnings"),
        Field("params_b", &S::params_b, "10^9 parameters", required, above(0, 100'000),
              dimensionless),
        Field("active_params_b", &S::active_params_b, "of them for one token; 0: all",
              range(0, 100'000), dimensionless),
        Field("layers", &S::layers, "layers", required, range(1, 10'000)),
        Field("attention_layers", &S::attention_layers, "of them with attention; 0: all",
              range(0, 10'000)),
        Field("expert_layers", &S::expert_layers, "of them with experts; 0: all", range(0, 10'000)),
        Field("local_layers", &S::local_layers, "of them that look back over a window",
              range(0, 10'000)),
        Field("window_tokens", &S::window_tokens, "that window", range(0, 100'000'000)),
        Field("hidden", &S::hidden, "width", required, range(1, 1'000'000)),
        Field("heads", &S::heads, "query heads", required, range(1, 100'000)),
        Field("kv_heads", &S::kv_heads, "heads of keys and values", required, range(1, 100'000)),
        Field("head_dim", &S::head_dim, "width of a head", required, range(1, 100'000)),
        Field("kv_latent", &S::kv_latent,
              "elements that latent attention keeps of a token in a layer; 0: keys and values",
              range(0, 1'000'000)),
        Field("ffn", &S::ffn, "width of the feed-forward block, or of one expert", required,
              range(1, 10'000'000)),
        Field("gated", &S::gated, "the block has three products, not two"),
        Field("experts", &S::experts, "routed experts of a layer; 0: dense", range(0, 100'000)),
        Field("experts_per_token", &S::experts_per_token, "of them for one token",
              range(0, 100'000)),
        Field("state_elements", &S::state_elements,
              "what a sequence keeps beside keys and values, in all layers",
              range(0, 10'000'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
