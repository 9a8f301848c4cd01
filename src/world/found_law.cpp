#include "world/found_law.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "world/by_id.h"

namespace dure {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

template <class T>
void rise(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}
std::vector<std::string> rising(std::vector<std::string> list) {
  rise(list);
  return list;
}

std::vector<SiteId> sites_of(const Scenario& s, const std::vector<std::string>& ids) {
  std::vector<SiteId> out;
  out.reserve(ids.size());
  for (const std::string& id : ids) out.push_back({index_of(s.sites, id)});
  rise(out);
  return out;
}

constexpr double kOneEflop = 1e18;
std::int64_t eflop_of(double flops) {
  return static_cast<std::int64_t>(std::llround(flops / kOneEflop));
}

// The classes that hold for an artifact or for work before anything is lowered: all it is made of.
class Closure {
 public:
  explicit Closure(const Scenario& s) : s_(s) {}
  void work(const WorkloadSpec& w) {
    classes.insert(w.data_class);
    for (const std::string& id : w.inputs) artifact(id);
  }
  void artifact(const std::string& id) {
    if (!seen_.insert(id).second) return;
    const ArtifactSpec& a = s_.artifacts[index_of(s_.artifacts, id)];
    classes.insert(a.data_class);
    for (const std::string& from : a.made_of) artifact(from);
    for (const WorkloadSpec& w : s_.workloads)
      if (contains(w.outputs, id)) work(w);
  }
  std::set<std::string> classes;

 private:
  const Scenario& s_;
  std::set<std::string> seen_;
};

class Sorter {  // depth first, in the order of the file
 public:
  explicit Sorter(const Scenario& s) : s_(s), state_(s.artifacts.size()) {}
  ArtifactOrder all() {
    for (std::uint32_t i = 0; i < s_.artifacts.size() && out_.cycle.empty(); ++i) visit(i);
    return std::move(out_);
  }

 private:
  enum class State : std::uint8_t { unseen, open, done };
  void visit(std::uint32_t i) {
    if (state_[i] == State::done || !out_.cycle.empty()) return;
    const ArtifactSpec& a = s_.artifacts[i];
    if (state_[i] == State::open) {
      const auto from = std::find(path_.begin(), path_.end(), a.id);
      out_.cycle.assign(from, path_.end());
      out_.cycle.push_back(a.id);
      return;
    }
    state_[i] = State::open;
    path_.push_back(a.id);
    for (const std::string& id : a.made_of) visit(index_of(s_.artifacts, id));
    for (const WorkloadSpec& w : s_.workloads) {
      if (!contains(w.outputs, a.id)) continue;
      path_.push_back("work " + w.id);
      for (const std::string& id : w.inputs) visit(index_of(s_.artifacts, id));
      path_.pop_back();
    }
    path_.pop_back();
    state_[i] = State::done;
    out_.order.push_back(i);
  }
  const Scenario& s_;
  std::vector<State> state_;
  std::vector<std::string> path_;
  ArtifactOrder out_;
};

}  // namespace

ClassOpened class_of(const Scenario& s, std::uint32_t index) {
  const DataClassSpec& spec = s.data_classes[index];
  ClassOpened out;
  out.data_class = ClassId{index};
  out.name = spec.id;
  if (spec.jurisdictions.empty())
    out.jurisdictions = {spec.korea_only.value_or(true) ? kHome : "any"};
  for (const std::string& j : spec.jurisdictions) {
    if (j == "kr_or_adequate") {
      out.jurisdictions.push_back(kHome);
      for (const std::string& a : s.sovereignty.adequate) out.jurisdictions.push_back(a);
    } else {
      out.jurisdictions.push_back(j);
    }
  }
  rise(out.jurisdictions);
  out.run_by = spec.operator_nationality;
  out.kept_by = spec.storage_nationality.value_or(spec.operator_nationality);
  out.certifications = rising(spec.certifications);
  out.isolation = spec.isolation;
  out.leaving = spec.export_rule;
  out.lead_days = spec.lead_time_days;
  out.may_leave_member_sites = spec.may_leave_member_sites ? 1 : 0;
  out.may_leave_locked_sites = spec.may_leave_locked_sites ? 1 : 0;
  return out;
}

RowOpened row_of(const Scenario& s, std::uint32_t index) {
  const PolicyRowSpec& spec = s.policy_rows[index];
  RowOpened out;
  out.row = RowId{index};
  out.name = spec.id;
  out.action = spec.action;
  for (const std::string& c : spec.data_classes)
    out.classes.push_back({index_of(s.data_classes, c)});
  rise(out.classes);
  out.jurisdictions = rising(spec.jurisdictions);
  out.tenant_parents = rising(spec.tenant_parents);
  out.from_eflop = eflop_of(spec.from_training_flops);
  out.verdict = spec.verdict;
  out.because = spec.because;
  out.lead_days = spec.lead_time_days;
  return out;
}

std::vector<HallOpened> halls_of(const Scenario& s) {
  std::vector<HallOpened> out;
  for (std::uint32_t i = 0; i < s.sites.size(); ++i)
    for (const HallSpec& hall : s.sites[i].halls) {
      const OperatorSpec& op = s.operators[index_of(s.operators, hall.operated_by)];
      HallOpened e;
      e.hall = HallId{static_cast<std::uint32_t>(out.size())};
      e.site = SiteId{i};
      for (std::uint32_t m = 0; m < s.members.size(); ++m)
        if (s.members[m].id == s.sites[i].owner) e.site_owner = MemberId{m};
      e.name = s.sites[i].id + "/" + hall.id;
      e.jurisdiction = s.sites[i].jurisdiction;
      e.run_by = op.nationality;
      e.certifications = rising(op.certifications);
      e.foreign_law = rising(op.foreign_law);
      e.isolation = hall.isolation;
      out.push_back(std::move(e));
    }
  return out;
}

