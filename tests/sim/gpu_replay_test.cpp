// The figures of a GPU replay, by hand and against sums made one by one.
#include "sim/gpu_replay.h"

#include <gtest/gtest.h>

#include "base/stream.h"

namespace dure {
namespace {

BatchJob job(std::int64_t submit_s, std::int64_t run_s, std::int32_t gpus) {
  BatchJob j;
  j.submit = seconds(submit_s);
  j.run = j.estimate = seconds(run_s);
  j.procs = gpus;
  return j;
}

TEST(GpuReplay, FiguresByHand) {
  // On 8 GPUs, node of 8. Job 0 holds all from 0 to 1000 s; job 1 comes at 100 s and needs 50 s.
  std::vector<BatchJob> jobs{job(0, 1000, 8), job(100, 50, 8)};
  jobs[1].deadline = seconds(200);
  const GpuCluster cluster{8, 8, 1};
  const GpuResult fcfs =
      gpu_replay(jobs, gpu_setup(GpuPolicy::fcfs, cluster, seconds(60), seconds(10)));
  EXPECT_DOUBLE_EQ(fcfs.mean_jct_s, (1000.0 + 950.0) / 2);
  EXPECT_DOUBLE_EQ(fcfs.makespan_s, 1050);
  EXPECT_DOUBLE_EQ(fcfs.utilization, 1);
  EXPECT_EQ(fcfs.deadlines, 1);
  EXPECT_EQ(fcfs.deadlines_met, 0);
  // SRTF stops job 0 at 100 s: it saved 60 s, 40 s are lost, and 10 s more when it goes on at 150
  // s.
  const GpuResult srtf =
      gpu_replay(jobs, gpu_setup(GpuPolicy::srtf, cluster, seconds(60), seconds(10)));
  EXPECT_EQ(srtf.stops, 1);
  EXPECT_EQ(srtf.jobs_stopped, 1);
  EXPECT_DOUBLE_EQ(srtf.mean_jct_s, (1100.0 + 50.0) / 2);
  EXPECT_DOUBLE_EQ(srtf.lost_gpu_h, 8 * 50.0 / 3600);
  EXPECT_DOUBLE_EQ(srtf.held_gpu_h, srtf.useful_gpu_h + srtf.lost_gpu_h);
  EXPECT_EQ(srtf.deadlines_met, 1);
  // Shares: alone until 100 s, then at half the speed each: job 1 needs 100 s, job 0 until 1050 s.
  const std::vector<double> shares = exclusive_share_ms(jobs, 8);
  EXPECT_NEAR(shares[1], 100'000, 1e-6);
  EXPECT_NEAR(shares[0], 1'050'000, 1e-6);
  EXPECT_NEAR(srtf.fairness_max, 1100.0 / 1050, 1e-9);
  EXPECT_DOUBLE_EQ(srtf.unfair_share, 0.5);
}

// The exclusive share in steps of a thousandth of a unit, of every job by itself.
TEST(GpuReplay, ExclusiveShareBySmallSteps) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Stream s(seed, "share", 0);
    std::vector<BatchJob> jobs;
    std::int64_t t = 0;
    const auto gpus = 1 + static_cast<std::int64_t>(s.below(6));
    for (std::uint64_t n = 1 + s.below(8); n > 0; --n) {
      t += static_cast<std::int64_t>(s.below(4));
      BatchJob j;
      j.submit = Millis(t);
      j.run = j.estimate = Millis(1 + static_cast<std::int64_t>(s.below(9)));
      j.procs = static_cast<std::int32_t>(1 + s.below(static_cast<std::uint64_t>(gpus)));
      jobs.push_back(j);
    }
    const std::vector<double> fast = exclusive_share_ms(jobs, gpus);
    constexpr double step = 0.001;
    std::vector<double> left, end(jobs.size(), -1);
    for (const BatchJob& j : jobs) left.push_back(static_cast<double>(j.run.count()));
    std::size_t done = 0;
    for (double now = 0; done < jobs.size(); now += step) {
      double n = 0;
      for (std::size_t i = 0; i < jobs.size(); ++i)
        n += end[i] < 0 && now >= static_cast<double>(jobs[i].submit.count()) - step / 2;
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto submit = static_cast<double>(jobs[i].submit.count());
        if (end[i] >= 0 || now < submit - step / 2) continue;
        left[i] -= step * std::min(1.0, static_cast<double>(gpus) / (n * jobs[i].procs));
        if (left[i] > 1e-9) continue;
        end[i] = now + step - submit;
        ++done;
      }
    }
    for (std::size_t i = 0; i < jobs.size(); ++i)
      ASSERT_NEAR(fast[i], end[i], 0.05) << seed << " job " << i;
  }
}

TEST(GpuReplay, TwoRunsAreEqual) {
  std::vector<BatchJob> jobs;
  Stream s(1, "gpu_replay", 0);
  std::int64_t t = 0;
  for (int i = 0; i < 500; ++i) {
    t += static_cast<std::int64_t>(s.below(300));
    BatchJob j =
        job(t, 1 + static_cast<std::int64_t>(s.below(5000)), std::int32_t{1} << s.below(5));
    j.user = static_cast<std::int32_t>(s.below(4));
    jobs.push_back(j);
  }
  for (const GpuPolicy p :
       {GpuPolicy::fcfs, GpuPolicy::easy, GpuPolicy::fair, GpuPolicy::srtf, GpuPolicy::dure}) {
    const GpuSetup setup = gpu_setup(p, {16, 8, 8}, seconds(600), seconds(60));
    const GpuResult a = gpu_replay(jobs, setup), b = gpu_replay(jobs, setup);
    EXPECT_EQ(a.events, b.events);
    EXPECT_EQ(a.mean_jct_s, b.mean_jct_s);
    EXPECT_EQ(a.fairness_p99, b.fairness_p99);
  }
}

}  // namespace
}  // namespace dure
