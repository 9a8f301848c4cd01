// The step of a language model that serves: caches by hand, what grows with what, what fits, what
// is refused with its arithmetic.
#include "physics/inference_step.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "physics/inference_limits.h"
#include "physics/inference_pace.h"

namespace dure {
namespace {

const InferenceGpuSpec kH100{"h100", "hopper", {}, 989, 1979, 0, 80, 3.35, 900, "test", ""};
const InferenceGenerationSpec kHopper{"hopper", 1, 1, 0.8, 0.7, "test", ""};

InferenceEngineSpec engine() {
  InferenceEngineSpec e;
  e.id = "engine";
  e.step_ms = 1;
  e.layer_us = 20;
  e.sequence_us = 5;
  e.link_share = 0.6;
  e.prompt_layer_us = 30;
  return e;
}
InferenceLawSpec law() {
  InferenceLawSpec l;
  l.compute_efficiency = 0.7;
  l.memory_efficiency = 0.8;
  l.overlap_cost = 0.3;
  l.attention_efficiency = 0.4;
  l.cache_efficiency = 0.8;
  l.head_rate = 3;
  l.imbalance_share = 0.1;
  l.spread = 0.5;
  l.activations = 8;
  l.hop_us = 5;
  l.doubling_us = 5;
  l.memory_share = 0.9;
  l.reserved_gb = 1;
  l.most_sequences = 1000;
  return l;
}
const InferenceEngineSpec kEngine = engine();
const InferenceLawSpec kLaw = law();

const std::vector<LanguageModelSpec>& shapes() {
  static const std::vector<LanguageModelSpec> all = [] {
    LanguageModelSpec llama, qwen;
    llama.name = "llama-3-70b";
    llama.also = {"llama-3-1-70b"};
    llama.params_b = 70.6;
    llama.layers = 80;
    llama.hidden = 8192;
    llama.heads = 64;
    llama.kv_heads = 8;
    llama.head_dim = 128;
    llama.ffn = 28672;
    qwen.name = "qwen3-30b-a3b";
    qwen.params_b = 30.5;
    qwen.active_params_b = 3.3;
    qwen.layers = 48;
    qwen.hidden = 2048;
    qwen.heads = 32;
    qwen.kv_heads = 4;
    qwen.head_dim = 128;
    qwen.ffn = 768;
    qwen.experts = 128;
    qwen.experts_per_token = 8;
    return std::vector{llama, qwen};
  }();
  return all;
}
LanguageModel model(const std::string& name) {
  auto m = language_model(shapes(), name);
  EXPECT_TRUE(m);
  return m.value();
}
InferenceStep step(const std::string& name, double gpus = 4,
                   WeightPrecision precision = WeightPrecision::bf16, double clock = 1) {
  InferenceSetup s;
  s.gpu = &kH100;
  s.generation = &kHopper;
  s.engine = &kEngine;
  s.law = &kLaw;
  s.model = model(name);
  s.gpus = gpus;
  s.precision = precision;
  s.clock = clock;
  auto made = InferenceStep::make(s);
  EXPECT_TRUE(made);
  return made.value();
}

TEST(LanguageModel, CacheOfLlama70BByHand) {  // 2 x 80 layers x 8 heads x 128 x 2 bytes
  EXPECT_EQ(cache_bytes_per_token(model("meta-llama/Llama-3.1-70B-Instruct"), 2), 327'680);
  EXPECT_EQ(step("llama-3-70b", 8).cache_bytes_per_token(), 327'680);
  EXPECT_EQ(step("llama-3-70b", 16).cache_bytes_per_token(), 2 * 327'680);  // 8 heads on 16 GPUs
}

TEST(LanguageModel, ExpertsAreWhatIsNotActiveForEveryToken) {
  const LanguageModel m = model("Qwen3-30B-A3B-Instruct-2507");
  EXPECT_NEAR(m.expert_params_b, (30.5 - 3.3) / (1 - 8.0 / 128), 1e-9);
  EXPECT_TRUE(m.known);
}

TEST(LanguageModel, NameWithoutARowHasTheShapeOfItsSize) {
  const auto m = language_model(shapes(), "Unheard-of-70B");
  ASSERT_TRUE(m);
  EXPECT_NEAR(12 * m.value().layers * std::pow(m.value().hidden, 2) / 70e9, 1, 0.05);
  EXPECT_EQ(m.value().kv_heads, 8);
  const auto sparse = language_model(shapes(), "new/Thing-120B-A12B");
  ASSERT_TRUE(sparse);
  EXPECT_EQ(sparse.value().active_params_b, 12);
  EXPECT_GT(sparse.value().expert_params_b, 100);
  // A size that is not the row's is another model's.
  const auto other = language_model(shapes(), "llama-3-70b", {7.0, {}});
  ASSERT_TRUE(other);
  EXPECT_FALSE(other.value().known);
  EXPECT_FALSE(language_model(shapes(), "nothing"));
  EXPECT_FALSE(language_model(shapes(), "x", {7.0, 8.0}));
  EXPECT_FALSE(language_model(shapes(), "x", {-1.0, {}}));
  EXPECT_FALSE(language_model(shapes(), "x", {std::nan(""), {}}));
}

TEST(InferenceStepTimes, NeverFallAsWorkGrows) {
  const InferenceStep dense = step("llama-3-70b"), sparse = step("qwen3-30b-a3b");
  EXPECT_TRUE(rc::check([&] {
    const auto draw = [](int most) { return static_cast<double>(*rc::gen::inRange(0, most)); };
    const StepWork small{draw(10'000), draw(10'000), draw(2'000), draw(100'000)};
    StepWork large = small;
    large.prompt_tokens += draw(1'000);
    large.attended_tokens += draw(1'000);
    large.sequences += draw(100);
    large.context_tokens += draw(10'000);
    for (const InferenceStep* s : {&dense, &sparse}) {
      const double a = s->ms(small), b = s->ms(large);
      RC_ASSERT(std::isfinite(a) && a >= 0);
      RC_ASSERT(b >= a * (1 - 1e-12));
      // What power is made of sums to the same time.
      const StepCost cost = s->cost(small);
      RC_ASSERT(std::abs(step_s(cost.times()) - cost.total_s()) <= 1e-9 * cost.total_s());
    }
  }));
}

TEST(InferenceStepTimes, FollowClockAndPrecision) {
  const StepWork prompt{8192, 4096, 0, 0}, decode{0, 0, 4, 500};
  EXPECT_GT(step("llama-3-70b", 4, WeightPrecision::bf16, 0.7).ms(prompt),
            1.2 * step("llama-3-70b").ms(prompt));
  EXPECT_NEAR(step("llama-3-70b", 4, WeightPrecision::bf16, 0.7).ms(decode),
              step("llama-3-70b").ms(decode), 0.05 * step("llama-3-70b").ms(decode));
  EXPECT_LT(step("llama-3-70b", 4, WeightPrecision::fp8).ms(decode),
            0.75 * step("llama-3-70b").ms(decode));
  EXPECT_EQ(step("llama-3-70b").prefill_ms(0, 0), 0);
  EXPECT_EQ(step("llama-3-70b").decode_ms(0, 0), 0);
}

TEST(InferencePace, SequencesThatFitFillTheMemory) {
  const InferenceStep s = step("llama-3-70b", 4);
  const auto fit = sequences_that_fit(s, 1000);
  ASSERT_TRUE(fit);
  const double has = 4 * (80 * 0.9 - 1) * 1e9;
  EXPECT_NEAR(fit.value() * 1000 * 327'680 + 141.2e9, has, 1e6);
}

TEST(InferencePace, WeightsWithoutRoomAreRefusedWithTheArithmetic) {
  const auto fit = sequences_that_fit(step("llama-3-70b", 1), 1000);
  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.fault().found, "needs 142 GB, has 71 GB");
  EXPECT_FALSE(fit.fault().hint.empty());
}

TEST(InferencePace, StaticBatchIsPromptsThenTokens) {
  const InferenceStep s = step("llama-3-70b");
  const StaticBatch b = static_batch(s, {512, 128, 8, 1});
  EXPECT_DOUBLE_EQ(b.total_s, b.prompt_s + 128 * b.token_s);
  EXPECT_DOUBLE_EQ(1e3 * b.token_s, s.decode_ms(8, 8 * (512 + 64)));
}

TEST(InferencePace, FewerSequencesKeepALimit) {
  const InferenceStep s = step("llama-3-70b");
  ServingLoad load{500, 500, 400, 1};
  const double limit_s = 0.5 * (steady_step_s(s, load) + steady_step_s(s, {500, 500, 1, 1}));
  load.sequences = sequences_within(s, load, limit_s);
  EXPECT_LT(load.sequences, 400);
  EXPECT_NEAR(steady_step_s(s, load), limit_s, 1e-6 * limit_s);
  EXPECT_EQ(sequences_within(s, {500, 500, 400, 1}, 1e-9), 1);
}

TEST(InferencePace, DraftsPayWhereMemoryIsWaitedForAndNotWhereArithmeticIs) {
  const InferenceStep s = step("llama-3-70b");
  const Speculation draft{4, 0.8, 0.03};
  const auto few = speculative_factor(s, {500, 500, 1, 1}, draft);
  const auto many = speculative_factor(s, {500, 500, 800, 1}, draft);
  ASSERT_TRUE(few && many);
  // (1 - 0.8^5) / 0.2 = 3.36 tokens a check of little more than a step, and 4 drafts of 0.03.
  EXPECT_NEAR(few.value(), 3.3616 / 1.12, 0.15);
  EXPECT_LT(many.value(), 1.5);
  EXPECT_FALSE(speculative_factor(s, {500, 500, 1, 1}, {4, 1, 0}));
  EXPECT_FALSE(speculative_factor(s, {500, 500, 1, 1}, {4, std::nan(""), 0}));
}

TEST(InferencePace, PromptsApartSendTheirCaches) {
  const InferenceStep s = step("llama-3-70b");
  const auto pace = disaggregated(s, s, {2000, 200, 64, 1}, {2, 1, 50});
  ASSERT_TRUE(pace);
  EXPECT_NEAR(pace.value().transfer_s, 2000 * 327'680 / 50e9, 1e-12);
  EXPECT_GT(pace.value().first_token_s, 1e-3 * s.prefill_ms(2000, 0));
  const auto slow = disaggregated(s, s, {2000, 200, 64, 1}, {2, 1, 0.1});
  EXPECT_LT(slow.value().requests_per_s, pace.value().requests_per_s);
  EXPECT_FALSE(disaggregated(s, s, {2000, 200, 64, 1}, {2, 1, 0}));
  EXPECT_FALSE(disaggregated(s, s, {2000, 200, 64, 1}, {0, 1, 50}));
}

TEST(InferenceLimits, ATargetBelowPhysicsIsRefusedWithTheArithmetic) {
  const InferenceStep s = step("llama-3-70b", 4);  // 141.2 GB at 13.4 TB/s
  EXPECT_NEAR(token_floor_s(s), 141.2e9 / 13.4e12, 1e-12);
  EXPECT_FALSE(below_physics(s, 1000, {1, 0.02}));
  const auto token = below_physics(s, 1000, {0, 0.005});
  ASSERT_TRUE(token);
  EXPECT_NE(token->expected.find("reading 141.2 GB of weights at 13.4 TB/s takes 10.54 ms"),
            std::string::npos)
      << token->expected;
  const auto first = below_physics(s, 10'000, {0.1, 0});  // 1412 TFLOP at 3956 TFLOP/s
  ASSERT_TRUE(first);
  EXPECT_NE(first->expected.find("1412 TFLOP at 3956 TFLOP/s take 356.9 ms"), std::string::npos)
      << first->expected;
  // No step is faster than what no software can pass.
  EXPECT_GT(1e-3 * s.decode_ms(1, 1), token_floor_s(s));
  EXPECT_GT(1e-3 * s.prefill_ms(10'000, 0), prompt_floor_s(s, 10'000));
}

TEST(InferenceStepTimes, SetupsThatCannotBeAreRefused) {
  InferenceSetup s = step("llama-3-70b").setup();
  s.gpus = 0;
  EXPECT_FALSE(InferenceStep::make(s));
  s.gpus = 1;
  s.clock = 0;
  EXPECT_FALSE(InferenceStep::make(s));
  s.clock = 1;
  s.model = {};
  EXPECT_FALSE(InferenceStep::make(s));
}

}  // namespace
}  // namespace dure
