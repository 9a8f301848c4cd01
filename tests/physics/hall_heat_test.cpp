// Halls that heat: the closed form by hand and against small steps, and how long the shipped kinds
// of hall last.
#include "physics/hall_heat.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shipped.h"

namespace dure {
namespace {

TEST(HallHeat, StraightLineByHand) {
  // 1,000 kW into 25,000 kJ/K: 10 K in 250 s.
  HeatStep s{25, 1000, 0, 25'000, 0, 25};
  EXPECT_DOUBLE_EQ(hall_temperature_c(s, 250), 35);
  EXPECT_DOUBLE_EQ(seconds_until(s, 35).value(), 250);
  s.removed_kw = 500;
  EXPECT_DOUBLE_EQ(seconds_until(s, 35).value(), 500);
  s.removed_kw = 1000;
  EXPECT_FALSE(seconds_until(s, 35).has_value());
  EXPECT_DOUBLE_EQ(seconds_until(s, 25).value(), 0);
}

TEST(HallHeat, WithALeakAsSmallSteps) {
  const HeatStep s{25, 1000, 200, 20'000, 8, 20};
  double c = s.start_c;
  const double dt = 0.01;
  for (int i = 0; i < 60'000; ++i) {
    c += dt * (s.heat_kw - s.removed_kw - s.leak_kw_per_k * (c - s.surroundings_c)) /
         s.mass_kj_per_k;
  }
  EXPECT_NEAR(hall_temperature_c(s, 600), c, 0.01);
  const double t = seconds_until(s, 40).value();
  EXPECT_NEAR(hall_temperature_c(s, t), 40, 1e-9);
  EXPECT_FALSE(seconds_until(s, 20 + 800.0 / 8 + 1).has_value());  // it ends at 120 C
}

LossTimes loss(const char* kind, HeatWay way, CoolingLoss what, double still = 0) {
  static const CoolingModel model = shipped_cooling();
  const CoolingPlant p = find_plant(model, kind).value();
  const CoolingLoad load = split_load(p, 1000, 1000);
  const CoolingState before = cool(p, load, {30, 24, 101.325, 15});
  return after_loss(p, load, before, way, what, still);
}

TEST(HallHeat, AirHallsLastMinutes) {
  const LossTimes t = loss("chilled_water", HeatWay::air, CoolingLoss::heat_rejection);
  EXPECT_GT(t.throttle_s.value(), 3 * 60);
  EXPECT_LT(t.throttle_s.value(), 12 * 60);
  EXPECT_GT(t.trip_s.value(), t.throttle_s.value());
  const LossTimes fans = loss("chilled_water", HeatWay::air, CoolingLoss::flow);
  EXPECT_LT(fans.throttle_s.value(), t.throttle_s.value());
}

TEST(HallHeat, LiquidHallsLastSecondsToMinutes) {
  const LossTimes heat = loss("direct_liquid", HeatWay::liquid, CoolingLoss::heat_rejection);
  EXPECT_GT(heat.throttle_s.value(), 15);
  EXPECT_LT(heat.throttle_s.value(), 90);
  EXPECT_LT(heat.trip_s.value(), 4 * 60);
  // Without flow a chip throttles in 5-10 s and is off in 10-20 or a little more.
  const LossTimes flow = loss("direct_liquid", HeatWay::liquid, CoolingLoss::flow);
  EXPECT_NEAR(flow.throttle_s.value(), 6, 3);
  EXPECT_NEAR(flow.trip_s.value(), 20, 8);
}

TEST(HallHeat, ADeratedHallLastsLongerAndAllRemovedHolds) {
  const auto at = [](double still) {
    return loss("direct_liquid", HeatWay::liquid, CoolingLoss::heat_rejection, still).trip_s;
  };
  EXPECT_GT(at(0.5).value(), 1.9 * at(0).value());
  EXPECT_FALSE(at(1).has_value());
}

}  // namespace
}  // namespace dure
