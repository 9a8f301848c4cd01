// Facts of the law by hand, for its tests: defaults that forbid nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "world/event.h"

namespace dure::facts {

inline ClassOpened data_class(std::uint32_t id, std::string name = "open") {
  ClassOpened c;
  c.data_class = ClassId{id};
  c.name = std::move(name);
  c.jurisdictions = {"any"};
  return c;
}

inline HallOpened hall(std::uint32_t id, std::uint32_t site, Nationality run_by) {
  HallOpened h;
  h.hall = HallId{id};
  h.site = SiteId{site};
  h.name = "hall" + std::to_string(id);
  h.jurisdiction = "kr";
  h.run_by = run_by;
  h.isolation = Isolation::air_gapped;
  return h;
}

inline PoolOpened pool(std::uint32_t id, std::uint32_t site, std::uint32_t owner) {
  PoolOpened p;
  p.pool = PoolId{id};
  p.site = SiteId{site};
  p.owner = MemberId{owner};
  return p;
}

inline LaneOpened lane(std::uint32_t id, std::uint32_t member, std::uint32_t workload = 0) {
  LaneOpened l;
  l.lane = LaneId{id};
  l.member = MemberId{member};
  l.workload = WorkloadId{workload};
  return l;
}

inline LaneLabelled label(std::uint32_t lane, std::uint32_t data_class,
                          std::vector<ArtifactId> inputs = {}) {
  LaneLabelled l;
  l.lane = LaneId{lane};
  l.data_class = ClassId{data_class};
  l.inputs = std::move(inputs);
  l.tenant_parent = "kr";
  return l;
}

inline ArtifactMade artifact(std::uint32_t id, std::uint32_t owner, std::vector<ClassId> classes,
                             std::vector<ArtifactId> made_of = {}) {
  ArtifactMade a;
  a.artifact = ArtifactId{id};
  a.name = "artifact" + std::to_string(id);
  a.owner = MemberId{owner};
  a.classes = std::move(classes);
  a.made_of = std::move(made_of);
  a.only_sites = {SiteId{0}};
  return a;
}

inline RowOpened row(std::uint32_t id, DataAction action, std::int64_t lead_days) {
  RowOpened r;
  r.row = RowId{id};
  r.name = "row" + std::to_string(id);
  r.action = action;
  r.lead_days = lead_days;
  return r;
}

}  // namespace dure::facts
