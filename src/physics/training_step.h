// The time of a training step, in parts, of a model on so many GPUs under a layout. Equations,
// sources, which constants are fitted to what, and errors: docs/models/training.md.
//
//   step      T = [m stage + (pp - 1)/v stage' + data + optimizer + fixed] x sync x year; m
//             microbatches of a data-parallel rank; stage' without the head where v = 1 (1F1B and
//             its interleaved form: Narayanan et al., SC 2021)
//   stage     layers/pp x smooth max(launch, products + attention + memory + tensor + exchange)
//             + head (of the last stage; spread where v > 1) + handover
//   products  6 P tokens / tp / (peak e) x (1 + crowding / (tokens h / tp)), P the active
//             parameters of the layers; e = efficiency (watts per TFLOP/s / 0.7)^exponent, at most
//             efficiency_most
//   attention 12 tokens s h causal / tp for each layer (Narayanan et al., eq. 3, causal share
//             apart)
//   memory    bytes for each token and element of the width, over the bandwidth
//   tensor    4 x 2 bytes tokens h (tp - 1)/tp for each layer, all-reduce as Shoeybi et al., 2019
//   exchange  4 x 2 bytes tokens h k (ep - 1)/ep for each layer of experts; k: experts of a token,
//             beyond a domain no more than there are domains
//   data      gradients and weights over the data-parallel ranks, or weights gathered for each
//             microbatch where they are sharded (Rajbhandari et al., 2020)
//
// Recomputing a share r of the activations adds r/3 to all passes. Units in the names; counts and
// tokens are reals, so that a row whose layout does not divide still has an answer: who must refuse
// such a layout calls check_layout (training_layout.h).
//
// Invariants: 1. Every part is finite and not below 0, and step_s is their sum.
//             2. Nothing here refuses: callers hold the ranges of within_training_reach.
#pragma once

#include <array>
#include <string>

#include "world/training_spec.h"

namespace dure {

enum class TrainingPrecision { bf16, fp8, mxfp8, fp8_rowwise, fp4, lowest };
enum class TrainingMethod { full, lora };

constexpr auto describe_enum(TrainingPrecision) {
  using E = TrainingPrecision;
  return std::array{Choice<E>{E::bf16, "bf16", "16 bits, FP16 too"},
                    Choice<E>{E::fp8, "fp8", "scales by tensor"},
                    Choice<E>{E::mxfp8, "mxfp8", "scales by block of 32"},
                    Choice<E>{E::fp8_rowwise, "fp8_rowwise", "scales by row or by tile"},
                    Choice<E>{E::fp4, "fp4", "NVFP4 or MXFP4"},
                    Choice<E>{E::lowest, "lowest", "the least that pays on the GPU"}};
}

struct TrainedModel {  // what is known of a model; 0: not known
  std::string name;
  double params_b = 0, active_params_b = 0;  // 10^9
  double layers = 0, hidden = 0, heads = 0;
};

struct ModelShape {  // what is not known is worked out from the number of parameters
  double params = 0, active_params = 0;
  double layers = 0, hidden = 0, heads = 0;
  double vocabulary = 0, embedding_params = 0;  // of all embedding matrices
  double layer_params = 0;                      // active, without embeddings and experts
  double expert_params = 0, active_expert_params = 0;
  double experts = 1, experts_a_token = 0, expert_layers = 0, expert_width = 1;
  bool mixture() const { return expert_params > 0; }
};
ModelShape model_shape(const TrainingSpec& spec, const TrainingSoftwareSpec& software,
                       const TrainedModel& model);

struct TrainingRun {
  double sequence_tokens = 0, batch_seqs = 0;  // the batch of a step, over all ranks
  TrainingPrecision precision = TrainingPrecision::bf16;
  TrainingMethod method = TrainingMethod::full;
  double recompute = 0;         // share of the activations, 0 to 1
  double recompute_scores = 0;  // of attention alone, beyond it
  bool shards_weights = false;  // over the data-parallel ranks: FSDP, ZeRO-3
  double year = 0;              // of the software's release; 0: the law's
};

struct TrainingLayout {
  double gpus = 1, tp = 1, pp = 1, virtual_stages = 1, cp = 1, ep = 1, microbatch_seqs = 1;
  double dp() const { return gpus / (tp * pp * cp); }
  double microbatches(double batch_seqs) const {
    return batch_seqs / ((dp() > 1 ? dp() : 1) * microbatch_seqs);
  }
};

// What the step can be computed of at all: positive, finite, and not beyond any machine.
bool within_training_reach(const ModelShape& shape, const TrainingRun& run,
                           const TrainingLayout& layout);

struct TrainingStep {
  double step_s = 0;
  // Its parts.
  double products_s = 0, experts_s = 0, attention_s = 0, memory_s = 0, head_s = 0;
  double tensor_s = 0, exchange_s = 0, handover_s = 0, launch_s = 0;
  double bubble_s = 0, gather_s = 0, data_s = 0, optimizer_s = 0, fixed_s = 0;
};
TrainingStep training_step(const TrainingLawSpec& law, const TrainingSoftwareSpec& software,
                           const TrainingGpuSpec& gpu, const ModelShape& shape,
                           const TrainingRun& run, const TrainingLayout& layout);

// The known GPU whose id is the longest that `name` holds, in letters of either case, or nothing.
const TrainingGpuSpec* training_gpu(const TrainingSpec& spec, std::string_view name);

}  // namespace dure
