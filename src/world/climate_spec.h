// The climate of a scenario: what stations measured over thirty years, and how hours are drawn from
// it. Data: models/climate-kr.yaml; what is made of it: docs/models/weather.md.
// Invariant: what describe() cannot say (lists that hang together) is checked by Weather::make.
// Units: temperatures in C, relative humidity in percent, as the tables print it; lists of twelve
// are months from January.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace dure {

enum class DroughtStage { normal, interest, caution, alert, serious, emergency };
constexpr auto describe_enum(DroughtStage) {
  using S = DroughtStage;
  return std::array{
      Choice<S>{S::normal, "normal", "dams above the interest line"},
      Choice<S>{S::interest, "interest", "spare water is stopped"},
      Choice<S>{S::caution, "caution", "river maintenance flow is cut"},
      Choice<S>{S::alert, "alert", "irrigation is cut, large users are asked to save"},
      Choice<S>{S::serious, "serious", "town and industrial water may be cut"},
      Choice<S>{S::emergency, "emergency", "dead storage is used"}};
}

struct ClimateStation {
  std::string id, name, region;
  double lat_deg = 0, lon_deg = 0, elevation_m = 0;
  std::vector<double> mean_c, mean_daily_max_c, mean_daily_min_c, mean_rh_pct;
  std::vector<double> mean_wet_bulb_c;  // as published; the model is checked against it
  std::string coast;                    // whose sea water is near; empty: none
  double hour_of_max = 15;
  double winter_noise_scale = 1;  // November to March, of the noise of the generator
  double shared_noise = 1;        // correlation with the weather of the country
  std::string source, note;
  template <class S = ClimateStation>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name", &S::name, "place", required, not_empty),
        Field("region", &S::region, "region of grid and water", required, id_text, not_empty),
        Field("lat_deg", &S::lat_deg, "latitude north", required, range(-90, 90)),
        Field("lon_deg", &S::lon_deg, "longitude east", required, range(-180, 180)),
        Field("elevation_m", &S::elevation_m, "above the sea", required, range(-500, 4000)),
        Field("mean_c", &S::mean_c, "monthly mean", required, length(12), range(-40, 45)),
        Field("mean_daily_max_c", &S::mean_daily_max_c, "monthly mean of the daily maximum",
              required, length(12), range(-40, 50)),
        Field("mean_daily_min_c", &S::mean_daily_min_c, "monthly mean of the daily minimum",
              required, length(12), range(-40, 45)),
        Field("mean_rh_pct", &S::mean_rh_pct, "monthly mean of relative humidity", required,
              length(12), range(5, 100)),
        Field("mean_wet_bulb_c", &S::mean_wet_bulb_c,
              "monthly mean of the wet bulb, to check the model against", range(-40, 45)),
        Field("coast", &S::coast, "row of sea_water whose water is near; empty: none", id_text),
        Field("hour_of_max", &S::hour_of_max, "KST, of the warmest hour", dimensionless,
              range(10, 20)),
        Field("winter_noise_scale", &S::winter_noise_scale,
              "of the generator's noise, November to March", dimensionless, range(0, 3)),
        Field("shared_noise", &S::shared_noise,
              "correlation of its daily noise with that of the country around it", dimensionless,
              range(0, 1)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ClimateName {  // another name of a station, or a station near it that has no row
  std::string name, use;
  double mean_add_c = 0, min_add_c = 0, max_add_c = 0;
  std::string source, note;
  template <class S = ClimateName>
  static constexpr auto describe() {
    return Fields(
        Field("name", &S::name, "as a site's climate_station says it", required, not_empty),
        Field("use", &S::use, "id of the station", required, id_text, not_empty),
        Field("mean_add_c", &S::mean_add_c, "to the station's monthly mean", range(-10, 10)),
        Field("min_add_c", &S::min_add_c, "to its mean daily minimum", range(-10, 10)),
        Field("max_add_c", &S::max_add_c, "to its mean daily maximum", range(-10, 10)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct WeatherGenerator {
  std::vector<double> daily_noise_sd_c, daily_noise_lag1;  // of daily means, by month
  std::vector<double> dew_noise_sd_c, dew_noise_correlation;
  std::vector<double> hour_of_min;
  double daily_range_spread = 0;
  double correlation_km = 2400;
  double least_c = -35, most_c = 45;
  std::string source, note;
  template <class S = WeatherGenerator>
  static constexpr auto describe() {
    return Fields(
        Field("daily_noise_sd_c", &S::daily_noise_sd_c, "standard deviation of daily means",
              required, length(12), range(0, 15)),
        Field("daily_noise_lag1", &S::daily_noise_lag1,
              "correlation of one day's mean with the next one's", required, length(12),
              dimensionless, range(0.2, 0.9)),
        Field("dew_noise_sd_c", &S::dew_noise_sd_c, "standard deviation of daily dew points",
              required, length(12), range(0, 15)),
        Field("dew_noise_correlation", &S::dew_noise_correlation,
              "of the noise of dew point and temperature", required, length(12), dimensionless,
              range(0, 1)),
        Field("hour_of_min", &S::hour_of_min, "KST, of the coldest hour", required, length(12),
              dimensionless, range(1, 9)),
        Field("daily_range_spread", &S::daily_range_spread,
              "standard deviation of a day's range, of its mean", dimensionless, range(0, 0.6)),
        Field("correlation_km", &S::correlation_km, "correlation of noise is exp(-distance/this)",
              range(1, 100'000)),
        Field("least_c", &S::least_c, "colder is held here and flagged", range(-40, 60)),
        Field("most_c", &S::most_c, "hotter is held here and flagged", range(-40, 60)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct HeatWaveSpec {  // hits every region at once
  double onsets_per_year = 0;
  double length_median_days = 6, length_p90_days = 16;
  std::int64_t longest_days = 32;
  double add_c = 0, long_add_c = 0, dew_share = 0;
  std::int64_t first_day = 0, peak_day = 0, last_day = 0;
  std::string source, note;
  template <class S = HeatWaveSpec>
  static constexpr auto describe() {
    return Fields(
        Field("onsets_per_year", &S::onsets_per_year, "how many begin in a year", required,
              range(0, 20), dimensionless),
        Field("length_median_days", &S::length_median_days, "of a lognormal law", range(1, 60)),
        Field("length_p90_days", &S::length_p90_days, "one in ten lasts longer", range(1, 90)),
        Field("longest_days", &S::longest_days, "none is longer", range(1, 90)),
        Field("add_c", &S::add_c, "to the daily mean", required, range(0, 10)),
        Field("long_add_c", &S::long_add_c, "of those longer than length_p90_days", required,
              range(0, 10)),
        Field("dew_share", &S::dew_share, "of what is added, to the dew point as well",
              dimensionless, range(0, 1)),
        Field("first_day", &S::first_day, "of onset, days after 1 June", range(0, 120)),
        Field("peak_day", &S::peak_day, "most frequent onset, days after 1 June", range(0, 120)),
        Field("last_day", &S::last_day, "of onset, days after 1 June", range(0, 120)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct DroughtSpec {
  std::string region;
  double alerts_per_year = 0, serious_per_year = 0;
  double mean_days = 0, p90_days = 0;
  std::string source, note;
  template <class S = DroughtSpec>
  static constexpr auto describe() {
    return Fields(
        Field("region", &S::region, "of water", required, id_text, not_empty),
        Field("alerts_per_year", &S::alerts_per_year, "droughts that reach alert or worse",
              required, range(0, 2), dimensionless),
        Field("serious_per_year", &S::serious_per_year, "those of them that reach serious",
              required, range(0, 2), dimensionless),
        Field("mean_days", &S::mean_days, "at alert or worse", required, range(1, 1000)),
        Field("p90_days", &S::p90_days, "one in ten lasts longer", required, range(1, 2000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct DroughtCourse {  // interest, caution, alert, serious, emergency, and back, by these lengths
  std::int64_t interest_before_days = 60, caution_before_days = 60;
  std::int64_t caution_after_days = 20, interest_after_days = 30;
  double serious_part = 0.5, emergency_part = 0.15, emergency_share = 0;
  std::string source, note;
  template <class S = DroughtCourse>
  static constexpr auto describe() {
    return Fields(
        Field("interest_before_days", &S::interest_before_days, "before caution", range(0, 365)),
        Field("caution_before_days", &S::caution_before_days, "before alert", range(0, 365)),
        Field("caution_after_days", &S::caution_after_days, "after alert", range(0, 365)),
        Field("interest_after_days", &S::interest_after_days, "after caution", range(0, 365)),
        Field("serious_part", &S::serious_part,
              "of the days at alert or worse, its middle, in a drought that gets serious",
              dimensionless, range(0, 1)),
        Field("emergency_part", &S::emergency_part, "likewise, at emergency", dimensionless,
              range(0, 1)),
        Field("emergency_share", &S::emergency_share, "of serious droughts", dimensionless,
              range(0, 1)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ClimateTrend {  // the normals hold at base_year
  double c_per_decade = 0, base_year = 2005.5;
  double dew_share = 0;
  std::string source, note;
  template <class S = ClimateTrend>
  static constexpr auto describe() {
    return Fields(
        Field("c_per_decade", &S::c_per_decade, "of all stations alike", range(-2, 2)),
        Field("base_year", &S::base_year, "2005.5 is its middle", dimensionless, range(1900, 2100)),
        Field("dew_share", &S::dew_share, "of the warming, of the dew point", dimensionless,
              range(0, 1.2)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct SeaWater {
  std::string coast;
  std::vector<double> mean_c;
  std::string source, note;
  template <class S = SeaWater>
  static constexpr auto describe() {
    return Fields(
        Field("coast", &S::coast, "unique key", required, id_text, not_empty),
        Field("mean_c", &S::mean_c, "monthly mean near the surface", required, length(12),
              range(-2, 40)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct ClimateSpec {
  std::vector<ClimateStation> stations;
  std::vector<ClimateName> names;
  WeatherGenerator generator;
  HeatWaveSpec heat_wave;
  std::vector<DroughtSpec> droughts;
  DroughtCourse drought_course;
  ClimateTrend trend;
  std::vector<SeaWater> sea_water;
  template <class S = ClimateSpec>
  static constexpr auto describe() {
    return Fields(
        Field("stations", &S::stations, "where the weather was measured", required, not_empty),
        Field("names", &S::names, "what sites call them"),
        Field("generator", &S::generator, "how hours are drawn", required),
        Field("heat_wave", &S::heat_wave, "of the whole country", required),
        Field("droughts", &S::droughts, "by region of water"),
        Field("drought_course", &S::drought_course, "how stages follow each other"),
        Field("trend", &S::trend, "what the normals gain since their time", required),
        Field("sea_water", &S::sea_water, "by coast"));
  }
};

// A scenario states weather that comes for sure, on top of what is drawn.
enum class WeatherEventKind { heat_wave, drought };
constexpr auto describe_enum(WeatherEventKind) {
  using K = WeatherEventKind;
  return std::array{Choice<K>{K::heat_wave, "heat_wave", "add_c above the normals"},
                    Choice<K>{K::drought, "drought", "a stage of drought, or worse"}};
}

struct WeatherEventSpec {
  std::string id;
  WeatherEventKind kind = WeatherEventKind::heat_wave;
  Date from, to;                     // first and last day, KST
  std::vector<std::string> regions;  // empty: all
  double add_c = 0;                  // heat_wave
  DroughtStage stage = DroughtStage::normal;
  std::string source, note;
  template <class S = WeatherEventSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("kind", &S::kind, "what comes", required),
        Field("from", &S::from, "first day", required), Field("to", &S::to, "last day", required),
        Field("regions", &S::regions, "where; none: everywhere"),
        Field("add_c", &S::add_c, "of a heat wave: daily mean above the normal of the day",
              range(0, 15)),
        Field("stage", &S::stage, "of a drought: at least this"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
