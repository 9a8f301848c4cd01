// Money over years by hand, the two readings of the tax credit, and the worked example: what a GPU
// costs all in and how much of a GPU-hour is power.
#include "physics/finance.h"

#include <gtest/gtest.h>

#include <numeric>

#include "physics/gpu_cost.h"
#include "shipped.h"

namespace dure {
namespace {

const FinanceSpec& shipped() { return shipped_models().finance; }

TEST(Finance, NpvAnnuityAndBack) {
  const double flows[] = {-100, 60, 60};
  EXPECT_NEAR(npv(0.1, flows), -100 + 60 / 1.1 + 60 / 1.21, 1e-12);
  EXPECT_NEAR(annuity(0.08, 5), 0.250456, 1e-6);
  EXPECT_DOUBLE_EQ(annuity(0, 8), 1.0 / 8);
  // The yearly charge is worth the price less the residual.
  const double charge = yearly_charge_krw(1'000, 120, 0.08, 5);
  const double life[] = {-1'000, charge, charge, charge, charge, charge + 120};
  EXPECT_NEAR(npv(0.08, life), 0, 1e-9);
  EXPECT_NEAR(nominal_rate(0.045, 0.02), 0.0659, 1e-12);
  EXPECT_NEAR(discount_rate(shipped(), "public_programme").value(), 0.0659, 1e-12);
  EXPECT_EQ(discount_rate(shipped(), "large_group_wacc").value(), 0.08);
  EXPECT_EQ(discount_rate(shipped(), "large_group_wac").fault().hint,
            "did you mean large_group_wacc?");
}

TEST(Finance, ALoanIsPaidBackToTheWon) {
  const std::vector<LoanYear> loan = loan_schedule(1e12, 0.055, 10);
  double principal = 0;
  for (std::size_t y = 0; y < loan.size(); ++y) {
    principal += loan[y].principal_krw;
    EXPECT_NEAR(loan[y].payment_krw, loan[0].payment_krw, 1e-2);
    if (y > 0) {
      EXPECT_LT(loan[y].interest_krw, loan[y - 1].interest_krw);
    }
  }
  EXPECT_NEAR(principal, 1e12, 1e-2);
  EXPECT_EQ(loan.back().left_krw, 0);
}

TEST(Finance, DepreciationSumsToThePrice) {
  for (const double life : {5.0, 4.5, 15.0}) {
    double sum = 0;
    for (int y = 0; y < 20; ++y) sum += depreciation_krw(1'000, 100, life, y);
    EXPECT_NEAR(sum, 900, 1e-9) << life;
  }
}

TEST(Finance, TheTaxCreditHasTwoReadings) {
  CreditClaim claim;
  claim.eligible_krw = 1e12;
  claim.mean_before_krw = 0.6e12;
  claim.invested = {2027, 6, 30};
  // 15 percent, and 10 percent of the 0.4 trillion above the mean before.
  EXPECT_DOUBLE_EQ(credit_krw(shipped(), "ai_data_center_facility", claim).value(), 0.19e12);
  EXPECT_DOUBLE_EQ(credit_krw(shipped(), "ai_data_center_facility_other_report", claim).value(),
                   0.10e12);
  claim.size = FirmSize::small;
  EXPECT_DOUBLE_EQ(credit_krw(shipped(), "ai_data_center_facility", claim).value(), 0.29e12);
  claim.invested = {2030, 1, 1};
  EXPECT_EQ(credit_krw(shipped(), "ai_data_center_facility", claim).value(), 0);
  EXPECT_GT(credit_krw(shipped(), "ai_data_center_facility_other_report", claim).value(), 0);
  EXPECT_EQ(credit_krw(shipped(), "ai_data_centre_facility", claim).fault().hint,
            "did you mean ai_data_center_facility?");
}

TEST(Finance, ACreditNeverGoesBelowTheMinimumTaxAndLapses) {
  const TaxSpec& tax = shipped().tax;  // 25 percent, minimum 17: 8 percent of profit is room
  const std::vector<double> profits = {100, -50, 200, 1'000};
  const CreditUse use = use_credit(tax, 60, profits);
  EXPECT_NEAR(use.used_krw[0], 8, 1e-9);
  EXPECT_EQ(use.used_krw[1], 0);
  EXPECT_NEAR(use.used_krw[2], 16, 1e-9);
  EXPECT_NEAR(use.used_krw[3], 36, 1e-9);
  EXPECT_NEAR(use.lapsed_krw, 0, 1e-9);
  const std::vector<double> later(20, 10.0);  // 0.8 a year, eleven years of it
  const CreditUse long_use = use_credit(tax, 60, later);
  EXPECT_NEAR(std::accumulate(long_use.used_krw.begin(), long_use.used_krw.end(), 0.0) +
                  long_use.lapsed_krw,
              60, 1e-9);
  EXPECT_NEAR(long_use.lapsed_krw, 60 - 11 * 0.8, 1e-9);
  EXPECT_NEAR(tax_krw(tax, 100), 27.5, 1e-12);
  EXPECT_EQ(tax_krw(tax, -100), 0);
}

TEST(Finance, StaffFollowsTheFormulaAndSaysWhereItDoesNot) {
  for (const auto& [mw, heads] :
       {std::pair{20.0, 27.0}, {60.0, 41.0}, {100.0, 55.0}, {500.0, 150.0}, {1'000.0, 250.0}}) {
    EXPECT_NEAR(staff_heads(shipped().staff, mw).heads, heads, 0.01) << mw;
    EXPECT_FALSE(staff_heads(shipped().staff, mw).beyond_range);
  }
  EXPECT_NEAR(staff_heads(shipped().staff, 3).heads, 27, 0.01);
  EXPECT_TRUE(staff_heads(shipped().staff, 3).beyond_range);
}

// 100 MW of IT of GB300 NVL72 at Haenam: 100 / 0.001972 = 50,704 GPUs of 1.972 kW.
constexpr double kItMw = 100, kGpus = 50'704;

BuildPlan haenam(PriceCase prices = PriceCase::mid) {
  BuildPlan plan;
  plan.hardware = "gb300_nvl72";
  plan.gpus = kGpus;
  plan.it_mw = kItMw;
  plan.cooling = "liquid_dlc_dry_cooler";
  plan.land = "haenam_solaseado";
  plan.use = "campus";
  plan.grid_connection_krw = 50e9 + 10 * 12e9;
  plan.prices = prices;
  return plan;
}

TEST(GpuCost, AllInAGpuCostsWhatThreeProgrammesPaid) {
  const Build b = build_cost(shipped(), haenam()).value();
  EXPECT_NEAR(b.gpus / kGpus, 50'000 * 1'450.0, 1);
  EXPECT_NEAR(b.network, b.gpus * 0.12, 1);
  EXPECT_NEAR(b.shell, 350e9, 1);
  EXPECT_NEAR(b.land, 100 * 1'500 * 80'000.0, 1);
  // facts: supply.unit_costs.all_in_million_krw_per_gpu: 111, 116, 117.
  const double all_in = b.total() / kGpus / 1e6;
  EXPECT_GT(all_in, 111);
  EXPECT_LT(all_in, 117);
  const double low = build_cost(shipped(), haenam(PriceCase::low)).value().total() / kGpus / 1e6;
  const double high = build_cost(shipped(), haenam(PriceCase::high)).value().total() / kGpus / 1e6;
  EXPECT_LT(low, 100);
  EXPECT_GT(high, 125);
}

TEST(GpuCost, PowerIsATenthToASeventhOfAGpuHour) {
  const Build b = build_cost(shipped(), haenam()).value();
  // facts: finance.power_cost_share: 1.23 (General) to 1.48 (Industrial) billion a MW-year at the
  // meter; undiscounted over five years of all-in cost.
  const double facility_mw = kItMw * 1.12;
  for (const double billion_per_mw : {1.23, 1.48}) {
    const double power = facility_mw * billion_per_mw * 1e9;
    const double share = power / (b.total() / 5);
    EXPECT_GT(share, 0.10);
    EXPECT_LT(share, 0.15);
    OwnPlan own;
    own.it_mw = kItMw;
    own.power_krw = power;
    const YearlyCost y = yearly_cost(shipped(), b, own).value();
    EXPECT_NEAR(
        y.total(),
        y.capital - y.credit + y.maintenance + y.insurance + y.property_tax + y.staff + y.power, 1);
    EXPECT_GT(y.power / y.total(), 0.07);
    EXPECT_LT(y.power / y.total(), 0.14);
    const double hour = krw_per_gpu_hour(y.total(), kGpus, 0.8);
    EXPECT_GT(hour, 3'000);
    EXPECT_LT(hour, 6'000);
    RecordProperty("krw_per_gpu_hour", static_cast<int>(hour));
  }
}

TEST(GpuCost, ACreditAndACheaperRateMakeAnHourCheaper) {
  const Build b = build_cost(shipped(), haenam()).value();
  OwnPlan own;
  own.it_mw = kItMw;
  own.power_krw = 150e9;
  const double plain = yearly_cost(shipped(), b, own).value().total();
  own.tax_credit_krw = 0.15 * b.credit_eligible();
  const double with = yearly_cost(shipped(), b, own).value().total();
  EXPECT_LT(with, plain * 0.92);
  own.rate = 0.0659;
  EXPECT_LT(yearly_cost(shipped(), b, own).value().total(), with);
}

TEST(GpuCost, TokensByHand) {
  // 4,320 KRW a GPU-hour, 72 GPUs, 240,000 tokens/s: 864 million tokens an hour for 311,040 KRW.
  EXPECT_NEAR(krw_per_million_tokens(4'320, 72, 240'000), 360, 1e-9);
  EXPECT_NEAR(krw_per_gpu_hour(8'766 * 1'000.0, 1, 0.5), 2'000, 1e-9);
}

TEST(GpuCost, WhatIsUnknownIsRefusedWithTheNearestName) {
  BuildPlan plan = haenam();
  plan.hardware = "gb300_nvl27";
  EXPECT_EQ(build_cost(shipped(), plan).fault().hint, "did you mean gb300_nvl72?");
  plan = haenam();
  plan.cooling = "liquid_dlc_dry_coolers";
  EXPECT_FALSE(build_cost(shipped(), plan));
  plan = haenam();
  plan.gpus = 0;
  EXPECT_FALSE(build_cost(shipped(), plan));
}

}  // namespace
}  // namespace dure
