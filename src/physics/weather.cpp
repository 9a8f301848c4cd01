#include "physics/weather.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/decimal.h"
#include "physics/monthly_curve.h"
#include "physics/psychrometrics.h"
#include "physics/weather_noise.h"
#include "physics/weather_normals.h"

namespace dure {
namespace {

constexpr double kHoursPerYear = 8766;
constexpr double kDriest = 0.05;  // Korea's driest hours have 4 to 6 percent (recalled)

Monthly twelve(const std::vector<double>& v) {
  CHECK(v.size() == kMonths);  // described so
  Monthly m{};
  std::copy(v.begin(), v.end(), m.begin());
  return m;
}

std::int64_t day_of(std::int64_t hour) { return hour / 24 - (hour % 24 < 0 ? 1 : 0); }

Fault fault(std::string where, std::string expected, std::string found, std::string hint = "") {
  return {std::move(where), std::move(expected), std::move(found), std::move(hint)};
}

template <class Row, class Key>
const Row* row_of(const std::vector<Row>& rows, Key Row::*key, std::string_view id) {
  for (const Row& row : rows) {
    if (row.*key == id) return &row;
  }
  return nullptr;
}

bool names_region(const ClimateSpec& c, const std::string& region) {
  return row_of(c.stations, &ClimateStation::region, region) != nullptr ||
         row_of(c.droughts, &DroughtSpec::region, region) != nullptr;
}

std::string row_name(std::string_view list, std::size_t i) {
  return "climate." + std::string(list) + "[" + std::to_string(i) + "]";
}

// What hangs together over several fields.
// where: of the station, or of what is also called so.
Result<Done> check_station(const ClimateSpec& c, const ClimateStation& s, const ClimateName& add,
                           const std::string& where) {
  for (std::size_t m = 0; m < kMonths; ++m) {
    const double mean = s.mean_c[m] + add.mean_add_c, max = s.mean_daily_max_c[m] + add.max_add_c;
    const double min = s.mean_daily_min_c[m] + add.min_add_c;
    if (!(min < mean && mean < max && std::fabs(lean_of(mean, max, min)) <= 1))
      return fault(where + ": month " + std::to_string(m + 1),
                   "a mean in the middle quarter between daily minimum and maximum",
                   decimal_text(min) + ", " + decimal_text(mean) + ", " + decimal_text(max));
  }
  if (!s.coast.empty() && row_of(c.sea_water, &SeaWater::coast, s.coast) == nullptr)
    return fault(where, "a coast of sea_water", s.coast);
  return Done{};
}

Result<Done> check_climate(const ClimateSpec& c) {
  if (c.stations.empty()) return fault("climate.stations", "a station", "none");
  for (std::size_t i = 0; i < c.stations.size(); ++i) {
    const ClimateStation& s = c.stations[i];
    if (row_of(c.stations, &ClimateStation::id, s.id) != &s)
      return fault(row_name("stations", i), "stations with different ids", s.id + " twice");
    TRY(station, check_station(c, s, {}, row_name("stations", i)));
    static_cast<void>(station);
  }
  for (std::size_t i = 0; i < c.names.size(); ++i) {
    const ClimateName& n = c.names[i];
    const std::string where = row_name("names", i);
    const ClimateStation* const s = row_of(c.stations, &ClimateStation::id, n.use);
    if (s == nullptr) return fault(where, "the id of a station", n.use);
    if (row_of(c.names, &ClimateName::name, n.name) != &n)
      return fault(where, "names that differ", n.name + " twice");
    TRY(name, check_station(c, *s, n, where));
    static_cast<void>(name);
  }
  const HeatWaveSpec& h = c.heat_wave;
  if (!(h.first_day <= h.peak_day && h.peak_day <= h.last_day))
    return fault("climate.heat_wave", "first_day <= peak_day <= last_day",
                 std::to_string(h.first_day) + ", " + std::to_string(h.peak_day) + ", " +
                     std::to_string(h.last_day));
  if (h.length_p90_days < h.length_median_days)
    return fault("climate.heat_wave", "length_p90_days of at least the median",
                 decimal_text(h.length_p90_days));
  if (!(c.generator.least_c < c.generator.most_c))
    return fault("climate.generator", "least_c below most_c", decimal_text(c.generator.least_c));
  for (std::size_t i = 0; i < c.droughts.size(); ++i) {
    const DroughtSpec& d = c.droughts[i];
    if (d.serious_per_year > d.alerts_per_year)
      return fault(row_name("droughts", i), "serious_per_year up to alerts_per_year",
                   decimal_text(d.serious_per_year));
    if (d.p90_days < d.mean_days)
      return fault(row_name("droughts", i), "p90_days of at least mean_days",
                   decimal_text(d.p90_days));
  }
  return Done{};
}

Result<Done> check_options(const ClimateSpec& c, const WeatherOptions& o) {
  constexpr std::int64_t kFirst = -100 * 8766, kLast = 200 * 8766;  // 1870 to 2169
  if (o.hours < 1 || o.first_hour < kFirst || o.first_hour > kLast ||
      o.hours > kLast - o.first_hour)
    return fault("weather", "hours from 1870 to 2169, one or more",
                 std::to_string(o.first_hour) + " + " + std::to_string(o.hours));
  if (!(o.shift_c >= -5 && o.shift_c <= 10))
    return fault("weather", "a climate shift from -5 to 10 C", decimal_text(o.shift_c));
  for (const WeatherEventSpec& e : o.events) {
    const std::string where = "weather_events[" + e.id + "]";
    if (e.to < e.from)
      return fault(where, "a last day on or after the first, " + to_string(e.from),
                   to_string(e.to));
    if (e.kind == WeatherEventKind::heat_wave && !(e.add_c > 0 && e.add_c <= 15))
      return fault(where, "add_c above 0, up to 15", decimal_text(e.add_c));
    if (e.kind == WeatherEventKind::drought && e.stage == DroughtStage::normal)
      return fault(where, "a stage worse than normal", "normal");
    for (const std::string& region : e.regions) {
      if (!names_region(c, region)) return fault(where, "a region of the climate", region);
    }
  }
  return Done{};
}

bool hits(const WeatherEventSpec& e, WeatherEventKind kind, const std::string& region,
          std::int64_t day) {
  return e.kind == kind && days_from_epoch(e.from) <= day && day <= days_from_epoch(e.to) &&
         (e.regions.empty() ||
          std::find(e.regions.begin(), e.regions.end(), region) != e.regions.end());
}

}  // namespace

std::int64_t hour_of(Date day) { return days_from_epoch(day) * 24; }

struct Weather::Builder {
  const ClimateSpec& c;
  const WeatherOptions& o;
  std::int64_t first_day;
  std::size_t days;
  std::vector<double> position, warming;  // of noons
  std::vector<NoonLaw> month_laws, laws;
  HeatDays heat;
  NoiseField warm, damp, span;

