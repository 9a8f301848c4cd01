// Deep-learning training jobs of Muri (milliseconds) and of Tiresias (seconds), and the table that
// describes the machine of both. docs/formats/gpu-logs.md.
// Units: times in ms here; resource_time_* in ms an iteration on three resources, by their sizes
// CPU, GPU and network.
// Source: Zhao et al., "Multi-Resource Interleaving for Deep Learning Training", SIGCOMM 2022;
// Gu et al., "Tiresias: A GPU Cluster Manager for Distributed Deep Learning", NSDI 2019.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

struct MuriRow {
  std::int64_t job = 0, gpus = 0;
  Millis submit;
  std::int64_t iterations = 0;
  std::string model;
  std::int64_t batch_size = 0;
  Millis duration, interval;
  double iteration_ms = 0, cpu_ms = 0, gpu_ms = 0, network_ms = 0;
  std::int64_t priority = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(
        Column("job_id", &MuriRow::job), Column("num_gpu", &MuriRow::gpus),
        Column("submit_time", &MuriRow::submit, per_ms), Column("iterations", &MuriRow::iterations),
        Column("model_name", &MuriRow::model), Column("batch_size", &MuriRow::batch_size),
        Column("duration", &MuriRow::duration, per_ms),
        Column("interval", &MuriRow::interval, per_ms),
        Column("iteration_time", &MuriRow::iteration_ms),
        Column("resource_time_0", &MuriRow::cpu_ms), Column("resource_time_1", &MuriRow::gpu_ms),
        Column("resource_time_2", &MuriRow::network_ms), Column("priority", &MuriRow::priority));
  }
  bool operator==(const MuriRow&) const = default;
};

struct TiresiasRow {
  std::int64_t job = 0, gpus = 0;
  Millis submit;
  std::int64_t iterations = 0;
  std::string model;
  Millis duration, interval;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("job_id", &TiresiasRow::job), Column("num_gpu", &TiresiasRow::gpus),
                      Column("submit_time", &TiresiasRow::submit, per_second),
                      Column("iterations", &TiresiasRow::iterations),
                      Column("model_name", &TiresiasRow::model),
                      Column("duration", &TiresiasRow::duration, per_second),
                      Column("interval", &TiresiasRow::interval, per_second));
  }
  bool operator==(const TiresiasRow&) const = default;
};

struct ClusterSpec {  // one row: n8g8.csv, n32g4.csv
  std::int64_t switches = 0, nodes_per_switch = 0, gpus_per_node = 0, cpus_per_node = 0;
  std::int64_t memory_gb_per_node = 0;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    constexpr CellRule count{1, 0, 100'000};
    return std::tuple(Column("num_switch", &ClusterSpec::switches, count),
                      Column("num_node_p_switch", &ClusterSpec::nodes_per_switch, count),
                      Column("num_gpu_p_node", &ClusterSpec::gpus_per_node, count),
                      Column("num_cpu_p_node", &ClusterSpec::cpus_per_node, count),
                      Column("mem_p_node", &ClusterSpec::memory_gb_per_node, count));
  }
  std::int64_t gpus() const { return switches * nodes_per_switch * gpus_per_node; }
  bool operator==(const ClusterSpec&) const = default;
};

struct ServiceTime {  // yarn-gput1000.csv: GPU time of past jobs, for a Gittins index
  Millis gpu_time;
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("duration", &ServiceTime::gpu_time, per_second));
  }
};

Result<BatchLog> read_muri_log(ByteSource source, const LogOptions& options);
Result<BatchLog> read_tiresias_log(ByteSource source, const LogOptions& options);

}  // namespace dure
