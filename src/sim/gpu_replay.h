// A recorded log of a GPU cluster through a scheduler that may stop jobs, and the figures that the
// literature on training clusters reports of it.
//
// JCT = end - submit. Finish-time fairness (Themis: Mahajan et al., NSDI 2020) rho = JCT / T, where
// T is the JCT of the job on an exclusive share: at every instant each of the n jobs that are in
// the system of the *sharing* has GPUs / n for itself, and a gang of g GPUs runs at the rate
// min(1, GPUs / (n g)); no queue, no cost, no nodes. T depends on the log and the cluster alone, so
// it is the same for every policy. rho <= 1: the scheduler did no worse to the job than that.
//
// Invariant: 1. GPU-time held, as the record of events has it, = useful + lost, as the plant has
//               it, and useful = what the log says; else the result is refused (CHECK).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sched/decide.h"
#include "sim/gpu_plant.h"
#include "sim/replay.h"

namespace dure {

enum class GpuPolicy { fcfs, easy, fair, srtf, dure };

struct GpuSetup {
  GpuCluster cluster;
  Policy policy;
  GpuTelling telling;
};
// checkpoint: a job saves what it did every so often, restart: what a stopped one pays to go on.
GpuSetup gpu_setup(GpuPolicy policy, const GpuCluster& cluster, Millis checkpoint, Millis restart);
std::string_view knows(GpuPolicy policy);  // in words, of the run times

struct GpuResult {
  std::vector<ReplayJob> jobs;  // first start, end; in the order of the log
  std::uint64_t events = 0;
  double mean_jct_s = 0, p50_jct_s = 0, p99_jct_s = 0;
  double mean_wait_s = 0, p50_wait_s = 0, p95_wait_s = 0, p99_wait_s = 0;  // to the first start
  double mean_bounded_slowdown = 0;  // JCT over run, bounded at 10 s
  double makespan_s = 0;             // last end - first submit
  double utilization = 0;            // useful over GPUs x makespan
  double fairness_mean = 0, fairness_p99 = 0, fairness_max = 0, unfair_share = 0;  // rho; rho > 1
  std::int64_t stops = 0, jobs_stopped = 0;
  double held_gpu_h = 0, useful_gpu_h = 0, lost_gpu_h = 0;
  std::int64_t deadlines = 0, deadlines_met = 0;
};

// jobs as a BatchLog has them, not empty.
GpuResult gpu_replay(const std::vector<BatchJob>& jobs, const GpuSetup& setup);

// T of every job in ms: see above.
std::vector<double> exclusive_share_ms(const std::vector<BatchJob>& jobs, std::int64_t gpus);

}  // namespace dure
