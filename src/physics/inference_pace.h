// How fast a replica serves, from the time of its steps: continuous batching, one static batch,
// prompts and tokens on machines of their own, drafts that are checked. Requests are alike: the
// same prompt and output, as many at once as are given. Units in the names.
//
//   steady    each step finds lambda = sequences / output prompts to take in, Poisson: a share
//             1 - e^-lambda of the steps has some. tokens/s = sequences / mean step
//   gap       between two tokens of a request: the step with the median, 90th or 99th percentile of
//             prompts: lambda - 1/2, lambda + 1.28 sqrt(lambda) - 1/2, lambda + 2.33 sqrt(lambda)
//   static    all prompts, then all tokens at the mean context
//   draft     (1 - a^(d+1)) / (1 - a) tokens from a check of d drafted ones (Leviathan et al., ICML
//             2023, equation 1); the check is a step of d + 1 tokens for each sequence
//   apart     caches go to the other machines layer by layer while the prompt is computed, so that
//             the last layer's is seen, or what the link does not hide (Patel et al., Splitwise,
//             ISCA 2024, section 4.2)
//
// Invariants: 1. Times are above 0 and finite. 2. Pace does not fall as memory or links grow.
#pragma once

#include "base/result.h"
#include "physics/inference_step.h"

namespace dure {

struct ServingLoad {
  double prompt_tokens = 1, output_tokens = 1;  // of a request
  double sequences = 1;                         // requests at once, over all GPUs of the replica
  double beams = 1;                             // sequences that a request decodes
};

double steady_step_s(const InferenceStep& step, const ServingLoad& load);  // mean
double steady_tokens_per_s(const InferenceStep& step, const ServingLoad& load);

enum class GapQuantile { median, p90, p99 };
double gap_s(const InferenceStep& step, const ServingLoad& load, GapQuantile quantile);

struct StaticBatch {
  double prompt_s = 0, token_s = 0, total_s = 0;
};
StaticBatch static_batch(const InferenceStep& step, const ServingLoad& load);

// Requests whose caches have room beside the weights, at most law.most_sequences (of each GPU, with
// attention apart); not whole. Refuses weights that have no room, with the arithmetic.
Result<double> sequences_that_fit(const InferenceStep& step, double tokens_each);
// GPUs, a power of two, on which weights leave a fifth of the memory for caches.
double gpus_for_weights(const InferenceGpuSpec& gpu, double weights_bytes);
// Of at most load.sequences, those with a mean step within the limit; at least 1.
double sequences_within(const InferenceStep& step, const ServingLoad& load, double limit_s);

struct Speculation {
  double draft_tokens = 0;  // d
  double acceptance = 0;    // a, of a drafted token, 0 to below 1
  double draft_cost = 0;    // a step of the draft model, over one of the model
};
// Pace over that without drafts. Refuses what is no share.
Result<double> speculative_factor(const InferenceStep& step, const ServingLoad& load,
                                  const Speculation& draft);

struct Disaggregation {
  double prompt_replicas = 1, token_replicas = 1;
  double link_gb_per_s = 0;  // of one prompt replica to the others
};
struct DisaggregatedPace {
  double requests_per_s = 0, tokens_per_s = 0, tokens_per_s_per_gpu = 0;
  double transfer_s = 0, first_token_s = 0, gap_s = 0;
  bool prompts_limit = false;  // else the token replicas do
};
// load: of one token replica. Refuses a link or pools of nothing.
Result<DisaggregatedPace> disaggregated(const InferenceStep& prompts, const InferenceStep& tokens,
                                        const ServingLoad& load, const Disaggregation& pools);

}  // namespace dure
