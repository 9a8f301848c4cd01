// The fields of each event and command, in the order of the bytes: one list for the record that
// tells them and the snapshot of a world that keeps them; a field that is left out does not
// compile. The page: docs/formats/record.md.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/describe.h"
#include "world/archive.h"
#include "world/event.h"

namespace dure {

template <class... A>
std::integral_constant<std::size_t, sizeof...(A)> count_of(const A&...);  // never defined

#define FIELDS(TYPE, ...)                                                           \
  template <class Io, class T>                                                      \
  void fields(Io& io, T& e) requires std::is_same_v<std::remove_const_t<T>, TYPE> { \
    static_assert(has_members<TYPE, decltype(count_of(__VA_ARGS__))::value>);       \
    walk_all(io, __VA_ARGS__);                                                      \
  }
FIELDS(Slice, e.rack, e.gpus_per_node, e.nodes, e.cpu_milli, e.memory_mib)
FIELDS(Part, e.pool, e.gpus, e.place)
FIELDS(StartJob, e.job, e.pool, e.place, e.gpus, e.also, e.under)
FIELDS(PreemptJob, e.job, e.for_job, e.until)
FIELDS(ResizeJob, e.job, e.gpus, e.place)
FIELDS(PromiseStart, e.job, e.pool, e.at)
FIELDS(RefuseJob, e.job, e.because)
FIELDS(MemberJoined, e.member, e.name, e.weight_milli, e.limit)
FIELDS(AccountOpened, e.account, e.parent, e.name, e.weight_milli, e.limit)
FIELDS(FairShareSet, e.half_life)
FIELDS(GuaranteeMade, e.pool, e.member, e.gpus)
FIELDS(LendingSet, e.pool, e.lend_permille, e.reclaim)
FIELDS(SitesParted, e.a, e.b)
FIELDS(SiteOpened, e.site, e.name)
FIELDS(PoolOpened, e.pool, e.site, e.owner, e.hardware, e.gpus_per_node, e.nodes_per_rack,
       e.nodes_per_domain, e.lend_permille, e.name, e.device, e.reclaim, e.cpu_milli, e.memory_mib,
       e.leaf_racks, e.oversubscription_permille)
FIELDS(LaneOpened, e.lane, e.member, e.workload, e.gpus, e.spread, e.priority, e.pools, e.account,
       e.tier, e.within, e.preemptible, e.min_run, e.checkpoint, e.restart, e.least, e.most,
       e.elastic, e.parallel_permille, e.speed_permille, e.most_sites, e.sites_permille, e.beside,
       e.beside_units, e.cpu_milli, e.memory_mib, e.device, e.site_permille, e.fabric_permille,
       e.sites_mbit_per_s, e.sites_rtt_us)
FIELDS(CapacityAdded, e.pool, e.gpus, e.plan)
FIELDS(CapacityRetired, e.pool, e.gpus, e.plan)
FIELDS(CapacityPlanned, e.plan, e.pool, e.gpus, e.from, e.to)
FIELDS(CapacityPlanDropped, e.plan)
FIELDS(NodesDrained, e.pool, e.rack, e.nodes)
FIELDS(NodesResumed, e.pool, e.rack, e.nodes)
FIELDS(ReservationMade, e.reservation, e.member, e.pool, e.gpus, e.from, e.to)
FIELDS(ReservationDropped, e.reservation)
FIELDS(JobSubmitted, e.job, e.lane, e.gpus, e.estimate, e.deadline, e.after)
FIELDS(JobStopped, e.job, e.left)
FIELDS(AccountLimitSet, e.account, e.limit)
FIELDS(LimitReached, e.job)
FIELDS(JobEnded, e.job)
FIELDS(JobCancelled, e.job)
FIELDS(JobFailed, e.job)
FIELDS(JobAdopted, e.job, e.lane, e.gpus, e.estimate, e.pool, e.place)
// ---- the law
FIELDS(ClassOpened, e.data_class, e.name, e.jurisdictions, e.run_by, e.kept_by, e.certifications,
       e.isolation, e.leaving, e.lead_days, e.may_leave_member_sites, e.may_leave_locked_sites)
FIELDS(RowOpened, e.row, e.name, e.action, e.classes, e.jurisdictions, e.tenant_parents,
       e.from_eflop, e.verdict, e.because, e.lead_days)
FIELDS(HallOpened, e.hall, e.site, e.site_owner, e.name, e.jurisdiction, e.run_by, e.certifications,
       e.foreign_law, e.isolation)
FIELDS(PoolHoused, e.pool, e.hall)
FIELDS(ArtifactMade, e.artifact, e.name, e.owner, e.classes, e.made_of, e.site, e.size_mb,
       e.only_sites)
FIELDS(LaneLabelled, e.lane, e.data_class, e.inputs, e.only_sites, e.tenant_parent, e.eflop,
       e.closed)
FIELDS(ApprovalGranted, e.approval, e.action, e.data_class, e.workload, e.artifact, e.to,
       e.requested)
FIELDS(ArtifactLowered, e.artifact, e.data_class, e.approval)
FIELDS(LaneWidened, e.lane, e.pools, e.speed_permille)
// ---- the law ends
FIELDS(SitesLinked, e.a, e.b, e.mbit_per_s, e.rtt_us)
FIELDS(SiteEnergyTold, e.site, e.krw_per_mwh, e.co2_g_per_kwh, e.dear_until)
FIELDS(LaneMayShift, e.lane, e.by)
FIELDS(SlowedWork, e.workload, e.speed_permille)
FIELDS(PoolCapped, e.pool, e.until, e.power_permille, e.because, e.slowed)
FIELDS(CommandIssued, e.wish)
#undef FIELDS
template <class Io, class T>
void fields(Io&, T&) requires std::is_same_v<std::remove_const_t<T>, TimeReached> {}

}  // namespace dure
