// Chronus: training jobs with deadlines. The file counts minutes and is not sorted.
// docs/formats/gpu-logs.md. Units: ms here. The unit of the file is read from the authors' code
// (hour of day = t / 60 mod 24).
// Source: Gao et al., "Chronus: A Novel Deadline-aware Scheduler for Deep Learning Training Jobs",
// SoCC 2021.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

struct ChronusRow {
  std::int64_t job = 0;
  std::string user;       // a virtual cluster
  std::int64_t gpus = 0;  // 0 occurs
  Millis submit;
  std::int64_t iterations = 0;
  std::string model;
  Millis duration, interval;
  Millis expected;  // as the file has it, see deadline()
  std::int64_t expected_value = 0;
  std::int64_t best_effort = 0;
  std::string job_type;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("job_id", &ChronusRow::job), Column("user", &ChronusRow::user),
                      Column("num_gpu", &ChronusRow::gpus),
                      Column("submit_time", &ChronusRow::submit, per_minute),
                      Column("iterations", &ChronusRow::iterations),
                      Column("model_name", &ChronusRow::model),
                      Column("duration", &ChronusRow::duration, per_minute),
                      Column("interval", &ChronusRow::interval, per_minute),
                      Column("expect_time_list", &ChronusRow::expected, per_minute),
                      Column("expect_value_list", &ChronusRow::expected_value),
                      Column("best_effort", &ChronusRow::best_effort, CellRule{1, 0, 1}),
                      Column("job_type", &ChronusRow::job_type));
  }
  // After submission; best-effort jobs have none (the column repeats their submission).
  std::optional<Millis> deadline() const {
    return best_effort != 0 ? std::nullopt : std::optional(expected);
  }
  bool operator==(const ChronusRow&) const = default;
};

Result<BatchLog> read_chronus_log(ByteSource source, const LogOptions& options);

}  // namespace dure
