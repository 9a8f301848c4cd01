#include "sim/acts.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

Act act(ActKind kind, std::string cause, std::int64_t from, std::int64_t to) {
  Act a{SiteId{0}, kind, std::move(cause), Millis(from), Millis(to)};
  a.kwh = static_cast<double>(to - from);
  return a;
}

// Steps that touch are one act, also where another kind stands between them in the list.
TEST(Acts, StepsThatTouchAreOneAct) {
  ActList list;
  Act charge = act(ActKind::battery_charge, "solar", 0, 10);
  charge.krw = -5;
  list.add(charge);
  list.add(act(ActKind::solar_curtailed, "export", 0, 10));
  charge = act(ActKind::battery_charge, "solar", 10, 20);
  charge.krw = -7;
  list.add(charge);
  list.add(act(ActKind::battery_charge, "price", 20, 30));
  list.add(act(ActKind::solar_curtailed, "export", 11, 20));
  const std::vector<Act> all = list.all();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].kind, ActKind::battery_charge);
  EXPECT_EQ(all[0].to, Millis(20));
  EXPECT_EQ(all[0].kwh, 20);
  EXPECT_EQ(all[0].krw, -12);
  EXPECT_EQ(all[1].from, Millis(0));
  EXPECT_EQ(all[2].from, Millis(11));
  EXPECT_EQ(all[3].cause, "price");
  EXPECT_EQ(all[3].krw, std::nullopt);
}

TEST(Acts, WhatIsNotKnownOfAPartIsNotKnownOfTheAct) {
  ActList list;
  Act a = act(ActKind::battery_discharge, "peak", 0, 10);
  a.krw = 3;
  list.add(a);
  list.add(act(ActKind::battery_discharge, "peak", 10, 12));
  EXPECT_EQ(list.all()[0].krw, std::nullopt);
}

TEST(Acts, TotalsBySiteAndKind) {
  ActList list;
  Act first = act(ActKind::cap, "heat", 0, 10), second = act(ActKind::cap, "call", 5, 10);
  first.g_co2 = 2;
  list.add(first);
  list.add(second);
  Act other = act(ActKind::battery_charge, "price", 0, 1);
  other.site = SiteId{1};
  list.add(other);
  const std::vector<ActTotal> sums = totals(list.all());
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0].kind, ActKind::cap);
  EXPECT_EQ(sums[0].times, 2);
  EXPECT_EQ(sums[0].ms, 15);
  EXPECT_EQ(sums[0].kwh, 15);
  EXPECT_EQ(sums[0].g_co2, 2);
  EXPECT_EQ(sums[0].krw, std::nullopt);
  EXPECT_EQ(sums[1].site, SiteId{1});
}

}  // namespace
}  // namespace dure
