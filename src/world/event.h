// Commands are wishes, events are facts, only facts change the world. That we asked is a fact too.
// Every event is complete in itself: a record of them rebuilds the world from nothing (record.h).
// Adding one: a struct here, an on() in world.cpp, a line in record.cpp; forgetting either does not
// compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"
#include "world/placement.h"
#include "world/policy_spec.h"

namespace dure {

enum class Reason : std::uint8_t {  // why a job waits or is refused; users see them spelt as here
  none,
  no_room,              // no pool that may take it has room now
  behind_earlier_job,   // it would fit, but not without delaying a job before it
  reserved,             // it has a promised start
  lender_limit,         // room is left only above what its owner lends
  too_large,            // larger than every pool that may take it
  no_legal_site,        // the rules of its data class leave no pool at all
  quota_limit,          // its member, project or user holds as much as it may
  not_reclaimable,      // room is left only to borrow, and it could not be taken back in time
  reclaiming,           // its member's own room is being taken back for it
  reserved_for_others,  // what is free is kept for a reservation, maintenance or retirement
  not_in_one_domain,    // enough is free, but not close together
  spread_limit,         // room is left only where as much of its work runs as may at one site
  no_device,            // the device that it needs beside its GPUs is taken
  no_cpu_or_memory,     // enough is free, but not with the CPU and memory that it asks beside it
  dependency,           // a job before it has not ended
  dependency_failed,    // a job before it was refused or cancelled, or failed
  wrong_hardware,       // of a pool: its work does not take that hardware
  // ---- the law, in the order of LawCode (policy_spec.h): reason_of()
  tenant_parent_blocked,
  foreign_law_reach,
  jurisdiction,
  operator_nationality,
  certification_missing,
  isolation_missing,
  export_denied,
  member_sites,
  locked_sites,
  ai_act_threshold,
  consent_missing,
  approval_missing,
  approval_pending,  // waits: asked for, not yet granted
  // ---- the law ends
  cheaper_later,  // it may be shifted, and energy costs and emits less soon
  nodes_out,      // large enough only when nodes that are drained or down are back
};
const char* to_string(Reason r);
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::nodes_out) + 1;
constexpr Reason reason_of(LawCode code) {
  return static_cast<Reason>(static_cast<std::uint8_t>(Reason::tenant_parent_blocked) +
                             static_cast<std::uint8_t>(code));
}
static_assert(reason_of(LawCode::approval_pending) == Reason::approval_pending);

// Who is served before whom, whatever their shares; the lower may be stopped for the higher.
enum class Tier : std::uint8_t { scavenger, standard, production, critical };
const char* to_string(Tier t);
// What a pool is made of. Shares are reckoned by kind: see sched/order.h.
// What is counted there: GPUs, quantum processors, groups of radio cells, cores, and of GPUs that
// are shared 1/1000.
enum class Device : std::uint8_t { gpu, qpu, ran_cell, cpu, shared_gpu };
inline constexpr std::size_t kDevices = 5;
constexpr std::int64_t units_of_one(Device d) { return d == Device::shared_gpu ? 1000 : 1; }
// The order of a lane's jobs among themselves.
enum class Within : std::uint8_t { arrival, deadline, shortest };

// Commands: imperative.
struct Part {  // what a gang holds of another pool than its first
  PoolId pool;
  Gpus gpus;
  Placement place;
};
struct StartJob {
  JobId job;
  PoolId pool;
  Placement place;                       // empty in a counted pool
  Gpus gpus{};                           // in `pool`; 0: as many as it asks for
  std::vector<Part> also{};              // the parts at other sites, the device beside the GPUs
  std::optional<ReservationId> under{};  // whose room it uses
};
struct PreemptJob {  // it saves what it can and goes back to its place in the queue
  JobId job;
  JobId for_job;
  Millis until;  // when its room is free
};
struct ResizeJob {  // an elastic gang grows or shrinks where it sits
  JobId job;
  Gpus gpus;
  Placement place;  // all of it
};
struct PromiseStart {  // hold room from `at` for the whole estimate; a later promise replaces it
  JobId job;
  PoolId pool;
  Millis at;
};
struct RefuseJob {
  JobId job;
  Reason because = Reason::none;
};
using Command = std::variant<StartJob, PromiseStart, RefuseJob, PreemptJob, ResizeJob>;

