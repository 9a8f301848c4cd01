// Water by hand; permits, droughts and tanks; a book outside the physical band is refused.
#include "physics/water.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"
#include "shipped.h"

namespace dure {
namespace {

const WaterModel& model() {
  static const WaterModel m = shipped_water();
  return m;
}
template <class Row>
const Row& row(const std::vector<Row>& rows, std::string_view id) {
  for (const Row& r : rows) {
    if (r.id == id) return r;
  }
  CHECK(false);
  return rows.front();
}
const WaterSourceSpec& source(std::string_view id) { return row(model().water_sources, id); }
const DroughtStageSpec& stage(std::string_view id) { return row(model().drought_stages, id); }
WaterPermitSpec permit(double m3_per_day, double hours) {
  WaterPermitSpec p;
  p.source_id = "industrial";
  p.m3_per_day.assign(12, m3_per_day);
  p.storage_hours = hours;
  return p;
}

TEST(Water, MakeupCostAndWueByHand) {
  // 100 MW on towers for a day: 1.2 l/kWh evaporate, 5 cycles: 1.2 + 0.3 = 1.5 l/kWh, 3,600 m3.
  CoolingState s;
  s.evaporation_l_per_h = 1.2 * 100'000;
  s.blowdown_l_per_h = s.evaporation_l_per_h / 4;
  const WaterUse use = water_use(s, 24);
  EXPECT_DOUBLE_EQ(use.makeup_l(), 3'600'000);
  EXPECT_DOUBLE_EQ(wue_l_per_kwh(use, 2'400'000), 1.5);
  // 3,600 m3 at 328 KRW and 720 m3 of blowdown at 400.
  EXPECT_NEAR(cost_krw(source("industrial"), use), 3600 * 328 + 720 * 400, 1e-6);
}

TEST(Water, StagesCutWhatTheySay) {
  const WaterPermitSpec p = permit(1000, 48);
  const auto left = [&](const char* water, const char* at, DroughtRule rule) {
    return permitted_m3_per_day(source(water), p, stage(at), rule, 8);
  };
  EXPECT_DOUBLE_EQ(left("industrial", "normal", DroughtRule::official), 1000);
  EXPECT_DOUBLE_EQ(left("industrial", "serious", DroughtRule::official), 800);
  EXPECT_DOUBLE_EQ(left("industrial", "serious", DroughtRule::planning), 700);
  EXPECT_DOUBLE_EQ(left("industrial", "emergency", DroughtRule::planning), 300);
  EXPECT_DOUBLE_EQ(left("reclaimed", "emergency", DroughtRule::planning), 1000);
  EXPECT_TRUE(std::isinf(left("sea", "emergency", DroughtRule::official)));
}

TEST(Water, ATankLastsItsHoursAndFillsAgain) {
  const WaterPermitSpec p = permit(2400, 48);  // 100 m3 an hour, 4,800 m3
  WaterTank tank = full_tank(p);
  EXPECT_DOUBLE_EQ(tank.capacity_m3, 4800);
  for (int hour = 0; hour < 48; ++hour) {  // the pipe is cut, 100 m3 an hour are drawn
    ASSERT_GE(available_m3(tank, 0, 1), 100 - 1e-9);
    tank = after_draw(tank, 0, 1, 100);
  }
  EXPECT_NEAR(available_m3(tank, 0, 1), 0, 1e-9);
  for (int hour = 0; hour < 60; ++hour) tank = after_draw(tank, 2400, 1, 0);
  EXPECT_DOUBLE_EQ(tank.m3, 4800);
}

TEST(Water, LimitsLeaveRoomForBlowdownAndDrift) {
  const CoolingModel cooling = shipped_cooling();
  const CoolingPlant p = find_plant(cooling, "direct_liquid_with_towers").value();
  const CoolingLimits limits = limits_from(source("industrial"), 10, 1);
  const CoolingState s = cool(p, split_load(p, 10'000, 10'000), {31, 26, 101.325, 15}, limits);
  EXPECT_TRUE(s.cannot_hold);
  EXPECT_LE(water_use(s).makeup_l(), 10'000 * (1 + 1e-9));
  EXPECT_GT(water_use(s).makeup_l(), 9'700);
}

TEST(Water, APermitOfNothingStopsTowers) {
  const CoolingModel cooling = shipped_cooling();
  const CoolingPlant p = find_plant(cooling, "direct_liquid_100pct_cray_ex").value();
  const double left = permitted_m3_per_day(source("industrial"), permit(0, 48), stage("normal"),
                                           DroughtRule::official, 1);
  const WaterTank tank = full_tank(permit(0, 48));
  const CoolingLimits limits = limits_from(source("industrial"), available_m3(tank, left, 1), 1);
  const CoolingState s = cool(p, split_load(p, 800, 1000), {0, -2, 101.325, 15}, limits);
  EXPECT_DOUBLE_EQ(s.unmet_kw, 800);
  EXPECT_EQ(water_use(s).makeup_l(), 0);
  // Sea water cools no tower either.
  EXPECT_EQ(limits_from(source("sea"), 1e9, 1).evaporation_l_per_h, 0);
}

TEST(Water, OutsideThePhysicalBandIsRefused) {
  const WaterBandSpec& band = model().water_band;
  const auto fault = [&](const WaterBook& b) {
    const Result<Done> r = physical_band(band, b, "test");
    return r ? std::string() : to_string(r.fault());
  };
  EXPECT_EQ(fault({1000, 1480, 370, 5, 5, 0}), "");
  EXPECT_NE(fault({1000, 1500, 375, 5, 5, 0}), "");    // more than all heat latent
  EXPECT_EQ(fault({1000, 1500, 375, 5, 5, 5}), "");    // dry air gives some more
  EXPECT_NE(fault({0, 1, 0.25, 0, 5, 0}), "");         // water without wet heat
  EXPECT_NE(fault({1000, 1200, 200, 5, 5, 0}), "");    // blowdown is not E / (CoC - 1)
  EXPECT_NE(fault({1000, 1200, 300, 200, 5, 0}), "");  // drift
  EXPECT_NE(fault({1000, 1200, 300, 5, 1, 0}), "");    // nothing evaporates from once-through water
  EXPECT_NE(fault({1000, -1, 0, 0, 5, 0}), "");
  EXPECT_NE(fault({1000, std::nan(""), 0, 0, 5, 0}), "");
}

}  // namespace
}  // namespace dure
