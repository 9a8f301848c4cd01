// Power of a GPU and of its work: by hand, at the limits, and by laws that hold for any numbers.
#include "physics/gpu_power.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"
#include "physics/gpu_work.h"
#include "shipped.h"

namespace dure {
namespace {

GpuPowerSpec
plain_gpu() {  // 1,000 W, static 100 + 900 / 9 = 200 W, dynamic power as the square of the clock
  GpuPowerSpec g;
  g.id = "plain";
  g.idle_w = 100;
  g.limit_w = 1000;
  g.active_share = 0.2;
  g.compute_share = 0.4;
  g.memory_share = 0.2;
  g.regulated_share = 1;
  g.static_share = 1.0 / 9;
  g.cap_exponent = 2;
  g.lowest_cap_share = 0.3;
  g.bf16_dense_tflops = 1000;
  g.fp8_dense_tflops = 2000;
  g.memory_tb_per_s = 2;
  return g;
}

TEST(GpuPower, WorkingPowerByHand) {
  const GpuPowerSpec g = plain_gpu();
  // q = 0.2 + 0.4 x 0.5 + 0.2 x 0.5 = 0.5; the smooth minimum takes 1 - (1 + 0.5^8)^(-1/8).
  const double expected = 1000 * 0.5 / std::pow(1 + std::pow(0.5, 8), 0.125);
  EXPECT_NEAR(gpu_working_w(g, {0.5, 0.5}), expected, 1e-9);
  EXPECT_NEAR(gpu_working_w(g, {0.5, 0.5}), 499.757, 1e-3);
  EXPECT_DOUBLE_EQ(gpu_phase_w(g, {"idle", 0, 0, 0, false, "", ""}), 100);
  EXPECT_DOUBLE_EQ(gpu_linear_w(g, 0), 100);
  EXPECT_DOUBLE_EQ(gpu_linear_w(g, 0.5), 550);
  EXPECT_DOUBLE_EQ(gpu_linear_w(g, 1), 1000);
}

TEST(GpuPower, RisesWithWorkAndNeverPassesWhatTheRegulatorHolds) {
  for (const GpuPowerSpec& g : shipped_power().gpus) {
    double before = 0;
    for (int i = 0; i <= 20; ++i) {
      const double u = i / 20.0;
      const double w = gpu_working_w(g, {u, u});
      EXPECT_GT(w, before) << g.id;
      EXPECT_GE(w, gpu_working_w(g, {u, 0})) << g.id;
      EXPECT_GE(w, gpu_working_w(g, {0, u})) << g.id;
      EXPECT_LE(w, g.regulated_share * g.limit_w) << g.id;
      before = w;
    }
  }
}

TEST(GpuPower, CapByHand) {
  const GpuPowerSpec g = plain_gpu();
  // Draw 1,000, cap 400: (400 - 200) / (1,000 - 200) = 0.25, its root 0.5.
  EXPECT_DOUBLE_EQ(clock_ratio(g, 400, 1000).value(), 0.5);
  EXPECT_DOUBLE_EQ(clock_ratio(g, 1000, 1000).value(), 1);
  EXPECT_DOUBLE_EQ(clock_ratio(g, 500, 450).value(), 1) << "a cap above the draw does not bind";
  EXPECT_DOUBLE_EQ(clock_ratio(g, 300, 150).value(), 1) << "nothing dynamic to take away";
  EXPECT_FALSE(clock_ratio(g, 299, 1000));
  EXPECT_FALSE(clock_ratio(g, 0, 1000));
  EXPECT_FALSE(clock_ratio(g, std::nan(""), 1000));
  EXPECT_EQ(clock_ratio(g, 299, 1000).fault().where, "cap_w");
  // DVFS is the same law the other way round.
  EXPECT_DOUBLE_EQ(dvfs_w(g, 1000, 0.5), 400);
  EXPECT_DOUBLE_EQ(dvfs_w(g, 1000, 1), 1000);
  EXPECT_DOUBLE_EQ(dvfs_w(g, 150, 0.5), 150);
}

TEST(GpuPower, ACapUnderTheStaticPowerLeavesTheLeastClock) {
  GpuPowerSpec g = plain_gpu();
  g.lowest_cap_share = 0.1;
  g.regulated_share = 100;  // no regulator: 0.6 x 1,000 W of arithmetic
  // 2 % of the dynamic 400 W are left: 208 W at a clock of the root of 0.02.
  EXPECT_NEAR(clock_ratio(g, 150, 600).value(), std::sqrt(0.02), 1e-12);
  const Capped c = capped_step(g, {1, 0, 0, 0}, 150).value();
  EXPECT_NEAR(c.clock_ratio, std::sqrt(0.02), 1e-9);
  EXPECT_NEAR(c.power_w, 208, 1e-6);
}

TEST(GpuPower, MemoryKeepsItsPowerUnderACap) {
  GpuPowerSpec g = plain_gpu();
  g.regulated_share = 100;  // no regulator
  // q = 0.2 + 0.4 + 0.2 x 0.5 = 0.7: 700 W, of which memory 100. Under 400 W the rest has
  // ((400 - 300) / (700 - 300))^(1/2) = 0.5 of its clock; 0.5 s of memory still hide behind it.
  const Capped c = capped_step(g, {1, 0.5, 0, 0}, 400).value();
  EXPECT_NEAR(c.clock_ratio, 0.5, 1e-9);
  EXPECT_NEAR(c.slowdown, 2, 1e-9);
  EXPECT_DOUBLE_EQ(c.power_w, 400);
}

TEST(GpuPower, SpeedOfWorkThatIsKnownByItsDrawByHand) {
  const GpuPowerSpec g = plain_gpu();
  // A draw of 820 W: (820 - 100) / 900 = 0.8 of the time follows the clock. At 355 W it is
  // ((355 - 200) / (820 - 200))^(1/2) = 0.5, so the step takes 0.8 / 0.5 + 0.2.
  EXPECT_NEAR(capped_speed(g, 355, 820).value(), 1 / 1.8, 1e-12);
  EXPECT_DOUBLE_EQ(capped_speed(g, 900, 820).value(), 1);
  EXPECT_DOUBLE_EQ(capped_speed(g, 300, 90).value(), 1) << "nothing of it follows the clock";
  EXPECT_FALSE(capped_speed(g, 299, 820));
}

TEST(GpuPower, ACapSlowsArithmeticAndNotMemory) {
  const StepTimes compute{1, 0, 0, 0}, memory{0.3, 1, 0, 0}, mixed{1, 0.5, 0.1, 0.3};
  EXPECT_DOUBLE_EQ(step_s(compute, 0.5), 2);
  EXPECT_DOUBLE_EQ(step_s(memory, 0.5), 1) << "0.6 s of arithmetic hide behind 1 s of memory";
  EXPECT_DOUBLE_EQ(step_s(mixed), 1 + 0.3 * 0.5 + 0.1);
  EXPECT_DOUBLE_EQ(step_s(mixed, 0.5), 2 + 0.3 * 0.5 + 0.1);
  const Activity a = activity(mixed);
  EXPECT_DOUBLE_EQ(a.compute, 1 / 1.25);
  EXPECT_DOUBLE_EQ(a.memory, 0.5 / 1.25);
}

TEST(GpuPower, PublishedCapOf70PercentByPhase) {  // prefill about 1.30 x slower, decode not
  const GpuPowerSpec& g = row_of(shipped_power().gpus, "a100_80_sxm");
  const auto slowdown = [&](const char* id) {
    const PhaseSpec& p = row_of(shipped_power().phases, id);
    const StepTimes t{p.compute, p.memory, 1 - std::max(p.compute, p.memory), 0};
    return capped_step(g, t, 0.7 * g.limit_w).value().slowdown;
  };
  EXPECT_NEAR(slowdown("prefill"), 1.30, 0.08 * 1.30);
  EXPECT_NEAR(slowdown("decode"), 1.00, 0.01);
}

TEST(GpuPower, CapsInAnyStep) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Stream s(seed, "test/caps", 0);
    const auto& gpus = shipped_power().gpus;
    const GpuPowerSpec& g = gpus[s.below(gpus.size())];
    const StepTimes t{s.uniform(), s.uniform(), s.uniform(), 0.3};
    const double least = g.lowest_cap_share * g.limit_w;
    double before = 0;
    for (int i = 0; i <= 10; ++i) {  // invariants 2 and 3
      const Capped c = capped_step(g, t, least + (g.limit_w - least) * i / 10).value();
      EXPECT_GE(c.slowdown, 1 - 1e-12);
      EXPECT_LE(c.clock_ratio, 1);
      EXPECT_GE(c.clock_ratio, before);
      before = c.clock_ratio;
    }
    EXPECT_NEAR(capped_step(g, t, g.limit_w).value().slowdown, 1, 1e-12);
  }
}

