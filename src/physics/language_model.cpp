#include "physics/language_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dure {
namespace {

constexpr double kGiga = 1e9;
constexpr double kSameModel = 1.3;  // a size that is further from the row's is another model's
constexpr double kMostParamsB = 1e5;
constexpr double kHeadWidth = 128, kKvHeads = 8;

// "Llama-3.1-70B" -> "llama-3-1-70b"; what is before a "/" is who published it.
std::string plain(std::string_view name) {
  name = name.substr(std::min(name.size(), name.rfind('/') + 1));
  std::string out;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

const LanguageModelSpec* row_of(const std::vector<LanguageModelSpec>& known,
                                const std::string& name) {
  const LanguageModelSpec* best = nullptr;
  std::size_t longest = 0;
  const auto take = [&](const LanguageModelSpec& row, const std::string& beginning) {
    if (beginning.size() <= longest || name.compare(0, beginning.size(), beginning) != 0) return;
    best = &row;
    longest = beginning.size();
  };
  for (const LanguageModelSpec& row : known) {
    take(row, row.name);
    for (const std::string& other : row.also) take(row, other);
  }
  return best;
}

// A word of a plain name: "70b" is 70, "8x7b" 56, "0", "6b" is not looked at across words.
std::optional<double> billions(std::string_view word) {
  if (word.size() < 2 || word.back() != 'b') return std::nullopt;
  const char* const end = word.data() + word.size() - 1;
  double value = 0;
  auto [at, error] = std::from_chars(word.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || !(value > 0)) return std::nullopt;
  if (at != end && *at == 'x') {
    double each = 0;
    const auto second = std::from_chars(at + 1, end, each, std::chars_format::fixed);
    if (second.ec != std::errc{} || second.ptr != end || !(each > 0)) return std::nullopt;
    return value * each;
  }
  if (at != end) return std::nullopt;
  return value;
}

ModelSize size_in(const std::string& name) {
  ModelSize size;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('-', at), name.size());
    const std::string_view word = std::string_view(name).substr(at, end - at);
    if (!size.params_b)
      size.params_b = billions(word);
    else if (!size.active_params_b && word.size() > 1 && word.front() == 'a')
      size.active_params_b = billions(word.substr(1));
    at = end + 1;
  }
  if (size.params_b && size.active_params_b && *size.active_params_b > *size.params_b)
    size.active_params_b.reset();
  return size;
}

LanguageModel shape_of(const LanguageModelSpec& row) {
  const auto of = [](std::int64_t n) { return static_cast<double>(n); };
  const auto or_all = [&](std::int64_t n) { return of(n > 0 ? n : row.layers); };
  LanguageModel m;
  m.known = true;
  m.params_b = row.params_b;
  m.active_params_b = row.active_params_b > 0 ? row.active_params_b : row.params_b;
  m.layers = of(row.layers);
  m.attention_layers = or_all(row.attention_layers);
  m.expert_layers = row.experts > 0 ? or_all(row.expert_layers) : 0;
  m.local_layers = std::min(of(row.local_layers), m.attention_layers);
  m.window_tokens = of(row.window_tokens);
  m.hidden = of(row.hidden);
  m.heads = of(row.heads);
  m.kv_heads = of(row.kv_heads);
  m.head_dim = of(row.head_dim);
  m.ffn = of(row.ffn);
  m.latent = row.kv_latent > 0;
  m.cache_elements = m.latent ? of(row.kv_latent) : 2 * m.kv_heads * m.head_dim;
  m.state_elements = of(row.state_elements);
  m.experts = of(row.experts);
  m.experts_per_token = of(row.experts_per_token);
  m.gated = row.gated;
  return m;
}

