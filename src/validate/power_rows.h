// The rows of data/truth/power.csv, or of a table of one's own: docs/formats/validation-tables.md.
// Columns in any order, others ignored.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "base/decimal.h"
#include "io/traces/table.h"
#include "validate/truth_rows.h"

namespace dure {

struct PowerRow {
  std::string id, suite, kind, model, gpu, precision, unit, evidence, note, source, license;
  std::optional<double> params_b, active_params_b, batch, tp, gpu_tdp_w, power_limit_w;
  std::optional<double> gpu_mean_w, gpus_total_w, node_mean_w, node_median_w, node_p95_w,
      node_min_w;
  std::optional<double> n_gpus, n_nodes, time_per_epoch_s, rel_throughput, energy_per_token_j;
  std::optional<double> energy_per_item_j, throughput_per_s, n_samples;

  static constexpr TableShape shape = {',', Header::first_line, Others::ignored};
  static constexpr auto columns() {
    using R = PowerRow;
    constexpr CellRule count{1, 1};                  // 1 or more
    constexpr Presence unused = Presence::may_lack;  // by every model so far
    return std::tuple(
        Column("id", &R::id), Column("suite", &R::suite), Column("kind", &R::kind),
        Column("model_or_workload", &R::model), Column("params_b", &R::params_b, above_zero),
        Column("active_params_b", &R::active_params_b, above_zero), Column("gpu", &R::gpu),
        Column("n_gpus", &R::n_gpus, count), Column("gpu_tdp_w", &R::gpu_tdp_w, above_zero, unused),
        Column("power_limit_w", &R::power_limit_w, above_zero),
        Column("batch", &R::batch, above_zero), Column("tp", &R::tp, count),
        Column("weight_precision", &R::precision),
        Column("gpu_power_mean_w", &R::gpu_mean_w, above_zero),
        Column("gpus_power_total_w", &R::gpus_total_w, above_zero, unused),
        Column("node_power_mean_w", &R::node_mean_w, above_zero),
        Column("node_power_median_w", &R::node_median_w, above_zero),
        Column("node_power_p95_w", &R::node_p95_w, above_zero, unused),
        Column("node_power_min_w", &R::node_min_w, above_zero, unused),
        Column("n_nodes", &R::n_nodes, count),
        Column("time_per_epoch_s", &R::time_per_epoch_s, above_zero),
        Column("rel_throughput", &R::rel_throughput, above_zero, unused),
        Column("energy_per_token_j", &R::energy_per_token_j, above_zero, unused),
        Column("energy_per_item_j", &R::energy_per_item_j, above_zero, unused),
        Column("throughput_per_s", &R::throughput_per_s, above_zero, unused),
        Column("throughput_unit", &R::unit, CellRule{}, unused),
        Column("n_samples", &R::n_samples, count, unused), Column("evidence", &R::evidence),
        Column("note", &R::note), Column("source", &R::source, CellRule{}, unused),
        Column("license", &R::license, CellRule{}, unused));
  }
  static std::optional<RowFault> wrong(const PowerRow& row) {
    if (row.params_b && row.active_params_b && *row.active_params_b > *row.params_b)
      return RowFault{"active_params_b of at most params_b", decimal_text(*row.active_params_b),
                      "a dense model has as many active as there are"};
    return std::nullopt;
  }
};

}  // namespace dure
