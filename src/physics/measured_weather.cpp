#include "physics/measured_weather.h"

#include "base/check.h"
#include "physics/psychrometrics.h"

namespace dure {

Result<MeasuredWeather> MeasuredWeather::make(const WeatherSeries& series, double elevation_m) {
  const double standard_kpa = station_pressure_kpa(series.elevation_m.value_or(elevation_m));
  MeasuredWeather m;
  m.name_ = series.name;
  m.typical_year_ = series.typical_year;
  m.leap_ = series.hours.size() == 8784;
  m.first_hour_ = series.first_hour;
  m.hours_.reserve(series.hours.size());
  for (std::size_t i = 0; i < series.hours.size(); ++i) {
    const WeatherReading& r = series.hours[i];
    const std::int64_t hour = series.first_hour + static_cast<std::int64_t>(i);
    const auto where = [&] { return series.name + ": " + iso_kst(Millis(hour * kMsPerHour)); };
    HourlyWeather w;
    w.dry_bulb_c = r.dry_bulb_c;
    w.pressure_kpa = r.pressure_kpa.value_or(standard_kpa);
    if (r.relative_humidity) {
      w.relative_humidity = *r.relative_humidity;
    } else {
      CHECK(r.wet_bulb_c.has_value());  // invariant 2 of WeatherSeries
      TRY(humidity, humidity_of_wet_bulb(where(), r.dry_bulb_c, *r.wet_bulb_c, w.pressure_kpa));
      w.relative_humidity = humidity;
    }
    if (!air_in_range(w.dry_bulb_c, w.relative_humidity, w.pressure_kpa)) {
      TRY(ok, check_air(where(), w.dry_bulb_c, w.relative_humidity, w.pressure_kpa));
      static_cast<void>(ok);
    }
    w.wet_bulb_c = r.wet_bulb_c ? *r.wet_bulb_c
                                : wet_bulb_c(w.dry_bulb_c, w.relative_humidity, w.pressure_kpa);
    m.hours_.push_back(w);
  }
  if (m.hours_.empty()) return Fault{series.name, "hours of weather", "none", ""};
  if (m.typical_year_ && m.hours_.size() != 8760 && m.hours_.size() != 8784)
    return Fault{series.name, "a typical year of 8760 or 8784 hours",
                 std::to_string(m.hours_.size()), ""};
  return m;
}

Result<Done> MeasuredWeather::covers(std::int64_t first_hour, std::int64_t hours) const {
  const auto size = static_cast<std::int64_t>(hours_.size());
  if (typical_year_ ||
      (first_hour >= first_hour_ && hours <= size && first_hour - first_hour_ <= size - hours))
    return Done{};
  const auto text = [](std::int64_t hour) { return iso_kst(Millis(hour * kMsPerHour)); };
  return Fault{name_, "weather from " + text(first_hour) + " to " + text(first_hour + hours),
               text(first_hour_) + " to " + text(first_hour_ + size), ""};
}

HourlyWeather MeasuredWeather::at(std::int64_t hour) const {
  std::int64_t i = hour - first_hour_;
  if (typical_year_) {
    const Date day = date_of(Millis(hour * kMsPerHour));
    Date same{leap_ ? 2000 : 2001, day.month, day.day};
    if (!leap_ && day.month == 2 && day.day == 29) same.day = 28;
    i = (days_from_epoch(same) - days_from_epoch({same.year, 1, 1})) * 24 +
        hour_of_day(Millis(hour * kMsPerHour));
  }
  CHECK(i >= 0 && i < static_cast<std::int64_t>(hours_.size()));
  return hours_[static_cast<std::size_t>(i)];
}

}  // namespace dure