  static std::vector<NoisePlace> noise_places(const ClimateSpec& c) {
    std::vector<NoisePlace> out;
    for (const ClimateStation& s : c.stations)
      out.push_back({s.id, s.lat_deg, s.lon_deg, s.shared_noise});
    return out;
  }
  static std::vector<NoonLaw> by_month(const WeatherGenerator& g) {
    std::vector<NoonLaw> out;
    for (const double lag1 : g.daily_noise_lag1) out.push_back(noon_law(lag1));
    return out;
  }
  static std::vector<NoonLaw> by_day(const std::vector<NoonLaw>& months, std::int64_t first_day,
                                     std::size_t days) {
    std::vector<NoonLaw> out;
    for (std::size_t d = 0; d < days; ++d) {
      const Date date = date_of(Millis((first_day + static_cast<std::int64_t>(d)) * kMsPerDay));
      out.push_back(months[static_cast<std::size_t>(date.month - 1)]);
    }
    return out;
  }

  Builder(const ClimateSpec& climate, const WeatherOptions& options, std::int64_t first,
          std::size_t count)
      : c(climate),
        o(options),
        first_day(first),
        days(count),
        month_laws(by_month(c.generator)),
        laws(by_day(month_laws, first, count)),
        heat(heat_days(c.heat_wave, o.seed, first, static_cast<std::int64_t>(count))),
        warm(noise_places(c), c.generator.correlation_km, o.seed, "weather/warm", first, laws),
        damp(noise_places(c), c.generator.correlation_km, o.seed, "weather/damp", first, laws),
        span(noise_places(c), c.generator.correlation_km, o.seed, "weather/span", first, laws) {
    const double base_hour = (c.trend.base_year - 1970) * kHoursPerYear;
    for (std::size_t d = 0; d < days; ++d) {
      const std::int64_t day = first_day + static_cast<std::int64_t>(d);
      position.push_back(year_position(date_of(Millis(day * kMsPerDay)), 12));
      const double years = (static_cast<double>(day * 24 + 12) - base_hour) / kHoursPerYear;
      warming.push_back(c.trend.c_per_decade * years / 10 + o.shift_c);
    }
  }