// From the size alone.
LanguageModel guessed(double params_b, double active_b) {
  LanguageModel m;
  m.params_b = params_b;
  m.active_params_b = active_b;
  const bool sparse = active_b < 0.999 * params_b;
  const double l_h2 = active_b * kGiga / 12;
  m.hidden =
      kHeadWidth * std::max(1.0, std::round(std::cbrt(l_h2 * (sparse ? 50 : 115)) / kHeadWidth));
  m.layers = std::max(1.0, std::round(l_h2 / (m.hidden * m.hidden)));
  m.attention_layers = m.layers;
  m.heads = m.hidden / kHeadWidth;
  m.kv_heads = std::min(m.heads, kKvHeads);
  m.head_dim = kHeadWidth;
  m.cache_elements = 2 * m.kv_heads * m.head_dim;
  m.ffn = 3.5 * m.hidden;
  if (sparse) {
    const bool many = active_b < 0.2 * params_b;
    m.expert_layers = m.layers;
    m.experts = many ? 128 : 8;
    m.experts_per_token = many ? 8 : 2;
  }
  return m;
}

std::optional<Fault> wrong(const char* what, std::optional<double> value) {
  if (!value || (*value > 0 && *value <= kMostParamsB)) return std::nullopt;
  return Fault{what, "10^9 parameters, above 0 and at most 100,000", std::to_string(*value), ""};
}

}  // namespace

Result<LanguageModel> language_model(const std::vector<LanguageModelSpec>& known,
                                     std::string_view name, const ModelSize& size) {
  if (auto f = wrong("params_b", size.params_b)) return *f;
  if (auto f = wrong("active_params_b", size.active_params_b)) return *f;
  const std::string id = plain(name);
  const LanguageModelSpec* row = row_of(known, id);
  const ModelSize said = size_in(id);
  if (row == nullptr && !size.params_b && !said.params_b)
    return Fault{"model", "a name of models/language_models.yaml, or with its size",
                 std::string(name), "write params_b, or a name as Llama-3.1-70B or Qwen3-30B-A3B"};
  if (row != nullptr && size.params_b &&
      std::abs(std::log(*size.params_b / row->params_b)) > std::log(kSameModel))
    row = nullptr;

  const double params_b = size.params_b    ? *size.params_b
                          : row != nullptr ? row->params_b
                                           : *said.params_b;
  double active_b = params_b;
  if (size.active_params_b)
    active_b = *size.active_params_b;
  else if (row != nullptr && row->active_params_b > 0)
    active_b = std::min(params_b, row->active_params_b);
  else if (row == nullptr && said.active_params_b)
    active_b = std::min(params_b, *said.active_params_b);
  if (!(active_b <= params_b))
    return Fault{"active_params_b", "at most params_b", std::to_string(active_b), ""};

  LanguageModel m = row != nullptr ? shape_of(*row) : guessed(params_b, active_b);
  m.params_b = params_b;
  m.active_params_b = active_b;
  const double chosen = m.experts > 0 ? m.experts_per_token / m.experts : 1;
  if (chosen < 1 && active_b < params_b)
    m.expert_params_b = std::min(params_b, (params_b - active_b) / (1 - chosen));
  if (m.expert_params_b <= 0) m.experts = m.experts_per_token = m.expert_layers = 0;
  if (!m.known && m.experts > 0)
    m.ffn = std::max(1.0, m.expert_params_b * kGiga / (3 * m.expert_layers * m.experts * m.hidden));
  return m;
}

std::string model_family(std::string_view name) {
  const std::string id = plain(name);
  std::size_t end = 0;
  while (end < id.size() && id[end] >= 'a' && id[end] <= 'z') ++end;
  const std::string first = id.substr(0, end);
  for (const std::string_view family :
       {"llama", "qwen", "mixtral", "mistral", "gemma", "deepseek", "nemotron", "falcon"}) {
    if (id.find(family) != std::string::npos) return std::string(family);
  }
  return first.empty() ? id : first;
}

double cache_bytes_per_token(const LanguageModel& model, double bytes_per_element) {
  return model.attention_layers * model.cache_elements * bytes_per_element;
}

}  // namespace dure
