// From a scenario to the facts of its law, as events: classes, rows, halls, artifacts, the labels
// of lanes and what is granted when. Ids: ClassId = data_classes[i], RowId = policy_rows[i],
// ApprovalId = approvals[i]; halls are counted through the sites; artifacts come in an order in
// which each follows what it is made of. The scenario's ids must exist; its law may still
// contradict itself (policy_check.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/event.h"
#include "world/scenario.h"

namespace dure {

ClassOpened class_of(const Scenario& s, std::uint32_t data_class);
RowOpened row_of(const Scenario& s, std::uint32_t row);
std::vector<HallOpened> halls_of(const Scenario& s);
HallId hall_id(const Scenario& s, std::uint32_t site, std::uint32_t hall);

// What an artifact takes its label from: made_of, and the inputs of the work that writes it.
struct ArtifactOrder {
  std::vector<std::uint32_t> order;  // indices of Scenario::artifacts
  std::vector<std::string> cycle;    // "a", "work w", "b", "a": not empty if there is no order
};
ArtifactOrder artifact_order(const Scenario& s);
std::vector<ArtifactMade> artifacts_of(const Scenario& s, const ArtifactOrder& order);
// Of an artifact of the scenario, by its id.
ArtifactId artifact_id(const Scenario& s, const ArtifactOrder& order, const std::string& id);

LaneLabelled label_event(const Scenario& s, const ArtifactOrder& order, LaneId lane,
                         const WorkloadSpec& work, const MemberSpec& member);

// What an approval has to wait for, and who has to sign: the classes and rows that it is asked of.
struct Asked {
  bool denied = false, needed = false;
  std::int64_t lead_days = 0;
  std::vector<std::string> approved_by;  // rising
};
Asked asked_of(const Scenario& s, const ApprovalSpec& approval);
ApprovalGranted grant_event(const Scenario& s, const ArtifactOrder& order, std::uint32_t approval);

}  // namespace dure
