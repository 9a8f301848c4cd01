// A plant that is a recorded log of a GPU cluster: gangs on one cluster of nodes, each with as much
// work as the log says it ran. A gang that is asked to stop loses what it did since its last
// checkpoint, and when it starts again first spends `restart` on nothing.
//
// All facts of an instant are told at once: ends in the order of starts, stops, submissions.
// Invariants: 1. Facts come in order of time; nothing is told before it was asked for or submitted.
//             2. Of each job, GPU-time held = useful + lost, and when it has ended useful is what
//             the log says: run x GPUs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sched/plant.h"
#include "world/batch_job.h"

namespace dure {

struct GpuCluster {
  std::int64_t gpus = 0;
  std::uint32_t gpus_per_node = 8;  // 0: counted, no nodes
  std::uint32_t nodes_per_rack = 8;
};

// What the plant tells the world of the jobs.
struct GpuTelling {
  enum class Lanes : std::uint8_t { one, one_a_user, one_a_user_and_size };
  Lanes lanes = Lanes::one;
  enum class Knows : std::uint8_t { nothing, estimates, run_times };
  Knows knows = Knows::estimates;  // nothing: an estimate of kUntilCancelled
  bool preemptible = true;
  Millis min_run, checkpoint{600'000}, restart{60'000};
  Millis half_life{7 * 86'400'000LL};  // of fair shares
};

class GpuPlant final : public Plant {
 public:
  struct Course {                      // of a job
    std::int64_t left = 0;             // work to do, ms
    std::int64_t restart = 0;          // to be spent first at its next start, or of its present run
    std::int64_t start = 0, end = -1;  // of its present run; end -1: it does not run
    std::int64_t turn = 0;
    std::int64_t useful = 0, lost = 0;  // GPU x ms
    std::int32_t stops = 0;
  };
  // jobs: sorted by submit, procs <= cluster; kept by reference.
  GpuPlant(const std::vector<BatchJob>& jobs, const GpuCluster& cluster, const GpuTelling& telling);

  void ask(const Command& wish) override;
  void next(Millis wake, std::vector<Event>& facts) override;
  const std::vector<Course>& courses() const { return courses_; }

 private:
  struct Due {
    std::int64_t at = 0, turn = 0;
    std::uint32_t job = 0;
    bool operator>(const Due& o) const { return at != o.at ? at > o.at : turn > o.turn; }
  };
  void found_cluster(std::vector<Event>& facts);
  LaneId lane_of(const BatchJob& job) const;
  Millis asks(std::uint32_t job) const;  // how long it says that it still needs
  void stop(std::uint32_t job, std::vector<Event>& facts);

  const std::vector<BatchJob>& jobs_;
  const GpuCluster cluster_;
  const GpuTelling telling_;
  std::vector<std::pair<std::int32_t, std::int32_t>>
      lanes_;                        // user and size, as far as they part lanes
  std::vector<std::int32_t> users_;  // of the accounts below the member's
  std::vector<Course> courses_;
  std::vector<Due> ends_, stops_;  // heaps, least first
  std::int64_t now_ = 0, turn_ = 0;
  std::size_t next_ = 0;  // to be submitted
  bool founded_ = false;
};

}  // namespace dure
