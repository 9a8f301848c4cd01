#include "physics/inference_pace.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kGiga = 1e9;
constexpr double kWeightsShare = 0.76;  // of the memory: 0.95 of what is usable, a fifth for caches

double mean_context(const ServingLoad& load) { return load.prompt_tokens + load.output_tokens / 2; }

StepWork work(const ServingLoad& load, double prompts) {
  return {prompts * load.prompt_tokens, load.prompt_tokens / 2, load.sequences * load.beams,
          mean_context(load)};
}
double step_of(const InferenceStep& step, const ServingLoad& load, double prompts) {
  return step.cost(work(load, prompts)).total_s();
}
double prompts_a_step(const ServingLoad& load) {
  CHECK(load.sequences > 0 && load.output_tokens > 0);
  return load.sequences / load.output_tokens;
}

std::string bytes_text(double bytes) {
  const bool large = bytes >= 1e12;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %s", bytes / (large ? 1e12 : kGiga), large ? "TB" : "GB");
  return text;
}

}  // namespace

double steady_step_s(const InferenceStep& step, const ServingLoad& load) {
  const double lambda = prompts_a_step(load);
  const double with = -std::expm1(-lambda);  // of the steps
  return (1 - with) * step_of(step, load, 0) + with * step_of(step, load, lambda / with);
}

double steady_tokens_per_s(const InferenceStep& step, const ServingLoad& load) {
  return load.sequences / steady_step_s(step, load);
}

double gap_s(const InferenceStep& step, const ServingLoad& load, GapQuantile quantile) {
  const InferenceLawSpec& law = *step.setup().law;
  const double lambda = prompts_a_step(load);
  switch (quantile) {
    case GapQuantile::p90:
      return (1 + law.p90_share) *
             step_of(step, load, std::max(0.0, lambda + 1.28 * std::sqrt(lambda) - 0.5));
    case GapQuantile::p99: {
      StepWork w = work(load, lambda + 2.33 * std::sqrt(lambda));
      w.prompt_tokens *= 1 + law.p99_share;
      return step.cost(w).total_s();
    }
    case GapQuantile::median: break;
  }
  // Where replicas wait, prompts bunch: most steps have none.
  const bool bunched =
      step.setup().attention == AttentionLayout::apart && step.setup().engine->replicas_wait;
  const double prompts = bunched ? 0 : std::max(0.0, lambda - 0.5);
  return step_of(step, load, prompts) * (1 + law.median_share * std::expm1(-lambda));
}

StaticBatch static_batch(const InferenceStep& step, const ServingLoad& load) {
  StaticBatch out;
  out.prompt_s =
      step.cost({load.sequences * load.prompt_tokens, load.prompt_tokens / 2, 0, 0}).total_s();
  out.token_s = step_of(step, load, 0);
  out.total_s = out.prompt_s + load.output_tokens * out.token_s;
  return out;
}

Result<double> sequences_that_fit(const InferenceStep& step, double tokens_each) {
  const InferenceSetup& s = step.setup();
  const InferenceLawSpec& law = *s.law;
  const double has = s.gpus * (s.gpu->memory_gb * law.memory_share - law.reserved_gb) * kGiga;
  const double each =
      std::max(1.0, tokens_each) * step.cache_bytes_per_token() + 4 * s.model.state_elements;
  const double room = has - step.weights_bytes();
  if (room < each)
    return Fault{"model",
                 "weights and the cache of one request in the memory of " +
                     std::to_string(static_cast<long long>(s.gpus)) + " x " + s.gpu->id,
                 "needs " + bytes_text(step.weights_bytes() + each) + ", has " + bytes_text(has),
                 "more GPUs, a lower precision, or a shorter context"};
  const double replicas = s.attention == AttentionLayout::apart ? s.gpus : 1;
  return std::max(1.0, std::min(room / std::max(each, 1.0), replicas * law.most_sequences));
}

double gpus_for_weights(const InferenceGpuSpec& gpu, double weights_bytes) {
  double n = 1;
  while (n < 1e5 && weights_bytes > kWeightsShare * n * gpu.memory_gb * kGiga) n *= 2;
  return n;
}

double sequences_within(const InferenceStep& step, const ServingLoad& load, double limit_s) {
  ServingLoad tried = load;
  if (steady_step_s(step, tried) <= limit_s) return load.sequences;
  double low = 1, high = std::max(1.0, load.sequences);
  for (int i = 0; i < 40; ++i) {  // on a scale of ratios: to 1 in 10^9
    tried.sequences = std::sqrt(low * high);
    (steady_step_s(step, tried) <= limit_s ? low : high) = tried.sequences;
  }
  return low;
}

Result<double> speculative_factor(const InferenceStep& step, const ServingLoad& load,
                                  const Speculation& d) {
  if (!(d.acceptance >= 0 && d.acceptance < 1))
    return Fault{"acceptance", "0 to below 1", std::to_string(d.acceptance), ""};
  if (!(d.draft_tokens >= 0 && d.draft_tokens <= 1'000))
    return Fault{"draft_tokens", "0 to 1,000", std::to_string(d.draft_tokens), ""};
  if (!(d.draft_cost >= 0 && d.draft_cost <= 1))
    return Fault{"draft_cost", "0 to 1", std::to_string(d.draft_cost), ""};
  StepWork check = work(load, 0);
  const double plain_s = step.cost(check).total_s();
  check.tokens_each = 1 + d.draft_tokens;
  const double tokens = (1 - std::pow(d.acceptance, d.draft_tokens + 1)) / (1 - d.acceptance);
  return tokens * plain_s / (step.cost(check).total_s() + d.draft_tokens * d.draft_cost * plain_s);
}

Result<DisaggregatedPace> disaggregated(const InferenceStep& prompts, const InferenceStep& tokens,
                                        const ServingLoad& load, const Disaggregation& pools) {
  if (!(pools.prompt_replicas > 0 && pools.token_replicas > 0))
    return Fault{"replicas", "above 0 for prompts and for tokens", "0", ""};
  if (!(pools.link_gb_per_s > 0))
    return Fault{"link_gb_per_s", "above 0", std::to_string(pools.link_gb_per_s), ""};
  const LanguageModel& m = prompts.setup().model;
  DisaggregatedPace out;
  const double prompt_s =
      prompts.cost({load.prompt_tokens, load.prompt_tokens / 2, 0, 0}).total_s();
  out.transfer_s = load.prompt_tokens *
                   cache_bytes_per_token(m, prompts.cache_bytes_per_element()) /
                   (pools.link_gb_per_s * kGiga);
  out.gap_s = step_of(tokens, load, 0);
  const double seen_s = std::max(out.transfer_s / m.layers, out.transfer_s - prompt_s);
  out.first_token_s = prompt_s + seen_s + out.gap_s;
  // A replica sends one prompt's cache while it computes the next.
  const double prompt_rate = pools.prompt_replicas / std::max(prompt_s, out.transfer_s);
  const double token_rate =
      pools.token_replicas * load.sequences / (load.output_tokens * out.gap_s);
  out.prompts_limit = prompt_rate < token_rate;
  out.requests_per_s = std::min(prompt_rate, token_rate);
  out.tokens_per_s = out.requests_per_s * load.output_tokens;
  out.tokens_per_s_per_gpu = out.tokens_per_s / (pools.prompt_replicas * prompts.setup().gpus +
                                                 pools.token_replicas * tokens.setup().gpus);
  return out;
}

}  // namespace dure
