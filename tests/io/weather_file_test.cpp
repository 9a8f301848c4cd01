// Weather files: what they say, what is filled, and what is refused with its line.
#include "io/weather_file.h"

#include <gtest/gtest.h>

#include "base/calendar.h"
#include "traces_testing.h"

namespace dure {
namespace {

std::int64_t at(Date day, int hour) { return days_from_epoch(day) * 24 + hour; }

Result<WeatherSeries> csv(const std::string& text) {
  return read_weather_csv(ByteSource::of_memory("f.csv", text));
}
std::string refused(const std::string& text) {
  const auto s = csv(text);
  return s ? "accepted" : to_string(s.fault());
}

TEST(WeatherCsv, ReadsColumnsByName) {
  const auto s =
      csv("station,dry_bulb_c,time,relative_humidity_pct,pressure_kpa\r\n"
          "108,-9.4,2020-02-28T23:00,67,101.3\r\n"
          "108,-9.6,2020-02-29 00:00:00+09:00,65.5,101.2\r\n");
  ASSERT_TRUE(s) << to_string(s.fault());
  EXPECT_EQ(s.value().first_hour, at({2020, 2, 28}, 23));
  ASSERT_EQ(s.value().hours.size(), 2u);  // a leap day
  EXPECT_EQ(s.value().hours[1].dry_bulb_c, -9.6);
  EXPECT_NEAR(*s.value().hours[1].relative_humidity, 0.655, 1e-12);
  EXPECT_EQ(s.value().hours[1].pressure_kpa, 101.2);
  EXPECT_FALSE(s.value().hours[1].wet_bulb_c);
  EXPECT_EQ(s.value().interpolated_hours, 0);
  EXPECT_FALSE(s.value().typical_year);
}

TEST(WeatherCsv, FillsUpToThreeHoursAndCountsThem) {
  const std::string head = "time,dry_bulb_c,wet_bulb_c\n";
  const auto s = csv(head +
                     "2021-07-01T00:00,20,18\n2021-07-01T01:00,,18.5\n2021-07-01T04:00,24,20\n"
                     "2021-07-01T05:00,25,21\n");
  ASSERT_TRUE(s) << to_string(s.fault());
  ASSERT_EQ(s.value().hours.size(), 6u);
  EXPECT_EQ(s.value().interpolated_hours, 3);
  EXPECT_EQ(s.value().hours[1].dry_bulb_c, 21);
  EXPECT_EQ(s.value().hours[3].dry_bulb_c, 23);
  EXPECT_EQ(*s.value().hours[1].wet_bulb_c, 18.5);
  EXPECT_EQ(*s.value().hours[2].wet_bulb_c, 19);
  EXPECT_FALSE(s.value().hours[0].pressure_kpa);

  EXPECT_TRUE(csv(head + "2021-07-01T00:00,20,18\n2021-07-01T04:00,24,20\n"));
  EXPECT_EQ(refused(head + "2021-07-01T00:00,20,18\n2021-07-01T05:00,24,20\n"),
            "f.csv:3: expected a gap of at most 3 hours after 2021-07-01T00:00:00+09:00, found "
            "2021-07-01T05:00:00+09:00");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,20,18\n2021-07-01T01:00,,18\n2021-07-01T02:00,,18\n"
                           "2021-07-01T03:00,,18\n2021-07-01T04:00,,18\n2021-07-01T05:00,24,18\n"),
            "f.csv:3: expected a dry bulb at 2021-07-01T01:00:00+09:00, found 4 hours without one "
            "(up to 3 between two that are known are filled)");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,20,18\n2021-07-01T01:00,20,\n"),
            "f.csv:3: expected a wet bulb at 2021-07-01T01:00:00+09:00, found 1 hours without one "
            "(up to 3 between two that are known are filled)");
}

