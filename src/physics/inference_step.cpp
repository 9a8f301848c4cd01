#include "physics/inference_step.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kGiga = 1e9, kTera = 1e12, kMicro = 1e-6, kNano = 1e-9;
constexpr double kElementBytes = 2;  // of activations
constexpr double kA100Tflops = 312;
constexpr double kLargeMessage = 3.4e7, kMessageUnit = 16384;  // bytes
constexpr double kMostCompute = 0.9, kMostMemory = 0.95;       // of a peak, by any software

// x where it is far below most; never above it.
double at_most(double x, double most, int knee) {
  return x / std::pow(1 + std::pow(x / most, knee), 1.0 / knee);
}
double compute_efficiency(const InferenceSetup& s) {
  return s.generation->compute_share *
         at_most(s.law->compute_efficiency * s.engine->compute_factor, kMostCompute, 6);
}
double memory_efficiency(const InferenceSetup& s) {
  return s.generation->memory_share *
         at_most(s.law->memory_efficiency * s.engine->memory_factor, kMostMemory, 8);
}

struct Arithmetic {  // of one GPU, for these weights: FP4 and FP8 where it has them
  double peak = 0, share = 1;
};
Arithmetic arithmetic(const InferenceSetup& s) {
  const InferenceGpuSpec& g = *s.gpu;
  if (s.precision == WeightPrecision::fp4 && g.fp4_dense_tflops > 0)
    return {g.fp4_dense_tflops * kTera, s.generation->fp4_share};
  if (s.precision != WeightPrecision::bf16 && g.fp8_dense_tflops > 0)
    return {g.fp8_dense_tflops * kTera, s.generation->fp8_share};
  return {g.bf16_dense_tflops * kTera, 1};
}

}  // namespace

double weight_bytes(WeightPrecision precision) {
  switch (precision) {
    case WeightPrecision::fp8: return 1;
    case WeightPrecision::fp4: return 0.5;
    case WeightPrecision::bf16: break;
  }
  return 2;
}

double StepCost::total_s() const {
  const double both =
      std::max(arithmetic_s, weights_s) + overlap_cost * std::min(arithmetic_s, weights_s);
  return both * (1 + imbalance) + caches_s + attention_s + moved_s + exchanged_s + host_s;
}

StepTimes StepCost::times() const {
  StepTimes t;
  t.compute_s = arithmetic_s + attention_s;
  t.memory_s = weights_s + caches_s + moved_s;
  t.overlap_cost = overlap_cost;
  t.rest_s = std::max(0.0, total_s() - step_s(t));
  return t;
}

