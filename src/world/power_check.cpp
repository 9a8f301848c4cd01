#include "world/power_check.h"

#include <set>
#include <string>

namespace dure {
namespace {

class Checker {
 public:
  template <class Row>
  void unique(const std::vector<Row>& rows, const std::string& list) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!seen.insert(rows[i].id).second)
        fault(list, i, "id", "an id that no row before it has", rows[i].id);
    }
  }
  template <class Row>
  void refers(const std::string& list, std::size_t i, const char* field, const std::string& id,
              const std::vector<Row>& rows, std::string_view to) {
    if (id.empty()) return;
    const auto found = find_row(rows, id, to);
    if (!found) fault(list, i, field, found.fault().expected, id);
  }
  void fault(const std::string& list, std::size_t i, const char* field, std::string expected,
             std::string found) {
    faults.push_back(
        {list + '[' + std::to_string(i) + "]." + field, std::move(expected), std::move(found), ""});
  }
  Faults faults;
};

}  // namespace

Faults check_power(const PowerSpec& spec) {
  Checker check;
  check.unique(spec.gpus, "gpus");  // invariant 1
  check.unique(spec.nodes, "nodes");
  check.unique(spec.phases, "phases");
  check.unique(spec.serving_steps, "serving_steps");
  check.unique(spec.image_steps, "image_steps");
  check.unique(spec.stages, "stages");
  check.unique(spec.chains, "chains");
  check.unique(spec.machines, "machines");
  check.unique(spec.machine_cases, "machine_cases");
  for (std::size_t i = 0; i < spec.nodes.size(); ++i) {  // invariant 2
    const NodePowerSpec& n = spec.nodes[i];
    check.refers("nodes", i, "gpu", n.gpu, spec.gpus, "gpus");
    check.refers("nodes", i, "supply", n.supply, spec.stages, "stages");
    if (n.gpus > 0 && n.gpu.empty()) check.fault("nodes", i, "gpu", "a row of gpus", "nothing");
    if (n.cpu_idle_w > n.cpu_max_w)
      check.fault("nodes", i, "cpu_idle_w", "at most cpu_max_w", std::to_string(n.cpu_idle_w));
    if (n.fan_idle_w > n.fan_max_w)
      check.fault("nodes", i, "fan_idle_w", "at most fan_max_w", std::to_string(n.fan_idle_w));
  }
  for (std::size_t i = 0; i < spec.chains.size(); ++i) {
    for (const std::string& s : spec.chains[i].stages)
      check.refers("chains", i, "stages", s, spec.stages, "stages");
  }
  for (std::size_t i = 0; i < spec.machines.size(); ++i) {
    const MachineSpec& m = spec.machines[i];
    check.refers("machines", i, "node", m.node, spec.nodes, "nodes");
    check.refers("machines", i, "node_stage", m.node_stage, spec.stages, "stages");
    check.refers("machines", i, "rack_stage", m.rack_stage, spec.stages, "stages");
  }
  for (std::size_t i = 0; i < spec.machine_cases.size(); ++i)
    check.refers("machine_cases", i, "machine", spec.machine_cases[i].machine, spec.machines,
                 "machines");
  std::set<std::string> swinging;
  for (std::size_t i = 0; i < spec.swings.size(); ++i) {
    check.refers("swings", i, "gpu", spec.swings[i].gpu, spec.gpus, "gpus");
    for (const std::string& h : spec.swings[i].hardware)  // invariant 4
      if (!swinging.insert(h).second)
        check.fault("swings", i, "hardware", "a class that no row before it has", h);
  }
  for (std::size_t i = 0; i < spec.gpus.size(); ++i) {  // invariant 3
    const GpuPowerSpec& g = spec.gpus[i];
    if (g.idle_w > g.limit_w)
      check.fault("gpus", i, "idle_w", "at most limit_w", std::to_string(g.idle_w));
  }
  return check.faults;
}

}  // namespace dure
