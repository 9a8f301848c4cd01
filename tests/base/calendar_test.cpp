// Civil time of Korea: every day from 1600 to 2400, and texts that are no dates.
#include "base/calendar.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

int days_in(int year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

TEST(Calendar, EveryDayRoundTrips) {
  // Counted on from 1600-01-01, a Saturday 135,140 days before the epoch.
  std::int64_t day = -135'140;
  int weekday = 5;
  for (int year = 1600; year <= 2400; ++year)
    for (int month = 1; month <= 12; ++month)
      for (int d = 1; d <= days_in(year, month); ++d, ++day, weekday = (weekday + 1) % 7) {
        const Date date{year, month, d};
        ASSERT_EQ(days_from_epoch(date), day) << to_string(date);
        ASSERT_EQ(date_of(midnight(date)), date);
        ASSERT_EQ(date_of(midnight(date) + Millis(kMsPerDay - 1)), date);
        ASSERT_EQ(weekday_of(midnight(date)), weekday) << to_string(date);
        ASSERT_EQ(parse_date(to_string(date)), date);
        ASSERT_EQ(quarter_of(date), (month + 2) / 3);
      }
  EXPECT_EQ(day, days_from_epoch({2401, 1, 1}));
}

TEST(Calendar, KnownDays) {
  EXPECT_EQ(days_from_epoch({1970, 1, 1}), 0);
  EXPECT_EQ(weekday_of(Millis(0)), 3);                // a Thursday
  EXPECT_EQ(weekday_of(midnight({2000, 2, 29})), 1);  // a Tuesday
  EXPECT_EQ(weekday_of(midnight({2030, 10, 3})), 3);  // a Thursday
  EXPECT_EQ(weekday_of(midnight({1945, 8, 15})), 2);  // a Wednesday
  EXPECT_EQ(midnight({2030, 10, 1}).count(), 1'917'043'200'000);
}

TEST(Calendar, HoursAreThoseOfKorea) {
  const Millis day = midnight({2030, 10, 1});
  for (int h = 0; h < 24; ++h) {
    EXPECT_EQ(hour_of_day(day + Millis(h * kMsPerHour)), h);
    EXPECT_EQ(hour_of_day(day + Millis((h + 1) * kMsPerHour - 1)), h);
  }
  EXPECT_EQ(hour_of_day(Millis(-1)), 23);
  EXPECT_EQ(weekday_of(Millis(-1)), 2);
  EXPECT_EQ(date_of(Millis(-1)), (Date{1969, 12, 31}));
  EXPECT_EQ(iso_kst(day + Millis(9 * kMsPerHour + 61'999)), "2030-10-01T09:01:01+09:00");
  EXPECT_EQ(iso_kst(Millis(-1)), "1969-12-31T23:59:59+09:00");
}

TEST(Calendar, QuartersFollowEachOther) {
  Date d{2025, 10, 1};
  for (const Date expected :
       {Date{2026, 1, 1}, {2026, 4, 1}, {2026, 7, 1}, {2026, 10, 1}, {2027, 1, 1}}) {
    d = next_quarter(d);
    EXPECT_EQ(d, expected);
  }
  EXPECT_EQ(next_quarter({2025, 12, 31}), (Date{2026, 1, 1}));
}

TEST(Calendar, DatesAndNothingElse) {
  EXPECT_EQ(parse_date("2030-10"), (Date{2030, 10, 1}));
  EXPECT_EQ(parse_date("2028-02-29"), (Date{2028, 2, 29}));
  for (const char* bad :
       {"",           "2030",       "2030-",      "2030-1",     "2030-13",    "2030-00",
        "2030-10-00", "2030-10-32", "2030-02-29", "2100-02-29", "2030-04-31", " 2030-10",
        "2030-10 ",   "2030/10",    "2030-10-1",  "2030-1-01",  "20301001",   "+203-10",
        "-203-10",    "-000-01",    "2030--1",    "2030-10--1", "2030-+1-01", "2030-10-01T00:00",
        "2O30-10",    "２030"})
    EXPECT_EQ(parse_date(bad), std::nullopt) << bad;
}

TEST(Calendar, DurationsAndNothingElse) {
  EXPECT_EQ(parse_duration("250ms"), Millis(250));
  EXPECT_EQ(parse_duration("900s"), Millis(900'000));
  EXPECT_EQ(parse_duration("15m"), Millis(900'000));
  EXPECT_EQ(parse_duration("24h"), Millis(kMsPerDay));
  EXPECT_EQ(parse_duration("7d"), Millis(7 * kMsPerDay));
  EXPECT_EQ(parse_duration("0s"), Millis(0));
  for (const char* bad : {"", "s", "5", "5 s", " 5s", "5s ", "5S", "-5s", "-0s", "+5s", "5.5s",
                          "5min", "1e3s", "9223372036854775807d", "9223372036854775808ms", "5ss"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_duration("9223372036854775807ms"), Millis(INT64_MAX));
}

}  // namespace
}  // namespace dure
