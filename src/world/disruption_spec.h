// What goes wrong on a stated day: a section of the scenario (scenario.h). Weather is stated in
// climate events, and what fails by chance in failures; these are the ones that a planner names.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/calendar.h"
#include "base/describe.h"
#include "base/quantity.h"

namespace dure {

enum class Disruption { grid_limit, site_lost, hall_lost, cooling_lost, link_cut };
constexpr auto describe_enum(Disruption) {
  using E = Disruption;
  return std::array{
      Choice<E>{E::grid_limit, "grid_limit", "the site may draw at most grid_mw"},
      Choice<E>{E::site_lost, "site_lost", "nothing works at the site"},
      Choice<E>{E::hall_lost, "hall_lost", "nothing works in the hall: it is one fire compartment"},
      Choice<E>{E::cooling_lost, "cooling_lost", "the hall's cooling carries only share_left"},
      Choice<E>{E::link_cut, "link_cut", "these links carry nothing"}};
}

struct DisruptionSpec {
  std::string id, name_en, name_ko;
  Disruption kind = Disruption::grid_limit;
  std::string site, hall;
  std::vector<std::string> links;
  Date first;
  double hour = 0, hours = 1;
  double notice_hours = 0;  // 0: it comes without a word
  Watts grid_mw;            // grid_limit
  double share_left = 0;    // cooling_lost
  std::string source, note;
  template <class S = DisruptionSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique key", required, id_text, not_empty),
        Field("name_en", &S::name_en, "name in English", required, not_empty),
        Field("name_ko", &S::name_ko, "name in Korean", required, not_empty),
        Field("kind", &S::kind, "what happens", required),
        Field("site", &S::site, "where", refers_to("sites")),
        Field("hall", &S::hall, "of hall_lost and cooling_lost: which", id_text),
        Field("links", &S::links, "of link_cut: which", refers_to("links")),
        Field("first", &S::first, "on this day", required),
        Field("hour", &S::hour, "from this hour of the day, KST", range(0, 24), dimensionless),
        Field("hours", &S::hours, "for so long", required, above(0, 87'600)),
        Field("notice_hours", &S::notice_hours, "known so long before; 0: it comes without a word",
              range(0, 87'600)),
        Field("grid_mw", &S::grid_mw, "of grid_limit: what may still be drawn", range(0, 5'000)),
        Field("share_left", &S::share_left,
              "of cooling_lost: of the hall's heat that is still carried away", range(0, 1),
              dimensionless),
        Field("source", &S::source, "where this comes from", required, not_empty, source_text),
        Field("note", &S::note, "remark for the reader"));
  }
};

}  // namespace dure
