#include "physics/training_memory.h"

#include <algorithm>
#include <cmath>

#include "base/decimal.h"

namespace dure {
namespace {

constexpr double kGiga = 1e9;
constexpr double kWeight = 2, kGradient = 4, kOptimizer = 12;  // bytes a parameter
constexpr double kAdapters = 0.01;                             // of the parameters, at most

}  // namespace

TrainingMemory training_memory(const TrainingSoftwareSpec& software, const ModelShape& s,
                               const TrainingRun& run, const TrainingLayout& l) {
  const double dp = std::max(1.0, l.dp());
  const double experts = s.expert_params / (l.ep * l.tp * l.pp);
  const double held = std::max(s.params - s.expert_params, 0.0) / (l.tp * l.pp) + experts;
  const double shards = run.shards_weights ? dp : 1;
  TrainingMemory memory;
  memory.weights = kWeight * held / shards;
  if (run.method == TrainingMethod::full) {
    memory.gradients = kGradient * held / shards;
    const bool sharded = run.shards_weights || software.shards_optimizer;
    // Experts that ep ranks hold apart are the same on dp / ep of them.
    memory.optimizer =
        kOptimizer * (sharded ? (held - experts) / dp + experts / std::max(1.0, dp / l.ep) : held);
    if (run.shards_weights) memory.optimizer = kOptimizer * held / dp;
  }

  const double m = std::max(1.0, l.microbatches(run.batch_seqs));
  const double tokens = l.microbatch_seqs * run.sequence_tokens / l.cp;
  const double kept = software.score_bytes > 0 ? 5 * s.heads * run.sequence_tokens / s.hidden *
                                                     (run.recompute_scores > 0 ? 0 : 1)
                                               : 0;
  const double mixture =
      s.mixture() ? s.experts_a_token * (4 * s.hidden + 8 * s.expert_width) / s.hidden : 0;
  const double all = (34 + kept + mixture) / l.tp;
  const double layer = all + (std::min(2.0, all) - all) * run.recompute;
  const bool interleaved = l.virtual_stages > 1 && l.pp > 1;
  const double in_flight =
      std::min(m, l.pp) * (interleaved ? 1 + (l.pp - 1) / (l.pp * l.virtual_stages) : 1);
  memory.activations = tokens * s.hidden * layer * s.layers / l.pp * in_flight;
  memory.logits = 4 * tokens * s.vocabulary / l.tp;
  return memory;
}

bool fits(const TrainingGpuSpec& gpu, const TrainingMemory& memory) {
  return memory.total() <= kUsableMemory * gpu.memory_gb * kGiga;
}

Result<Done> check_memory(const TrainingGpuSpec& gpu, const TrainingMemory& memory,
                          const TrainingLayout& layout) {
  if (fits(gpu, memory)) return Done{};
  const double has = kUsableMemory * gpu.memory_gb * kGiga;
  return Fault{
      "layout",
      "a model that fits: " + bytes_text(has * layout.gpus) + " on " + decimal_text(layout.gpus) +
          " " + gpu.id + " (" + bytes_text(has) + " each)",
      "needs " + bytes_text(memory.total() * layout.gpus) + ", has " +
          bytes_text(has * layout.gpus) + "; one GPU: weights " + bytes_text(memory.weights) +
          ", gradients " + bytes_text(memory.gradients) + ", optimizer " +
          bytes_text(memory.optimizer) + ", activations " + bytes_text(memory.activations) +
          ", logits " + bytes_text(memory.logits),
      "more tensor or pipeline parallelism, sharded weights, recomputed activations or smaller "
      "microbatches need less"};
}

double checkpoint_bytes(const ModelShape& shape, TrainingMethod method) {
  return (kWeight + kOptimizer) * shape.params * (method == TrainingMethod::lora ? kAdapters : 1);
}

std::string bytes_text(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  const double digits = bytes < 9.95 ? 10 : 1;  // 1.9 TB, 140 GB
  return decimal_text(std::round(bytes * digits) / digits) + " " + kUnits[unit];
}

}  // namespace dure
