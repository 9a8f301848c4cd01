#include "physics/training_step.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace dure {
namespace {

constexpr double kTera = 1e12, kGiga = 1e9;
constexpr double kReferenceWatts = 0.7;         // for each TFLOP/s: H100's 700 W
constexpr double kReferencePeak = 312 * kTera;  // A100's: crowding is counted at it
constexpr double kReferenceEfficiency = 0.68;   // at which attention_efficiency is counted
constexpr double kFp4Year = 2025.3;             // before it no release trained in FP4
constexpr double kBytes = 2;                    // of an element on the wire

double smooth_max(double a, double b, double power) {
  const double most = std::max(a, b);
  if (most <= 0) return 0;
  return most * std::pow(1 + std::pow(std::min(a, b) / most, power), 1 / power);
}

bool holds(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}
bool starts(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && holds(text.substr(0, word.size()), word);
}

// Products on one GPU: peaks reached, and how much slower small ones are.
struct Arithmetic {
  double plain = 0, low = 0, attention = 0;  // FLOP/s
  double crowding = 0, low_crowding = 0;
  bool is_low = false;
};
Arithmetic arithmetic(const TrainingLawSpec& law, const TrainingSoftwareSpec& software,
                      const TrainingGpuSpec& gpu, TrainingPrecision precision, double year) {
  const double peak = gpu.bf16_dense_tflops * kTera;
  const double watts = gpu.limit_w / gpu.bf16_dense_tflops / kReferenceWatts;
  const double reached =
      std::min(law.efficiency * std::pow(watts, law.efficiency_exponent), law.efficiency_most) *
      (gpu.stack == TrainingStack::nvidia ? 1
       : gpu.stack == TrainingStack::amd  ? law.amd_share
                                          : law.other_share);
  const double since = year - law.reference_year;
  Arithmetic a;
  a.plain = a.low = peak * reached;
  a.attention = peak * software.attention_efficiency * reached / kReferenceEfficiency;
  if (software.faster_per_year > 0) a.attention *= std::exp(law.attention_faster_per_year * since);
  a.crowding = a.low_crowding = software.crowding_elements * peak / kReferencePeak;
  const bool has_fp8 = gpu.fp8_dense_tflops > gpu.bf16_dense_tflops;
  const bool has_fp4 = has_fp8 && gpu.fp4_dense_tflops > 1.5 * gpu.fp8_dense_tflops;
  const bool fp4 = has_fp4 && (precision == TrainingPrecision::fp4 ||
                               (precision == TrainingPrecision::lowest && year >= kFp4Year));
  if (precision == TrainingPrecision::bf16 || !has_fp8) return a;
  a.is_low = true;
  const double share = fp4                                     ? law.fp4_share
                       : precision == TrainingPrecision::mxfp8 ? law.fp8_share * law.mxfp8_share
                       : precision == TrainingPrecision::fp8_rowwise
                           ? law.fp8_share * law.rowwise_share
                           : law.fp8_share;
  a.low = (fp4 ? gpu.fp4_dense_tflops : gpu.fp8_dense_tflops) * kTera * reached * share *
          std::exp(law.low_faster_per_year * since);
  a.low_crowding = a.crowding * law.low_crowding;
  return a;
}

}  // namespace

const TrainingGpuSpec* training_gpu(const TrainingSpec& spec, std::string_view name) {
  const TrainingGpuSpec* best = nullptr;
  for (const TrainingGpuSpec& gpu : spec.gpus) {
    if (holds(name, gpu.id) && (best == nullptr || gpu.id.size() > best->id.size())) best = &gpu;
  }
  return best;
}