TEST(GpuPower, EnergyOptimalCap) {
  const GpuPowerSpec g = plain_gpu();
  GpuPowerSpec hot = g;  // draws its limit when computing
  hot.active_share = 0.9;
  hot.regulated_share = 1;
  const StepTimes compute{1, 0, 0, 0};
  // (a x P_s + overhead) / (a - 1) = (2 x 200 + 0) / 1 = 400; with 200 W beside, 600.
  EXPECT_NEAR(energy_optimal_cap_w(hot, compute, 0), 400, 0.01);
  EXPECT_NEAR(energy_optimal_cap_w(hot, compute, 200), 600, 0.01);
  const double draw = gpu_working_w(hot, {1, 0});
  EXPECT_NEAR(energy_optimal_cap_w(hot, compute, 5000), draw, 1e-3) << "no cap pays";
  // No cap of a grid does better, for any step.
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream s(seed, "test/optimal", 0);
    const StepTimes t{s.uniform(), s.uniform(), 0.2 * s.uniform(), 0.3};
    const double beside = 300 * s.uniform();
    const double full = gpu_working_w(g, activity(t));
    const auto energy = [&](double cap) {
      const Capped c = capped_step(g, t, cap).value();
      return (c.power_w + beside) * c.slowdown;
    };
    if (full < 301) continue;
    const double best = energy(energy_optimal_cap_w(g, t, beside));
    for (double cap = 300; cap <= full; cap += (full - 300) / 50)
      EXPECT_LE(best, energy(cap) * (1 + 1e-6)) << seed << " at " << cap;
  }
}

