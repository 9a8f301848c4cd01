// Power of a node from its parts, of a pool of nodes in whole watts, and of a machine of equal
// nodes with the losses of its stages. docs/models/node-power.md.
//
//   node     P = base + memory + NICs + NVMe + switches + CPUs (linear in load) + GPUs + fans
//   fans     idle + (max - idle) x s^3, s: the GPUs' share of the way from idle to their limits
//   pool     nodes x P_idle + sum over phases of GPUs x the whole watts that one adds
//   machine  nodes - node stage - + switches - rack stage - + CDU pumps (RAPS, SC24)
//
// Invariants: 1. A pool's power is the same whole number in whatever order GPUs are counted.
//             2. A machine's input = IT + losses of the stages + CDU pumps.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "physics/conversion.h"
#include "physics/gpu_power.h"
#include "physics/power.h"
#include "world/power_spec.h"

namespace dure {

// gpu_w: one GPU's power (all alike); cpu_load 0 to 1. At the node's own side of its supplies.
double node_w(const NodePowerSpec& node, const GpuPowerSpec& gpu, double gpu_w, double cpu_load);
// The same at the plug; a node without supplies draws what it draws.
Result<double> node_plug_w(const PowerSpec& spec, const NodePowerSpec& node, double node_dc_w);

// A node and its GPU, found once.
struct NodeModel {
  NodePowerSpec node;
  GpuPowerSpec gpu;
};
Result<NodeModel> find_node(const PowerSpec& spec, std::string_view id);

// A node that trains in step with others: the phases train and communication, the second for
// sync_share of the time. At the node's own side of its supplies.
Result<double> training_node_w(const PowerSpec& spec, const NodeModel& model, double nodes);

// ---- a pool in whole watts: what a run adds up at each step ----

// Watts that one GPU in a phase adds to an idle node, its share of CPUs and fans with it, to the
// nearest; at the plug where supplies are given.
struct PoolPower {
  NodePower span;              // as physics/power.h has it: idle, max and GPUs of a node
  std::vector<Watts> added_w;  // by phase, in the order of PowerSpec::phases
};
Result<PoolPower> pool_power(const PowerSpec& spec, std::string_view node_id);
// gpus_by_phase: GPUs in each phase; powered_gpus: GPUs of nodes that are switched on.
Watts pool_w(const PoolPower& pool, std::int64_t powered_gpus,
             std::span<const std::int64_t> gpus_by_phase);

// ---- a machine ----

struct MachineModel {
  MachineSpec machine;
  NodeModel node;
  StageSpec node_stage, rack_stage;
};
Result<MachineModel> find_machine(const PowerSpec& spec, std::string_view id);

struct NodeGroup {  // nodes that do the same; utilizations 0 to 1
  std::int64_t nodes = 0;
  double gpu = 0, cpu = 0;
};
struct MachineFlow {
  double nodes_w = 0, switches_w = 0, cdus_w = 0;
  double node_loss_w = 0, rack_loss_w = 0;
  double input_w = 0;
  double loss_w() const { return node_loss_w + rack_loss_w; }
};
// Groups may leave out nodes: those are idle. More nodes than the machine has are refused.
Result<MachineFlow> machine_power(const MachineModel& m, std::span<const NodeGroup> groups);

// The same as a straight line in summed utilization, for each step of a run.
struct MachineLine {
  double idle_w = 0, per_gpu_node_w = 0, per_cpu_node_w = 0;  // a node's GPUs, CPUs from 0 to 1
  double input_w(double gpu_nodes, double cpu_nodes) const {
    return idle_w + per_gpu_node_w * gpu_nodes + per_cpu_node_w * cpu_nodes;
  }
};
MachineLine machine_line(const MachineModel& m);

}  // namespace dure