  Place place(std::size_t station, const ClimateName& add) const {
    const ClimateStation& s = c.stations[station];
    const WeatherGenerator& g = c.generator;
    Monthly mean{}, range{}, dew{}, lean{}, sd{}, dew_sd{}, own{};
    for (std::size_t m = 0; m < kMonths; ++m) {
      MonthNormal n;
      n.mean_c = s.mean_c[m] + add.mean_add_c;
      n.max_c = s.mean_daily_max_c[m] + add.max_add_c;
      n.min_c = s.mean_daily_min_c[m] + add.min_add_c;
      n.rh = s.mean_rh_pct[m] / 100;
      n.shape = {g.hour_of_min[m], s.hour_of_max, lean_of(n.mean_c, n.max_c, n.min_c)};
      const double scale = m <= 2 || m >= 10 ? s.winter_noise_scale : 1;
      n.sd_c = g.daily_noise_sd_c[m] * scale;
      n.law = month_laws[m];
      n.dew_sd_c = g.dew_noise_sd_c[m] * scale;
      n.dew_correlation = g.dew_noise_correlation[m];
      mean[m] = n.mean_c;
      range[m] = kept_range_c(n);
      dew[m] = kept_dew_point_c(n, range[m]);
      lean[m] = n.shape.lean;
      sd[m] = n.sd_c * n.law.scale;
      dew_sd[m] = n.dew_sd_c * n.law.scale;
      own[m] = n.dew_correlation;
    }
    const MonthlyCurve mean_of(mean), range_of(range), dew_of(dew);
    const bool sea = !s.coast.empty();
    const MonthlyCurve sea_of(sea ? twelve(row_of(c.sea_water, &SeaWater::coast, s.coast)->mean_c)
                                  : Monthly{});
    Place p{add.name.empty() ? s.id : add.name,
            station_pressure_kpa(s.elevation_m),
            s.hour_of_max,
            sea,
            {}};
    p.noons.reserve(days);
    for (std::size_t d = 0; d < days; ++d) {
      const auto m = static_cast<std::size_t>(position[d]);
      const double warm_z = warm.at(station, d);
      const double damp_z = own[m] * warm_z + std::sqrt(1 - own[m] * own[m]) * damp.at(station, d);
      double heat_c = heat.add_c[d] - heat.mean_c[d];
      for (const WeatherEventSpec& e : o.events) {
        if (hits(e, WeatherEventKind::heat_wave, s.region,
                 first_day + static_cast<std::int64_t>(d)))
          heat_c = std::max(heat_c, e.add_c);
      }
      const double spread = std::clamp(g.daily_range_spread * span.at(station, d), -0.8, 0.8);
      p.noons.push_back({mean_of.at(position[d]) + warming[d] + sd[m] * warm_z + heat_c,
                         std::max(0.5, range_of.at(position[d])) * (1 + spread),
                         dew_of.at(position[d]) + c.trend.dew_share * warming[d] +
                             dew_sd[m] * damp_z + c.heat_wave.dew_share * heat_c,
                         lean[m], g.hour_of_min[m], sea ? sea_of.at(position[d]) : 0});
    }
    return p;
  }

