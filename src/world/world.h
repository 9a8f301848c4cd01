// What we believe about the alliance. Copyable: a forecast is a copy with another plant.
// Invariants (recounted from scratch by audit()):
//   1. Time never runs back.
//   2. A job is held, waiting, running, ended, cancelled or refused: never two of them.
//   3. In every pool free + held by running jobs = installed, and free >= 0.
//   4. The lane queues hold the waiting jobs and no others, in the lane's order.
//   5. In every pool the timeline is what is installed, and planned by date, less running jobs
//   until
//      their estimated ends, less promised starts, less reservations as far as they are not used.
//   6. The ledger sums to zero: what borrowers were debited, owners were credited.
//   7. An account holds what its children and its own running jobs hold.
//   8. A reservation is used up to its size, by its member, in its time.
//   9. Nothing starts, and nothing is promised, where the law forbids it: a bit a lane and pool,
//      worked out from the law's own facts (LawBook) and not from lane.pools. A job that was
//      adopted was started by others, wherever: a fact and not our decision (sovereignty_audit.h
//      counts it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bit_tree.h"
#include "base/result.h"
#include "base/shared_pages.h"
#include "world/accounts.h"
#include "world/event.h"
#include "world/lane_queue.h"
#include "world/law_book.h"
#include "world/ledger.h"
#include "world/machines.h"
#include "world/shape.h"
#include "world/timeline.h"

