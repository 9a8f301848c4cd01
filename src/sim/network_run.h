// What a run's traffic did to the links between sites, after the run: what `traffic` makes its work
// send (sim/traffic.h) becomes one flow of each kind between each two sites, and each interval is
// routed by physics/wan.h over the links that were up in it. An interval ends at a whole hour, or
// where a link is cut or mended.
//   What is sent in an interval wants to arrive in it. What does not waits for the next: it is
//   late; of an exchange, which nobody can do later, it is lacking, as if the gang had missed it.
//   Payload is wan_efficiency of a link's rate. Data of the alliance take no way through another
//   country: a link to a place outside of it carries them only under its site's own law.
//   A cut is judged against the same run without it: the same traffic, the other cuts as they are.
// Figures cover [from, to), whole megabytes; what was sent before and still waits is counted apart.
//
// Invariants (checked by balance.h, by other sums than those that they are of):
//   1. Of each kind: waiting at the start + sent = arrived + late + lacking.
//   2. At every end of links: what leaves it over links - what comes to it = what was sent from it
//      and arrived somewhere - what arrived at it.
//   3. What all flows delivered = what all links carried as first of a way.
//   4. No link carries more in an interval than its payload rate x its length, one way.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "physics/wan.h"
#include "sim/outage.h"
#include "sim/traffic.h"

namespace dure {

using ByKind = std::array<std::int64_t, kTrafficKinds>;  // megabytes

struct LinkTraffic {             // of one of the scenario's links
  ByKind there_mb{}, back_mb{};  // there: from_site -> to
  ByKind first_mb{};             // of these, as the first link of a way
  double busy_ms = 0;            // of the busier direction: its share of the link x time
  double peak_share = 0;         // of an interval
  std::int64_t above_90_ms = 0;
  std::int64_t most_above_mb = 0;  // over what fits into an interval: invariant 4
};

struct FlowTraffic {
  TrafficKind kind = TrafficKind::checkpoint;
  SiteId from, to;
  std::int64_t waiting_at_start_mb = 0, sent_mb = 0, arrived_mb = 0, late_mb = 0, lacking_mb = 0;
  std::int64_t most_waiting_mb = 0;          // at the end of an interval
  std::int64_t short_ms = 0;                 // of intervals in which it got less than it wanted
  double least_rtt_ms = 0, most_rtt_ms = 0;  // of ways on which it sent something
  std::int64_t no_way_ms = 0;                // in which it wanted to, and could not
};

struct CutTraffic {  // of one cut in the plan's list
  std::size_t cut = 0;
  // Flows that sent or wanted to while it lasted, and for which it changed something.
  std::int64_t rerouted = 0, longer = 0, slower = 0, lost = 0;
  std::int64_t rerouted_mb = 0;   // that went another way than they would have
  double most_extra_rtt_ms = 0;   // of those
  std::int64_t most_late_mb = 0;  // that waited more than without the cut, at once
  std::int64_t late_ms = 0;       // from the cut until no more waits than without it
  std::int64_t lacking_mb = 0;    // of exchange, more than without it
  std::int64_t gangs_stopped = 0, gangs_went_on = 0;  // split over sites, when it happened
};

struct NetworkRun {
  std::vector<LinkTraffic> links;  // as the scenario's
  std::vector<FlowTraffic> flows;  // by kind, from, to
  std::vector<CutTraffic> cuts;    // those that fall into the window, by time
  std::vector<Stay> stays;         // that it came from
  std::vector<Sending> sendings;
};

// A run over [start, to), counted from `from`. The scenario must have passed check_references.
struct NetworkSpan {
  Millis start, from, to;
};
NetworkRun run_network(const Scenario& scenario, const Founding& founding,
                       const std::vector<LinkCut>& cuts, std::vector<Stay> stays,
                       const NetworkSpan& span);

// May the link carry data between sites? To a place outside of the alliance only under the law of
// the site that it begins at.
bool carries_data(const Scenario& scenario, const LinkSpec& link);

}  // namespace dure
