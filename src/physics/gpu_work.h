// What a step of a model asks of a GPU: seconds of arithmetic, of memory and of neither, from the
// model's size, the batch and the GPUs. The shares of these times give the power (gpu_power.h).
// Equations, fitted constants and errors: docs/models/node-power.md.
//
//   serving   C = 2 A b (1 + prompt) / (n peak e_c)          A active, N all parameters; of a
//   mixture
//             of experts x instead of 1: thin products that hide behind the streaming of weights
//             M = W / (n bandwidth e_m),  W = bytes x (A + (N - A)(1 - (1 - r A/N)^b))
//             rest = fixed + doubling x log2 n; experts on GPUs of their own wait a further
//             imbalance x log2 n of the step; no step is shorter than host + sequence x b (over n
//             where each GPU schedules its own)
//   image     C = 2 N tokens passes b / (n peak e_c), rest = N^(1/3) (fixed + doubling x log2 n) +
//             C N^(-1/3) (exchange (1 - 1/n) + ring (r - 1)): what GPUs that share an image send
//             each other grows with it, over the arithmetic as 1/width; r of them pass it on in a
//             ring
//   training  over m nodes: waiting share = 1 - 1 / (1 + k log2 m)
#pragma once

#include "base/result.h"
#include "physics/gpu_power.h"

namespace dure {

enum class Sharding { tensor, expert };  // GPUs share each layer, or hold experts of their own

struct ServedModel {
  double params_b = 0, active_params_b = 0;  // 10^9
  double bytes_per_param = 2;                // 1: FP8, computed in FP8 where the GPU has it
  double batch_seqs = 1;                     // running at once, over all GPUs
  double gpus = 1;
  double prompt_ratio = 1;  // prompt tokens for each output token
  Sharding sharding = Sharding::tensor;
};
// Refuses what is no model: no parameters, more active than there are, no batch, no GPU, and a GPU
// of unknown peak.
Result<StepTimes> serving_step(const ServingStepSpec& spec, const GpuPowerSpec& gpu,
                               const ServedModel& model);

struct ImageModel {
  double params_b = 0;
  double tokens = 0;  // latent tokens of an image; 0: those of spec
  double passes = 2;  // forward passes a denoising step: 2 with classifier-free guidance
  double batch_images = 1;
  double gpus = 1;
  double ring = 1;  // of them, those that pass keys and values on in a ring
};
Result<StepTimes> image_step(const ImageStepSpec& spec, const GpuPowerSpec& gpu,
                             const ImageModel& model);

// Share of the time that a node of m waits for the others; 0 for one node.
double sync_share(double sync_per_doubling, double nodes);

}  // namespace dure
