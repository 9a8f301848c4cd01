#include "validate/cooling_places.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/described_file.h"
#include "physics/cooling.h"
#include "physics/psychrometrics.h"
#include "physics/water.h"

namespace dure {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kHottestHour = 15;
constexpr double kDewFollows = 0.5;  // of a day's anomaly
constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
// Medians of nine equally likely parts of the normal distribution.
constexpr std::array kQuantiles = {-1.5932, -0.9674, -0.5895, -0.2822, 0.0,
                                   0.2822,  0.5895,  0.9674,  1.5932};

// What the equations of moist air hold for; no place of the file is near its ends.
double as_air(double c) { return std::clamp(c, kAirLeastC, kAirMostC); }

}  // namespace

Outcome<CoolingTruthModel> read_cooling_truth(const std::string& models_dir) {
  CoolingTruthModel model;
  Faults faults;
  read_described(models_dir + "/cooling-truth.yaml", model, faults);
  if (!faults.empty()) return faults;
  return model;
}

std::vector<WeatherShare> weather_year(const CoolingPlace& place) {
  std::vector<WeatherShare> year;
  const double p = station_pressure_kpa(place.elevation_m);
  for (std::size_t month = 0; month < 12; ++month) {
    const double mean = as_air(0.5 * (place.max_c[month] + place.min_c[month]));
    const double half_range = 0.5 * (place.max_c[month] - place.min_c[month]);
    // January's spread in January, July's in July, a cosine between.
    const double winter = 0.5 + 0.5 * std::cos(kPi * static_cast<double>(month) / 6);
    const double sd = winter * place.sd_january_k + (1 - winter) * place.sd_july_k;
    const double dew = dew_point_c(mean, place.rh_pct[month] / 100);
    for (const double z : kQuantiles) {
      const double vapour = saturation_pressure_kpa(dew + kDewFollows * sd * z);
      for (int hour = 0; hour < 24; ++hour) {
        const double c =
            as_air(mean + sd * z + half_range * std::cos(kPi / 12 * (hour - kHottestHour)));
        const double rh = std::clamp(vapour / saturation_pressure_kpa(c), kAirLeastHumidity, 1.0);
        WeatherShare s;
        s.outdoor.dry_bulb_c = c;
        s.outdoor.wet_bulb_c = std::min(c, wet_bulb_c(c, rh, p));  // saturated air: to rounding
        s.outdoor.pressure_kpa = p;
        s.share = kDays[month] / 365.0 / 24 / static_cast<double>(kQuantiles.size());
        year.push_back(s);
      }
    }
  }
  return year;
}

Outcome<CoolingYear> cooling_year(const CoolingModel& model, const CoolingOperator& who,
                                  const CoolingPlace& place) {
  const Result<CoolingPlant> plant = find_plant(model, who.kind);
  if (!plant) return Faults{plant.fault()};
  CoolingLimits limits;
  limits.cycles_of_concentration = who.cycles_of_concentration;
  const CoolingLoad load = split_load(plant.value(), 1000 * who.load_share, 1000);
  const double it_kw = load.liquid_kw + load.air_kw;
  CoolingYear year;
  year.wue_l_per_kwh = who.other_water_l_per_kwh;
  for (const WeatherShare& hour : weather_year(place)) {
    const CoolingState s = cool(plant.value(), load, hour.outdoor, limits);
    year.pue += hour.share * pue(load, s, who.other_share);
    year.wue_l_per_kwh += hour.share * wue_l_per_kwh(water_use(s), it_kw);
    if (!s.free_cooling) year.compressor_share += hour.share;
    if (s.cannot_hold) year.cannot_hold_share += hour.share;
  }
  return year;
}

}  // namespace dure
