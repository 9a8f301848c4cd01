// Weather drawn from the shipped climate (models/climate-kr.yaml): that it keeps the normals, hangs
// together over the country, and does not depend on who asks what first.
#include "physics/weather.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>

#include "io/doc_loader.h"
#include "physics/measured_weather.h"
#include "physics/psychrometrics.h"
#include "physics/weather_normals.h"
#include "shipped.h"
#include "source_dir.h"

namespace dure {
namespace {

const ClimateSpec& korea() { return shipped_models().climate; }

WeatherOptions year(int y, std::uint64_t seed = 1) {
  WeatherOptions o;
  o.first_hour = hour_of({y, 1, 1});
  o.hours = hour_of({y + 1, 1, 1}) - o.first_hour;
  o.seed = seed;
  return o;
}

Weather made(const ClimateSpec& c, const WeatherOptions& o) {
  auto w = Weather::make(c, o);
  EXPECT_TRUE(w) << to_string(w.fault());
  return std::move(w).value();
}

bool same_bytes(const HourlyWeather& a, const HourlyWeather& b) {
  const auto bits = [](double x) {
    std::uint64_t n = 0;
    std::memcpy(&n, &x, sizeof n);
    return n;
  };
  return bits(a.dry_bulb_c) == bits(b.dry_bulb_c) && bits(a.wet_bulb_c) == bits(b.wet_bulb_c) &&
         bits(a.relative_humidity) == bits(b.relative_humidity) &&
         a.sea_c.has_value() == b.sea_c.has_value() &&
         (!a.sea_c || bits(*a.sea_c) == bits(*b.sea_c)) && a.beyond_range == b.beyond_range;
}

double daily_mean(const Weather& w, std::size_t place, std::int64_t day) {
  double sum = 0;
  for (std::int64_t h = 0; h < 24; ++h) sum += w.at(place, day * 24 + h).dry_bulb_c;
  return sum / 24;
}

TEST(Weather, KnowsEveryStationOfTheHub) {
  const Weather w = made(korea(), year(2028));
  const Loaded sites = load_document(source_dir() + "/scenarios/k-ai-hub/sites.yaml", {});
  const DocNode* const list = sites.doc.root.find("sites");
  ASSERT_NE(list, nullptr);
  ASSERT_GE(list->items.size(), 28u);
  for (const DocNode& site : list->items) {
    const DocNode* const name = site.find("climate_station");
    ASSERT_NE(name, nullptr);
    EXPECT_TRUE(w.place(name->text)) << name->text;
  }
  EXPECT_TRUE(w.place("seoul"));
  EXPECT_FALSE(w.place("atlantis"));
}

TEST(Weather, AnHourIsTheSameInEveryWindow) {
  WeatherOptions o = year(2027, 7);
  o.events.push_back({"e",
                      WeatherEventKind::heat_wave,
                      {2027, 8, 1},
                      {2027, 8, 9},
                      {"honam"},
                      6,
                      DroughtStage::normal,
                      "assumption",
                      ""});
  const Weather whole = made(korea(), o);
  for (const auto& [from, hours] :
       {std::pair{0, 30}, {31 * 24 + 5, 1}, {211 * 24 + 13, 400}, {8759, 1}}) {
    WeatherOptions part = o;
    part.first_hour += from;
    part.hours = hours;
    const Weather w = made(korea(), part);
    for (std::int64_t h = part.first_hour + hours - 1; h >= part.first_hour; --h) {
      for (std::size_t p = 0; p < w.places(); ++p)
        ASSERT_TRUE(same_bytes(w.at(p, h), whole.at(p, h))) << w.name(p) << ' ' << h;
      for (const char* region : {"honam", "metro", "gangwon"})
        ASSERT_EQ(w.drought(region, h), whole.drought(region, h));
    }
  }
  WeatherOptions other = o;
  other.seed = 8;
  EXPECT_FALSE(same_bytes(made(korea(), other).at(0, o.first_hour), whole.at(0, o.first_hour)));
}

// Fewer stations, or more at the end, do not move those that stay.
TEST(Weather, AStationMoreMovesNoneOfTheOthers) {
  ClimateSpec fewer = korea();
  fewer.names.clear();
  fewer.stations.resize(5);
  const WeatherOptions o = year(2026, 3);
  const Weather a = made(fewer, o), b = made(korea(), o);
  for (std::size_t p = 0; p < 5; ++p) {
    for (std::int64_t h = 0; h < 8760; h += 37)
      ASSERT_TRUE(same_bytes(a.at(p, o.first_hour + h), b.at(p, o.first_hour + h)));
  }
}

struct MonthFigures {
  double mean = 0, max = 0, min = 0, rh = 0, days = 0;
};
std::array<MonthFigures, 12> figures(const Weather& w, std::size_t place, std::int64_t first_day,
                                     std::int64_t days) {
  std::array<MonthFigures, 12> months{};
  for (std::int64_t d = first_day; d < first_day + days; ++d) {
    MonthFigures& m = months[static_cast<std::size_t>(date_of(Millis(d * kMsPerDay)).month - 1)];
    double max = -99, min = 99;
    for (std::int64_t h = 0; h < 24; ++h) {
      const HourlyWeather x = w.at(place, d * 24 + h);
      m.mean += x.dry_bulb_c / 24;
      m.rh += x.relative_humidity / 24;
      max = std::max(max, x.dry_bulb_c);
      min = std::min(min, x.dry_bulb_c);
    }
    m.max += max;
    m.min += min;
    m.days += 1;
  }
  for (MonthFigures& m : months) {
    for (double* x : {&m.mean, &m.max, &m.min, &m.rh}) *x /= m.days;
  }
  return months;
}

TEST(Weather, KeepsTheNormals) {
  ClimateSpec c = korea();
  c.trend.c_per_decade = 0;
  WeatherOptions o;
  o.first_hour = hour_of({1900, 1, 1});
  o.hours = 80 * 8766;
  o.seed = 11;
  const Weather w = made(c, o);
  for (const ClimateStation& s : {c.stations[0], c.stations[4], c.stations[12]}) {
    const auto got = figures(w, *w.place(s.id), o.first_hour / 24, o.hours / 24);
    for (std::size_t m = 0; m < 12; ++m) {
      SCOPED_TRACE(s.id + " " + std::to_string(m + 1));
      // 80 winters leave 0.17 K of chance in a monthly mean: three times that.
      const double chance = 0.15 + 0.1 * c.generator.daily_noise_sd_c[m];
      EXPECT_NEAR(got[m].mean, s.mean_c[m], chance);
      EXPECT_NEAR(got[m].max, s.mean_daily_max_c[m], chance);
      EXPECT_NEAR(got[m].min, s.mean_daily_min_c[m], chance);
      EXPECT_NEAR(got[m].max - got[m].min, s.mean_daily_max_c[m] - s.mean_daily_min_c[m], 0.25);
      EXPECT_NEAR(100 * got[m].rh, s.mean_rh_pct[m], 2);
    }
  }
  // The crosswalk: Haenam is 0.7 C colder than Mokpo in the mean, its nights 1.8 C, its days
  // hotter.
  const auto mokpo = figures(w, *w.place("mokpo_haenam"), o.first_hour / 24, 3653);
  const auto haenam = figures(w, *w.place("261 Haenam"), o.first_hour / 24, 3653);
  for (std::size_t m = 0; m < 12; ++m) {
    EXPECT_NEAR(haenam[m].mean - mokpo[m].mean, -0.7, 0.02);
    EXPECT_NEAR(haenam[m].min - mokpo[m].min, -1.8, 0.15);
    EXPECT_NEAR(haenam[m].max - mokpo[m].max, 0.5, 0.15);
  }
}

TEST(Weather, WarmsByTheTrendAndTheShift) {
  ClimateSpec still = korea();
  still.trend.c_per_decade = 0;
  const WeatherOptions o = year(2030);
  WeatherOptions shifted = o;
  shifted.shift_c = 1.25;
  const Weather base = made(still, o), warm = made(korea(), o), hot = made(still, shifted);
  for (std::int64_t h = o.first_hour; h < o.first_hour + o.hours; h += 101) {
    EXPECT_NEAR(warm.at(0, h).dry_bulb_c - base.at(0, h).dry_bulb_c, 0.35 * 2.5, 0.02);
    EXPECT_NEAR(hot.at(0, h).dry_bulb_c - base.at(0, h).dry_bulb_c, 1.25, 1e-9);
    EXPECT_GT(hot.at(0, h).wet_bulb_c, base.at(0, h).wet_bulb_c - 1e-9);
  }
}

TEST(Weather, TheCountryHasOneWeather) {
  const WeatherOptions o = year(2026);
  std::array<double, 14> together{};
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    WeatherOptions s = o;
    s.seed = seed;
    const Weather w = made(korea(), s);
    // Day to day changes: free of the seasons, which are common to all.
    std::array<std::vector<double>, 14> change;
    for (std::size_t p = 0; p < 14; ++p) {
      double last = daily_mean(w, p, o.first_hour / 24);
      for (std::int64_t d = 1; d < 360; ++d) {
        const double today = daily_mean(w, p, o.first_hour / 24 + d);
        change[p].push_back(today - last);
        last = today;
      }
    }
    for (std::size_t p = 0; p < 14; ++p) {
      double ab = 0, aa = 0, bb = 0;
      for (std::size_t i = 0; i < change[0].size(); ++i) {
        ab += change[0][i] * change[p][i];
        aa += change[0][i] * change[0][i];
        bb += change[p][i] * change[p][i];
      }
      together[p] += ab / std::sqrt(aa * bb) / 8;
    }
  }
  EXPECT_NEAR(together[0], 1, 1e-12);     // Seoul
  EXPECT_NEAR(together[5], 0.95, 0.03);   // Daejeon, as the facts say
  EXPECT_NEAR(together[11], 0.90, 0.03);  // Gwangju
  EXPECT_NEAR(together[9], 0.88, 0.03);   // Ulsan
  EXPECT_NEAR(together[4], 0.80, 0.03);   // Gangneung
  EXPECT_NEAR(together[13], 0.80, 0.04);  // Jeju
}

TEST(Weather, HeatWavesComeAsOftenAsTheyShould) {
  const HeatWaveSpec& s = korea().heat_wave;
  double days = 0, sum = 0, mean = 0;
  constexpr int kSeeds = 800;
  const std::int64_t first = days_from_epoch({2025, 1, 1});
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const HeatDays h = heat_days(s, seed, first, 365);
    for (std::size_t d = 0; d < 365; ++d) {
      days += h.add_c[d] > 0 ? 1.0 / kSeeds : 0;
      sum += h.add_c[d] / kSeeds;
      mean += seed == 0 ? h.mean_c[d] : 0;
      ASSERT_TRUE(h.add_c[d] == 0 || (d >= 175 && d <= 175 + 61 + 32)) << d;
    }
  }
  EXPECT_NEAR(days, 10, 1.2);        // national normal 11; some overlap
  EXPECT_NEAR(sum / mean, 1, 0.05);  // what the normals are thought to hold is what is drawn
}

