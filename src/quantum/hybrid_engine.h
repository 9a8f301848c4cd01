// Hybrid jobs on one QPU and a pool of GPUs, event by event, in whole milliseconds since midnight.
// A job is `iterations` times a classical step on all its GPUs and then a quantum step on the QPU.
//
// Invariants: 1. The QPU runs one step or one calibration at a time, and no step within a window or
//   past the drift.  2. held + computing + resuming + free = GPUs, and free >= 0.
//   3. A job's steps follow one another, and none is run twice.
//   4. Whoever gave GPUs back gets them again before anybody new does.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "quantum/qpu_calendar.h"

namespace dure {

struct HybridJob {
  std::int64_t arrive_ms = 0, gpus = 0, iterations = 0;
  std::int64_t classical_ms = 0, quantum_ms = 0, resume_ms = 0;
  std::size_t row = 0;

  std::int64_t alone_ms() const { return iterations * (classical_ms + quantum_ms); }
};

struct HybridRules {
  bool hold_qpu = false;     // a job has the QPU to itself from its start to its end
  bool may_release = false;  // GPUs may be given back while a quantum step is waited for
  QpuOrder order = QpuOrder::arrival;
  bool by_step = true;  // arrival: of the step at the QPU, not of the job
  bool fill_gaps = false;
  std::int64_t release_above_permille = 1'000;
};

enum class QpuUse { step, calibration };
struct QpuSegment {
  QpuUse use;
  std::size_t job;  // of a step
  std::int64_t from, to;
};
using QpuWatch = std::function<void(const QpuSegment&)>;

struct HybridJobEnd {
  std::int64_t start_ms = 0, end_ms = 0;
  std::int64_t releases = 0;
};

struct HybridTotals {
  std::int64_t from_ms = 0, to_ms = 0;  // first arrival to last end
  std::int64_t steps_ms = 0, calibration_ms = 0, qpu_held_ms = 0, qpu_free_ms = 0;
  std::int64_t computing_ms = 0, held_ms = 0, resuming_ms = 0, free_ms = 0;  // x GPUs
  std::int64_t calibrations = 0, releases = 0;
  std::vector<HybridJobEnd> jobs;

  std::int64_t span_ms() const { return to_ms - from_ms; }
};

// Jobs in the order of arrival; every step fits between calibrations (hybrid_check.h).
HybridTotals run_hybrids(const std::vector<HybridJob>& jobs, std::int64_t gpus,
                         const QpuCalendar& calendar, const HybridRules& rules,
                         const QpuWatch& watch = {});

// Nobody, however clever, is done with all of them before: the QPU's work in its free time, the
// GPUs' work over their number, the longest job alone; each from when its work can begin.
std::int64_t least_end_ms(const std::vector<HybridJob>& jobs, std::int64_t gpus,
                          const QpuCalendar& calendar);

}  // namespace dure