Result<InferenceStep> InferenceStep::make(const InferenceSetup& s) {
  CHECK(s.gpu != nullptr && s.generation != nullptr && s.engine != nullptr && s.law != nullptr);
  if (!(s.gpus >= 1 && s.gpus <= 1e6))
    return Fault{"gpus", "1 to 1,000,000", std::to_string(s.gpus), ""};
  if (!(s.clock > 0 && s.clock <= 1))
    return Fault{"clock", "above 0, at most 1", std::to_string(s.clock), ""};
  if (!(s.model.params_b > 0 && s.model.layers >= 1))
    return Fault{"model", "a model with parameters and layers", "none", ""};
  const InferenceEngineSpec& e = *s.engine;
  const InferenceLawSpec& law = *s.law;
  const LanguageModel& m = s.model;
  const double n = s.gpus;
  const bool apart = s.attention == AttentionLayout::apart && n > 1;
  const bool sparse = m.expert_params_b > 0;
  const bool fp8_experts = sparse && s.precision == WeightPrecision::fp8;
  const double bandwidth = s.gpu->memory_tb_per_s * kTera;
  const double weights_bw = bandwidth * memory_efficiency(s);
  const double bytes = weight_bytes(s.precision);

  InferenceStep t;
  t.setup_ = s;
  const Arithmetic units = arithmetic(s);
  t.peak_ = units.peak;
  t.doublings_ = std::log2(n);
  t.chosen_ = sparse ? m.experts_per_token / m.experts : 0;
  t.touched_base_ = std::log1p(-std::min(t.chosen_, 0.999));
  t.spread_ =
      sparse ? law.spread * 0.56 * std::pow(t.doublings_, 0.85) * std::sqrt(n / m.experts) : 0;
  const double dense = (m.params_b - m.expert_params_b) * kGiga,
               experts = m.expert_params_b * kGiga;
  t.weights_bytes_ = bytes * (dense * (apart ? n : 1) + experts);
  t.dense_read_s_ = bytes * dense / ((apart ? 1 : n) * weights_bw);
  t.expert_read_s_ = bytes * experts / (law.expert_memory * n * weights_bw);

  const double rate = n * units.peak * units.share * compute_efficiency(s) * s.clock;
  double expert_work = 0;
  if (sparse)
    expert_work = experts * t.chosen_ * (1 + law.expert_width / m.ffn) / law.expert_efficiency /
                  (fp8_experts ? e.fp8_expert_share : 1);
  t.token_s_ = 2 * (dense + expert_work) / rate;
  t.waiting_token_s_ = apart && e.replicas_wait ? (n - 1) * t.token_s_ : 0;

  t.cache_bytes_ = s.precision == WeightPrecision::bf16 ? kElementBytes : e.cache_bytes;
  t.cache_share_ = apart ? 1 / n : m.latent ? 1 : 1 / std::min(n, std::max(1.0, m.kv_heads));
  t.cache_per_token_ = n * t.cache_share_ * dure::cache_bytes_per_token(m, t.cache_bytes_);
  const double cache_bw = bandwidth * law.cache_efficiency;
  t.full_layers_ = m.attention_layers - m.local_layers;
  t.cache_token_s_ = m.cache_elements * t.cache_bytes_ * t.cache_share_ / cache_bw;
  t.head_token_s_ =
      m.latent ? 0
               : 2 * m.heads * m.head_dim / n * e.head_share /
                     (std::sqrt(s.gpu->bf16_dense_tflops / kA100Tflops) * law.head_rate * kTera);
  t.state_s_ = m.state_elements * kElementBytes * law.state_passes / n / cache_bw;
  t.attended_s_ = 4 * m.heads * m.head_dim /
                  ((apart && e.replicas_wait ? 1 : n) * s.gpu->bf16_dense_tflops * kTera *
                   law.attention_efficiency * s.clock);

  t.moved_token_s_ =
      kElementBytes *
      (law.activations * m.hidden * m.layers / (apart ? n : 1) +
       law.expert_activations * m.experts_per_token * (m.hidden + m.ffn) * m.expert_layers / n) /
      weights_bw;
  if (n > 1) {
    const double each = kElementBytes * m.hidden;  // bytes of a token
    t.hop_s_ = 2 * m.layers * kMicro * (law.hop_us + law.doubling_us * t.doublings_);
    t.link_token_s_ =
        2 * m.layers * 2 * (n - 1) / n * each / (s.gpu->link_gb_per_s / 2 * kGiga * e.link_share);
    t.large_from_ = kLargeMessage / each;
    t.large_token_s_ =
        n > 2 ? 2 * m.layers * e.large_message_ns * kNano * (n - 2) * each / kMessageUnit : 0;
  }
  t.step_s_ =
      e.step_ms * 1e-3 +
      kMicro * (m.layers * e.layer_us +
                m.expert_layers * (e.expert_layer_us + (fp8_experts ? e.fp8_expert_layer_us : 0)));
  t.sequence_s_ = kMicro * e.sequence_us / (apart ? n : 1);
  t.prompt_s_ = kMicro * (m.layers * e.prompt_layer_us +
                          m.expert_layers * (e.prompt_expert_layer_us +
                                             (fp8_experts ? e.prompt_fp8_expert_layer_us : 0)) +
                          (m.layers - m.attention_layers) * e.prompt_state_layer_us);
  return t;
}

StepCost InferenceStep::cost(const StepWork& w) const {
  const LanguageModel& m = setup_.model;
  const InferenceLawSpec& law = *setup_.law;
  const double tokens = w.prompt_tokens + w.sequences * w.tokens_each;
  const auto layers_of = [&](double looked_at) {  // layers x tokens, windows looked at no further
    const double local = m.window_tokens > 0 ? std::min(looked_at, m.window_tokens) : looked_at;
    return full_layers_ * looked_at + m.local_layers * local;
  };
  StepCost c;
  c.overlap_cost = law.overlap_cost;
  c.arithmetic_s = tokens * token_s_ + w.prompt_tokens * waiting_token_s_;
  c.weights_s = dense_read_s_;
  if (expert_read_s_ > 0) {
    const double p = -std::expm1(tokens * touched_base_);
    c.weights_s += expert_read_s_ * std::min(1.0, p + spread_ * std::sqrt(p * (1 - p)));
    c.imbalance = law.imbalance_share * doublings_;
  }
  c.caches_s =
      w.sequences * (layers_of(w.context_tokens) * std::max(cache_token_s_, head_token_s_));
  c.caches_s += w.sequences * state_s_;
  c.attention_s = w.prompt_tokens * layers_of(w.attended_tokens) * attended_s_;
  c.moved_s = tokens * moved_token_s_;
  c.exchanged_s =
      hop_s_ + tokens * link_token_s_ + std::max(0.0, tokens - large_from_) * large_token_s_;
  c.host_s = step_s_ + w.sequences * sequence_s_ + (w.prompt_tokens > 0 ? prompt_s_ : 0);
  return c;
}

double InferenceStep::prefill_ms(double tokens, double context) const {
  return tokens > 0 ? ms({tokens, context + tokens / 2, 0, 0}) : 0;
}

double InferenceStep::decode_ms(double sequences, double kv_tokens) const {
  return sequences > 0 ? ms({0, 0, sequences, kv_tokens / sequences}) : 0;
}

double product_s(const InferenceSetup& s, double tokens, double parameters, double kernels) {
  const double c =
      2 * tokens * parameters / (s.gpu->bf16_dense_tflops * kTera * compute_efficiency(s));
  const double m =
      parameters * kElementBytes / (s.gpu->memory_tb_per_s * kTera * memory_efficiency(s));
  return std::max(c, m) + s.law->overlap_cost * std::min(c, m) +
         kernels * s.law->kernel_us * kMicro;
}

}  // namespace dure
