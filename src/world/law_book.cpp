#include "world/law_book.h"

#include "base/calendar.h"
#include "base/check.h"

namespace dure {
namespace {

template <class T>
bool rises(const std::vector<T>& list) {  // as event.h promises
  return std::adjacent_find(list.begin(), list.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == list.end();
}

}  // namespace

void LawBook::on(const PoolOpened& e) {
  CHECK(e.pool.index == pools_.size());
  pools_.push_back({e.owner, std::nullopt});
}

void LawBook::on(const LaneOpened& e) {
  CHECK(e.lane.index == lanes_.size());
  lanes_.push_back({e.member, e.workload, std::nullopt, std::nullopt});
}

void LawBook::on(const ClassOpened& e) {
  CHECK(e.data_class.index == classes_.size());
  CHECK(rises(e.jurisdictions) && rises(e.certifications));
  CHECK(e.may_leave_member_sites <= 1 && e.may_leave_locked_sites <= 1);
  classes_.push_back(e);
}

void LawBook::on(const RowOpened& e) {
  CHECK(e.row.index == rows_.size() && rises(e.classes));
  for (const ClassId c : e.classes) CHECK(c.index < classes_.size());
  rows_.push_back(e);
}

void LawBook::on(const HallOpened& e) {
  CHECK(e.hall.index == halls_.size() && e.site.index < sites_.size());
  CHECK(rises(e.certifications));
  halls_.push_back(e);
}

void LawBook::on(const PoolHoused& e) {
  CHECK(e.pool.index < pools_.size() && e.hall.index < halls_.size());
  CHECK(!pools_[e.pool.index].hall);  // racks do not walk
  pools_[e.pool.index].hall = e.hall;
}

void LawBook::on(const ArtifactMade& e) {
  CHECK(e.artifact.index == artifacts_.size() && !e.classes.empty());
  for (const ClassId c : e.classes) CHECK(c.index < classes_.size());
  for (const ArtifactId a : e.made_of) CHECK(a < e.artifact);  // invariant 1
  ArtifactView& view = artifacts_.emplace_back();
  view.told = e;
  view.label = label_of_artifact(view);
}

void LawBook::on(const LaneLabelled& e) {
  CHECK(e.lane.index < lanes_.size() && e.data_class.index < classes_.size());
  for (const ArtifactId a : e.inputs) CHECK(a.index < artifacts_.size());
  LaneView& lane = lanes_[e.lane.index];
  CHECK(!lane.told);  // once: a milder label comes by way of ArtifactLowered only
  lane.told = e;
  lane.label = label_of_lane(lane);
}

void LawBook::on(const ApprovalGranted& e, Millis now) {
  CHECK(e.requested <= now);
  grants_.push_back({e, now});
}

void LawBook::on(const ArtifactLowered& e) {
  CHECK(e.artifact.index < artifacts_.size() && e.data_class.index < classes_.size());
  ArtifactView& artifact = artifacts_[e.artifact.index];
  const std::optional<std::int64_t> days = lowering_days(e.artifact);
  const bool granted = days && std::any_of(grants_.begin(), grants_.end(), [&](const Grant& g) {
                         return g.told.approval == e.approval &&
                                g.told.action == DataAction::lower_class &&
                                g.told.artifact == e.artifact &&
                                g.at - g.told.requested >= Millis(*days * kMsPerDay);
                       });
  CHECK(granted);  // invariant 2
  artifact.lowered = e.data_class;
  for (ArtifactView& a : artifacts_) a.label = label_of_artifact(a);  // in order: invariant 1
  for (LaneView& lane : lanes_)
    if (lane.told) lane.label = label_of_lane(lane);
}

Label LawBook::label_of_artifact(const ArtifactView& a) const {
  const ArtifactMade& e = a.told;
  if (a.lowered) return label_of(classes_[a.lowered->index], e.owner, e.only_sites);
  Label label = label_of(classes_[e.classes[0].index], e.owner, e.only_sites);
  for (const ClassId c : e.classes)
    label = join(label, label_of(classes_[c.index], e.owner, e.only_sites));
  for (const ArtifactId from : e.made_of) label = join(label, artifacts_[from.index].label);
  return label;
}

Label LawBook::label_of_lane(const LaneView& lane) const {
  const LaneLabelled& e = *lane.told;
  Label label = label_of(classes_[e.data_class.index], lane.member, e.only_sites);
  for (const ArtifactId a : e.inputs) label = join(label, artifacts_[a.index].label);
  return at_sites(std::move(label), e.only_sites);
}

bool LawBook::reaches(const std::string& to, PoolId pool) const {
  if (to.empty()) return true;
  const PoolView& view = pools_[pool.index];
  if (!view.hall) return false;
  const HallOpened& hall = halls_[view.hall->index];
  return to == hall.jurisdiction || to == sites_[hall.site.index];
}

bool LawBook::met(const Need& need, const LaneView& lane, PoolId pool) const {
  return std::any_of(grants_.begin(), grants_.end(), [&](const Grant& g) {
    if (g.told.action != need.action || !reaches(g.told.to, pool)) return false;
    if (g.told.artifact || (!g.told.data_class && !g.told.workload)) return false;
    if (g.told.data_class && g.told.data_class != need.data_class) return false;
    if (g.told.workload && g.told.workload != lane.workload) return false;
    return g.at - g.told.requested >= Millis(need.lead_days * kMsPerDay);  // invariant 3
  });
}

Verdict LawBook::verdict_ungranted(LaneId lane_id, PoolId pool_id) const {
  const LaneView& lane = lanes_[lane_id.index];
  const PoolView& pool = pools_[pool_id.index];
  CHECK(lane.label && pool.hall);
  return judge(*lane.label, DataAction::run, {halls_[pool.hall->index], pool.owner},
               {lane.told->tenant_parent, lane.told->eflop}, rows_);
}

Verdict LawBook::verdict(LaneId lane_id, PoolId pool) const {
  Verdict out = verdict_ungranted(lane_id, pool);
  const LaneView& lane = lanes_[lane_id.index];
  std::erase_if(out.needs, [&](const Need& n) { return met(n, lane, pool); });
  return out;
}

bool LawBook::allowed(LaneId lane, PoolId pool) const {
  const bool labelled = under_law(lane), housed = pools_[pool.index].hall.has_value();
  if (!labelled || !housed) return labelled == housed;
  return verdict(lane, pool).allowed();
}

std::optional<std::int64_t> LawBook::lowering_days(ArtifactId artifact) const {
  ArtifactView as_made = artifacts_[artifact.index];
  as_made.lowered.reset();
  const Verdict v = judge_lowering(label_of_artifact(as_made), rows_);
  if (v.denied) return std::nullopt;
  std::int64_t days = 0;
  for (const Need& n : v.needs) days = std::max(days, n.lead_days);
  return days;
}

}  // namespace dure