// Events: past tense.
struct MemberJoined {  // and its account, at the root of the tree
  MemberId member;
  std::string name;
  std::uint32_t weight_milli = 0;  // of its share; 0: what it contributes
  Gpus limit{};                    // of what it may hold at once; 0: none
};
struct AccountOpened {  // a project of a member, or a user of a project
  AccountId account;
  AccountId parent;
  std::string name;
  std::uint32_t weight_milli = 1000;
  Gpus limit{};  // 0: none
};
struct FairShareSet {
  Millis half_life;  // of what was used
};
struct SiteOpened {
  SiteId site;
  std::string name;
};
struct SitesLinked {  // a way between two sites; there may be several
  SiteId a, b;
  std::uint32_t mbit_per_s = 0, rtt_us = 0;
};
struct SitesParted {  // every way between the two sites is cut; SitesLinked mends one
  SiteId a, b;
};
struct PoolOpened {
  PoolId pool;
  SiteId site;
  MemberId owner;
  HardwareId hardware;
  std::uint32_t gpus_per_node = 0;  // 0: counted, without nodes
  std::uint32_t nodes_per_rack = 0, nodes_per_domain = 0;
  std::uint32_t lend_permille = 1000;  // of what is installed, for all borrowers together
  std::string name{};
  Device device = Device::gpu;
  Millis reclaim{};  // borrowed room is back within this; 0: borrowers are never stopped
  // Of a shared node (shared_nodes.h); 0: its nodes are not shared. 1/1000 core, MiB.
  std::uint32_t cpu_milli = 0, memory_mib = 0;
  // So many racks hang on one group of leaf switches, and the links between groups carry so much
  // less than all of them could send; 0: the whole pool is one group.
  std::uint32_t leaf_racks = 0, oversubscription_permille = 1000;
};
struct GuaranteeMade {  // a share of a pool that a member other than its owner may count on
  PoolId pool;
  MemberId member;
  Gpus gpus;  // 0 ends it
};
struct LendingSet {  // in place of what PoolOpened said of it
  PoolId pool;
  std::uint32_t lend_permille = 1000;
  Millis reclaim{};
};
struct LaneOpened {
  LaneId lane;
  MemberId member;
  WorkloadId workload;
  Gpus gpus;  // of each job; 0: they differ
  Spread spread = Spread::anywhere;
  std::int64_t priority = 0;
  std::vector<PoolId> pools{};         // where its jobs may lawfully and usefully run, best first
  std::optional<AccountId> account{};  // who is charged; none: the member itself
  Tier tier = Tier::standard;
  Within within = Within::arrival;
  bool preemptible = false;
  Millis min_run{};      // once started it is left alone for so long
  Millis checkpoint{};   // what it did is saved every so often; 0: never
  Millis restart{};      // time lost to start again
  Gpus least{}, most{};  // of an elastic or mouldable gang; 0: as many as it asks for
  bool elastic = false;  // may change its size while it runs, else only at its start
  std::uint32_t parallel_permille = 1000;       // of its work that more GPUs make faster (Amdahl)
  std::vector<std::uint32_t> speed_permille{};  // of each of pools; empty: all 1000
  std::uint32_t most_sites = 1;                 // over how many a gang may be split
  std::uint32_t sites_permille = 1000;          // its speed when it is
  std::uint32_t sites_mbit_per_s = 0;           // that each two of them must be joined by; 0: any
  std::uint32_t sites_rtt_us = 0;               // and at most so far apart; 0: any
  std::vector<PoolId> beside{};                 // pools of the device it needs beside its GPUs
  std::uint32_t beside_units = 0;
  std::uint32_t cpu_milli = 0, memory_mib = 0;  // beside its GPUs, on each shared node
  Device device = Device::gpu;                  // that its jobs ask for, in pools of it alone
  std::uint32_t site_permille = 1000;           // of what it holds and waits for, at one site
  std::uint32_t fabric_permille = 0;            // of its time: exchange between nodes
  Shape shape() const { return {spread, cpu_milli, memory_mib}; }
};
struct CapacityAdded {
  PoolId pool;
  Gpus gpus;
  std::optional<PlanId> plan{};  // that said so
};
struct CapacityRetired {
  PoolId pool;
  Gpus gpus;
  std::optional<PlanId> plan{};
};
struct CapacityPlanned {  // build-out, retirement, maintenance, a power window: by date
  PlanId plan;
  PoolId pool;
  Gpus gpus;        // more, or less than 0
  Millis from, to;  // to: Timeline::kForever for what stays
};
struct CapacityPlanDropped {
  PlanId plan;
};
struct NodesDrained {  // no new work; gone when what runs there has ended
  PoolId pool;
  std::uint32_t rack = 0;
  std::uint64_t nodes = 0;
};
struct NodesResumed {
  PoolId pool;
  std::uint32_t rack = 0;
  std::uint64_t nodes = 0;
};
struct ReservationMade {  // room of a pool for one member's work
  ReservationId reservation;
  MemberId member;
  PoolId pool;
  Gpus gpus;
  Millis from, to;
};
struct ReservationDropped {  // it is not over yet: what it kept is anybody's, who used it runs on
  ReservationId reservation;
};
struct JobSubmitted {
  JobId job;
  LaneId lane;
  Gpus gpus;
  Millis estimate;             // how long it asks for; kUntilCancelled for replicas
  Millis deadline{};           // 0: none
  std::vector<JobId> after{};  // it waits until these have ended
};
struct LimitReached {  // its estimate is over: its room is free, though its end is still to be told
  JobId job;
};
struct JobEnded {
  JobId job;
};
struct JobFailed {  // it ended, but not well: those that wait for it never run
  JobId job;
};
struct JobAdopted {  // it runs there though nobody asked us: somebody started it at the site itself
  JobId job;
  LaneId lane;
  Gpus gpus;
  Millis estimate;  // as in JobSubmitted, from now on
  PoolId pool;
  Placement place;  // empty in a counted pool
};
struct JobCancelled {  // before it started
  JobId job;
};
struct JobStopped {  // it was preempted, or its machine failed: it waits again
  JobId job;
  Millis left;  // of its estimate, with the restart
};
struct AccountLimitSet {
  AccountId account;
  Gpus limit;  // of what it may hold at once; 0: none
};
struct TimeReached {};  // nothing happened, but an instant came that somebody asked to be woken at
struct CommandIssued {
  Command wish;
};

