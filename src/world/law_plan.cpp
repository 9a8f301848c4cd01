#include "world/law_plan.h"

#include <algorithm>

#include "base/check.h"

namespace dure {

LawPlan::LawPlan(const Scenario& s, Founding& out) : s_(s), out_(out), order_(artifact_order(s)) {
  CHECK(order_.cycle.empty());  // policy_check has passed
  const auto tell = [this](std::vector<What>& to, const auto& fact) {
    book_.on(fact);
    to.push_back(fact);
  };
  for (std::uint32_t i = 0; i < s.sites.size(); ++i) book_.on(SiteOpened{SiteId{i}, s.sites[i].id});
  for (std::uint32_t i = 0; i < s.data_classes.size(); ++i) tell(out.rules, class_of(s, i));
  for (std::uint32_t i = 0; i < s.policy_rows.size(); ++i) tell(out.rules, row_of(s, i));
  for (const HallOpened& hall : halls_of(s)) tell(out.rules, hall);
  for (const PoolPlan& pool : out.pools) {
    book_.on(pool.opened);
    book_.on(PoolHoused{pool.opened.pool, pool.in_hall});
  }
  for (const ArtifactMade& a : artifacts_of(s, order_)) tell(out.artifacts, a);
}

void LawPlan::open(LanePlan& plan) {
  const Reason closed = plan.label.closed;
  plan.label = label_event(s_, order_, plan.opened.lane, s_.workloads[plan.opened.workload.index],
                           s_.members[plan.opened.member.index]);
  plan.label.closed = closed;
  book_.on(plan.opened);
  book_.on(plan.label);
}

Reason LawPlan::obstacle(const WorkloadSpec& work, LaneId lane, const PoolPlan& pool,
                         bool lends) const {
  const std::string& site = s_.sites[pool.opened.site.index].id;
  if (!work.only_sites.empty() &&
      std::find(work.only_sites.begin(), work.only_sites.end(), site) == work.only_sites.end())
    return Reason::no_legal_site;  // it does not want to go there
  const Verdict v = book_.verdict(lane, pool.opened.pool);
  if (v.denied) return reason_of(*v.denied);
  for (const Need& n : v.needs)
    if (!asked(work, n, pool.opened.pool)) return reason_of(n.unasked);
  return lends ? Reason::approval_pending : Reason::lender_limit;
}

Reason LawPlan::nearer(Reason a, Reason b) {
  const auto rank = [](Reason r) {  // pending, then not lent, then the last rule that was broken
    if (r == Reason::approval_pending) return 1000;
    if (r == Reason::lender_limit) return 999;
    return static_cast<int>(r);
  };
  return rank(a) >= rank(b) ? a : b;
}

bool LawPlan::asked(const WorkloadSpec& work, const Need& need, PoolId pool) const {
  return std::any_of(s_.approvals.begin(), s_.approvals.end(), [&](const ApprovalSpec& a) {
    if (a.refused || a.action != need.action || a.artifact || !book_.reaches(a.to, pool))
      return false;
    if (a.workload) return *a.workload == work.id;
    return need.data_class && *a.data_class == s_.data_classes[need.data_class->index].id;
  });
}

void LawPlan::grant(const std::function<LaneWidened(const LanePlan&)>& pools_of) {
  std::vector<Event> grants;
  for (std::uint32_t i = 0; i < s_.approvals.size(); ++i) {
    if (s_.approvals[i].refused) continue;
    const ApprovalGranted e = grant_event(s_, order_, i);
    const std::int64_t days = asked_of(s_, s_.approvals[i]).lead_days;
    grants.push_back({e.requested + Millis(days * kMsPerDay), e});
  }
  std::stable_sort(grants.begin(), grants.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  std::vector<std::vector<PoolId>> now;
  for (const LanePlan& lane : out_.lanes) now.push_back(lane.opened.pools);
  for (std::size_t i = 0; i < grants.size(); ++i) {
    const auto& e = std::get<ApprovalGranted>(grants[i].what);
    book_.on(e, grants[i].at);
    out_.law_steps.push_back(grants[i]);
    if (e.action == DataAction::lower_class) lower(grants[i].at, e);
    if (i + 1 == grants.size() || grants[i + 1].at > grants[i].at)
      widen(grants[i].at, pools_of, now);
  }
}

void LawPlan::lower(Millis at, const ApprovalGranted& e) {
  const ArtifactSpec& spec = s_.artifacts[order_.order[e.artifact->index]];
  if (!spec.lowered_to) return;
  const auto to = std::find_if(s_.data_classes.begin(), s_.data_classes.end(),
                               [&](const DataClassSpec& c) { return c.id == *spec.lowered_to; });
  CHECK(to != s_.data_classes.end());  // check_references has passed
  const ArtifactLowered lowered{
      *e.artifact, ClassId{static_cast<std::uint32_t>(to - s_.data_classes.begin())}, e.approval};
  book_.on(lowered);
  out_.law_steps.push_back({at, lowered});
}

void LawPlan::widen(Millis at, const std::function<LaneWidened(const LanePlan&)>& pools_of,
                    std::vector<std::vector<PoolId>>& now) {
  for (std::size_t l = 0; l < out_.lanes.size(); ++l) {
    LanePlan& lane = out_.lanes[l];
    LaneWidened widened = pools_of(lane);
    if (widened.pools == now[l]) continue;
    now[l] = widened.pools;
    out_.law_steps.push_back({at, std::move(widened)});
    // Whatever opens it: its jobs wait for that.
    if (lane.opened.pools.empty()) lane.refused = lane.label.closed = Reason::approval_pending;
  }
}

}  // namespace dure
