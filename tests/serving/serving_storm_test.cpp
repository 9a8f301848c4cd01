// Storms: the seed draws a service and its load; the engine must answer as the slow one that takes
// every step by itself, and keep its invariants (it CHECKs them).
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/stream.h"
#include "slow_serving.h"

namespace dure {
namespace {

struct Storm {
  ServingSpec spec;
  LinearStep steps;
  std::vector<TokenRequest> requests;
};

Storm storm(std::uint64_t seed) {
  Stream d(seed, "serving/storm", 0);
  const auto from = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(d.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  Storm s;
  s.steps.prefill_fixed_ms = d.uniform() * 3;
  s.steps.prefill_token_ms = 0.01 + d.uniform() * 0.1;
  s.steps.prefill_pair_ms = d.uniform() * 1e-4;
  s.steps.decode_fixed_ms = 1 + d.uniform() * 10;
  s.steps.decode_sequence_ms = d.uniform();
  s.steps.decode_kv_token_ms = d.uniform() * 1e-3;
  s.spec.replicas = static_cast<int>(from(1, 4));
  s.spec.replica.max_seqs = static_cast<int>(from(1, 12));
  s.spec.replica.chunk_tokens = static_cast<int>(from(1, 64));
  s.spec.replica.block_tokens = static_cast<int>(from(1, 17));
  s.spec.replica.kv_blocks = from(4, 60);
  s.spec.replica.admission = d.below(2) == 0 ? Admission::reserve : Admission::grow;
  const std::int64_t room = s.spec.replica.kv_blocks * s.spec.replica.block_tokens;
  const double gap = 1 + d.uniform() * 300;
  double t = 0;
  for (std::int64_t i = 0, n = from(1, 80); i < n; ++i) {
    if (d.below(4) != 0) t += d.exponential() * gap;  // some come at once
    TokenRequest r;
    r.at_ms = t;
    r.prompt = static_cast<std::int32_t>(from(1, std::max<std::int64_t>(1, room / 2)));
    r.output = static_cast<std::int32_t>(from(1, std::max<std::int64_t>(1, room * 6 / 10)));
    if (d.below(3) == 0) {
      r.cached = static_cast<std::int32_t>(from(0, r.prompt - 1));
      r.fetch_ms = static_cast<float>(d.uniform() * 20);
    }
    s.requests.push_back(r);
  }
  return s;
}

void expect_as_slow(std::uint64_t seed) {
  const Storm s = storm(seed);
  const auto run = run_requests(s.spec, s.steps, s.requests);
  ASSERT_TRUE(run) << to_string(run.fault());
  const ServingResult& fast = run.value();
  const SlowResult slow = slow_run(s.spec, s.steps, s.requests);
  EXPECT_EQ(fast.use.preemptions, slow.preemptions) << "seed " << seed;
  EXPECT_EQ(fast.use.peak_blocks, slow.peak_blocks) << "seed " << seed;
  EXPECT_LE(fast.use.peak_blocks, s.spec.replica.kv_blocks);
  for (std::size_t i = 0; i < s.requests.size(); ++i) {
    const RequestOutcome &a = fast.outcomes[i], &b = slow.outcomes[i];
    ASSERT_EQ(a.refused, b.refused) << "seed " << seed << " request " << i;
    ASSERT_NEAR(a.first_ms, b.first_ms, 1e-6 * (1 + b.first_ms))
        << "seed " << seed << " request " << i;
    ASSERT_NEAR(a.end_ms, b.end_ms, 1e-6 * (1 + b.end_ms)) << "seed " << seed << " request " << i;
  }
}

TEST(ServingStorm, AsTheSlowEngine) {
  std::int64_t preempted = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    expect_as_slow(seed);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
    const Storm s = storm(seed);
    preempted += run_requests(s.spec, s.steps, s.requests).value().use.preemptions;
  }
  EXPECT_GT(preempted, 1000);  // else the storms are too mild to say anything
}

TEST(ServingStorm, AnySeed) {
  EXPECT_TRUE(rc::check("as the slow engine", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    expect_as_slow(seed);
    RC_ASSERT(!::testing::Test::HasFailure());
  }));
}

// Prefill apart, queues with limits and scaling: what the slow engine does not know. Everyone is
// served once or refused once, tokens balance (the engine CHECKs both), and again gives the same.
TEST(ServingStorm, ApartScaledAndLimited) {
  std::int64_t apart = 0, full = 0, scaled = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Storm s = storm(seed);
    Stream d(seed, "serving/storm/more", 0);
    if (d.below(2) == 0)
      s.spec.apart = {1 + static_cast<int>(d.below(3)), 1000 * d.uniform(),
                      0.001 + d.uniform() * 0.1, d.uniform()};
    if (d.below(2) == 0)
      s.spec.scaling = {20 + d.uniform() * 200, 0.2 + d.uniform() * 0.8, d.uniform() * 500,
                        d.uniform() * 1000, 1};
    if (d.below(2) == 0) s.spec.max_waiting = 1 + static_cast<std::int64_t>(d.below(4));
    const auto a = run_requests(s.spec, s.steps, s.requests),
               b = run_requests(s.spec, s.steps, s.requests);
    ASSERT_TRUE(a && b);
    const ServingResult& r = a.value();
    ASSERT_EQ(r.ended + r.too_long + r.queue_full + r.no_replica, r.requests) << seed;
    for (std::size_t i = 0; i < s.requests.size(); ++i) {
      const RequestOutcome &x = r.outcomes[i], &y = b.value().outcomes[i];
      ASSERT_EQ(x.first_ms, y.first_ms);
      ASSERT_EQ(x.end_ms, y.end_ms);
      if (x.refused != RefusedRequest::none) continue;
      ASSERT_LE(s.requests[i].at_ms, x.first_ms);
      ASSERT_LE(x.first_ms, x.end_ms);
    }
    ASSERT_LE(r.peak_kv_share, 1);
    apart += s.spec.apart.prefill_replicas > 0 && r.ended > 0;
    full += r.queue_full;
    scaled += r.most_replicas > s.spec.apart.prefill_replicas + 1;
  }
  EXPECT_GT(apart, 100);
  EXPECT_GT(full, 100);
  EXPECT_GT(scaled, 20);
}

}  // namespace
}  // namespace dure
