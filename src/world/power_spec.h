// The electric side of machines as data: GPUs, nodes, phases of work, steps of inference and
// training, conversion stages, machines and limits by date. What the numbers mean, their sources
// and errors: docs/models/node-power.md and docs/models/conversion.md. Shipped rows:
// models/power.yaml, models/frontier.yaml. Shares are of a GPU's limit unless said otherwise.
//
// Invariants (checked by check_power in world/power_check.h, not by the reader):
//   1. Ids are unique in their list.  2. Every id that is referred to exists.
//   3. Idle is not above the limit.
//   4. A class of machines swings by one row.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"

namespace dure {

enum class PowerLevel { rack, busway, hall, substation, grid };

constexpr auto describe_enum(PowerLevel) {
  using E = PowerLevel;
  return std::array{Choice<E>{E::rack, "rack", "one rack"},
                    Choice<E>{E::busway, "busway", "the racks on one busway"},
                    Choice<E>{E::hall, "hall", "the racks of a hall"},
                    Choice<E>{E::substation, "substation", "the site's transformers"},
                    Choice<E>{E::grid, "grid", "what the grid contract allows"}};
}

struct GpuPowerSpec {  // one package
  std::string id;
  double idle_w = 0, limit_w = 0;  // no work; the board's power limit
  double active_share = 0;         // drawn by a running kernel that neither computes nor moves
  double compute_share = 0;        // added while the arithmetic units are busy
  double memory_share = 0;         // added while memory is streamed
  double regulated_share = 1;      // mean that the board's regulator holds under full load
  double static_share = 0;         // of the cap law: what clocks do not change
  double cap_exponent = 2;         // of the cap law: dynamic power goes as clock to this power
  double lowest_cap_share = 0;     // the least limit that the board takes
  double bf16_dense_tflops = 0, fp8_dense_tflops = 0, memory_tb_per_s = 0;
  std::string source, note;
  template <class S = GpuPowerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("idle_w", &S::idle_w, "power without work", required, range(0, 2'000)),
        Field("limit_w", &S::limit_w, "power limit of the board", required, above(0, 10'000)),
        Field("active_share", &S::active_share,
              "of the limit: drawn by a running step that neither computes nor streams memory",
              required, range(0, 1), dimensionless),
        Field("compute_share", &S::compute_share,
              "of the limit: added while the arithmetic units are busy", required, range(0, 2),
              dimensionless),
        Field("memory_share", &S::memory_share, "of the limit: added while memory is streamed",
              required, range(0, 2), dimensionless),
        Field("regulated_share", &S::regulated_share,
              "of the limit: the mean that the regulator holds under full load", above(0, 1.1),
              dimensionless),
        Field("static_share", &S::static_share,
              "of the way from idle to the limit: what a lower clock does not lower", required,
              range(0, 0.9), dimensionless),
        Field("cap_exponent", &S::cap_exponent,
              "dynamic power goes as clock to this power, in the law of caps", required,
              above(1, 10), dimensionless),
        Field("lowest_cap_share", &S::lowest_cap_share, "of the limit: the least cap that is taken",
              required, above(0, 1), dimensionless),
        Field("bf16_dense_tflops", &S::bf16_dense_tflops, "peak, dense BF16", range(0, 1'000'000)),
        Field("fp8_dense_tflops", &S::fp8_dense_tflops, "peak, dense FP8; 0: computes in BF16",
              range(0, 1'000'000)),
        Field("memory_tb_per_s", &S::memory_tb_per_s, "memory bandwidth", range(0, 1'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct NodePowerSpec {  // at the node's direct-current side: before its power supplies
  std::string id, gpu;
  std::int64_t gpus = 0, cpus = 0, nics = 0, nvmes = 0, switches = 0;
  double cpu_idle_w = 0, cpu_max_w = 0, nic_w = 0, nvme_w = 0, switch_w = 0, memory_w = 0;
  double base_w = 0, fan_idle_w = 0, fan_max_w = 0;
  std::string supply;  // its power supplies: a conversion stage, or empty
  std::string source, note;
  template <class S = NodePowerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("gpu", &S::gpu, "a row of gpus; empty for a node without"),
        Field("gpus", &S::gpus, "GPUs in a node", range(0, 1'024)),
        Field("cpus", &S::cpus, "processors in a node", required, range(0, 64)),
        Field("nics", &S::nics, "network cards in a node", range(0, 64)),
        Field("nvmes", &S::nvmes, "drives in a node", range(0, 64)),
        Field("switches", &S::switches, "switch chips inside the node", range(0, 64)),
        Field("cpu_idle_w", &S::cpu_idle_w, "one idle processor", range(0, 2'000)),
        Field("cpu_max_w", &S::cpu_max_w, "one busy processor", range(0, 2'000)),
        Field("nic_w", &S::nic_w, "one network card", range(0, 500)),
        Field("nvme_w", &S::nvme_w, "one drive", range(0, 200)),
        Field("switch_w", &S::switch_w, "one switch chip", range(0, 2'000)),
        Field("memory_w", &S::memory_w, "all memory of the node", range(0, 5'000)),
        Field("base_w", &S::base_w, "board and all that is not named here", range(0, 20'000)),
        Field("fan_idle_w", &S::fan_idle_w, "fans of an idle node", range(0, 5'000)),
        Field("fan_max_w", &S::fan_max_w, "fans with every GPU at its limit", range(0, 5'000)),
        Field("supply", &S::supply, "its power supplies: a row of stages; empty: none"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PhaseSpec {  // what a GPU does in one kind of work, as shares of the time of a step
  std::string id;
  double compute = 0, memory = 0, cpu = 0;
  bool working = true;  // false: GPUs are idle, not even waiting inside a kernel
  std::string source, note;
  template <class S = PhaseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("compute", &S::compute, "share of the step with busy arithmetic units", required,
              range(0, 1), dimensionless),
        Field("memory", &S::memory, "share of the step with memory streamed", required, range(0, 1),
              dimensionless),
        Field("cpu", &S::cpu, "load of the node's processors", range(0, 1), dimensionless),
        Field("working", &S::working, "false: no kernel runs"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ServingStepSpec {  // one step of a language model that serves: docs/models/node-power.md
  std::string id;
  double compute_efficiency = 1, memory_efficiency = 1;  // of the peaks
  double overlap_cost = 0;              // of the shorter of compute and memory, added to the longer
  double fixed_ms = 0;                  // launch and host, each step
  double host_ms = 0, sequence_ms = 0;  // of the host, beside the GPUs: the step takes no less
  double doubling_ms = 0;               // communication, each doubling of the GPUs
  double imbalance_share = 0;           // waiting of experts apart, each doubling of the GPUs
  double expert_arithmetic_share = 1;   // of experts' arithmetic for an output token
  double routing_share = 1;  // of active over all: the chance that a token goes to an expert
  double prompt_tokens_chat = 0, prompt_tokens_code = 0;  // for each output token
  std::string source, note;
  template <class S = ServingStepSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("compute_efficiency", &S::compute_efficiency, "of the peak, in a busy step", required,
              above(0, 1), dimensionless),
        Field("memory_efficiency", &S::memory_efficiency, "of the bandwidth, in a busy step",
              required, above(0, 1), dimensionless),
        Field("overlap_cost", &S::overlap_cost,
              "of the shorter of compute and memory, added to the longer", range(0, 1),
              dimensionless),
        Field("fixed_ms", &S::fixed_ms, "launch and host of a step", required, range(0, 1'000)),
        Field("host_ms", &S::host_ms,
              "of the host, beside the GPUs: a step takes no less than this", range(0, 1'000)),
        Field("sequence_ms", &S::sequence_ms,
              "of the host, added to host_ms for each sequence that it schedules", range(0, 100)),
        Field("doubling_ms", &S::doubling_ms, "communication for each doubling of the GPUs",
              range(0, 1'000)),
        Field("imbalance_share", &S::imbalance_share,
              "waiting of GPUs that hold different experts, for each doubling of them", range(0, 1),
              dimensionless),
        Field("expert_arithmetic_share", &S::expert_arithmetic_share,
              "of the arithmetic of an output token in a mixture of experts: what is not hidden "
              "behind the streaming of its experts",
              range(0, 1), dimensionless),
        Field("routing_share", &S::routing_share,
              "the chance that a token goes to a given expert, over active parameters over all",
              above(0, 1), dimensionless),
        Field("prompt_tokens_chat", &S::prompt_tokens_chat, "prompt tokens an output token, chat",
              range(0, 1'000), dimensionless),
        Field("prompt_tokens_code", &S::prompt_tokens_code,
              "prompt tokens an output token, code completion", range(0, 1'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ImageStepSpec {  // one pass of a diffusion transformer
  std::string id;
  double compute_efficiency = 1, fixed_ms = 0, doubling_ms = 0;  // ms for 10^9 parameters
  double exchange_share = 0, ring_share = 0;  // of the arithmetic, at 10^9 parameters
  double tokens_1024px = 0;                   // latent tokens of 1024 x 1024
  std::string source, note;
  template <class S = ImageStepSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("compute_efficiency", &S::compute_efficiency, "of the peak, in a busy pass", required,
              above(0, 1), dimensionless),
        Field("fixed_ms", &S::fixed_ms,
              "launch of a pass, 10^9 parameters; grows as their cube root", required,
              range(0, 1'000)),
        Field("doubling_ms", &S::doubling_ms,
              "communication for each doubling of the GPUs, 10^9 parameters", range(0, 1'000)),
        Field("exchange_share", &S::exchange_share,
              "all-to-all among many GPUs over arithmetic, 10^9 parameters", range(0, 100),
              dimensionless),
        Field("ring_share", &S::ring_share,
              "of each further GPU of a ring over arithmetic, 10^9 parameters", range(0, 100),
              dimensionless),
        Field("tokens_1024px", &S::tokens_1024px, "latent tokens of an image of 1024 x 1024",
              required, above(0, 1'000'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// How machines of these classes swing between the phases train and communication while their GPUs
// keep step: docs/models/conversion.md.
struct SwingSpec {
  std::vector<std::string> hardware;
  std::string gpu;
  double cap_w = 0;  // power limit that is set; 0: the board's own
  double smoothing_s = 0;
  std::string source, note;
  template <class S = SwingSpec>
  static constexpr auto describe() {
    return Fields(
        Field("hardware", &S::hardware, "classes of machines of a scenario", required, not_empty),
        Field("gpu", &S::gpu, "their GPU: a row of gpus", required, not_empty),
        Field("cap_w", &S::cap_w, "power limit that is set on a GPU; 0: none", range(0, 10'000)),
        Field("smoothing_s", &S::smoothing_s,
              "time constant of what stores energy between GPU and plug; 0: nothing does", required,
              range(0, 3'600)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct StageSpec {  // P_in = (P_out + units x constant_loss_w) / efficiency
  std::string id, name;
  double unit_output_w = 0;    // rated output of one unit
  double constant_loss_w = 0;  // of one unit, at any load
  double efficiency = 1;       // of each further watt
  double redundancy = 1;       // units installed over units needed: 2 for 2N
  std::string source, note;
  template <class S = StageSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name", &S::name, "what it is", required, not_empty),
        Field("unit_output_w", &S::unit_output_w, "rated output of one unit", required,
              above(0, 1'000'000'000)),
        Field("constant_loss_w", &S::constant_loss_w, "loss of one unit at any load, also at none",
              required, range(0, 100'000'000)),
        Field("efficiency", &S::efficiency, "of each further watt", required, above(0.5, 1),
              dimensionless),
        Field("redundancy", &S::redundancy, "units installed over units needed: 2 for 2N",
              range(1, 10), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ChainSpec {  // from the load to the grid
  std::string id;
  std::vector<std::string> stages;
  std::string source, note;
  template <class S = ChainSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("stages", &S::stages, "rows of stages, from the load to the grid", required,
              not_empty),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct MachineSpec {  // nodes - node stage - + switches - rack stage - + pumps of the CDUs
  std::string id, node, node_stage, rack_stage;
  std::int64_t nodes = 0, switches = 0, cdus = 0;
  double switch_w = 0, cdu_w = 0;
  double node_units = 1, rack_units = 1;  // units of a stage for each node
  double liquid_share = 0;                // of the heat
  std::string source, note;
  template <class S = MachineSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("node", &S::node, "a row of nodes", required, not_empty),
        Field("node_stage", &S::node_stage, "the stage at each node", required, not_empty),
        Field("rack_stage", &S::rack_stage, "the stage of nodes and switches", required, not_empty),
        Field("nodes", &S::nodes, "nodes of the machine", required, range(1, 10'000'000)),
        Field("switches", &S::switches, "switches of the machine", range(0, 1'000'000)),
        Field("cdus", &S::cdus, "cooling distribution units", range(0, 100'000)),
        Field("switch_w", &S::switch_w, "one switch", range(0, 10'000)),
        Field("cdu_w", &S::cdu_w, "pumps of one cooling distribution unit", range(0, 1'000'000)),
        Field("node_units", &S::node_units, "units of the node stage for a node", above(0, 100),
              dimensionless),
        Field("rack_units", &S::rack_units, "units of the rack stage for a node", above(0, 100),
              dimensionless),
        Field("liquid_share", &S::liquid_share, "of the heat that goes to liquid", range(0, 1),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

enum class MachineQuantity { input_mw, loss_pct };
constexpr auto describe_enum(MachineQuantity) {
  using E = MachineQuantity;
  return std::array{
      Choice<E>{E::input_mw, "input_mw", "what the machine draws, MW"},
      Choice<E>{E::loss_pct, "loss_pct", "losses of its stages, percent of what it draws"}};
}

struct MachineCaseSpec {  // a published figure of a machine in a known state
  std::string id, machine;
  std::int64_t busy_nodes = 0;  // the others are idle
  double gpu = 0, cpu = 0;      // utilization of the busy nodes
  MachineQuantity quantity = MachineQuantity::input_mw;
  double published = 0;
  std::string source, note;
  template <class S = MachineCaseSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("machine", &S::machine, "a row of machines", required, not_empty),
        Field("busy_nodes", &S::busy_nodes, "nodes that work; the others are idle", required,
              range(0, 10'000'000)),
        Field("gpu", &S::gpu, "utilization of their GPUs", required, range(0, 1), dimensionless),
        Field("cpu", &S::cpu, "utilization of their processors", required, range(0, 1),
              dimensionless),
        Field("quantity", &S::quantity, "what is published", required),
        Field("published", &S::published, "its value, in the unit of quantity", required,
              above(0, 1'000'000), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

// From this day on, until a later row of the same place and level. The grid's limit is not among
// them: sites[].grid has it. Rack, busway and hall: what racks draw; substation: what the site
// does.
struct PowerLimitStep {
  std::string site, hall;  // no hall: each hall of the site
  PowerLevel level = PowerLevel::rack;
  Date from;
  double limit_kw = 0;
  std::int64_t racks = 0;  // of a busway
  std::string source, note;
  template <class S = PowerLimitStep>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "where", required, refers_to("sites")),
        Field("hall", &S::hall, "only in this hall; left out: in each hall of the site", id_text),
        Field("level", &S::level, "what is limited: rack, busway, hall or substation", required),
        Field("from", &S::from, "from this day on", required),
        Field("limit_kw", &S::limit_kw, "what may be drawn there", required, range(0, 10'000'000)),
        Field("racks", &S::racks, "of a busway: racks that hang on one", range(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PowerSpec {
  std::vector<GpuPowerSpec> gpus;
  std::vector<NodePowerSpec> nodes;
  std::vector<PhaseSpec> phases;
  std::vector<ServingStepSpec> serving_steps;
  std::vector<ImageStepSpec> image_steps;
  double sync_per_doubling = 0;  // waiting for others over own work, each doubling of the nodes
  std::vector<SwingSpec> swings;
  std::vector<StageSpec> stages;
  std::vector<ChainSpec> chains;
  std::vector<MachineSpec> machines;
  std::vector<MachineCaseSpec> machine_cases;
  template <class S = PowerSpec>
  static constexpr auto describe() {
    return Fields(
        Field("gpus", &S::gpus, "power of GPUs"), Field("nodes", &S::nodes, "power of nodes"),
        Field("phases", &S::phases, "what GPUs do in a kind of work"),
        Field("serving_steps", &S::serving_steps, "steps of language models that serve"),
        Field("image_steps", &S::image_steps, "passes of image models"),
        Field("sync_per_doubling", &S::sync_per_doubling,
              "strong scaling: waiting for others over own work, for each doubling of the nodes",
              range(0, 1), dimensionless),
        Field("swings", &S::swings, "how machines swing that train in step"),
        Field("stages", &S::stages, "conversion stages"),
        Field("chains", &S::chains, "conversion from the load to the grid"),
        Field("machines", &S::machines, "whole machines of equal nodes"),
        Field("machine_cases", &S::machine_cases,
              "published figures of machines in a known state"));
  }
};

}  // namespace dure