TEST(WeatherCsv, RefusesWithTheLine) {
  const std::string head = "time,dry_bulb_c,relative_humidity\n";
  EXPECT_EQ(refused(""), "f.csv: expected a line of column names, found nothing");
  EXPECT_EQ(refused(head), "f.csv: expected hours of weather, found none");
  EXPECT_EQ(refused("time,relative_humidity\n"),
            "f.csv:1: expected a column dry_bulb_c, found none of that name");
  EXPECT_EQ(refused("time,dry_bulb_c\n"),
            "f.csv:1: expected a column relative_humidity, relative_humidity_pct or wet_bulb_c, "
            "found none of that name");
  EXPECT_EQ(refused("time,dry_bulb_c,wet_bulb_c,relative_humidity\n"),
            "f.csv:1: expected one of relative_humidity, relative_humidity_pct and wet_bulb_c, "
            "found 2 (two could contradict each other)");
  EXPECT_EQ(refused("time,time,dry_bulb_c,wet_bulb_c\n"),
            "f.csv:1:6: expected each column once, found time");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,61,0.5\n"),
            "f.csv:2: expected a dry bulb in C from -40 to 60, found 61");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,25,67\n"),
            "f.csv:2: expected a relative humidity as a share of 1 from 0.01 to 1, found 67");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,25,O.5\n"),
            "f.csv:2:21: expected relative_humidity, a number, found 'O.5'");
  EXPECT_EQ(refused(head + "2021-07-01T00:00,25\n"),
            "f.csv:2: expected 3 cells, as in the first line, found 2");
  EXPECT_EQ(refused("time,dry_bulb_c,wet_bulb_c\n2021-07-01T00:00,25,25.1\n"),
            "f.csv:2: expected a wet bulb up to the dry bulb of 25, found 25.1");
  // Daylight saving: an hour that comes twice, and another offset.
  EXPECT_EQ(refused(head + "2021-07-01T01:00,25,0.5\n2021-07-01T01:00,25,0.5\n"),
            "f.csv:3: expected 2021-07-01T02:00:00+09:00 or later, found "
            "2021-07-01T01:00:00+09:00 (each hour stands once, in order; Korea has no daylight "
            "saving)");
  for (const char* time : {"2021-07-01T01:00Z", "2021-07-01T01:00+08:00", "2021-07-01T24:00",
                           "2021-07-01T01:30", "2021-02-29T01:00", "20210701", "2021-07-01T-1:00"})
    EXPECT_EQ(refused(head + time + ",25,0.5\n"),
              "f.csv:2:1: expected a full hour of KST, as 2021-01-01T05:00, found '" +
                  std::string(time) + "' (of other offsets only +09:00 is KST)");
}

TEST(WeatherCsv, WritesWhatItReads) {
  const auto s =
      csv("time,dry_bulb_c,relative_humidity,pressure_kpa\n2021-07-01T00:00,20.25,0.3,100\n"
          "2021-07-01T02:00,21,0.1,100.1\n");
  ASSERT_TRUE(s);
  std::string text;
  append_weather_csv(s.value(), text);
  const auto again = csv(text);
  ASSERT_TRUE(again) << text;
  EXPECT_EQ(again.value().hours, s.value().hours);
}

// A year of EPW; change(month, day, hour, cells) may blank or break an hour, or drop it.
template <class Change>
std::string epw(int year, const std::string& location, const Change& change) {
  std::string text = location +
                     "\nDESIGN CONDITIONS,0\nTYPICAL/EXTREME PERIODS,0\n"
                     "GROUND TEMPERATURES,0\nHOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0\n"
                     "COMMENTS 1,\"a, b\"\nCOMMENTS 2,\nDATA PERIODS,1,1,Data,Sunday,1/1,12/31\n";
  for (std::int64_t d = days_from_epoch({year, 1, 1}); d < days_from_epoch({year + 1, 1, 1}); ++d) {
    const Date day = date_of(Millis(d * kMsPerDay));
    for (int hour = 1; hour <= 24; ++hour) {
      std::string dry = "5.5", damp = "62", pressure = "101900";
      if (!change(day, hour, dry, damp, pressure)) continue;
      text += "1991," + std::to_string(day.month) + ',' + std::to_string(day.day) + ',' +
              std::to_string(hour) + ",60,A7E7," + dry + ",-1.0," + damp + ',' + pressure +
              ",0,0\n";
    }
  }
  return text;
}
const std::string kSeoul = "LOCATION,Seoul,-,KOR,IWEC Data,471080,37.57,126.97,9.0,86.0";
constexpr auto kAsIs = [](Date, int, std::string&, std::string&, std::string&) { return true; };

Result<WeatherSeries> read(const std::string& text) {
  return read_epw(ByteSource::of_memory("f.epw", text));
}

TEST(Epw, IsATypicalYear) {
  const auto s =
      read(epw(2001, kSeoul,
               [](Date day, int hour, std::string& dry, std::string& damp, std::string& pressure) {
                 if (day == Date{2001, 3, 5} && hour == 1) dry = "-7";
                 if (day == Date{2001, 3, 6} && hour == 2) dry = "99.9";  // missing
                 if (day == Date{2001, 3, 6} && hour == 9) damp = "999";  // missing
                 if (day == Date{2001, 3, 6} && hour == 9) pressure = "999999";
                 return day != Date{2001, 4, 1} || hour != 7;  // a row that is not there
               }));
  ASSERT_TRUE(s) << to_string(s.fault());
  EXPECT_TRUE(s.value().typical_year);
  EXPECT_EQ(s.value().hours.size(), 8760u);
  EXPECT_EQ(s.value().elevation_m, 86);
  EXPECT_EQ(s.value().interpolated_hours, 3);
  EXPECT_EQ(s.value().hours[0].dry_bulb_c, 5.5);
  EXPECT_EQ(*s.value().hours[0].relative_humidity, 0.62);
  EXPECT_EQ(*s.value().hours[0].pressure_kpa, 101.9);
  // Hour 1 of the file is the hour that begins at midnight.
  EXPECT_EQ(s.value().hours[static_cast<std::size_t>(31 + 28 + 4) * 24].dry_bulb_c, -7);
  const auto leap = read(epw(2000, kSeoul, kAsIs));
  ASSERT_TRUE(leap) << to_string(leap.fault());
  EXPECT_EQ(leap.value().hours.size(), 8784u);
}

