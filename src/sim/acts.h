// What was done about the power of sites in a run: a battery charged, a call answered, a cap set.
// One row an act, merged over adjoining steps, so that a list stays as short as what happened.
//   kwh    energy that the act moved or kept back: charged (at the meter), discharged (at the
//          meter), curtailed, not drawn, or drawn at another time
//   krw    what it brought (+) or took (-) by itself, where that is known
//   g_co2  what it saved (+) or caused (-) at the grid's factor, where that is known
// Invariants: 1. to > from, kwh >= 0.  2. Two acts of one site, kind and cause do not overlap, and
// do not touch.  3. all() is in order of site, time, kind and cause.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/id.h"
#include "base/quantity.h"

namespace dure {

enum class ActKind {
  battery_charge,
  battery_discharge,
  solar_curtailed,
  demand_response,
  grid_curtailment,
  cap,
  shed,
  shift
};
inline constexpr std::size_t kActKinds = 8;
constexpr auto describe_enum(ActKind) {
  using E = ActKind;
  return std::array{
      Choice<E>{E::battery_charge, "battery_charge", "a battery takes energy"},
      Choice<E>{E::battery_discharge, "battery_discharge", "a battery gives energy"},
      Choice<E>{E::solar_curtailed, "solar_curtailed", "sun that nobody took"},
      Choice<E>{E::demand_response, "demand_response", "a call of a programme: what was delivered"},
      Choice<E>{E::grid_curtailment, "grid_curtailment",
                "the grid gave less than was drawn: a battery's part, and what was not served"},
      Choice<E>{E::cap, "cap", "machines were held below what they would have drawn"},
      Choice<E>{E::shed, "shed", "machines were switched off"},
      Choice<E>{E::shift, "shift", "work was done at another time"}};
}

struct Act {
  SiteId site;
  ActKind kind = ActKind::battery_charge;
  std::string cause;  // an id: of an event, a call, a rule
  Millis from, to;
  double kwh = 0;
  std::optional<double> krw = std::nullopt, g_co2 = std::nullopt;
  bool operator==(const Act&) const = default;
};

class ActList {
 public:
  // Acts of one site, kind and cause come in order of time.
  void add(Act act);
  std::vector<Act> all() const;
  bool empty() const { return acts_.empty(); }

 private:
  std::vector<Act> acts_;
};

struct ActTotal {  // of one site and kind
  SiteId site;
  ActKind kind = ActKind::battery_charge;
  std::int64_t times = 0, ms = 0;  // ms: of all of them, also where they overlap
  double kwh = 0;
  std::optional<double> krw, g_co2;  // of those for which it is known
};
// In order of site and kind; what did not happen has no row.
std::vector<ActTotal> totals(const std::vector<Act>& acts);

}  // namespace dure
