// Moist air against the tables and worked examples of ASHRAE, and against its own equations solved
// the slow way.
#include "physics/psychrometrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

constexpr double kSea = 101.325;

TEST(Psychrometrics, SaturationIsThatOfTheTable) {  // Fundamentals 2017, chapter 1, table 3
  const double table[][2] = {{-40, 0.012849}, {-20, 0.103241}, {-10, 0.25990}, {0, 0.61115},
                             {10, 1.22823},   {20, 2.33921},   {30, 4.24670},  {40, 7.38443},
                             {50, 12.35252},  {60, 19.94690}};
  for (const auto& row : table)
    EXPECT_NEAR(saturation_pressure_kpa(row[0]) / row[1], 1, 5e-4) << row[0];
  // Over ice and over water meet at the triple point.
  EXPECT_NEAR(saturation_pressure_kpa(0.0099999), saturation_pressure_kpa(0.01), 2e-5);
}

TEST(Psychrometrics, WorkedExample) {  // example 1: dry bulb 40 C, wet bulb 20 C at sea level
  const auto humidity = humidity_of_wet_bulb("here", 40, 20, kSea);
  ASSERT_TRUE(humidity);
  EXPECT_NEAR(humidity.value(), 0.14, 0.005);
  const double ratio = humidity_ratio(40, humidity.value(), kSea);
  EXPECT_NEAR(ratio, 0.0065, 1.2e-4);  // these are read off a chart
  EXPECT_NEAR(enthalpy_kj_per_kg(40, ratio), 56.7, 0.3);
  EXPECT_NEAR(dew_point_c(40, humidity.value()), 7.0, 0.5);
  EXPECT_NEAR(wet_bulb_c(40, humidity.value(), kSea), 20, 1e-4);
  // Stull (2011) prints 13.7 C for 20 C and 50 percent.
  EXPECT_NEAR(wet_bulb_c(20, 0.5, kSea), 13.8, 0.1);
  EXPECT_NEAR(wet_bulb_c(30, 1, kSea), 30, 1e-6);
}

TEST(Psychrometrics, FiguresOfTheChart) {
  // At sea level, 30 C dry and 20 C wet: w = 0.0105, h = 57.1 kJ/kg.
  const double w = humidity_ratio_of_bulbs(30, 20, kSea);
  EXPECT_NEAR(w, 0.0105, 0.0001);
  EXPECT_NEAR(enthalpy_kj_per_kg(30, w), 57.2, 0.4);
  EXPECT_EQ(humidity_ratio_of_bulbs(40, 5, kSea), 0);  // even dry air would be warmer
}

TEST(Psychrometrics, RatioOfBulbsIsThatOfTheHumidity) {
  Stream draw(3, "psychrometrics", 0);
  for (int i = 0; i < 5'000; ++i) {
    const double t = -40 + 100 * draw.uniform(), rh = 0.01 + 0.99 * draw.uniform();
    const double wet = wet_bulb_c(t, rh, 95);
    // Of a frozen wick too: the wet bulb is over ice exactly where it is below 0 C.
    ASSERT_NEAR(humidity_ratio_of_bulbs(t, wet, 95), humidity_ratio(t, rh, 95), 1e-6)
        << t << ' ' << rh;
  }
}

TEST(Psychrometrics, SaturatedTemperatureIsTheInverse) {
  for (double c = -40; c <= 45; c += 2.5)
    EXPECT_NEAR(saturated_air_c(saturated_enthalpy_kj_per_kg(c, kSea), kSea, c + 40), c, 1e-6);
}

TEST(Psychrometrics, SlopeIsThatOfTheEnthalpyOverWater) {
  for (double c = 0.1; c <= 70; c += 2.3) {
    const double rise =
        saturated_enthalpy_kj_per_kg(c + 1e-4, kSea) - saturated_enthalpy_kj_per_kg(c - 1e-4, kSea);
    EXPECT_NEAR(saturated_enthalpy_slope(c, kSea) / (rise / 2e-4), 1, 1e-5) << c;
  }
  // No kink where ice would melt.
  for (double c = -60; c <= 60; c += 0.5) {
    const double here = saturated_enthalpy_slope(c, kSea);
    EXPECT_GT(here, saturated_enthalpy_slope(c - 0.5, kSea)) << c;
    EXPECT_LT(here / saturated_enthalpy_slope(c - 0.5, kSea), 1.04) << c;
  }
}

TEST(Psychrometrics, PressureIsThatOfTheTable) {  // table 1
  EXPECT_NEAR(station_pressure_kpa(0), 101.325, 1e-9);
  EXPECT_NEAR(station_pressure_kpa(500), 95.461, 5e-3);
  EXPECT_NEAR(station_pressure_kpa(1000), 89.875, 5e-3);
  EXPECT_NEAR(station_pressure_kpa(-500), 107.478, 5e-3);
}

