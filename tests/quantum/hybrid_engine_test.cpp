// Hybrid jobs event by event: small stories by hand, what holds under seeds, and every order of a
// few jobs beside what the ways make of them.
#include "quantum/hybrid_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/stream.h"
#include "quantum/hybrid_run.h"

namespace dure {
namespace {

constexpr std::int64_t kMin = 60'000;

QpuCalendar no_windows() { return QpuCalendar(QpuSpec{}); }

QpuSpec windows(std::vector<CalibrationSpec> at, std::int64_t drift_hours = 0,
                std::int64_t drift_minutes = 0) {
  QpuSpec q;
  q.calibrations = std::move(at);
  q.drift_hours = drift_hours;
  q.drift_minutes = drift_minutes;
  return q;
}

HybridJob job_of(std::int64_t arrive, std::int64_t gpus, std::int64_t iterations,
                 std::int64_t classical, std::int64_t quantum, std::int64_t resume = 0) {
  return {arrive, gpus, iterations, classical, quantum, resume, 0};
}

HybridRules rules_of(HybridWay way) { return hybrid_rules(way, CoschedulingSpec{}); }

// Two jobs of 10 + 10 minutes, twice: alone 40 minutes each.
const std::vector<HybridJob> kTwo{job_of(0, 8, 2, 10 * kMin, 10 * kMin),
                                  job_of(0, 8, 2, 10 * kMin, 10 * kMin)};

TEST(HybridEngine, NaiveRunsOneAfterTheOther) {
  const HybridTotals t = run_hybrids(kTwo, 16, no_windows(), rules_of(HybridWay::naive));
  EXPECT_EQ(t.jobs[0].end_ms, 40 * kMin);
  EXPECT_EQ(t.jobs[1].start_ms, 40 * kMin);
  EXPECT_EQ(t.to_ms, 80 * kMin);
  EXPECT_EQ(t.steps_ms, 40 * kMin);
  EXPECT_EQ(t.qpu_held_ms, 40 * kMin);
  EXPECT_EQ(t.held_ms, 8 * 40 * kMin);
}

TEST(HybridEngine, AServiceInterleavesThem) {
  // Classical 0-10 both, QPU 10-20 first, 20-30 second, 30-40 first, 40-50 second.
  const HybridTotals t = run_hybrids(kTwo, 16, no_windows(), rules_of(HybridWay::service));
  EXPECT_EQ(t.jobs[0].end_ms, 40 * kMin);
  EXPECT_EQ(t.jobs[1].end_ms, 50 * kMin);
  EXPECT_EQ(t.computing_ms, 8 * 40 * kMin);
  EXPECT_EQ(t.held_ms, 8 * (20 + 30) * kMin);
  EXPECT_EQ(t.qpu_free_ms, 10 * kMin);
}

TEST(HybridEngine, TogetherTwoJobsShareTheGpusOfOne) {
  // The second computes while the first is on the QPU: 0-10, 10-20, and so on, without a gap.
  const HybridTotals t = run_hybrids(kTwo, 8, no_windows(), rules_of(HybridWay::together));
  EXPECT_EQ(t.jobs[0].end_ms, 40 * kMin);
  EXPECT_EQ(t.jobs[1].end_ms, 50 * kMin);
  EXPECT_EQ(t.held_ms, 0);
  EXPECT_EQ(run_hybrids(kTwo, 8, no_windows(), rules_of(HybridWay::service)).to_ms, 80 * kMin);
}

TEST(HybridEngine, GpusAreBackInTimeForTheEndOfAStep) {
  // Resuming takes 2 of the 10 minutes of the step: it is begun at 18 and costs no time.
  const std::vector<HybridJob> one{job_of(0, 8, 2, 10 * kMin, 10 * kMin, 2 * kMin)};
  const HybridTotals t = run_hybrids(one, 8, no_windows(), rules_of(HybridWay::together));
  EXPECT_EQ(t.to_ms, 40 * kMin);
  EXPECT_EQ(t.resuming_ms, 8 * 2 * kMin);
  EXPECT_EQ(t.free_ms, 8 * (8 + 10) * kMin);
  EXPECT_EQ(t.releases, 2);
}

TEST(HybridEngine, GpusAreKeptWhereResumingCostsMoreThanWaiting) {
  const std::vector<HybridJob> one{job_of(0, 8, 2, 10 * kMin, 10 * kMin, 11 * kMin)};
  const HybridTotals t = run_hybrids(one, 8, no_windows(), rules_of(HybridWay::together));
  EXPECT_EQ(t.held_ms, 8 * 10 * kMin);
  EXPECT_EQ(t.releases, 1);  // after the last classical step they are of no more use
}

TEST(HybridEngine, AStepThatDoesNotFitWaitsForTheWindow) {
  // Window 15-45: the step of ten minutes that is ready at 10 begins at 45.
  const std::vector<HybridJob> one{job_of(0, 1, 1, 10 * kMin, 10 * kMin)};
  const HybridTotals t =
      run_hybrids(one, 1, QpuCalendar(windows({{15, 30}})), rules_of(HybridWay::service));
  EXPECT_EQ(t.to_ms, 55 * kMin);
  EXPECT_EQ(t.calibration_ms, 30 * kMin);
}

TEST(HybridEngine, AGapIsFilledByAShorterStep) {
  const std::vector<HybridJob> two{job_of(0, 1, 1, 10 * kMin, 10 * kMin),
                                   job_of(0, 1, 1, 10 * kMin, 5 * kMin)};
  const QpuCalendar calendar(windows({{15, 30}}));
  EXPECT_EQ(run_hybrids(two, 2, calendar, rules_of(HybridWay::service)).jobs[1].end_ms, 60 * kMin);
  EXPECT_EQ(run_hybrids(two, 2, calendar, rules_of(HybridWay::together)).jobs[1].end_ms, 15 * kMin);
}

TEST(HybridEngine, DriftAsksForACalibration) {
  // Fresh for an hour: steps of 40 minutes need one of 5 between them.
  const std::vector<HybridJob> one{job_of(0, 1, 2, 0, 40 * kMin)};
  const HybridTotals t =
      run_hybrids(one, 1, QpuCalendar(windows({}, 1, 5)), rules_of(HybridWay::service));
  EXPECT_EQ(t.to_ms, 85 * kMin);
  EXPECT_EQ(t.calibrations, 1);
}

TEST(HybridEngine, AJobThatComesInAWindowWaitsForItsEnd) {
  const std::vector<HybridJob> one{job_of(20 * kMin, 1, 1, 0, kMin)};
  const HybridTotals t =
      run_hybrids(one, 1, QpuCalendar(windows({{15, 30}})), rules_of(HybridWay::naive));
  EXPECT_EQ(t.to_ms, 46 * kMin);
}

TEST(QpuCalendar, CountsWorkAroundWindows) {
  const QpuCalendar calendar(windows({{60, 30}, {720, 60}}));
  EXPECT_EQ(calendar.longest_step_ms(), (720 - 90) * kMin > (1440 + 60 - 780) * kMin
                                            ? (720 - 90) * kMin
                                            : (1440 + 60 - 780) * kMin);
  EXPECT_EQ(calendar.earliest_done(0, 60 * kMin), 60 * kMin);
  EXPECT_EQ(calendar.earliest_done(0, 61 * kMin), 91 * kMin);
  EXPECT_EQ(calendar.earliest_done(70 * kMin, kMin), 91 * kMin);
  EXPECT_EQ(calendar.earliest_done(0, 10 * 1350 * kMin), 10 * 1440 * kMin);
  const QpuCalendar midnight(windows({{1430, 20}}));
  EXPECT_EQ(midnight.out_of_window(1440 * kMin + kMin), 1450 * kMin);
}

// ---- whatever is drawn ----

struct DrawnWorld {
  std::vector<HybridJob> jobs;
  std::int64_t gpus = 0;
  QpuSpec qpu;
};

DrawnWorld draw(std::uint64_t seed, std::uint64_t most_jobs, std::uint64_t most_iterations) {
  Stream s(seed, "quantum/test", 0);
  const auto upto = [&](std::uint64_t n) { return static_cast<std::int64_t>(1 + s.below(n)); };
  DrawnWorld w;
  w.gpus = upto(6);
  if (s.below(2) == 0) {
    w.qpu.calibrations.push_back({upto(40), upto(30)});
    if (s.below(2) == 0) w.qpu.calibrations.push_back({100 + upto(40), upto(30)});
  }
  if (s.below(3) == 0) w.qpu.drift_hours = upto(2), w.qpu.drift_minutes = upto(10);
  const std::int64_t n = upto(most_jobs);
  for (std::int64_t j = 0; j < n; ++j)
    w.jobs.push_back(job_of(static_cast<std::int64_t>(s.below(30)) * kMin,
                            upto(static_cast<std::uint64_t>(w.gpus)), upto(most_iterations),
                            static_cast<std::int64_t>(s.below(20)) * kMin, upto(20) * kMin,
                            static_cast<std::int64_t>(s.below(8)) * kMin));
  std::ranges::stable_sort(w.jobs, {}, &HybridJob::arrive_ms);
  return w;
}

TEST(HybridEngine, HoldsItsInvariantsUnderSeeds) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const DrawnWorld w = draw(seed, 12, 5);
    const QpuCalendar calendar(w.qpu);
    const std::int64_t least = least_end_ms(w.jobs, w.gpus, calendar);
    for (const HybridWay way : kHybridWays) {
      CoschedulingSpec how;
      how.order = static_cast<QpuOrder>(seed % 3);
      how.fill_gaps = seed % 2 == 0;
      std::int64_t until = 0, fresh = w.jobs.front().arrive_ms;
      std::vector<std::int64_t> steps(w.jobs.size());
      const auto watch = [&](const QpuSegment& x) {
        EXPECT_GE(x.from, until) << "two at once, seed " << seed;
        until = x.to;
        if (x.use == QpuUse::calibration) {
          fresh = x.to;
          return;
        }
        ++steps[x.job];
        EXPECT_EQ(x.to - x.from, w.jobs[x.job].quantum_ms);
        EXPECT_LE(x.to, calendar.next_window(x.from).from) << "in a window, seed " << seed;
        EXPECT_EQ(calendar.out_of_window(x.from), x.from) << seed;
        if (calendar.drift_ms() > 0) {
          EXPECT_LE(x.to, fresh + calendar.drift_ms()) << seed;
        }
      };
      const HybridTotals t = run_hybrids(w.jobs, w.gpus, calendar, hybrid_rules(way, how), watch);
      std::int64_t computing = 0, quantum = 0;
      for (std::size_t j = 0; j < w.jobs.size(); ++j) {
        const HybridJob& job = w.jobs[j];
        EXPECT_EQ(steps[j], job.iterations) << seed;
        EXPECT_GE(t.jobs[j].start_ms, job.arrive_ms) << seed;
        EXPECT_GE(t.jobs[j].end_ms - t.jobs[j].start_ms, job.alone_ms()) << seed;
        computing += job.iterations * job.classical_ms * job.gpus;
        quantum += job.iterations * job.quantum_ms;
      }
      EXPECT_EQ(t.computing_ms, computing) << seed;
      EXPECT_EQ(t.steps_ms, quantum) << seed;
      EXPECT_EQ(t.steps_ms + t.calibration_ms + t.qpu_held_ms + t.qpu_free_ms, t.span_ms()) << seed;
      EXPECT_EQ(t.computing_ms + t.held_ms + t.resuming_ms + t.free_ms, t.span_ms() * w.gpus);
      EXPECT_GE(t.to_ms, least) << seed;
    }
  }
}