namespace dure {

// held: it waits for other jobs, not for room.
enum class JobState : std::uint8_t { waiting, running, ended, cancelled, refused, held };

struct Job {
  Millis submit;
  Millis estimate;  // of what is left to do, with the GPUs it asks for, on hardware of speed 1000
  Millis start;     // when it runs or ran
  Millis end;       // when it ended; while it runs, when its estimate is over
  Millis deadline;  // 0: none
  LaneId lane;
  Millis queued;              // when it last joined its queue
  GpuMillis had;              // held before it was last stopped
  std::int32_t gpus = 0;      // asked for
  std::int32_t held = 0;      // in `pool`, while it runs or ran
  PoolId pool;                // when it runs or ran: where its first part is
  std::uint32_t seat = 0;     // of its placement, while it runs in a pool of racks
  std::uint32_t runs_at = 0;  // index among running_in(pool), while it runs
  JobState state = JobState::waiting;
  bool let_go = false;    // its room was freed at its limit, before its end was told
  bool stopping = false;  // it was asked to stop
  bool more_parts = false;
  bool under_reservation = false;
  bool failed = false;     // it ended, but not well
  bool borrowed = false;   // when it started, its member held more there than it is entitled to
  std::uint8_t stops = 0;  // how often it was stopped, 255: or more
};

// A part of a running job, as its pool knows it: whoever looks for room there walks over these.
struct Run {
  JobId job;
  LaneId lane;
  Millis start, end;      // as in Job
  std::int32_t gpus = 0;  // of this part
  bool stopping = false, borrowed = false, more_parts = false, under_reservation = false;
};

struct Pool {
  PoolOpened info;
  std::optional<Machines> machines;  // none in a counted pool
  std::vector<LaneId> lanes;         // of shared nodes: whose jobs may come here; rising
  std::int64_t installed = 0, free = 0;
  std::int64_t lent = 0;      // held by others than the owner above what they are guaranteed
  std::int64_t stopping = 0;  // held by jobs that were asked to stop
  std::vector<std::pair<MemberId, std::int64_t>> guarantees;  // not the owner's
  std::int64_t guaranteed = 0;                                // sum of them
  Timeline timeline;
  // Until then the timeline may fall below what is free now without any job starting; and while
  // a plan that takes something away is still to be carried out, however late.
  Millis dips_until{std::numeric_limits<std::int64_t>::min()};
  std::int64_t plans_due = 0;
  bool dips(Millis now) const { return dips_until > now || plans_due > 0; }
  std::vector<ReservationId> reservations;
  std::vector<Run> running;  // parts that are here, in no order that means anything
  std::int64_t elastic = 0;  // running jobs that may change their size
  // Held by jobs that may be stopped, and are not stopping: by member and tier; and of those by
  // member what was borrowed when it started.
  std::vector<std::array<std::int64_t, 4>> preemptible;
  std::vector<std::int64_t> preemptible_borrowed;
  PoolCapped cap;  // the last; it may be over
  // What a member may count on here.
  std::int64_t entitled(MemberId m) const {
    if (m == info.owner) return installed - guaranteed;
    for (const auto& [member, gpus] : guarantees)
      if (member == m) return gpus;
    return 0;
  }
  bool fits(std::int64_t gpus, const Shape& shape) const {
    return machines ? machines->fits(gpus, shape) : gpus <= free;
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
struct PlannedChange {
  CapacityPlanned info;
  bool begun = false, over = false;  // its change was made; was made and, if it passes, unmade
};
struct Reservation {
  ReservationMade info;  // gpus: 0 once it was dropped
  std::int64_t used = 0;
  std::int64_t left() const { return info.gpus.count() - used; }
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
  const Placement& placement(const Job& running) const {
    static const Placement none;
    return running.let_go ? none : seats_[running.seat];  // its seat may be another's by now
  }
  // What a running job holds beside its first part.
  const std::vector<Part>& more_parts(JobId id) const {
    static const std::vector<Part> none;
    const auto it = more_parts_.find(id);
    return it == more_parts_.end() ? none : it->second;
  }
  // Is what it says known here, and the room free that it takes? The door asks before it tells the
  // fact: a site may say what we cannot believe.
  bool can_adopt(const JobAdopted& e) const;
  // The reservation that a running job uses; none.
  const Reservation* under(JobId id) const {
    if (!jobs_[id.index].under_reservation) return nullptr;
    return &reservations_[under_.find(id)->second.index];
  }
  // Its place in its lane's order: see LaneQueue.
  std::int64_t rank(const Job& job) const {
    switch (lanes_[job.lane.index].within) {
      case Within::arrival: return 0;
      case Within::deadline:
        return job.deadline.count() == 0 ? std::numeric_limits<std::int64_t>::max()
                                         : job.deadline.count() - job.estimate.count();
      case Within::shortest: return job.estimate.count();
    }
    CHECK(!"a Within");
  }

  std::size_t pools() const { return pools_.size(); }
  const Pool& pool(PoolId id) const { return pools_[id.index]; }
  std::size_t lanes() const { return lanes_.size(); }
  const LaneOpened& lane(LaneId id) const { return lanes_[id.index]; }
  // Jobs that came to it so far.
  std::int64_t submitted(LaneId id) const { return lane_use_[id.index].submitted; }
  // May a gang of the lane be split over the two sites, as they are joined?
  bool joins(const LaneOpened& lane, SiteId a, SiteId b) const;
  // May the lane hold so many more there, by its share at one site? Of what it holds and waits for;
  // the first at a site always.
  bool spread_allows(LaneId lane, PoolId pool, std::int64_t gpus) const;
  Device device(LaneId id) const { return lanes_[id.index].device; }
  const LaneQueue& queue(LaneId id) const { return queues_[id.index]; }
  const BitTree& waiting_lanes() const { return waiting_lanes_; }
  const std::vector<std::string>& members() const { return members_; }
  const std::vector<std::string>& sites() const { return sites_; }
  const Accounts& accounts() const { return accounts_; }
  AccountId account(LaneId lane) const { return lane_accounts_[lane.index]; }
  AccountId account(MemberId member) const { return member_accounts_[member.index]; }
  const std::vector<Reservation>& reservations() const { return reservations_; }
  const std::vector<PlannedChange>& plans() const { return plans_; }
  // Jobs that wait for others which were refused or cancelled, or failed: to be refused.
  const std::vector<JobId>& orphans() const { return orphans_; }
  std::int64_t held_jobs() const { return held_jobs_; }
  std::int64_t installed(Device device) const {
    return installed_[static_cast<std::size_t>(device)];
  }
  // What all pools of a device that are the member's hold, less what is guaranteed to others, and
  // what others guarantee.
  std::int64_t entitled(MemberId member, Device device = Device::gpu) const {
    return entitled_[member.index][static_cast<std::size_t>(device)];
  }
  std::int64_t waiting_jobs() const { return waiting_jobs_; }
  std::int64_t waiting_gpus() const { return waiting_milli_ / 1000; }  // shared ones by their parts
  std::int64_t running_jobs() const { return running_jobs_; }
  const Gains& gains() const { return gains_; }
  const Ledger& ledger() const { return ledger_; }

  // ---- the law
  const LawBook& law() const { return law_; }
  bool lawful(LaneId lane, PoolId pool) const { return lawful_[lane.index][pool.index]; }
  // Why the lane has no pool; approval_pending: it will have some.
  Reason closed(LaneId lane) const { return closed_[lane.index]; }
  // ---- the law ends

  // ---- energy
  // What was told last of the site; none: nothing was.
  const SiteEnergyTold* energy(SiteId site) const {
    return site.index < energy_.size() ? &energy_[site.index] : nullptr;
  }
  Millis may_shift(LaneId lane) const {
    return lane.index < shift_by_.size() ? shift_by_[lane.index] : Millis();
  }
  Pace pace(PoolId pool, LaneId lane) const {
    return pace_of(pools_[pool.index].cap, lanes_[lane.index].workload);
  }
  // ---- energy ends

  // ---- the snapshot: docs/formats/snapshot.md. Worlds that will behave alike have the same bytes.
  std::vector<std::byte> save() const;
  // A Fault for anything but the whole bytes of a world that passes audit(); where names the
  // source.
  static Result<World> load(std::span<const std::byte> bytes, const std::string& where);
  std::string digest() const;  // SHA-256 of save()

  void reserve_jobs(std::size_t n) { jobs_.reserve(n); }

 private:
  friend const char* broken(const World& world);
  friend struct WorldArchive;
  void on(const MemberJoined& e);
  void on(const SiteOpened& e);
  void on(const SitesLinked& e);
  void on(const SitesParted& e);
  void on(const PoolOpened& e);
  void on(const LaneOpened& e);
  void on(const CapacityAdded& e);
  void on(const CapacityRetired& e);
  void on(const JobSubmitted& e);
  void on(const LimitReached& e);
  void on(const JobEnded& e);
  void on(const JobFailed& e);
  void on(const JobAdopted& e);
  void on(const JobCancelled& e);
  void on(const TimeReached& e);
  void on(const CommandIssued& e);
  void on(const AccountOpened& e);
  void on(const FairShareSet& e);
  void on(const GuaranteeMade& e);
  void on(const LendingSet& e);
  void on(const CapacityPlanned& e);
  void on(const CapacityPlanDropped& e);
  void on(const NodesDrained& e);
  void on(const NodesResumed& e);
  void on(const ReservationMade& e);
  void on(const ReservationDropped& e);
  void on(const JobStopped& e);
  void on(const AccountLimitSet& e);
  // ---- the law
  void on(const ClassOpened& e);
  void on(const RowOpened& e);
  void on(const HallOpened& e);
  void on(const PoolHoused& e);
  void on(const ArtifactMade& e);
  void on(const LaneLabelled& e);
  void on(const ApprovalGranted& e);
  void on(const ArtifactLowered& e);
  void on(const LaneWidened& e);
  void on(const SiteEnergyTold& e);
  void on(const LaneMayShift& e);
  void on(const PoolCapped& e);
  Pace pace_of_run(JobId id);
  void shares(LaneId lane);
  void weigh(LaneId lane);
  void weigh_all();
  // ---- the law ends
  void asked(const StartJob& wish);
  void asked(const PromiseStart& wish);
  void asked(const RefuseJob& wish);
  void asked(const PreemptJob& wish);
  void asked(const ResizeJob& wish);

  Job& enrol(JobId id, LaneId lane, Gpus gpus, Millis estimate);
  void run(const StartJob& how, bool kept);
  Millis over_at(const Job& job, const StartJob& how) const;
  void over(JobId id, bool well);
  void join_queue(Job& job, JobId id);
  void leave_queue(Job& job, JobId id);
  std::size_t run_of(PoolId where, JobId id) const;
  void let_go(JobId id);
  void withdraw(JobId id, JobState as);
  void leave_machines(JobId id);
  void out(JobId id, bool well);                           // it left for good: who waited for it?
  void hold(PoolId pool, LaneId lane, std::int64_t gpus);  // or gives back, if negative
  void may_be_stopped(PoolId pool, const Job& job, std::int64_t gpus);  // or may not, if negative
  std::uint32_t seat(const Placement& place);
  template <class F>
  void for_each_part(JobId id, F&& f);
  void room(JobId id, Pool& pool, Millis from, Millis to, std::int64_t gpus);
  void installed_now(Pool& pool, std::int64_t before);
  void drop_promise(const Job& job, std::uint32_t by, std::size_t place_in_queue, Millis kept_from,
                    Millis kept_to);
  Millis limit(Millis start, Millis estimate) const;
  void gained(std::uint32_t by, const Pool& pool, Millis from, Millis to);

  Millis now_{std::numeric_limits<std::int64_t>::min() / 2};
  std::uint64_t events_ = 0;
  std::vector<std::string> members_, sites_;
  std::multimap<std::pair<SiteId, SiteId>, SitesLinked> links_;  // the lesser id first
  std::vector<Pool> pools_;
  std::vector<LaneOpened> lanes_;
  struct LaneUse {
    std::int64_t submitted = 0;         // jobs
    std::int64_t waiting = 0;           // units
    std::int64_t held = 0;              // units, if it must be spread
    std::vector<std::int64_t> by_site;  // of held
  };
  std::vector<LaneUse> lane_use_;  // [lane]
  std::vector<LaneQueue> queues_;  // an index: which jobs wait, by lane
  BitTree waiting_lanes_;          // an index: lanes whose queue is not empty
  SharedPages<Job> jobs_;          // a copy of the world shares what is past
  SharedPages<Placement> seats_;   // of running jobs
  std::vector<std::uint32_t> free_seats_;
  std::int64_t waiting_jobs_ = 0, waiting_milli_ = 0, running_jobs_ = 0, promises_ = 0;
  std::int64_t held_jobs_ = 0;
  Accounts accounts_;
  std::vector<AccountId> member_accounts_, lane_accounts_;
  std::vector<std::array<std::int64_t, kDevices>> entitled_;  // [member]
  std::array<std::int64_t, kDevices> installed_{};
  std::vector<Reservation> reservations_;
  std::vector<PlannedChange> plans_;
  std::map<JobId, std::vector<Part>> more_parts_;
  std::map<JobId, ReservationId> under_;     // running jobs that use a reservation
  std::map<JobId, std::uint32_t> blockers_;  // held jobs: how many they wait for
  std::multimap<JobId, JobId> dependents_;   // who waits for a job
  std::vector<JobId> orphans_;
  Gains gains_;
  Ledger ledger_;
  // ---- the law
  LawBook law_;
  std::vector<std::vector<bool>> lawful_;  // [lane][pool]
  std::vector<Reason> closed_;             // [lane]
  // ---- the law ends
  std::vector<SiteEnergyTold> energy_;  // [site], as far as told
  std::vector<Millis> shift_by_;        // [lane], as far as told
};

// Recounts every numbered invariant from the jobs; slow, for tests, storms and loaded snapshots.
// The text of the first condition that does not hold; nullptr: all do.
const char* broken(const World& world);
void audit(const World& world);  // CHECKs that nothing is broken

}  // namespace dure
