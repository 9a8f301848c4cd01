// Conversion stages, swings at a feeder and limits by date: by hand, at the edges, by their books.
#include "physics/conversion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"
#include "physics/power_swing.h"
#include "shipped.h"

namespace dure {
namespace {

StageSpec stage(double unit_w, double constant_w, double efficiency, double redundancy = 1) {
  return {"s", "s", unit_w, constant_w, efficiency, redundancy, "assumption", ""};
}

TEST(Conversion, AStageByHand) {
  const StageFlow f = through_stage(stage(1000, 10, 0.95), 940, 1);
  EXPECT_DOUBLE_EQ(f.input_w, 1000);
  EXPECT_DOUBLE_EQ(f.loss_w(), 60);
  EXPECT_DOUBLE_EQ(f.efficiency(), 0.94);
  const StageFlow idle = through_stage(stage(1000, 19, 0.95), 0, 5);
  EXPECT_DOUBLE_EQ(idle.loss_w(), 100) << "no load: the constant losses remain";
  EXPECT_DOUBLE_EQ(idle.efficiency(), 0);
  EXPECT_DOUBLE_EQ(units_for(stage(1000, 10, 0.95, 2), 50'000), 100);
}

TEST(Conversion, BooksOfEveryShippedChain) {
  const PowerSpec& spec = shipped_power();
  for (const ChainSpec& c : spec.chains) {
    const Chain chain = find_chain(spec, c.id).value();
    const double rated = 30e6;
    const ChainLine line = chain_line(chain, rated);
    double efficiency_before = -1;
    for (int i = 0; i <= 10; ++i) {
      const double load = rated * i / 10;
      const ChainFlow f = through_chain(chain, load, rated).value();
      double losses = 0;
      for (const StageFlow& s : f.stages) {
        EXPECT_GT(s.loss_w(), 0) << c.id << ' ' << s.stage;  // invariant 2
        losses += s.loss_w();
      }
      EXPECT_NEAR(f.input_w, f.output_w + losses, 1e-6);               // invariant 1
      EXPECT_NEAR(line.fixed_w + line.slope * load, f.input_w, 1e-3);  // invariant 3
      EXPECT_GT(f.efficiency(), efficiency_before) << "a light load is the less efficient one";
      efficiency_before = f.efficiency();
    }
    EXPECT_GT(efficiency_before, 0.85) << c.id;
    EXPECT_LT(efficiency_before, 0.99) << c.id;
    EXPECT_EQ(line.input_nearest(Watts(0)), Watts(std::llround(line.fixed_w)));
  }
}

TEST(Conversion, DirectCurrentLosesLess) {
  const PowerSpec& spec = shipped_power();
  const auto loss = [&](const char* id) {
    return through_chain(find_chain(spec, id).value(), 20e6, 30e6).value().loss_w();
  };
  EXPECT_LT(loss("hvdc_800v"), loss("ac_ups_shelves"));
}

TEST(Conversion, BadInputIsRefused) {
  const PowerSpec& spec = shipped_power();
  const Chain chain = find_chain(spec, "ac_ups").value();
  EXPECT_FALSE(through_chain(chain, -1, 1000));
  EXPECT_FALSE(through_chain(chain, 1001, 1000));
  EXPECT_FALSE(through_chain(chain, std::nan(""), 1000));
  EXPECT_FALSE(find_chain(spec, "none"));
}

TEST(PowerSwing, ByHand) {
  // 1,000 GPUs between 300 and 900 W, half and half of 2 s: 0.6 MW.
  const StepLoad load{1000, 900, 300, 2, 0.5, 0.01};
  const Swing bare = feeder_swing(load, 0).value();
  EXPECT_DOUBLE_EQ(bare.mean_w, 600'000);
  EXPECT_DOUBLE_EQ(bare.peak_to_peak_w, 600'000);
  EXPECT_DOUBLE_EQ(bare.ramp_w_per_s, 600'000 / 0.01);
  // tau = 1 s: (1 - e^-1)^2 / (1 - e^-2) = 0.4621
  const Swing smooth = feeder_swing(load, 1).value();
  EXPECT_NEAR(smooth.peak_to_peak_w, 600'000 * 0.46211716, 1);
  EXPECT_DOUBLE_EQ(smooth.mean_w, bare.mean_w);
  EXPECT_LT(smooth.ramp_w_per_s, 600'000);
}

TEST(PowerSwing, SmoothingNeverAddsAndTheDutyIsSymmetric) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream s(seed, "test/swing", 0);
    StepLoad load{1e4, 900, 300, 0.1 + 20 * s.uniform(), s.uniform(), 0.01};
    double before = 1e4 * 600 * (1 + 1e-12);
    for (const double tau : {0.01, 0.1, 1.0, 10.0, 100.0}) {
      const Swing swing = feeder_swing(load, tau).value();
      EXPECT_LE(swing.peak_to_peak_w, before);
      EXPECT_GE(swing.peak_to_peak_w, 0);
      before = swing.peak_to_peak_w;
      StepLoad mirrored = load;
      mirrored.high_share = 1 - load.high_share;
      EXPECT_NEAR(feeder_swing(mirrored, tau).value().peak_to_peak_w, swing.peak_to_peak_w,
                  1e-6 * (1 + swing.peak_to_peak_w));
    }
  }
}

TEST(PowerSwing, SumsAndEdges) {
  const Swing jobs[] = {{0, 3, 10}, {0, 4, 20}};
  const SwingSum sum = sum_of_swings(jobs);
  EXPECT_DOUBLE_EQ(sum.worst_w, 7);
  EXPECT_DOUBLE_EQ(sum.expected_w, 5);
  EXPECT_DOUBLE_EQ(sum.worst_ramp_w_per_s, 30);
  EXPECT_DOUBLE_EQ(feeder_swing({10, 900, 300, 2, 1, 0.01}, 0).value().peak_to_peak_w, 0);
  EXPECT_FALSE(feeder_swing({10, 900, 300, 0, 0.5, 0.01}, 0));
  EXPECT_FALSE(feeder_swing({10, 300, 900, 1, 0.5, 0.01}, 0));
  EXPECT_FALSE(feeder_swing({10, 900, 300, 1, 1.5, 0.01}, 0));
  EXPECT_FALSE(feeder_swing({10, 900, 300, 1, 0.5, 0.01}, -1));
}

TEST(PowerSwing, RampLimit) {
  const RampLimit limit{1000, 500};
  EXPECT_DOUBLE_EQ(ramp_limited(limit, 0, 20'000, 10).value().power_w, 10'000);
  EXPECT_TRUE(ramp_limited(limit, 0, 20'000, 10).value().limited);
  EXPECT_DOUBLE_EQ(ramp_limited(limit, 20'000, 0, 10).value().power_w, 15'000);
  EXPECT_DOUBLE_EQ(ramp_limited(limit, 20'000, 25'000, 10).value().power_w, 25'000);
  EXPECT_FALSE(ramp_limited(limit, 20'000, 25'000, 10).value().limited);
  EXPECT_FALSE(ramp_limited(limit, 0, 1, -1));
}

}  // namespace
}  // namespace dure
