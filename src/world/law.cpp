#include "world/law.h"

#include <cmath>

#include "base/check.h"

namespace dure {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

template <class T>
std::vector<T> united(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

template <class T>
Allowed<T> both(const Allowed<T>& a, const Allowed<T>& b) {
  if (a.all) return b;
  if (b.all) return a;
  Allowed<T> out{false, {}};
  std::set_intersection(a.only.begin(), a.only.end(), b.only.begin(), b.only.end(),
                        std::back_inserter(out.only));
  return out;
}

template <class T>
Allowed<T> only_these(std::vector<T> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return {false, std::move(list)};
}

// The state satisfies every rule that a Korean-controlled company does, and so on down.
bool satisfies(Nationality has, AnyNationality asked) {
  switch (asked) {
    case AnyNationality::any: return true;
    case AnyNationality::kr_entity: return has >= Nationality::kr_entity;
    case AnyNationality::kr_controlled: return has >= Nationality::kr_controlled;
    case AnyNationality::state: return has == Nationality::state;
  }
  CHECK(!"an AnyNationality");
}

bool names(const std::vector<std::string>& list, const std::string& jurisdiction) {
  return list.empty() || contains(list, jurisdiction) ||
         (jurisdiction != kHome && contains(list, "foreign"));
}

// What the class asks for consent or approval of when its data leave.
void ask_to_leave(const Label& label, Verdict& out) {
  for (const Ask& ask : label.asks_to_leave)
    out.needs.push_back({DataAction::transfer_abroad, ask.data_class, ask.lead_days,
                         ask.consent ? LawCode::consent_missing : LawCode::approval_missing});
}

// The rows that hold here: the first that denies, and the needs of the others.
void ask_rows(const Label& label, DataAction action, const std::string& jurisdiction,
              const Tenant& tenant, const std::vector<RowOpened>& rows, Verdict& out) {
  for (const RowOpened& row : rows) {
    if (row.action != action || !names(row.jurisdictions, jurisdiction)) continue;
    if (!names(row.tenant_parents, tenant.parent) || tenant.eflop < row.from_eflop) continue;
    std::vector<ClassId> hit;
    std::set_intersection(row.classes.begin(), row.classes.end(), label.classes.begin(),
                          label.classes.end(), std::back_inserter(hit));
    if (!row.classes.empty() && hit.empty()) continue;
    if (row.verdict == RowVerdict::deny) {
      if (!out.denied || row.because < *out.denied) out.denied = row.because;
    } else if (row.classes.empty()) {
      out.needs.push_back({action, std::nullopt, row.lead_days, row.because});
    }
    if (row.verdict == RowVerdict::needs_approval)
      for (const ClassId c : hit) out.needs.push_back({action, c, row.lead_days, row.because});
  }
}

// The first rule in the order of LawCode that the place itself breaks.
std::optional<LawCode> broken_by(const Label& label, DataAction action, const Venue& place) {
  const HallOpened& hall = place.hall;
  const AnyNationality asked = action == DataAction::store ? label.kept_by : label.run_by;
  const bool abroad = hall.jurisdiction != kHome;
  if (asked >= AnyNationality::kr_controlled && !hall.foreign_law.empty())
    return LawCode::foreign_law_reach;
  if (!label.jurisdictions.holds(hall.jurisdiction)) return LawCode::jurisdiction;
  if (!satisfies(hall.run_by, asked)) return LawCode::operator_nationality;
  if (!std::includes(hall.certifications.begin(), hall.certifications.end(),
                     label.certifications.begin(), label.certifications.end()))
    return LawCode::certification_missing;
  if (hall.isolation < label.isolation) return LawCode::isolation_missing;
  if (abroad && label.leaving == ExportRule::deny) return LawCode::export_denied;
  if (!label.homes.holds(place.racks_of) &&
      !(hall.site_owner && label.homes.holds(*hall.site_owner)))
    return LawCode::member_sites;
  if (!label.sites.holds(hall.site)) return LawCode::locked_sites;
  return std::nullopt;
}

}  // namespace

Label label_of(const ClassOpened& c, MemberId owner, const std::vector<SiteId>& only) {
  Label label;
  label.classes = {c.data_class};
  if (c.leaving == ExportRule::consent || c.leaving == ExportRule::approval)
    label.asks_to_leave = {{c.data_class, c.leaving == ExportRule::consent, c.lead_days}};
  if (!contains(c.jurisdictions, "any")) label.jurisdictions = only_these(c.jurisdictions);
  if (c.may_leave_member_sites == 0) label.homes = only_these(std::vector{owner});
  if (c.may_leave_locked_sites == 0) label.sites = only_these(only);
  label.run_by = c.run_by;
  label.kept_by = c.kept_by;
  label.certifications = only_these(c.certifications).only;
  label.isolation = c.isolation;
  label.leaving = c.leaving;
  return label;
}

Label join(const Label& a, const Label& b) {
  Label out;
  out.classes = united(a.classes, b.classes);
  out.asks_to_leave = united(a.asks_to_leave, b.asks_to_leave);
  out.jurisdictions = both(a.jurisdictions, b.jurisdictions);
  out.homes = both(a.homes, b.homes);
  out.sites = both(a.sites, b.sites);
  out.run_by = std::max(a.run_by, b.run_by);
  out.kept_by = std::max(a.kept_by, b.kept_by);
  out.certifications = united(a.certifications, b.certifications);
  out.isolation = std::max(a.isolation, b.isolation);
  out.leaving = std::max(a.leaving, b.leaving);
  return out;
}

Label at_sites(Label label, const std::vector<SiteId>& only) {
  if (!only.empty()) label.sites = both(label.sites, only_these(only));
  return label;
}

Verdict judge(const Label& label, DataAction action, const Venue& place, const Tenant& tenant,
              const std::vector<RowOpened>& rows) {
  CHECK(action == DataAction::run || action == DataAction::store);
  Verdict out;
  const std::string& jurisdiction = place.hall.jurisdiction;
  if (jurisdiction != kHome) {
    ask_to_leave(label, out);
    ask_rows(label, DataAction::transfer_abroad, jurisdiction, tenant, rows, out);
  }
  ask_rows(label, action, jurisdiction, tenant, rows, out);
  const std::optional<LawCode> broken = broken_by(label, action, place);
  if (broken && (!out.denied || *broken < *out.denied)) out.denied = broken;
  return out;
}

Verdict judge_leaving(const Label& label, const std::string& to, const Tenant& tenant,
                      const std::vector<RowOpened>& rows) {
  Verdict out;
  if (to == kHome) return out;
  if (label.leaving == ExportRule::deny) out.denied = LawCode::export_denied;
  ask_to_leave(label, out);
  ask_rows(label, DataAction::transfer_abroad, to, tenant, rows, out);
  return out;
}

Verdict judge_lowering(const Label& label, const std::vector<RowOpened>& rows) {
  Verdict out;
  ask_rows(label, DataAction::lower_class, kHome, {}, rows, out);
  if (out.needs.empty() && !out.denied) out.denied = LawCode::approval_missing;
  return out;
}

std::uint32_t lending_permille(const Scenario& scenario, const MemberSpec& owner,
                               const MemberSpec& member, const SiteSpec& site) {
  if (owner.id == member.id) return 1000;
  double most = 0;
  for (const LendingSpec& l : scenario.lending)
    if (l.owner == owner.id && (l.to.empty() || contains(l.to, member.id)) &&
        (l.sites.empty() || contains(l.sites, site.id)))
      most = std::max(most, l.max_share);
  return static_cast<std::uint32_t>(std::lround(most * 1000));
}

}  // namespace dure
