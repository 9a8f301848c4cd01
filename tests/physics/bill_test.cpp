// The monthly bill: by hand, whatever the step, across the reform, and with a ratchet that
// remembers a year and no more.
#include "physics/bill.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "tariff_testing.h"

namespace dure {
namespace {

constexpr const char* kIndustrial = "industrial_b_high_b_2";

double total(const std::vector<MonthBill>& bills, double MonthBill::*what) {
  double sum = 0;
  for (const MonthBill& b : bills) sum += b.*what;
  return sum;
}

TEST(Bill, AFlatMayIsTheSumOfItsBands) {
  // May 2027: Saturdays 1, 8, 15, 22, 29; Sundays 2, 9, 16, 23, 30; holidays Wed 5, Thu 13; 19
  // working days. 10 MW flat, contract 12 MW.
  BillMeter meter(tariff_of(kIndustrial), {.contract_kw = 12'000});
  meter.add(midnight({2027, 5, 1}), midnight({2027, 6, 1}), 10'000);
  const std::vector<MonthBill> bills = meter.bills();
  ASSERT_EQ(bills.size(), 1U);
  const MonthBill& b = bills[0];
  // Working day: light 10 h, medium 8 h, peak 6 h. Saturday: light 10, medium 14. Rest days:
  // light 24.
  const double light = 19 * 10 + 5 * 10 + 7 * 24, medium = 19 * 8 + 5 * 14, peak = 19 * 6;
  EXPECT_NEAR(b.kwh_by_band[0], light * 10'000, 1e-3);
  EXPECT_NEAR(b.kwh_by_band[1], medium * 10'000, 1e-3);
  EXPECT_NEAR(b.kwh_by_band[2], peak * 10'000, 1e-3);
  EXPECT_NEAR(b.energy_kwh, 744 * 10'000, 1e-3);
  // Discount: 3 h at noon of 5 Saturdays (medium) and 7 rest days (light), half off.
  const double energy =
      light * 127.6 + medium * 144.8 + peak * 161.9 - (5 * 3 * 144.8 + 7 * 3 * 127.6) / 2;
  EXPECT_NEAR(b.energy_krw, energy * 10'000, 1);
  EXPECT_NEAR(b.climate_fuel_krw, 744 * 14.0 * 10'000, 1);
  EXPECT_NEAR(b.demand_krw, 10'000 * 7380.0, 1);
  EXPECT_NEAR(b.fund_krw, 0.027 * (b.energy_krw + b.climate_fuel_krw + b.demand_krw), 1);
  EXPECT_NEAR(b.vat_krw, 0.1 * (b.energy_krw + b.climate_fuel_krw + b.demand_krw), 1);
  EXPECT_NEAR(b.covered_share, 1, 1e-12);
  EXPECT_TRUE(b.calendar_known);
}

TEST(Bill, DoesNotDependOnTheStep) {
  const Millis from = midnight({2026, 1, 1}), to = midnight({2027, 1, 1});  // across the reform
  const auto bills = [&](std::int64_t step) {
    BillMeter meter(tariff_of(kIndustrial), {.contract_kw = 20'000});
    for (std::int64_t at = from.count(); at < to.count(); at += step)
      meter.add(Millis(at), Millis(std::min(at + step, to.count())), 9'000);
    return meter.bills();
  };
  const std::vector<MonthBill> quarter = bills(kMeterMs);
  ASSERT_EQ(quarter.size(), 12U);
  for (const std::int64_t step : {std::int64_t{7} * 60'000, kMsPerHour, kMsPerDay * 3}) {
    const std::vector<MonthBill> other = bills(step);
    ASSERT_EQ(other.size(), 12U);
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_NEAR(other[i].energy_krw, quarter[i].energy_krw, 1e-9 * quarter[i].energy_krw);
      EXPECT_NEAR(other[i].demand_krw, quarter[i].demand_krw, 1e-9 * quarter[i].demand_krw);
      EXPECT_NEAR(other[i].without_vat_krw(), quarter[i].without_vat_krw(),
                  1e-9 * quarter[i].without_vat_krw());
      EXPECT_NEAR(other[i].peak_kw, 9'000, 1e-6);
    }
  }
}

// What another supplies through the meter is in its demand and not in its energy.
TEST(Bill, PowerOfOthersCountsForTheDemandAlone) {
  const Millis from = midnight({2027, 5, 1}), to = midnight({2027, 6, 1});
  BillMeter alone(tariff_of(kIndustrial), {.contract_kw = 12'000});
  alone.add(from, to, 7'000);
  BillMeter both(tariff_of(kIndustrial), {.contract_kw = 12'000});
  both.add(from, to, 10'000, 3'000);
  const MonthBill a = alone.bills()[0], b = both.bills()[0];
  EXPECT_NEAR(b.energy_kwh, a.energy_kwh, 1e-6);
  EXPECT_NEAR(b.energy_krw, a.energy_krw, 1e-3);
  EXPECT_NEAR(b.climate_fuel_krw, a.climate_fuel_krw, 1e-3);
  EXPECT_NEAR(b.kwh_by_band[0] + b.kwh_by_band[1] + b.kwh_by_band[2], b.energy_kwh, 1e-6);
  EXPECT_NEAR(b.supplied_kwh, 744 * 3'000, 1e-6);
  EXPECT_NEAR(b.peak_kw, 10'000, 1e-9);
  EXPECT_NEAR(b.demand_krw, 10'000 * 7380.0, 1);
}

TEST(Bill, BandsSumToAllHoursInAnyYear) {
  for (const int year : {2027, 2028}) {
    BillMeter meter(tariff_of("general_b_high_b_2"), {.contract_kw = 1'000});
    meter.add(midnight({year, 1, 1}), midnight({year + 1, 1, 1}), 1'000);
    double hours = 0;
    for (const MonthBill& b : meter.bills()) {
      EXPECT_NEAR(b.kwh_by_band[0] + b.kwh_by_band[1] + b.kwh_by_band[2], b.energy_kwh, 1e-6);
      hours += b.energy_kwh / 1'000;
    }
    EXPECT_NEAR(hours, year == 2028 ? 8'784 : 8'760, 1e-6);
  }
}

TEST(Bill, DemandIsTheMeanOfTheQuarterHourOfTheClock) {
  BillMeter meter(tariff_of(kIndustrial), {.contract_kw = 1'000});
  const auto at = [](int minute) { return at_hour({2027, 4, 6}, 9, minute); };
  meter.add(at(0), at(10), 400);
  meter.add(at(10), at(20), 1'000);  // 5 min in the first window, 5 min in the second
  meter.add(at(20), at(30), 400);
  EXPECT_NEAR(meter.bills()[0].peak_kw, (10 * 400 + 5 * 1'000) / 15.0, 1e-9);
  meter.add(at(30), at(45), 700);  // the window that is still open counts
  EXPECT_NEAR(meter.bills()[0].peak_kw, 700, 1e-9);
}

TEST(Bill, TheRatchetRemembersTwelveMonths) {
  const DemandRuleSpec& rule = shipped_models().tariff.demand;
  const auto billed = [&](Date of, Date peak_in) {
    const std::vector<MonthDemand> history = {{month_index(peak_in.year, peak_in.month), 900},
                                              {month_index(of.year, of.month), 500}};
    return billing_demand_kw(rule, history, month_index(of.year, of.month), 1'000);
  };
  EXPECT_EQ(billed({2027, 3, 1}, {2026, 7, 1}), 900);
  EXPECT_EQ(billed({2027, 6, 1}, {2026, 7, 1}), 900);  // the twelfth month with July in it
  EXPECT_EQ(billed({2027, 7, 1}, {2026, 7, 1}), 500);
  EXPECT_EQ(billed({2027, 3, 1}, {2026, 10, 1}), 500);  // October does not ratchet
  EXPECT_EQ(billed({2027, 3, 1}, {2027, 12, 1}), 500);  // nor does the future
  EXPECT_EQ(billing_demand_kw(rule, {}, month_index(2027, 3), 1'000), 300);  // 30 % of contract
}

TEST(Bill, OneQuarterHourOfJulyIsPaidForAYear) {
  BillMeter meter(tariff_of(kIndustrial), {.contract_kw = 1'000});
  const Millis spike = at_hour({2026, 7, 7}, 15);
  meter.add(midnight({2026, 7, 1}), spike, 500);
  meter.add(spike, Millis(spike.count() + kMeterMs), 900);
  meter.add(Millis(spike.count() + kMeterMs), midnight({2027, 9, 1}), 500);
  const std::vector<MonthBill> bills = meter.bills();
  ASSERT_EQ(bills.size(), 14U);
  for (std::size_t i = 0; i < 14; ++i) EXPECT_NEAR(bills[i].billing_kw, i < 12 ? 900 : 500, 1e-9);
  // 400 kW more for twelve months: 7,380 x 12 = 88,560 KRW a kW.
  BillMeter flat(tariff_of(kIndustrial), {.contract_kw = 1'000});
  flat.add(midnight({2026, 7, 1}), midnight({2027, 9, 1}), 500);
  EXPECT_NEAR(total(bills, &MonthBill::demand_krw) - total(flat.bills(), &MonthBill::demand_krw),
              400 * 88'560.0, 1);
}

TEST(Bill, HistoryFromBeforeTheRunRatchets) {
  BillMeter meter(tariff_of(kIndustrial),
                  {.contract_kw = 1'000, .history = {{month_index(2026, 8), 800}}});
  meter.add(midnight({2027, 3, 1}), midnight({2027, 4, 1}), 500);
  EXPECT_EQ(meter.bills()[0].billing_kw, 800);
}

TEST(Bill, AMonthInPartPaysItsShareOfTheDemandCharge) {
  BillMeter meter(tariff_of(kIndustrial), {.contract_kw = 1'000});
  meter.add(midnight({2027, 4, 16}), midnight({2027, 5, 1}), 500);
  const MonthBill b = meter.bills()[0];
  EXPECT_NEAR(b.covered_share, 0.5, 1e-12);
  EXPECT_NEAR(b.demand_krw, 500 * 7380 / 2.0, 1e-6);
}

TEST(Bill, TheFundOfAMonthWithTwoRatesIsSplitByTime) {
  TariffSpec spec = shipped_models().tariff;
  spec.fund.push_back({{2027, 4, 16}, 0.04, "assumption"});
  BillMeter meter(Tariff::of(spec, kIndustrial).value(), {.contract_kw = 1'000});
  meter.add(midnight({2027, 4, 1}), midnight({2027, 5, 1}), 500);
  const MonthBill b = meter.bills()[0];
  const double lowest = 0.027 * (b.energy_krw + b.climate_fuel_krw + b.demand_krw);
  EXPECT_GT(b.fund_krw, lowest * 1.1);
  EXPECT_LT(b.fund_krw, lowest * 0.04 / 0.027);
}

TEST(Bill, PowerFactorMovesTheDemandChargeWithinBounds) {
  const DemandRuleSpec& rule = shipped_models().tariff.demand;
  EXPECT_DOUBLE_EQ(power_factor_charge(rule, 90), 1);
  EXPECT_DOUBLE_EQ(power_factor_charge(rule, 95), 0.99);
  EXPECT_DOUBLE_EQ(power_factor_charge(rule, 99), 0.99);
  EXPECT_DOUBLE_EQ(power_factor_charge(rule, 80), 1.02);
  EXPECT_DOUBLE_EQ(power_factor_charge(rule, 10), 1.06);
}

// Any load: bands sum, the peak is no less than the mean, more load never costs less.
TEST(Bill, RandomLoadsKeepTheBooks) {
  const Tariff tariff = tariff_of(kIndustrial);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Stream stream(seed, "bill", 0);
    BillMeter meter(tariff, {.contract_kw = 5'000}), more(tariff, {.contract_kw = 5'000});
    std::int64_t at = midnight({2026, 3, 20}).count();
    double kwms = 0;
    for (int i = 0; i < 2'000; ++i) {
      const std::int64_t step = 1 + static_cast<std::int64_t>(stream.below(7'200'000));
      const double kw = 5'000 * stream.uniform();
      meter.add(Millis(at), Millis(at + step), kw);
      more.add(Millis(at), Millis(at + step), kw * 1.01);
      kwms += kw * static_cast<double>(step);
      at += step;
    }
    double kwh = 0, krw = 0, more_krw = 0;
    for (const MonthBill& b : meter.bills()) {
      EXPECT_NEAR(b.kwh_by_band[0] + b.kwh_by_band[1] + b.kwh_by_band[2], b.energy_kwh,
                  1e-9 * b.energy_kwh);
      EXPECT_LE(b.peak_kw, 5'000);
      EXPECT_GE(b.billing_kw, b.peak_kw);
      EXPECT_GE(b.billing_kw, 0.3 * 5'000);
      kwh += b.energy_kwh;
      krw += b.without_vat_krw();
    }
    for (const MonthBill& b : more.bills()) more_krw += b.without_vat_krw();
    EXPECT_NEAR(kwh, kwms / 3.6e6, 1e-9 * kwh) << seed;
    EXPECT_GT(more_krw, krw) << seed;
  }
}

}  // namespace
}  // namespace dure
