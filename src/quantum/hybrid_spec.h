// A scenario of hybrid jobs: each goes back and forth between GPUs and one quantum processor (QPU),
// which is calibrated at stated hours. Read by io/described_file.h, checked by hybrid_check.h, run
// by hybrid_run.h; the model: docs/models/quantum.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.h"
#include "world/scenario.h"

namespace dure {

struct CalibrationSpec {  // every day
  std::int64_t at_min = 0, minutes = 0;
  template <class S = CalibrationSpec>
  static constexpr auto describe() {
    return Fields(Field("at_min", &S::at_min, "begins so many minutes after midnight", required,
                        range(0, 1'439)),
                  Field("minutes", &S::minutes, "its length", required, range(1, 1'440)));
  }
};

struct QpuSpec {
  std::string id;
  std::vector<CalibrationSpec> calibrations;
  std::int64_t drift_hours = 0, drift_minutes = 0;
  std::int64_t overhead_ms = 0;
  std::string source, note;
  template <class S = QpuSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "the machine", required, id_text, not_empty),
        Field("calibrations", &S::calibrations, "windows of every day, in order"),
        Field("drift_hours", &S::drift_hours,
              "so long after its last calibration it must have another; 0: never", range(0, 8'760)),
        Field("drift_minutes", &S::drift_minutes, "length of that one", range(0, 1'440)),
        Field("overhead_ms", &S::overhead_ms, "before the shots of every step: loading, compiling",
              range(0, 3'600'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HybridGpuSpec {
  std::string id;
  std::int64_t gpus = 0;
  std::string source, note;
  template <class S = HybridGpuSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "class of hardware", required, id_text, not_empty),
        Field("gpus", &S::gpus, "that hybrids may hold at once", required, range(1, 1'000'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

enum class QpuOrder { arrival, longest_left, shortest_left };

constexpr auto describe_enum(QpuOrder) {
  using E = QpuOrder;
  return std::array{Choice<E>{E::arrival, "arrival", "who came to it first"},
                    Choice<E>{E::longest_left, "longest_left", "who has the longest way to go"},
                    Choice<E>{E::shortest_left, "shortest_left", "who has the shortest"}};
}

struct CoschedulingSpec {
  QpuOrder order = QpuOrder::arrival;
  bool fill_gaps = true;
  std::int64_t release_above_permille = 1'000;
  template <class S = CoschedulingSpec>
  static constexpr auto describe() {
    return Fields(
        Field("order", &S::order, "whose step is next on the QPU"),
        Field("fill_gaps", &S::fill_gaps,
              "a shorter step may go first where the next does not fit before a calibration"),
        Field("release_above_permille", &S::release_above_permille,
              "GPUs are given back when they would idle longer than so much of the resume time",
              range(0, 1'000'000)));
  }
};

struct HybridSpec {  // jobs that are alike
  std::string id, member;
  std::int64_t jobs = 1, gpus = 0, iterations = 1;
  double classical_s = 0, sigma = 0;
  std::int64_t shots = 0, shot_us = 0;
  double resume_s = 0;
  double first_hours = 0, every_min = 0;
  bool random_arrivals = false;
  std::string source, note;
  template <class S = HybridSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("member", &S::member, "whose jobs", required, id_text, not_empty),
        Field("jobs", &S::jobs, "how many", range(1, 100'000)),
        Field("gpus", &S::gpus, "of the classical step", required, range(1, 1'000'000)),
        Field("iterations", &S::iterations, "a classical step and a quantum step, so often",
              range(1, 1'000'000)),
        Field("classical_s", &S::classical_s, "mean length of a classical step", required,
              range(0, 1'000'000)),
        Field("sigma", &S::sigma,
              "spread of a job's classical steps (lognormal, at most ten times the mean)",
              range(0, 1.5), dimensionless),
        Field("shots", &S::shots, "of a quantum step", required, range(1, 100'000'000)),
        Field("shot_us", &S::shot_us, "length of a shot", required, range(1, 100'000'000)),
        Field("resume_s", &S::resume_s, "GPUs need so long to go on after they were given back",
              range(0, 100'000)),
        Field("first_hours", &S::first_hours, "the first comes", range(0, 8'760)),
        Field("every_min", &S::every_min, "mean time to the next", range(0, 1'000'000)),
        Field("random_arrivals", &S::random_arrivals,
              "times between are drawn (exponential); else all the same"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HybridScenarioSpec {
  std::string id, title_en, title_ko;
  std::int64_t seed = 1;
  QpuSpec qpu;
  HybridGpuSpec gpus;
  CoschedulingSpec coscheduling;
  std::vector<HybridSpec> hybrids;
  std::vector<SourceSpec> sources;
  template <class S = HybridScenarioSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "name of the scenario", required, id_text, not_empty),
        Field("title_en", &S::title_en, "for people", required, not_empty),
        Field("title_ko", &S::title_ko, "the same in Korean", required, not_empty),
        Field("seed", &S::seed, "of every random draw", range(0, 9'007'199'254'740'991.0)),
        Field("qpu", &S::qpu, "the quantum processor", required),
        Field("gpus", &S::gpus, "for the classical steps", required),
        Field("coscheduling", &S::coscheduling, "how co-scheduling chooses"),
        Field("hybrids", &S::hybrids, "the jobs", required, not_empty),
        Field("sources", &S::sources, "where numbers come from"));
  }
};

}  // namespace dure
