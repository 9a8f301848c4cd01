// What we believe about the alliance. Copyable: a forecast is a copy with another plant.
// Invariants (recounted from scratch by audit()):
//   1. Time never runs back.
//   2. A job is waiting, running, ended, cancelled or refused: never two of them, never twice.
//   3. In every pool free + held by running jobs = installed, and free >= 0.
//   4. The lane queues hold the waiting jobs and no others, in order of submission.
//   5. In every pool the timeline is what is installed less running jobs until their estimated ends
//      less promised starts.
//   6. The ledger sums to zero: what borrowers were debited, owners were credited.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bit_tree.h"
#include "world/event.h"
#include "world/lane_queue.h"
#include "world/ledger.h"
#include "world/timeline.h"

namespace dure {

enum class JobState : std::uint8_t { waiting, running, ended, cancelled, refused };

struct Job {
  Millis submit, estimate;
  Millis start;  // when it runs or ran
  Millis end;    // when it ended; while it runs, when its estimate is over
  LaneId lane;
  std::int32_t gpus = 0;
  PoolId pool;             // when it runs or ran
  std::uint32_t seat = 0;  // of its placement, while it runs in a pool of racks
  JobState state = JobState::waiting;
  bool let_go = false;  // its room was freed at its limit, before its end was told
};

struct Pool {
  PoolOpened info;
  std::optional<CapacityIndex> racks;  // none in a counted pool
  std::int64_t installed = 0, free = 0;
  std::int64_t lent = 0;  // held by jobs of others than the owner
  Timeline timeline;
  bool fits(std::int64_t gpus, Spread spread) const {
    return racks ? racks->fits(gpus, spread) : gpus <= free;
  }
};

// Where the timeline of a pool gained room since waiting jobs last looked at it. A job that holds a
// promise needs to look only here for an earlier start (sched/conservative.cpp).
struct Gain {
  std::uint32_t by =
      0;  // the job that gave the room up; jobs submitted before it have not looked yet
  Millis from, to;
  std::int64_t most_free = 0;  // anywhere in [from, to) when it was gained
};
struct Gains {
  std::vector<Gain> before, now;  // in the pass before this one, and in this one
  Millis ended_at{std::numeric_limits<std::int64_t>::min()};  // the last termination
  bool after_end = false;  // this pass follows a termination: promises may move to earlier
};

class World {
 public:
  void apply(const Event& e);  // the only place where belief changes

  Millis now() const { return now_; }
  std::uint64_t events() const { return events_; }

  std::size_t jobs() const { return jobs_.size(); }
  const Job& job(JobId id) const { return jobs_[id.index]; }
  const Placement& placement(const Job& running) const { return seats_[running.seat]; }

  std::size_t pools() const { return pools_.size(); }
  const Pool& pool(PoolId id) const { return pools_[id.index]; }
  std::size_t lanes() const { return lanes_.size(); }
  const LaneOpened& lane(LaneId id) const { return lanes_[id.index]; }
  const LaneQueue& queue(LaneId id) const { return queues_[id.index]; }
  const BitTree& waiting_lanes() const { return waiting_lanes_; }
  const std::vector<std::string>& members() const { return members_; }
  const std::vector<std::string>& sites() const { return sites_; }
  std::int64_t waiting_jobs() const { return waiting_jobs_; }
  std::int64_t waiting_gpus() const { return waiting_gpus_; }
  std::int64_t running_jobs() const { return running_jobs_; }
  const Gains& gains() const { return gains_; }
  const Ledger& ledger() const { return ledger_; }

  void reserve_jobs(std::size_t n) { jobs_.reserve(n); }

 private:
  friend void audit(const World& world);
  void on(const MemberJoined& e);
  void on(const SiteOpened& e);
  void on(const PoolOpened& e);
  void on(const LaneOpened& e);
  void on(const CapacityAdded& e);
  void on(const CapacityRetired& e);
  void on(const JobSubmitted& e);
  void on(const LimitReached& e);
  void on(const JobEnded& e);
  void on(const JobCancelled& e);
  void on(const TimeReached& e);
  void on(const CommandIssued& e);
  void asked(const StartJob& wish);
  void asked(const PromiseStart& wish);
  void asked(const RefuseJob& wish);

  void leave_queue(Job& job, JobId id);
  void let_go(Job& job);
  void drop_promise(const Job& job, std::uint32_t by, std::size_t place_in_queue, Millis kept_from,
                    Millis kept_to);
  Millis limit(Millis start, Millis estimate) const;
  void gained(std::uint32_t by, const Pool& pool, Millis from, Millis to);

  Millis now_{std::numeric_limits<std::int64_t>::min() / 2};
  std::uint64_t events_ = 0;
  std::vector<std::string> members_, sites_;
  std::vector<Pool> pools_;
  std::vector<LaneOpened> lanes_;
  std::vector<LaneQueue> queues_;  // an index: which jobs wait, by lane
  BitTree waiting_lanes_;          // an index: lanes whose queue is not empty
  std::vector<Job> jobs_;
  std::vector<Placement> seats_;  // of running jobs
  std::vector<std::uint32_t> free_seats_;
  std::int64_t waiting_jobs_ = 0, waiting_gpus_ = 0, running_jobs_ = 0, promises_ = 0;
  Gains gains_;
  Ledger ledger_;
};

// Recounts every numbered invariant from the jobs; slow, for tests and storms.
void audit(const World& world);

}  // namespace dure