// Waves and droughts that began before a window are seen in it as they are in a longer one.
TEST(Weather, WhatBeganBeforeTheWindowIsSeen) {
  const ClimateSpec& c = korea();
  const std::int64_t first = days_from_epoch({2020, 1, 1});
  constexpr std::int64_t kDays = 8 * 365;
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const HeatDays heat = heat_days(c.heat_wave, seed, first, kDays);
    const auto dry = drought_days(c.droughts[0], c.drought_course, seed, first, kDays);
    for (std::int64_t from = 0; from < kDays; from += 7) {
      const auto at = static_cast<std::size_t>(from);
      const HeatDays one = heat_days(c.heat_wave, seed, first + from, 1);
      ASSERT_EQ(one.add_c[0], heat.add_c[at]);
      ASSERT_EQ(one.mean_c[0], heat.mean_c[at]);
      const auto stage = drought_days(c.droughts[0], c.drought_course, seed, first + from, 1);
      ASSERT_EQ(stage[0], dry[at]);
      seen += (heat.add_c[at] > 0 ? 1 : 0) + (dry[at] >= DroughtStage::caution ? 1 : 0);
    }
  }
  EXPECT_GT(seen, 100);
}

TEST(Weather, StatedHeatWavesHitTheirRegions) {
  WeatherOptions o = year(2029);
  const Weather plain = made(korea(), o);
  o.events.push_back({"august",
                      WeatherEventKind::heat_wave,
                      {2029, 8, 3},
                      {2029, 8, 12},
                      {"yeongnam", "honam"},
                      5,
                      DroughtStage::normal,
                      "assumption",
                      ""});
  const Weather w = made(korea(), o);
  const auto gain = [&](const char* place, Date day) {
    const std::int64_t noon = hour_of(day) + 12;
    return w.at(*w.place(place), noon).dry_bulb_c - plain.at(*w.place(place), noon).dry_bulb_c;
  };
  EXPECT_EQ(gain("108 Seoul", {2029, 8, 5}), 0);
  EXPECT_EQ(gain("152 Ulsan", {2029, 8, 2}), 0);
  EXPECT_EQ(gain("152 Ulsan", {2029, 8, 13}), 0);
  EXPECT_GE(gain("152 Ulsan", {2029, 8, 5}), 0);
  EXPECT_LE(gain("152 Ulsan", {2029, 8, 5}), 6.5);
  double all = 0;
  for (int d = 3; d <= 12; ++d) all += gain("261 Haenam", {2029, 8, d});
  EXPECT_GT(all, 5);
}

