// The tariff across its reform, by hand and against its own calendar; what is wrong with one is
// named.
#include "physics/tariff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tariff_testing.h"

namespace dure {
namespace {

EnergyPrice price(const std::string& tariff, Date day, int hour) {
  return tariff_of(tariff).price_at(at_hour(day, hour));
}

double flat_mean(const TariffSpec& spec, const std::string& tariff, int from_year, int years) {
  const Result<Tariff> t = Tariff::of(spec, tariff);
  double sum = 0;
  std::int64_t n = 0;
  for (std::int64_t at = midnight({from_year, 1, 1}).count();
       at < midnight({from_year + years, 1, 1}).count(); at += kMsPerHour, ++n)
    sum += t.value().price_at(Millis(at)).energy_krw_per_kwh;
  return sum / static_cast<double>(n);
}

TEST(Tariff, ARunAcrossTheReformPaysEachDayItsOwnPrice) {
  // Wednesday 2026-04-15 and Thursday 04-16, spring: peak was 11-12 and 13-18 at 175.1, and is
  // 15-21 at 161.9; light was 122.5 and is 127.6.
  const std::string b = "industrial_b_high_b_2";
  EXPECT_EQ(price(b, {2026, 4, 15}, 11).energy_krw_per_kwh, 175.1);
  EXPECT_EQ(price(b, {2026, 4, 16}, 11).energy_krw_per_kwh, 144.8);
  EXPECT_EQ(price(b, {2026, 4, 15}, 20).energy_krw_per_kwh, 144.8);
  EXPECT_EQ(price(b, {2026, 4, 16}, 20).energy_krw_per_kwh, 161.9);
  EXPECT_EQ(price(b, {2026, 4, 15}, 23).energy_krw_per_kwh, 122.5);
  EXPECT_EQ(price(b, {2026, 4, 16}, 0).energy_krw_per_kwh, 127.6);
  // General (B) changes its hours on 2026-06-01, a Monday, and not its rates.
  const std::string g = "general_b_high_b_2";
  EXPECT_EQ(price(g, {2026, 5, 29}, 20).energy_krw_per_kwh, 114.4);
  EXPECT_EQ(price(g, {2026, 6, 1}, 20).energy_krw_per_kwh, 225.6);
  EXPECT_EQ(price(g, {2026, 5, 29}, 11).energy_krw_per_kwh, 144.7);
}

TEST(Tariff, SundaysAndHolidaysAreLightSaturdaysHaveNoPeak) {
  const std::string b = "industrial_b_high_b_2";
  EXPECT_EQ(price(b, {2026, 8, 14}, 16).band, Band::peak);    // Friday
  EXPECT_EQ(price(b, {2026, 8, 22}, 16).band, Band::medium);  // Saturday
  EXPECT_EQ(price(b, {2026, 8, 22}, 3).band, Band::light);
  EXPECT_EQ(price(b, {2026, 8, 16}, 16).band, Band::light);  // Sunday
  EXPECT_EQ(price(b, {2026, 8, 15}, 16).band, Band::light);  // Liberation Day, a Saturday
  EXPECT_EQ(price(b, {2026, 8, 17}, 16).band, Band::light);  // its substitute
  TariffSpec spec = shipped_models().tariff;
  spec.substitute_holidays_are_light = false;
  EXPECT_EQ(Tariff::of(spec, b).value().price_at(at_hour({2026, 8, 17}, 16)).band, Band::peak);
}

TEST(Tariff, SpringAndAutumnWeekendsAreHalfPriceAtNoon) {
  const std::string b = "industrial_b_high_b_2";
  EXPECT_DOUBLE_EQ(price(b, {2027, 5, 2}, 11).energy_krw_per_kwh, 127.6 / 2);  // Sunday
  EXPECT_DOUBLE_EQ(price(b, {2027, 5, 1}, 13).energy_krw_per_kwh, 144.8 / 2);  // Saturday
  EXPECT_DOUBLE_EQ(price(b, {2027, 5, 5}, 12).energy_krw_per_kwh, 127.6 / 2);  // holiday
  EXPECT_FALSE(price(b, {2027, 5, 2}, 10).discounted);
  EXPECT_FALSE(price(b, {2027, 5, 2}, 14).discounted);
  EXPECT_FALSE(price(b, {2027, 5, 4}, 12).discounted);   // a working day
  EXPECT_FALSE(price(b, {2027, 7, 4}, 12).discounted);   // summer
  EXPECT_FALSE(price(b, {2026, 4, 12}, 12).discounted);  // before the reform
  EXPECT_FALSE(price(b, {2031, 4, 13}, 12).discounted);  // it ends with 2030
  EXPECT_FALSE(price("general_b_high_b_2", {2027, 5, 2}, 12).discounted);
}

TEST(Tariff, SurchargesAndFundGoByDate) {
  const EnergyPrice p = price("industrial_b_high_b_2", {2027, 1, 4}, 10);
  EXPECT_EQ(p.climate_fuel_krw_per_kwh, 14);
  EXPECT_EQ(p.fund_share, 0.027);
  EXPECT_DOUBLE_EQ(p.marginal_krw_per_kwh(), (214.1 + 14) * 1.027);
  EXPECT_EQ(price("industrial_b_high_b_2", {2021, 2, 1}, 10).climate_fuel_krw_per_kwh, 5.3 - 3);
  EXPECT_EQ(price("industrial_b_high_b_2", {2024, 6, 30}, 10).fund_share, 0.037);
  EXPECT_EQ(price("industrial_b_high_b_2", {2024, 7, 1}, 10).fund_share, 0.032);
}

TEST(Tariff, TheOtherReadingOfWinterIsChosenByName) {
  TariffSpec spec = shipped_models().tariff;
  const Millis nine = at_hour({2027, 1, 4}, 9), twenty = at_hour({2027, 1, 4}, 20);
  const Tariff plain = tariff_of("industrial_b_high_b_2");
  EXPECT_EQ(plain.price_at(nine).band, Band::peak);
  EXPECT_EQ(plain.price_at(twenty).band, Band::medium);
  spec.readings = {"winter_peak_16_22"};
  const Tariff other = Tariff::of(spec, "industrial_b_high_b_2").value();
  EXPECT_EQ(other.price_at(nine).band, Band::medium);
  EXPECT_EQ(other.price_at(twenty).band, Band::peak);
  EXPECT_EQ(other.price_at(at_hour({2026, 1, 5}, 9)).band, Band::peak);  // before the reform
  spec.readings = {"winter_peak_16_23"};
  EXPECT_EQ(Tariff::of(spec, "industrial_b_high_b_2").fault().hint,
            "did you mean winter_peak_16_22?");
}

// facts: grid.tariff.flat_load_mean_krw_per_kwh. Those means know weekends and no public holidays,
// which is where they come out to their printed decimal.
TEST(Tariff, TheFlatLoadMeansOfTheFactsComeOut) {
  struct Row {
    const char* tariff;
    int year, years;
    double energy, sum;
  };
  constexpr Row kRows[] = {{"industrial_b_high_b_2", 2025, 1, 152.7, 178.0},
                           {"industrial_b_high_b_2", 2027, 4, 151.5, 176.7},
                           {"industrial_b_high_a_2", 2027, 4, 140.4, 167.1},
                           {"general_b_high_b_2", 2027, 4, 122.3, 147.5}};
  TariffSpec weekends = shipped_models().tariff;
  weekends.public_holidays.clear();
  for (const Row& r : kRows) {
    const double energy = flat_mean(weekends, r.tariff, r.year, r.years);
    EXPECT_NEAR(energy, r.energy, 0.1) << r.tariff;
    const double demand = tariff_of(r.tariff).price_at(midnight({r.year, 1, 1})).demand_krw_per_kw /
                          (0.9 * 8760 / 12);
    EXPECT_NEAR(energy + demand + 14, r.sum, 0.3) << r.tariff;
    // Public holidays make a flat load about 1.3 cheaper.
    const double with = flat_mean(shipped_models().tariff, r.tariff, r.year, r.years);
    EXPECT_GT(energy - with, 1.0) << r.tariff;
    EXPECT_LT(energy - with, 1.6) << r.tariff;
  }
}

TEST(Tariff, EveryHourOfTenYearsHasOnePriceOfItsRow) {
  for (const char* id : {"industrial_b_high_b_2", "industrial_b_high_b_3", "industrial_b_high_c_2",
                         "industrial_b_high_a_2", "general_b_high_a_2", "general_b_high_b_2"}) {
    const Tariff t = tariff_of(id);
    const Millis from = midnight({2025, 1, 1}), to = midnight({2032, 1, 1});
    ASSERT_TRUE(t.covers(from, to)) << id;
    std::int64_t hours = 0;
    for (std::int64_t at = from.count(); at < to.count(); at += kMsPerHour, ++hours) {
      const EnergyPrice p = t.price_at(Millis(at));
      ASSERT_GT(p.energy_krw_per_kwh, 40) << id << " " << iso_kst(Millis(at));
      ASSERT_LT(p.energy_krw_per_kwh, 260) << id << " " << iso_kst(Millis(at));
      ASSERT_TRUE(p.calendar_known);
      ASSERT_EQ(p.energy_krw_per_kwh, t.price_at(Millis(at + kMsPerHour - 1)).energy_krw_per_kwh);
    }
    EXPECT_EQ(hours, (7 * 365 + 1) * 24);  // 2028-02-29 is there; no hour is lost or doubled
  }
}

TEST(Tariff, BeyondTheListOfHolidaysItSaysSo) {
  const Tariff t = tariff_of("industrial_b_high_b_2");
  EXPECT_FALSE(t.price_at(at_hour({2033, 3, 1}, 16)).calendar_known);
  EXPECT_TRUE(t.price_at(at_hour({2031, 12, 31}, 16)).calendar_known);
}

TEST(Tariff, DatesWithoutAPriceAreRefused) {
  const Tariff t = tariff_of("industrial_b_high_a_2");
  const Result<Done> no = t.covers(midnight({2024, 1, 1}), midnight({2025, 1, 1}));
  ASSERT_FALSE(no);
  EXPECT_EQ(no.fault().expected, "days from 2024-10-24 on");
  EXPECT_TRUE(t.covers(midnight({2024, 10, 24}), midnight({2040, 1, 1})));
}

TEST(Tariff, WhatIsWrongIsNamedWithItsRow) {
  const TariffSpec good = shipped_models().tariff;
  const auto fault = [](const TariffSpec& s, const char* id = "industrial_b_high_b_2") {
    const Result<Tariff> t = Tariff::of(s, id);
    EXPECT_FALSE(t);
    return t ? std::string() : to_string(t.fault());
  };
  EXPECT_NE(fault(good, "industrial_b_hihg_b_2").find("did you mean industrial_b_high_b_2?"),
            std::string::npos);

  TariffSpec gap = good;
  gap.bands[3].spans[1].to_hour = 14;  // medium 8 to 15 of the summer of the reform
  EXPECT_NE(fault(gap).find("tariff.bands[3] (from_2026_04_16, summer)"), std::string::npos);
  EXPECT_NE(fault(gap).find("hour 14 in none"), std::string::npos);

  TariffSpec overlap = good;
  overlap.bands[0].spans[0].to_hour = 9;  // light 22 to 8
  EXPECT_NE(fault(overlap).find("hour 8 in several"), std::string::npos);

  TariffSpec hole = good;
  for (TariffRateSpec& r : hole.rates) {
    if (r.tariff == "industrial_b_high_b_2" && r.from == Date{2026, 4, 16}) r.from = {2026, 4, 17};
  }
  EXPECT_NE(fault(hole).find("without a gap"), std::string::npos);

  TariffSpec no_table = good;
  no_table.rates.back().bands = "from_2026_04_61";
  EXPECT_NE(
      fault(no_table, no_table.rates.back().tariff.c_str()).find("did you mean from_2026_04_16?"),
      std::string::npos);

  TariffSpec late = good;
  late.fund.erase(late.fund.begin());
  EXPECT_NE(fault(late).find("tariff.fund"), std::string::npos);
}

TEST(Tariff, NegativePricesAreAPrice) {
  TariffSpec spec = shipped_models().tariff;
  for (TariffRateSpec& r : spec.rates) r.spring_autumn.light_krw_per_kwh = -30;
  spec.surcharges.back().fuel_krw_per_kwh = -5;
  const EnergyPrice p =
      Tariff::of(spec, "industrial_b_high_b_2").value().price_at(at_hour({2027, 5, 4}, 3));
  EXPECT_EQ(p.energy_krw_per_kwh, -30);
  EXPECT_DOUBLE_EQ(p.marginal_krw_per_kwh(), (-30 + 4) * 1.027);
}

// Days that everybody knows, and the rules of the list.
TEST(Tariff, TheListOfHolidaysIsWhole) {
  const TariffSpec& spec = shipped_models().tariff;
  std::array<int, 12> per_year{};  // 2021 to 2031, without substitutes
  for (std::size_t i = 0; i < spec.public_holidays.size(); ++i) {
    const PublicHolidaySpec& h = spec.public_holidays[i];
    if (!h.substitute) ++per_year[static_cast<std::size_t>(h.day.year - 2021)];
    EXPECT_TRUE(!h.substitute || weekday_of(midnight(h.day)) < 5) << to_string(h.day);
    EXPECT_TRUE(i == 0 || spec.public_holidays[i - 1].day < h.day) << to_string(h.day);
  }
  for (std::size_t y = 0; y < 11; ++y) {
    const int shared = y == 4 || y == 7 ? 1 : 0;  // 2025: Buddha on 05-05; 2028: Chuseok on 10-03
    EXPECT_EQ(per_year[y], (y >= 5 ? 16 : 15) - shared) << 2021 + y;
  }
  const auto has = [&](Date d) {
    return std::any_of(spec.public_holidays.begin(), spec.public_holidays.end(),
                       [&](const PublicHolidaySpec& h) { return h.day == d; });
  };
  for (const Date d : {Date{2026, 2, 17}, Date{2026, 7, 17}, Date{2026, 9, 25}, Date{2027, 2, 9},
                       Date{2028, 1, 27}, Date{2029, 9, 24}, Date{2030, 5, 9}, Date{2031, 10, 1}})
    EXPECT_TRUE(has(d)) << to_string(d);
  EXPECT_FALSE(has({2025, 7, 17}));
}

}  // namespace
}  // namespace dure
