// What the tests of world and sched share: an event and a world as text, so that two of them can be
// compared field by field without going through the code that is tested.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <type_traits>

#include "world/world.h"

namespace dure {
namespace text_detail {

class Text {
 public:
  template <class... T>
  void line(const char* name, const T&... fields) {
    out_ << name;
    (put(fields), ...);
    out_ << '\n';
  }
  std::string str() const { return out_.str(); }

 private:
  template <class K>
  void put(Id<K> id) {
    out_ << " #" << id.index;
  }
  template <class U>
  void put(Quantity<U> q) {
    out_ << ' ' << q.count() << U::suffix;
  }
  void put(const std::string& s) { out_ << " '" << s << "'(" << s.size() << ')'; }
  void put(Reason r) { out_ << ' ' << to_string(r); }
  void put(bool b) { out_ << (b ? " yes" : " no"); }
  void put(std::int64_t n) { out_ << ' ' << n; }
  void put(std::uint64_t n) { out_ << ' ' << n; }
  void put(std::uint32_t n) { out_ << ' ' << n; }
  void put(std::int32_t n) { out_ << ' ' << n; }
  void put(const Slice& s) {
    out_ << " [" << s.rack << ' ' << s.gpus_per_node << ' ' << s.nodes << ' ' << s.cpu_milli << ' '
         << s.memory_mib << ']';
  }
  template <class E>
  void put(E e) requires std::is_enum_v<E> {
    out_ << " enum" << static_cast<int>(e);
  }
  template <class T>
  void put(const std::optional<T>& o) {
    if (o)
      put(*o);
    else
      out_ << " -";
  }
  void put(const Part& p) {
    put(p.pool);
    put(p.gpus);
    put(p.place);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put_all(list);
  }
  void put(const Placement& list) { put_all(list); }
  template <class List>
  void put_all(const List& list) {
    out_ << " {";
    for (const auto& item : list) put(item);
    out_ << '}';
  }
  std::ostringstream out_;
};

inline void put(Text& t, const StartJob& e) {
  t.line("StartJob", e.job, e.pool, e.place, e.gpus, e.also, e.under);
}
inline void put(Text& t, const PreemptJob& e) { t.line("PreemptJob", e.job, e.for_job, e.until); }
inline void put(Text& t, const ResizeJob& e) { t.line("ResizeJob", e.job, e.gpus, e.place); }
inline void put(Text& t, const AccountOpened& e) {
  t.line("AccountOpened", e.account, e.parent, e.name, e.weight_milli, e.limit);
}
inline void put(Text& t, const FairShareSet& e) { t.line("FairShareSet", e.half_life); }
inline void put(Text& t, const GuaranteeMade& e) {
  t.line("GuaranteeMade", e.pool, e.member, e.gpus);
}
inline void put(Text& t, const CapacityPlanned& e) {
  t.line("CapacityPlanned", e.plan, e.pool, e.gpus, e.from, e.to);
}
inline void put(Text& t, const CapacityPlanDropped& e) { t.line("CapacityPlanDropped", e.plan); }
inline void put(Text& t, const NodesDrained& e) { t.line("NodesDrained", e.pool, e.rack, e.nodes); }
inline void put(Text& t, const NodesResumed& e) { t.line("NodesResumed", e.pool, e.rack, e.nodes); }
inline void put(Text& t, const ReservationDropped& e) {
  t.line("ReservationDropped", e.reservation);
}
inline void put(Text& t, const ReservationMade& e) {
  t.line("ReservationMade", e.reservation, e.member, e.pool, e.gpus, e.from, e.to);
}
inline void put(Text& t, const AccountLimitSet& e) {
  t.line("AccountLimitSet", e.account, e.limit);
}
inline void put(Text& t, const JobStopped& e) { t.line("JobStopped", e.job, e.left); }
inline void put(Text& t, const PromiseStart& e) { t.line("PromiseStart", e.job, e.pool, e.at); }
inline void put(Text& t, const RefuseJob& e) { t.line("RefuseJob", e.job, e.because); }
inline void put(Text& t, const MemberJoined& e) {
  t.line("MemberJoined", e.member, e.name, e.weight_milli, e.limit);
}
inline void put(Text& t, const SiteOpened& e) { t.line("SiteOpened", e.site, e.name); }
inline void put(Text& t, const PoolOpened& e) {
  t.line("PoolOpened", e.pool, e.site, e.owner, e.hardware, e.gpus_per_node, e.nodes_per_rack,
         e.nodes_per_domain, e.lend_permille, e.name, e.device, e.reclaim, e.cpu_milli,
         e.memory_mib, e.leaf_racks, e.oversubscription_permille);
}
inline void put(Text& t, const LaneOpened& e) {
  t.line("LaneOpened", e.lane, e.member, e.workload, e.gpus, e.spread, e.priority, e.pools,
         e.account, e.tier, e.within, e.preemptible, e.min_run, e.checkpoint, e.restart, e.least,
         e.most, e.elastic, e.parallel_permille, e.speed_permille, e.most_sites, e.sites_permille,
         e.beside, e.beside_units, e.cpu_milli, e.memory_mib, e.device, e.site_permille,
         e.fabric_permille, e.sites_mbit_per_s, e.sites_rtt_us);
}
inline void put(Text& t, const CapacityAdded& e) {
  t.line("CapacityAdded", e.pool, e.gpus, e.plan);
}
inline void put(Text& t, const CapacityRetired& e) {
  t.line("CapacityRetired", e.pool, e.gpus, e.plan);
}
inline void put(Text& t, const JobSubmitted& e) {
  t.line("JobSubmitted", e.job, e.lane, e.gpus, e.estimate, e.deadline, e.after);
}
inline void put(Text& t, const LimitReached& e) { t.line("LimitReached", e.job); }
inline void put(Text& t, const JobEnded& e) { t.line("JobEnded", e.job); }
inline void put(Text& t, const JobCancelled& e) { t.line("JobCancelled", e.job); }
inline void put(Text& t, const JobFailed& e) { t.line("JobFailed", e.job); }
inline void put(Text& t, const LendingSet& e) {
  t.line("LendingSet", e.pool, e.lend_permille, e.reclaim);
}
inline void put(Text& t, const JobAdopted& e) {
  t.line("JobAdopted", e.job, e.lane, e.gpus, e.estimate, e.pool, e.place);
}
inline void put(Text& t, const TimeReached&) { t.line("TimeReached"); }
inline void put(Text& t, const ClassOpened& e) {
  t.line("ClassOpened", e.data_class, e.name, e.jurisdictions, e.run_by, e.kept_by,
         e.certifications, e.isolation, e.leaving, e.lead_days, e.may_leave_member_sites,
         e.may_leave_locked_sites);
}
inline void put(Text& t, const RowOpened& e) {
  t.line("RowOpened", e.row, e.name, e.action, e.classes, e.jurisdictions, e.tenant_parents,
         e.from_eflop, e.verdict, e.because, e.lead_days);
}
inline void put(Text& t, const HallOpened& e) {
  t.line("HallOpened", e.hall, e.site, e.site_owner, e.name, e.jurisdiction, e.run_by,
         e.certifications, e.foreign_law, e.isolation);
}
inline void put(Text& t, const PoolHoused& e) { t.line("PoolHoused", e.pool, e.hall); }
inline void put(Text& t, const ArtifactMade& e) {
  t.line("ArtifactMade", e.artifact, e.name, e.owner, e.classes, e.made_of, e.site, e.size_mb,
         e.only_sites);
}
inline void put(Text& t, const LaneLabelled& e) {
  t.line("LaneLabelled", e.lane, e.data_class, e.inputs, e.only_sites, e.tenant_parent, e.eflop,
         e.closed);
}
inline void put(Text& t, const ApprovalGranted& e) {
  t.line("ApprovalGranted", e.approval, e.action, e.data_class, e.workload, e.artifact, e.to,
         e.requested);
}
inline void put(Text& t, const ArtifactLowered& e) {
  t.line("ArtifactLowered", e.artifact, e.data_class, e.approval);
}
inline void put(Text& t, const SiteEnergyTold& e) {
  t.line("SiteEnergyTold", e.site, e.krw_per_mwh, e.co2_g_per_kwh, e.dear_until);
}
inline void put(Text& t, const LaneMayShift& e) { t.line("LaneMayShift", e.lane, e.by); }
inline void put(Text& t, const PoolCapped& e) {
  t.line("PoolCapped", e.pool, e.until, e.power_permille, static_cast<int>(e.because),
         e.slowed.size());
  for (const SlowedWork& s : e.slowed) t.line("SlowedWork", s.workload, s.speed_permille);
}
inline void put(Text& t, const SitesParted& e) { t.line("SitesParted", e.a, e.b); }
inline void put(Text& t, const SitesLinked& e) {
  t.line("SitesLinked", e.a, e.b, e.mbit_per_s, e.rtt_us);
}
inline void put(Text& t, const LaneWidened& e) {
  t.line("LaneWidened", e.lane, e.pools, e.speed_permille);
}
inline void put(Text& t, const CommandIssued& e) {
  std::visit([&](const auto& wish) { put(t, wish); }, e.wish);
}

}  // namespace text_detail

inline std::string text_of(const Event& e) {
  text_detail::Text t;
  t.line("at", e.at);
  std::visit([&](const auto& what) { text_detail::put(t, what); }, e.what);
  return t.str();
}

// Everything that World shows: jobs, pools, queues with their promises, the ledger.
inline std::string text_of(const World& w) {
  text_detail::Text t;
  t.line("world", w.now(), w.events(), w.waiting_jobs(), w.waiting_gpus(), w.running_jobs(),
         w.members(), w.sites());
  for (std::uint32_t i = 0; i < w.jobs(); ++i) {
    const Job& j = w.job(JobId{i});
    t.line("job", i, j.submit, j.estimate, j.start, j.end, j.lane, j.gpus, j.pool, j.state,
           j.let_go, j.deadline, j.held, j.stopping, j.more_parts, j.under_reservation, j.stops,
           j.failed);
    if (j.state == JobState::running && !j.let_go && w.pool(j.pool).machines)
      t.line("sits", w.placement(j));
  }
  for (std::uint32_t i = 0; i < w.pools(); ++i) {
    const Pool& p = w.pool(PoolId{i});
    text_detail::put(t, p.info);
    t.line("has", p.installed, p.free, p.lent, std::uint64_t{p.timeline.steps()});
    if (p.machines)
      t.line("racks", p.machines->installed(), p.machines->free(),
             p.machines->racks() ? p.machines->racks()->free_nodes() : 0, p.machines->owed());
    for (std::uint32_t m = 0; m < w.members().size(); ++m)
      t.line("used", w.ledger().in_use(PoolId{i}, MemberId{m}),
             w.ledger().used(PoolId{i}, MemberId{m}, w.now()));
  }
  for (std::uint32_t i = 0; i < w.lanes(); ++i) {
    text_detail::put(t, w.lane(LaneId{i}));
    const LaneQueue& q = w.queue(LaneId{i});
    for (std::size_t k = 0; k < q.size(); ++k)
      t.line("waits", q.job(k), q.need(k), q.estimate(k), q.promised_ms(k));
  }
  for (std::uint32_t l = 0; l < w.lanes(); ++l)
    for (std::uint32_t p = 0; p < w.pools(); ++p)
      t.line("lawful", w.closed(LaneId{l}), w.lawful(LaneId{l}, PoolId{p}));
  for (std::uint32_t m = 0; m < w.members().size(); ++m)
    t.line("balance", w.ledger().balance(MemberId{m}));
  return t.str();
}

}  // namespace dure