// ---- the law: its rules, what they are asked about, and what was granted. Labels and verdicts are
// not told: World works them out (law_book.h), and the auditor once more (sovereignty_audit.h).
// Lists of ids and words rise, each once.
struct ClassOpened {
  ClassId data_class;
  std::string name;
  std::vector<std::string> jurisdictions;  // where it may run; "any": everywhere
  AnyNationality run_by = AnyNationality::any, kept_by = AnyNationality::any;
  std::vector<std::string> certifications;
  Isolation isolation = Isolation::shared;
  ExportRule leaving = ExportRule::free;
  std::int64_t lead_days = 0;
  std::uint32_t may_leave_member_sites = 1, may_leave_locked_sites = 1;  // 0 or 1
};
struct RowOpened {  // a row of the policy that tightens the classes
  RowId row;
  std::string name;
  DataAction action = DataAction::run;
  std::vector<ClassId> classes;                            // empty: all
  std::vector<std::string> jurisdictions, tenant_parents;  // empty: all; "foreign": all but kr
  std::int64_t from_eflop = 0;                             // 10^18 operations of training
  RowVerdict verdict = RowVerdict::needs_approval;
  LawCode because = LawCode::approval_missing;
  std::int64_t lead_days = 0;
};
struct HallOpened {
  HallId hall;
  SiteId site;
  std::optional<MemberId> site_owner;  // none: no member's
  std::string name, jurisdiction;
  Nationality run_by = Nationality::foreign;
  std::vector<std::string> certifications, foreign_law;
  Isolation isolation = Isolation::shared;
};
struct PoolHoused {
  PoolId pool;
  HallId hall;
};
struct ArtifactMade {  // made_of are earlier ones: there is no cycle
  ArtifactId artifact;
  std::string name;
  MemberId owner;
  std::vector<ClassId> classes;  // its own, and that of the work that makes it
  std::vector<ArtifactId> made_of;
  SiteId site;
  std::int64_t size_mb = 0;
  std::vector<SiteId> only_sites;  // if one of its classes is locked to sites
};
struct LaneLabelled {  // once a lane: what its jobs read, and for whom
  LaneId lane;
  ClassId data_class;
  std::vector<ArtifactId> inputs;
  std::vector<SiteId> only_sites;  // empty: none named
  std::string tenant_parent;       // jurisdiction
  std::int64_t eflop = 0;          // of the model that it trains
  Reason closed = Reason::none;    // why lane.pools is empty
};
struct ApprovalGranted {
  ApprovalId approval;
  DataAction action = DataAction::run;
  std::optional<ClassId> data_class;
  std::optional<WorkloadId> workload;
  std::optional<ArtifactId> artifact;
  std::string to;  // a site's name or a jurisdiction; "": everywhere
  Millis requested;
};
struct ArtifactLowered {  // by a reviewer: this class in place of all that it has and inherits
  ArtifactId artifact;
  ClassId data_class;
  ApprovalId approval;
};
struct LaneWidened {  // the law has opened more pools to it: all of them, best first
  LaneId lane;
  std::vector<PoolId> pools;
  std::vector<std::uint32_t> speed_permille{};  // of each, as in LaneOpened
};
// ---- the law ends

