// PUE and WUE of published sites by climate: the year of weather adds up, rows find their places,
// and the shipped models keep their bars where the published table is at hand.
#include "validate/cooling_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "io/yaml_writer.h"
#include "read_described.h"
#include "shared_folder.h"
#include "source_dir.h"
#include "temp_folder.h"

namespace dure {
namespace {

const CoolingTruthModel& shipped() {
  static const CoolingTruthModel model = [] {
    Outcome<CoolingTruthModel> read = read_cooling_truth(source_dir() + "/models");
    for (const Fault& f : read ? Faults{} : read.faults()) ADD_FAILURE() << to_string(f);
    return read.value();
  }();
  return model;
}
const CoolingPlace& place(const std::string& id) {
  for (const CoolingPlace& p : shipped().cooling_places) {
    if (p.id == id) return p;
  }
  ADD_FAILURE() << id;
  return shipped().cooling_places.front();
}
CoolingYear year_of(const std::string& kind, const std::string& where) {
  CoolingOperator who;
  who.kind = kind;
  return cooling_year(shipped().cooling(), who, place(where)).value();
}

// A folder with a cooling.csv of these rows.
class Truth {
 public:
  explicit Truth(const std::string& rows) {
    folder_.put("cooling.csv", "id,operator,site,region,metric,value,evidence,note\n" + rows);
  }
  const std::string& dir() const { return folder_.path(); }

 private:
  TempFolder folder_;
};

TEST(CoolingTables, WhatIsWrittenIsReadBackTheSame) {
  const auto again = must(read_text<CoolingTruthModel>(write_yaml(shipped())));
  EXPECT_TRUE(same(again, shipped()));
}

TEST(CoolingTables, AYearOfWeatherHasTheMonthsMeans) {
  for (const CoolingPlace& p : shipped().cooling_places) {
    double share = 0, mean = 0, normal = 0;
    for (const WeatherShare& s : weather_year(p)) {
      share += s.share;
      mean += s.share * s.outdoor.dry_bulb_c;
      EXPECT_LE(s.outdoor.wet_bulb_c, s.outdoor.dry_bulb_c);
    }
    for (int m = 0; m < 12; ++m) {
      const auto i = static_cast<std::size_t>(m);
      const double days = m == 1 ? 28 : m == 3 || m == 5 || m == 8 || m == 10 ? 30 : 31;
      normal += days / 365 * 0.5 * (p.max_c[i] + p.min_c[i]);
    }
    EXPECT_NEAR(share, 1, 1e-9) << p.id;
    EXPECT_NEAR(mean, normal, 1e-6) << p.id;
  }
}

TEST(CoolingTables, ClimateMattersTheWayItShould) {
  EXPECT_GT(year_of("google_class", "singapore").pue, year_of("google_class", "kotka").pue + 0.02);
  EXPECT_GT(year_of("aws_class", "phoenix").wue_l_per_kwh,
            5 * year_of("aws_class", "frankfurt").wue_l_per_kwh);
  EXPECT_EQ(year_of("air_chiller", "seoul").wue_l_per_kwh, 0);
  // The standard of Korean colocation: 1.2 to 2.2 l/kWh of IT by the facts.
  EXPECT_GT(year_of("chilled_water", "seoul").wue_l_per_kwh, 1.2);
  EXPECT_LT(year_of("chilled_water", "seoul").wue_l_per_kwh, 2.2);
}

TEST(CoolingTables, RowsFindTheirPlaces) {
  const Truth truth(
      "a,Google,\"Council Bluffs 2, Iowa\",Iowa,pue_ttm,1.07,read,\n"
      "b,Microsoft,Virginia,Virginia,pue_annual,1.14,read,\n"
      "c,AWS,N. Virginia us-east-1,N. Virginia us-east-1,wue_annual,0.12,read,\n"
      "d,Google,Atlantis,Atlantis,pue_ttm,1.1,read,\n"
      "e,Google,global,global,pue_annual,1.1,read,\n"
      "f,AWS,EMEA,EMEA,wue_annual,0.12,read,regional aggregate\n"
      "g,Google,\"Columbus, Ohio\",Ohio,pue_quarter,1.05,read,\n"
      "h,Google,\"Columbus, Ohio\",Ohio,pue_ttm,1.05,paper-from-memory,\n");
  const auto tables = cooling_tables(shipped(), truth.dir() + "/cooling.csv");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables.value().size(), 2u);
  const ValidationTable& pues = tables.value()[0];
  ASSERT_EQ(pues.rows.size(), 3u);
  EXPECT_EQ(pues.rows[0].group, "google");
  EXPECT_TRUE(pues.rows[0].predicted.has_value());
  EXPECT_EQ(pues.rows[1].group, "azure");
  EXPECT_FALSE(pues.rows[2].predicted.has_value());  // unanswered, and counted
  EXPECT_EQ(tables.value()[1].rows.size(), 1u);
}

TEST(CoolingTables, ABadTableIsRefused) {
  const Truth truth("a,Google,Dublin,Ireland,pue_ttm,one,read,\n");
  const auto tables = cooling_tables(shipped(), truth.dir() + "/cooling.csv");
  ASSERT_FALSE(tables);
  EXPECT_NE(tables.faults()[0].where.find("cooling.csv:2:"), std::string::npos);
  EXPECT_NE(tables.faults()[0].expected.find("value"), std::string::npos);
  EXPECT_FALSE(cooling_tables(shipped(), truth.dir() + "/none"));
  EXPECT_FALSE(read_cooling_truth(truth.dir()));
}

TEST(CoolingTables, ThePublishedSitesKeepTheBars) {
  const std::string csv = shared_folder() + "/data/truth/cooling.csv";
  ASSERT_TRUE(is_shared(csv)) << csv << kSetShared;
  const auto tables = cooling_tables(shipped(), csv);
  ASSERT_TRUE(tables);
  for (const ValidationTable& t : tables.value()) {
    const TableVerdict v = verdict(t);
    EXPECT_TRUE(v.ok) << t.table << ": MAPE " << v.mape_pct << " %, unanswered " << v.unanswered;
  }
  // Within one operator the model must know at least what the mean of its other sites knows.
  const auto google = [](const ValidationTable& t) {
    for (const GroupVerdict& g : verdict_by_group(t)) {
      if (g.group == "google") return g.verdict.mape_pct;
    }
    return 100.0;
  };
  EXPECT_LE(google(tables.value()[0]), google(pue_by_mean(tables.value()[0])));
}

}  // namespace
}  // namespace dure
