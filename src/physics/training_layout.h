// Which layouts a run can have, and the fastest of them by training_step.h.
//
// A layout divides: gpus = tp pp cp dp; layers by pp x virtual stages; heads by tp; the batch by dp
// x microbatch; the sequence by 2 cp (each rank holds two of its chunks); experts by ep, and ep
// the tp cp dp ranks; an interleaved pipeline's microbatches by pp (Narayanan et al., 2021).
//
// Invariants: 1. best_layout returns a layout that check_layout and check_memory pass.
//             2. No layout of the searched set that both pass is faster. The set: every divisor
//                where a number is not asked for, but tp within a scale-up domain, cp at least
//                1,024 tokens a rank, microbatches of powers of two up to 64 sequences.
//             3. Of equally fast ones the first in the order of the search wins: small tp, pp,
//                virtual stages, cp, ep, microbatch.
#pragma once

#include <cstddef>
#include <optional>

#include "base/result.h"
#include "physics/training_memory.h"
#include "physics/training_step.h"

namespace dure {

Result<Done> check_layout(const ModelShape& shape, const TrainingRun& run,
                          const TrainingLayout& layout);

struct LayoutAsked {  // what is given; the rest is searched
  double gpus = 1;
  std::optional<double> tp, pp, virtual_stages, cp, ep, microbatch_seqs, microbatches;
};
struct BestLayout {
  TrainingLayout layout;
  double recompute = 0;  // run's own, or 1 where nothing else fits
  TrainingStep step;
  TrainingMemory memory;
  std::size_t dividing = 0, fitting = 0;  // layouts that were looked at, and of them those that fit
};
// What is computed for each layout; all of one model on one kind of GPU.
struct LayoutProblem {
  const TrainingLawSpec& law;
  const TrainingSoftwareSpec& software;
  const TrainingGpuSpec& gpu;
  const ModelShape& shape;
  const TrainingRun& run;
};
// Refuses with the arithmetic where no layout divides, and where none fits.
Result<BestLayout> best_layout(const LayoutProblem& problem, const LayoutAsked& asked);

}  // namespace dure