  Dry dry(const DroughtSpec& spec) const {
    Dry out{spec.region, drought_days(spec, c.drought_course, o.seed, first_day,
                                      static_cast<std::int64_t>(days))};
    state(out);
    return out;
  }
  void state(Dry& dry) const {
    for (std::size_t d = 0; d < days; ++d) {
      for (const WeatherEventSpec& e : o.events) {
        if (hits(e, WeatherEventKind::drought, dry.region,
                 first_day + static_cast<std::int64_t>(d)))
          dry.days[d] = std::max(dry.days[d], e.stage);
      }
    }
  }
};

Result<Weather> Weather::make(const ClimateSpec& climate, const WeatherOptions& options) {
  TRY(spec_ok, check_climate(climate));
  static_cast<void>(spec_ok);
  TRY(options_ok, check_options(climate, options));
  static_cast<void>(options_ok);
  Weather w;
  w.first_hour_ = options.first_hour;
  w.hours_ = options.hours;
  w.first_day_ = day_of(options.first_hour) - 1;
  w.least_c_ = climate.generator.least_c;
  w.most_c_ = climate.generator.most_c;
  const std::int64_t last_day = day_of(options.first_hour + options.hours - 1) + 1;
  const Builder builder(climate, options, w.first_day_,
                        static_cast<std::size_t>(last_day - w.first_day_ + 1));
  for (std::size_t i = 0; i < climate.stations.size(); ++i)
    w.places_.push_back(builder.place(i, {}));
  for (const ClimateName& n : climate.names) {
    const ClimateStation* const s = row_of(climate.stations, &ClimateStation::id, n.use);
    w.places_.push_back(builder.place(static_cast<std::size_t>(s - climate.stations.data()), n));
  }
  for (const DroughtSpec& d : climate.droughts) w.dry_.push_back(builder.dry(d));
  for (const ClimateStation& s : climate.stations) {  // regions without droughts of their own
    if (row_of(w.dry_, &Dry::region, s.region) != nullptr) continue;
    Dry dry{s.region, std::vector<DroughtStage>(builder.days, DroughtStage::normal)};
    builder.state(dry);
    w.dry_.push_back(std::move(dry));
  }
  return w;
}

std::optional<std::size_t> Weather::place(std::string_view name) const {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].name == name) return i;
  }
  return std::nullopt;
}

HourlyWeather Weather::at(std::size_t place, std::int64_t hour) const {
  CHECK(place < places_.size() && hour >= first_hour_ && hour - first_hour_ < hours_);
  const Place& p = places_[place];
  const std::int64_t day = day_of(hour);
  const auto hour_of_day = static_cast<double>(hour - 24 * day);
  const auto today = static_cast<std::size_t>(day - first_day_);
  // The noons before and after the hour, and how far it is between them.
  const bool morning = hour_of_day < 12;
  const Noon& before = p.noons[today - (morning ? 1 : 0)];
  const Noon& after = p.noons[today + (morning ? 0 : 1)];
  const double share = (hour_of_day + (morning ? 12 : -12)) / 24;
  const auto between = [&](double Noon::*value) {
    return before.*value + share * (after.*value - before.*value);
  };
  const DayShape shape{between(&Noon::hour_of_min), p.hour_of_max, between(&Noon::lean)};
  HourlyWeather w;
  w.pressure_kpa = p.pressure_kpa;
  if (p.by_the_sea) w.sea_c = between(&Noon::sea_c);
  const double dry = between(&Noon::mean_c) + between(&Noon::range_c) * shape.at(hour_of_day);
  w.dry_bulb_c = std::clamp(dry, least_c_, most_c_);
  w.beyond_range = w.dry_bulb_c != dry;
  const double dew = std::clamp(between(&Noon::dew_c), -90.0, 90.0);
  w.relative_humidity = std::clamp(
      saturation_pressure_kpa(dew) / saturation_pressure_kpa(w.dry_bulb_c), kDriest, 1.0);
  w.wet_bulb_c = wet_bulb_c(w.dry_bulb_c, w.relative_humidity, w.pressure_kpa);
  return w;
}

DroughtStage Weather::drought(std::string_view region, std::int64_t hour) const {
  CHECK(hour >= first_hour_ && hour - first_hour_ < hours_);
  const Dry* const dry = row_of(dry_, &Dry::region, region);
  if (dry == nullptr) return DroughtStage::normal;
  return dry->days[static_cast<std::size_t>(day_of(hour) - first_day_)];
}

}  // namespace dure
