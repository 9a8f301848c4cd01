// Calls that the terms allow and calls that they do not; what a year pays; events of the grid by
// name.
#include "physics/demand_response.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "physics/grid_events.h"
#include "shipped.h"

namespace dure {
namespace {

const DemandResponseSpec& standard() { return shipped_models().grid.demand_response[0]; }

DemandResponseCall call(Date d, int hour, double hours, int notice_minutes = 60) {
  const Millis start(midnight(d).count() + hour * kMsPerHour);
  return {Millis(start.count() - notice_minutes * 60'000), start, hours};
}

TEST(DemandResponse, TheTermsOfTheProgramme) {
  ASSERT_EQ(standard().id, "kpx_standard_dr");
  EXPECT_TRUE(call_allowed(standard(), call({2027, 8, 3}, 14, 4), 0));  // a Tuesday
  const auto refused = [](const DemandResponseCall& c, double used = 0) {
    const Result<Done> r = call_allowed(standard(), c, used);
    return r ? std::string() : r.fault().expected;
  };
  EXPECT_EQ(refused(call({2027, 8, 3}, 14, 2, 30)), "a notice of 60 minutes");
  EXPECT_EQ(refused(call({2027, 8, 3}, 13, 5)), "a call of 1 to 4 hours");
  EXPECT_EQ(refused(call({2027, 8, 3}, 14, 2), 59), "at most 60 hours a year");
  EXPECT_EQ(refused(call({2027, 8, 3}, 18, 3)), "a call within the hours of the programme");
  EXPECT_EQ(refused(call({2027, 8, 3}, 11, 2)), "a call within the hours of the programme");  // 12
  EXPECT_EQ(refused(call({2027, 8, 7}, 14, 2)), "a call within the hours of the programme");  // Sat
  EXPECT_TRUE(call_allowed(standard(), call({2027, 8, 3}, 10, 2), 58));
}

TEST(DemandResponse, AYearOfCalls) {
  // 10 MW committed, 60 h called: 400 million for capacity, 72 million for 600 MWh.
  const DemandResponsePay all = settle(standard(), {10'000, 600'000, 600'000});
  EXPECT_DOUBLE_EQ(all.capacity_krw, 400e6);
  EXPECT_DOUBLE_EQ(all.energy_krw, 72e6);
  EXPECT_EQ(all.penalty_krw, 0);
  const DemandResponsePay none = settle(standard(), {10'000, 600'000, 0});
  EXPECT_DOUBLE_EQ(none.penalty_krw, 400e6);
  EXPECT_DOUBLE_EQ(none.net_krw(), 0);
  EXPECT_DOUBLE_EQ(settle(standard(), {10'000, 600'000, 900'000}).energy_krw, 72e6);
  double before = -1;
  for (double kwh = 0; kwh <= 600'000; kwh += 50'000) {
    const double net = settle(standard(), {10'000, 600'000, kwh}).net_krw();
    EXPECT_GT(net, before);
    before = net;
  }
}

TEST(DemandResponse, TheBaselineLeavesTheLowestDayOut) {
  const double days[] = {100, 110, 20, 120, 90};
  EXPECT_DOUBLE_EQ(baseline_kw(days), 105);
  const double one[] = {70};
  EXPECT_DOUBLE_EQ(baseline_kw(one), 70);
}

std::vector<GridEvent> events(std::uint64_t seed, std::uint64_t site, bool metro, int years) {
  return grid_events(shipped_models().grid.reliability, {seed, site, 3, metro},
                     midnight({2027, 1, 1}), midnight({2027 + years, 1, 1}));
}

TEST(GridEvents, RatesDepthsAndLengthsAreThoseOfTheData) {
  double cuts = 0, metro_cuts = 0, n_1 = 0, deep = 0, half = 0, long_ones = 0;
  for (std::uint64_t site = 0; site < 400; ++site) {
    for (const GridEvent& e : events(1, site, false, 50)) {
      if (e.kind == GridEventKind::n_1) continue;
      ++cuts;
      EXPECT_GT(e.depth, 0);
      EXPECT_LE(e.depth, 1);
      deep += e.depth > 0.5 ? 1 : 0;
      half += e.depth > 0.15 ? 1 : 0;
      long_ones += static_cast<double>(e.length.count()) > 6.0 * kMsPerHour ? 1 : 0;
    }
    for (const GridEvent& e : events(1, site, true, 50))
      metro_cuts += e.kind == GridEventKind::curtailment ? 1 : 0;
  }
  for (const GridEvent& e : events(1, 0, false, 200)) n_1 += e.kind == GridEventKind::n_1 ? 1 : 0;
  EXPECT_NEAR(cuts / (400 * 50), 0.1, 0.01);
  EXPECT_NEAR(metro_cuts / (400 * 50), 0.3, 0.02);
  EXPECT_NEAR(n_1 / 200, 12, 1);
  EXPECT_NEAR(half / cuts, 0.5, 0.04);
  EXPECT_NEAR(deep / cuts, 0.1, 0.025);
  EXPECT_NEAR(long_ones / cuts, 0.1, 0.025);
}

TEST(GridEvents, SitesOfARegionShareTheirTiesAndALongerRunOnlyAdds) {
  const auto ties = [](std::vector<GridEvent> all) {
    std::erase_if(all, [](const GridEvent& e) { return e.kind != GridEventKind::n_1; });
    return all;
  };
  EXPECT_EQ(ties(events(5, 1, false, 3)), ties(events(5, 2, true, 3)));
  EXPECT_NE(ties(events(5, 1, false, 3)), ties(events(6, 1, false, 3)));
  const std::vector<GridEvent> shorter = events(5, 1, true, 3), longer = events(5, 1, true, 6);
  ASSERT_GT(longer.size(), shorter.size());
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
  for (std::size_t i = 1; i < longer.size(); ++i) EXPECT_GE(longer[i].at, longer[i - 1].at);
}

TEST(GridEvents, StagesOfTheReserve) {
  const ReliabilitySpec& r = shipped_models().grid.reliability;
  EXPECT_FALSE(reserve_stage(r, 5'500));
  EXPECT_EQ(reserve_stage(r, 5'499), "ready");
  EXPECT_EQ(reserve_stage(r, 3'000), "caution");
  EXPECT_EQ(reserve_stage(r, 100), "serious");
}

}  // namespace
}  // namespace dure
