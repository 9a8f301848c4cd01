#include "validate/weather_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/check.h"
#include "io/weather_file.h"
#include "physics/measured_weather.h"
#include "physics/weather.h"

namespace dure {
namespace {

constexpr int kYears[] = {2021, 2023};
constexpr double kZeroK = 273.15, kHotC = 30;
constexpr std::size_t kMonthsOfYear = 12;

// The bars were set before the generator was run, from how far two single years can lie from a
// climate (a winter month's mean has a standard deviation of 1.5 K) and from what a cell of a
// reanalysis and a station in the city differ by.
struct Compared {
  const char *table, *quantity, *unit, *note;
  double bar_pct;
};
enum Kind : std::size_t { kMean, kMax, kMin, kWet, kSpread, kLag, kKinds };
constexpr std::array<Compared, kKinds> kQuantities{{
    {"weather/mean", "monthly mean of the dry bulb", "K", "", 0.5},
    {"weather/daily_max", "monthly mean of the daily maximum", "K", "", 0.7},
    {"weather/daily_min", "monthly mean of the daily minimum", "K", "", 0.7},
    {"weather/wet_bulb", "monthly mean of the wet bulb", "K", "", 0.5},
    {"weather/hourly_sd", "standard deviation of a month's hours", "K", "", 20},
    {"weather/lag_24h", "correlation of an hour with that of the next day", "1",
     "deviations from the month's mean of that hour of the day", 25},
}};
constexpr double kHotBarPct = 35;

struct Month {
  double sum = 0, squares = 0, max = 0, min = 0, wet = 0;
  std::vector<double> hours;
  double days = 0;
};

using Values = std::array<std::array<double, kKinds>, kMonthsOfYear>;
struct YearFigures {
  Values months{};
  double hot_hours = 0;
};

double lag_24h(const std::vector<double>& hours) {
  std::array<double, 24> mean{};
  const std::size_t days = hours.size() / 24;
  for (std::size_t i = 0; i < hours.size(); ++i)
    mean[i % 24] += hours[i] / static_cast<double>(days);
  double product = 0, before = 0, after = 0;
  for (std::size_t i = 0; i + 24 < hours.size(); ++i) {
    const double a = hours[i] - mean[i % 24], b = hours[i + 24] - mean[i % 24];
    product += a * b;
    before += a * a;
    after += b * b;
  }
  return product / std::sqrt(before * after);
}

template <class At>
YearFigures figures(int year, const At& at) {
  YearFigures out;
  std::array<Month, kMonthsOfYear> months;
  const std::int64_t first = days_from_epoch({year, 1, 1}),
                     last = days_from_epoch({year + 1, 1, 1});
  for (std::int64_t day = first; day < last; ++day) {
    Month& m = months[static_cast<std::size_t>(date_of(Millis(day * kMsPerDay)).month - 1)];
    double most = -1e9, least = 1e9;
    for (std::int64_t h = 0; h < 24; ++h) {
      const HourlyWeather w = at(day * 24 + h);
      m.sum += w.dry_bulb_c;
      m.wet += w.wet_bulb_c;
      m.hours.push_back(w.dry_bulb_c);
      most = std::max(most, w.dry_bulb_c);
      least = std::min(least, w.dry_bulb_c);
      if (w.dry_bulb_c > kHotC) out.hot_hours += 1;
    }
    m.max += most;
    m.min += least;
    m.days += 1;
  }
  for (std::size_t i = 0; i < kMonthsOfYear; ++i) {
    const Month& m = months[i];
    const auto n = static_cast<double>(m.hours.size());
    const double mean = m.sum / n;
    double squares = 0;
    for (const double t : m.hours) squares += (t - mean) * (t - mean);
    out.months[i] = {mean + kZeroK,      m.max / m.days + kZeroK, m.min / m.days + kZeroK,
                     m.wet / n + kZeroK, std::sqrt(squares / n),  lag_24h(m.hours)};
  }
  return out;
}

Result<YearFigures> generated(const ClimateSpec& climate, int year) {
  YearFigures sum;
  for (int seed = 1; seed <= kWeatherSeeds; ++seed) {
    WeatherOptions options;
    options.first_hour = hour_of({year, 1, 1});
    options.hours = hour_of({year + 1, 1, 1}) - options.first_hour;
    options.seed = static_cast<std::uint64_t>(seed);
    TRY(weather, Weather::make(climate, options));
    const auto place = weather.place("seoul");
    if (!place) return Fault{"climate", "a station seoul", "none", ""};
    const YearFigures one =
        figures(year, [&](std::int64_t hour) { return weather.at(*place, hour); });
    for (std::size_t m = 0; m < kMonthsOfYear; ++m) {
      for (std::size_t k = 0; k < kKinds; ++k) sum.months[m][k] += one.months[m][k] / kWeatherSeeds;
    }
    sum.hot_hours += one.hot_hours / kWeatherSeeds;
  }
  return sum;
}

Result<YearFigures> measured(const std::string& data, int year) {
  constexpr double kElevationM = 33;  // where the file does not say
  TRY(series, read_weather(data + "/traces/weather-kr/Seoul_" + std::to_string(year) + ".json.gz"));
  TRY(weather, MeasuredWeather::make(series, kElevationM));
  const std::int64_t first = hour_of({year, 1, 1});
  TRY(whole, weather.covers(first, hour_of({year + 1, 1, 1}) - first));
  static_cast<void>(whole);
  return figures(year, [&](std::int64_t hour) { return weather.at(hour); });
}

}  // namespace

Result<std::vector<ValidationTable>> weather_tables(const ClimateSpec& climate,
                                                    const std::string& data) {
  std::vector<ValidationTable> tables;
  for (const Compared& q : kQuantities)
    tables.push_back({q.table, q.quantity, q.unit, q.note, q.bar_pct, {}});
  ValidationTable hot{
      "weather/hot_hours", "hours of a year above 30 C", "hours", "", kHotBarPct, {}};
  for (const int year : kYears) {
    TRY(truth, measured(data, year));
    TRY(model, generated(climate, year));
    const std::string group = std::to_string(year);
    for (std::size_t m = 0; m < kMonthsOfYear; ++m) {
      char id[16];
      std::snprintf(id, sizeof id, "%d-%02d", year, static_cast<int>(m) + 1);
      for (std::size_t k = 0; k < kKinds; ++k)
        tables[k].rows.push_back({id, group, model.months[m][k], truth.months[m][k]});
    }
    hot.rows.push_back({group, group, model.hot_hours, truth.hot_hours});
  }
  tables.push_back(std::move(hot));
  return tables;
}

}  // namespace dure
