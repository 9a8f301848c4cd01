// The tariff, carbon and market tables against the shared data, where it is there; the readers of
// the traces on files of their own.
#include "validate/grid_tables.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "physics/hour_shape.h"
#include "shared_folder.h"
#include "shipped.h"
#include "temp_folder.h"
#include "validate/grid_traces.h"

namespace dure {
namespace {

TEST(GridTables, EachIsWithinItsBar) {
  const std::string facts = shared_folder() + "/facts/grid.yaml";
  ASSERT_TRUE(is_shared(facts)) << facts << kSetShared;
  const Result<std::vector<ValidationTable>> tables =
      grid_tables(shipped_models().tariff, shipped_models().carbon, shared_folder());
  ASSERT_TRUE(tables) << to_string(tables.fault());
  ASSERT_EQ(tables.value().size(), 5U);
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    EXPECT_TRUE(v.ok) << t.table << ": MAPE " << v.mape_pct << " %, bar " << t.bar_pct << " %, "
                      << v.unanswered << " of " << v.rows << " unanswered";
    std::printf("%-24s rows %3zu  MAPE %6.3f %%  P90 %6.3f %%  bias %+6.3f %%  bar %.1f %%\n",
                t.table.c_str(), v.rows, v.mape_pct, v.p90_ape_pct, v.bias_pct, t.bar_pct);
    for (const GroupVerdict& g : verdict_by_group(t))
      std::printf("    %-20s MAPE %6.3f %%  bias %+6.3f %%\n", g.group.c_str(), g.verdict.mape_pct,
                  g.verdict.bias_pct);
  }
  EXPECT_EQ(tables.value()[0].rows.size(), 8U);
  EXPECT_EQ(tables.value()[2].rows.size(), 144U);
}

TEST(GridTables, ATariffWithoutTheYearLeavesItsRowUnanswered) {
  const std::string facts = shared_folder() + "/facts/grid.yaml";
  ASSERT_TRUE(is_shared(facts)) << facts << kSetShared;
  TariffSpec spec = shipped_models().tariff;
  std::erase_if(spec.rates, [](const TariffRateSpec& r) {
    return r.tariff == "industrial_b_high_b_2" && r.from < Date{2023, 1, 1};
  });
  const Result<ValidationTable> t = industrial_mean_table(spec, shared_folder());
  ASSERT_TRUE(t);
  EXPECT_EQ(verdict(t.value()).unanswered, 2U);
  EXPECT_FALSE(verdict(t.value()).ok);
}

TEST(GridTraces, HoursOfCarbonAreUtcAndHoursOfPriceKst) {
  const TempFolder folder;
  const std::string carbon =
      folder.put("carbon.csv", "t,c,n,i,direct\r\n2021-01-01 16:00:00,a,b,KR,416.13,481\r\n");
  const std::vector<HourValue> c = read_carbon_trace(carbon).value();
  ASSERT_EQ(c.size(), 1U);
  EXPECT_EQ(iso_kst(c[0].at), "2021-01-02T01:00:00+09:00");
  EXPECT_DOUBLE_EQ(c[0].value, 416.13);
  const std::string price = folder.put("price.csv", "t,p\n2021-01-01 16:00:00,-67530.0\n");
  const std::vector<HourValue> p = read_price_trace(price).value();
  EXPECT_EQ(iso_kst(p[0].at), "2021-01-01T16:00:00+09:00");
  EXPECT_DOUBLE_EQ(p[0].value, -67.53);  // negative prices are prices
}

TEST(GridTraces, BadRowsAreRefusedWithTheirLine) {
  const TempFolder folder;
  for (const char* row : {"2021-01-01 24:00:00,1", "2021-02-29 00:00:00,1", "2021-01-01 00:30:00,1",
                          "2021-01-01 00:00:00,", "2021-01-01 00:00:00,nan", "x", ""}) {
    const std::string path =
        folder.put("bad.csv", std::string("t,p\n2021-01-01 00:00:00,5\n") + row + "\n");
    const Result<std::vector<HourValue>> r = read_price_trace(path);
    ASSERT_FALSE(r) << row;
    EXPECT_TRUE(r.fault().where.ends_with("bad.csv:3")) << r.fault().where;
  }
  EXPECT_FALSE(read_price_trace(folder.put("empty.csv", "t,p\n")));
  EXPECT_FALSE(read_price_trace(folder / "no_such_file.csv"));
}

TEST(GridTraces, AShapeMadeOfAFlatYearIsFlat) {
  std::vector<HourValue> hours;
  for (std::int64_t at = midnight({2021, 1, 1}).count(); at < midnight({2022, 1, 1}).count();
       at += kMsPerHour)
    hours.push_back({Millis(at), 42});
  const Result<HourShape> shape = HourShape::of(shape_of(hours), "flat");
  ASSERT_TRUE(shape);
  for (int h = 0; h < 24; ++h) EXPECT_NEAR(shape.value().relative(Season::summer, h), 1, 1e-12);
}

}  // namespace
}  // namespace dure
