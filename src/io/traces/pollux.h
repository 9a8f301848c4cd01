// Pollux: training jobs by application. No run times: they follow from the application, the GPUs
// and the batch size. docs/formats/gpu-logs.md. Units: ms here, seconds in the file. Source: Qiao
// et al., "Pollux: Co-adaptive Cluster Scheduling for Goodput-Optimized Deep Learning", OSDI 2021.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "io/traces/table.h"

namespace dure {

struct PolluxRow {
  std::string name;
  Millis submit;
  std::string application;
  std::int64_t gpus = 0, batch_size = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(
        Column("name", &PolluxRow::name), Column("time", &PolluxRow::submit, per_second),
        Column("application", &PolluxRow::application), Column("num_replicas", &PolluxRow::gpus),
        Column("batch_size", &PolluxRow::batch_size));
  }
  bool operator==(const PolluxRow&) const = default;
};

}  // namespace dure
