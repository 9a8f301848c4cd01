// How often and how deep the grid fails a site, as events drawn by name: a function of the seed.
//   arrivals  Poisson;  depth and length  lognormal through their p50 and p90
// A cut deeper than the whole load is the whole load, and says so. Sources (assumptions, most of
// them): docs/models/energy-sources.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/quantity.h"
#include "world/grid_spec.h"

namespace dure {

enum class GridEventKind { curtailment, n_1 };

struct GridEvent {
  GridEventKind kind = GridEventKind::curtailment;
  Millis at, length;
  double depth = 0;           // curtailment: share of the load to be cut; n_1: 0, it binds a tie
  bool beyond_range = false;  // the depth was bounded at 1
  bool operator==(const GridEvent&) const = default;
};

// In order of time. Curtailments are keyed by site, N-1 events by region, so that sites of a region
// share theirs.
struct GridEventKey {
  std::uint64_t seed = 0, site = 0, region = 0;
  bool metro = false;
};
std::vector<GridEvent> grid_events(const ReliabilitySpec& spec, const GridEventKey& key,
                                   Millis from, Millis to);

// The gravest stage that has begun at this reserve; nothing above the first.
std::optional<std::string_view> reserve_stage(const ReliabilitySpec& spec, double reserve_mw);

}  // namespace dure