TEST(GpuWork, ServingStepByHand) {
  ServingStepSpec e;
  e.compute_efficiency = 0.5;
  e.memory_efficiency = 0.5;
  e.fixed_ms = 2;
  e.doubling_ms = 1;
  e.sequence_ms = 0.1;
  ServedModel m{10, 10, 2, 8, 2, 0, Sharding::tensor};
  // C = 2 x 1e10 x 8 / (2 x 1e15 x 0.5) = 0.16 ms; M = 2e10 / (2 x 2e12 x 0.5) = 10 ms
  const StepTimes t = serving_step(e, plain_gpu(), m).value();
  EXPECT_NEAR(t.compute_s, 0.16e-3, 1e-12);
  EXPECT_NEAR(t.memory_s, 10e-3, 1e-12);
  EXPECT_NEAR(t.rest_s, (2 + 1) * 1e-3, 1e-12);
  e.host_ms = 50;  // a slow host: the step takes no less than 50 + 8 x 0.1 ms
  EXPECT_NEAR(step_s(serving_step(e, plain_gpu(), m).value()), 50.8e-3, 1e-12);
  e.host_ms = 0;
  m.bytes_per_param = 1;  // FP8 halves both
  const StepTimes f = serving_step(e, plain_gpu(), m).value();
  EXPECT_NEAR(f.compute_s, 0.08e-3, 1e-12);
  EXPECT_NEAR(f.memory_s, 5e-3, 1e-12);
}

