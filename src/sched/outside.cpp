#include "sched/outside.h"

#include <algorithm>

#include "world/law.h"

namespace dure {

Outside outside_of(const Scenario& s, const World& world, const LaneOpened& lane, PoolId id) {
  const PoolOpened& pool = world.pool(id).info;
  const SiteSpec& site = s.sites[pool.site.index];
  const MemberSpec& member = s.members[lane.member.index];
  const MemberSpec& owner = s.members[pool.owner.index];
  if (world.law().under_law(lane.lane)) {
    const Verdict verdict = world.law().verdict(lane.lane, id);
    if (verdict.denied)
      return {Reason::no_legal_site, to_string(reason_of(*verdict.denied)), false};
    if (!verdict.needs.empty())
      return {Reason::no_legal_site,
              "an approval, " + std::to_string(verdict.needs.front().lead_days) +
                  " days after it is asked for",
              true};
  }
  if (lending_permille(s, owner, member, site) == 0)
    return {Reason::lender_limit, "not lent", false};
  const std::string& hardware = s.hardware[pool.hardware.index].id;
  const bool known = lane.workload.index < s.workloads.size();  // of live jobs only some name one
  if (known) {
    const std::vector<std::string>& wants = s.workloads[lane.workload.index].hardware;
    if (std::find(wants.begin(), wants.end(), hardware) == wants.end())
      return {Reason::wrong_hardware, hardware, false};
  }
  return {Reason::no_legal_site, "not opened to it", false};
}

}  // namespace dure
