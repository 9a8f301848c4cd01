// The law as the events tell it: classes, rows, halls, artifacts, lanes, and what was granted; and
// from these the verdict of a lane in a pool. World keeps one and asks it when the facts change,
// never once a start; founding asks another, fed the same events, to draw up the lanes.
// Invariants: 1. An artifact is made of earlier ones, so a label is the join of finite many
// classes.
//             2. A label is lowered only by an approval that was granted, in its time.
//             3. A grant comes no sooner than the lead time of each need that it meets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "world/event.h"
#include "world/law.h"

namespace dure {

class LawBook {
 public:
  void on(const SiteOpened& e) { sites_.push_back(e.name); }
  void on(const PoolOpened& e);
  void on(const LaneOpened& e);
  void on(const ClassOpened& e);
  void on(const RowOpened& e);
  void on(const HallOpened& e);
  void on(const PoolHoused& e);
  void on(const ArtifactMade& e);
  void on(const LaneLabelled& e);
  void on(const ApprovalGranted& e, Millis now);
  void on(const ArtifactLowered& e);

  std::size_t lanes() const { return lanes_.size(); }
  std::size_t pools() const { return pools_.size(); }
  // Where no law was told of (a recorded log), all is allowed; a lane without a label may not use a
  // pool with a hall, nor the other way round.
  bool allowed(LaneId lane, PoolId pool) const;
  // What stands in the way, needs that were granted left out. Both must be under the law.
  Verdict verdict(LaneId lane, PoolId pool) const;
  // The same before anything was granted.
  Verdict verdict_ungranted(LaneId lane, PoolId pool) const;
  bool under_law(LaneId lane) const { return lanes_[lane.index].label.has_value(); }

  const std::optional<LaneLabelled>& told(LaneId lane) const { return lanes_[lane.index].told; }
  std::size_t approvals() const { return grants_.size(); }
  const Label& label(LaneId lane) const { return *lanes_[lane.index].label; }
  const Label& label(ArtifactId artifact) const { return artifacts_[artifact.index].label; }
  const std::vector<RowOpened>& rows() const { return rows_; }
  const ClassOpened& data_class(ClassId id) const { return classes_[id.index]; }
  bool reaches(const std::string& to, PoolId pool) const;  // an approval's `to`
  // How long an approval of lower_class takes for the artifact as it is labelled now.
  std::optional<std::int64_t> lowering_days(ArtifactId artifact) const;

 private:
  friend struct PartsArchive;
  struct PoolView {
    MemberId owner;
    std::optional<HallId> hall;
  };
  struct LaneView {
    MemberId member;
    WorkloadId workload;
    std::optional<LaneLabelled> told;
    std::optional<Label> label;
  };
  struct ArtifactView {
    ArtifactMade told;
    std::optional<ClassId> lowered;
    Label label;
  };
  struct Grant {
    ApprovalGranted told;
    Millis at;
  };
  Label label_of_artifact(const ArtifactView& a) const;
  Label label_of_lane(const LaneView& lane) const;
  bool met(const Need& need, const LaneView& lane, PoolId pool) const;

  std::vector<std::string> sites_;
  std::vector<ClassOpened> classes_;
  std::vector<RowOpened> rows_;
  std::vector<HallOpened> halls_;
  std::vector<PoolView> pools_;
  std::vector<ArtifactView> artifacts_;
  std::vector<LaneView> lanes_;
  std::vector<Grant> grants_;
};

}  // namespace dure