TEST(GpuWork, ThinProductsOfExpertsHideBehindTheirWeights) {
  ServingStepSpec e;
  e.expert_arithmetic_share = 0.25;
  ServedModel m{100, 10, 2, 8, 1, 2, Sharding::tensor};
  // 2 x 1e10 x 8 x (0.25 + 2) / 1e15: the prompt's are thick and count.
  EXPECT_NEAR(serving_step(e, plain_gpu(), m).value().compute_s, 0.36e-3, 1e-12);
  m.params_b = 10;  // dense: all of them
  EXPECT_NEAR(serving_step(e, plain_gpu(), m).value().compute_s, 0.48e-3, 1e-12);
}

TEST(GpuWork, WhatGpusOfAnImageSendEachOtherGrowsWithIt) {
  ImageStepSpec e;
  e.exchange_share = 0.4;
  e.ring_share = 0.1;
  ImageModel m{8, 4096, 1, 2, 4, 2};
  const StepTimes t = image_step(e, plain_gpu(), m).value();
  // Width 8^(1/3) = 2; all-to-all 0.4 x 3/4, one further GPU in the ring 0.1.
  EXPECT_NEAR(t.rest_s, t.compute_s / 2 * 0.4, 1e-15);
  m.gpus = m.ring = 1;
  EXPECT_EQ(image_step(e, plain_gpu(), m).value().rest_s, 0);
  m.ring = 2;
  EXPECT_FALSE(image_step(e, plain_gpu(), m)) << "more in the ring than there are";
}

TEST(GpuWork, ExpertsAreTouchedOneAfterAnother) {
  ServingStepSpec e;
  ServedModel m{100, 10, 2, 1, 1, 0, Sharding::tensor};
  const auto bytes = [&](double batch) {
    m.batch_seqs = batch;
    return serving_step(e, plain_gpu(), m).value().memory_s * 2e12;
  };
  EXPECT_NEAR(bytes(1), 2 * (10e9 + 90e9 * 0.1), 1);
  EXPECT_NEAR(bytes(1e4), 2 * 100e9, 1) << "a large batch touches all";
  EXPECT_LT(bytes(4), bytes(8));
}

TEST(GpuWork, WhatIsNoModelIsRefused) {
  const ServingStepSpec e;
  const GpuPowerSpec g = plain_gpu();
  const auto refused = [&](auto change) {
    ServedModel m{10, 10, 2, 8, 2, 0, Sharding::tensor};
    change(m);
    return !serving_step(e, g, m);
  };
  EXPECT_FALSE(refused([](ServedModel&) {}));
  EXPECT_TRUE(refused([](ServedModel& m) { m.params_b = 0; }));
  EXPECT_TRUE(refused([](ServedModel& m) { m.active_params_b = 11; }));
  EXPECT_TRUE(refused([](ServedModel& m) { m.batch_seqs = std::nan(""); }));
  EXPECT_TRUE(refused([](ServedModel& m) { m.gpus = 0; }));
  EXPECT_TRUE(refused([](ServedModel& m) { m.prompt_ratio = -1; }));
  GpuPowerSpec unknown = g;
  unknown.memory_tb_per_s = 0;
  EXPECT_FALSE(serving_step(e, unknown, {10, 10, 2, 8, 2, 0, Sharding::tensor}));
  EXPECT_FALSE(image_step({}, g, {0, 4096, 2, 1, 1}));
}

TEST(GpuWork, ImagePassByHandAndWaiting) {
  ImageStepSpec e;
  e.compute_efficiency = 0.5;
  e.fixed_ms = 3;
  e.doubling_ms = 1;
  e.tokens_1024px = 4096;
  // 2 x 8e9 x 4,096 x 2 x 1 / (4 x 1e15 x 0.5) = 65.536 ms; rest = 2 x (3 + 2) ms
  const StepTimes t = image_step(e, plain_gpu(), {8, 0, 2, 1, 4}).value();
  EXPECT_NEAR(t.compute_s, 65.536e-3, 1e-9);
  EXPECT_NEAR(t.rest_s, 10e-3, 1e-9);
  EXPECT_DOUBLE_EQ(sync_share(0.25, 1), 0);
  EXPECT_DOUBLE_EQ(sync_share(0.25, 16), 0.5);
}

}  // namespace
}  // namespace dure
