// Swings of gangs that train in step at a site's meter: by hand, and against a slow recount from
// what every job held.
#include "sim/swings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "physics/gpu_power.h"
#include "physics/power_swing.h"
#include "sim/shipped_physics.h"
#include "world/power_check.h"

namespace dure {
namespace {

// H100 of the shipped model between train and communication.
double span_w() {
  const PowerSpec& power = shipped_models().power;
  const GpuPowerSpec& gpu = *find_row(power.gpus, "h100_sxm", "gpus").value();
  return gpu_phase_w(gpu, *find_row(power.phases, "train", "phases").value()) -
         gpu_phase_w(gpu, *find_row(power.phases, "communication", "phases").value());
}

Scenario in_step(std::int64_t gpus, double smoothing_s) {
  Scenario s = tiny::scenario(gpus);
  s.power = shipped_models().power;
  s.power->swings = {{{"hgx"}, "h100_sxm", 0, smoothing_s, "assumption", ""}};
  return s;
}

UtilitySpec utility(double ramp_limit_mw_per_s, const PowerSpec& power) {
  UtilitySpec u;
  u.site = "site";
  u.power_chain = power.chains[0].id;
  u.ramp_limit_mw_per_s = ramp_limit_mw_per_s;
  return u;
}

double slope(const PowerSpec& power) {
  double out = 1;
  for (const std::string& id : power.chains[0].stages)
    out /= find_row(power.stages, id, "stages").value()->efficiency;
  return out;
}

// Two gangs of 32 GPUs, four nodes each, that run all day: of each step of 2 s they compute for
// 1 / (1 + 0.13 x 2).
TEST(Swings, TwoGangsByHand) {
  Scenario s = in_step(128, 0);
  s.workloads = {tiny::service("train", 2)};
  s.workloads[0].gpus_per_replica = 32;
  s.workloads[0].sync_step_s = 2;
  Simulation run(s, tiny::options_of(s));
  run.run();
  EXPECT_NEAR(span_w(), 444, 1) << "658 and 214 W: docs/models/conversion.md";
  const SwingFigures& f = run.swings().sites()[0];
  EXPECT_EQ(f.gangs_at_worst, 2);
  EXPECT_NEAR(static_cast<double>(f.worst_w), 64 * span_w(), 2);
  EXPECT_NEAR(static_cast<double>(f.expected_w), 32 * std::sqrt(2.0) * span_w(), 2);
  EXPECT_NEAR(static_cast<double>(f.worst_ramp_w_per_s), 64 * span_w() / 0.01, 200);
  EXPECT_FALSE(run.swings().ramp_limit_w_per_s(SiteId{0}));

  s.power->swings[0].smoothing_s = 1;
  s.utilities = {utility(0.01, *s.power)};  // W/s: below what they do
  Simulation smooth(s, tiny::options_of(s));
  smooth.run();
  const double d = 1 / 1.26, k = slope(*s.power), up = 1 - std::exp(-2 * d),
               down = 1 - std::exp(-2 * (1 - d)), whole = 1 - std::exp(-2.0);
  const SwingFigures& g = smooth.swings().sites()[0];
  EXPECT_NEAR(static_cast<double>(g.worst_w), 64 * k * span_w() * up * down / whole, 2);
  EXPECT_GT(k, 1.04);
  EXPECT_EQ(g.over_limit_ms, 24 * kMsPerHour);

  s.utilities[0].ramp_limit_mw_per_s = 1;
  Simulation within(s, tiny::options_of(s));
  within.run();
  EXPECT_EQ(within.swings().sites()[0].over_limit_ms, 0);
}

TEST(Swings, OneNodeAndWorkThatKeepsNoStepDoNotSwing) {
  Scenario s = in_step(128, 0);
  s.workloads = {tiny::service("alone", 4), tiny::service("serve", 1)};
  s.workloads[0].gpus_per_replica = 8;
  s.workloads[0].sync_step_s = 2;
  s.workloads[1].gpus_per_replica = 64;
  Simulation run(s, tiny::options_of(s));
  run.run();
  EXPECT_TRUE(run.swings().modelled());
  EXPECT_EQ(run.swings().sites()[0].worst_w, 0);
  s.workloads[0].sync_step_s = 0;
  Simulation none(s, tiny::options_of(s));
  none.run();
  EXPECT_FALSE(none.swings().modelled());
}

TEST(Swings, RefusedWithItsPlace) {
  Scenario s = in_step(128, 0);
  s.workloads = {tiny::batch("train", 10)};
  s.workloads[0].sync_step_s = 2;
  const auto fault = [&] { return check_physics(s, tiny::options_of(s)).fault(); };
  ASSERT_TRUE(check_physics(s, tiny::options_of(s)));
  s.power->swings[0].gpu = "h100";
  EXPECT_EQ(fault().where, "power.gpus");
  s.power->swings[0].hardware = {"nvl"};
  EXPECT_EQ(fault().where, "workloads[train].sync_step_s");
  EXPECT_NE(fault().expected.find("hgx"), std::string::npos);
  s.power.reset();
  EXPECT_EQ(fault().where, "workloads[train].sync_step_s");
}

struct Held {
  std::int64_t from, to, swing_w, ramp;
};

// Gangs that come, wait, are stopped for others and end, at random.
TEST(Swings, AsASlowRecountHasIt) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Scenario s = in_step(256, 0.5);
    MemberSpec other = s.members[0];
    other.id = "b";
    s.members.push_back(other);
    for (MemberSpec& m : s.members) m.demand_base_gpus = Gpus(128);
    s.installs[0].gpus = Gpus(128);
    s.installs.push_back(s.installs[0]);
    s.installs[1].owner = "b";
    WorkloadSpec train = tiny::batch("train", 60), rest = tiny::batch("rest", 40);
    train.size = SizeLaw{{8, 16, 64}, {1, 2, 1}};
    train.sync_step_s = 1;
    train.preemptible = true;
    train.min_run_hours = 0;
    train.demand[0].member = "b";
    train.elastic = seed % 2 == 0;
    train.least_share = 0.5;
    rest.size = SizeLaw{{64, 128}, {1, 1}};
    s.workloads = {train, rest};
    LendingSpec lend;
    lend.owner = "a";
    lend.reclaim_hours = 1;
    s.lending = {lend};
    s.utilities = {utility(0.05, *s.power)};
    SimulationOptions o = tiny::options_of(s);
    o.seed = seed;
    Simulation run(s, o);
    run.run();
    std::vector<Held> all;
    const auto held = [&](JobId id, std::int64_t gpus, Millis from, Millis to) {
      const Job& job = run.world().job(id);
      if (run.founding().lanes[job.lane.index].opened.workload != WorkloadId{0}) return;
      StepLoad one;
      one.gpus = 1;
      one.high_w = span_w() * slope(*s.power);
      one.step_s = 1;
      const double nodes = static_cast<double>(gpus) / 8;
      one.high_share = nodes <= 1 ? 1 : 1 / (1 + 0.13 * std::log2(nodes));
      const Swing swing = feeder_swing(one, 0.5).value();
      all.push_back({std::max(from, o.window.from).count(), std::min(to, o.window.to).count(),
                     std::llround(static_cast<double>(gpus) * swing.peak_to_peak_w),
                     std::llround(static_cast<double>(gpus) * swing.ramp_w_per_s)});
    };
    for (const Segment& x : run.segments().all()) held(x.job, x.gpus, x.from, x.to);
    for (std::uint32_t i = 0; i < run.world().jobs(); ++i) {
      const Job& job = run.world().job(JobId{i});
      const bool ended = job.state == JobState::ended;
      if (job.state == JobState::running || (ended && !run.segments().told(JobId{i})))
        held(JobId{i}, job.held, ended ? job.start : run.segments().since(JobId{i}),
             ended ? job.end : o.window.to);
    }
    std::vector<std::int64_t> cuts;
    for (const Held& h : all)
      if (h.from < h.to) cuts.insert(cuts.end(), {h.from, h.to});
    std::sort(cuts.begin(), cuts.end());
    SwingFigures slow;
    for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
      if (cuts[c] == cuts[c + 1]) continue;
      std::int64_t sum = 0, ramp = 0;
      double squares = 0;
      for (const Held& h : all) {
        if (h.from > cuts[c] || cuts[c] >= h.to) continue;
        sum += h.swing_w;
        ramp += h.ramp;
        squares += static_cast<double>(h.swing_w) * static_cast<double>(h.swing_w);
      }
      slow.worst_w = std::max(slow.worst_w, sum);
      const std::int64_t expected_w = std::llround(std::sqrt(squares));
      slow.expected_w = std::max(slow.expected_w, expected_w);
      slow.worst_ramp_w_per_s = std::max(slow.worst_ramp_w_per_s, ramp);
      if (ramp > 50'000) slow.over_limit_ms += cuts[c + 1] - cuts[c];
    }
    const SwingFigures& f = run.swings().sites()[0];
    EXPECT_GT(f.worst_w, 0) << seed;
    EXPECT_EQ(f.worst_w, slow.worst_w) << seed;
    EXPECT_EQ(f.expected_w, slow.expected_w) << seed;
    EXPECT_EQ(f.worst_ramp_w_per_s, slow.worst_ramp_w_per_s) << seed;
    EXPECT_EQ(f.over_limit_ms, slow.over_limit_ms) << seed;
  }
}

}  // namespace
}  // namespace dure
