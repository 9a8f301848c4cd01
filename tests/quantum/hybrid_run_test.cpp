// A scenario of hybrids as a user writes it: the shipped one holds together, and what cannot be is
// refused with its arithmetic.
#include "quantum/hybrid_run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/described_file.h"
#include "quantum/hybrid_check.h"
#include "source_dir.h"

namespace dure {
namespace {

const std::string kShipped = source_dir() + "/scenarios/members/kisti-quantum.yaml";

Outcome<HybridScenarioSpec> read_with(std::vector<std::string> settings) {
  return read_described_file<HybridScenarioSpec>(kShipped, settings, check_hybrids);
}
HybridScenarioSpec shipped() {
  Outcome<HybridScenarioSpec> read = read_with({});
  if (!read)
    for (const Fault& f : read.faults()) ADD_FAILURE() << to_string(f);
  return read ? std::move(read).value() : HybridScenarioSpec{};
}
std::string refusal(std::vector<std::string> settings) {
  const auto read = read_with(std::move(settings));
  return read ? "taken" : to_string(read.faults().front());
}

TEST(HybridRun, ShippedScenarioHoldsTogether) {
  const HybridRun run = run_hybrid_scenario(shipped(), 1);
  ASSERT_EQ(run.jobs.size(), 193U);
  const HybridTotals& naive = run.ways[0];
  const HybridTotals& service = run.ways[1];
  const HybridTotals& together = run.ways[2];
  EXPECT_EQ(naive.computing_ms, together.computing_ms);
  EXPECT_EQ(naive.steps_ms, together.steps_ms);
  EXPECT_GT(naive.span_ms(), 10 * service.span_ms());
  EXPECT_LE(together.span_ms(), service.span_ms());
  EXPECT_LT(together.held_ms + together.resuming_ms, service.held_ms);
  for (const HybridTotals& t : run.ways) EXPECT_GE(t.to_ms, run.least_end_ms);
}

TEST(HybridRun, SameSeedSameRun) {
  const HybridScenarioSpec spec = shipped();
  const HybridRun a = run_hybrid_scenario(spec, 5), b = run_hybrid_scenario(spec, 5);
  for (std::size_t w = 0; w < kHybridWays.size(); ++w)
    for (std::size_t j = 0; j < a.jobs.size(); ++j)
      ASSERT_EQ(a.ways[w].jobs[j].end_ms, b.ways[w].jobs[j].end_ms);
  EXPECT_NE(run_hybrid_scenario(spec, 6).ways[2].to_ms, a.ways[2].to_ms);
}

TEST(HybridRun, AStepIsOverheadAndShotsRoundedUp) {
  HybridSpec h;
  h.shots = 3;
  h.shot_us = 500;
  QpuSpec q;
  q.overhead_ms = 10;
  EXPECT_EQ(quantum_step_ms(h, q), 12);
}

TEST(HybridCheck, RefusesWithTheArithmetic) {
  const std::string too_long = refusal({"hybrids[sampling_32].shots=10000000"});
  EXPECT_NE(too_long.find("at most 480.00 min"), std::string::npos) << too_long;
  EXPECT_NE(too_long.find("1000 ms + 10000000 shots x 14900 us = 2483.35 min"), std::string::npos)
      << too_long;
  EXPECT_NE(refusal({"gpus.gpus=63"}).find("kisti-quantum.yaml:"), std::string::npos) << too_long;
  EXPECT_NE(refusal({"gpus.gpus=63"}).find("at most gpus.gpus: 63, found 64"), std::string::npos);
  EXPECT_NE(refusal({"qpu.calibrations[0].minutes=720"}).find("180 + 720 = 900"),
            std::string::npos);
  EXPECT_NE(refusal({"qpu.calibrations[1].minutes=1000"}).find("minute 1620"), std::string::npos);
  EXPECT_NE(refusal({"qpu.drift_minutes=0"}).find("with drift_hours"), std::string::npos);
  EXPECT_NE(refusal({"hybrids[0].iterations=1000000", "hybrids[0].classical_s=100000"})
                .find("within ten years"),
            std::string::npos);
  EXPECT_NE(refusal({"hybrids[0].jobs=10000"}).find("10116 jobs"), std::string::npos);
  EXPECT_NE(refusal({"gpus.gpus=1000000", "hybrids[0].classical_s=90000"}).find("2e16"),
            std::string::npos);
  EXPECT_NE(refusal({"hybrids[1].id=chemistry_8"}).find("first as hybrids[0]"), std::string::npos);
  EXPECT_NE(refusal({"hybrids[0].shot=3"}).find("shots"), std::string::npos);
}

}  // namespace
}  // namespace dure
