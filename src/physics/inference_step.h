// How long one step of a language model takes on the GPUs of one replica, from a data sheet, the
// model's shape and the layout: a roofline of arithmetic and memory, what GPUs send each other, and
// what host and launches add. Units in the names; sources and fits: docs/models/inference.md.
//
//   weights     W = (D + X p / m) bytes / (n bandwidth e_m); D without, X with routing. Of experts
//   a
//               step touches p = 1 - (1 - k/E)^T, on the busiest GPU p + s z(n) sqrt(p (1-p) n /
//               E), z(n) = 0.56 (log2 n)^0.85: the expected largest of n normals
//   arithmetic  C = 2 T (D + X k/E (1 + w/ffn) / x) / (n peak e_c)
//   both        (max(C, W) + overlap min(C, W)) (1 + imbalance log2 n)
//   caches      max(bytes / (bandwidth e_k), query heads x width x tokens / (rate sqrt(peak /
//   A100))) prompts     4 x heads x width x tokens attended to / (n peak of BF16 x e_a): attention
//   itself moved       T (a h L + a_x k (h + ffn) L_x) 2 bytes / (bandwidth e_m): activations
//   exchanged   2 L (hop + doubling log2 n + 2 (n-1)/n T h 2 bytes / link), n > 1
//   host        step + L layer + L_x expert layer + sequence x T_decode, more with a prompt
//
// T: tokens of the step; n: GPUs; k of E experts a token. Attention apart: each GPU has all of D
// and its own sequences, experts are spread (attention-DP).
//
// A step's times are StepTimes (gpu_power.h), whose longest-plus-overlap sums to no more than this:
// power of a step is gpu_working_w(gpu, activity(cost.times())).
//
// Invariants: 1. Every part is finite and at least 0.  2. Time does not fall as sequences, tokens
// or
//             caches grow, or as the clock falls.
#pragma once

#include "base/result.h"
#include "physics/gpu_power.h"
#include "physics/language_model.h"
#include "world/inference_spec.h"

namespace dure {

enum class WeightPrecision { bf16, fp8, fp4 };
double weight_bytes(WeightPrecision precision);  // of a parameter

enum class AttentionLayout { shared, apart };

struct InferenceSetup {
  const InferenceGpuSpec* gpu = nullptr;
  const InferenceGenerationSpec* generation = nullptr;
  const InferenceEngineSpec* engine = nullptr;
  const InferenceLawSpec* law = nullptr;
  LanguageModel model;
  double gpus = 1;
  AttentionLayout attention = AttentionLayout::shared;
  WeightPrecision precision = WeightPrecision::bf16;
  double clock = 1;  // over the uncapped one: arithmetic follows it, memory does not
};

struct StepWork {
  double prompt_tokens = 0;    // of prompts, in this step
  double attended_tokens = 0;  // that one of them looks back at, on average
  double sequences = 0;        // that decode one token each; may be a mean
  double context_tokens = 0;   // in the cache of one of them, on average
  double tokens_each = 1;      // that one of them takes in: more where it checks a draft
};

struct StepCost {
  double arithmetic_s = 0, weights_s = 0, overlap_cost = 0, imbalance = 0;
  double caches_s = 0, attention_s = 0, moved_s = 0, exchanged_s = 0, host_s = 0;
  double total_s() const;
  StepTimes times() const;
};

class InferenceStep {
 public:
  // Refuses less than one GPU, a clock outside 0 to 1 and a model without parameters.
  static Result<InferenceStep> make(const InferenceSetup& setup);

  StepCost cost(const StepWork& work) const;
  double ms(const StepWork& work) const { return 1e3 * cost(work).total_s(); }
  // What a serving engine asks: `tokens` of a prompt on top of `context` ones in the cache; one
  // token for each of `sequences` whose caches hold `kv_tokens` together. 0 without work.
  double prefill_ms(double tokens, double context) const;
  double decode_ms(double sequences, double kv_tokens) const;

  const InferenceSetup& setup() const { return setup_; }
  double cache_bytes_per_element() const { return cache_bytes_; }
  // Caches that a token takes, over all GPUs: GPUs that share a head hold it each.
  double cache_bytes_per_token() const { return cache_per_token_; }
  double weights_bytes() const { return weights_bytes_; }  // over all GPUs
  double peak_flops() const { return peak_; }              // of a GPU, at this precision

 private:
  InferenceStep() = default;
  InferenceSetup setup_;
  double doublings_ = 0, spread_ = 0, touched_base_ = 0, chosen_ = 0, cache_share_ = 1;
  double dense_read_s_ = 0, expert_read_s_ = 0, token_s_ = 0, waiting_token_s_ = 0;
  double cache_token_s_ = 0, head_token_s_ = 0, state_s_ = 0, full_layers_ = 0;
  double attended_s_ = 0, moved_token_s_ = 0, hop_s_ = 0, link_token_s_ = 0;
  double large_from_ = 0, large_token_s_ = 0;
  double step_s_ = 0, sequence_s_ = 0, prompt_s_ = 0;
  double cache_bytes_ = 2, cache_per_token_ = 0, weights_bytes_ = 0, peak_ = 0;
};

// Seconds of one product of tokens x (parameters) in BF16, kernels by themselves (no exchange):
// operators as Vidur measures them.
double product_s(const InferenceSetup& setup, double tokens, double parameters, double kernels);

}  // namespace dure