HallId hall_id(const Scenario& s, std::uint32_t site, std::uint32_t hall) {
  std::size_t before = hall;
  for (std::uint32_t i = 0; i < site; ++i) before += s.sites[i].halls.size();
  return HallId{static_cast<std::uint32_t>(before)};
}

ArtifactOrder artifact_order(const Scenario& s) { return Sorter(s).all(); }

ArtifactId artifact_id(const Scenario& s, const ArtifactOrder& order, const std::string& id) {
  const auto it = std::find(order.order.begin(), order.order.end(), index_of(s.artifacts, id));
  CHECK(it != order.order.end());  // policy_check has passed
  return ArtifactId{static_cast<std::uint32_t>(it - order.order.begin())};
}

std::vector<ArtifactMade> artifacts_of(const Scenario& s, const ArtifactOrder& order) {
  std::vector<ArtifactMade> out;
  for (const std::uint32_t index : order.order) {
    const ArtifactSpec& spec = s.artifacts[index];
    ArtifactMade e;
    e.artifact = ArtifactId{static_cast<std::uint32_t>(out.size())};
    e.name = spec.id;
    e.owner = MemberId{index_of(s.members, spec.owner)};
    e.classes = {{index_of(s.data_classes, spec.data_class)}};
    for (const std::string& from : spec.made_of) e.made_of.push_back(artifact_id(s, order, from));
    for (const WorkloadSpec& w : s.workloads) {
      if (!contains(w.outputs, spec.id)) continue;
      e.classes.push_back({index_of(s.data_classes, w.data_class)});
      for (const std::string& from : w.inputs) e.made_of.push_back(artifact_id(s, order, from));
    }
    rise(e.classes);
    rise(e.made_of);
    e.site = SiteId{index_of(s.sites, spec.site)};
    e.size_mb = static_cast<std::int64_t>(std::llround(spec.size_gb * 1000));
    e.only_sites = sites_of(s, spec.only_sites);
    if (e.only_sites.empty()) e.only_sites = {e.site};
    out.push_back(std::move(e));
  }
  return out;
}

LaneLabelled label_event(const Scenario& s, const ArtifactOrder& order, LaneId lane,
                         const WorkloadSpec& work, const MemberSpec& member) {
  LaneLabelled e;
  e.lane = lane;
  e.data_class = ClassId{index_of(s.data_classes, work.data_class)};
  for (const std::string& id : work.inputs) e.inputs.push_back(artifact_id(s, order, id));
  rise(e.inputs);
  e.only_sites = sites_of(s, work.only_sites);
  e.tenant_parent = member.parent_jurisdiction;
  e.eflop = eflop_of(work.training_flops);
  return e;
}

Asked asked_of(const Scenario& s, const ApprovalSpec& approval) {
  Closure of(s);
  const WorkloadSpec* work = nullptr;
  if (approval.data_class) of.classes.insert(*approval.data_class);
  if (approval.artifact) of.artifact(*approval.artifact);
  if (approval.workload) {
    work = &s.workloads[index_of(s.workloads, *approval.workload)];
    of.work(*work);
  }
  Asked out;
  const auto need = [&](std::int64_t days, const std::vector<std::string>& by) {
    out.needed = true;
    out.lead_days = std::max(out.lead_days, days);
    out.approved_by.insert(out.approved_by.end(), by.begin(), by.end());
  };
  if (approval.action == DataAction::transfer_abroad)
    for (const std::string& id : of.classes) {
      const DataClassSpec& c = s.data_classes[index_of(s.data_classes, id)];
      if (c.export_rule == ExportRule::deny) out.denied = true;
      if (c.export_rule == ExportRule::consent || c.export_rule == ExportRule::approval)
        need(c.lead_time_days, c.approved_by);
    }
  for (const PolicyRowSpec& row : s.policy_rows) {
    if (row.action != approval.action) continue;
    const bool hit = std::any_of(row.data_classes.begin(), row.data_classes.end(),
                                 [&](const std::string& c) { return of.classes.contains(c); });
    if (!row.data_classes.empty() && !hit) continue;
    if (row.data_classes.empty() && work == nullptr && !approval.artifact)
      continue;  // it asks of the work, not of the data
    if (work != nullptr && work->training_flops < row.from_training_flops) continue;
    const auto from = [&](const DemandSpec& d) {
      const std::string& parent = s.members[index_of(s.members, d.member)].parent_jurisdiction;
      return contains(row.tenant_parents, parent) ||
             (parent != kHome && contains(row.tenant_parents, "foreign"));
    };
    if (work != nullptr && !row.tenant_parents.empty() &&
        std::none_of(work->demand.begin(), work->demand.end(), from))
      continue;
    if (row.verdict == RowVerdict::deny)
      out.denied = out.denied || row.jurisdictions.empty();
    else
      need(row.lead_time_days, row.approved_by);
  }
  if (approval.action == DataAction::lower_class && !out.needed) out.denied = true;
  rise(out.approved_by);
  return out;
}

ApprovalGranted grant_event(const Scenario& s, const ArtifactOrder& order, std::uint32_t index) {
  const ApprovalSpec& spec = s.approvals[index];
  ApprovalGranted e;
  e.approval = ApprovalId{index};
  e.action = spec.action;
  if (spec.data_class) e.data_class = ClassId{index_of(s.data_classes, *spec.data_class)};
  if (spec.workload) e.workload = WorkloadId{index_of(s.workloads, *spec.workload)};
  if (spec.artifact) e.artifact = artifact_id(s, order, *spec.artifact);
  e.to = spec.to;
  e.requested = midnight(spec.requested);
  return e;
}

}  // namespace dure
