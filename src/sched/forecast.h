// When will this job start? A median (P50) and a late date (P90) that are meant to be exceeded by
// half and by a tenth of the jobs. Method, sources and figures: docs/models/forecast.md.
//   1. Samples: the copied world is run ahead (ahead.h), with run times drawn from what ended jobs
//      took of their estimates, and with arrivals as they came lately.
//   2. Correction: of forecasts that have come true, actual wait / forecast wait, by size of the
//      forecast; the quantile of that which has lately been right (online conformal prediction).
//
// Many jobs are forecast from the same samples, and a sample may be looked at on its way
// (LookAhead).
//
// Invariants: 1. A forecast is a function of what was heard, the world, the policy and the job.
//             2. p50 <= p90, and neither is before now.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "sched/ahead.h"

namespace dure {

// What ended jobs took of their estimates, in millionths, by workload and size of the estimate.
class RunLaw {
 public:
  void learn(WorkloadId work, Millis estimate, std::int64_t part);
  // A draw above `gone`; u in [0, 1).
  std::int64_t draw(WorkloadId work, Millis estimate, std::int64_t gone, double u) const;

 private:
  static constexpr std::size_t kKept = 256;
  static constexpr std::size_t kEnough = 16;  // fewer are made up by the prior, uniform on (0, 1]
  struct Seen {
    std::vector<std::int64_t> ring, sorted;
    std::size_t next = 0;
    void add(std::int64_t part);
  };
  std::map<std::uint32_t, Seen> of_work_;                            // [workload]
  std::map<std::pair<std::uint32_t, std::uint32_t>, Seen> by_size_;  // and magnitude of estimate
};

// Actual over forecast, lately; a ring with its sorted image.
class Scores {
 public:
  void add(double score);
  std::size_t size() const { return ring_.size(); }
  double quantile(double level) const;  // 1 where nothing is known

 private:
  static constexpr std::size_t kKept = 200;
  std::vector<double> ring_, sorted_;
  std::size_t next_ = 0;
};

struct Forecast {
  std::optional<Millis> p50, p90;          // instants; none: not seen to start at all
  std::optional<Millis> raw_p50, raw_p90;  // before the correction
  std::size_t samples = 0;
  bool cut_short = false;  // some samples were stopped before the start, and drawn out from there
};

// What is asked of the samples.
struct LookAhead {
  std::vector<JobId> jobs;    // whose start: they wait, or wait for others
  std::vector<Millis> marks;  // rising instants at which `seen` looks at each sample
  std::function<std::vector<std::int64_t>(const World&)> seen;  // figures, always as many
  Millis until{Timeline::kForever};  // what starts later is not seen to start
  std::int64_t events = 0;           // work for all samples together; 0: as in the options
  std::uint64_t key = 0;             // of the draws: the same key, the same weather
};

struct Figure {  // of `seen` over the samples
  std::int64_t p10 = 0, p50 = 0, p90 = 0;
};

struct Foreseen {
  std::vector<Forecast> jobs;              // as asked
  std::vector<std::vector<Figure>> marks;  // [mark][figure]; the last may be missing: cut short
  std::size_t samples = 0;
  bool cut_short = false;
};

struct ForecastOptions {
  std::size_t samples = 21, least_samples = 3;
  Millis step{};                 // the scheduler's interval
  std::int64_t grain = 32;       // see ahead.h
  std::int64_t events = 80'000;  // work for all samples together, in events
  bool arrivals = true, correct = true;
  std::uint64_t seed = 1;
};

class Forecaster {
 public:
  explicit Forecaster(ForecastOptions options = {}) : options_(options) {}

  // Learns from a fact; before it is applied to the world.
  void hear(const World& world, const Event& e);
  Forecast forecast(const World& world, const Policy& policy, JobId job) const;
  Foreseen forecast(const World& world, const Policy& policy, const LookAhead& ask) const;
  // The forecast was given at the world's now: when the job starts, the correction learns from it.
  void given(const World& world, JobId job, const Forecast& forecast);
  // The same where the world has gone on since `at`; a job that has started since is learnt from at
  // once.
  void given(const World& world, JobId job, const Forecast& forecast, Millis at);
  bool waits_for(JobId job) const { return given_.contains(job); }  // given, not come true yet
  // What hear() would have learnt of the last `jobs` of a world, as far as the world remembers it:
  // not of jobs that were stopped or resized, nor how forecasts came true. ours: of jobs that were
  // submitted; empty: all.
  void recall(const World& world, std::size_t jobs, const std::function<bool(JobId)>& ours = {});

 private:
  struct Said {  // one quantile: the raw wait, the one that was given; ms
    std::int64_t raw = 0, given = 0;
    std::int64_t known = 0;  // it waits longer than this: what was learnt before it started
    bool late = false;       // that it was exceeded has been counted
  };
  struct Given {
    std::int64_t at = 0;
    std::array<Said, 2> said{};  // P50, P90
  };
  struct Level {  // the quantiles of scores that have lately been exceeded as they should
    double p50 = 0.5, p90 = 0.9;
  };
  static constexpr std::size_t kSizes = 12;
  static constexpr std::size_t kEnough = 30;
  static std::int64_t drawn_out(const World& from, const World& to, JobId id);
  void submitted(Millis at, const Coming& job);
  Millis pause_after_burst(Millis now) const;  // 0: what came last is no burst
  void ran(const World& world, const Job& job, Millis span, Millis time);
  Forecast corrected(const World& world, std::vector<std::int64_t>& waits) const;
  static std::size_t size_of(std::int64_t wait_ms);
  std::int64_t corrected(std::int64_t wait_ms, std::size_t size, bool late) const;
  void came_true(JobId job, Millis at);
  void overdue(Millis now);
  void learn(Said& said, std::size_t which, std::int64_t wait, bool over);

  const ForecastOptions options_;
  RunLaw law_;
  std::vector<Coming> recent_;  // a ring; `at` is the gap before it
  std::size_t next_recent_ = 0;
  std::optional<Millis> first_arrival_, last_arrival_;
  std::int64_t arrivals_ = 0;
  std::map<JobId, Given> given_;
  std::array<Scores, kSizes + 1> scores50_, scores90_;  // the last: of all sizes
  std::array<Level, kSizes + 1> levels_;
};

}  // namespace dure
