#include "world/sovereignty_audit.h"

#include <variant>

namespace dure {
namespace {

constexpr const char* kLawful = "lawful";
constexpr std::int64_t kDayMs = 86'400'000;

template <class T>
bool has(const std::vector<T>& list, const T& x) {
  for (const T& item : list)
    if (item == x) return true;
  return false;
}

bool runs_well_enough(Nationality has, AnyNationality asked) {
  if (asked == AnyNationality::any) return true;
  if (asked == AnyNationality::state) return has == Nationality::state;
  if (asked == AnyNationality::kr_controlled)
    return has == Nationality::state || has == Nationality::kr_controlled;
  return has != Nationality::foreign;
}

bool speaks_of(const std::vector<std::string>& list, const std::string& jurisdiction) {
  if (list.empty()) return true;
  for (const std::string& word : list)
    if (word == jurisdiction || (word == "foreign" && jurisdiction != "kr")) return true;
  return false;
}

}  // namespace

void SovereigntyAudit::take(const Event& e) {
  now_ = e.at;
  std::visit([this](const auto& what) { on(what); }, e.what);
  ++figures_.events;
}

void SovereigntyAudit::forget() {
  for (Lane& lane : lanes_) lane.said.assign(pools_.size(), nullptr);
}

// ---- the facts

void SovereigntyAudit::on(const SiteOpened& e) { sites_.push_back(e.name); }

void SovereigntyAudit::on(const ClassOpened& e) {
  if (e.data_class.index != classes_.size()) {
    ++figures_.unreadable;
    return;
  }
  classes_.push_back(e);
  figures_.by_class.push_back({e.name, 0, 0});
}

void SovereigntyAudit::on(const RowOpened& e) {
  for (const ClassId c : e.classes)
    if (c.index >= classes_.size()) ++figures_.unreadable;
  rows_.push_back(e);
  forget();
}

void SovereigntyAudit::on(const HallOpened& e) {
  if (e.hall.index != halls_.size() || e.site.index >= sites_.size()) {
    ++figures_.unreadable;
    return;
  }
  halls_.push_back(e);
}

void SovereigntyAudit::on(const PoolOpened& e) {
  pools_.push_back({e.owner.index, -1});
  forget();
}

void SovereigntyAudit::on(const PoolHoused& e) {
  if (e.pool.index >= pools_.size() || e.hall.index >= halls_.size() ||
      pools_[e.pool.index].hall >= 0) {
    ++figures_.unreadable;
    return;
  }
  pools_[e.pool.index].hall = e.hall.index;
  forget();
}

void SovereigntyAudit::on(const ArtifactMade& e) {
  bool known = e.artifact.index == artifacts_.size();
  for (const ClassId c : e.classes) known = known && c.index < classes_.size();
  for (const ArtifactId a : e.made_of) known = known && a.index < artifacts_.size();
  if (!known) {
    ++figures_.unreadable;
    return;
  }
  artifacts_.push_back({e, false, 0});
}

void SovereigntyAudit::on(const LaneOpened& e) {
  Lane lane;
  lane.member = e.member.index;
  lane.workload = e.workload.index;
  lane.said.assign(pools_.size(), nullptr);
  lanes_.push_back(std::move(lane));
}

void SovereigntyAudit::on(const LaneLabelled& e) {
  bool known = e.lane.index < lanes_.size() && e.data_class.index < classes_.size();
  for (const ArtifactId a : e.inputs) known = known && a.index < artifacts_.size();
  if (!known || lanes_[e.lane.index].labelled) {  // a label is given once
    ++figures_.unreadable;
    return;
  }
  Lane& lane = lanes_[e.lane.index];
  lane.labelled = true;
  lane.label = e;
  lane.said.assign(pools_.size(), nullptr);
}

void SovereigntyAudit::on(const ApprovalGranted& e) {
  grants_.push_back({e, (now_ - e.requested).count()});
  forget();
}

// A lowering stands only if rows say who may lower each class that the artifact has or inherits,
// and an approval for it was granted in the time that the longest of them asks for.
void SovereigntyAudit::on(const ArtifactLowered& e) {
  if (e.artifact.index >= artifacts_.size() || e.data_class.index >= classes_.size()) {
    ++figures_.unreadable;
    return;
  }
  Artifact& artifact = artifacts_[e.artifact.index];
  const Artifact before = artifact;
  artifact.lowered = false;
  std::vector<bool> seen(artifacts_.size());
  std::vector<Held> held;
  collect(e.artifact.index, seen, held);
  artifact = before;
  std::int64_t days = -1;  // no row speaks of it
  bool denied = false;
  for (const RowOpened& row : rows_) {
    if (row.action != DataAction::lower_class) continue;
    bool hit = row.classes.empty();
    for (const Held& h : held) hit = hit || has(row.classes, ClassId{h.data_class});
    if (!hit || !speaks_of(row.jurisdictions, "kr") || !speaks_of(row.tenant_parents, "kr") ||
        row.from_eflop > 0)
      continue;
    if (row.verdict == RowVerdict::deny) denied = true;
    if (row.lead_days > days) days = row.lead_days;
  }
  bool approved = false;
  for (const Grant& g : grants_)
    if (g.told.approval == e.approval && g.told.action == DataAction::lower_class &&
        g.told.artifact && *g.told.artifact == e.artifact && g.waited_ms >= days * kDayMs)
      approved = true;
  if (denied || days < 0 || !approved) {
    ++figures_.lowered_without_approval;  // and what it has and inherits still holds
    return;
  }
  artifact.lowered = true;
  artifact.lowered_to = e.data_class.index;
  forget();
}

// ---- the starts

void SovereigntyAudit::on(const JobSubmitted& e) {
  if (e.job.index != lane_of_job_.size()) ++figures_.unreadable;
  lane_of_job_.push_back(e.lane.index);
  ++figures_.jobs;
}

void SovereigntyAudit::on(const JobAdopted& e) {
  if (e.job.index != lane_of_job_.size()) ++figures_.unreadable;
  lane_of_job_.push_back(e.lane.index);
  ++figures_.jobs;
  ++figures_.adopted;
  const char* const because = say(e.job, e.pool);
  if (because == kLawful) return;
  ++figures_.adopted_unlawful;
  note(figures_.first_adopted, e.job, e.pool, because);
}

void SovereigntyAudit::on(const CommandIssued& e) {
  if (const auto* start = std::get_if<StartJob>(&e.wish)) check(*start);
}

const char* SovereigntyAudit::say(JobId job, PoolId pool) {
  if (job.index >= lane_of_job_.size()) return "unknown_job";
  if (lane_of_job_[job.index] >= lanes_.size()) return "unknown_lane";
  if (pool.index >= pools_.size()) return "unknown_pool";
  Lane& lane = lanes_[lane_of_job_[job.index]];
  const char*& said = lane.said[pool.index];
  if (said == nullptr) said = why_not(lane, pools_[pool.index]);
  return said;
}

SovereigntyAudit::OfClass& SovereigntyAudit::class_of(JobId job) {
  if (job.index >= lane_of_job_.size() || lane_of_job_[job.index] >= lanes_.size())
    return figures_.without_class;
  const Lane& lane = lanes_[lane_of_job_[job.index]];
  return lane.labelled ? figures_.by_class[lane.label.data_class.index] : figures_.without_class;
}

void SovereigntyAudit::note(std::vector<Offence>& list, JobId job, PoolId pool,
                            const char* because) {
  if (list.size() == kFirst) return;
  const bool housed = pool.index < pools_.size() && pools_[pool.index].hall >= 0;
  list.push_back({figures_.events, now_, job, pool, class_of(job).name,
                  housed ? halls_[static_cast<std::size_t>(pools_[pool.index].hall)].name : "",
                  because});
}

void SovereigntyAudit::check(const StartJob& start) {
  OfClass& of = class_of(start.job);
  ++figures_.placements;
  ++of.placements;
  PoolId pool = start.pool;
  const char* because = say(start.job, pool);
  for (const Part& part : start.also) {  // a gang over several sites, a device beside its GPUs
    if (because != kLawful) break;
    pool = part.pool;
    because = say(start.job, pool);
  }
  if (because == kLawful) return;
  ++figures_.violations;
  ++of.violations;
  note(figures_.first, start.job, pool, because);
}

// Every class that holds for an artifact: its own and those of all it was made of, down to where a
// reviewer has lowered one.
void SovereigntyAudit::collect(std::uint32_t index, std::vector<bool>& seen,
                               std::vector<Held>& held) const {
  if (seen[index]) return;
  seen[index] = true;
  const Artifact& a = artifacts_[index];
  if (a.lowered) {
    held.push_back({a.lowered_to, a.told.owner.index, &a.told.only_sites});
    return;
  }
  for (const ClassId c : a.told.classes)
    held.push_back({c.index, a.told.owner.index, &a.told.only_sites});
  for (const ArtifactId from : a.told.made_of) collect(from.index, seen, held);
}

const char* SovereigntyAudit::why_not(const Lane& lane, const Pool& pool) const {
  if (!lane.labelled && pool.hall < 0) return kLawful;  // a recorded log: no law was told of
  if (!lane.labelled) return "no_label";
  if (pool.hall < 0) return "no_hall";
  const HallOpened& hall = halls_[static_cast<std::size_t>(pool.hall)];
  std::vector<Held> held{{lane.label.data_class.index, lane.member, &lane.label.only_sites}};
  std::vector<bool> seen(artifacts_.size());
  for (const ArtifactId a : lane.label.inputs) collect(a.index, seen, held);

  for (const Held& h : held)
    if (const char* why = class_why_not(h, lane, hall)) return why;
  // Data that stay with their owners: of one owner only, on its racks or its site.
  std::int64_t home = -1;
  for (const Held& h : held) {
    if (classes_[h.data_class].may_leave_member_sites != 0) continue;
    if (home >= 0 && home != h.owner) return "member_sites";
    home = h.owner;
  }
  if (home >= 0 && pool.owner != home && !(hall.site_owner && hall.site_owner->index == home))
    return "member_sites";
  if (!lane.label.only_sites.empty() && !has(lane.label.only_sites, hall.site))
    return "locked_sites";
  for (const RowOpened& row : rows_)
    if (const char* why = row_why_not(row, held, lane, hall)) return why;
  return kLawful;
}

const char* SovereigntyAudit::class_why_not(const Held& held, const Lane& lane,
                                            const HallOpened& hall) const {
  const ClassOpened& c = classes_[held.data_class];
  const bool must_be_korean =
      c.run_by == AnyNationality::kr_controlled || c.run_by == AnyNationality::state;
  if (must_be_korean && !hall.foreign_law.empty()) return "foreign_law_reach";
  if (!has(c.jurisdictions, std::string("any")) && !has(c.jurisdictions, hall.jurisdiction))
    return "jurisdiction";
  if (!runs_well_enough(hall.run_by, c.run_by)) return "operator_nationality";
  for (const std::string& certificate : c.certifications)
    if (!has(hall.certifications, certificate)) return "certification_missing";
  if (static_cast<int>(hall.isolation) < static_cast<int>(c.isolation)) return "isolation_missing";
  if (c.may_leave_locked_sites == 0 && !has(*held.only_sites, hall.site)) return "locked_sites";
  if (hall.jurisdiction == "kr" || c.leaving == ExportRule::free) return nullptr;
  if (c.leaving == ExportRule::deny) return "export_denied";
  if (!granted(DataAction::transfer_abroad, held.data_class, lane, hall, c.lead_days))
    return "not_approved";
  return nullptr;
}

const char* SovereigntyAudit::row_why_not(const RowOpened& row, const std::vector<Held>& held,
                                          const Lane& lane, const HallOpened& hall) const {
  const bool leaves = row.action == DataAction::transfer_abroad && hall.jurisdiction != "kr";
  if (row.action != DataAction::run && !leaves) return nullptr;
  if (!speaks_of(row.jurisdictions, hall.jurisdiction)) return nullptr;
  if (!speaks_of(row.tenant_parents, lane.label.tenant_parent)) return nullptr;
  if (lane.label.eflop < row.from_eflop) return nullptr;
  if (row.classes.empty()) {
    if (row.verdict == RowVerdict::deny) return "policy_row";
    return granted(row.action, -1, lane, hall, row.lead_days) ? nullptr : "not_approved";
  }
  for (const Held& h : held) {
    if (!has(row.classes, ClassId{h.data_class})) continue;
    if (row.verdict == RowVerdict::deny) return "policy_row";
    if (!granted(row.action, h.data_class, lane, hall, row.lead_days)) return "not_approved";
  }
  return nullptr;
}

bool SovereigntyAudit::granted(DataAction action, std::int64_t data_class, const Lane& lane,
                               const HallOpened& hall, std::int64_t days) const {
  for (const Grant& g : grants_) {
    const ApprovalGranted& a = g.told;
    if (a.action != action || a.artifact || g.waited_ms < days * kDayMs) continue;
    if (!a.to.empty() && a.to != hall.jurisdiction && a.to != sites_[hall.site.index]) continue;
    if (!a.data_class && !a.workload) continue;
    if (a.data_class && a.data_class->index != data_class) continue;
    if (a.workload && a.workload->index != lane.workload) continue;
    return true;
  }
  return false;
}

}  // namespace dure
