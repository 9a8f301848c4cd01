// Alibaba's openb traces of 2023: nodes with GPUs, the pods that asked for shares of them, and the
// published allocation curves of six placement policies. docs/formats/openb.md.
// Units: cpu in 1/1000 core, memory in MiB, gpu_milli in 1/1000 GPU for each of num_gpu GPUs, times
// in ms from the start of the trace (the file has seconds).
// Invariants of a pod that was read: 1. 0 <= num_gpu <= 64, 0 <= gpu_milli <= 1000.
//                                    2. A share (gpu_milli < 1000) only with num_gpu <= 1.
// Source: Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
// Fragmentation Gradient Descent", USENIX ATC 2023.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "io/traces/batch_log.h"
#include "io/traces/table.h"

namespace dure {

struct OpenbNode {
  std::string name;
  std::int64_t cpu_milli = 0, memory_mib = 0, gpus = 0;
  std::string model;  // blank: no GPU, or not told
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(
        Column("sn", &OpenbNode::name), Column("cpu_milli", &OpenbNode::cpu_milli, natural),
        Column("memory_mib", &OpenbNode::memory_mib, natural),
        Column("gpu", &OpenbNode::gpus, CellRule{1, 0, 1024}), Column("model", &OpenbNode::model));
  }
  bool operator==(const OpenbNode&) const = default;
};

struct OpenbPod {
  std::string name;
  std::int64_t cpu_milli = 0, memory_mib = 0, num_gpu = 0, gpu_milli = 0;
  std::string gpu_spec;  // models that will do, "V100M16|V100M32"; blank: any
  std::string qos, phase;
  Millis created;
  std::optional<Millis> deleted, scheduled;  // none: it was still waiting, or still there
  static constexpr TableShape shape{};
  static constexpr auto columns() {
    return std::tuple(Column("name", &OpenbPod::name),
                      Column("cpu_milli", &OpenbPod::cpu_milli, natural),
                      Column("memory_mib", &OpenbPod::memory_mib, natural),
                      Column("num_gpu", &OpenbPod::num_gpu, CellRule{1, 0, 64}),
                      Column("gpu_milli", &OpenbPod::gpu_milli, CellRule{1, 0, 1000}),
                      Column("gpu_spec", &OpenbPod::gpu_spec, {}, Presence::may_lack),
                      Column("qos", &OpenbPod::qos), Column("pod_phase", &OpenbPod::phase),
                      Column("creation_time", &OpenbPod::created, per_second),
                      Column("deletion_time", &OpenbPod::deleted, per_second),
                      Column("scheduled_time", &OpenbPod::scheduled, per_second));
  }
  // Of all GPUs together, in 1/1000 GPU.
  std::int64_t demand_milli() const { return num_gpu * gpu_milli; }
  bool operator==(const OpenbPod&) const = default;
};

struct FgdCurve {  // one run of one policy: percent of GPUs allocated by arrived demand
  std::string workload, policy;
  double tune = 1;  // pods resampled to this share of the capacity
  std::int64_t seed = 0, total_gpus = 0;
  std::vector<double> allocated_percent;  // [d] at an arrived demand of d percent of the capacity
};

Result<std::vector<OpenbNode>> read_openb_nodes(const std::string& path);
Result<std::vector<OpenbPod>> read_openb_pods(const std::string& path);
Result<std::vector<FgdCurve>> read_fgd_curves(const std::string& path);

Result<std::vector<OpenbPod>> read_openb_pods(ByteSource source);
Result<std::vector<FgdCurve>> read_fgd_curves(ByteSource source);

// Pods as batch jobs: run from scheduled to deleted; a share counts as a whole GPU.
Result<BatchLog> read_openb_log(ByteSource source, const LogOptions& options);

}  // namespace dure
