// What feeds a site beside its grid limit, and how a run reckons with physics: sections `utilities`
// and `physics` of the scenario (scenario.h). The models that they name are sections of their own,
// shipped in models/*.yaml.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/quantity.h"

namespace dure {

enum class DroughtReckoning { official, planning };
constexpr auto describe_enum(DroughtReckoning) {
  using E = DroughtReckoning;
  return std::array{
      Choice<E>{E::official, "official", "water is cut as the rule of a drought stage says"},
      Choice<E>{E::planning, "planning", "and more: cooling comes after drinking water"}};
}

struct PhysicsSpec {
  bool enabled = false;
  double warmer_c = 0;
  DroughtReckoning drought = DroughtReckoning::planning;
  bool failures = true;
  double forecast_hours = 12;
  template <class S = PhysicsSpec>
  static constexpr auto describe() {
    return Fields(
        Field("enabled", &S::enabled,
              "cooling, water, carbon and money by weather and hour, instead of one PUE and one "
              "price"),
        Field("warmer_c", &S::warmer_c, "than the climate with its trend", range(-5, 10)),
        Field("drought", &S::drought, "how much water a drought stage takes"),
        Field("failures", &S::failures, "machines fail by chance"),
        Field("forecast_hours", &S::forecast_hours,
              "how long before the scheduler is told that heat or drought will take power",
              range(0, 240)));
  }
};

struct UtilitySpec {
  std::string site, tariff, power_chain;
  std::string water_source;
  std::vector<double> water_m3_per_day;
  double water_storage_hours = 0;
  std::string drought_region;
  double ramp_limit_mw_per_s = 0;
  std::string source, note;
  template <class S = UtilitySpec>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "which", required, refers_to("sites")),
        Field("tariff", &S::tariff, "what its energy costs: a tariff's id", required, id_text,
              not_empty),
        Field("power_chain", &S::power_chain, "from the meter to the racks: a chain's id", required,
              id_text, not_empty),
        Field("water_source", &S::water_source, "whose water its cooling takes", required,
              refers_to("water_sources")),
        Field("water_m3_per_day", &S::water_m3_per_day,
              "permitted by month, January first; 0: none", required, length(12),
              range(0, 1'000'000)),
        Field("water_storage_hours", &S::water_storage_hours,
              "of the permitted flow, kept on the site", range(0, 1'000)),
        Field("drought_region", &S::drought_region,
              "whose drought stages hold here; none: never dry", id_text),
        Field("ramp_limit_mw_per_s", &S::ramp_limit_mw_per_s,
              "how fast its power may change at the meter; 0: no such limit", range(0, 100'000)),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
