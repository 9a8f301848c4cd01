// The twin's plant: racks that arrive and leave, jobs that are submitted and end, services that
// scale. Like a real scheduler it is told of the world once an interval: all facts up to the next
// multiple of decide_every, at their own times, then that the interval is over, when its starts
// happen.
//
// Services scale every 15 minutes. More: new replicas are submitted. Fewer: first those that were
// refused are given up, then waiting ones are cancelled, the youngest first, then running ones are
// ended, the last started first.
//
// A job that is asked to stop does so when its grace is over. What it did since its last checkpoint
// is lost, and it has its restart to do again: sched/reclaim.h reckons with the same. A job on a
// node that fails hangs until somebody notices, or until its limit, and what it did since is lost
// too.
//
// Invariants: 1. Facts come in order of time; of one instant: the law, racks, ends, stops, outages,
//             services, submissions.
//             2. wanted replicas = waiting + running + refused, of every service from its last step
//             on.
//             3. No fact is told at `to` or later, but that `to` was reached.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sched/plant.h"
#include "sim/end_queue.h"
#include "sim/occupants.h"
#include "sim/outage.h"
#include "sim/service_gen.h"
#include "sim/workload_gen.h"
#include "world/shape.h"

namespace dure {

struct SimSpan {
  Millis start, to;  // whole hours; the alliance is founded at start, warm
  Millis decide_every;
  Millis notice;  // build-out, retirements and maintenance are told so long before
};

class SimPlant final : public Plant {
 public:
  SimPlant(const Founding& founding, const Arrivals& arrivals, const Services& services,
           const SimSpan& span, std::vector<Outage> outages = {},
           std::vector<Event> link_facts = {}, std::vector<Event> energy_facts = {});

  void ask(const Command& wish) override;
  void next(Millis wake, std::vector<Event>& facts) override;

  Millis now() const { return Millis(now_); }
  const std::vector<Event>& energy_facts() const { return energy_facts_; }
  std::size_t jobs() const { return runs_.size(); }
  bool is_replica(JobId job) const { return runs_[job.index] < 0; }
  // How long it runs once it has started; not of a replica.
  Millis run_of(JobId job) const { return Millis(runs_[job.index]); }
  // How many jobs and replicas a run submits, about: to reserve memory.
  std::size_t expected_jobs() const;

 private:
  struct Replicas {
    std::vector<std::uint32_t> waiting;  // job ids, rising; before `head`: no longer
    std::size_t head = 0;
    std::vector<std::uint32_t> running;  // in order of start
    std::int64_t refused = 0;
    std::int64_t count() const {
      return static_cast<std::int64_t>(waiting.size() - head + running.size()) + refused;
    }
  };
  void make_agenda();
  void found_alliance(std::vector<Event>& facts);
  void submit(const Arrival& a, std::vector<Event>& facts);
  void scale(std::size_t service, std::int64_t at, std::vector<Event>& facts);
  void no_longer_waits(Replicas& r, std::uint32_t job);
  void start(const StartJob& wish);
  void resize(const ResizeJob& wish);
  enum class Stop : std::uint8_t { preempted, failed, warned };  // warned: it has saved all
  void stop(std::uint32_t job, std::int64_t at, std::vector<Event>& facts, Stop how);
  void sit(std::uint32_t job, PoolId pool, const Placement& place);
  void settle(std::uint32_t job, const StartJob& wish);
  Pace pace_of_run(std::uint32_t job, std::int64_t now) const;
  void take(const PoolCapped& cap, std::int64_t at);
  void leave(std::uint32_t job);
  void hang(std::uint32_t job, std::int64_t at);
  void fail(const Outage& outage);
  void part_gangs(std::int64_t at, std::vector<Event>& facts);
  void lose(const Outage& outage, std::int64_t at, std::vector<Event>& facts);
  void repair(const Outage& outage, std::int64_t at, std::vector<Event>& facts);
  const LaneOpened& lane(std::uint32_t job) const {
    return founding_.lanes[lane_of_[job].index].opened;
  }
  std::int64_t next_arrival();
  std::int64_t next_fact();
  void tell(std::int64_t at, std::vector<Event>& facts);

  const Founding& founding_;
  const Arrivals& arrivals_;
  const Services& services_;
  const SimSpan span_;
  std::int64_t now_ = 0;
  bool founded_ = false;
  std::vector<Event> dated_;  // racks, guarantees, reservations and maintenance, by time
  std::size_t next_dated_ = 0;
  std::int64_t next_scaling_ = 0;  // when the services look at their demand
  EndQueue ends_;
  std::vector<Arrival> hour_;  // the hour that is being told
  std::size_t next_in_hour_ = 0;
  std::int64_t next_hour_ = 0;        // to be drawn after it
  std::vector<Replicas> replicas_;    // [service]
  std::vector<std::int64_t> runs_;    // [job]; of a replica -1 - its service
  struct Course {                     // of a job that has started
    std::int64_t start = 0, end = 0;  // end: as things stand
    std::int64_t left = 0;      // at start: run to be done, with restarts; as asked, on speed 1000
    std::int64_t estimate = 0;  // of left
    std::int64_t limit = 0;     // the instant at which the estimate is over
  };
  std::vector<LaneId> lane_of_;                     // [job]
  std::vector<Course> courses_;                     // [job]
  std::map<std::uint32_t, std::int64_t> stopping_;  // jobs that were asked to stop: when they do
  std::map<std::uint32_t, std::pair<std::int64_t, std::int64_t>> sizes_;  // elastic: asked, held

  enum class Step : std::uint8_t { fails, lost, back };
  struct OutageStep {
    std::int64_t at = 0;
    Step step = Step::fails;
    std::size_t outage = 0;
  };
  const std::vector<Outage> outages_;
  const std::vector<Event> link_facts_;
  std::multimap<std::pair<SiteId, SiteId>, SitesLinked> ways_;  // kept only where links are cut
  std::vector<OutageStep> steps_;                               // of outages_, by time
  std::size_t next_step_ = 0;
  Occupants occupants_;                                 // kept only where there are outages
  NodeCounts dead_, drained_;                           // by how many outages a node is
  std::map<std::uint32_t, std::vector<SiteId>> split_;  // gangs over several sites: which
  std::map<std::uint32_t, std::int64_t> hung_;          // jobs on dead nodes: since when

  const std::vector<Event> energy_facts_;
  // Kept only where there are caps.
  std::vector<PoolCapped> caps_;                          // [pool]
  std::vector<std::set<std::uint32_t>> runs_in_;          // [pool]
  std::map<std::uint32_t, std::vector<PoolId>> sits_in_;  // job: its pools
};

}  // namespace dure
