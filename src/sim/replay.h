// A recorded log through a scheduler, and the figures that the literature reports of it.
#pragma once

#include <cstdint>
#include <vector>

#include "sched/decide.h"
#include "world/batch_job.h"

namespace dure {

enum class ReplayPolicy { fcfs, easy, conservative, dure };
Policy policy_of(ReplayPolicy p);

struct ReplayJob {  // when it ran; in the order of the log
  Millis start, end;
};

struct ReplayResult {
  std::vector<ReplayJob> jobs;
  std::uint64_t events = 0;
  double mean_wait_s = 0, mean_bounded_slowdown = 0;  // slowdown bounded at 10 s
  double p50_wait_s = 0, p95_wait_s = 0, p99_wait_s = 0;
  double utilization = 0;  // run x procs over procs x (last end - first submit)
  double makespan_s = 0;   // last end - first submit
};

// jobs as a BatchLog has them (sorted by submit, run <= estimate, procs <= machine), not empty.
ReplayResult replay(const std::vector<BatchJob>& jobs, std::int64_t procs, ReplayPolicy policy);

// The value at index floor(p n) of the sorted values (p < 1); 0 for none. Reorders values.
std::int64_t percentile(std::vector<std::int64_t>& values, double p);

}  // namespace dure
