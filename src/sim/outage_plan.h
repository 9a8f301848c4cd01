// Which nodes are out, when and why: what the scenario's disruptions and weather come to, site by
// site. Nodes are numbered as their pool's racks fill up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/outage.h"
#include "world/event.h"
#include "world/found.h"

namespace dure {

class Facility;

struct OutageCause {
  std::string id, name_en, name_ko;
  bool shed = false;  // nodes are switched off for want of power or cooling; nothing broke
};

// Hours in which the racks of a site may draw a share of what is committed to them.
struct PowerWindow {
  SiteId site;
  Millis from, to;
  double share = 1;
  CapCause because = CapCause::power_short;
};

struct OutagePlan {
  std::vector<OutageCause> causes;
  std::vector<Outage> outages;  // in no order; all begin after `from`
  std::vector<LinkCut> cuts;    // the same
  std::vector<PowerWindow> caps;
};

// Of the time (from, to). facility: where a run reckons with physics; without it, what loses its
// cooling is off from the first moment.
OutagePlan outages_of_disruptions(const Scenario& scenario, const Founding& founding,
                                  const Facility* facility, Millis from, Millis to);

// Of what the energy assets of sites are told of ahead, in the same way: rows of one id are one
// cause.
OutagePlan outages_of_assets(const Scenario& scenario, const Founding& founding,
                             const Facility& facility, Millis from, Millis to);

// What the cuts of links come to: each pair of sites that is joined otherwise than before is
// parted, and joined by the ways that are left. In order of time.
std::vector<Event> facts_of_cuts(const Scenario& scenario, const std::vector<LinkCut>& cuts);

// The same for want of power, water or cooling: hours in which the racks of a site, at nameplate x
// power_commit_share, would draw more than the grid gives, or heat would stay. It is told ahead by
// physics.forecast_hours; hours that lie close together are one window. Where a cap of the GPUs is
// enough (energy_policy.least_cap_share), the window is a cap, and no node goes.
OutagePlan outages_of_weather(const Scenario& scenario, const Founding& founding,
                              const Facility& facility, Millis from, Millis to);

// Nodes of a site whose work may go so that at most this share of its nameplate power is left.
// Racks that compute least for their power go first, of a pool the last; those of other devices
// than GPUs go last. start: of the run. In a pool that racks have left, all numbers go but as many
// as may stay: which nodes are left there only the run knows.
struct NodesOut {
  PoolId pool;
  std::uint32_t rack = 0;
  std::uint64_t nodes = 0;
};
std::vector<NodesOut> shed(const Scenario& scenario, const Founding& founding, SiteId site,
                           Millis start, Millis at, double keep_share);

}  // namespace dure