ModelShape model_shape(const TrainingSpec& spec, const TrainingSoftwareSpec& software,
                       const TrainedModel& model) {
  const TrainingFamilySpec* family = nullptr;
  for (const TrainingFamilySpec& f : spec.families) {
    if (starts(model.name, f.id) && (family == nullptr || f.id.size() > family->id.size()))
      family = &f;
  }
  ModelShape s;
  s.params = model.params_b * kGiga;
  s.active_params =
      model.active_params_b > 0 ? std::min(model.active_params_b * kGiga, s.params) : s.params;
  // 12 h^2 parameters a layer, and 32 layers at 8 x 10^9: the usual ratio of width to depth.
  s.layers = model.layers > 0 ? model.layers
                              : std::max(6.0, std::round(32 * std::cbrt(s.active_params / 8e9)));
  s.hidden =
      model.hidden > 0
          ? model.hidden
          : 128 * std::max(1.0, std::round(std::sqrt(s.active_params / 12 / s.layers) / 128));
  s.heads = model.heads > 0 ? model.heads : std::max(1.0, std::round(s.hidden / 128));
  s.vocabulary = family != nullptr ? family->vocabulary_tokens : 128'000;
  const bool tied = software.ties_embeddings || (family != nullptr && family->tied);
  s.embedding_params = std::min((tied ? 1 : 2) * s.vocabulary * s.hidden, 0.5 * s.active_params);
  double active_experts = 0;
  if (s.active_params < s.params) {
    // Attention with grouped heads has about 2.5 h^2 parameters; what else is active are experts.
    const double outside =
        std::min(2.5 * s.hidden * s.hidden * s.layers + s.embedding_params, 0.6 * s.active_params);
    active_experts = s.active_params - outside;
    s.expert_params = s.params - outside;
    s.active_expert_params = active_experts;
    const bool known = family != nullptr && family->experts > 0;
    s.experts = known ? family->experts : spec.law.experts;
    s.experts_a_token =
        known && family->experts_a_token > 0 ? family->experts_a_token : spec.law.experts_a_token;
    s.experts = std::max(s.experts, s.experts_a_token);
    s.expert_layers = std::max(1.0, s.layers - (family != nullptr ? family->dense_layers : 0));
    s.expert_width = active_experts / (3 * s.hidden * s.expert_layers * s.experts_a_token);
  }
  const double body = std::max(s.active_params - s.embedding_params, 0.5 * s.active_params);
  s.layer_params = std::max(body - active_experts, 0.05 * body);
  return s;
}

bool within_training_reach(const ModelShape& s, const TrainingRun& run, const TrainingLayout& l) {
  const auto in = [](double v, double least, double most) { return v >= least && v <= most; };
  return in(s.params, 1e5, 1e16) && in(s.active_params, 1e5, 1e16) && in(s.layers, 1, 1e5) &&
         in(s.hidden, 1, 1e7) && in(s.heads, 1, 1e6) && in(run.sequence_tokens, 1, 1e9) &&
         in(run.batch_seqs, 1, 1e9) && in(l.gpus, 1, 1e7) && in(l.tp, 1, 1e6) && in(l.pp, 1, 1e6) &&
         in(l.cp, 1, 1e6) && in(l.ep, 1, 1e6) && in(l.virtual_stages, 1, 1e6) &&
         in(l.microbatch_seqs, 1e-6, 1e9) && in(l.dp(), 1e-6, 1e7);
}

