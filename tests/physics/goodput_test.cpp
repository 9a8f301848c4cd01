// ETTR: by hand, and the exact law against a job that is run fault by fault.
#include "physics/goodput.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

TEST(Goodput, IntervalsByHand) {
  // w = 0.02 h, r = 0.01 / h: sqrt(4) = 2 h.
  EXPECT_DOUBLE_EQ(young_interval_hours(0.02, 0.01), 2);
  // Daly: 2 x (1 + 0.01/3 + 0.0001/9) - 0.02.
  EXPECT_NEAR(daly_interval_hours(0.02, 0.01), 2 * (1 + 0.01 / 3 + 0.0001 / 9) - 0.02, 1e-12);
  EXPECT_DOUBLE_EQ(daly_interval_hours(200, 0.01), 100);  // a write of twice the MTBF
}

TEST(Goodput, FirstOrderByHand) {
  // r = 0.01, u0 = 0.2, dt = 2, w = 0.02: (1 - 0.01 x 1.2) / 1.01.
  const JobRisk risk{0.01, 0.2, 0, 0};
  const Ettr e = ettr_first_order(risk, {2, 0.02});
  EXPECT_NEAR(e.ratio, 0.988 / 1.01, 1e-12);
  EXPECT_FALSE(e.beyond_range);
  EXPECT_NEAR(ettr_exact(risk, {2, 0.02}), e.ratio, 0.001);
  const Ettr hot = ettr_first_order({1, 2, 0, 0}, {2, 0.02});
  EXPECT_EQ(hot.ratio, 0);
  EXPECT_TRUE(hot.beyond_range);
  EXPECT_GT(ettr_exact({1, 2, 0, 0}, {2, 0.02}), 0.01);
}

TEST(Goodput, ExactByHand) {
  // r (dt + w) = ln 2 and r u0 = ln 2: r dt / (2 x 1).
  const double r = std::log(2.0);
  EXPECT_NEAR(ettr_exact({r, 1, 0, 0}, {0.9, 0.1}), r * 0.9 / 2, 1e-12);
  EXPECT_DOUBLE_EQ(ettr_exact({0, 5, 0, 0}, {9, 1}), 0.9);  // no faults: writes alone
}

// A job that runs `segments` checkpoints, fault by fault.
double monte_carlo(const JobRisk& risk, const CheckpointPlan& plan, int segments) {
  Stream s(11, "ettr", 0);
  double time = 0;
  for (int i = 0; i < segments; ++i) {
    while (true) {
      const double fault = s.exponential() / risk.interrupts_per_hour;
      if (fault >= plan.interval_hours + plan.write_hours) break;
      time += fault;
      while (true) {  // a restart may fail too
        const double again = s.exponential() / risk.interrupts_per_hour;
        if (again >= risk.restart_hours) break;
        time += again;
      }
      time += risk.restart_hours;
    }
    time += plan.interval_hours + plan.write_hours;
  }
  return plan.interval_hours * segments / time;
}

