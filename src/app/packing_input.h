// openb's rows as the packing experiment wants them. Header only: the tests of sim read the
// recorded trace with it too. Invariants of a PackingTrial that was made here: 1. There is a GPU,
// and a request for one.
//   2. No node has more than kMostNodeGpus GPUs; every share asks for at least 1/1000 GPU.
//   3. CPU and memory of a node or a request are at most kMostAmount, so sums fit.
#pragma once

#include <fmt/core.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/traces/openb.h"
#include "sim/packing_experiment.h"

namespace dure {

inline constexpr std::int64_t kMostAmount = 1'000'000'000'000;

// nodes_path and pods_path: for faults only.
inline Result<PackingTrial> packing_trial(const std::vector<OpenbNode>& nodes,
                                          const std::vector<OpenbPod>& pods,
                                          const std::string& nodes_path,
                                          const std::string& pods_path) {
  PackingTrial trial;
  std::map<std::string, GpuModels, std::less<>> models;
  bool has_gpu = false, asks_gpu = false;
  for (const OpenbNode& n : nodes) {
    const std::string where = fmt::format("{}: node {}", nodes_path, n.name);
    if (n.gpus > kMostNodeGpus)
      return Fault{where, fmt::format("at most {} GPUs", kMostNodeGpus), std::to_string(n.gpus),
                   ""};
    if (n.cpu_milli > kMostAmount || n.memory_mib > kMostAmount)
      return Fault{where, "CPU and memory of a machine", "more than 10^12", "units?"};
    GpuModels model = 0;
    if (!n.model.empty() && n.gpus > 0) {
      if (models.size() == 64 && !models.contains(n.model))
        return Fault{where, "at most 64 GPU models", n.model, ""};
      model = models.try_emplace(n.model, GpuModels{1} << models.size()).first->second;
    }
    trial.nodes.push_back(
        PackNode::empty(n.cpu_milli, n.memory_mib, static_cast<std::int32_t>(n.gpus), model));
    has_gpu = has_gpu || n.gpus > 0;
  }
  if (!has_gpu) return Fault{nodes_path, "a node with GPUs", "none", ""};
  for (const OpenbPod& p : pods) {
    if (p.cpu_milli > kMostAmount || p.memory_mib > kMostAmount)
      return Fault{fmt::format("{}: pod {}", pods_path, p.name), "CPU and memory of a pod",
                   "more than 10^12", "units?"};
    PackRequest r{p.cpu_milli, p.memory_mib, 0, 0, kAnyGpuModel};
    if (p.demand_milli() > 0) {
      r.gpus = static_cast<std::int32_t>(p.num_gpu);
      r.gpu_milli = static_cast<std::int32_t>(p.gpu_milli);
      asks_gpu = true;
      if (!p.gpu_spec.empty()) r.models = 0;  // a model that no node has fits nowhere
      for (std::string_view left = p.gpu_spec; !left.empty();) {
        const std::size_t bar = left.find('|');
        if (const auto known = models.find(left.substr(0, bar)); known != models.end())
          r.models |= known->second;
        left = bar == std::string_view::npos ? "" : left.substr(bar + 1);
      }
    }
    trial.requests.push_back(r);
  }
  if (!asks_gpu) return Fault{pods_path, "a pod that asks for GPUs", "none", ""};
  return trial;
}

}  // namespace dure