TEST(Epw, RefusesWithTheLine) {
  const auto refusal = [](const std::string& text) {
    const auto s = read(text);
    return s ? "accepted" : to_string(s.fault());
  };
  EXPECT_EQ(refusal("LOCATION,Seoul\n"),
            "f.epw:1: expected LOCATION and nine fields, found 'LOCATION' (an EPW file begins so)");
  EXPECT_EQ(refusal(kSeoul + "\nx\n"),
            "f.epw: expected eight lines before the hours, found 2 (an EPW file?)");
  EXPECT_EQ(refusal(epw(2001, "LOCATION,X,-,CHN,x,1,37,126,8.0,86.0", kAsIs)),
            "f.epw:1:29: expected time zone 9, which is KST, found '8.0'");
  const auto broken = [&](const std::string& cell) {
    return refusal(
        epw(2001, kSeoul, [&](Date day, int hour, std::string& dry, std::string&, std::string&) {
          if (day == Date{2001, 1, 1} && hour == 5) dry = cell;
          return true;
        }));
  };
  EXPECT_EQ(broken("-41"), "f.epw:13: expected a dry bulb in C from -40 to 60, found -41");
  EXPECT_EQ(broken("warm"), "f.epw:13:20: expected a dry bulb, a number, found 'warm'");
  const auto without = [&](auto drop) {
    return refusal(
        epw(2001, kSeoul, [&](Date day, int hour, std::string&, std::string&, std::string&) {
          return !drop(day, hour);
        }));
  };
  EXPECT_EQ(without([](Date day, int hour) {
              return day == Date{2001, 1, 1} && hour > 4 && hour < 9;
            }),
            "f.epw:13: expected a gap of at most 3 hours after 2001-01-01T03:00:00+09:00, found "
            "2001-01-01T08:00:00+09:00");
  EXPECT_EQ(without([](Date day, int hour) {
              return day == Date{2001, 1, 1} && hour == 1;
            }),
            "f.epw:9: expected the first hour of 1 January, found another (a whole year)");
  EXPECT_EQ(without([](Date day, int) { return day.month == 12; }),
            "f.epw:8024: expected 8760 hours, a whole year, found 8016");
}

Result<WeatherSeries> json(const std::string& text) {
  return read_weather_json(ByteSource::of_memory("f.json", text));
}

TEST(WeatherJson, ReadsTheArchive) {
  const std::string good =
      R"({"utc_offset_seconds":32400,"elevation":33.0,"hourly":{"time":["2021-01-01T00:00",)"
      R"("2021-01-01T01:00","2021-01-01T02:00"],"temperature_2m":[-9.4,null,-9.0],)"
      R"("relative_humidity_2m":[67,67,65]}})";
  const auto s = json(good);
  ASSERT_TRUE(s) << to_string(s.fault());
  EXPECT_EQ(s.value().first_hour, at({2021, 1, 1}, 0));
  EXPECT_NEAR(s.value().hours[1].dry_bulb_c, -9.2, 1e-12);
  EXPECT_EQ(s.value().interpolated_hours, 1);
  EXPECT_EQ(s.value().elevation_m, 33);
  const auto with = [&](const std::string& old, const std::string& fresh) {
    std::string text = good;
    const auto r = json(text.replace(text.find(old), old.size(), fresh));
    return r ? "accepted" : to_string(r.fault());
  };
  EXPECT_EQ(with("32400", "0"),
            "f.json: utc_offset_seconds: expected 32400, which is KST, found "
            "'0' (ask for timezone=Asia/Seoul)");
  EXPECT_EQ(with("-9.4", "94"),
            "f.json: hourly[0]: expected a dry bulb in C from -40 to 60, found 94");
  EXPECT_EQ(with("-9.4,", ""),
            "f.json: hourly: expected lists as long as time, found another length");
  EXPECT_EQ(with("01T02:00", "01T25:00"),
            "f.json: hourly.time[2]: expected a full hour, as 2021-01-01T05:00, found "
            "'\"2021-01-01T25:00\"'");
  EXPECT_FALSE(json("{"));
  EXPECT_FALSE(json(std::string(100'000, '[')));
}

TEST(WeatherFile, IsToldByItsName) {
  const TempFolder folder;
  const std::string text = "time,dry_bulb_c,relative_humidity\n2021-07-01T00:00,20,0.5\n";
  EXPECT_TRUE(read_weather(folder.put("a.csv", text)));
  EXPECT_FALSE(read_weather(folder.put("a.epw", text)));
  EXPECT_EQ(to_string(read_weather(folder.put("a.txt", text)).fault()),
            (folder / "a.txt") + ": expected a name that ends in .epw, .csv or .json (.gz)");
  EXPECT_FALSE(read_weather(folder / "none.csv"));
}

}  // namespace
}  // namespace dure
