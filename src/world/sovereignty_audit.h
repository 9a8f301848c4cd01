// The independent auditor of data sovereignty: reads events as a record has them, and nothing else
// — no scenario, no World, and no line of law.cpp or law_book.cpp. It spells the rules out a second
// time, plainly: every class of every input of the job, one after the other, against the hall.
// Rules: docs/models/law.md.
// Invariants: 1. Every StartJob is one placement checked, in all the pools that it takes room of;
// one
//                that it cannot tell lawful (an unknown job, lane, pool or hall) is a violation.
//             2. A job that was adopted is a placement by others, told and not decided: it is
//             judged
//                alike and counted apart, so violations are ours alone.
//             3. What it was told later does not change what it said of earlier starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "world/event.h"

namespace dure {

class SovereigntyAudit {
 public:
  struct Offence {
    std::uint64_t event = 0;  // its number in the record, from 0
    Millis at;
    JobId job;
    PoolId pool;
    std::string data_class, hall, because;
  };
  struct OfClass {  // by the class of the work itself
    std::string name;
    std::int64_t placements = 0, violations = 0;
  };
  struct Figures {
    std::uint64_t events = 0, jobs = 0;
    std::int64_t placements = 0, violations = 0;
    std::int64_t lowered_without_approval = 0;
    std::int64_t adopted = 0;             // placements by others
    std::int64_t adopted_unlawful = 0;    // of those: where the law forbids it, or none can tell
    std::int64_t unreadable = 0;          // events that refer to what was never told
    std::vector<Offence> first;           // the first kFirst
    std::vector<Offence> first_adopted;   // the same of those by others
    std::vector<OfClass> by_class;        // [ClassId]
    OfClass without_class{"none", 0, 0};  // of work without a label
    bool clean() const {                  // of what we decided
      return violations == 0 && lowered_without_approval == 0 && unreadable == 0;
    }
  };
  static constexpr std::size_t kFirst = 20;

  void take(const Event& e);
  const Figures& figures() const { return figures_; }

 private:
  struct Pool {
    std::uint32_t owner = 0;
    std::int64_t hall = -1;  // -1: in none
  };
  struct Lane {
    std::uint32_t member = 0, workload = 0;
    bool labelled = false;
    LaneLabelled label;
    std::vector<const char*>
        said;  // [pool], as long as the facts stand: not asked, lawful, or why not
  };
  struct Artifact {
    ArtifactMade told;
    bool lowered = false;
    std::uint32_t lowered_to = 0;
  };
  struct Grant {
    ApprovalGranted told;
    std::int64_t waited_ms = 0;
  };
  struct Held {  // one class that holds for a job, and for whose data
    std::uint32_t data_class = 0, owner = 0;
    const std::vector<SiteId>* only_sites = nullptr;
  };

  template <class Other>
  void on(const Other&) {}
  void on(const SiteOpened& e);
  void on(const ClassOpened& e);
  void on(const RowOpened& e);
  void on(const HallOpened& e);
  void on(const PoolOpened& e);
  void on(const PoolHoused& e);
  void on(const ArtifactMade& e);
  void on(const LaneOpened& e);
  void on(const LaneLabelled& e);
  void on(const ApprovalGranted& e);
  void on(const ArtifactLowered& e);
  void on(const JobSubmitted& e);
  void on(const JobAdopted& e);
  void on(const CommandIssued& e);

  void check(const StartJob& start);
  OfClass& class_of(JobId job);
  void note(std::vector<Offence>& list, JobId job, PoolId pool, const char* because);
  const char* say(JobId job, PoolId pool);
  void collect(std::uint32_t artifact, std::vector<bool>& seen, std::vector<Held>& held) const;
  const char* why_not(const Lane& lane, const Pool& pool) const;
  const char* class_why_not(const Held& held, const Lane& lane, const HallOpened& hall) const;
  const char* row_why_not(const RowOpened& row, const std::vector<Held>& held, const Lane& lane,
                          const HallOpened& hall) const;
  bool granted(DataAction action, std::int64_t data_class, const Lane& lane, const HallOpened& hall,
               std::int64_t days) const;
  void forget();  // what was said of lanes and pools

  std::vector<std::string> sites_;
  std::vector<ClassOpened> classes_;
  std::vector<RowOpened> rows_;
  std::vector<HallOpened> halls_;
  std::vector<Pool> pools_;
  std::vector<Lane> lanes_;
  std::vector<Artifact> artifacts_;
  std::vector<Grant> grants_;
  std::vector<std::uint32_t> lane_of_job_;
  Millis now_;
  Figures figures_;
};

}  // namespace dure
