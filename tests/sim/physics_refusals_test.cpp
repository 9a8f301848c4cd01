// Bad input and hard days at the door of a run with physics: a Fault that says where, what was
// expected and what to do; or a run whose answer is bounded and says that it was.
#include <gtest/gtest.h>

#include "io/scenario_reader.h"
#include "sim/shipped_physics.h"
#include "source_dir.h"
#include "world/scenario_check.h"

namespace dure {
namespace {

Fault refused(const Scenario& s) {
  const Result<Done> fits = check_physics(s, tiny::options_of(s));
  if (fits) {
    ADD_FAILURE() << "taken";
    return {};
  }
  const Fault& f = fits.fault();
  EXPECT_FALSE(f.where.empty() || f.expected.empty() || f.found.empty()) << to_string(f);
  return f;
}

void expect_names(const Fault& f, const std::string& where, const std::string& hint) {
  EXPECT_NE(f.where.find(where), std::string::npos) << to_string(f);
  EXPECT_NE(f.hint.find(hint), std::string::npos) << to_string(f);
}

TEST(PhysicsRefusals, WhatIsNotThereIsNamedWithItsNearest) {
  const Scenario good = tiny::with_physics(32);
  ASSERT_TRUE(check_physics(good, tiny::options_of(good)));
  Scenario s = good;
  s.utilities.clear();
  expect_names(refused(s), "utilities", "site");
  s = good;
  s.sites[0].halls[0].cooling = "chiled_water";
  expect_names(refused(s), "sites[site].halls[hall].cooling", "did you mean chilled_water?");
  s = good;
  s.sites[0].halls[0].cooling = "magic";
  expect_names(refused(s), "sites[site].halls[hall]", "words");
  s = good;
  s.utilities[0].tariff = "general_b_high_b2";
  expect_names(refused(s), "utilities[0].tariff", "did you mean general_b_high_b_2?");
  s = good;
  s.utilities[0].power_chain = "ac_up";
  expect_names(refused(s), "utilities[0].power_chain", "did you mean ac_ups?");
  s = good;
  s.utilities[0].power_chain = "none_of_them";
  EXPECT_NE(refused(s).expected.find("ac_ups"), std::string::npos);
  s = good;
  s.sites[0].climate_station = "seul";
  expect_names(refused(s), "sites[site].climate_station", "did you mean seoul?");
  s = good;
  s.utilities[0].drought_region = "metr";
  expect_names(refused(s), "utilities[0].drought_region", "did you mean metro?");
  s.utilities[0].drought_region = "";
  s.utilities[0].water_source = "industral";
  expect_names(refused(s), "utilities[0].water_source", "did you mean industrial?");
}

TEST(PhysicsRefusals, TimesWithoutAPrice) {
  Scenario s = tiny::with_physics(32);
  s.sites[0].grid[0].month = s.installs[0].month = {2019, 1, 1};
  s.run.from = {2020, 1, 1};
  s.run.to = {2020, 1, 2};
  const Fault f = refused(s);
  EXPECT_NE(f.where.find("tariff.rates["), std::string::npos) << to_string(f);
  EXPECT_NE(f.expected.find("2023-05-16"), std::string::npos) << to_string(f);
}

TEST(PhysicsRefusals, WeatherEventsThatCannotBe) {
  Scenario s = tiny::with_physics(32);
  WeatherEventSpec e;
  e.id = "wave";
  e.from = {2027, 8, 5};
  e.to = {2027, 8, 1};
  e.add_c = 5;
  s.weather_events = {e};
  EXPECT_EQ(refused(s).where, "weather_events[wave]");
  s.weather_events[0].to = {2027, 8, 9};
  s.weather_events[0].add_c = 40;
  EXPECT_EQ(refused(s).where, "weather_events[wave]");
  s.weather_events[0].add_c = 5;
  s.weather_events[0].regions = {"atlantis"};
  EXPECT_EQ(refused(s).where, "weather_events[wave]");
}

struct Ran {
  std::vector<std::string> failing;
  SiteFacility site;
  std::int64_t used_gpu_ms = 0;
};
Ran run_of(const Scenario& s) {
  const Result<Done> fits = check_physics(s, tiny::options_of(s));
  if (!fits) ADD_FAILURE() << to_string(fits.fault());
  Simulation run(s, tiny::options_of(s));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  return {tiny::failing(sum), run.site_facilities()[0], sum.books.used};
}

Scenario busy(std::int64_t gpus) {
  Scenario s = tiny::with_physics(gpus);
  s.workloads = {tiny::batch("work", 20 * static_cast<double>(gpus))};
  return s;
}

// Towers without water carry nothing, so nothing runs; a dry hall does not mind.
TEST(PhysicsRefusals, AHallOfTowersWithoutWaterIsShed) {
  Scenario s = busy(32);
  s.utilities[0].water_m3_per_day.assign(12, 0);
  const Ran none = run_of(s);
  EXPECT_EQ(none.failing, std::vector<std::string>{});
  EXPECT_EQ(none.site.it_wms, 0);
  EXPECT_EQ(none.site.evaporation_ml + none.site.blowdown_ml + none.site.drift_ml, 0);
  EXPECT_EQ(none.site.unmet_kwh, 0);
  s.sites[0].halls[0].cooling = "air_chiller";
  const Ran dry = run_of(s);
  EXPECT_EQ(dry.failing, std::vector<std::string>{});
  EXPECT_GT(dry.site.it_wms, 0);
  EXPECT_EQ(dry.site.evaporation_ml, 0);
}

// Water for some of the machines: some run, and take no more than they may.
TEST(PhysicsRefusals, LittleWaterCarriesFewMachines) {
  Scenario s = busy(320);
  const Ran all = run_of(s);
  EXPECT_GT(all.site.evaporation_ml, 0);
  const double m3 =
      static_cast<double>(all.site.evaporation_ml + all.site.blowdown_ml + all.site.drift_ml) / 1e6;
  s.utilities[0].water_m3_per_day.assign(12, 0.5 * m3);
  s.utilities[0].water_storage_hours = 0;
  const Ran some = run_of(s);
  EXPECT_EQ(some.failing, std::vector<std::string>{});
  EXPECT_GT(some.site.it_wms, 0);
  EXPECT_LT(some.site.it_wms, all.site.it_wms);
  EXPECT_NEAR(some.site.unmet_kwh, 0, 1e-6);
}

TEST(PhysicsRefusals, AGridBelowIdlePowerFeedsNothing) {
  Scenario s = busy(32);
  s.sites[0].grid[0].grid_mw = Watts(1'000);
  const Ran none = run_of(s);
  EXPECT_EQ(none.failing, std::vector<std::string>{});
  EXPECT_EQ(none.site.facility_wms(), 0);
  // A limit that falls below it on the day: machines go, what is left is standby.
  s = busy(32);
  DisruptionSpec d;
  d.id = d.name_en = d.name_ko = "brownout";
  d.kind = Disruption::grid_limit;
  d.site = "site";
  d.first = s.run.from;
  d.hour = 12;
  d.hours = 12;
  d.grid_mw = Watts(1'000);
  s.disruptions = {d};
  const Ran half = run_of(s);
  EXPECT_EQ(half.failing, std::vector<std::string>{});
  EXPECT_GT(half.site.it_wms, 0);
  EXPECT_EQ(half.site.facility_wms_by_step.size(), 96U);
  for (std::size_t i = 49; i < 96; ++i)  // the first of these steps has a millisecond of before
    EXPECT_LT(half.site.facility_wms_by_step[i], 10'000LL * 900'000) << i;
}

TEST(PhysicsRefusals, HeatBeyondTheModelIsHeldAndSaid) {
  Scenario s = busy(32);
  s.sites[0].halls[0].cooling = "air_chiller";
  s.run.from = {2027, 8, 9};
  s.run.to = {2027, 8, 10};
  const Ran usual = run_of(s);
  EXPECT_EQ(usual.site.beyond_range_ms, 0);
  s.physics.warmer_c = 10;
  WeatherEventSpec e;
  e.id = "wave";
  e.from = {2027, 8, 1};
  e.to = {2027, 8, 20};
  e.add_c = 15;
  s.weather_events = {e};
  const Ran hot = run_of(s);
  EXPECT_EQ(hot.failing, std::vector<std::string>{});
  EXPECT_GT(hot.site.beyond_range_ms, 0);
  for (const float c : hot.site.dry_bulb_c) EXPECT_LE(c, s.climate->generator.most_c);
}

// ---- disruptions
// ---------------------------------------------------------------------------------

Faults read_with(const std::vector<std::string>& settings) {
  const Outcome<Scenario> read =
      read_scenario(source_dir() + "/scenarios/hard-days/typhoon.yaml", settings);
  return read ? Faults{} : read.faults();
}

TEST(PhysicsRefusals, DisruptionsAreCheckedAsTheyAreRead) {
  for (const auto& [setting, path] : std::vector<std::pair<std::string, std::string>>{
           {"disruptions[typhoon_pohang].hours=-3", "hours"},
           {"disruptions[typhoon_pohang].hours=0", "hours"},
           {"disruptions[typhoon_pohang].notice_hours=-1", "notice_hours"},
           {"disruptions[typhoon_gumi].grid_mw=-1", "grid_mw"},
           {"disruptions[typhoon_pohang].site=stargate_pohan", "site"},
           {"disruptions[typhoon_pohang].kind=hall_lost", "hall"},
           {"disruptions[typhoon_pohang].kind=sight_lost", "kind"}}) {
    const Faults faults = read_with({setting});
    ASSERT_EQ(faults.size(), 1U) << setting;
    EXPECT_NE(faults[0].where.find(path), std::string::npos) << to_string(faults[0]);
    EXPECT_FALSE(faults[0].expected.empty()) << to_string(faults[0]);
  }
}

TEST(PhysicsRefusals, AHallThatIsNotThereIsNamedWithItsNearest) {
  Scenario s = tiny::with_physics(32);
  DisruptionSpec d;
  d.id = d.name_en = d.name_ko = "fire";
  d.kind = Disruption::hall_lost;
  d.site = "site";
  d.hall = "hal";
  d.first = s.run.from;
  s.disruptions = {d};
  bool said = false;
  for (const Finding& f : check_references(s).faults)
    if (f.path == "disruptions[0].hall") {
      said = true;
      EXPECT_EQ(f.hint, "did you mean hall?");
    }
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace dure