TEST(Goodput, ExactAgreesWithMonteCarloWithin1Percent) {
  for (const double rate : {0.02, 0.3, 2.0}) {
    for (const double interval : {0.1, 0.5}) {
      const JobRisk risk{rate, 0.2, 0, 0};
      const CheckpointPlan plan{interval, 0.03};
      const double exact = ettr_exact(risk, plan);
      EXPECT_NEAR(monte_carlo(risk, plan, 400'000) / exact, 1, 0.01) << rate << " " << interval;
      const Ettr first = ettr_first_order(risk, plan);
      if (!first.beyond_range) {
        EXPECT_NEAR(first.ratio / exact, 1, 0.01);
      }
    }
  }
}

TEST(Goodput, BestIntervalIsBest) {
  for (const double rate : {0.001, 0.1, 1.0, 5.0}) {
    const JobRisk risk{rate, 0.2, 0, 0};
    const double best = best_interval_hours(risk, 0.05);
    const double top = ettr_exact(risk, {best, 0.05});
    for (const double f : {0.5, 0.9, 1.1, 2.0})
      EXPECT_LE(ettr_exact(risk, {best * f, 0.05}), top + 1e-12) << rate << " " << f;
    if (rate <= 0.1) {
      EXPECT_NEAR(best / daly_interval_hours(0.05, rate), 1, 0.05);
    }
  }
}

TEST(Goodput, WorseIsWorse) {
  Stream s(5, "worse", 0);
  for (int i = 0; i < 500; ++i) {
    const JobRisk risk{s.uniform(), s.uniform(), 0.1 * s.uniform(), 10 * s.uniform()};
    const CheckpointPlan plan{0.05 + s.uniform(), 0.1 * s.uniform()};
    const double e = ettr_exact(risk, plan);
    EXPECT_GT(e, 0);
    EXPECT_LE(e, 1);
    JobRisk more = risk;
    more.interrupts_per_hour += 0.1;
    EXPECT_LT(ettr_exact(more, plan), e);
    more = risk;
    more.restart_hours += 0.1;
    EXPECT_LE(ettr_exact(more, plan), e);
    more = risk;
    more.silent_per_hour += 0.1;
    EXPECT_LT(ettr_exact(more, plan), e);
    EXPECT_LT(ettr_exact(risk, {plan.interval_hours, plan.write_hours + 0.1}), e);
  }
}

// 419 interruptions in 54 days; 405 x 10^9 parameters at 14 bytes to 2 TB/s; 12 minutes to restart.
TEST(Goodput, Llama3TrainsMoreThan90Percent) {
  const JobRisk risk{419 / (54 * 24.0), 0.2, 0, 0};
  const double write = checkpoint_write_hours({405, 14}, 2000).value();
  EXPECT_NEAR(write * 3600, 2.835, 1e-9);
  const double best = best_interval_hours(risk, write);
  EXPECT_NEAR(best * 60, 4.2, 0.2);
  EXPECT_NEAR(ettr_exact(risk, {best, write}), 0.916, 0.002);
  EXPECT_GT(ettr_exact(risk, {best, write}), 0.9);
  EXPECT_LT(ettr_exact(risk, {1.0, write}), 0.9);  // an hourly checkpoint would not do
}

TEST(Goodput, SparesByHand) {
  // 2 nodes and 1 spare, each out 10 % of the time: 0.9^3 + 3 x 0.1 x 0.9^2.
  EXPECT_NEAR(spares_suffice_share(2, 1, 0.1), 0.972, 1e-12);
  EXPECT_NEAR(
      spares_suffice_share(16, 2, 0.03),
      std::pow(0.97, 18) + 18 * 0.03 * std::pow(0.97, 17) + 153 * 0.0009 * std::pow(0.97, 16),
      1e-12);
  EXPECT_EQ(spares_suffice_share(5, 0, 0), 1);
  EXPECT_EQ(spares_suffice_share(5, 0, 1), 0);
  EXPECT_NEAR(spares_suffice_share(100'000, 4000, 0.03), 1, 1e-6);
  EXPECT_LT(spares_suffice_share(100'000, 2000, 0.03), 1e-6);
  // More spares: nodes are there more often, but idle.
  GoodputCase c;
  c.risk = {0.01, 0.2, 0, 0};
  c.plan = {2, 0.02};
  c.nodes = 16;
  c.node_out_share = 0.03;
  const double none = goodput(c).ratio();
  c.spares = 1;
  const double one = goodput(c).ratio();
  c.spares = 8;
  EXPECT_GT(one, none);
  EXPECT_GT(one, goodput(c).ratio());
}

TEST(Goodput, MttfByHandAndBadInput) {
  // RSC-1: 6.5 faults per 1,000 node-days on 2,048 nodes: 1.80 h.
  EXPECT_NEAR(job_mttf_hours(2048, 6.5), 1.803, 0.001);
  EXPECT_FALSE(checkpoint_write_hours({405, 14}, 0));
  EXPECT_FALSE(checkpoint_write_hours({-1, 14}, 10));
  EXPECT_FALSE(checkpoint_write_hours({std::nan(""), 14}, 10));
  EXPECT_DEATH(static_cast<void>(ettr_exact({0.1, 0, 0, 0}, {0, 0})), "CHECK");
  EXPECT_DEATH(static_cast<void>(young_interval_hours(1, 0)), "CHECK");
}

}  // namespace
}  // namespace dure
