// The battery: each rule by hand, and the energy book for any load, sun, price and limit.
#include "physics/battery.h"

#include <cmath>

#include "base/stream.h"
#include "gtest/gtest.h"

namespace dure {
namespace {

// 0.81: each way 0.9, so that losses are round numbers.
const BatteryPlant kPlant{.kwh = 1'000,
                          .charge_kw = 250,
                          .discharge_kw = 250,
                          .round_trip = 0.81,
                          .least_charge = 0.1,
                          .most_charge = 0.9};

SupplyStep step(double load_kw, double solar_kw = 0) {
  SupplyStep s;
  s.hours = 1;
  s.load_kw = load_kw;
  s.solar_kw = solar_kw;
  s.price_krw_per_kwh = 150;
  return s;
}

TEST(Battery, KeepsTheMeterBelowTheTarget) {
  BatteryRule rule;
  rule.target_kw = 800;
  const SiteFlows f = battery_step(kPlant, rule, 500, step(900));
  EXPECT_DOUBLE_EQ(f.grid_kw, 800);
  EXPECT_DOUBLE_EQ(f.discharge_kw, 100);
  EXPECT_DOUBLE_EQ(f.stored_kwh, 500 - 100 / 0.9);
  EXPECT_NEAR(f.loss_kw, 100 / 0.9 - 100, 1e-12);
  EXPECT_EQ(f.unserved_kw, 0);
}

TEST(Battery, KeepsItsReserveForAnOutageAndThenGivesIt) {
  BatteryRule rule;
  rule.target_kw = 800;
  rule.reserve_charge = 0.5;
  const SiteFlows shaving = battery_step(kPlant, rule, 500, step(900));
  EXPECT_DOUBLE_EQ(shaving.grid_kw, 900);  // a new peak is cheaper than a dark hall
  SupplyStep outage = step(200);
  outage.grid_limit_kw = 0;
  const SiteFlows dark = battery_step(kPlant, rule, 500, outage);
  EXPECT_DOUBLE_EQ(dark.discharge_kw, 200);
  EXPECT_EQ(dark.unserved_kw, 0);
  outage.load_kw = 400;
  const SiteFlows more = battery_step(kPlant, rule, 500, outage);
  EXPECT_DOUBLE_EQ(more.discharge_kw, 250);
  EXPECT_DOUBLE_EQ(more.unserved_kw, 150);
  const SiteFlows empty = battery_step(kPlant, rule, 100, outage);  // at its least charge
  EXPECT_DOUBLE_EQ(empty.unserved_kw, 400);
}

TEST(Battery, RidesThroughUntilItIsEmpty) {
  SupplyStep outage = step(200);
  outage.grid_limit_kw = 0;
  outage.hours = 0.25;
  double stored = 900, served = 0;
  for (int i = 0; i < 40; ++i) {
    const SiteFlows f = battery_step(kPlant, {}, stored, outage);
    served += (outage.load_kw - f.unserved_kw) * outage.hours;
    stored = f.stored_kwh;
  }
  EXPECT_NEAR(served, (900 - 100) * 0.9, 1e-9);  // 720 kWh, 3.6 h
  EXPECT_NEAR(stored, 100, 1e-9);
}

TEST(Battery, BuysLowSellsHighAndNegativeIsLow) {
  BatteryRule rule;
  rule.charge_below_krw_per_kwh = 130;
  rule.discharge_above_krw_per_kwh = 160;
  SupplyStep s = step(500);
  s.price_krw_per_kwh = 127.6;
  const SiteFlows low = battery_step(kPlant, rule, 500, s);
  EXPECT_DOUBLE_EQ(low.charge_kw, 250);
  EXPECT_DOUBLE_EQ(low.grid_kw, 750);
  EXPECT_DOUBLE_EQ(low.stored_kwh, 725);
  s.price_krw_per_kwh = -40;
  EXPECT_DOUBLE_EQ(battery_step(kPlant, rule, 500, s).charge_kw, 250);
  s.price_krw_per_kwh = 161.9;
  const SiteFlows high = battery_step(kPlant, rule, 500, s);
  EXPECT_DOUBLE_EQ(high.discharge_kw, 250);
  EXPECT_DOUBLE_EQ(high.grid_kw, 250);
  s.price_krw_per_kwh = 145;
  const SiteFlows idle = battery_step(kPlant, rule, 500, s);
  EXPECT_EQ(idle.charge_kw + idle.discharge_kw, 0);
}

TEST(Battery, ChargingNeverMakesANewPeak) {
  BatteryRule rule;
  rule.target_kw = 600;
  rule.charge_below_krw_per_kwh = 1'000;
  EXPECT_DOUBLE_EQ(battery_step(kPlant, rule, 500, step(500)).charge_kw, 100);
}

TEST(Battery, SunLeftOverIsStoredThenGivenThenCurtailed) {
  SupplyStep s = step(300, 1'000);
  s.export_limit_kw = 200;
  s.export_price_krw_per_kwh = 90;
  const SiteFlows f = battery_step(kPlant, {}, 500, s);
  EXPECT_DOUBLE_EQ(f.grid_kw, 0);
  EXPECT_DOUBLE_EQ(f.charge_kw, 250);
  EXPECT_DOUBLE_EQ(f.export_kw, 200);
  EXPECT_DOUBLE_EQ(f.solar_curtailed_kw, 250);
  s.export_price_krw_per_kwh = -5;
  EXPECT_DOUBLE_EQ(battery_step(kPlant, {}, 500, s).solar_curtailed_kw, 450);
}

TEST(Battery, ARoundTripCostsItsLosses) {
  BatteryRule rule;
  rule.charge_below_krw_per_kwh = 100;
  rule.discharge_above_krw_per_kwh = 200;
  SupplyStep s = step(1'000);
  double stored = 100, in = 0, out = 0;
  for (int h = 0; h < 24; ++h) {
    s.price_krw_per_kwh = h < 12 ? 50 : 300;
    const SiteFlows f = battery_step(kPlant, rule, stored, s);
    in += f.charge_kw;
    out += f.discharge_kw;
    stored = f.stored_kwh;
  }
  EXPECT_NEAR(stored, 100, 1e-9);
  EXPECT_NEAR(out / in, 0.81, 1e-12);
}

TEST(Battery, NoBatteryIsAPassage) {
  const SiteFlows f = battery_step({}, {}, 0, step(400, 100));
  EXPECT_EQ(f.grid_kw, 300);
  EXPECT_EQ(f.solar_used_kw, 100);
  EXPECT_EQ(f.charge_kw + f.discharge_kw + f.loss_kw, 0);
}

TEST(Battery, TheEnergyBookIsExactForAnything) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream d(seed, "battery", 0);
    BatteryPlant p{.kwh = 2'000 * d.uniform(),
                   .charge_kw = 500 * d.uniform(),
                   .discharge_kw = 500 * d.uniform(),
                   .round_trip = 0.5 + 0.5 * d.uniform(),
                   .least_charge = 0.2 * d.uniform(),
                   .most_charge = 0.8 + 0.2 * d.uniform()};
    BatteryRule rule{.target_kw = d.uniform() < 0.3 ? kNoLimit : 1'000 * d.uniform(),
                     .reserve_charge = d.uniform(),
                     .charge_below_krw_per_kwh = 100,
                     .discharge_above_krw_per_kwh = 170};
    double stored = p.least_charge * p.kwh;
    for (int i = 0; i < 200; ++i) {
      SupplyStep s;
      s.hours = d.uniform() < 0.5 ? 0.25 : 15.0 / 3'600;
      s.load_kw = 1'000 * d.uniform();
      s.solar_kw = d.uniform() < 0.5 ? 0 : 1'500 * d.uniform();
      s.grid_limit_kw = d.uniform() < 0.2 ? 0 : d.uniform() < 0.2 ? kNoLimit : 900 * d.uniform();
      s.export_limit_kw = 300 * d.uniform();
      s.price_krw_per_kwh = 300 * d.uniform() - 50;
      s.export_price_krw_per_kwh = 200 * d.uniform() - 50;
      const SiteFlows f = battery_step(p, rule, stored, s);
      ASSERT_NEAR(f.grid_kw + f.solar_used_kw + f.discharge_kw,
                  s.load_kw - f.unserved_kw + f.charge_kw + f.export_kw, 1e-9)
          << seed << " " << i;
      ASSERT_NEAR(s.solar_kw, f.solar_used_kw + f.solar_curtailed_kw, 1e-9);
      ASSERT_NEAR(f.charge_kw * s.hours,
                  f.stored_kwh - stored + (f.loss_kw + f.discharge_kw) * s.hours, 1e-9);
      ASSERT_GE(f.loss_kw, -1e-12);
      ASSERT_GE(f.stored_kwh, std::min(stored, p.least_charge * p.kwh) - 1e-9);
      ASSERT_LE(f.stored_kwh, std::max(stored, p.most_charge * p.kwh) + 1e-9);
      ASSERT_LE(f.grid_kw, s.grid_limit_kw);
      ASSERT_LE(f.charge_kw, p.charge_kw + 1e-9);
      ASSERT_LE(f.discharge_kw, p.discharge_kw + 1e-9);
      ASSERT_TRUE(f.charge_kw == 0 || f.discharge_kw == 0);
      ASSERT_GE(std::min({f.grid_kw, f.export_kw, f.unserved_kw, f.charge_kw, f.discharge_kw}), 0);
      const double need = std::max(0.0, s.load_kw - s.solar_kw);
      if (f.charge_kw > 0 && need <= rule.target_kw) {
        ASSERT_LE(f.grid_kw, std::min(s.grid_limit_kw, rule.target_kw) + 1e-9);
      }
      stored = f.stored_kwh;
    }
  }
}

}  // namespace
}  // namespace dure
