// Sun by region, month and hour; a power purchase agreement; the market price.
#include "physics/onsite.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "shipped.h"

namespace dure {
namespace {

double kwh(const Solar& solar, Date from, Date to, double kwp) {
  double sum = 0;
  for (std::int64_t at = midnight(from).count(); at < midnight(to).count(); at += kMsPerHour)
    sum += solar.kw_at(Millis(at), kwp);
  return sum;
}

TEST(Solar, AYearIsTheYieldOfItsRegionLeapYearOrNot) {
  const Solar honam = Solar::of(shipped_models().grid.solar, "honam").value();
  for (const int year : {2027, 2028, 2100})
    EXPECT_NEAR(kwh(honam, {year, 1, 1}, {year + 1, 1, 1}, 1), 1'350, 1e-6) << year;
  const Solar metro = Solar::of(shipped_models().grid.solar, "metro").value();
  EXPECT_NEAR(kwh(metro, {2027, 1, 1}, {2028, 1, 1}, 500), 1'200 * 500.0, 1e-3);
}

TEST(Solar, MonthsHaveTheirShareAndNightsNothing) {
  const Solar s = Solar::of(shipped_models().grid.solar, "yeongnam").value();
  EXPECT_NEAR(kwh(s, {2027, 5, 1}, {2027, 6, 1}, 1), 1'330 * 0.108, 1e-6);
  EXPECT_NEAR(kwh(s, {2027, 12, 1}, {2028, 1, 1}, 1), 1'330 * 0.059, 1e-6);
  EXPECT_EQ(s.kw_at(Millis(midnight({2027, 6, 1}).count() + 2 * kMsPerHour), 1), 0);
  for (std::int64_t h = 0; h < 24; ++h)  // never above its peak power
    EXPECT_LT(s.kw_at(Millis(midnight({2027, 5, 3}).count() + h * kMsPerHour), 1), 1);
}

TEST(Solar, WhatIsWrongIsNamed) {
  SolarSpec spec = shipped_models().grid.solar;
  EXPECT_EQ(Solar::of(spec, "honan").fault().hint, "did you mean honam?");
  spec.month_share[0] += 0.05;
  EXPECT_EQ(Solar::of(spec, "honam").fault().where, "grid.solar.month_share");
  spec = shipped_models().grid.solar;
  spec.shape[1].hours.assign(24, 0);
  EXPECT_EQ(Solar::of(spec, "honam").fault().found, "a day without sun");
}

TEST(Ppa, TheLoadIsServedFirstTheRestIsSoldUnlessThePriceIsNegative) {
  const PpaSpec& ppa = shipped_models().grid.ppas[1];
  const PpaFlows short_of = ppa_flows(ppa, 1'000, 400, 120);
  EXPECT_EQ(short_of.used_kw, 400);
  EXPECT_EQ(short_of.grid_kw, 600);
  EXPECT_EQ(short_of.plant_krw_per_hour, 400 * 170.0);
  EXPECT_EQ(short_of.network_krw_per_hour, 400 * 25.0);
  const PpaFlows more = ppa_flows(ppa, 1'000, 1'500, 120);
  EXPECT_EQ(more.grid_kw, 0);
  EXPECT_EQ(more.sold_kw, 500);
  EXPECT_EQ(more.sales_krw_per_hour, 500 * 120.0);
  const PpaFlows negative = ppa_flows(ppa, 1'000, 1'500, -20);
  EXPECT_EQ(negative.sold_kw, 0);
  EXPECT_EQ(negative.curtailed_kw, 500);
  EXPECT_EQ(negative.sales_krw_per_hour, 0);
}

TEST(Ppa, EveryKilowattIsSomewhere) {
  Stream stream(7, "ppa", 0);
  for (int i = 0; i < 1'000; ++i) {
    const double load = 1'000 * stream.uniform(), plant = 1'500 * stream.uniform();
    const PpaFlows f =
        ppa_flows(shipped_models().grid.ppas[0], load, plant, 200 * stream.uniform() - 50);
    EXPECT_NEAR(f.used_kw + f.sold_kw + f.curtailed_kw, plant, 1e-9);
    EXPECT_NEAR(f.used_kw + f.grid_kw, load, 1e-9);
  }
}

TEST(Market, ThePriceOfAnHourAndANegativeYear) {
  const Market m = Market::of(shipped_models().grid.market).value();
  const YearValue v = m.krw_per_kwh_at(Millis(midnight({2023, 7, 3}).count() + 3 * kMsPerHour));
  EXPECT_NEAR(v.value, 163.3 * 0.917 * 0.845, 1e-9);
  EXPECT_EQ(v.basis, YearBasis::given);
  EXPECT_EQ(m.krw_per_kwh_at(midnight({2030, 1, 1})).basis, YearBasis::held);
  MarketSpec spec = shipped_models().grid.market;
  spec.years.push_back({2030, -10, "assumption", ""});
  EXPECT_LT(Market::of(spec).value().krw_per_kwh_at(midnight({2030, 1, 1})).value, 0);
}

}  // namespace
}  // namespace dure
