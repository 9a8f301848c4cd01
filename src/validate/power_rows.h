// The rows of data/truth/power.csv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "io/traces/table.h"

namespace dure {

struct PowerRow {
  std::string id, suite, kind, model, gpu, precision, unit, evidence, note, source, license;
  std::optional<double> params_b, active_params_b, batch, tp, gpu_tdp_w, power_limit_w;
  std::optional<double> gpu_mean_w, gpus_total_w, node_mean_w, node_median_w, node_p95_w,
      node_min_w;
  std::optional<double> n_gpus, n_nodes, time_per_epoch_s, rel_throughput, energy_per_token_j;
  std::optional<double> energy_per_item_j, throughput_per_s, n_samples;

  static constexpr TableShape shape = {',', Header::first_line};
  static constexpr auto columns() {
    using R = PowerRow;
    return std::tuple(
        Column("id", &R::id), Column("suite", &R::suite), Column("kind", &R::kind),
        Column("model_or_workload", &R::model), Column("params_b", &R::params_b),
        Column("active_params_b", &R::active_params_b), Column("gpu", &R::gpu),
        Column("n_gpus", &R::n_gpus), Column("gpu_tdp_w", &R::gpu_tdp_w),
        Column("power_limit_w", &R::power_limit_w), Column("batch", &R::batch),
        Column("tp", &R::tp), Column("weight_precision", &R::precision),
        Column("gpu_power_mean_w", &R::gpu_mean_w), Column("gpus_power_total_w", &R::gpus_total_w),
        Column("node_power_mean_w", &R::node_mean_w),
        Column("node_power_median_w", &R::node_median_w),
        Column("node_power_p95_w", &R::node_p95_w), Column("node_power_min_w", &R::node_min_w),
        Column("n_nodes", &R::n_nodes), Column("time_per_epoch_s", &R::time_per_epoch_s),
        Column("rel_throughput", &R::rel_throughput),
        Column("energy_per_token_j", &R::energy_per_token_j),
        Column("energy_per_item_j", &R::energy_per_item_j),
        Column("throughput_per_s", &R::throughput_per_s), Column("throughput_unit", &R::unit),
        Column("n_samples", &R::n_samples), Column("evidence", &R::evidence),
        Column("note", &R::note), Column("source", &R::source), Column("license", &R::license));
  }
};

inline Result<std::vector<PowerRow>> read_power_rows(const std::string& path) {
  TRY(reader, TableReader<PowerRow>::open(path));
  std::vector<PowerRow> rows;
  PowerRow row;
  for (;;) {
    const Step step = reader.next(row);
    if (step == Step::fault) return reader.fault();
    if (step == Step::end) return rows;
    rows.push_back(row);
  }
}

}  // namespace dure
