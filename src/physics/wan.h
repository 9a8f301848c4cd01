// Traffic between sites: which way a flow takes, how much it gets, how long data are under way.
// Equations, sources, limits: docs/models/network.md.
//   way    the least round trip over links that are up; of equals the fewest links, then the one
//          that is first in the list (Dijkstra 1959)
//   rate   max-min fair: no flow can have more without taking from one that has no more (Bertsekas
//          and Gallager 1992, 6.5.2; filling up step by step). Links are full duplex.
// LinkSpec's from_site and to name the ends; a link may be used both ways.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "world/network_spec.h"
#include "world/scenario.h"

namespace dure {

struct Flow {
  std::string from, to;  // sites, or other ends of links
  double wants_gbit_per_s = 0;
};

struct RoutedFlow {
  std::vector<std::uint32_t> links;  // indices, in order; empty where the ends are the same
  double rtt_ms = 0;
  double gbit_per_s = 0;
};
struct Routing {
  std::vector<std::optional<RoutedFlow>> flows;           // none: no way is left
  std::vector<double> there_gbit_per_s, back_gbit_per_s;  // load of each link, from_site -> to
};

// down: of each link, or empty for none. Faults: an end that no link has, a wish below 0.
Result<Routing> route(std::span<const LinkSpec> links, const std::vector<bool>& down,
                      std::span<const Flow> flows);

// What a cut changes, flow by flow: the same flows with and without the links that are down.
struct Reroute {
  Routing before, after;
  std::int64_t lost = 0, longer = 0, slower = 0;  // flows
};
Result<Reroute> reroute(std::span<const LinkSpec> links, const std::vector<bool>& down,
                        std::span<const Flow> flows);

// Round trip of a circuit, by length of fibre or by great circle (x route_factor).
double fibre_rtt_ms(const NetworkSpec& spec, double fibre_km);
double great_circle_rtt_ms(const NetworkSpec& spec, double km);

// Data sets and checkpoints: bytes over payload bandwidth, and a round trip to begin with.
Result<double> transfer_s(const NetworkSpec& spec, double gb, double gbit_per_s, double rtt_ms);

}  // namespace dure
