// Small stories, computed by hand, as text; limits that a textbook gives; what is refused.
#include "serving/serving_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "base/stream.h"
#include "serving/arrivals.h"

namespace dure {
namespace {

LinearStep slow_and_round() {  // 10 ms a step, 1 ms a prompt token
  LinearStep s;
  s.prefill_token_ms = 1;
  s.decode_fixed_ms = 10;
  return s;
}

ServingSpec one(int max_seqs, int chunk, int block, std::int64_t blocks, Admission admission) {
  ServingSpec s;
  s.replica = {max_seqs, chunk, block, blocks, admission};
  return s;
}

std::string story(const ServingSpec& spec, const StepModel& steps,
                  const std::vector<TokenRequest>& requests) {
  const auto run = run_requests(spec, steps, requests);
  if (!run) return to_string(run.fault());
  std::ostringstream out;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const RequestOutcome& o = run.value().outcomes[i];
    out << 'r' << i
        << (o.refused == RefusedRequest::none         ? ""
            : o.refused == RefusedRequest::too_long   ? " too_long"
            : o.refused == RefusedRequest::queue_full ? " queue_full"
                                                      : " no_replica");
    if (o.end_ms >= 0) out << " first " << o.first_ms << " end " << o.end_ms;
    if (o.preempted > 0) out << " thrown out " << o.preempted;
    out << '\n';
  }
  return out.str();
}

// 20 tokens of prompt take 20 ms, two further tokens 10 ms each.
TEST(ServingStory, Alone) {
  EXPECT_EQ(story(one(4, 100, 16, 100, Admission::grow), slow_and_round(), {{5, 20, 3}}),
            "r0 first 25 end 45\n");
}

// The second comes in the middle of a step of the first. It is filled in the step that begins at
// 30: 10 ms for the first's token and 20 for the prompt; then both get theirs.
TEST(ServingStory, JoinsAtTheNextStep) {
  EXPECT_EQ(
      story(one(4, 100, 16, 100, Admission::grow), slow_and_round(), {{0, 10, 5}, {21, 20, 2}}),
      "r0 first 10 end 70\n"
      "r1 first 60 end 70\n");
}

// A chunk of 16 holds the whole of one prompt and the beginning of the next; its rest comes with
// the token of the first.
TEST(ServingStory, AChunkOfTwoPrompts) {
  EXPECT_EQ(story(one(4, 16, 16, 100, Admission::grow), slow_and_round(),
                  {{0, 4, 1}, {1, 10, 2}, {2, 12, 1}}),
            "r0 first 4 end 4\n"
            "r1 first 20 end 36\n"
            "r2 first 36 end 36\n");
}

// One place: the second waits for the end of the first.
TEST(ServingStory, WaitsForAPlace) {
  EXPECT_EQ(
      story(one(1, 100, 16, 100, Admission::grow), slow_and_round(), {{0, 10, 3}, {1, 10, 1}}),
      "r0 first 10 end 30\n"
      "r1 first 40 end 40\n");
}

// Blocks of 4, five of them. Reserved: the first takes three (9 + 3 tokens, its last not kept), so
// the second, which needs three, waits.
TEST(ServingStory, ReservesTheWholeAnswer) {
  EXPECT_EQ(story(one(4, 100, 4, 5, Admission::reserve), slow_and_round(), {{0, 9, 4}, {0, 7, 4}}),
            "r0 first 9 end 39\n"
            "r1 first 46 end 76\n");
}

// As they grow, four blocks of 4. r0 holds two; r1 enters beside it with one, and one is left,
// which r0 opens in that step. The next step would open one for r1, who came last: it is thrown
// out, and asks for two blocks (5 tokens, one of them given) and a spare one. When r0 has gone it
// is filled again.
TEST(ServingStory, WhoCameLastIsThrownOut) {
  EXPECT_EQ(story(one(4, 100, 4, 4, Admission::grow), slow_and_round(), {{0, 8, 4}, {0, 4, 3}}),
            "r0 first 8 end 42\n"
            "r1 first 22 end 57 thrown out 1\n");
}

TEST(ServingStory, RefusedWithAReason) {
  ServingSpec s = one(1, 100, 4, 5, Admission::grow);
  s.max_waiting = 1;
  EXPECT_EQ(story(s, slow_and_round(), {{0, 18, 4}, {0, 10, 2}, {1, 1, 1}, {2, 1, 1}}),
            "r0 too_long\n"
            "r1 first 10 end 20\n"
            "r2 first 21 end 21\n"
            "r3 queue_full\n");
}

// Ten of its 20 tokens lie in a slower tier: what is computed meanwhile takes 10 ms, the tier 12.
TEST(ServingStory, FetchedBesideWhatIsComputed) {
  EXPECT_EQ(story(one(4, 100, 16, 100, Admission::grow), slow_and_round(), {{0, 20, 1, 10, 12}}),
            "r0 first 12 end 12\n");
}

// To the least loaded: r1 to the second replica, r2 to the first, which has ended r0.
TEST(ServingStory, ToTheLeastLoaded) {
  ServingSpec s = one(1, 100, 16, 100, Admission::grow);
  s.replicas = 2;
  EXPECT_EQ(story(s, slow_and_round(), {{0, 10, 1}, {5, 50, 1}, {12, 10, 1}}),
            "r0 first 10 end 10\n"
            "r1 first 55 end 55\n"
            "r2 first 22 end 22\n");
}

// Apart: the second prompt is filled while the first's cache is sent (10 tokens x 1000 bytes over
// 1 MB/s are 10 ms, and 2 of latency), is sent after it, and joins at the first's next step.
TEST(ServingStory, PrefillApart) {
  ServingSpec s = one(4, 100, 16, 100, Admission::grow);
  s.apart = {1, 1000, 0.001, 2};
  EXPECT_EQ(story(s, slow_and_round(), {{0, 10, 3}, {0, 10, 3}}),
            "r0 first 10 end 42\n"
            "r1 first 20 end 62\n");
}

// One replica, one wanted by four places of eight: the fifth request asks for a second at the look
// at 100 ms, which takes requests from 150 on.
TEST(ServingStory, ScaledUpAfterItsWarmup) {
  ServingSpec s = one(8, 100, 16, 1000, Admission::grow);
  s.replicas = 2;
  s.scaling = {100, 0.5, 50, 1000, 1};
  std::vector<TokenRequest> requests(5, {0, 1, 100});
  requests.push_back({149, 10, 1});
  requests.push_back({151, 10, 1});
  const ServingResult r = run_requests(s, slow_and_round(), requests).value();
  EXPECT_EQ(r.most_replicas, 2);
  EXPECT_GT(r.outcomes[5].first_ms, 160);         // beside the five
  EXPECT_DOUBLE_EQ(r.outcomes[6].first_ms, 161);  // alone
}

// ---- limits ----

std::vector<TokenRequest> steady(double per_ms, std::int32_t prompt, std::int32_t output,
                                 std::size_t n) {
  ArrivalLaw law{per_ms * 1000, 1, 1, 0, 0, 1'000'000, {}};
  std::vector<TokenRequest> out = drawn_requests(law, n, 7);
  for (TokenRequest& r : out) r.prompt = prompt, r.output = output;
  return out;
}

// One at a time, all alike: M/D/1. W = rho S / (2 (1 - rho)) + S (Pollaczek and Khinchine).
TEST(ServingLimit, OneAtATimeIsMD1) {
  const ServingSpec s = one(1, 1'000'000, 16, 1'000'000, Admission::grow);
  for (const double rho : {0.3, 0.6, 0.8}) {
    const double service = 20 + 4 * 10;
    const ServingResult r =
        run_requests(s, slow_and_round(), steady(rho / service, 20, 5, 400'000)).value();
    const double expected = service + rho * service / (2 * (1 - rho));
    EXPECT_NEAR(r.e2e_ms.mean / expected, 1, 0.02) << rho;
    EXPECT_NEAR(r.busy_share, rho, 0.01);
  }
}

// Steps whose time does not depend on who is in them, and prompts that cost nothing: M/G/inf. The
// number that decode is Poisson with mean lambda x stay.
TEST(ServingLimit, FreePromptsInAWideBatchWaitForNobody) {
  LinearStep steps;
  steps.decode_fixed_ms = 10;
  const ServingSpec s = one(10'000, 1'000'000, 16, 10'000'000, Admission::grow);
  const ServingResult r = run_requests(s, steps, steady(0.02, 5, 101, 200'000)).value();
  EXPECT_NEAR(r.tpot_ms.mean, 10, 0.01);
  EXPECT_NEAR(r.mean_in_batches, 0.02 * 100 * 10, 0.3);
}

// Fifty places that are always taken: tokens/s = places / step.
TEST(ServingLimit, SaturatedByItsPlaces) {
  const ServingSpec s = one(50, 100'000, 16, 1'000'000, Admission::grow);
  LinearStep steps = slow_and_round();
  steps.prefill_token_ms = 0;
  const ServingResult r = run_requests(s, steps, steady(10, 10, 201, 100'000)).value();
  EXPECT_NEAR(r.tokens_out_per_s / (50 / 0.010), 1, 0.01);
  EXPECT_NEAR(r.mean_batch, 50 * 200.0 / 201, 0.1);  // a place is filled for one step of 201
}

TEST(ServingLimit, SpeculationIsAFactor) {
  const LinearStep plain = slow_and_round();
  const SpeculativeStep none(plain, 0, 0.7, 0.05), four(plain, 4, 0.7, 0.05);
  EXPECT_DOUBLE_EQ(none.decode_ms(3, 100), plain.decode_ms(3, 100));
  // (1 - 0.7^5) / 0.3 = 2.7731 tokens for 1.2 steps
  EXPECT_NEAR(four.factor(), 1.2 / 2.7731, 1e-5);
}

TEST(ServingRun, Percentiles) {
  std::vector<float> v;
  for (int i = 100; i >= 1; --i) v.push_back(static_cast<float>(i));
  const Percentiles p = percentiles(std::move(v));
  EXPECT_EQ(p.p50, 50);
  EXPECT_EQ(p.p95, 95);
  EXPECT_EQ(p.p99, 99);
  EXPECT_EQ(p.most, 100);
  EXPECT_DOUBLE_EQ(p.mean, 50.5);
  EXPECT_EQ(percentiles({3}).p50, 3);
  EXPECT_EQ(percentiles({}).p99, 0);
}

// A day: the rate follows the hours, and each stream of draws stands by itself.
TEST(ServingRun, DrawnOverADay) {
  ArrivalLaw law{10, 100, 50, 1, 1, 4096, std::vector<double>(24, 1)};
  for (std::size_t h = 0; h < 12; ++h) law.hours[h] = 0.2;
  const auto day = drawn_requests(law, 800'000, 3);
  std::size_t night = 0, noon = 0;
  double prompts = 0;
  for (const TokenRequest& r : day) {
    night += r.at_ms < 3.6e6;
    noon += r.at_ms >= 12 * 3.6e6 && r.at_ms < 13 * 3.6e6;
    prompts += r.prompt;
    ASSERT_LE(r.prompt + r.output, 4096);
  }
  EXPECT_NEAR(static_cast<double>(night), 10 * 3600 * 0.2 / 0.6, 400);
  EXPECT_NEAR(static_cast<double>(noon), 10 * 3600 / 0.6, 1000);
  EXPECT_NEAR(prompts / static_cast<double>(day.size()), 100, 1);
  const auto again = drawn_requests(law, 1000, 3);
  for (std::size_t i = 0; i < again.size(); ++i) ASSERT_EQ(again[i].at_ms, day[i].at_ms);
}

TEST(ServingRun, RefusesWhatCannotBeRun) {
  const LinearStep steps = slow_and_round();
  const ServingSpec good = one(4, 16, 16, 10, Admission::grow);
  const auto fault = [&](const ServingSpec& s, const std::vector<TokenRequest>& r) {
    const auto run = run_requests(s, steps, r);
    return run ? std::string("none") : run.fault().where;
  };
  EXPECT_EQ(fault(good, {{5, 1, 1}, {4, 1, 1}}), "request 1");
  EXPECT_EQ(fault(good, {{5, 0, 1}}), "request 0");
  EXPECT_EQ(fault(good, {{5, 4, 1, 4}}), "request 0");
  EXPECT_EQ(fault(good, {{std::nan(""), 4, 1}}), "request 0");
  ServingSpec s = good;
  s.replica.kv_blocks = 0;
  EXPECT_EQ(fault(s, {}), "kv_blocks");
  s = good;
  s.apart.prefill_replicas = 1;
  EXPECT_EQ(fault(s, {}), "link_gb_per_s");
  s = good;
  s.scaling.interval_ms = 5;
  s.scaling.least = 2;
  EXPECT_EQ(fault(s, {}), "scaling.least");
  EXPECT_EQ(fault(good, {}), "none");
}

}  // namespace
}  // namespace dure
