// `dure replay --gpus-per-node N`: a log on a cluster of nodes, and what is said of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "io/traces/batch_log.h"
#include "sim/gpu_replay.h"

namespace dure {

struct GpuReplayOptions {
  std::int64_t gpus_per_node = 0;  // 0: counted, no nodes
  double checkpoint_s = 600, restart_s = 60;
};

// Which policies need this kind of replay, also without --gpus-per-node.
bool is_gpu_policy(const std::string& name);

// The setup for a policy's name; a Fault where the machine or the policy does not fit.
Result<GpuSetup> gpu_setup_of(const std::string& policy, const GpuReplayOptions& options,
                              std::int64_t gpus);

// The fields that this kind of replay has and no other. docs/formats/gpu-replay.md.
nlohmann::ordered_json gpu_fields(const GpuSetup& setup, const GpuResult& result);

void print_gpu_header();
void print_gpu_row(const BatchLog& log, const std::string& policy, const GpuResult& result,
                   double cpu_s);

}  // namespace dure
