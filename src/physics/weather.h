// The weather of a scenario's places, hour by hour. Model, sources and error:
// docs/models/weather.md. Invariants: 1. An hour is a function of (climate, seed, shift, events,
// place, hour): neither the
//                window nor what was asked before moves it, and equal input gives equal bytes.
//             2. Over many seeds the monthly means of temperature (without trend and shift) and of
//                its daily range are those of the climate.
//             3. Every hour is air in range (check_air), and beyond_range where it was held there.
// Units: hours and days count from 1970-01-01T00:00 KST; an hour's values are those at its start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "physics/weather_events.h"
#include "world/climate_spec.h"

namespace dure {

struct HourlyWeather {
  double dry_bulb_c = 0, wet_bulb_c = 0;
  double relative_humidity = 0;  // share of 1
  double pressure_kpa = 0;
  std::optional<double> sea_c;  // near a coast that the climate knows
  bool beyond_range = false;    // held at the limits of the climate
};

struct WeatherOptions {
  std::int64_t first_hour = 0, hours = 0;
  std::uint64_t seed = 0;
  double shift_c = 0;  // warmer than the trend says, -5 to 10
  std::vector<WeatherEventSpec> events;
};

std::int64_t hour_of(Date day);  // its midnight

class Weather {
 public:
  static Result<Weather> make(const ClimateSpec& climate, const WeatherOptions& options);

  // Of a station's id, or a name of the climate; none if it knows neither.
  std::optional<std::size_t> place(std::string_view name) const;
  std::size_t places() const { return places_.size(); }
  const std::string& name(std::size_t place) const { return places_[place].name; }

  // hour in [first_hour, first_hour + hours).
  HourlyWeather at(std::size_t place, std::int64_t hour) const;
  // Of a water region; normal where the climate names none.
  DroughtStage drought(std::string_view region, std::int64_t hour) const;

 private:
  struct Noon {  // what a place's day is made of; straight between noons
    double mean_c, range_c, dew_c, lean, hour_of_min, sea_c;
  };
  struct Place {
    std::string name;
    double pressure_kpa = 0, hour_of_max = 15;
    bool by_the_sea = false;
    std::vector<Noon> noons;  // from the day before the window's first to the day after its last
  };
  struct Dry {
    std::string region;
    std::vector<DroughtStage> days;
  };

  struct Builder;
  std::int64_t first_hour_ = 0, hours_ = 0, first_day_ = 0;  // of noons[0]
  double least_c_ = 0, most_c_ = 0;
  std::vector<Place> places_;
  std::vector<Dry> dry_;
};

}  // namespace dure
