#include "physics/node_power.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"
#include "physics/gpu_work.h"
#include "world/power_check.h"

namespace dure {
namespace {

double parts_w(const NodePowerSpec& n) {  // what does not follow the load
  return n.base_w + n.memory_w + static_cast<double>(n.nics) * n.nic_w +
         static_cast<double>(n.nvmes) * n.nvme_w + static_cast<double>(n.switches) * n.switch_w;
}

double cpus_w(const NodePowerSpec& n, double load) {
  CHECK(load >= 0 && load <= 1);
  return static_cast<double>(n.cpus) * (n.cpu_idle_w + (n.cpu_max_w - n.cpu_idle_w) * load);
}

// Of a node whose utilizations alone are known: linear, without fans.
double linear_node_w(const NodeModel& m, double gpu, double cpu) {
  return parts_w(m.node) + cpus_w(m.node, cpu) +
         static_cast<double>(m.node.gpus) * gpu_linear_w(m.gpu, gpu);
}

}  // namespace

double node_w(const NodePowerSpec& node, const GpuPowerSpec& gpu, double gpu_w, double cpu_load) {
  const double span = gpu.limit_w - gpu.idle_w;
  const double s = span > 0 ? std::clamp((gpu_w - gpu.idle_w) / span, 0.0, 1.0) : 0;
  const double fans = node.fan_idle_w + (node.fan_max_w - node.fan_idle_w) * s * s * s;
  return parts_w(node) + cpus_w(node, cpu_load) + static_cast<double>(node.gpus) * gpu_w + fans;
}

Result<double> node_plug_w(const PowerSpec& spec, const NodePowerSpec& node, double node_dc_w) {
  if (node.supply.empty()) return node_dc_w;
  TRY(stage, find_row(spec.stages, node.supply, "stages"));
  return through_stage(*stage, node_dc_w, 1).input_w;
}

Result<NodeModel> find_node(const PowerSpec& spec, std::string_view id) {
  TRY(node, find_row(spec.nodes, id, "nodes"));
  if (node->gpu.empty()) return NodeModel{*node, {}};
  TRY(gpu, find_row(spec.gpus, node->gpu, "gpus"));
  return NodeModel{*node, *gpu};
}

Result<double> training_node_w(const PowerSpec& spec, const NodeModel& model, double nodes) {
  TRY(train, find_row(spec.phases, "train", "phases"));
  TRY(wait, find_row(spec.phases, "communication", "phases"));
  const double f = sync_share(spec.sync_per_doubling, nodes);
  const auto in = [&](const PhaseSpec& p) {
    return node_w(model.node, model.gpu, gpu_phase_w(model.gpu, p), p.cpu);
  };
  return (1 - f) * in(*train) + f * in(*wait);
}

Result<PoolPower> pool_power(const PowerSpec& spec, std::string_view node_id) {
  TRY(model, find_node(spec, node_id));
  const auto plug = [&](double gpu_w, double cpu) -> Result<Watts> {
    TRY(w, node_plug_w(spec, model.node, node_w(model.node, model.gpu, gpu_w, cpu)));
    return Watts(std::llround(w));
  };
  const std::int64_t gpus = std::max<std::int64_t>(model.node.gpus, 1);
  TRY(idle, plug(model.gpu.idle_w, 0));
  TRY(most, plug(model.gpu.limit_w, 1));
  PoolPower pool{{idle, most, gpus}, {}};
  for (const PhaseSpec& phase : spec.phases) {
    TRY(w, plug(gpu_phase_w(model.gpu, phase), phase.cpu));
    const auto added = static_cast<double>((w - idle).count());
    pool.added_w.push_back(Watts(std::llround(added / static_cast<double>(gpus))));
  }
  return pool;
}

Watts pool_w(const PoolPower& pool, std::int64_t powered_gpus,
             std::span<const std::int64_t> gpus_by_phase) {
  CHECK(gpus_by_phase.size() <= pool.added_w.size());
  Watts sum = idle_power(pool.span, powered_gpus);
  for (std::size_t i = 0; i < gpus_by_phase.size(); ++i)
    sum += Watts(gpus_by_phase[i] * pool.added_w[i].count());
  return sum;
}

Result<MachineModel> find_machine(const PowerSpec& spec, std::string_view id) {
  TRY(machine, find_row(spec.machines, id, "machines"));
  TRY(node, find_node(spec, machine->node));
  TRY(node_stage, find_row(spec.stages, machine->node_stage, "stages"));
  TRY(rack_stage, find_row(spec.stages, machine->rack_stage, "stages"));
  return MachineModel{*machine, node, *node_stage, *rack_stage};
}

Result<MachineFlow> machine_power(const MachineModel& m, std::span<const NodeGroup> groups) {
  const auto all = static_cast<double>(m.machine.nodes);
  MachineFlow flow;
  std::int64_t named = 0;
  for (const NodeGroup& g : groups) {
    const std::string where = "groups[" + std::to_string(&g - groups.data()) + "]";
    if (g.nodes < 0 || g.nodes > m.machine.nodes - named)
      return Fault{where + ".nodes", "at most " + std::to_string(m.machine.nodes - named),
                   std::to_string(g.nodes), ""};
    if (!(g.gpu >= 0 && g.gpu <= 1 && g.cpu >= 0 && g.cpu <= 1))
      return Fault{where, "utilizations from 0 to 1",
                   std::to_string(g.gpu) + ", " + std::to_string(g.cpu), ""};
    named += g.nodes;
    flow.nodes_w += static_cast<double>(g.nodes) * linear_node_w(m.node, g.gpu, g.cpu);
  }
  flow.nodes_w += static_cast<double>(m.machine.nodes - named) * linear_node_w(m.node, 0, 0);
  flow.switches_w = static_cast<double>(m.machine.switches) * m.machine.switch_w;
  flow.cdus_w = static_cast<double>(m.machine.cdus) * m.machine.cdu_w;
  const StageFlow nodes = through_stage(m.node_stage, flow.nodes_w, all * m.machine.node_units);
  const StageFlow racks =
      through_stage(m.rack_stage, nodes.input_w + flow.switches_w, all * m.machine.rack_units);
  flow.node_loss_w = nodes.loss_w();
  flow.rack_loss_w = racks.loss_w();
  flow.input_w = racks.input_w + flow.cdus_w;
  return flow;
}

MachineLine machine_line(const MachineModel& m) {
  const double slope = 1 / (m.node_stage.efficiency * m.rack_stage.efficiency);
  const double idle = linear_node_w(m.node, 0, 0);
  return {machine_power(m, {}).value().input_w, (linear_node_w(m.node, 1, 0) - idle) * slope,
          (linear_node_w(m.node, 0, 1) - idle) * slope};
}

}  // namespace dure