TEST(Weather, DroughtsComeAsOftenAsTheyShould) {
  const ClimateSpec& c = korea();
  constexpr std::int64_t kYears = 6'000;
  const std::int64_t days = kYears * 365;
  for (const DroughtSpec& s : c.droughts) {
    const auto stages = drought_days(s, c.drought_course, 2, 0, days);
    std::array<double, 6> count{};
    double onsets = 0;
    for (std::size_t d = 1; d < stages.size(); ++d) {
      ++count[static_cast<std::size_t>(stages[d])];
      onsets += stages[d] >= DroughtStage::alert && stages[d - 1] < DroughtStage::alert ? 1 : 0;
      // Stages follow each other: dams do not empty in a day.
      ASSERT_TRUE(stages[d] < DroughtStage::alert || stages[d - 1] >= DroughtStage::caution);
      ASSERT_TRUE(stages[d] != DroughtStage::caution || stages[d - 1] >= DroughtStage::interest);
    }
    SCOPED_TRACE(s.region);
    // Those that overlap count once.
    EXPECT_NEAR(onsets / static_cast<double>(kYears) / s.alerts_per_year, 1, 0.15);
    const double dry = (count[3] + count[4] + count[5]) / static_cast<double>(days);
    EXPECT_NEAR(dry / (s.alerts_per_year * s.mean_days / 365.25), 1, 0.25);
    EXPECT_GT(count[4], 0);
    EXPECT_LT(count[5], count[4]);
  }
  const LogNormal law = by_mean_p90(180, 350);  // by hand: sigma 0.7226, median 138.6
  EXPECT_NEAR(law.sigma, 0.7226, 2e-3);
  EXPECT_NEAR(law.median, 138.6, 0.5);
}

