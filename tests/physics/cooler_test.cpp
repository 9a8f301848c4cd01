// Coolers by hand, at their limits, and by the laws that they must keep.
#include "physics/cooler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"
#include "physics/psychrometrics.h"

namespace dure {
namespace {

constexpr double kLatentKjPerKg = 2430;  // of water at 30 C, by steam tables

CoolerSpec dry() {
  CoolerSpec c;
  c.kind = CoolerKind::dry;
  c.approach_k = 8;
  c.speed_exponent = 0.8;
  c.fan_share = 0.02;
  c.least_speed = 0.2;
  c.air_kg_per_s_per_kw = 0.083;
  return c;
}
CoolerSpec adiabatic() {
  CoolerSpec c = dry();
  c.pad_effectiveness = 0.7;
  c.pad_above_c = 25;
  return c;
}
CoolerSpec tower() {
  CoolerSpec c;
  c.kind = CoolerKind::tower;
  c.approach_k = 4;
  c.load_exponent = 0.75;
  c.speed_exponent = 1;
  c.fan_share = 0.012;
  c.pump_share = 0.01;
  c.air_kg_per_s_per_kw = 0.019;
  c.drift_share = 0.00005;
  return c;
}
Outdoor air(double dry_c, double wet_c) { return {dry_c, wet_c, 101.325, 15}; }

double uniform(Stream& s, double low, double high) {
  return low + (high - low) * static_cast<double>(s.next() >> 11) * 0x1p-53;
}

TEST(Cooler, DryByHand) {
  // Full load at 30 C: 8 K over it, whatever is asked below that.
  const CoolerRun full = run_cooler(dry(), air(30, 20), 1, 35);
  EXPECT_DOUBLE_EQ(full.speed, 1);
  EXPECT_DOUBLE_EQ(full.leaving_c, 38);
  // Half load needs 4 K at full speed; 12 K are there: speed (4/12)^(1/0.8) = 0.2533.
  const CoolerRun half = run_cooler(dry(), air(30, 20), 0.5, 42);
  EXPECT_NEAR(half.speed, 0.2533, 0.0001);
  EXPECT_NEAR(half.leaving_c, 42, 1e-9);
  // Fans: 0.02 x 1,000 kW x 0.2533^3 = 0.325 kW.
  EXPECT_NEAR(use_of(dry(), air(30, 20), half, 500, 1000, 0.5).fan_kw, 0.325, 0.001);
}

TEST(Cooler, FansFollowTheCube) {
  CoolerRun run;
  run.speed = 1;
  const double full = use_of(dry(), air(20, 15), run, 1000, 1000, 1).fan_kw;
  EXPECT_DOUBLE_EQ(full, 20);
  for (const double speed : {0.2, 0.5, 0.8}) {
    run.speed = speed;
    EXPECT_NEAR(use_of(dry(), air(20, 15), run, 1000, 1000, 1).fan_kw / full, speed * speed * speed,
                1e-12);
  }
}

TEST(Cooler, UnderLeastSpeedCellsTakeTurns) {
  EXPECT_NEAR(power_share(dry(), 0.1), 0.5 * 0.2 * 0.2 * 0.2, 1e-12);
  EXPECT_EQ(power_share(dry(), 0), 0);
  const CoolerRun cold = run_cooler(dry(), air(-20, -20), 0.4, 42);
  EXPECT_LT(cold.speed, 0.2);
  EXPECT_DOUBLE_EQ(cold.leaving_c, 42);                             // nothing is colder than asked
  const CoolerRun little = run_cooler(dry(), air(30, 20), 0.1, 0);  // cells without heat stand
  EXPECT_NEAR(little.cells, 0.3, 1e-12);
  EXPECT_DOUBLE_EQ(little.speed, 1);
  EXPECT_NEAR(little.leaving_c, 30 + 8.0 / 3, 1e-12);
}

TEST(Cooler, PumpsOfATowerByHand) {
  CoolerSpec c = tower();
  c.pump_static_share = 0.4;
  c.least_flow = 0.5;
  const auto pumps = [&](double load) {
    const CoolerRun run = follow_load(c, air(20, 15), load);
    return use_of(c, air(20, 15), run, 1000 * load, 1000, load).pump_kw;
  };
  EXPECT_DOUBLE_EQ(pumps(1), 10);
  EXPECT_NEAR(pumps(0.7), 10 * 0.7 * (0.4 + 0.6 * 0.49), 1e-12);
  EXPECT_NEAR(pumps(0.4), 10 * 0.5 * (0.4 + 0.6 * 0.25), 1e-12) << "held at half its flow";
  // At 0.2 of the load 0.6 of the cells run, each at a third of its heat and half its flow.
  EXPECT_NEAR(pumps(0.2), 10 * 0.6 * 0.5 * (0.4 + 0.6 * 0.25), 1e-12);
  EXPECT_EQ(pumps(0), 0);
}

TEST(Cooler, PadsByHand) {
  // 35/25 C: pads of 0.7 bring air to 28, so water of 38 may leave 10 K over it; at full load 8 K
  // need full speed, 10 K a speed of 0.8^1.25 = 0.7566.
  const CoolerRun run = run_cooler(adiabatic(), air(35, 25), 1, 38);
  EXPECT_NEAR(run.pads, 0.7, 1e-12);
  EXPECT_NEAR(run.follows_c, 28, 1e-12);
  EXPECT_NEAR(run.speed, 0.7566, 1e-4);
  // Air of 83 x 0.7566 = 62.8 kg/s cooled by 7 K gives 62.8 x 1.03 x 7 = 453 kW to vapour:
  // 453 / 2,430 x 3,600 = 671 l/h.
  const double l = use_of(adiabatic(), air(35, 25), run, 1000, 1000, 1).evaporation_l_per_h;
  EXPECT_NEAR(l, 671, 12);
  EXPECT_EQ(run_cooler(adiabatic(), air(24, 15), 1, 25).pads, 0);  // dry below pad_above_c
  EXPECT_NEAR(run_cooler(adiabatic(), air(26, 15), 1, 25).follows_c, 25, 1e-12);  // 3
  EXPECT_NEAR(run_cooler(adiabatic(), air(35, 25), 1, 37, 0.5).pads, 0.35,
              1e-12);  // half the water
  // What a hall that breathes needs: from 35 to 29 of 10 K.
  EXPECT_NEAR(pads_needed(adiabatic(), air(35, 25), 29), 0.6, 1e-12);
}

double latent_share(double dry_c, double wet_c, double speed, double hot_c) {
  const double l = tower_evaporation_l_per_h(air(dry_c, wet_c), 1000, 19 * speed, hot_c);
  return l / 3600 * kLatentKjPerKg / 1000;
}

TEST(Cooler, TowersEvaporateMostHeatInSummerAndLessInWinter) {
  // A Korean August afternoon: facts say 0.85-0.95. At night the air is nearly saturated when it
  // comes; then the share is that of the slopes at 29 C: 1 - 1.03 / 4.7 = 0.78. Winter: 0.6-0.7.
  EXPECT_NEAR(latent_share(31, 26, 1, 36), 0.90, 0.05);
  EXPECT_NEAR(latent_share(25, 23.5, 1, 36), 0.78, 0.03);
  EXPECT_NEAR(latent_share(0, -2, 0.4, 30), 0.66, 0.06);
  EXPECT_NEAR(latent_share(-10, -11, 0.3, 30), 0.60, 0.06);
}

TEST(Cooler, TowerWaterIsBoundByHeatAndByWhatTheAirGives) {
  Stream s(1, "cooler_test/tower", 0);
  for (int i = 0; i < 20'000; ++i) {
    const double dry_c = uniform(s, -25, 45);
    const double wet_c = dry_c - uniform(s, 0, dry_c > 10 ? 15 : 3);
    const double air_kg = uniform(s, 2, 40);
    const double hot_c = wet_c + uniform(s, 5, 25);
    const double l = tower_evaporation_l_per_h(air(dry_c, wet_c), 1000, air_kg, hot_c);
    ASSERT_GE(l, 0);
    // Its latent heat is at most the water's heat and what the air gives down to its wet bulb (5 %
    // for the vapour's own heat).
    const double h_in = enthalpy_kj_per_kg(dry_c, humidity_ratio_of_bulbs(dry_c, wet_c, 101.325));
    const double used_kg =
        std::max(air_kg, 1000 / (0.9 * (saturated_enthalpy_kj_per_kg(hot_c, 101.325) - h_in)));
    const double room = 1000 + 1.05 * 1.006 * used_kg * (dry_c - wet_c);
    ASSERT_LE(l / 3600 * 2380, room) << dry_c << " " << wet_c << " " << air_kg;
  }
}

TEST(Cooler, TowerApproachGrowsInColdAirButWaterGetsColder) {
  double before_c = -100, approach = 100;
  for (double wet = -10; wet <= 28; wet += 1) {
    const CoolerRun run = run_cooler(tower(), air(wet + 3, wet), 1, -50);
    EXPECT_GT(run.leaving_c, before_c);
    EXPECT_LT(run.leaving_c - wet, approach);
    before_c = run.leaving_c;
    approach = run.leaving_c - wet;
  }
  EXPECT_NEAR(run_cooler(tower(), air(31, 26), 1, 0).leaving_c, 30, 1e-9);
}

TEST(Cooler, TowerAsTheCurvesOfYork) {
  // Approach by YorkCalc (3.89 K at 25.55 C wet bulb, range 5.56 K x load), at (load, air share).
  CoolerSpec c = tower();
  c.approach_k = 3.89;
  c.design_range_k = 5.56;
  c.design_wet_bulb_c = 25.55;
  struct Point {
    double wet_c, load, air, york_k;
  };
  for (const Point& p :
       {Point{-5, 1, 1, 13.1}, Point{0, 1, 1, 11.2}, Point{10, 1, 1, 7.8}, Point{20, 1, 1, 5.1},
        Point{28, 1, 1, 3.4}, Point{0, 0.5, 1, 7.1}, Point{20, 0.5, 1, 2.9},
        Point{20, 0.5, 0.5, 6.5}, Point{10, 0.5, 0.5, 9.5}}) {
    // The target that this share of the air just reaches, then back to its approach.
    const double at_full =
        run_cooler(c, air(p.wet_c + 3, p.wet_c), p.load, -50).leaving_c - p.wet_c;
    const double ours = at_full / p.air;  // speed_exponent is 1
    EXPECT_NEAR(ours, p.york_k, 1.0) << p.wet_c << " C, load " << p.load << ", air " << p.air;
    EXPECT_NEAR(run_cooler(c, air(p.wet_c + 3, p.wet_c), p.load, p.wet_c + ours).speed, p.air,
                1e-9);
  }
}

TEST(Cooler, SeaFlowFollowsTheLoad) {
  CoolerSpec c;
  c.kind = CoolerKind::sea;
  c.approach_k = 2.5;
  c.least_speed = 0.3;
  Outdoor o;
  o.sea_c = 10;
  EXPECT_DOUBLE_EQ(run_cooler(c, o, 0.8, 32).speed, 0.8);  // cold sea: as little as 7 K allow
  o.sea_c = 25;
  EXPECT_DOUBLE_EQ(run_cooler(c, o, 1, 26).speed, 1);
  EXPECT_DOUBLE_EQ(run_cooler(c, o, 1, 26).leaving_c, 27.5);
}

TEST(Cooler, HotterOrWetterNeverMakesColderWater) {
  Stream s(2, "cooler_test/monotone", 0);
  for (int i = 0; i < 20'000; ++i) {
    const double dry_c = uniform(s, -20, 40), wet_c = dry_c - uniform(s, 0, 10);
    const double load = uniform(s, 0.1, 1.1), target = uniform(s, 10, 45);
    const double up = uniform(s, 0, 3);
    const double most_wet = std::min(dry_c, wet_c + up);
    for (const CoolerSpec& c : {dry(), adiabatic(), tower()}) {
      const double now = run_cooler(c, air(dry_c, wet_c), load, target).leaving_c;
      ASSERT_GE(run_cooler(c, air(dry_c, most_wet), load, target).leaving_c, now - 1e-9);
      ASSERT_GE(run_cooler(c, air(dry_c + up, wet_c), load, target).leaving_c, now - 1e-9);
    }
  }
}

}  // namespace
}  // namespace dure