// ---- every order of a few jobs ----

// Each order in which the steps of the jobs may be placed, each step as early as it fits: one of
// them is best for GPUs that are given back without cost (serial schedules, Kolisch 1996).
class EveryOrder {
 public:
  explicit EveryOrder(const DrawnWorld& w) : w_(w), calendar_(w.qpu) {
    next_.assign(w.jobs.size(), 0);
    for (const HybridJob& j : w.jobs) ready_.push_back(j.arrive_ms);
    place(0);
  }
  std::int64_t best = QpuCalendar::kNever;

 private:
  struct Placed {
    std::int64_t from, to, gpus;  // gpus 0: on the QPU
  };
  void place(std::int64_t end) {
    if (end >= best) return;
    bool more = false;
    for (std::size_t j = 0; j < w_.jobs.size(); ++j) {
      const HybridJob& job = w_.jobs[j];
      if (next_[j] == 2 * job.iterations) continue;
      more = true;
      const bool quantum = next_[j] % 2 == 1;
      const std::int64_t was = ready_[j], ms = quantum ? job.quantum_ms : job.classical_ms;
      const std::int64_t from = quantum ? on_qpu(was, ms) : on_gpus(was, ms, job.gpus);
      placed_.push_back({from, from + ms, quantum ? 0 : job.gpus});
      ready_[j] = from + ms;
      ++next_[j];
      place(std::max(end, from + ms));
      --next_[j];
      ready_[j] = was;
      placed_.pop_back();
    }
    if (!more) best = std::min(best, end);
  }
  std::int64_t on_qpu(std::int64_t t, std::int64_t ms) const {
    for (;;) {
      t = calendar_.out_of_window(t);
      if (const auto window = calendar_.next_window(t); t + ms > window.from) {
        t = window.to;
        continue;
      }
      const auto hit = std::ranges::find_if(
          placed_, [&](const Placed& p) { return p.gpus == 0 && p.from < t + ms && t < p.to; });
      if (hit == placed_.end()) return t;
      t = hit->to;
    }
  }
  std::int64_t on_gpus(std::int64_t t, std::int64_t ms, std::int64_t gpus) const {
    for (;;) {
      std::int64_t frees =
          QpuCalendar::kNever;  // of the instants at which it is too full, the first end
      const auto used = [&](std::int64_t at) {
        std::int64_t n = 0;
        for (const Placed& p : placed_)
          if (p.gpus > 0 && p.from <= at && at < p.to) n += p.gpus;
        return n;
      };
      std::vector<std::int64_t> at{t};
      for (const Placed& p : placed_)
        if (p.gpus > 0 && p.from > t && p.from < t + ms) at.push_back(p.from);
      bool fits = true;
      for (const std::int64_t x : at) fits &= ms == 0 || used(x) + gpus <= w_.gpus;
      if (fits) return t;
      for (const Placed& p : placed_)
        if (p.gpus > 0 && p.to > t) frees = std::min(frees, p.to);
      t = frees;
    }
  }
  const DrawnWorld& w_;
  const QpuCalendar calendar_;
  std::vector<std::int64_t> next_, ready_;
  std::vector<Placed> placed_;
};

