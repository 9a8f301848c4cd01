#include "sched/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace dure