// ---- energy: what a site's costs, what waits for it, and caps of power
struct SiteEnergyTold {  // from now on
  SiteId site;
  std::uint32_t krw_per_mwh = 0;  // of one kWh more; 0 for a price below 0
  std::uint32_t co2_g_per_kwh = 0;
  Millis dear_until{};  // work that may be shifted is better off after it; not after now: it is not
};
struct LaneMayShift {  // its jobs may wait so long, from their submission, for a better hour
  LaneId lane;
  Millis by;
};
struct SlowedWork {  // work of other workloads keeps its speed
  WorkloadId workload;
  std::uint32_t speed_permille = 1000;  // above 0
};
enum class CapCause : std::uint8_t { none, price, demand_response, power_short };
struct PoolCapped {  // in place of the cap before; until now: there is none any more
  PoolId pool;
  Millis until;
  std::uint32_t power_permille = 1000;  // of the span from idle to nameplate that a GPU may draw
  CapCause because = CapCause::none;
  std::vector<SlowedWork> slowed{};  // each workload once, rising
};
// ---- energy ends

using What =
    std::variant<MemberJoined, SiteOpened, PoolOpened, LaneOpened, CapacityAdded, CapacityRetired,
                 JobSubmitted, LimitReached, JobEnded, JobCancelled, TimeReached, CommandIssued,
                 AccountOpened, FairShareSet, GuaranteeMade, CapacityPlanned, CapacityPlanDropped,
                 NodesDrained, NodesResumed, ReservationMade, JobStopped, AccountLimitSet,
                 // the law
                 ClassOpened, RowOpened, HallOpened, PoolHoused, ArtifactMade, LaneLabelled,
                 ApprovalGranted, ArtifactLowered, LaneWidened,
                 // the law ends
                 SitesLinked, JobFailed, JobAdopted, LendingSet, SitesParted, SiteEnergyTold,
                 LaneMayShift, PoolCapped, ReservationDropped>;
struct Event {
  Millis at;
  What what;
};

inline constexpr Millis kUntilCancelled{Quantity<Milli>(std::int64_t{1} << 61)};

}  // namespace dure
