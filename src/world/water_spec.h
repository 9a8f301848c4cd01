// Water of sites, as data: models/water-kr.yaml. What the numbers do: docs/models/water.md.
#pragma once

#include <string>
#include <vector>

#include "base/describe.h"

namespace dure {

struct WaterSourceSpec {
  std::string id;
  std::string name_en;
  double price_krw_per_m3 = 0;
  double sewer_krw_per_m3 = 0;
  double cycles_of_concentration = 5;
  bool once_through = false;
  bool cut_in_drought = true;
  std::string source;
  std::string note;
  template <class S = WaterSourceSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("price_krw_per_m3", &S::price_krw_per_m3, "of water taken, levies in it", required,
              range(0, 10000)),
        Field("sewer_krw_per_m3", &S::sewer_krw_per_m3,
              "of water sent to the sewer: blowdown alone, evaporation is metered off",
              range(0, 10000)),
        Field("cycles_of_concentration", &S::cycles_of_concentration,
              "salts in the basin over those in this water; 1: used once, cools no tower", required,
              range(1, 20), dimensionless),
        Field("once_through", &S::once_through,
              "sea or lake water: it goes back, and no permit of m3 counts it"),
        Field("cut_in_drought", &S::cut_in_drought, "drought stages cut it"),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct DroughtStageSpec {
  std::string id;
  double official_cut_share = 0;
  double planning_cut_share = 0;
  std::string source;
  std::string note;
  template <class S = DroughtStageSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("official_cut_share", &S::official_cut_share,
              "of industrial water, by the rule of the stage", required, range(0, 1),
              dimensionless),
        Field("planning_cut_share", &S::planning_cut_share,
              "what a planner takes for cooling water, which comes after drinking water", required,
              range(0, 1), dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct WaterPermitSpec {
  std::string source_id;
  std::vector<double> m3_per_day;
  double storage_hours = 0;
  std::string source;
  std::string note;
  template <class S = WaterPermitSpec>
  static constexpr auto describe() {
    return Fields(
        Field("source_id", &S::source_id, "of which water", required, not_empty,
              refers_to("water_sources")),
        Field("m3_per_day", &S::m3_per_day, "permitted by month, January first; 0: none",
              length(12), range(0, 1000000)),
        Field("storage_hours", &S::storage_hours, "of the permitted flow, kept on the site",
              range(0, 1000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct WaterBandSpec {  // outside it a result is no result
  double evaporation_most_l_per_kwh = 1.48;
  double pad_air_most_kg_per_s_per_kw = 0.2;
  double drift_most_l_per_kwh = 0.05;
  std::string source;
  std::string note;
  template <class S = WaterBandSpec>
  static constexpr auto describe() {
    return Fields(
        Field("evaporation_most_l_per_kwh", &S::evaporation_most_l_per_kwh,
              "all heat latent at 30 C", required, range(0.5, 3)),
        Field("pad_air_most_kg_per_s_per_kw", &S::pad_air_most_kg_per_s_per_kw,
              "air that may be wetted for each kW of heat", required, range(0, 1)),
        Field("drift_most_l_per_kwh", &S::drift_most_l_per_kwh, "drops for each kWh of heat",
              required, range(0, 1)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

struct WaterModel {  // what a scenario holds of all this, besides each site's WaterPermitSpec
  std::vector<WaterSourceSpec> water_sources;
  std::vector<DroughtStageSpec> drought_stages;
  WaterBandSpec water_band;
};

}  // namespace dure
