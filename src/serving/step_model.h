// How long a step of a language model takes on one replica: the only thing that the serving engines
// know of hardware. Units: ms, tokens, sequences.
//
//   prefill_ms(tokens, context)   `tokens` of a prompt, on top of `context` tokens already in the
//   KV
//                                 cache; without sequences that decode beside it
//   decode_ms(sequences, kv)      one token for each of `sequences`, whose KV caches hold kv tokens
//                                 together; sequences may be a mean, so not whole
//
// A step that does both takes the sum: what a chunk gains by finding the weights already read is
// not counted (Agrawal et al., Sarathi-Serve, OSDI 2024, section 4.3, measures it as small).
// Invariants of every model: 1. Times are finite and not negative; decode_ms(0, 0) is 0.
//                            2. They do not fall as an argument grows.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace dure {

class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual double prefill_ms(double tokens, double context) const = 0;
  virtual double decode_ms(double sequences, double kv_tokens) const = 0;
};

// Constants of a straight line, as measured on one machine (Vidur, Splitwise:
// docs/models/serving.md).
struct LinearStep final : StepModel {
  double prefill_fixed_ms = 0, prefill_token_ms = 0;
  double prefill_pair_ms = 0;  // a pair of a new token and one that it attends to
  double decode_fixed_ms = 0, decode_sequence_ms = 0, decode_kv_token_ms = 0;

  double prefill_ms(double tokens, double context) const override {
    return tokens > 0 ? prefill_fixed_ms +
                            tokens * (prefill_token_ms + prefill_pair_ms * (context + tokens / 2))
                      : 0;
  }
  double decode_ms(double sequences, double kv_tokens) const override {
    return sequences > 0
               ? decode_fixed_ms + decode_sequence_ms * sequences + decode_kv_token_ms * kv_tokens
               : 0;
  }
};

// The roofline of a dense or sparse transformer on `gpus` that share each layer: the longer of
// arithmetic and memory plus `overlap` of the shorter, plus what neither is. For services whose
// machine is given by its data sheet.
struct RooflineStep final : StepModel {
  double gpus = 1;
  double tflops = 0, gb_per_s = 0;  // of a GPU: what the kernels reach, not the peak
  double active_params_b = 0;       // 10^9
  double weights_gb = 0;            // read by a step with many sequences
  double kv_bytes_per_token = 0;    // read by each step, over all GPUs
  double pair_flops = 0;            // attention: of a new token and one that it attends to
  double fixed_ms = 0;              // launch, scheduling, communication
  double overlap = 0.3;             // of the shorter, added to the longer

  double prefill_ms(double tokens, double context) const override {
    if (tokens <= 0) return 0;
    const double flop = tokens * (2e9 * active_params_b + pair_flops * (context + tokens / 2));
    return both(flop, weights_gb * 1e9 + kv_bytes_per_token * context);
  }
  double decode_ms(double sequences, double kv_tokens) const override {
    if (sequences <= 0) return 0;
    const double flop = sequences * 2e9 * active_params_b + pair_flops * kv_tokens;
    return both(flop, weights_gb * 1e9 + kv_bytes_per_token * kv_tokens);
  }

 private:
  double both(double flop, double bytes) const {
    const double c = flop / (gpus * tflops * 1e9), m = bytes / (gpus * gb_per_s * 1e6);  // ms
    return std::max(c, m) + overlap * std::min(c, m) + fixed_ms;
  }
};

// Whatever has these two functions: InferenceStep of physics/inference_step.h. It must outlive
// this.
template <class Step>
class StepOf final : public StepModel {
 public:
  explicit StepOf(const Step& step) : step_(step) {}
  double prefill_ms(double tokens, double context) const override {
    return step_.prefill_ms(tokens, context);
  }
  double decode_ms(double sequences, double kv_tokens) const override {
    return step_.decode_ms(sequences, kv_tokens);
  }

 private:
  const Step& step_;
};

// Speculative decoding as a factor: a draft model proposes `draft` tokens, each taken with
// probability `acceptance`, independently; a step then yields (1 - acceptance^(draft+1)) /
// (1 - acceptance) tokens (Leviathan et al., ICML 2023, equation 1) and costs 1 + draft x
// draft_cost of one. What comes out is the time for each token, so a step of the engine is still
// one token.
class SpeculativeStep final : public StepModel {
 public:
  // acceptance in [0, 1); draft >= 0; draft_cost >= 0. The model must outlive this.
  SpeculativeStep(const StepModel& model, double draft, double acceptance, double draft_cost)
      : model_(model),
        factor_((1 + draft * draft_cost) * (1 - acceptance) /
                (1 - std::pow(acceptance, draft + 1))) {}
  double factor() const { return factor_; }
  double prefill_ms(double tokens, double context) const override {
    return model_.prefill_ms(tokens, context);
  }
  double decode_ms(double sequences, double kv_tokens) const override {
    return factor_ * model_.decode_ms(sequences, kv_tokens);
  }

 private:
  const StepModel& model_;
  double factor_;
};

// A model as the engine reads it: for each whole number of sequences a line in the tokens of their
// caches, for a whole chunk a line in the context. Lines go through the ends of the range; bend()
// is the largest share by which the model leaves them in the middle (0: it is such a line).
class StepTable {
 public:
  StepTable(const StepModel& model, int most_sequences, int chunk_tokens, double most_kv_tokens);

  double decode_fixed_ms(int sequences) const { return decode_[index(sequences)].fixed; }
  double decode_slope_ms(int sequences) const { return decode_[index(sequences)].slope; }
  double decode_ms(int sequences, double kv_tokens) const {
    const Line& l = decode_[index(sequences)];
    return l.fixed + l.slope * kv_tokens;
  }
  double prefill_ms(int tokens, double context) const {
    return tokens == chunk_tokens_ ? chunk_.fixed + chunk_.slope * context
                                   : model_.prefill_ms(tokens, context);
  }
  double bend() const { return bend_; }

 private:
  struct Line {
    double fixed = 0, slope = 0;
  };
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }
  const StepModel& model_;
  int chunk_tokens_;
  std::vector<Line> decode_;
  Line chunk_;
  double bend_ = 0;
};

}  // namespace dure
