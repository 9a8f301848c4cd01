// Places and operators whose PUE or WUE is published, as models/cooling-truth.yaml says, and a year
// of their weather as weighted hours: 12 months, 24 hours, 9 equally likely days a month.
//   day = month's mean + sd x normal quantile; the hour follows a cosine from min to max at 15:00;
//   dew point = that of the month's mean and humidity + half of the day's anomaly, the same all
//   day.
#pragma once

#include <string>
#include <vector>

#include "base/describe.h"
#include "base/faults.h"
#include "physics/outdoor.h"
#include "world/cooling_spec.h"
#include "world/scenario.h"

namespace dure {

struct CoolingPlace {
  std::string id, name_en;
  std::vector<std::string> words;  // what tables call it; the longest that fits decides
  double elevation_m = 0;
  std::vector<double> max_c, min_c, rh_pct;  // by month
  double sd_january_k = 4, sd_july_k = 2;
  std::string source, note;
  template <class S = CoolingPlace>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("words", &S::words, "what tables call it"),
        Field("elevation_m", &S::elevation_m, "over the sea", range(-100, 4'000)),
        Field("max_c", &S::max_c, "mean daily maximum, by month", required, length(12),
              range(-40, 55)),
        Field("min_c", &S::min_c, "mean daily minimum, by month", required, length(12),
              range(-50, 45)),
        Field("rh_pct", &S::rh_pct, "mean of the day, by month", required, length(12),
              range(1, 100)),
        Field("sd_january_k", &S::sd_january_k, "of daily means", range(0, 15)),
        Field("sd_july_k", &S::sd_july_k, "of daily means", range(0, 15)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CoolingOperator {
  std::string id;
  std::vector<std::string> words;
  std::string kind;
  double other_share = 0.04, load_share = 0.8, cycles_of_concentration = 4;
  double other_water_l_per_kwh = 0;
  std::string source, note;
  template <class S = CoolingOperator>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("words", &S::words, "what tables call it"),
        Field("kind", &S::kind, "of cooling, at all its sites", required, not_empty,
              refers_to("cooling_kinds")),
        Field("other_share", &S::other_share, "losses of conversion, lights, offices: of IT power",
              range(0, 1), dimensionless),
        Field("load_share", &S::load_share, "of IT, of its design", above(0, 1), dimensionless),
        Field("cycles_of_concentration", &S::cycles_of_concentration, "of its cooling water",
              above(1, 20), dimensionless),
        Field("other_water_l_per_kwh", &S::other_water_l_per_kwh, "humidifiers, flushing of pads",
              range(0, 1)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct CoolingTruthModel {  // models/cooling-truth.yaml with what it includes
  std::vector<SourceSpec> sources;
  std::vector<CoolerSpec> coolers;
  std::vector<ChillerSpec> chillers;
  std::vector<ThermalMassSpec> thermal_masses;
  std::vector<CoolingKindSpec> cooling_kinds;
  std::vector<CoolingPlace> cooling_places;
  std::vector<CoolingOperator> cooling_operators;
  template <class S = CoolingTruthModel>
  static constexpr auto describe() {
    return Fields(Field("sources", &S::sources, "what rows cite"),
                  Field("coolers", &S::coolers, "what stands outdoors"),
                  Field("chillers", &S::chillers, "what helps in warm weather"),
                  Field("thermal_masses", &S::thermal_masses, "what heats up"),
                  Field("cooling_kinds", &S::cooling_kinds, "halls"),
                  Field("cooling_places", &S::cooling_places, "climates"),
                  Field("cooling_operators", &S::cooling_operators, "design classes"));
  }
  CoolingModel cooling() const { return {coolers, chillers, thermal_masses, cooling_kinds}; }
};

Outcome<CoolingTruthModel> read_cooling_truth(const std::string& models_dir);

struct WeatherShare {
  Outdoor outdoor;
  double share = 0;  // of the year; all add up to 1
};
std::vector<WeatherShare> weather_year(const CoolingPlace& place);

struct CoolingYear {
  double pue = 0, wue_l_per_kwh = 0;
  double compressor_share = 0, cannot_hold_share = 0;  // of the hours
};
// A hall of this kind, at a constant load, through the place's year.
Outcome<CoolingYear> cooling_year(const CoolingModel& model, const CoolingOperator& who,
                                  const CoolingPlace& place);

}  // namespace dure
