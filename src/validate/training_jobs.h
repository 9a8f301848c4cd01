// What a row of a training table says, as the model takes it: accelerator, software, model, run and
// layout. Everything is read off the row's columns; what a row leaves blank is filled in by the
// rules below, and no rule knows a row or a suite's result.
//
//   GPU        training_gpu(); an unknown name with a peak: a board like an H100 of that peak
//   software   legacy: FP16, or a release before 2023; tuned: suites that begin with `mlperf`;
//              torch: suites or notes that name torchtitan, torchtune, PyTorch or AutoModel; else
//              fused
//   year       of the release: 2024-04-22, 2024, 25.09 (year.month), v5.1 (MLPerf: 5.1 is 2025.9)
//   precision  by its name; "FP8/FP4 ..." is the least that pays; others 16 bits
//   sharded    fsdp above 0, or a note with FSDP or FULL_SHARD
//   recompute  act_ckpt of 1 is all, less is that share of attention; blank is the software's
//   layout     blank tp, pp, vp, cp, ep are 1 where mbs is given (ep of a mixture: up to 8). A row
//              without mbs is one whose layout is not known, and is taken as recipes of its size
//              are: a replica on the fewest GPUs, a power of two, that hold its state in half of
//              their memory; tp 4 beyond 50, 2 beyond 20 x 10^9 parameters; pp up to 8 beyond 100;
//              what is left is cp of at least 1,024 tokens, then tp. `grad_accum N` in the note is
//              its number of microbatches, else each is of one sequence
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "physics/training_step.h"
#include "validate/training_rows.h"

namespace dure {

struct TrainingJob {
  std::string id, suite, family;  // the beginning of the model's name
  TrainingGpuSpec gpu;
  std::size_t software = 0;  // of spec.software
  ModelShape shape;
  TrainingRun run;
  TrainingLayout layout;
  bool layout_known = true;
  double measured_s = 0;
};

struct TrainingJobs {
  std::vector<TrainingJob> jobs;
  struct Without {
    std::string id, why;
    double measured_s = 0;  // 0: not published either
  };
  std::vector<Without> without;  // rows that no job can be made of
};
TrainingJobs training_jobs(const TrainingSpec& spec, const std::vector<TrainingRow>& rows);

double release_year(std::string_view release);  // 0: no date in it

double predicted_s(const TrainingSpec& spec, const TrainingJob& job);

}  // namespace dure
