// Acme (Shanghai AI Laboratory) and the cluster table that Helios has too: a row sums a cluster up;
// and distributions of what was measured on its machines. docs/formats/gpu-logs.md.
// Units: times in s, *_gpu_time in GPU-seconds, rates as shares; none where a source has no value.
// In a distribution the unit stands in each row; GPU power is per GPU, server power per server.
// Source: Hu et al., "Characterization of Large Language Model Development in the Datacenter",
// NSDI 2024.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "io/traces/table.h"

namespace dure {

struct ClusterSummary {
  std::string id;
  std::optional<std::int64_t> gpus;  // only Helios tells
  std::int64_t jobs = 0, cpu_jobs = 0, gpu_jobs = 0;
  std::optional<double> mean_run_gpu_s, mean_wait_gpu_s, mean_gpus, median_run_gpu_s,
      median_wait_gpu_s, median_gpus, max_run_gpu_s, max_gpus;
  std::optional<double> completed, cancelled, failed;  // shares of all jobs
  std::optional<double> completed_gpu, cancelled_gpu, failed_gpu;
  std::optional<double> completed_gpu_time, cancelled_gpu_time, failed_gpu_time;
  std::optional<double> completed_gpu_time_share, cancelled_gpu_time_share, failed_gpu_time_share;
  std::optional<double> mean_run_cpu_s, mean_wait_cpu_s, median_run_cpu_s, median_wait_cpu_s;
  std::optional<double> completed_cpu, cancelled_cpu, failed_cpu;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    using R = ClusterSummary;
    constexpr CellRule any{};
    constexpr Presence maybe = Presence::may_lack;
    return std::tuple(
        Column("id", &R::id), Column("gpu_num", &R::gpus, natural, maybe),
        Column("job_num", &R::jobs, natural), Column("cpu_job_num", &R::cpu_jobs, natural),
        Column("gpu_job_num", &R::gpu_jobs, natural),
        Column("avg_run_time_gpu", &R::mean_run_gpu_s),
        Column("avg_que_time_gpu", &R::mean_wait_gpu_s), Column("avg_gpu_num", &R::mean_gpus),
        Column("med_run_time_gpu", &R::median_run_gpu_s),
        Column("med_que_time_gpu", &R::median_wait_gpu_s), Column("med_gpu_num", &R::median_gpus),
        Column("max_run_time_gpu", &R::max_run_gpu_s, any, maybe),
        Column("max_gpu", &R::max_gpus, any, maybe),
        Column("complete_rate", &R::completed, any, maybe),
        Column("cancel_rate", &R::cancelled, any, maybe),
        Column("fail_rate", &R::failed, any, maybe), Column("complete_rate_gpu", &R::completed_gpu),
        Column("cancel_rate_gpu", &R::cancelled_gpu), Column("fail_rate_gpu", &R::failed_gpu),
        Column("complete_gpu_time", &R::completed_gpu_time),
        Column("cancel_gpu_time", &R::cancelled_gpu_time),
        Column("fail_gpu_time", &R::failed_gpu_time),
        Column("complete_rate_gpu_time", &R::completed_gpu_time_share, any, maybe),
        Column("cancel_rate_gpu_time", &R::cancelled_gpu_time_share, any, maybe),
        Column("fail_rate_gpu_time", &R::failed_gpu_time_share, any, maybe),
        Column("avg_run_time_cpu", &R::mean_run_cpu_s),
        Column("avg_que_time_cpu", &R::mean_wait_cpu_s),
        Column("med_run_time_cpu", &R::median_run_cpu_s),
        Column("med_que_time_cpu", &R::median_wait_cpu_s),
        Column("complete_rate_cpu", &R::completed_cpu),
        Column("cancel_rate_cpu", &R::cancelled_cpu), Column("fail_rate_cpu", &R::failed_cpu));
  }
  bool operator==(const ClusterSummary&) const = default;
};

struct CdfPoint {  // cdf_percent of all (time, device) samples of the metric are at most value
  std::string metric, unit;
  double cdf_percent = 0, value = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("metric", &CdfPoint::metric), Column("unit", &CdfPoint::unit),
                      Column("cdf_percent", &CdfPoint::cdf_percent, CellRule{1, 0, 100}),
                      Column("value", &CdfPoint::value));
  }
  bool operator==(const CdfPoint&) const = default;
};

}  // namespace dure
