#include "sched/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/stream.h"
#include "sim/calibration.h"
#include "sim/generated_log.h"

namespace dure {
namespace {

TEST(RunLaw, DrawsWhatWasSeenAboveWhatIsGone) {
  RunLaw law;
  const WorkloadId work{0};
  const Millis hour(3'600'000);
  EXPECT_EQ(law.draw(work, hour, 0, 0.5), 500'000);        // the prior is uniform
  EXPECT_EQ(law.draw(work, hour, 500'000, 0.5), 750'000);  // and stays so above what is gone
  for (int i = 0; i < 16; ++i) law.learn(work, hour, i % 2 == 0 ? 200'000 : 800'000);
  EXPECT_EQ(law.draw(work, hour, 0, 0.25), 200'000);
  EXPECT_EQ(law.draw(work, hour, 0, 0.75), 800'000);
  for (const double u : {0.0, 0.3, 0.999}) {
    EXPECT_EQ(law.draw(work, hour, 200'000, u), 800'000);
    EXPECT_GE(law.draw(work, hour, 900'000, u), 900'000);  // nobody went so far: the prior
    EXPECT_LE(law.draw(work, hour, 900'000, u), 1'000'000);
  }
}

TEST(RunLaw, WhoRunsPastItsEstimateEndsWhereItIs) {
  RunLaw law;
  for (const double u : {0.0, 0.3, 0.999}) {
    EXPECT_EQ(law.draw(WorkloadId{0}, Millis(60'000), 1'700'000, u), 1'700'000);
    EXPECT_EQ(law.draw(WorkloadId{0}, Millis(60'000), 1'000'000, u), 1'000'000);
  }
  for (int i = 0; i < 40; ++i) law.learn(WorkloadId{0}, Millis(60'000), 500'000);
  for (const double u : {0.0, 0.3, 0.999})
    EXPECT_EQ(law.draw(WorkloadId{0}, Millis(60'000), 1'700'000, u), 1'700'000);
}

TEST(Scores, TheQuantileOfTheLatest) {
  Scores s;
  EXPECT_EQ(s.quantile(0.9), 1);
  for (int i = 0; i < 1000; ++i) s.add(i < 800 ? 99 : (i - 799) / 200.0);  // 200 are kept
  EXPECT_NEAR(s.quantile(0.5), 0.5, 0.01);
  EXPECT_NEAR(s.quantile(0.9), 0.9, 0.01);
  EXPECT_EQ(s.quantile(1.0), 1.0);
}

std::vector<BatchJob> exact_log(std::uint64_t seed, std::size_t n, std::int64_t procs) {
  Stream draw(seed, "tests/forecast", 0);
  std::vector<BatchJob> jobs;
  Millis at(0);
  for (std::size_t i = 0; i < n; ++i) {
    BatchJob job;
    job.number = static_cast<std::int64_t>(i);
    job.submit = at;
    job.run = job.estimate = Millis(300'000 + static_cast<std::int64_t>(draw.below(600'000)));
    job.procs = static_cast<std::int32_t>(1 + draw.below(static_cast<std::uint64_t>(procs)));
    jobs.push_back(job);
    at = at + Millis(static_cast<std::int64_t>(draw.below(800'000)));
  }
  return jobs;
}

ForecastOptions plain() {
  ForecastOptions options;
  options.arrivals = options.correct = false;
  options.grain = 0;
  options.samples = 3;
  return options;
}

// Everybody takes what it asked for, and later arrivals delay nobody: the forecast is the start.
TEST(Forecast, ExactWhereNothingIsUncertain) {
  std::size_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<BatchJob> jobs = exact_log(seed, 300, 16);
    const Calibration c = calibrate(jobs, 16, ReplayPolicy::fcfs, 0, plain());
    for (const ForecastPair& p : c.pairs) {
      if (p.job < 100) continue;  // until 16 ends were seen it does not know that they are exact
      ++seen;
      EXPECT_EQ(p.p50, p.actual) << "job " << p.job << " of " << seed;
      EXPECT_EQ(p.p90, p.actual) << "job " << p.job << " of " << seed;
    }
  }
  EXPECT_GT(seen, 400u);
}

// With backfilling a job that comes later may delay all but the head: only the last is certain.
TEST(Forecast, ExactForTheLastJobUnderEasy) {
  std::size_t seen = 0;
  for (const ReplayPolicy policy : {ReplayPolicy::easy, ReplayPolicy::dure})
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
      const std::vector<BatchJob> jobs = exact_log(seed, 120, 16);
      const Calibration c = calibrate(jobs, 16, policy, 0, plain());
      for (const ForecastPair& p : c.pairs)
        if (p.job + 1 == jobs.size()) {
          ++seen;
          EXPECT_EQ(p.p50, p.actual) << "log " << seed;
          EXPECT_EQ(p.p90, p.actual) << "log " << seed;
        }
    }
  EXPECT_GT(seen, 8u);
}

// Learnt on the first half of a log, counted on the second.
TEST(Forecast, ExceededAsOftenAsItShouldBe) {
  for (const std::uint64_t seed : {1u, 2u}) {
    const std::vector<BatchJob> jobs = generated_log(4'000, 128, 0.9, seed);
    Calibration c = calibrate(jobs, 128, ReplayPolicy::easy, 1'200);
    ASSERT_GT(c.pairs.size(), 400u);
    count_shares(c, c.pairs.size() / 2);
    EXPECT_NEAR(c.over_p50, 0.5, 0.1);
    EXPECT_NEAR(c.over_p90, 0.1, 0.05);
    for (const ForecastPair& p : c.pairs) EXPECT_LE(p.p50, p.p90);
  }
}

// The same questions give the same answers, whatever was asked in between.
TEST(Forecast, AskingChangesNothing) {
  const std::vector<BatchJob> jobs = generated_log(1'500, 64, 0.9, 3);
  const Calibration a = calibrate(jobs, 64, ReplayPolicy::easy, 300);
  const Calibration b = calibrate(jobs, 64, ReplayPolicy::easy, 300);
  ASSERT_EQ(a.pairs.size(), b.pairs.size());
  for (std::size_t i = 0; i < a.pairs.size(); ++i) {
    EXPECT_EQ(a.pairs[i].p50, b.pairs[i].p50);
    EXPECT_EQ(a.pairs[i].p90, b.pairs[i].p90);
  }
  const ReplayResult bare = replay(jobs, 64, ReplayPolicy::easy);
  for (const ForecastPair& p : a.pairs)
    EXPECT_EQ(p.actual, (bare.jobs[p.job].start - jobs[p.job].submit).count());
}

// ---- many jobs from the same samples

// One pool of 16 counted GPUs and two members; jobs come, start by `policy` and end, as drawn.
class Queue final : private Listener {
 public:
  explicit Queue(std::uint64_t seed, const Policy& policy, Forecaster& hears)
      : policy_(policy), s_(seed, "tests/queue", 0), hears_(hears) {
    for (std::uint32_t m = 0; m < 2; ++m) take(0, MemberJoined{MemberId{m}, "m", 1000, Gpus(0)});
    take(0, SiteOpened{SiteId{0}, "s"});
    take(0, PoolOpened{PoolId{0}, SiteId{0}, MemberId{0}, HardwareId{0}});
    for (std::uint32_t l = 0; l < 2; ++l)
      take(0,
           LaneOpened{
               LaneId{l}, MemberId{l}, WorkloadId{l}, Gpus(0), Spread::anywhere, 0, {PoolId{0}}});
    take(0, CapacityAdded{PoolId{0}, Gpus(16), {}});
  }
  // Until so many have come; part: of their estimates that they run.
  void run(std::uint32_t jobs, std::int64_t part_permille) {
    while (world_.jobs() < jobs) {
      now_ += static_cast<std::int64_t>(s_.below(400'000));
      while (!ends_.empty() && ends_.begin()->first <= now_) {
        const auto [at, job] = *ends_.begin();
        ends_.erase(ends_.begin());
        if (world_.jobs() % 7 == 0)
          take(at, JobFailed{JobId{job}});
        else
          take(at, JobEnded{JobId{job}});
        decide(world_, policy_, *this);
      }
      const Millis estimate(300'000 + static_cast<std::int64_t>(s_.below(600'000)));
      const LaneId lane{static_cast<std::uint32_t>(s_.below(2))};
      part_ = part_permille;
      take(now_, JobSubmitted{JobId{static_cast<std::uint32_t>(world_.jobs())}, lane,
                              Gpus(1 + static_cast<std::int64_t>(s_.below(12))), estimate});
      decide(world_, policy_, *this);
    }
  }
  // So many of 16 GPUs and an hour each, at one instant.
  void burst(std::uint32_t jobs) {
    for (std::uint32_t i = 0; i < jobs; ++i)
      take(now_, JobSubmitted{JobId{static_cast<std::uint32_t>(world_.jobs())}, LaneId{0}, Gpus(16),
                              Millis(kMsPerHour)});
    decide(world_, policy_, *this);
  }
  const World& world() const { return world_; }
  std::vector<JobId> waiting() const {
    std::vector<JobId> out;
    for (std::uint32_t j = 0; j < world_.jobs(); ++j)
      if (world_.job(JobId{j}).state == JobState::waiting) out.push_back(JobId{j});
    return out;
  }

 private:
  void take(std::int64_t at, What what) {
    const Event e{Millis(at), std::move(what)};
    hears_.hear(world_, e);
    world_.apply(e);
  }
  void wish(Command&& command) override {
    std::optional<JobId> starts;
    if (const auto* s = std::get_if<StartJob>(&command)) starts = s->job;
    take(world_.now().count(), CommandIssued{std::move(command)});
    if (!starts) return;
    const Job& job = world_.job(*starts);
    ends_.emplace(job.start.count() + job.estimate.count() * part_ / 1000, starts->index);
  }
  void wait(JobId, Reason) override {}

  const Policy policy_;
  Stream s_;
  Forecaster& hears_;
  World world_;
  std::int64_t now_ = 1, part_ = 1000;
  std::multimap<std::int64_t, std::uint32_t> ends_;
};

Policy fair() {
  Policy p;
  p.order = Order::fair;
  p.backfill = Backfill::easy;
  return p;
}

// Where nothing is uncertain, the queue's forecast is each job's own.
TEST(Forecast, TheQueueIsForecastAsEachOfItsJobsIs) {
  std::size_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Forecaster forecaster(plain());
    Queue queue(seed, fair(), forecaster);
    queue.run(300, 1000);
    LookAhead ask;
    ask.jobs = queue.waiting();
    for (int h = 1; h <= 3; ++h) ask.marks.push_back(queue.world().now() + Millis(h * 600'000));
    ask.seen = [](const World& w) {
      return std::vector<std::int64_t>{16 - w.pool(PoolId{0}).free, w.waiting_jobs()};
    };
    const Foreseen all = forecaster.forecast(queue.world(), fair(), ask);
    ASSERT_EQ(all.jobs.size(), ask.jobs.size());
    ASSERT_EQ(all.marks.size(), 3u);
    for (std::size_t i = 0; i < ask.jobs.size(); ++i, ++seen) {
      const Forecast one = forecaster.forecast(queue.world(), fair(), ask.jobs[i]);
      ASSERT_TRUE(one.p50 && all.jobs[i].p50);
      EXPECT_EQ(*all.jobs[i].p50, *one.p50) << seed;
      EXPECT_EQ(*all.jobs[i].p90, *one.p90) << seed;
    }
    // What waits at a mark is what starts after it.
    for (std::size_t m = 0; m < 3; ++m) {
      std::int64_t later = 0;
      for (const Forecast& f : all.jobs) later += *f.p50 > ask.marks[m] ? 1 : 0;
      EXPECT_EQ(all.marks[m][1].p50, later) << seed;
      EXPECT_LE(all.marks[m][0].p90, 16);
    }
  }
  EXPECT_GT(seen, 60u);
}

TEST(Forecast, WhatStartsAfterTheHorizonIsNotInSight) {
  Forecaster forecaster(plain());
  Queue queue(3, fair(), forecaster);
  queue.run(120, 1000);
  LookAhead ask;
  ask.jobs = queue.waiting();
  const Foreseen all = forecaster.forecast(queue.world(), fair(), ask);
  Millis last(0);
  for (const Forecast& f : all.jobs) last = std::max(last, *f.p50);
  ask.until = last - Millis(1);
  const Foreseen cut = forecaster.forecast(queue.world(), fair(), ask);
  std::size_t none = 0;
  for (std::size_t i = 0; i < ask.jobs.size(); ++i) {
    none += cut.jobs[i].p50 ? 0 : 1;
    EXPECT_EQ(cut.jobs[i].p50.has_value(), *all.jobs[i].p50 < last);
  }
  EXPECT_GE(none, 1u);
}

// From the world alone it learns what it would have heard.
TEST(Forecast, RecallsWhatItWouldHaveHeard) {
  std::size_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    ForecastOptions options;
    options.samples = 5;
    Forecaster heard(options), recalled(options), fresh(options);
    Queue queue(seed, fair(), heard);
    queue.run(200, 900);
    recalled.recall(queue.world(), 10'000);
    bool differs = false;
    std::vector<JobId> first = queue.waiting();
    first.resize(std::min<std::size_t>(first.size(), 8));
    for (const JobId job : first) {
      const Forecast a = heard.forecast(queue.world(), fair(), job),
                     b = recalled.forecast(queue.world(), fair(), job),
                     c = fresh.forecast(queue.world(), fair(), job);
      EXPECT_EQ(a.p50, b.p50) << seed;
      EXPECT_EQ(a.p90, b.p90) << seed;
      differs = differs || a.p50 != c.p50;
      ++seen;
    }
    EXPECT_TRUE(differs || queue.waiting().empty());
  }
  EXPECT_GT(seen, 30u);
}

// A forecast that comes back after its job has started is learnt from as if it had come in time.
TEST(Forecast, GivenLateIsGivenAllTheSame) {
  Forecaster a, b;
  Queue first(5, fair(), a), second(5, fair(), b);
  std::vector<std::pair<JobId, Forecast>> said;
  std::vector<Millis> at;
  for (std::uint32_t n = 40; n < 220; n += 3) {
    first.run(n, 800);
    second.run(n, 800);
    for (std::size_t i = 0; i < said.size(); ++i)
      if (!b.waits_for(said[i].first))
        b.given(second.world(), said[i].first, said[i].second, at[i]);
    said.clear();
    at.clear();
    for (const JobId job : first.waiting()) {
      if (a.waits_for(job)) continue;
      const Forecast f = a.forecast(first.world(), fair(), job);
      a.given(first.world(), job, f);
      said.emplace_back(job, f);
      at.push_back(first.world().now());
      break;
    }
  }
  first.run(260, 800);
  second.run(260, 800);
  std::size_t corrected = 0;
  for (const JobId job : first.waiting()) {
    const Forecast x = a.forecast(first.world(), fair(), job),
                   y = b.forecast(second.world(), fair(), job);
    EXPECT_EQ(x.raw_p50, y.raw_p50);
    EXPECT_EQ(x.p50 != x.raw_p50, y.p50 != y.raw_p50);
    corrected += y.p50 != y.raw_p50 ? 1 : 0;
  }
  EXPECT_GE(corrected, 1u);
}

// One array is as many arrivals at one instant as what is remembered, and more: that is no sign
// that the next will come at once, and the next after it. (It was replayed so, without end.)
TEST(Forecast, ALargeArrayIsNotExpectedAgainAtOnce) {
  for (const std::uint32_t before : {0u, 60u}) {
    ForecastOptions options;
    options.samples = 4;
    Forecaster hears(options);
    Queue queue(5, Policy{}, hears);
    queue.run(before, 500);
    queue.burst(700);
    const std::vector<JobId> waiting = queue.waiting();
    ASSERT_GT(waiting.size(), 600u);
    const Forecast first = hears.forecast(queue.world(), Policy{}, waiting.front());
    ASSERT_TRUE(first.p50);
    EXPECT_LT(*first.p50 - queue.world().now(), Millis(24 * kMsPerHour));
    EXPECT_GT(first.samples, 0u);
    LookAhead ask;  // most likely the next minutes bring no other array
    ask.marks = {queue.world().now() + Millis(600'000)};
    ask.until = ask.marks[0];
    ask.seen = [](const World& w) {
      return std::vector<std::int64_t>{static_cast<std::int64_t>(w.jobs())};
    };
    const Foreseen seen = hears.forecast(queue.world(), Policy{}, ask);
    ASSERT_EQ(seen.marks.size(), 1u);
    EXPECT_LT(seen.marks[0][0].p50, 300 + static_cast<std::int64_t>(queue.world().jobs()));
  }
}

}  // namespace
}  // namespace dure
