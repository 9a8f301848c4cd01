#include "io/weather_file.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "base/calendar.h"
#include "base/decimal.h"
#include "io/doc_node.h"
#include "io/traces/csv.h"
#include "io/weather_builder.h"

namespace dure {
namespace {

Result<std::int64_t> whole(const Cell& cell, const std::string& where, std::string_view what) {
  std::string_view text = cell.text;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return Fault{where, std::string(what), quoted_text(text), ""};
  return n;
}

// ---- CSV ----

// "2021-01-01T05:00" or with a blank for the T; ":00" of seconds and "+09:00" may follow.
std::optional<std::int64_t> hour_of_text(std::string_view text) {
  if (text.ends_with("+09:00")) text.remove_suffix(6);
  if (text.size() == 19 && text.ends_with(":00")) text.remove_suffix(3);
  if (text.size() != 16 || (text[10] != 'T' && text[10] != ' ') || !text.ends_with(":00"))
    return std::nullopt;
  const std::optional<Date> day = parse_date(text.substr(0, 10));
  int hour = 0;
  const char* const end = text.data() + 13;
  const auto [stop, error] = std::from_chars(text.data() + 11, end, hour);
  if (!day || error != std::errc{} || stop != end || hour < 0 || hour > 23 || text[11] == '-')
    return std::nullopt;
  return days_from_epoch(*day) * 24 + hour;
}

constexpr std::array<std::string_view, 6> kColumns = {
    "time",       "dry_bulb_c",  "relative_humidity", "relative_humidity_pct",
    "wet_bulb_c", "pressure_kpa"};
enum Column : std::size_t { kTime, kDryBulb, kShare, kPct, kWetBulb, kKpa };

using ColumnOf = std::array<std::optional<std::size_t>, kColumns.size()>;

Result<ColumnOf> header(CsvReader& csv) {
  ColumnOf at;
  for (std::size_t i = 0; i < csv.cells().size(); ++i) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (csv.cells()[i].text != kColumns[c]) continue;
      if (at[c])
        return Fault{csv.where(csv.cells()[i]), "each column once", std::string(kColumns[c]), ""};
      at[c] = i;
    }
  }
  const auto lacks = [&](std::string_view what) {
    return Fault{csv.where(), "a column " + std::string(what), "none of that name", ""};
  };
  if (!at[kTime]) return lacks("time");
  if (!at[kDryBulb]) return lacks("dry_bulb_c");
  const int humidities = (at[kShare] ? 1 : 0) + (at[kPct] ? 1 : 0) + (at[kWetBulb] ? 1 : 0);
  if (humidities == 0) return lacks("relative_humidity, relative_humidity_pct or wet_bulb_c");
  if (humidities > 1)
    return Fault{csv.where(), "one of relative_humidity, relative_humidity_pct and wet_bulb_c",
                 std::to_string(humidities), "two could contradict each other"};
  return at;
}

// ---- EPW ----

constexpr std::size_t kEpwHeader = 8;
constexpr std::size_t kEpwFields = 10;  // up to the pressure
constexpr std::int64_t kKst = 9;

}  // namespace

Result<WeatherSeries> read_weather_csv(ByteSource source) {
  CsvReader csv(std::move(source), ',');
  switch (csv.next()) {
    case Step::item: break;
    case Step::end: return Fault{csv.name(), "a line of column names", "nothing", ""};
    case Step::fault: return csv.fault();
  }
  TRY(at, header(csv));
  WeatherBuilder builder(csv.name(), at[kWetBulb] ? Humidity::wet_bulb : Humidity::relative);
  const std::size_t columns = csv.cells().size();
  for (;;) {
    const Step step = csv.next();
    if (step == Step::fault) return csv.fault();
    if (step == Step::end) break;
    if (csv.cells().size() != columns)
      return Fault{csv.where(), std::to_string(columns) + " cells, as in the first line",
                   std::to_string(csv.cells().size()), ""};
    const Cell& time = csv.cells()[*at[kTime]];
    const std::optional<std::int64_t> hour = hour_of_text(time.text);
    if (!hour)
      return Fault{csv.where(time), "a full hour of KST, as 2021-01-01T05:00",
                   quoted_text(time.text), "of other offsets only +09:00 is KST"};
    WeatherRow row;
    const auto cell = [&](Column c, std::optional<double>& out, double scale) -> Result<Done> {
      if (!at[c] || csv.cells()[*at[c]].text.empty()) return Done{};
      const Cell& here = csv.cells()[*at[c]];
      TRY(value, weather_number(here.text, csv.where(here), kColumns[c]));
      out = value * scale;
      return Done{};
    };
    const auto faulty = [](const Result<Done>& r) { return !r; };
    for (const auto& read :
         {cell(kDryBulb, row.dry_bulb_c, 1), cell(kShare, row.relative_humidity, 1),
          cell(kPct, row.relative_humidity, 0.01), cell(kWetBulb, row.wet_bulb_c, 1),
          cell(kKpa, row.pressure_kpa, 1)}) {
      if (faulty(read)) return read.fault();
    }
    TRY(added, builder.add(*hour, row, csv.where()));
    static_cast<void>(added);
  }
  return builder.finish();
}

