// From a scenario to the first facts of a world: who belongs, which pools of racks stand where and
// when, and which lanes of work there are, each with the pools that the law and the contracts leave
// to it. Ids are positions in the scenario's lists: MemberId = members[i], SiteId = sites[i],
// HardwareId = hardware[i], WorkloadId = workloads[i]. Pools and lanes are listed here.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "world/event.h"
#include "world/law.h"
#include "world/scenario.h"

namespace dure {

struct PoolPlan {  // one owner's racks of one hardware class in one hall
  PoolOpened opened;
  HallId in_hall;
  std::uint32_t hall = 0;  // index in SiteSpec::halls
  Watts node_idle_w, node_max_w;
};

struct LanePlan {
  LaneOpened opened;
  std::uint32_t demand = 0;  // index in WorkloadSpec::demand
  Millis deadline;           // after its submission; 0: none
  Millis saves;              // how often its jobs save what they did, against failures; 0: never
  Millis restart;            // time that they lose to start again
  Millis may_shift;          // how long they may wait for a better hour; 0: not at all
  Reason refused = Reason::none;  // why opened.pools is empty, if it is
  LaneLabelled label;
};

// A dated change of what stands in a pool, in order of time. Delivered racks get power in order of
// delivery while every limit on their way has room (power_feed.h); the others stand dark until a
// new limit or a retirement makes room. The scheduler gets whole powered nodes.
struct CapacityStep {
  Millis at;
  PoolId pool;
  std::int64_t delivered_gpus = 0;  // change: arrived (+) or retired (-)
  std::int64_t powered_gpus = 0;    // change
};

// What is known beforehand and told by date, beside the steps of capacity.
struct GuaranteeStep {
  Millis at;
  PoolId pool;
  MemberId member;
  std::int64_t gpus = 0;  // from then on, all guarantees of the member there
};
struct ReservationTime {
  MemberId member;
  PoolId pool;
  std::int64_t gpus = 0;
  Millis from, to;
};
struct MaintenanceTime {
  PoolId pool;
  std::int64_t gpus = 0;
  Millis from, to;
};

struct Delivery {  // one row of installs, in units of its pool
  PoolId pool;
  Millis from, to;
  std::int64_t gpus = 0;
};

struct Founding {
  std::vector<PoolPlan> pools;
  std::vector<Delivery> deliveries;  // by date; rows of one date in the order of the file
  // Batch: one a demand row, size and user, in this order; service, ran: one a demand row.
  std::vector<LanePlan> lanes;
  std::vector<SitesLinked> links;
  std::vector<CapacityStep> steps;            // over the whole horizon
  std::vector<GuaranteeStep> guarantees;      // by date
  std::vector<ReservationTime> reservations;  // by date
  std::vector<MaintenanceTime> maintenance;   // by date
  std::vector<AccountOpened> projects;        // one a demand row, and its users after it
  std::vector<MemberJoined> members;
  Millis half_life;
  std::vector<Event> events(Millis at) const;  // members, sites, pools, lanes, capacity as of `at`
  // GPUs that stand in the pool at t, powered or not.
  std::int64_t delivered(PoolId pool, Millis t) const;
  std::int64_t powered(PoolId pool, Millis t) const;
  std::int64_t least_powered(PoolId pool, Millis from, Millis to) const;  // anywhere in [from, to)
  std::vector<std::string> site_names;
  // ---- the law (found_law.h). opened.pools of a lane are those of the day before anything was
  // granted; law_steps tells what opens when, and at which lanes.
  std::vector<What> rules, artifacts;  // classes, rows, halls; artifacts
  std::vector<Event> law_steps;        // in order of time, over the whole horizon
};

// The scenario must have passed check_references.
Founding found(const Scenario& scenario);

// What the hardware says of a pool of it, and a size of a law of what its jobs ask beside it.
PoolOpened opened_of(const HardwareSpec& hardware);
void ask_of_nodes(const SizeLaw& law, std::size_t size, LaneOpened& lane);
Spread spread_of(Topology topology);
// Who lends at most how much of its racks at a site to others, all borrowers together; and within
// what time it has them back from all of them, 0: it has not.
std::uint32_t lends_at_most(const Scenario& s, const MemberSpec& owner, const SiteSpec& site);
Millis reclaims_within(const Scenario& s, const MemberSpec& owner, const SiteSpec& site);
// Could a node of the pool ever hold such a job, or its part? Racks take any number.
bool could_take(const PoolOpened& pool, const LaneOpened& lane);

// Every way between two sites: a link of their own, or a link of each to the same place; the links
// that are named carry nothing. In order of the sites, lesser id first.
std::vector<SitesLinked> ways_between_sites(const Scenario& s,
                                            std::span<const std::string> cut = {});

// The limit at the meter of a site at t: the last grid step that has come, 0 before the first.
Watts grid_limit(const SiteSpec& site, Millis t);

}  // namespace dure
