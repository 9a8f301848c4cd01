// May work of this data class lawfully run here? The hard rule of the alliance: asked before
// anything else is weighed, and asked again of every placement when a run is audited. Pure
// functions of the scenario. Source of the rules: docs/models/law.md.
#pragma once

#include <cstdint>

#include "world/scenario.h"

namespace dure {

enum class Legal : std::uint8_t {
  yes,
  jurisdiction,  // the class must stay in Korea, the site is not there
  operator_nationality,
  certification,  // the hall's operator lacks one
  member_sites,   // the class may not leave its member's sites
  locked_sites,   // the class may not leave the sites that the workload names
};
const char* to_string(Legal l);

struct Venue {
  const SiteSpec& site;
  const HallSpec& hall;
  const OperatorSpec& operated_by;
  const MemberSpec& racks_of;  // who owns the racks
};

Legal legal(const DataClassSpec& data, const WorkloadSpec& work, const MemberSpec& member,
            const Venue& place);

// Do the contracts let `member` use racks of `owner` at `site`? The share in thousandths; 1000 for
// one's own, 0 for no.
std::uint32_t lending_permille(const Scenario& scenario, const MemberSpec& owner,
                               const MemberSpec& member, const SiteSpec& site);

}  // namespace dure
