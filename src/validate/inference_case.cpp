#include "validate/inference_case.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace dure {
namespace {

// Beyond these no answer is meant.
constexpr double kMostTokens = 1e8, kMostGpus = 1e5, kMostSequences = 1e7;

bool has(std::string_view text, std::string_view word) {  // text in small letters
  return text.find(word) != std::string_view::npos;
}

std::string letters(std::string_view text) {  // and digits, small
  std::string out;
  for (const char c : lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

// By its name; else the longest name that is in it: "NVIDIA H100 80GB HBM3" is H100.
const InferenceGpuSpec* gpu_of(const std::vector<InferenceGpuSpec>& gpus, std::string_view name) {
  const std::string id = letters(name);
  const InferenceGpuSpec* best = nullptr;
  std::size_t longest = 0;
  const auto take = [&](const InferenceGpuSpec& g, std::string_view known) {
    const std::string word = letters(known);
    if (word.empty() || word.size() <= longest || !has(id, word)) return;
    best = &g;
    longest = word.size();
  };
  for (const InferenceGpuSpec& g : gpus) {
    take(g, g.id);
    for (const std::string& other : g.also) take(g, other);
  }
  return best;
}

// The number after `word`, of "n_embd=8192 n_expanded=28672".
std::optional<double> number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  double value = 0;
  const char* const from = text.data() + at + word.size();
  const auto [end, error] = std::from_chars(from, text.data() + text.size(), value);
  if (error != std::errc{} || !(value > 0)) return std::nullopt;
  return value;
}

InferencePart part_of(const InferenceRow& r, const std::string& engine, const std::string& suite,
                      const std::string& scenario) {
  if (r.op_time_ms || r.op_tokens || begins(suite, "vidur")) return InferencePart::operators;
  if (begins(suite, "mlperf") || same_word(scenario, "offline") || same_word(scenario, "server") ||
      same_word(scenario, "interactive"))
    return InferencePart::mlperf;
  if (begins(suite, "splitwise") || has(engine, "fastgen") || has(engine, "deepspeed"))
    return InferencePart::splitwise;
  if (has(engine, "tensorrt") || has(engine, "trt")) {
    const bool whole =
        has(scenario, "static") || has(scenario, "first-token") || has(suite, "static");
    return whole ? InferencePart::trtllm_static : InferencePart::trtllm_inflight;
  }
  return InferencePart::vllm;
}

std::string engine_of(const InferenceRow& r, InferencePart part) {
  switch (part) {
    case InferencePart::operators: return "kernels";
    case InferencePart::mlperf: return "mlperf";
    case InferencePart::splitwise: return "prototype";
    case InferencePart::vllm: return "vllm";
    case InferencePart::trtllm_inflight: return "trtllm_pytorch";
    case InferencePart::trtllm_static: break;
  }
  // 0.5 and 0.6 are of 2023; from 0.8 on heads that share a cache read it once.
  double version = 0;
  std::from_chars(r.release.data(), r.release.data() + r.release.size(), version);
  const bool early = has(r.release, "2023") || (version > 0 && version < 0.7);
  return early ? "trtllm_2023" : "trtllm_2024";
}

WeightPrecision precision_of(const InferenceRow& r, InferencePart part, const InferenceGpuSpec& gpu,
                             const std::string& engine) {
  if (part == InferencePart::operators) return WeightPrecision::bf16;
  if (part == InferencePart::mlperf) {
    if (gpu.fp4_dense_tflops > 0 && has(engine, "tensorrt")) return WeightPrecision::fp4;
    if (gpu.fp8_dense_tflops > 0) return WeightPrecision::fp8;
  }
  const std::string said = lower(r.precision.empty() ? r.model : r.precision);
  for (const std::string_view w : {"fp4", "int4", "w4", "awq", "gptq", "4bit"}) {
    if (has(said, w)) return WeightPrecision::fp4;
  }
  for (const std::string_view w : {"fp8", "int8", "w8", "8bit"}) {
    if (has(said, w)) return WeightPrecision::fp8;
  }
  return WeightPrecision::bf16;
}

std::string workload_of(const InferenceRow& r, InferencePart part, const std::string& suite,
                        const std::string& scenario) {
  if (part == InferencePart::mlperf)
    return has(lower(r.model), "gpt")   ? "summarise_beams"
           : has(lower(r.model), "70b") ? "open_questions"
                                        : "summarise";
  if (has(suite, "fim") || has(scenario, "fim") || has(suite, "code") || has(scenario, "code"))
    return "code";
  return "chat";
}

struct Layout {
  double replicas = 1, gpus = 1;
  AttentionLayout attention = AttentionLayout::shared;
};
Layout layout_of(const InferenceRow& r, InferencePart part, const LanguageModel& m,
                 const InferenceGpuSpec& gpu, double bytes_per_parameter) {
  Layout out;
  const double tp = r.tp.value_or(1) * r.pp.value_or(1), ep = r.ep.value_or(1),
               dp = r.dp.value_or(1);
  const double all = std::min(kMostGpus, std::floor(r.n_gpus.value_or(std::max(tp, ep))));
  const bool sparse = m.expert_params_b > 0;
  if (part == InferencePart::mlperf && !r.tp) {
    const double n = gpus_for_weights(gpu, m.params_b * 1e9 * bytes_per_parameter);
    out.gpus = std::min(n, 1e4);
    out.replicas = std::max(1.0, all / n);
    return out;
  }
  if (sparse && std::max(ep, tp) > 1) {
    out.gpus = std::min(all, std::max({tp, ep, 1.0}));
    const bool apart = dp > 1 && ep > 1;
    // TensorRT-LLM's tables: experts spread and attention apart inside what is called tp.
    if (apart || part == InferencePart::trtllm_inflight) out.attention = AttentionLayout::apart;
  } else if (tp > 1 || dp > 1) {
    out.gpus = std::min(all, tp);
  } else {
    out.gpus = all;
  }
  out.gpus = std::max(1.0, out.gpus);
  out.replicas = std::max(1.0, all / out.gpus);
  return out;
}

// Products of a layer that `op` names; all four where it names none.
void operators_of(const InferenceRow& r, InferenceCase& c) {
  const LanguageModel& m = c.model;
  const double h = number_after(r.note, "n_embd=").value_or(m.hidden);
  const double wide = number_after(r.note, "n_expanded=").value_or(m.ffn);
  const std::string op = lower(r.op);
  const std::pair<std::string_view, double> products[] = {
      {"qkv", h * (h + 2 * m.kv_heads * m.head_dim)},
      {"out", h * h},
      {"up", h * wide * (m.gated ? 2 : 1)},
      {"down", h * wide}};
  bool named = false;
  for (const auto& [word, parameters] : products) named = named || has(op, word);
  for (const auto& [word, parameters] : products) {
    if (named && !has(op, word)) continue;
    c.op_parameters += parameters;
    ++c.op_kernels;
  }
  const double tp = std::min(kMostGpus, std::max(1.0, r.tp.value_or(r.n_gpus.value_or(1))));
  c.op_parameters /= tp;
  c.op_tokens = r.op_tokens.value_or(1);
  c.gpus = tp;
}

// Finds a row by its id, or the first: what is not known is served as the list begins.
template <class Row>
const Row& row_or_first(const std::vector<Row>& rows, std::string_view id) {
  for (const Row& row : rows) {
    if (row.id == id) return row;
  }
  return rows.front();
}

std::optional<double> within(std::optional<double> v, double most) {
  return v ? std::optional(std::min(*v, most)) : v;
}

// Of one replica. Weights that have no room are answered as one request: the layout is not theirs.
ServingLoad load_of(const InferenceSpec& spec, const InferenceCase& c, const InferenceStep& step) {
  const InferenceWorkloadSpec& workload = row_or_first(spec.workloads, c.workload);
  ServingLoad load;
  load.prompt_tokens = c.prompt_tokens.value_or(workload.prompt_tokens);
  load.output_tokens = c.output_tokens.value_or(workload.output_tokens);
  load.beams = workload.beams;
  if (c.sequences) {
    load.sequences = std::max(1.0, *c.sequences / c.replicas);
  } else if (!c.one_batch) {
    // MLPerf's engines let caches grow; the others keep room for the whole output.
    const double kept = c.part == InferencePart::mlperf ? 0.5 * load.beams : 1;
    auto fit = sequences_that_fit(step, load.prompt_tokens + kept * load.output_tokens);
    if (fit) load.sequences = fit.value();
  }
  if (c.interactive && workload.token_limit_ms > 0)
    load.sequences =
        sequences_within(step, load, 1e-3 * workload.token_limit_ms * spec.law.interactive_share);
  return load;
}

}  // namespace

std::string_view part_name(InferencePart part) {
  switch (part) {
    case InferencePart::vllm: return "vllm";
    case InferencePart::trtllm_static: return "trtllm_static";
    case InferencePart::trtllm_inflight: return "trtllm_inflight";
    case InferencePart::mlperf: return "mlperf";
    case InferencePart::splitwise: return "splitwise";
    case InferencePart::operators: break;
  }
  return "operators";
}

Result<InferenceCase> inference_case(const InferenceRow& row,
                                     const std::vector<InferenceGpuSpec>& gpus,
                                     const std::vector<LanguageModelSpec>& models) {
  InferenceCase c;
  c.gpu = gpu_of(gpus, row.gpu);
  if (c.gpu == nullptr) return Fault{"gpu", "an accelerator of models/inference.yaml", row.gpu, ""};
  TRY(model, language_model(models, row.model, {row.params_b, row.active_params_b}));
  c.model = model;
  c.family = model_family(row.model);
  const std::string engine = lower(row.engine), suite = lower(row.suite),
                    scenario = lower(row.scenario);
  c.part = part_of(row, engine, suite, scenario);
  c.engine = engine_of(row, c.part);
  c.workload = workload_of(row, c.part, suite, scenario);
  c.precision = precision_of(row, c.part, *c.gpu, engine);
  if (c.part == InferencePart::operators) {
    operators_of(row, c);
    return c;
  }
  const Layout layout = layout_of(row, c.part, c.model, *c.gpu, weight_bytes(c.precision));
  c.gpus = layout.gpus;
  c.replicas = layout.replicas;
  c.attention = layout.attention;
  c.prompt_tokens = within(row.prompt_tokens, kMostTokens);
  c.output_tokens = within(row.output_tokens, kMostTokens);
  c.sequences = within(row.batch_mean ? row.batch_mean : row.batch_limit, kMostSequences);
  c.one_batch = c.part == InferencePart::trtllm_static || c.part == InferencePart::splitwise ||
                has(scenario, "static");
  c.server = same_word(scenario, "server");
  c.interactive = same_word(scenario, "interactive");
  c.half_power = has(lower(row.note), "pcap");
  return c;
}

std::vector<Measured> measured(const InferenceRow& r) {
  using Q = InferenceQuantity;
  std::vector<Measured> out;
  const auto add = [&](Q q, std::optional<double> value) {
    if (value) out.push_back({q, *value});
  };
  if (r.tokens_per_s_per_gpu)
    add(Q::tokens_per_s, r.tokens_per_s_per_gpu);
  else if (r.tokens_per_s_total)
    add(Q::tokens_per_s, *r.tokens_per_s_total / r.n_gpus.value_or(1));
  add(Q::prefill_ms, r.prefill_ms ? r.prefill_ms : r.ttft_ms);
  add(Q::token_ms, r.itl_median_ms);
  add(Q::p90_ms, r.itl_p90_ms);
  add(Q::p99_ms, r.itl_p99_ms);
  add(Q::step_ms, r.token_step_ms);
  add(Q::e2e_ms, r.e2e_ms);
  add(Q::op_ms, r.op_time_ms);
  return out;
}

std::optional<double> inference_answer(const InferenceSpec& spec, const InferenceCase& c,
                                       InferenceQuantity quantity) {
  using Q = InferenceQuantity;
  InferenceSetup s;
  s.gpu = c.gpu;
  s.generation = &row_or_first(spec.generations, c.gpu->generation);
  s.engine = &row_or_first(spec.engines, c.engine);
  s.law = &spec.law;
  s.model = c.model;
  s.gpus = c.gpus;
  s.attention = c.attention;
  s.precision = c.precision;
  s.clock = c.half_power ? spec.law.half_power_clock : 1;
  const auto number = [](double v) {
    return std::isfinite(v) && v > 0 ? std::optional(v) : std::nullopt;
  };
  if ((quantity == Q::op_ms) != (c.part == InferencePart::operators)) return std::nullopt;
  if (quantity == Q::op_ms)
    return number(1e3 * product_s(s, c.op_tokens, c.op_parameters, c.op_kernels));
  auto made = InferenceStep::make(s);
  if (!made) return std::nullopt;
  const InferenceStep& step = made.value();
  const ServingLoad load = load_of(spec, c, step);
  if (c.one_batch) {
    const StaticBatch batch = static_batch(step, load);
    switch (quantity) {
      case Q::tokens_per_s:
        return number(load.sequences * load.output_tokens / batch.total_s / c.gpus);
      case Q::prefill_ms: return number(1e3 * batch.prompt_s);
      case Q::e2e_ms: return number(1e3 * batch.total_s);
      default: return number(1e3 * batch.token_s);
    }
  }
  const StepWork first{load.prompt_tokens, load.prompt_tokens / 2, load.sequences - 1,
                       load.prompt_tokens + load.output_tokens / 2};
  switch (quantity) {
    case Q::tokens_per_s:
      return number(steady_tokens_per_s(step, load) / c.gpus *
                    (c.server ? spec.law.server_share : 1));
    case Q::prefill_ms: return number(step.ms(first));
    case Q::p90_ms: return number(1e3 * gap_s(step, load, GapQuantile::p90));
    case Q::p99_ms: return number(1e3 * gap_s(step, load, GapQuantile::p99));
    case Q::e2e_ms:
      return number(step.ms(first) + 1e3 * load.output_tokens * steady_step_s(step, load));
    default: return number(1e3 * gap_s(step, load, GapQuantile::median));
  }
}

}  // namespace dure