TEST(Weather, StatedDroughts) {
  WeatherOptions o = year(2029);
  o.events.push_back({"dry",
                      WeatherEventKind::drought,
                      {2029, 7, 1},
                      {2029, 7, 31},
                      {"gangwon"},
                      0,
                      DroughtStage::emergency,
                      "assumption",
                      ""});
  const Weather w = made(korea(), o);
  EXPECT_EQ(w.drought("gangwon", hour_of({2029, 7, 15})), DroughtStage::emergency);
  EXPECT_EQ(w.drought("gangwon", hour_of({2029, 7, 31}) + 23), DroughtStage::emergency);
  EXPECT_NE(w.drought("gangwon", hour_of({2029, 8, 1})), DroughtStage::emergency);
  EXPECT_EQ(w.drought("nowhere", o.first_hour), DroughtStage::normal);
}

TEST(Weather, IsAlwaysAirAndFlagsWhatItHolds) {
  WeatherOptions o = year(2028, 4);  // a leap year
  ASSERT_EQ(o.hours, 8784);
  const Weather w = made(korea(), o);
  for (std::size_t p = 0; p < w.places(); ++p) {
    for (std::int64_t h = o.first_hour; h < o.first_hour + o.hours; ++h) {
      const HourlyWeather x = w.at(p, h);
      ASSERT_TRUE(air_in_range(x.dry_bulb_c, x.relative_humidity, x.pressure_kpa));
      ASSERT_LE(x.wet_bulb_c, x.dry_bulb_c + 1e-6);
      ASSERT_FALSE(x.beyond_range);
    }
  }
  EXPECT_TRUE(w.at(*w.place("152 Ulsan"), o.first_hour).sea_c);
  EXPECT_FALSE(w.at(*w.place("133 Daejeon"), o.first_hour).sea_c);
  o.shift_c = 8;
  o.events.push_back({"hell",
                      WeatherEventKind::heat_wave,
                      {2028, 7, 1},
                      {2028, 8, 31},
                      {},
                      15,
                      DroughtStage::normal,
                      "assumption",
                      ""});
  const Weather hot = made(korea(), o);
  int held = 0;
  for (std::int64_t h = hour_of({2028, 7, 1}); h < hour_of({2028, 9, 1}); ++h) {
    const HourlyWeather x = hot.at(0, h);
    ASSERT_LE(x.dry_bulb_c, korea().generator.most_c);
    ASSERT_EQ(x.beyond_range, x.dry_bulb_c == korea().generator.most_c);
    held += x.beyond_range ? 1 : 0;
  }
  EXPECT_GT(held, 100);
}

