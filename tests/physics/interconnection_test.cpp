// When megawatts come: the assessment, the closed capital region, the classes of connection, the
// ties.
#include "physics/interconnection.h"

#include <gtest/gtest.h>

#include "shipped.h"

namespace dure {
namespace {

const InterconnectionSpec& spec() { return shipped_models().grid.interconnection; }

LargeLoadRequest request(const std::string& region, double mw, Date applied = {2026, 7, 1}) {
  LargeLoadRequest r;
  r.region = region;
  r.mw = mw;
  r.applied = applied;
  return r;
}
LargeLoadAnswer answer(const LargeLoadRequest& r) { return large_load(spec(), r).value(); }

TEST(Interconnection, FortyMegawattsInHonam) {
  LargeLoadRequest r = request("honam", 40);
  r.km = 3;
  const LargeLoadAnswer a = answer(r);
  EXPECT_EQ(a.kv, 22.9);
  EXPECT_TRUE(a.assessed);
  EXPECT_TRUE(a.may_be_refused);
  EXPECT_EQ(a.pass_share, 0.115);
  EXPECT_EQ(a.p10, (Date{2027, 10, 1}));  // 6 + 9 months
  EXPECT_EQ(a.p50, (Date{2028, 10, 1}));  // 9 + 18
  EXPECT_EQ(a.p90, (Date{2031, 1, 1}));   // 18 + 36
  EXPECT_DOUBLE_EQ(a.cost_krw, 7.5e9);
  r.applied = {2025, 7, 1};  // while the discount outside the capital region stood
  EXPECT_DOUBLE_EQ(answer(r).cost_krw, 3.75e9);
  r.region = "metro";
  EXPECT_DOUBLE_EQ(answer(r).cost_krw, 7.5e9);
}

TEST(Interconnection, SplittingABlockDoesNotEscapeTheAssessment) {
  LargeLoadRequest r = request("yeongnam", 9.8);
  EXPECT_FALSE(answer(r).assessed);
  EXPECT_EQ(answer(r).pass_share, 1);
  r.has_mw = 0.2;
  EXPECT_TRUE(answer(r).assessed);
}

TEST(Interconnection, TheCapitalRegionIsClosedButForContracts) {
  LargeLoadRequest r = request("metro", 20);
  const LargeLoadAnswer a = answer(r);
  EXPECT_TRUE(a.metro_closed);
  EXPECT_EQ(a.p10, (Date{2031, 1, 1}));
  EXPECT_EQ(a.p90, (Date{2031, 1, 1}));
  EXPECT_EQ(a.pass_share, 0.017);
  r.contract = true;
  EXPECT_FALSE(answer(r).assessed);
  EXPECT_EQ(answer(r).p50, (Date{2028, 1, 1}));
  r.contract = false;
  r.mw = 9;
  EXPECT_FALSE(answer(r).metro_closed);
  EXPECT_TRUE(answer(r).may_be_refused);
  r.mw = 4.9;
  EXPECT_FALSE(answer(r).may_be_refused);
}

TEST(Interconnection, BiggerIsLaterAndTooBigIsRefused) {
  double before = 0;
  Date date{2000, 1, 1};
  for (const double mw : {5.0, 40.0, 41.0, 400.0, 1'000.0, 2'000.0}) {
    LargeLoadRequest r = request("gangwon", mw);
    r.km = 10;
    const LargeLoadAnswer a = answer(r);
    EXPECT_GE(a.p50, date);
    EXPECT_LE(a.p10, a.p50);
    EXPECT_LE(a.p50, a.p90);
    EXPECT_GE(a.cost_krw, before);
    before = a.cost_krw;
    date = a.p50;
  }
  EXPECT_FALSE(large_load(spec(), request("gangwon", 2'001)));
  EXPECT_FALSE(large_load(spec(), request("gangwon", 0)));
  EXPECT_EQ(large_load(spec(), request("gangwan", 5)).fault().hint, "did you mean gangwon?");
}

TEST(Interconnection, TheActIsASwitch) {
  InterconnectionSpec with = spec();
  with.ai_act = true;
  EXPECT_FALSE(large_load(with, request("honam", 100)).value().assessed);
  EXPECT_TRUE(large_load(with, request("metro", 100)).value().assessed);
}

TEST(Interconnection, MonthsLaterEndsWithTheMonth) {
  EXPECT_EQ(months_later({2027, 1, 31}, 1), (Date{2027, 2, 28}));
  EXPECT_EQ(months_later({2027, 1, 31}, 13), (Date{2028, 2, 29}));
  EXPECT_EQ(months_later({2027, 12, 15}, 1), (Date{2028, 1, 15}));
  EXPECT_EQ(months_later({2027, 5, 5}, 0), (Date{2027, 5, 5}));
}

TEST(Interconnection, TiesGrowWhenReinforcementsAreExpected) {
  // 22.5 GW of lines, 15 GW together; HVDC of the east coast 2027-06 and 2028-12, of Honam 2030-12.
  EXPECT_EQ(import_limit_mw(spec(), "metro", {2026, 12, 31}), 15'000);
  EXPECT_EQ(import_limit_mw(spec(), "metro", {2027, 6, 1}), 19'000);
  EXPECT_EQ(import_limit_mw(spec(), "metro", {2028, 12, 1}), 23'000);
  EXPECT_EQ(import_limit_mw(spec(), "jeju", {2028, 12, 1}), 700);
}

}  // namespace
}  // namespace dure
