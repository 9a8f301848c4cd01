#include "edge/ran_check.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/row_check.h"
#include "edge/ran_day.h"

namespace dure {
namespace {

std::string us(double ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f us", ns / 1000);
  return text;
}

std::string short_text(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", v);
  return text;
}

class RanCheck {
 public:
  explicit RanCheck(const RanSpec& s) : s_(s) {}

  Faults all() {
    rows();
    for (std::size_t i = 0; i < s_.radios.size(); ++i) radio(s_.radios[i], i);
    power();
    partition();
    reclaim();
    if (faults_.empty()) size();
    if (faults_.empty())
      for (std::size_t i = 0; i < s_.cells.size(); ++i) load(s_.cells[i], i);
    return std::move(faults_);
  }

 private:
  void fault(std::string where, std::string expected, std::string found, std::string hint = "") {
    faults_.push_back({std::move(where), std::move(expected), std::move(found), std::move(hint)});
  }
  void source(const std::string& text, const std::string& path) {
    known_source(s_.sources, text, path + ".source", faults_);
  }

  void rows() {  // 1
    each_id_once(s_.radios, "radios", faults_);
    each_id_once(s_.places, "places", faults_);
    each_id_once(s_.cells, "cells", faults_);
    each_id_once(s_.sources, "sources", faults_);
    for (std::size_t i = 0; i < s_.cells.size(); ++i) {
      refers(s_.places, "places", s_.cells[i].place, row_path("cells", i, "place"), faults_);
      refers(s_.radios, "radios", s_.cells[i].radio, row_path("cells", i, "radio"), faults_);
      source(s_.cells[i].source, row_path("cells", i));
    }
    for (std::size_t i = 0; i < s_.radios.size(); ++i)
      source(s_.radios[i].source, row_path("radios", i));
    for (std::size_t i = 0; i < s_.places.size(); ++i)
      source(s_.places[i].source, row_path("places", i));
    source(s_.gpu.source, "gpu");
    source(s_.lending.source, "lending");
    source(s_.partition.source, "partition");
    source(s_.money.source, "money");
  }

  void radio(const RadioSpec& r, std::size_t i) {  // 2
    if (1000 % r.slot_us != 0)
      fault(row_path("radios", i, "slot_us"), "1000, 500, 250 or 125", std::to_string(r.slot_us),
            "a slot is 1 ms / 2^n (3GPP TS 38.211)");
    if (r.deadline_us > r.slot_us)
      fault(row_path("radios", i, "deadline_us"),
            "at most slot_us: " + std::to_string(r.slot_us) + " us", std::to_string(r.deadline_us),
            "work that spans slots is not modelled");
    if (r.tdd.find_first_not_of("DSU") != std::string::npos || r.tdd.size() > 40)
      fault(row_path("radios", i, "tdd"), "at most 40 of D, S and U", "'" + r.tdd + "'",
            "such as DDDSU");
  }

  void power() {  // 6
    const EdgeGpuSpec& g = s_.gpu;
    if (g.ran_w < g.idle_w || g.inference_w < g.idle_w)
      fault(g.ran_w < g.idle_w ? "gpu.ran_w" : "gpu.inference_w",
            "at least idle_w: " + short_text(g.idle_w) + " W",
            short_text(std::min(g.ran_w, g.inference_w)) + " W");
  }
  void partition() {  // 6
    const RanPartitionSpec& p = s_.partition;
    if (p.isolation == GpuSplit::mig && p.ran_share_milli * p.slices % 1000 != 0)
      fault("partition.ran_share_milli", "whole slices of " + std::to_string(p.slices),
            std::to_string(p.ran_share_milli) + " x " + std::to_string(p.slices) + " / 1000 = " +
                short_text(static_cast<double>(p.ran_share_milli * p.slices) / 1000) + " slices",
            "mps takes any share");
    if (p.isolation == GpuSplit::mig && p.slowdown_milli != 0)
      fault("partition.slowdown_milli", "0 with mig", std::to_string(p.slowdown_milli),
            "slices have memory of their own");
  }