TEST(Weather, TheShapeOfADay) {
  const DayShape shape{6, 15, 0.5};
  double mean = 0, most = -9, least = 9;
  for (int h = 0; h < 24; ++h) {
    mean += shape.at(h) / 24;
    most = std::max(most, shape.at(h));
    least = std::min(least, shape.at(h));
  }
  EXPECT_NEAR(mean, 0, 1e-9);
  EXPECT_EQ(shape.at(6), least);
  EXPECT_EQ(shape.at(15), most);
  EXPECT_NEAR(most - least, 1, 1e-12);
  EXPECT_NEAR(lean_of(15, 20, 10), 0, 1e-12);
}

TEST(Weather, MonthlyCurveKeepsItsMeans) {
  const Monthly means{-2, 1, 6, 13, 18, 23, 25, 26, 22, 15, 7, 0};
  const MonthlyCurve curve(means);
  for (int m = 0; m < 12; ++m) {
    double sum = 0;
    for (int i = 0; i < 1000; ++i) sum += curve.at(m + (i + 0.5) / 1000) / 1000;
    EXPECT_NEAR(sum, means[static_cast<std::size_t>(m)], 1e-4);
  }
  EXPECT_EQ(year_position({2024, 2, 29}, 12), 1 + 28.5 / 29);
}

TEST(Weather, RefusesWhatDoesNotHangTogether) {
  const auto faulty = [](auto change) {
    ClimateSpec c = korea();
    WeatherOptions o = year(2028);
    change(c, o);
    const auto w = Weather::make(c, o);
    return w ? "accepted" : to_string(w.fault());
  };
  using C = ClimateSpec&;
  using O = WeatherOptions&;
  EXPECT_EQ(faulty([](C, O o) { o.hours = 0; }),
            "weather: expected hours from 1870 to 2169, one or more, found 508416 + 0");
  EXPECT_EQ(faulty([](C, O o) { o.shift_c = 30; }),
            "weather: expected a climate shift from -5 to 10 C, found 30");
  EXPECT_EQ(faulty([](C c, O) { c.names[3].use = "soul"; }),
            "climate.names[3]: expected the id of a station, found soul");
  EXPECT_EQ(faulty([](C c, O) { c.stations[1].id = "seoul"; }),
            "climate.stations[1]: expected stations with different ids, found seoul twice");
  EXPECT_EQ(
      faulty([](C c, O) { c.stations[0].mean_c[6] = 28.9; }),
      "climate.stations[0]: month 7: expected a mean in the middle quarter between daily minimum "
      "and maximum, found 22.3, 28.9, 29");
  EXPECT_EQ(faulty([](C c, O) { c.stations[1].coast = "north"; }),
            "climate.stations[1]: expected a coast of sea_water, found north");
  EXPECT_EQ(faulty([](C c, O) { c.droughts[0].serious_per_year = 1; }),
            "climate.droughts[0]: expected serious_per_year up to alerts_per_year, found 1");
  const auto event = [&](WeatherEventSpec e) {
    return faulty([&](C, O o) { o.events.push_back(e); });
  };
  EXPECT_EQ(event({"e",
                   WeatherEventKind::heat_wave,
                   {2028, 8, 2},
                   {2028, 8, 1},
                   {},
                   3,
                   DroughtStage::normal,
                   "assumption",
                   ""}),
            "weather_events[e]: expected a last day on or after the first, 2028-08-02, found "
            "2028-08-01");
  EXPECT_EQ(event({"e",
                   WeatherEventKind::heat_wave,
                   {2028, 8, 2},
                   {2028, 8, 3},
                   {"mars"},
                   3,
                   DroughtStage::normal,
                   "assumption",
                   ""}),
            "weather_events[e]: expected a region of the climate, found mars");
  EXPECT_EQ(event({"e",
                   WeatherEventKind::heat_wave,
                   {2028, 8, 2},
                   {2028, 8, 3},
                   {},
                   40,
                   DroughtStage::normal,
                   "assumption",
                   ""}),
            "weather_events[e]: expected add_c above 0, up to 15, found 40");
  EXPECT_EQ(event({"e",
                   WeatherEventKind::drought,
                   {2028, 8, 2},
                   {2028, 8, 3},
                   {},
                   0,
                   DroughtStage::normal,
                   "assumption",
                   ""}),
            "weather_events[e]: expected a stage worse than normal, found normal");
  EXPECT_DEATH(made(korea(), year(2028)).at(0, 0), "CHECK");
}

