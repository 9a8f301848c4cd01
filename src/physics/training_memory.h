// Bytes that a training run holds on one GPU, whether they fit, and the bytes of a checkpoint.
//
//   weights      2 bytes a parameter of the GPU's share N/(tp pp), experts N_e/(ep tp pp)
//   gradients    4 bytes (FP32, as Megatron-Core accumulates them)
//   optimizer    12 bytes (FP32 master copy and the two moments of Adam), over the data-parallel
//                ranks where the software shards it; with sharded weights all 18 bytes are
//                (Rajbhandari et al., ZeRO, SC 2020; Megatron-Core: 6 + 12/d)
//   LoRA         weights alone: the adapters' share is below a hundredth
//   activations  34 bytes a token and element of the width in each layer, / tp with sequence
//                parallelism, + 5 a s / h where attention scores are kept; 2 where all is
//                recomputed (Korthikanti et al., 2022, eqs. 1-6); experts: 4 h + 8 f bytes for each
//                that a token goes to; times the microbatches that the first stage holds:
//                min(m, pp), interleaved x (1 + (pp - 1)/(pp v))
//   logits       4 bytes a token and row of the vocabulary / tp, on the last stage
//   checkpoint   14 bytes a parameter: weights in 16 bits, master copy and moments in 32
//
// Of a GPU's memory kUsableMemory is for these; the rest is assumed to go to buffers of the
// collectives and to fragments. Nothing here is fitted.
#pragma once

#include <string>

#include "base/result.h"
#include "physics/training_step.h"

namespace dure {

inline constexpr double kUsableMemory = 0.94;

struct TrainingMemory {  // bytes on the fullest GPU
  double weights = 0, gradients = 0, optimizer = 0, activations = 0, logits = 0;
  double total() const { return weights + gradients + optimizer + activations + logits; }
};
TrainingMemory training_memory(const TrainingSoftwareSpec& software, const ModelShape& shape,
                               const TrainingRun& run, const TrainingLayout& layout);

bool fits(const TrainingGpuSpec& gpu, const TrainingMemory& memory);
// Done, or the arithmetic: "needs 1.9 TB, has 1.4 TB" over all GPUs, and one GPU's parts.
Result<Done> check_memory(const TrainingGpuSpec& gpu, const TrainingMemory& memory,
                          const TrainingLayout& layout);

double checkpoint_bytes(const ModelShape& shape, TrainingMethod method);

std::string bytes_text(double bytes);  // "1.9 TB", three digits at most

}  // namespace dure
