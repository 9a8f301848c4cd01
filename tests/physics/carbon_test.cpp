// Accounts by the official factor, signals by the shape of the day, and what is not known is said.
#include "physics/carbon.h"

#include <gtest/gtest.h>

#include "shipped.h"

namespace dure {
namespace {

Millis hour(Date d, int h) { return Millis(midnight(d).count() + h * kMsPerHour); }

TEST(Carbon, AccountsUseTheOfficialFactor) {
  const Carbon c = Carbon::of(shipped_models().carbon).value();
  const CarbonAccount a = c.account(2023, 1'000, 250);
  EXPECT_DOUBLE_EQ(a.location_g, 417.3 * 1'000);
  EXPECT_DOUBLE_EQ(a.market_g, 417.3 * 750);
  EXPECT_EQ(a.basis, YearBasis::given);
}

TEST(Carbon, YearsThatAreMissingAreFlagged) {
  const Carbon c = Carbon::of(shipped_models().carbon).value();
  EXPECT_EQ(c.factor_g_per_kwh(2025).basis, YearBasis::between);
  EXPECT_DOUBLE_EQ(c.factor_g_per_kwh(2025).value, (400 + 375) / 2.0);
  EXPECT_EQ(c.factor_g_per_kwh(2040).basis, YearBasis::held);
  EXPECT_DOUBLE_EQ(c.factor_g_per_kwh(2040).value, 200);
  EXPECT_EQ(c.factor_g_per_kwh(2015).basis, YearBasis::held);
  EXPECT_DOUBLE_EQ(c.factor_g_per_kwh(2015).value, 450.9);
  EXPECT_EQ(c.allowance_krw_per_t(2026).value, 12'750);
}

TEST(Carbon, NoonIsCleanerThanNightAndTheYearHasMeanOne) {
  const Carbon c = Carbon::of(shipped_models().carbon).value();
  for (const Date d : {Date{2027, 1, 5}, Date{2027, 4, 6}, Date{2027, 7, 6}})
    EXPECT_LT(c.signal_relative(hour(d, 12)), c.signal_relative(hour(d, 2)) - 0.05);
  EXPECT_NEAR(c.signal_relative(hour({2027, 4, 6}, 12)), 0.962 * 0.906, 1e-12);
  double sum = 0;
  int n = 0;
  for (std::int64_t at = midnight({2027, 1, 1}).count(); at < midnight({2028, 1, 1}).count();
       at += kMsPerHour, ++n)
    sum += c.signal_relative(Millis(at));
  EXPECT_EQ(n, 8'760);
  EXPECT_NEAR(sum / n, 1, 0.002);
}

TEST(Carbon, ADeeperDipKeepsTheMean) {
  CarbonSpec spec = shipped_models().carbon;
  spec.dip_growth_per_year = 0.2;
  const Carbon c = Carbon::of(spec).value();
  EXPECT_NEAR(c.signal_relative(hour({2025, 4, 7}, 12)), 0.962 * (1 - 1.4 * 0.094), 1e-12);
  EXPECT_NEAR(c.signal_relative(hour({2060, 4, 6}, 12)), 0.962 * (1 - 2 * 0.094), 1e-12);
  EXPECT_NEAR(c.signal_relative(hour({2010, 4, 6}, 12)), 0.962, 1e-12);  // never upside down
}

TEST(Carbon, WhatIsWrongIsNamed) {
  CarbonSpec twice = shipped_models().carbon;
  twice.factors[2].year = twice.factors[1].year;
  EXPECT_EQ(Carbon::of(twice).fault().where, "carbon.factors[2]");
  CarbonSpec no_summer = shipped_models().carbon;
  no_summer.shape.pop_back();
  EXPECT_EQ(Carbon::of(no_summer).fault().expected, "a row for summer");
  CarbonSpec high = shipped_models().carbon;
  high.shape[1].hours.assign(24, 1.2);
  EXPECT_EQ(Carbon::of(high).fault().where, "carbon.shape[1] (spring_autumn)");
  CarbonSpec level = shipped_models().carbon;
  level.shape[0].level = 1.2;
  EXPECT_EQ(Carbon::of(level).fault().expected, "levels of mean 1 over the year");
}

}  // namespace
}  // namespace dure
