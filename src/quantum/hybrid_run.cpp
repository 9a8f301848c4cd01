#include "quantum/hybrid_run.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/stream.h"

namespace dure {
namespace {

// Of the jobs of a row, or of all.
HybridTimes times_of(const std::vector<HybridJob>& jobs, const HybridTotals& totals,
                     std::optional<std::size_t> row) {
  std::vector<std::int64_t> taken;
  HybridTimes t;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (row && *row != jobs[j].row) continue;
    taken.push_back(totals.jobs[j].end_ms - jobs[j].arrive_ms);
    const auto ms = static_cast<double>(taken.back());
    const auto alone = static_cast<double>(std::max<std::int64_t>(1, jobs[j].alone_ms()));
    t.mean_ms += ms;
    t.mean_wait_ms += ms - alone;
    t.stretch += ms / alone;
  }
  std::ranges::sort(taken);
  const auto n = static_cast<double>(taken.size());
  t.mean_ms /= n, t.mean_wait_ms /= n, t.stretch /= n;
  t.p95_ms = static_cast<double>(taken[(taken.size() * 95 + 99) / 100 - 1]);
  return t;
}

}  // namespace

std::int64_t quantum_step_ms(const HybridSpec& job, const QpuSpec& qpu) {
  return qpu.overhead_ms + (job.shots * job.shot_us + 999) / 1000;
}

std::vector<HybridJob> hybrid_jobs(const HybridScenarioSpec& spec, std::uint64_t seed) {
  std::vector<HybridJob> jobs;
  for (std::size_t r = 0; r < spec.hybrids.size(); ++r) {
    const HybridSpec& h = spec.hybrids[r];
    Stream arrivals(seed, "quantum/arrivals/" + h.id, 0);
    double at_ms = h.first_hours * 3.6e6;
    for (std::int64_t k = 0; k < h.jobs; ++k) {
      Stream steps(seed, "quantum/steps/" + h.id, static_cast<std::uint64_t>(k));
      const double spread =
          h.sigma > 0 ? std::min(10.0, steps.lognormal(std::exp(-h.sigma * h.sigma / 2), h.sigma))
                      : 1;
      HybridJob job;
      job.arrive_ms = std::llround(at_ms);
      job.gpus = h.gpus;
      job.iterations = h.iterations;
      job.classical_ms = std::llround(h.classical_s * 1000 * spread);
      job.quantum_ms = quantum_step_ms(h, spec.qpu);
      job.resume_ms = std::llround(h.resume_s * 1000);
      job.row = r;
      jobs.push_back(job);
      at_ms += h.every_min * 6e4 * (h.random_arrivals ? arrivals.exponential() : 1);
    }
  }
  std::ranges::stable_sort(jobs, {}, &HybridJob::arrive_ms);
  return jobs;
}

HybridRules hybrid_rules(HybridWay way, const CoschedulingSpec& spec) {
  HybridRules rules;
  rules.hold_qpu = way == HybridWay::naive;
  if (way == HybridWay::together) {
    rules.may_release = true;
    rules.order = spec.order;
    rules.by_step = false;
    rules.fill_gaps = spec.fill_gaps;
    rules.release_above_permille = spec.release_above_permille;
  }
  return rules;
}

HybridRun run_hybrid_scenario(const HybridScenarioSpec& spec, std::uint64_t seed) {
  HybridRun run;
  run.jobs = hybrid_jobs(spec, seed);
  const QpuCalendar calendar(spec.qpu);
  run.least_end_ms = least_end_ms(run.jobs, spec.gpus.gpus, calendar);
  for (const HybridWay way : kHybridWays) {
    const auto i = static_cast<std::size_t>(way);
    run.ways[i] =
        run_hybrids(run.jobs, spec.gpus.gpus, calendar, hybrid_rules(way, spec.coscheduling));
    for (std::size_t r = 0; r < spec.hybrids.size(); ++r)
      run.rows[i].push_back(times_of(run.jobs, run.ways[i], r));
    run.rows[i].push_back(times_of(run.jobs, run.ways[i], std::nullopt));
  }
  return run;
}

}  // namespace dure
