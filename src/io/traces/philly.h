// Microsoft's Philly trace as one table of GPU jobs. docs/formats/gpu-logs.md.
// Units: local wall clock of 2017; duration in ms (the file has seconds), GPUs, GPU-seconds in ms.
// Source: Jeon et al., "Analysis of Large-Scale Multi-Tenant GPU Clusters for DNN Training
// Workloads", USENIX ATC 2019; the table is the one of Helios (Hu et al., SC 2021).
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

struct PhillyRow {
  Stamp submitted;
  Millis duration;
  std::int64_t gpus = 0;
  Millis gpu_time;
  std::string cluster;  // a virtual cluster such as 6214e9: text, not a number
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("timestamp", &PhillyRow::submitted),
                      Column("duration", &PhillyRow::duration, per_second),
                      Column("num_gpus", &PhillyRow::gpus),
                      Column("gpu_time", &PhillyRow::gpu_time, per_second),
                      Column("cluster", &PhillyRow::cluster));
  }
  bool operator==(const PhillyRow&) const = default;
};

Result<BatchLog> read_philly_log(ByteSource source, const LogOptions& options);

}  // namespace dure
