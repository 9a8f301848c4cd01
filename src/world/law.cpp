#include "world/law.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
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

}  // namespace

const char* to_string(Legal l) {
  switch (l) {
    case Legal::yes: return "yes";
    case Legal::jurisdiction: return "jurisdiction";
    case Legal::operator_nationality: return "operator_nationality";
    case Legal::certification: return "certification";
    case Legal::member_sites: return "member_sites";
    case Legal::locked_sites: return "locked_sites";
  }
  CHECK(!"a Legal");
}

Legal legal(const DataClassSpec& data, const WorkloadSpec& work, const MemberSpec& member,
            const Venue& place) {
  if (data.korea_only && place.site.jurisdiction != "kr") return Legal::jurisdiction;
  if (!satisfies(place.operated_by.nationality, data.operator_nationality))
    return Legal::operator_nationality;
  for (const std::string& needed : data.certifications)
    if (!contains(place.operated_by.certifications, needed)) return Legal::certification;
  if (!data.may_leave_member_sites && place.racks_of.id != member.id &&
      place.site.owner != member.id)
    return Legal::member_sites;
  const bool locked = !data.may_leave_locked_sites || !work.only_sites.empty();
  if (locked && !contains(work.only_sites, place.site.id)) return Legal::locked_sites;
  return Legal::yes;
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
