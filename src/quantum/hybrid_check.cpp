#include "quantum/hybrid_check.h"

#include <cstdio>
#include <string>

#include "base/row_check.h"
#include "quantum/hybrid_run.h"
#include "quantum/qpu_calendar.h"

namespace dure {
namespace {

std::string min_of(std::int64_t ms) {
  char text[40];
  std::snprintf(text, sizeof text, "%.2f min", static_cast<double>(ms) / 60'000);
  return text;
}

void windows(const QpuSpec& q, Faults& faults) {  // 2
  const auto& c = q.calibrations;
  for (std::size_t i = 0; i < c.size(); ++i) {
    const bool last = i + 1 == c.size();
    const std::int64_t next = last ? c.front().at_min + 1440 : c[i + 1].at_min;
    if (c[i].at_min + c[i].minutes >= next)
      faults.push_back({row_path("qpu.calibrations", i, "minutes"),
                        "to end before the next window begins, at minute " + std::to_string(next),
                        std::to_string(c[i].at_min) + " + " + std::to_string(c[i].minutes) + " = " +
                            std::to_string(c[i].at_min + c[i].minutes),
                        "windows stand in the order of the day"});
  }
  if (q.drift_hours > 0 && q.drift_minutes == 0)
    faults.push_back({"qpu.drift_minutes", "1 to 1440 with drift_hours", "0", ""});
}

void jobs(const HybridScenarioSpec& s, Faults& faults) {  // 3, 4, 5
  const QpuCalendar calendar(s.qpu);
  const std::int64_t longest = calendar.longest_step_ms();
  constexpr double kTenYears = 10 * 365.25 * 86'400'000.0;
  double qpu_ms = 0, gpu_ms = 0, serial_ms = 0;
  std::int64_t all_jobs = 0, steps = 0;
  for (std::size_t i = 0; i < s.hybrids.size(); ++i) {
    const HybridSpec& h = s.hybrids[i];
    if (h.gpus > s.gpus.gpus)
      faults.push_back({row_path("hybrids", i, "gpus"),
                        "at most gpus.gpus: " + std::to_string(s.gpus.gpus), std::to_string(h.gpus),
                        "it could never start"});
    const std::int64_t step = quantum_step_ms(h, s.qpu);
    if (step > longest)
      faults.push_back({row_path("hybrids", i, "shots"),
                        "a step that fits between two calibrations: at most " + min_of(longest),
                        std::to_string(s.qpu.overhead_ms) + " ms + " + std::to_string(h.shots) +
                            " shots x " + std::to_string(h.shot_us) + " us = " + min_of(step),
                        "fewer shots a step, or more steps"});
    const double n = static_cast<double>(h.jobs) * static_cast<double>(h.iterations);
    qpu_ms += n * static_cast<double>(step);
    gpu_ms +=
        n * h.classical_s * 1000 * static_cast<double>(h.gpus) / static_cast<double>(s.gpus.gpus);
    const double alone =
        static_cast<double>(h.iterations) * (static_cast<double>(step) + h.classical_s * 1000);
    serial_ms += alone * static_cast<double>(h.jobs);
    all_jobs += h.jobs, steps += h.jobs * h.iterations;
    const double latest = h.first_hours * 3.6e6 + static_cast<double>(h.jobs) * h.every_min * 6e4;
    if (alone > kTenYears || latest > kTenYears)
      faults.push_back({row_path("hybrids", i, alone > kTenYears ? "iterations" : "every_min"),
                        "an end within ten years",
                        std::to_string(std::max(alone, latest) / 86'400'000) + " days", ""});
  }
  if (qpu_ms > kTenYears || gpu_ms > kTenYears)
    faults.push_back({"hybrids", "work for ten years at most",
                      std::to_string(std::max(qpu_ms, gpu_ms) / 86'400'000) + " days on the " +
                          (qpu_ms > gpu_ms ? "QPU" : "GPUs"),
                      ""});
  if (all_jobs > 10'000 || steps > 1'000'000)
    faults.push_back({"hybrids", "at most 10,000 jobs and 1,000,000 steps",
                      std::to_string(all_jobs) + " jobs, " + std::to_string(steps) + " steps",
                      "several runs"});
  else if (serial_ms * static_cast<double>(s.gpus.gpus) > 2e16)
    faults.push_back({"gpus.gpus", "jobs one after another x GPUs: at most 2e16 GPU x ms",
                      std::to_string(serial_ms) + " ms x " + std::to_string(s.gpus.gpus),
                      "fewer GPUs or shorter work"});
}

}  // namespace

Faults check_hybrids(const HybridScenarioSpec& spec) {
  Faults faults;
  each_id_once(spec.hybrids, "hybrids", faults);
  each_id_once(spec.sources, "sources", faults);
  known_source(spec.sources, spec.qpu.source, "qpu.source", faults);
  known_source(spec.sources, spec.gpus.source, "gpus.source", faults);
  for (std::size_t i = 0; i < spec.hybrids.size(); ++i)
    known_source(spec.sources, spec.hybrids[i].source, row_path("hybrids", i, "source"), faults);
  windows(spec.qpu, faults);
  if (faults.empty()) jobs(spec, faults);
  return faults;
}

}  // namespace dure