  void reclaim() {  // 4
    const LendRule rule = lend_rule(s_.lending, LendGuard::off);
    const RanLendingSpec& l = s_.lending;
    const bool stops = l.preempt_us > 0 && l.preempt_us < l.quantum_us;
    const std::string sum = (stops ? "preempt " + std::to_string(l.preempt_us)
                                   : "quantum " + std::to_string(l.quantum_us)) +
                            " + switch " + std::to_string(l.switch_us) + " = " +
                            us(static_cast<double>(rule.reclaim_ns()));
    if (static_cast<double>(rule.reclaim_ns()) > l.reclaim_ms * 1e6)
      fault("lending.reclaim_ms", "at least the longest that a piece may keep the GPU",
            us(l.reclaim_ms * 1e6) + " < " + sum, "a shorter quantum_us, or a preempt_us");
    for (std::size_t i = 0; i < s_.radios.size(); ++i) {
      const RadioSpec& r = s_.radios[i];
      if (rule.reclaim_ns() >= r.deadline_us * 1000)
        fault(stops ? "lending.preempt_us" : "lending.quantum_us",
              "to be back before a slot of " + r.id + " is late: less than " +
                  us(static_cast<double>(r.deadline_us * 1000)),
              sum, "a shorter quantum_us, or a preempt_us");
    }
  }

  template <class Rows>
  static const auto& find(const Rows& rows, const std::string& id) {
    return *std::ranges::find_if(rows, [&](const auto& r) { return r.id == id; });
  }
  void size() {  // 5
    constexpr double kMostTerms = 1e8, kMostSlots = 2e7;
    double terms = 0;
    for (const CellRowSpec& row : s_.cells) {
      const RadioSpec& r = find(s_.radios, row.radio);
      terms += static_cast<double>(row.groups * row.cells_per_group * r.grants) *
               static_cast<double>(r.tdd.size());
    }
    if (terms > kMostTerms)
      fault("cells", "groups x cells x grants x slots of a pattern: at most 100,000,000",
            short_text(terms), "fewer groups, or several runs");
    const double slots = static_cast<double>(s_.check_slots) * static_cast<double>(s_.cells.size());
    if (slots > kMostSlots)
      fault("check_slots", "rows of cells x check_slots: at most 20,000,000", short_text(slots),
            "fewer check_slots");
  }

  void load(const CellRowSpec& row, std::size_t i) {  // 3
    const RadioSpec& radio = find(s_.radios, row.radio);
    const PlaceSpec& place = find(s_.places, row.place);
    const auto peak = std::ranges::max_element(place.hour_load);
    const GroupWork work = group_work(row, radio, row.gpu_milli);
    const double need = work.mean_ns(*peak);
    if (need <= static_cast<double>(work.deadline_ns)) return;
    const SlotKindWork& dearest = *std::ranges::max_element(
        work.cycle, {}, [&](const SlotKindWork& k) { return k.at(work.grants); });
    fault(row_path("cells", i, "cells_per_group"),
          "mean work of the dearest slot within its deadline of " +
              us(static_cast<double>(work.deadline_ns)) + " at every hour",
          us(static_cast<double>(dearest.base_ns)) + " + " + std::to_string(work.grants) +
              " grants x " + us(static_cast<double>(dearest.step_ns)) + " x load " +
              short_text(*peak) + " = " + us(need) + " at hour " +
              std::to_string(peak - place.hour_load.begin()) + ", on " +
              std::to_string(row.gpu_milli) + " thousandths of a GPU",
          "fewer cells a group, or more of a GPU");
  }

  const RanSpec& s_;
  Faults faults_;
};

}  // namespace

Faults check_ran(const RanSpec& spec) { return RanCheck(spec).all(); }

}  // namespace dure
