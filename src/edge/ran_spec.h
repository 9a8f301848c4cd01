// A scenario of AI-RAN: groups of radio cells whose slots are worked off by a GPU at the edge, and
// what of that GPU may be lent to inference. Read by io/described_file.h, checked by ran_check.h,
// run by ran_day.h; the model: docs/models/ai-ran.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/scenario.h"

namespace dure {

struct EdgeGpuSpec {  // with its share of the server
  std::string id;
  double idle_w = 0, ran_w = 0, inference_w = 0;
  std::int64_t inference_tokens_per_s = 0;
  std::string source, note;
  template <class S = EdgeGpuSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "class of hardware", required, id_text, not_empty),
        Field("idle_w", &S::idle_w, "drawn when nothing runs", required, range(0, 20'000)),
        Field("ran_w", &S::ran_w, "drawn while it works on slots", required, range(0, 20'000)),
        Field("inference_w", &S::inference_w, "drawn while inference runs", required,
              range(0, 20'000)),
        Field("inference_tokens_per_s", &S::inference_tokens_per_s,
              "tokens that a whole GPU gives out in a second of inference", required,
              range(0, 10'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct RadioSpec {
  std::string id;
  std::int64_t slot_us = 500, deadline_us = 500;
  std::string tdd = "DDDSU";
  std::int64_t prbs = 273, layers_down = 4, layers_up = 4;
  std::int64_t down_ns_per_prb_layer = 0, up_ns_per_prb_layer = 0;
  std::int64_t cell_us = 0, launch_us = 0;
  std::int64_t grants = 4;
  std::string source, note;
  template <class S = RadioSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("slot_us", &S::slot_us, "length of a slot: 1000, 500, 250 or 125", required,
              range(125, 1'000)),
        Field("deadline_us", &S::deadline_us,
              "a slot's work must be done so long after it came; at most a slot", required,
              range(1, 1'000)),
        Field("tdd", &S::tdd, "kinds of the slots in their order: D down, S special, U up",
              not_empty),
        Field("prbs", &S::prbs, "resource blocks of a cell", range(1, 275)),
        Field("layers_down", &S::layers_down, "spatial layers, downlink", range(1, 64)),
        Field("layers_up", &S::layers_up, "spatial layers, uplink", range(1, 64)),
        Field("down_ns_per_prb_layer", &S::down_ns_per_prb_layer,
              "time of a whole GPU for a resource block and layer, D and S", required,
              range(0, 100'000)),
        Field("up_ns_per_prb_layer", &S::up_ns_per_prb_layer, "the same, U", required,
              range(0, 100'000)),
        Field("cell_us", &S::cell_us, "of a cell in every slot, used or not", range(0, 1'000)),
        Field("launch_us", &S::launch_us, "of a group in every slot, used or not", range(0, 1'000)),
        Field("grants", &S::grants, "equal parts of a cell's blocks, each used or not",
              range(1, 18)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct PlaceSpec {
  std::string id;
  std::vector<double> hour_load;
  double sigma = 0;
  std::string source, note;
  template <class S = PlaceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("hour_load", &S::hour_load, "mean share of the blocks in use, by hour from 0 (KST)",
              required, range(0, 1), dimensionless, length(24)),
        Field("sigma", &S::sigma, "spread of a group's hour about it (lognormal)", range(0, 2),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct RanLendingSpec {
  std::int64_t quantum_us = 0, preempt_us = 0, switch_us = 0;
  double reclaim_ms = 0;
  std::int64_t objective_ppm = 10;
  std::string source, note;
  template <class S = RanLendingSpec>
  static constexpr auto describe() {
    return Fields(
        Field("quantum_us", &S::quantum_us, "inference runs in pieces of this length", required,
              range(1, 1'000'000)),
        Field("preempt_us", &S::preempt_us,
              "a piece stops at most so long after it is told to, its work lost; 0: at its end",
              range(0, 1'000'000)),
        Field("switch_us", &S::switch_us, "from cells to inference, and back", required,
              range(0, 100'000)),
        Field("reclaim_ms", &S::reclaim_ms, "the cells have their GPU back within", required,
              above(0, 10'000)),
        Field("objective_ppm", &S::objective_ppm, "late slots in a million at most",
              range(0, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

enum class GpuSplit { mig, mps };

constexpr auto describe_enum(GpuSplit) {
  using E = GpuSplit;
  return std::array{
      Choice<E>{E::mig, "mig", "slices of the hardware: whole ones, and none slows another"},
      Choice<E>{E::mps, "mps", "any share of the processors, but memory is shared"}};
}

struct RanPartitionSpec {
  std::int64_t ran_share_milli = 1000;
  GpuSplit isolation = GpuSplit::mig;
  std::int64_t slices = 1, slowdown_milli = 0;
  std::string source, note;
  template <class S = RanPartitionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("ran_share_milli", &S::ran_share_milli, "thousandths that are the cells'", required,
              range(1, 1'000)),
        Field("isolation", &S::isolation, "how the parts are kept apart", required),
        Field("slices", &S::slices, "with mig: of the whole GPU", range(1, 16)),
        Field("slowdown_milli", &S::slowdown_milli,
              "with mps: cells' work takes so much longer beside inference", range(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct RanMoneySpec {
  double krw_per_gpu_hour = 0, krw_per_kwh = 0;
  std::string source, note;
  template <class S = RanMoneySpec>
  static constexpr auto describe() {
    return Fields(
        Field("krw_per_gpu_hour", &S::krw_per_gpu_hour, "paid for a GPU hour of inference",
              required, range(0, 1'000'000)),
        Field("krw_per_kwh", &S::krw_per_kwh, "electricity", required, range(0, 10'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CellRowSpec {  // groups of cells that are alike
  std::string id, member, place, radio;
  std::int64_t groups = 0, cells_per_group = 0, gpu_milli = 1000;
  std::string source, note;
  template <class S = CellRowSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("member", &S::member, "whose cells", required, id_text, not_empty),
        Field("place", &S::place, "where they stand", required, id_text),
        Field("radio", &S::radio, "what they send", required, id_text),
        Field("groups", &S::groups, "groups of cells", required, range(1, 1'000'000)),
        Field("cells_per_group", &S::cells_per_group, "cells that share a GPU", required,
              range(1, 200)),
        Field("gpu_milli", &S::gpu_milli, "thousandths of a GPU that a group has", range(1, 1'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct RanSpec {
  std::string id, title_en, title_ko;
  std::int64_t seed = 1, check_slots = 20'000;
  EdgeGpuSpec gpu;
  std::vector<RadioSpec> radios;
  std::vector<PlaceSpec> places;
  RanLendingSpec lending;
  RanPartitionSpec partition;
  RanMoneySpec money;
  std::vector<CellRowSpec> cells;
  std::vector<SourceSpec> sources;
  template <class S = RanSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "name of the scenario", required, id_text, not_empty),
        Field("title_en", &S::title_en, "for people", required, not_empty),
        Field("title_ko", &S::title_ko, "the same in Korean", required, not_empty),
        Field("seed", &S::seed, "of every random draw", range(0, 9'007'199'254'740'991.0)),
        Field("check_slots", &S::check_slots,
              "slots of each row and hour that are worked off one by one, beside the sums",
              range(100, 10'000'000)),
        Field("gpu", &S::gpu, "the GPU at the edge", required),
        Field("radios", &S::radios, "what cells send, and what it costs", required, not_empty),
        Field("places", &S::places, "load by hour", required, not_empty),
        Field("lending", &S::lending, "what cells leave is lent slot by slot", required),
        Field("partition", &S::partition, "the GPU split for good, to compare", required),
        Field("money", &S::money, "prices", required),
        Field("cells", &S::cells, "whose cells stand where", required, not_empty),
        Field("sources", &S::sources, "where numbers come from"));
  }
};

}  // namespace dure