TEST(MeasuredWeather, FillsWhatWasNotMeasured) {
  WeatherSeries s{"f.csv", false, hour_of({2021, 1, 1}), {}, 0, 86.0};
  s.hours.push_back({30, 0.5, std::nullopt, std::nullopt});
  s.hours.push_back({30, std::nullopt, 22.0, 100.0});
  const auto m = MeasuredWeather::make(s, 0);
  ASSERT_TRUE(m);
  const HourlyWeather a = m.value().at(s.first_hour), b = m.value().at(s.first_hour + 1);
  EXPECT_EQ(a.pressure_kpa, station_pressure_kpa(86));
  EXPECT_EQ(a.wet_bulb_c, wet_bulb_c(30, 0.5, a.pressure_kpa));
  EXPECT_EQ(b.wet_bulb_c, 22);
  EXPECT_NEAR(wet_bulb_c(30, b.relative_humidity, 100), 22, 1e-4);
  EXPECT_TRUE(m.value().covers(s.first_hour, 2));
  EXPECT_EQ(to_string(m.value().covers(s.first_hour, 3).fault()),
            "f.csv: expected weather from 2021-01-01T00:00:00+09:00 to 2021-01-01T03:00:00+09:00, "
            "found 2021-01-01T00:00:00+09:00 to 2021-01-01T02:00:00+09:00");
  EXPECT_FALSE(m.value().covers(s.first_hour - 1, 1));
  s.hours[1].wet_bulb_c = -5;
  EXPECT_EQ(MeasuredWeather::make(s, 0).fault().where, "f.csv: 2021-01-01T01:00:00+09:00");
}

TEST(MeasuredWeather, ATypicalYearHoldsInAnyYear) {
  WeatherSeries s{"f.epw", true, hour_of({2001, 1, 1}), {}, 0, 86.0};
  for (int h = 0; h < 8760; ++h) s.hours.push_back({h * 0.001, 0.5, std::nullopt, std::nullopt});
  const auto m = MeasuredWeather::make(s, 0);
  ASSERT_TRUE(m);
  EXPECT_TRUE(m.value().covers(hour_of({2028, 1, 1}), 8784));
  EXPECT_EQ(m.value().at(hour_of({2028, 1, 1})).dry_bulb_c, 0);
  EXPECT_EQ(m.value().at(hour_of({2028, 2, 29}) + 5).dry_bulb_c,
            m.value().at(hour_of({2028, 2, 28}) + 5).dry_bulb_c);
  EXPECT_EQ(m.value().at(hour_of({2028, 12, 31}) + 23).dry_bulb_c, 8.759);
  s.hours.resize(100);
  EXPECT_FALSE(MeasuredWeather::make(s, 0));
}

}  // namespace
}  // namespace dure
