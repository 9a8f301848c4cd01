// Helios (SenseTime): what a virtual cluster's GPUs and queue did minute by minute, and how many
// GPUs each virtual cluster had day by day. There are no job rows. docs/formats/gpu-logs.md.
// Units: local wall clock, jobs, GPUs. gpu_utilization is running / total: an allocation share.
// The _noless_8 and _less_8 columns sum whole jobs (of >= 8 and < 8 GPUs) and can pass total_gpus.
// Source: Hu et al., "Characterization and Prediction of Deep Learning Workloads in Large-Scale GPU
// Datacenters", SC 2021.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "io/traces/table.h"

namespace dure {

struct HeliosMinute {
  Stamp time;
  std::int64_t total_jobs = 0, running_jobs = 0, pending_jobs = 0;
  std::int64_t total_gpu_jobs = 0, running_gpu_jobs = 0, pending_gpu_jobs = 0;
  std::int64_t total_gpus = 0, running_gpus = 0, pending_gpus = 0, idle_gpus = 0;
  std::optional<double> allocated_share;
  std::int64_t running_gpus_large = 0, running_gpus_small = 0;
  std::int64_t pending_gpus_large = 0, pending_gpus_small = 0;
  std::int64_t total_gpus_large = 0, total_gpus_small = 0;
  std::int64_t running_jobs_large = 0, running_jobs_small = 0;
  std::int64_t pending_jobs_large = 0, pending_jobs_small = 0;
  std::int64_t total_jobs_large = 0, total_jobs_small = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    using R = HeliosMinute;
    return std::tuple(
        Column("time", &R::time), Column("total_job_num", &R::total_jobs),
        Column("running_job_num", &R::running_jobs), Column("pending_job_num", &R::pending_jobs),
        Column("total_gpujob_num", &R::total_gpu_jobs),
        Column("running_gpujob_num", &R::running_gpu_jobs),
        Column("pending_gpujob_num", &R::pending_gpu_jobs), Column("total_gpu_num", &R::total_gpus),
        Column("running_gpu_num", &R::running_gpus), Column("pending_gpu_num", &R::pending_gpus),
        Column("idle_gpu_num", &R::idle_gpus), Column("gpu_utilization", &R::allocated_share),
        Column("running_gpu_num_noless_8", &R::running_gpus_large),
        Column("running_gpu_num_less_8", &R::running_gpus_small),
        Column("pending_gpu_num_noless_8", &R::pending_gpus_large),
        Column("pending_gpu_num_less_8", &R::pending_gpus_small),
        Column("total_gpu_num_noless_8", &R::total_gpus_large),
        Column("total_gpu_num_less_8", &R::total_gpus_small),
        Column("running_job_num_noless_8", &R::running_jobs_large),
        Column("running_job_num_less_8", &R::running_jobs_small),
        Column("pending_job_num_noless_8", &R::pending_jobs_large),
        Column("pending_job_num_less_8", &R::pending_jobs_small),
        Column("total_job_num_noless_8", &R::total_jobs_large),
        Column("total_job_num_less_8", &R::total_jobs_small));
  }
  bool operator==(const HeliosMinute&) const = default;
};

struct HeliosGpus {  // Earth_gpu_number.csv: its columns are the virtual clusters it knows
  std::vector<std::string> clusters;  // the last is "total"
  struct Day {
    Stamp date;
    std::vector<std::int64_t> gpus;  // as many as clusters
  };
  std::vector<Day> days;
};

Result<HeliosGpus> read_helios_gpus(ByteSource source);

}  // namespace dure
