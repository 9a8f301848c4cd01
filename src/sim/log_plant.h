// A plant that is a recorded log: rigid jobs on one counted machine, each running as long as the
// log says. Its instants are finer than time: within one millisecond first the limits that are
// reached and the promises that fall due, then each submission, then each end in the order of
// starts, every one of them an instant of its own (docs/models/classical.md, conventions 3 and 4).
// Invariant: 1. Facts come in order of time; nothing is told before it was asked for or submitted.
#pragma once

#include <cstdint>
#include <vector>

#include "sched/plant.h"
#include "world/batch_job.h"

namespace dure {

enum class Lanes {
  one,
  one_a_size
};  // classical policies want one; order between sizes wants more

class LogPlant final : public Plant {
 public:
  // jobs: sorted by submit, run <= estimate, procs <= machine (as a BatchLog has them); kept by
  // reference.
  LogPlant(const std::vector<BatchJob>& jobs, std::int64_t procs, Lanes lanes);

  void ask(const Command& wish) override;
  void next(Millis wake, std::vector<Event>& facts) override;

 private:
  struct Running {
    std::int64_t end = 0;
    std::uint64_t turn = 0;  // order of starts
    std::uint32_t job = 0;
    bool at_limit = false;
    bool operator>(const Running& o) const { return end != o.end ? end > o.end : turn > o.turn; }
  };
  void found_machine(std::vector<Event>& facts);
  LaneId lane_of(const BatchJob& job) const;

  const std::vector<BatchJob>& jobs_;
  std::int64_t procs_;
  std::vector<std::int32_t> sizes_;  // of the lanes, rising; empty: one lane
  std::vector<Running> heap_;        // least end first
  std::vector<Running> due_;         // ends of this instant that are still to be told, last first
  std::int64_t now_ = 0;
  std::size_t next_ = 0;  // to be submitted
  std::uint64_t turn_ = 0;
  bool founded_ = false;
};

}  // namespace dure
