// Which of the nodes that stand at a site have power on a day. They are fed in order of delivery,
// each as long as every level on its way has room for its nameplate x policy.power_commit_share:
//
//   rack        the limit holds for an NVLink domain at least: it cannot be shared out over racks.
//               Domains that fit go into as many racks as it takes; one that does not stays dark
//   busway      so many racks each, filled in order of delivery
//   hall        all of its nodes together
//   substation  the site's nodes x PUE
//   grid        the same (sites[].grid)
//
// Levels without a row have no limit. docs/models/conversion.md.
// Invariants: 1. No level carries more than its limit (half a watt forgives rounding).
//             2. powered <= delivered, in whole nodes; what is not powered is in `dark`.
//             3. Without rows of power_limits only the grid counts.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/faults.h"
#include "world/found.h"
#include "world/power_limits.h"

namespace dure {

struct Standing {  // GPUs of a pool, in its units
  std::int64_t delivered = 0, powered = 0;
};

// A limit that a node meets on its way, the tightest of them.
struct MetLimit {
  PowerLevel level = PowerLevel::grid;
  PoolId pool;          // of the node
  double limit_kw = 0;  // as its row has it
  Date from;            // since when
  double needs_kw = 0;  // of the node there; of an NVLink domain at the rack
  double room_kw = 0;   // what is left for it; below needs_kw: it stands dark
};
struct DarkNodes {
  MetLimit because;
  std::int64_t gpus = 0;  // units of the pool
};

struct SiteFeed {
  std::map<PoolId, Standing> pools;  // also those that have left: nothing of them stands
  std::vector<DarkNodes> dark;       // by pool and level, in order of delivery
  // The limit that keeps the first dark node dark; where none is, the one that the next node like
  // the last delivered would meet first. None: nothing stands.
  std::optional<MetLimit> binding;
};

SiteFeed feed_site(const Scenario& scenario, const Founding& founding, SiteId site, Millis t);

// Nodes that other limits than the grid's keep dark, for the reader of a run.
Faults dark_by_power_limits(const Scenario& scenario, const Founding& founding, Millis t);

}  // namespace dure
