// A row of a table of inference as a question to the model: what was served, on what, by which
// software, and how it was loaded. What a row does not say is taken from what is known of its
// engine and its workload:
//   engine     by the words of `engine` and `release`, else of `suite`; software not known: vllm
//   precision  the column, else the model's name, else BF16. MLPerf's closed division says what the
//              checkpoint is in: its engines use the least that the GPU computes in
//   layout     replicas of tp (x pp) GPUs; with experts and ep, of n_gpus; dp beside ep: attention
//              apart; MLPerf: the fewest GPUs that hold the weights
//   batch      the mean, else the limit, else all that fits (a queue that is always full)
//   lengths    the columns, else the workload's
// An answer is nothing where the row has no model, no accelerator or no size that is known, or
// where numbers leave what is finite.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "physics/inference_pace.h"
#include "validate/inference_rows.h"
#include "world/inference_spec.h"

namespace dure {

enum class InferencePart { vllm, trtllm_static, trtllm_inflight, mlperf, splitwise, operators };
std::string_view part_name(InferencePart part);

enum class InferenceQuantity {
  tokens_per_s,
  prefill_ms,
  token_ms,
  p90_ms,
  p99_ms,
  step_ms,
  e2e_ms,
  op_ms
};

struct InferenceCase {
  InferencePart part = InferencePart::vllm;
  const InferenceGpuSpec* gpu = nullptr;
  std::string engine, workload, family;
  LanguageModel model;
  double replicas = 1;  // that share the load
  double gpus = 1;      // of one
  AttentionLayout attention = AttentionLayout::shared;
  WeightPrecision precision = WeightPrecision::bf16;
  std::optional<double> prompt_tokens, output_tokens, sequences;  // of all replicas
  bool one_batch = false;                                         // static
  bool server = false, interactive = false;
  bool half_power = false;
  double op_tokens = 0, op_parameters = 0, op_kernels = 0;
};

// gpus: the accelerators, which must outlive the case. A Fault says why there can be no answer.
Result<InferenceCase> inference_case(const InferenceRow& row,
                                     const std::vector<InferenceGpuSpec>& gpus,
                                     const std::vector<LanguageModelSpec>& models);

struct Measured {
  InferenceQuantity quantity;
  double value;
};
std::vector<Measured> measured(const InferenceRow& row);  // tokens/s are of a GPU

// With the constants of spec; its accelerators are not looked at.
std::optional<double> inference_answer(const InferenceSpec& spec, const InferenceCase& c,
                                       InferenceQuantity quantity);

}  // namespace dure