Result<WeatherSeries> read_epw(ByteSource source) {
  CsvReader csv(std::move(source), ',');
  std::optional<double> elevation;
  for (std::size_t line = 0; line < kEpwHeader; ++line) {
    const Step step = csv.next();
    if (step == Step::fault) return csv.fault();
    if (step == Step::end)
      return Fault{csv.name(), "eight lines before the hours", std::to_string(line),
                   "an EPW file?"};
    if (line > 0) continue;
    const auto& cells = csv.cells();
    if (cells.size() < 10 || cells[0].text != "LOCATION")
      return Fault{csv.where(), "LOCATION and nine fields", quoted_text(cells[0].text),
                   "an EPW file begins so"};
    TRY(zone, weather_number(cells[8].text, csv.where(cells[8]), "a time zone"));
    if (zone != static_cast<double>(kKst))
      return Fault{csv.where(cells[8]), "time zone 9, which is KST", quoted_text(cells[8].text),
                   ""};
    TRY(metres, weather_number(cells[9].text, csv.where(cells[9]), "an elevation in m"));
    if (!(metres >= -500 && metres <= 4000))
      return Fault{csv.where(cells[9]), "an elevation from -500 to 4000 m",
                   quoted_text(cells[9].text), ""};
    elevation = metres;
  }
  WeatherBuilder builder(csv.name(), Humidity::relative);
  // A leap day stands in a file whose months come from years that have one: then it is all of a
  // leap year, else none. 29 February is told when it comes, so hours are of 2000 until 28
  // February, and then of whichever year holds on.
  constexpr int kLeap = 2000, kCommon = 2001;
  bool leap = false;
  std::vector<std::pair<WeatherRow, std::string>> rows;
  std::vector<std::array<int, 3>> when;  // month, day, hour
  for (;;) {
    const Step step = csv.next();
    if (step == Step::fault) return csv.fault();
    if (step == Step::end) break;
    const auto& cells = csv.cells();
    if (cells.size() < kEpwFields)
      return Fault{csv.where(), "an hour of at least 10 fields", std::to_string(cells.size()), ""};
    TRY(month, whole(cells[1], csv.where(cells[1]), "a month from 1 to 12"));
    TRY(day, whole(cells[2], csv.where(cells[2]), "a day of the month"));
    TRY(hour, whole(cells[3], csv.where(cells[3]), "an hour from 1 to 24"));
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", kLeap, static_cast<int>(month % 100),
                  static_cast<int>(day % 100));
    if (month < 1 || month > 12 || day < 1 || day > 31 || !parse_date(text))
      return Fault{csv.where(cells[1]), "a day of the year",
                   quoted_text(std::string(cells[1].text) + "," + std::string(cells[2].text)), ""};
    if (hour < 1 || hour > 24)
      return Fault{csv.where(cells[3]), "an hour from 1 to 24", quoted_text(cells[3].text), ""};
    leap = leap || (month == 2 && day == 29);
    if (rows.size() >= 8784)
      return Fault{csv.where(), "at most 8784 hours", "one more", "one year to a file"};
    WeatherRow row;
    TRY(dry, weather_number(cells[6].text, csv.where(cells[6]), "a dry bulb"));
    TRY(humidity, weather_number(cells[8].text, csv.where(cells[8]), "a relative humidity"));
    TRY(pressure, weather_number(cells[9].text, csv.where(cells[9]), "a pressure"));
    if (dry < 99.9) row.dry_bulb_c = dry;  // the dictionary's words for missing
    if (humidity < 999) row.relative_humidity = humidity / 100;
    if (pressure < 999999) row.pressure_kpa = pressure / 1000;
    rows.emplace_back(row, csv.where());
    when.push_back({static_cast<int>(month), static_cast<int>(day), static_cast<int>(hour)});
  }
  const int year = leap ? kLeap : kCommon;
  const std::int64_t first = days_from_epoch({year, 1, 1}) * 24;
  const std::int64_t whole_year = leap ? 8784 : 8760;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t hour = days_from_epoch({year, when[i][0], when[i][1]}) * 24 + when[i][2] - 1;
    if (i == 0 && hour != first)
      return Fault{rows[i].second, "the first hour of 1 January", "another", "a whole year"};
    TRY(added, builder.add(hour, rows[i].first, rows[i].second));
    static_cast<void>(added);
  }
  TRY(series, builder.finish());
  if (static_cast<std::int64_t>(series.hours.size()) != whole_year)
    return Fault{rows.back().second, std::to_string(whole_year) + " hours, a whole year",
                 std::to_string(series.hours.size()), ""};
  series.typical_year = true;
  series.elevation_m = elevation;
  return std::move(series);
}

Result<WeatherSeries> read_weather(const std::string& path) {
  std::string_view name = path;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  const auto reader = name.ends_with(".epw")    ? read_epw
                      : name.ends_with(".csv")  ? read_weather_csv
                      : name.ends_with(".json") ? read_weather_json
                                                : nullptr;
  if (reader == nullptr)
    return Fault{path, "a name that ends in .epw, .csv or .json (.gz)", "", ""};
  TRY(source, ByteSource::open(path));
  return reader(std::move(source));
}

void append_weather_csv(const WeatherSeries& series, std::string& out) {
  const bool wet = !series.hours.empty() && series.hours.front().wet_bulb_c.has_value();
  const bool pressure = !series.hours.empty() && series.hours.front().pressure_kpa.has_value();
  out += wet ? "time,dry_bulb_c,wet_bulb_c" : "time,dry_bulb_c,relative_humidity";
  out += pressure ? ",pressure_kpa\n" : "\n";
  for (std::size_t i = 0; i < series.hours.size(); ++i) {
    const WeatherReading& r = series.hours[i];
    const std::int64_t hour = series.first_hour + static_cast<std::int64_t>(i);
    out += iso_kst(Millis(hour * kMsPerHour)).substr(0, 16) + ',' + decimal_text(r.dry_bulb_c) +
           ',' + decimal_text(wet ? *r.wet_bulb_c : *r.relative_humidity);
    if (pressure) out += ',' + decimal_text(*r.pressure_kpa);
    out += '\n';
  }
}

}  // namespace dure
