// The time of a training step, its memory and its layouts: by hand, by properties, by brute force.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "physics/training_layout.h"
#include "physics/training_memory.h"
#include "physics/training_step.h"

namespace dure {
namespace {

TrainingGpuSpec h100() {
  TrainingGpuSpec g;
  g.id = "H100";
  g.bf16_dense_tflops = 989;
  g.fp8_dense_tflops = 1979;
  g.memory_gb = 80;
  g.memory_tb_per_s = 3.35;
  g.scaleup_gb_per_s = 450;
  g.scaleup_gpus = 8;
  g.network_gbit_per_s = 400;
  g.limit_w = 700;
  return g;
}
TrainingSoftwareSpec software() {
  TrainingSoftwareSpec s;
  s.id = "fused";
  s.attention_efficiency = 0.4;
  s.crowding_elements = 3e5;
  s.activation_bytes = 80;
  s.split_bytes = 200;
  s.layer_launch_ms = 0.5;
  s.launch_per_rank = 0.04;
  s.tensor_exposed = 0.4;
  s.data_exposed = 0.1;
  s.optimizer_bytes = 20;
  s.head_bytes = 30;
  s.faster_per_year = 0.04;
  return s;
}
TrainingSpec spec() {
  TrainingSpec s;
  TrainingLawSpec& l = s.law;
  l.efficiency = 0.64;
  l.efficiency_exponent = 0.5;
  l.efficiency_most = 0.93;
  l.expert_share = 0.5;
  l.expert_bytes = 60;
  l.expert_launch_ms = 1;
  l.expert_each_us = 10;
  l.exchange_exposed = 0.5;
  l.gather_exposed = 0.4;
  l.handover_exposed = 0.4;
  l.fixed_ms = 5;
  l.sync_per_doubling = 0.01;
  l.lora_share = 0.7;
  l.experts = 128;
  l.experts_a_token = 8;
  s.software = {software()};
  s.gpus = {h100()};
  s.families = {{"GPT", 51200, true, 0, 0, 0}};
  return s;
}
ModelShape gpt3() { return model_shape(spec(), software(), {"GPT3-175B", 175, 0, 96, 12288, 96}); }
TrainingRun run_of(double batch, double sequence = 2048) {
  TrainingRun r;
  r.batch_seqs = batch;
  r.sequence_tokens = sequence;
  return r;
}
LayoutAsked on(double gpus) {
  LayoutAsked asked;
  asked.gpus = gpus;
  return asked;
}
double step_s(const ModelShape& shape, const TrainingRun& run, const TrainingLayout& layout,
              const TrainingGpuSpec& gpu = h100()) {
  return training_step(spec().law, software(), gpu, shape, run, layout).step_s;
}

// 175 x 10^9 parameters over 8 x 8 GPUs, 64 microbatches of a sequence of 2,048 tokens.
TEST(TrainingMemoryTest, OfGpt3ByHand) {
  const TrainingLayout layout{64, 8, 8, 1, 1, 1, 1};
  const TrainingMemory m = training_memory(software(), gpt3(), run_of(64), layout);
  EXPECT_NEAR(m.weights, 2 * 175e9 / 64, 1);     // 5.5 GB
  EXPECT_NEAR(m.gradients, 4 * 175e9 / 64, 1);   // 10.9 GB
  EXPECT_NEAR(m.optimizer, 12 * 175e9 / 64, 1);  // 32.8 GB: one data-parallel rank
  // 34 x 2,048 x 12,288 / 8 bytes a layer, 12 layers of a stage, 8 microbatches in flight.
  EXPECT_NEAR(m.activations, 34.0 * 2048 * 12288 / 8 * 12 * 8, 1);  // 10.3 GB
  EXPECT_NEAR(m.logits, 4.0 * 2048 * 51200 / 8, 1);
  EXPECT_TRUE(fits(h100(), m));
}

TEST(TrainingMemoryTest, OptimizerAndWeightsAreSharded) {
  const TrainingLayout layout{128, 8, 8, 1, 1, 1, 1};  // dp 2
  TrainingRun run = run_of(64);
  EXPECT_NEAR(training_memory(software(), gpt3(), run, layout).optimizer, 12 * 175e9 / 128, 1);
  TrainingSoftwareSpec whole = software();
  whole.shards_optimizer = false;
  EXPECT_NEAR(training_memory(whole, gpt3(), run, layout).optimizer, 12 * 175e9 / 64, 1);
  run.shards_weights = true;
  EXPECT_NEAR(training_memory(software(), gpt3(), run, layout).weights, 2 * 175e9 / 128, 1);
  run.method = TrainingMethod::lora;
  EXPECT_EQ(training_memory(software(), gpt3(), run, layout).optimizer, 0);
}

TEST(TrainingMemoryTest, RecomputingLeavesTheInputsOfLayers) {
  const TrainingLayout layout{64, 8, 8, 1, 1, 1, 1};
  TrainingRun run = run_of(64);
  run.recompute = 1;
  EXPECT_NEAR(training_memory(software(), gpt3(), run, layout).activations,
              2.0 * 2048 * 12288 * 12 * 8, 1);
}

TEST(TrainingMemoryTest, RefusesWithTheArithmetic) {
  const TrainingLayout layout{16, 8, 2, 1, 1, 1, 1};
  const TrainingMemory m = training_memory(software(), gpt3(), run_of(16), layout);
  const auto refused = check_memory(h100(), m, layout);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.fault().found.find("needs 3.3 TB, has 1.2 TB"), std::string::npos)
      << refused.fault().found;
}

TEST(TrainingMemoryTest, ACheckpointHasFourteenBytesAParameter) {
  EXPECT_NEAR(checkpoint_bytes(gpt3(), TrainingMethod::full), 14 * 175e9, 1);  // 2.5 TB
  EXPECT_EQ(bytes_text(14 * 175e9), "2.5 TB");
  EXPECT_EQ(bytes_text(999.6), "1 kB");
  EXPECT_EQ(bytes_text(0), "0 B");
}

TEST(TrainingStepTest, PartsSumToTheStep) {
  const TrainingStep t =
      training_step(spec().law, software(), h100(), gpt3(), run_of(512), {512, 8, 8, 3, 1, 1, 1});
  const double sum = t.products_s + t.experts_s + t.attention_s + t.memory_s + t.head_s +
                     t.tensor_s + t.exchange_s + t.handover_s + t.launch_s + t.bubble_s +
                     t.gather_s + t.data_s + t.optimizer_s + t.fixed_s;
  EXPECT_NEAR(sum, t.step_s, 1e-9 * t.step_s);
  // No faster than the arithmetic at the peak, and within four times of it.
  const double ideal = 6 * 175e9 * 512 * 2048 / (512 * 989e12);
  EXPECT_GT(t.step_s, ideal);
  EXPECT_LT(t.step_s, 4 * ideal);
}

TEST(TrainingStepTest, SpeedAcrossDomains) {
  // Tensor parallelism of 16 leaves a domain of 8, and is slower than in one of 72.
  TrainingGpuSpec large = h100();
  large.scaleup_gpus = 72;
  const TrainingLayout layout{64, 16, 4, 1, 1, 1, 1};
  EXPECT_GT(step_s(gpt3(), run_of(64), layout), 1.1 * step_s(gpt3(), run_of(64), layout, large));
}

TEST(TrainingStepTest, MixturesComputeActiveParameters) {
  const ModelShape dense = model_shape(spec(), software(), {"X-100B", 100, 0, 48, 8192, 64});
  const ModelShape mixture = model_shape(spec(), software(), {"X-100B", 100, 10, 48, 8192, 64});
  EXPECT_FALSE(dense.mixture());
  ASSERT_TRUE(mixture.mixture());
  EXPECT_LT(mixture.layer_params + mixture.active_expert_params, 10.1e9);
  const TrainingLayout layout{64, 1, 1, 1, 1, 8, 1};
  EXPECT_LT(step_s(mixture, run_of(512), layout), step_s(dense, run_of(512), layout));
}

TEST(TrainingStepTest, AModelWithoutAShapeHasOne) {
  const ModelShape s = model_shape(spec(), software(), {"Any-70B", 70, 0, 0, 0, 0});
  EXPECT_GT(s.layers, 40);
  EXPECT_LT(s.layers, 120);
  EXPECT_NEAR(12 * s.layers * s.hidden * s.hidden, 70e9, 10e9);
  EXPECT_GT(step_s(s, run_of(64), {8, 8, 1, 1, 1, 1, 1}), 0);
}

TEST(TrainingStepTest, RisesAndFallsAsItShould) {
  rc::check("more work takes longer, more speed less", [] {
    const double gpus = std::pow(2, *rc::gen::inRange(3, 11));
    const double tp = std::pow(2, *rc::gen::inRange(0, 4));
    const TrainingLayout layout{gpus, tp, 1, 1, 1, 1, 1};
    const double params = *rc::gen::inRange(1, 500);
    const TrainedModel model{"GPT", params, 0, 0, 0, 0};
    const ModelShape shape = model_shape(spec(), software(), model);
    const TrainingRun run = run_of(4 * gpus, 256 * *rc::gen::inRange(1, 64));
    const double t = step_s(shape, run, layout);
    RC_ASSERT(std::isfinite(t) && t > 0);
    TrainingRun more = run;
    more.batch_seqs *= 2;
    RC_ASSERT(step_s(shape, more, layout) > t);
    more = run;
    more.sequence_tokens *= 2;
    RC_ASSERT(step_s(shape, more, layout) > t);
    more = run;
    more.recompute = 1;
    RC_ASSERT(step_s(shape, more, layout) > t);
    more = run;
    more.method = TrainingMethod::lora;
    RC_ASSERT(step_s(shape, more, layout) < t);
    TrainingGpuSpec faster = h100();
    faster.memory_tb_per_s *= 2;
    faster.scaleup_gb_per_s *= 2;
    RC_ASSERT(step_s(shape, run, layout, faster) <= t);
  });
}

TEST(TrainingLayoutTest, RefusesWhatDoesNotDivide) {
  const auto found = [](const TrainingLayout& l, double batch = 512) {
    const auto r = check_layout(gpt3(), run_of(batch), l);
    return r ? std::string("divides") : r.fault().found;
  };
  EXPECT_EQ(found({512, 8, 8, 3, 1, 1, 1}), "divides");
  EXPECT_EQ(found({500, 8, 8, 1, 1, 1, 1}), "8 x 8 x 1 = 64, and 500 / 64 = 7.8125");
  EXPECT_EQ(found({512, 8, 16, 4, 1, 1, 1}), "96 / 64 = 1.5");  // layers
  EXPECT_EQ(found({640, 5, 8, 1, 1, 1, 1}), "96 / 5 = 19.2");   // heads
  EXPECT_EQ(found({512, 8, 8, 1, 1, 1, 1}, 500), "500 / 8 = 62.5");
  EXPECT_EQ(found({512, 8, 8, 1, 1, 2, 1}), "2");  // experts of a dense model
}

TEST(TrainingLayoutTest, IsTheFastestOfAllThatFit) {
  // Small worlds, every layout looked at without the search's order or shortcuts.
  const TrainingSpec s = spec();
  for (const double gpus : {1.0, 2.0, 6.0, 8.0, 16.0}) {
    for (const double params : {0.5, 3.0, 30.0}) {
      const ModelShape shape = model_shape(s, software(), {"GPT", params, 0, 12, 2048, 16});
      const TrainingRun run = run_of(48, 4096);
      const LayoutProblem problem{s.law, s.software[0], s.gpus[0], shape, run};
      double best = 0;
      for (double tp = 1; tp <= 8; ++tp)
        for (double pp = 1; pp <= 12; ++pp)
          for (double v = 1; v <= 12; ++v)
            for (const double cp : {1.0, 2.0, 4.0})
              for (const double mb : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0}) {
                const TrainingLayout l{gpus, tp, pp, v, cp, 1, mb};
                if (!check_layout(shape, run, l)) continue;
                if (!fits(s.gpus[0], training_memory(s.software[0], shape, run, l))) continue;
                const double t = step_s(shape, run, l);
                if (best == 0 || t < best) best = t;
              }
      const auto found = best_layout(problem, on(gpus));
      if (best == 0) {  // by recomputing, or not at all
        EXPECT_TRUE(!found || found.value().recompute == 1) << gpus << " " << params;
        continue;
      }
      ASSERT_TRUE(found) << to_string(found.fault());
      EXPECT_NEAR(found.value().step.step_s, best, 1e-12 * best) << gpus << " " << params;
      EXPECT_TRUE(check_layout(shape, run, found.value().layout));
      EXPECT_TRUE(fits(s.gpus[0], found.value().memory));
    }
  }
}

TEST(TrainingLayoutTest, WhatCannotFitIsRefusedWithTheArithmetic) {
  const TrainingSpec s = spec();
  const ModelShape shape = gpt3();
  const TrainingRun run = run_of(16);
  const auto refused = best_layout({s.law, s.software[0], s.gpus[0], shape, run}, on(16));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.fault().found.find("needs "), std::string::npos) << refused.fault().found;
  EXPECT_NE(refused.fault().found.find("has 1.2 TB"), std::string::npos) << refused.fault().found;
  EXPECT_FALSE(best_layout({s.law, s.software[0], s.gpus[0], shape, run}, on(1.5)));
}

}  // namespace
}  // namespace dure