TrainingStep training_step(const TrainingLawSpec& law, const TrainingSoftwareSpec& software,
                           const TrainingGpuSpec& gpu, const ModelShape& s, const TrainingRun& run,
                           const TrainingLayout& l) {
  const double year =
      std::clamp(run.year > 0 ? run.year : law.reference_year, 2017.0, law.reference_year + 3);
  const Arithmetic a = arithmetic(law, software, gpu, run.precision, year);
  const bool lora = run.method == TrainingMethod::lora;
  const double dp = std::max(1.0, l.dp());
  const double m = std::max(1.0, l.microbatches(run.batch_seqs));
  const double tokens = l.microbatch_seqs * run.sequence_tokens / l.cp;  // of a GPU, a microbatch
  const double bandwidth = gpu.memory_tb_per_s * kTera;
  const double network = gpu.network_gbit_per_s * kGiga / 8;
  const double link = std::max(gpu.scaleup_gb_per_s * kGiga, network);
  const auto wire = [&](double ranks) { return ranks <= gpu.scaleup_gpus ? link : network; };

  // One microbatch, all layers on one stage.
  const double passes = 1 + run.recompute / 3;
  const double product_passes = lora ? law.lora_share + run.recompute / 3 : passes;
  const double width = tokens * s.hidden / l.tp;
  const auto products_s = [&](double flops, double elements, bool low) {
    const double crowding = low ? a.low_crowding : a.crowding;
    return flops / (low ? a.low : a.plain) * (1 + crowding / std::max(elements, 1.0));
  };
  TrainingStep t;
  t.products_s = products_s(6 * s.layer_params * tokens / l.tp, width, a.is_low) * product_passes;
  t.attention_s = 12 * tokens * run.sequence_tokens * s.hidden * software.causal_share / l.tp *
                  s.layers / a.attention * (passes + run.recompute_scores / 3);
  const double moved =
      software.activation_bytes + software.split_bytes / l.tp + (a.is_low ? law.low_bytes : 0);
  t.memory_s = s.layers *
               (tokens * s.hidden * moved +
                software.score_bytes * tokens * run.sequence_tokens * s.heads / l.tp) /
               bandwidth * passes;
  const double block = kBytes * tokens * s.hidden;  // one activation
  t.tensor_s =
      s.layers * software.tensor_exposed * 4 * passes * block * (l.tp - 1) / l.tp / wire(l.tp);
  double floor_s = 1e-3 * software.layer_launch_ms * (1 + software.launch_per_rank * (l.tp - 1)) *
                   passes * s.layers;
  if (s.mixture()) {
    const double each = tokens * s.experts_a_token * l.ep / s.experts;  // tokens of one expert
    t.experts_s = products_s(6 * s.active_expert_params * tokens / l.tp,
                             each * std::min(s.expert_width, s.hidden), a.is_low) /
                  law.expert_share * product_passes;
    t.memory_s += s.expert_layers * tokens * s.experts_a_token * s.hidden * law.expert_bytes /
                  bandwidth * passes;
    const double domains = l.ep * l.tp / gpu.scaleup_gpus;
    const double copies = domains <= 1 ? s.experts_a_token : std::min(s.experts_a_token, domains);
    t.exchange_s = s.expert_layers * law.exchange_exposed * 4 * passes * block * copies *
                   (l.ep - 1) / l.ep / wire(l.ep * l.tp);
    floor_s += (1e-3 * law.expert_launch_ms + 1e-6 * law.expert_each_us * s.experts / l.ep) *
               s.expert_layers * passes;
  }
  const double work =
      t.products_s + t.experts_s + t.attention_s + t.memory_s + t.tensor_s + t.exchange_s;
  t.launch_s = smooth_max(work, floor_s, 6) - work;
  t.head_s =
      products_s(6 * s.vocabulary * s.hidden * tokens / l.tp, width, false) * (lora ? 2.0 / 3 : 1) +
      software.head_bytes * tokens * s.vocabulary / l.tp / bandwidth;
  t.handover_s = l.pp > 1 ? law.handover_exposed * l.virtual_stages * 2 * block / network : 0;

  // All microbatches through the pipeline.
  const bool interleaved = l.virtual_stages > 1;
  const double layers_s = (work + t.launch_s) / l.pp;
  if (interleaved) t.head_s /= l.pp;
  t.bubble_s = (interleaved ? law.bubble_share : 1) * (l.pp - 1) / l.virtual_stages *
               (layers_s + (interleaved ? t.head_s : 0) + t.handover_s);
  for (double* part : {&t.products_s, &t.experts_s, &t.attention_s, &t.memory_s, &t.tensor_s,
                       &t.exchange_s, &t.launch_s})
    *part *= m / l.pp;
  t.head_s *= m;
  t.handover_s *= m;
  const double compute_s = m * layers_s + t.head_s + t.handover_s + t.bubble_s;

  // Between the data-parallel ranks.
  const double whole = std::max(s.params - s.expert_params, 0.0) / (l.tp * l.pp);
  const double apart = s.expert_params / (l.ep * l.tp * l.pp);
  const double data_wire = wire(std::min(dp * l.tp, l.gpus));
  if (run.shards_weights && dp > 1) {
    const double gather_s =
        law.gather_exposed * (whole + apart) * kBytes * m * (2 + run.recompute) / data_wire;
    t.gather_s = smooth_max(compute_s, gather_s, 3) - compute_s;
  }
  if (!lora) {
    if (dp > 1)
      t.data_s = software.data_exposed * 3 * 2 * ((dp - 1) / dp * whole + (dp > l.ep ? apart : 0)) /
                 data_wire;
    t.optimizer_s = (whole + apart) * software.optimizer_bytes / bandwidth /
                    (software.shards_optimizer ? dp : 1);
  }
  t.fixed_s = 1e-3 * law.fixed_ms;

  const double faster = software.faster_per_year <= 0 ? 0
                        : s.mixture()                 ? law.experts_faster_per_year
                                                      : software.faster_per_year;
  const double all = software.pace * std::exp(-faster * (year - law.reference_year)) *
                     (1 + law.sync_per_doubling * std::log2(std::max(1.0, l.gpus / 8)));
  for (double* part : {&t.products_s, &t.experts_s, &t.attention_s, &t.memory_s, &t.head_s,
                       &t.tensor_s, &t.exchange_s, &t.handover_s, &t.launch_s, &t.bubble_s,
                       &t.gather_s, &t.data_s, &t.optimizer_s, &t.fixed_s}) {
    *part = std::max(*part, 0.0) * all;
    t.step_s += *part;
  }
  return t;
}

}  // namespace dure