// The equation with every figure written out again; bisected to 1e-6 K.
double slow_wet_bulb(double t, double rh, double kpa) {
  const double pw = rh * saturation_pressure_kpa(t);
  const double w = 0.621945 * pw / (kpa - pw);
  const auto ratio_at = [&](double wet, bool water) {
    const double ps = saturation_pressure_kpa(wet), ws = 0.621945 * ps / (kpa - ps);
    return water ? ((2501 - 2.326 * wet) * ws - 1.006 * (t - wet)) / (2501 + 1.86 * t - 4.186 * wet)
                 : ((2830 - 0.24 * wet) * ws - 1.006 * (t - wet)) / (2830 + 1.86 * t - 2.1 * wet);
  };
  const bool water = t > 0 && ratio_at(0.01, true) <= w;
  double low = water ? 0 : -90, high = t;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (ratio_at(middle, water) < w ? low : high) = middle;
  }
  return low;
}

TEST(Psychrometrics, WetBulbSolvesItsEquation) {
  Stream draw(1, "psychrometrics", 0);
  for (int i = 0; i < 20'000; ++i) {
    const double t = -40 + 100 * draw.uniform(), rh = 0.01 + 0.99 * draw.uniform();
    const double kpa = 60 + 50 * draw.uniform();
    const double wet = wet_bulb_c(t, rh, kpa), slow = slow_wet_bulb(t, rh, kpa);
    if (std::fabs(slow) < 0.02 || std::fabs(wet) < 0.02)
      continue;  // where the wick freezes, between 0 and the triple point
    ASSERT_NEAR(wet, slow, 1e-4) << t << ' ' << rh << ' ' << kpa;
    ASSERT_LE(wet, t + 1e-6);
    ASSERT_GE(wet, dew_point_c(t, rh) - 1e-3) << t << ' ' << rh << ' ' << kpa;
  }
}

TEST(Psychrometrics, MoreWaterIsAHigherWetBulb) {
  for (double t = -40; t <= 60; t += 2.5) {
    double last = -1000;
    for (double rh = 0.01; rh <= 1; rh += 0.01) {
      const double wet = wet_bulb_c(t, rh, 100);
      ASSERT_GT(wet, last) << t << ' ' << rh;
      last = wet;
    }
  }
}

TEST(Psychrometrics, BackFromTheWetBulb) {
  Stream draw(2, "psychrometrics", 0);
  for (int i = 0; i < 5'000; ++i) {
    const double t = -39 + 99 * draw.uniform(), rh = 0.02 + 0.98 * draw.uniform();
    const double wet = wet_bulb_c(t, rh, 95);
    if (wet < -40) continue;
    const auto back = humidity_of_wet_bulb("here", t, wet < t ? wet : t, 95);
    ASSERT_TRUE(back) << to_string(back.fault());
    // Near -40 C a hundredth of a degree is two percent of humidity.
    ASSERT_NEAR(back.value(), rh, 1e-4) << t << ' ' << wet;
  }
}

TEST(Psychrometrics, TheWickFreezesAtOnce) {
  double last = wet_bulb_c(5, 0.40, kSea), jump = 0;
  for (double rh = 0.40; rh > 0.2; rh -= 0.0005) {
    const double wet = wet_bulb_c(5, rh, kSea);
    jump = std::max(jump, last - wet);
    last = wet;
  }
  EXPECT_GT(jump, 0.2);
  EXPECT_LT(jump, 0.8);
}

TEST(Psychrometrics, RefusesWhatIsNoAir) {
  EXPECT_TRUE(check_air("x", -40, 0.01, 60));
  EXPECT_TRUE(check_air("x", 60, 1, 110));
  EXPECT_EQ(to_string(check_air("f:3", 61, 0.5, 100).fault()),
            "f:3: expected a dry bulb in C from -40 to 60, found 61");
  EXPECT_EQ(to_string(check_air("f:3", 20, 50, 100).fault()),
            "f:3: expected a relative humidity from 0.01 to 1, found 50");
  EXPECT_FALSE(check_air("x", 20, 0, 100));
  EXPECT_FALSE(check_air("x", 20, 0.5, 1013));
  EXPECT_FALSE(check_air("x", std::nan(""), 0.5, 100));
  EXPECT_FALSE(check_air("x", 20, std::nan(""), 100));
  EXPECT_FALSE(humidity_of_wet_bulb("x", 20, 21, 100));
  EXPECT_FALSE(humidity_of_wet_bulb("x", 40, 5, 100));
  EXPECT_FALSE(humidity_of_wet_bulb("x", 70, 25, 100));
  EXPECT_DEATH(wet_bulb_c(20, 50, 100), "CHECK");
}

}  // namespace
}  // namespace dure
