// Shockwave: training jobs whose batch size may change on the way; tab-separated, no header.
// docs/formats/gpu-logs.md. Units: ms here, seconds in the file. Commands are text and never run.
// Source: Zheng et al., "Shockwave: Fair and Efficient Cluster Scheduling for Dynamic Adaptation in
// Machine Learning", NSDI 2023.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

struct ShockwaveRow {
  std::string job_type, command, working_directory, steps_argument;
  std::int64_t needs_data_dir = 0, total_steps = 0;
  std::int64_t gpus = 0;
  std::string mode;  // static, accordion, gns
  double priority_weight = 1, slo = -1;
  Millis duration;  // at a fixed batch size
  Millis arrival;
  static constexpr TableShape shape{'\t', Header::none};
  static constexpr auto columns() {
    return std::tuple(
        Column("job_type", &ShockwaveRow::job_type), Column("command", &ShockwaveRow::command),
        Column("working_directory", &ShockwaveRow::working_directory),
        Column("num_steps_arg", &ShockwaveRow::steps_argument),
        Column("needs_data_dir", &ShockwaveRow::needs_data_dir),
        Column("total_steps", &ShockwaveRow::total_steps),
        Column("scale_factor", &ShockwaveRow::gpus), Column("mode", &ShockwaveRow::mode),
        Column("priority_weight", &ShockwaveRow::priority_weight),
        Column("SLO", &ShockwaveRow::slo), Column("duration", &ShockwaveRow::duration, per_second),
        Column("arrival", &ShockwaveRow::arrival, per_second));
  }
  bool operator==(const ShockwaveRow&) const = default;
};

Result<BatchLog> read_shockwave_log(ByteSource source, const LogOptions& options);

}  // namespace dure