TEST(HybridEngine, StandsNearTheBestOfEveryOrder) {
  double together = 0, service = 0, naive = 0;
  int worlds = 0, best_found = 0;
  for (std::uint64_t seed = 1000; seed < 1150; ++seed) {
    DrawnWorld w = draw(seed, 3, 2);
    w.qpu.drift_hours = 0;
    for (HybridJob& j : w.jobs) j.resume_ms = 0;
    const QpuCalendar calendar(w.qpu);
    const std::int64_t best = EveryOrder(w).best, from = w.jobs.front().arrive_ms;
    EXPECT_LE(least_end_ms(w.jobs, w.gpus, calendar), best) << seed;
    const auto over = [&](HybridWay way) {
      const std::int64_t end = run_hybrids(w.jobs, w.gpus, calendar, rules_of(way)).to_ms;
      EXPECT_GE(end, best) << seed << " " << enum_name(way);
      return static_cast<double>(end - from) / static_cast<double>(best - from);
    };
    const double t = over(HybridWay::together);
    EXPECT_LE(t, 2.0) << seed;
    best_found += t == 1 ? 1 : 0;
    together += t, service += over(HybridWay::service), naive += over(HybridWay::naive);
    ++worlds;
  }
  RecordProperty("together", std::to_string(together / worlds));
  std::printf("over the best: together %.3f, service %.3f, naive %.3f; best in %d of %d\n",
              together / worlds, service / worlds, naive / worlds, best_found, worlds);
  EXPECT_LE(together, service);
  EXPECT_LE(service, naive);
  EXPECT_LE(together / worlds, 1.1);
}

}  // namespace
}  // namespace dure
