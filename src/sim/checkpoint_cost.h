// What saving and failing cost the work of a demand row, where `traffic` says how much it saves:
// the time that its jobs stood still to write, and the effective training time ratio of the run
// beside that of physics/goodput.h at the run's own rate of interruptions.
//   write_h       of one checkpoint: size_gb / storage_gb_per_s
//   ettr          (GPU time used - done again after failures - spent writing) / used
//   ettr_by_law   ettr_exact of interruptions / hours run, checkpoint_hours, write_h, restart_hours
// A write lies within the run time that a job has: checkpoint_hours is from the start of one to the
// next. Equations, limits: docs/models/goodput.md.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/simulation.h"

namespace dure {

struct CheckpointCost {
  std::int64_t written = 0, write_ms = 0;  // checkpoints; of all of them
  std::int64_t write_gpu_ms = 0;
  double write_s = 0;  // of one
  double interrupts_per_hour = 0;
  double ettr = 1, ettr_by_law = 1;
  std::optional<double> best_interval_hours;  // none without interruptions
};

// Of a row of Demand::rows(); none where nothing is said of its checkpoints, or nothing ran.
std::optional<CheckpointCost> checkpoint_cost(const Simulation& run, std::uint32_t row);

}  // namespace dure
