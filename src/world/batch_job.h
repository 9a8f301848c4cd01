// A rigid job of a recorded log: what a replay needs of it, whatever format it came from.
// Invariants (a BatchLog's reader sees to them): 0 <= submit, 0 < run <= estimate, 0 < procs.
#pragma once

#include <cstdint>

#include "base/quantity.h"

namespace dure {

struct BatchJob {
  std::int64_t number = 0;  // the log's own number; the row (from 0) where it has none
  Millis submit;            // on the log's clock, see BatchLog::clock
  Millis run;               // already cut to the estimate
  Millis estimate;          // requested time, else run
  std::int32_t procs = 0;   // processors, or whole GPUs (a share of a GPU counts as one here)
  std::int32_t user = -1;   // user or virtual cluster; -1 unknown
  Millis deadline;          // on the log's clock; 0: none
};
static_assert(sizeof(BatchJob) <= 48);

}  // namespace dure
