// Limits of power by date, from the rack to the grid: which rows hold where, which level binds, and
// the room that is left. docs/models/conversion.md. A load that is added at a rack passes through
// every level above it, so the level with the least room binds, losses between the levels counted
// by the caller.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "base/calendar.h"
#include "world/power_spec.h"

namespace dure {

inline constexpr std::size_t kPowerLevels = 5;  // of PowerLevel
template <class T>
using ByLevel = std::array<T, kPowerLevels>;
constexpr std::size_t at(PowerLevel level) { return static_cast<std::size_t>(level); }

// The row that holds in a hall on a day, for each level; none: no limit is known there. A row of
// the hall goes before one of the whole site, and among those the one with the latest `from` that
// is not after the day; of two of one day the later row. Rows need no order.
ByLevel<const PowerLimitStep*> limits_in_force(std::span<const PowerLimitStep> steps,
                                               std::string_view site, std::string_view hall,
                                               Date day);

struct Binding {
  PowerLevel level = PowerLevel::grid;
  double headroom_kw = 0;  // below 0: the limit is broken
  double limit_kw = 0;
};
// draws_kw: what the load draws at each level. Nothing binds where no limit is known; of equals the
// level nearest to the load.
std::optional<Binding> binding_limit(const ByLevel<std::optional<double>>& limits_kw,
                                     const ByLevel<double>& draws_kw);

}  // namespace dure
