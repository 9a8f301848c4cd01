// The pass that weighs every job, for clusters where jobs are many and unlike: GPU clusters with
// training jobs of minutes to weeks. Jobs are taken in the order of rank.h. One that fits starts.
// One that does not:
//   - with policy.preempt stops whom rank.h lets it stop: of those that run in the pool the last in
//     order first, until the gang fits, then the first in order are let off as far as they are not
//     needed. What they leave is kept for it;
//   - without, with Backfill::easy: the first such job of a pool gets a reservation at the first
//     instant at which enough is free by the estimates, and whoever comes later may start only if
//     it ends before, or in what is left over (EASY; Lifka, 1995). With Backfill::none it bars the
//     pool.
// On one counted pool, Order::shortest with exact estimates gives at every instant the jobs that
// walking all of them by time left and taking each that still fits gives: preemptive shortest
// remaining time first, with gangs (tests/sched/ranked_test.cpp).
//
// Gangs that are split over sites, elastic ones and those with a device beside are not served here:
// each job gets what it asks for, in one pool.
//
// Invariants: 1. Nobody is stopped for a job that then does not fit.
//             2. Nobody is stopped who is not preemptible, or before it may be (rank.h).
//             3. What is kept for a job is given to nobody after it in the pass.
#include <algorithm>
#include <optional>
#include <vector>

#include "sched/decide.h"
#include "sched/fit.h"
#include "sched/order.h"
#include "sched/place.h"
#include "sched/rank.h"

namespace dure {
namespace {

// A pool as it will be when those who are asked to stop have gone, less what is kept.
struct Ahead {
  std::int64_t free = 0;
  std::optional<Machines> machines;
  bool fits(std::int64_t gpus, const Shape& shape) const {
    return machines ? machines->fits(gpus, shape) : gpus <= free;
  }
  bool can_take(std::int64_t gpus, const Placement& place) const {
    return machines ? machines->can_take(place) : gpus <= free;
  }
  void take(std::int64_t gpus, const Placement& place) {
    free -= gpus;
    if (machines) machines->take(place);
  }
  void give(std::int64_t gpus, const Placement& place) {
    free += gpus;
    if (machines) machines->give(place);
  }
};

struct Runner {  // whom the first that found no room may stop
  Rank rank;
  std::optional<JobId> stops_for;  // it will be asked to at the end of the pass
};

struct PoolPlan {
  std::optional<Ahead> ahead;  // none: nobody stops and nothing is kept: the pool itself
  std::int64_t smallest_miss = std::numeric_limits<std::int64_t>::max();  // GPUs
  bool listed = false;
  std::vector<Runner> victims;        // last in order first
  bool held = false, barred = false;  // a reservation without preemption, as in alliance.cpp
  Millis shadow;
  std::int64_t extra = 0;
};

enum class Got { nothing, started, kept };

bool later(const Rank& a, const Rank& b) { return before(b, a); }

class RankedPass {
 public:
  RankedPass(const World& world, const Policy& policy, Listener& say)
      : world_(world), policy_(policy), say_(say), pools_(world.pools()), shares_(world, policy) {}

  Millis run() {
    while (!world_.orphans().empty())
      say_.wish(RefuseJob{world_.orphans().front(), Reason::dependency_failed});
    if (world_.waiting_jobs() == 0) return Millis(Timeline::kForever);
    world_.waiting_lanes().for_each([this](std::uint32_t lane) {
      const LaneQueue& queue = world_.queue(LaneId{lane});
      for (std::size_t i = 0; i < queue.size(); ++i) {
        Rank r = rank_of(world_, policy_, queue.job(i));
        r.share = share(LaneId{lane});
        waiting_.push_back(r);
      }
    });
    const auto in_order = [](const Rank& a, const Rank& b) { return before(a, b); };
    if (!shared() && std::is_sorted(waiting_.begin(), waiting_.end(), in_order)) {
      for (const Rank& r : waiting_) serve(r);
      waiting_.clear();
    }
    std::make_heap(waiting_.begin(), waiting_.end(), later);
    while (!waiting_.empty()) {
      std::pop_heap(waiting_.begin(), waiting_.end(), later);
      Rank r = waiting_.back();
      const LaneId lane = world_.job(r.job).lane;
      if (const std::int64_t now = share(lane); now != r.share) {  // it has started others since
        r.share = now;
        waiting_.back() = r;
        std::push_heap(waiting_.begin(), waiting_.end(), later);
        continue;
      }
      waiting_.pop_back();
      serve(r);
    }
    ask_to_stop();
    return wake_;
  }

 private:
  bool shared() const { return policy_.order == Order::fair || policy_.order == Order::attained; }
  std::int64_t share(LaneId lane) { return shared() ? shares_.of(world_.account(lane)) : 0; }

  void serve(const Rank& r) {
    const Job& job = world_.job(r.job);
    const LaneOpened& lane = world_.lane(job.lane);
    if (lane.pools.empty()) return say_.wish(RefuseJob{r.job, Reason::no_legal_site});
    Reason because = Reason::quota_limit;
    if (world_.accounts().within_limits(world_.account(job.lane), world_.device(job.lane),
                                        job.gpus)) {
      because = Reason::too_large;
      const Gang gang{lane, job.gpus, job.gpus, job.estimate};
      for (const PoolId id : lane.pools) {
        if (world_.pool(id).installed < job.gpus) {
          if (because == Reason::too_large) because = larger_than(world_.pool(id), job.gpus);
          continue;
        }
        if (because != Reason::reclaiming) because = Reason::no_room;
        const Got got = start(id, gang, r);
        if (got == Got::started) return;
        if (got == Got::kept) because = Reason::reclaiming;
        if (got == Got::kept) break;
      }
      for (const PoolId id : lane.pools)
        if (because == Reason::no_room && make_room(id, gang, r)) because = Reason::reclaiming;
    }
    say_.wait(r.job, because);
    wake_ = std::min(wake_, next_change(world_, policy_, r.job));
  }

  // Has a smaller gang found no room there in this pass? On shared nodes a larger one may ask for
  // less CPU or memory.
  bool hopeless(PoolId id, const Gang& gang) const {
    const Pool& pool = world_.pool(id);
    return gang.gpus >= pools_[id.index].smallest_miss &&
           (!pool.machines || pool.machines->shared() == nullptr);
  }

  Got start(PoolId id, const Gang& gang, const Rank& r) {
    const Pool& pool = world_.pool(id);
    PoolPlan& plan = pools_[id.index];
    if (hopeless(id, gang) || plan.barred) return Got::nothing;
    if (!policy_.preempt && gang.gpus > pool.free) return Got::nothing;
    if (pool.stopping > 0) look_ahead(id);
    StartJob wish{r.job, id, {}};
    if (plan.ahead) {
      if (!plan.ahead->fits(gang.gpus, gang.lane.shape())) return Got::nothing;  // invariant 3
      if (pool.machines) wish.place = *plan.ahead->machines->find(gang.gpus, gang.lane.shape());
      if (pool.machines ? !pool.machines->can_take(wish.place) : gang.gpus > pool.free) {
        plan.ahead->take(gang.gpus, wish.place);  // it is there soon
        return Got::kept;
      }
    }
    const Fit f = fit(world_, policy_, id, gang);
    if (f.why_not != Reason::none) return Got::nothing;
    if (plan.held && f.end > plan.shadow && gang.gpus > plan.extra) return Got::nothing;
    wish.under = f.under;
    if (plan.ahead)
      plan.ahead->take(gang.gpus, wish.place);
    else if (pool.machines)
      wish.place = place_in(world_, id, gang.gpus, gang.lane.shape());
    if (plan.held && f.end > plan.shadow) plan.extra -= gang.gpus;
    say_.wish(std::move(wish));
    if (shared()) shares_.used(world_.account(world_.job(r.job).lane));
    return Got::started;
  }

  // True if room is being made for it.
  bool make_room(PoolId id, const Gang& gang, const Rank& r) {
    const Pool& pool = world_.pool(id);
    PoolPlan& plan = pools_[id.index];
    if (!policy_.preempt && (plan.held || plan.barred)) return false;
    if (pool.installed < gang.gpus || terms(world_, policy_, id, gang) != Reason::none)
      return false;
    if (policy_.preempt) {
      if (hopeless(id, gang)) return false;
      if (stop_others(id, gang, r)) return true;
      plan.smallest_miss = gang.gpus;  // whoever comes later may stop no more than this one
      return false;
    }
    if (policy_.backfill == Backfill::none) {
      plan.barred = true;
    } else {
      std::int64_t free_then = 0;
      plan.shadow = pool.timeline.first_with(world_.now(), gang.gpus, free_then);
      plan.extra = free_then - gang.gpus;
      plan.held = plan.shadow.count() != Timeline::kForever;
    }
    return false;
  }

  bool stop_others(PoolId id, const Gang& gang, const Rank& r) {
    PoolPlan& plan = pools_[id.index];
    if (!plan.listed) list_victims(id, r);
    if (plan.victims.empty()) return false;
    look_ahead(id);
    std::vector<Runner>& victims = plan.victims;
    std::size_t may = 0;
    std::int64_t could = plan.ahead->free;
    for (; may < victims.size() && may_stop(r, victims[may].rank); ++may)
      if (!victims[may].stops_for) could += world_.job(victims[may].rank.job).held;
    if (could < gang.gpus) return false;
    Ahead ahead = *plan.ahead;
    std::vector<std::size_t> stopped;
    for (std::size_t i = 0; i < may && !ahead.fits(gang.gpus, gang.lane.shape()); ++i) {
      if (victims[i].stops_for) continue;
      ahead.give(held(victims[i]), place_of(id, victims[i].rank.job));
      stopped.push_back(i);
    }
    if (!ahead.fits(gang.gpus, gang.lane.shape())) return false;  // invariant 1
    for (; !stopped.empty(); stopped.pop_back()) {  // the first in order is let off first
      Runner& v = victims[stopped.back()];
      ahead.take(held(v), place_of(id, v.rank.job));
      if (ahead.fits(gang.gpus, gang.lane.shape())) continue;
      ahead.give(held(v), place_of(id, v.rank.job));
      v.stops_for = r.job;
    }
    Placement place;
    if (ahead.machines) place = *ahead.machines->find(gang.gpus, gang.lane.shape());
    ahead.take(gang.gpus, place);  // invariant 3
    // Who is to stop for somebody before may stay where it is after all.
    for (std::size_t i = victims.size(); i-- > 0;) {
      Runner& v = victims[i];
      if (!v.stops_for || !ahead.can_take(held(v), place_of(id, v.rank.job))) continue;
      ahead.take(held(v), place_of(id, v.rank.job));
      v.stops_for.reset();
    }
    plan.ahead = std::move(ahead);
    return true;
  }

  void ask_to_stop() {
    for (const PoolPlan& plan : pools_)
      for (const Runner& v : plan.victims)
        if (v.stops_for)
          say_.wish(PreemptJob{v.rank.job, *v.stops_for, world_.now() + policy_.grace});
  }

  std::int64_t held(const Runner& v) const { return world_.job(v.rank.job).held; }
  const Placement& place_of(PoolId pool, JobId job) const {
    static const Placement none;
    return world_.pool(pool).machines ? world_.placement(world_.job(job)) : none;
  }

  void look_ahead(PoolId id) {
    PoolPlan& plan = pools_[id.index];
    if (plan.ahead) return;
    const Pool& pool = world_.pool(id);
    plan.ahead = Ahead{pool.free, pool.machines};
    if (pool.stopping == 0) return;
    for (const Run& run : pool.running) {
      const JobId job = run.job;
      const Job& runs = world_.job(job);
      if (runs.stopping && runs.pool == id) plan.ahead->give(runs.held, place_of(id, job));
    }
  }

  // Whom the first that found no room may stop; those after it may stop fewer.
  void list_victims(PoolId id, const Rank& r) {
    PoolPlan& plan = pools_[id.index];
    plan.listed = true;
    const MemberId member = world_.lane(world_.job(r.job).lane).member;
    for (const Run& run : world_.pool(id).running) {
      const JobId job = run.job;
      const Job& runs = world_.job(job);
      const LaneOpened& lane = world_.lane(runs.lane);
      if (!lane.preemptible || lane.member != member || runs.stopping || runs.let_go) continue;
      if (runs.more_parts || runs.under_reservation) continue;
      const Rank rank = rank_of(world_, policy_, job);
      // It will be stopped for r, or not much later: see rank.h, invariant 2.
      if (rank.standing >= r.standing || rank.deadline != r.deadline || rank.aged != r.aged)
        wake_ = std::min(wake_, next_change(world_, policy_, job));
      if (!may_stop(r, rank)) continue;
      const Millis from = may_be_stopped_from(world_, policy_, runs);
      if (from > world_.now())  // invariant 2
        wake_ = std::min(wake_, from);
      else
        plan.victims.push_back({rank, {}});
    }
    std::sort(plan.victims.begin(), plan.victims.end(),
              [](const Runner& a, const Runner& b) { return later(a.rank, b.rank); });
  }

  const World& world_;
  const Policy& policy_;
  Listener& say_;
  std::vector<PoolPlan> pools_;
  Shares shares_;
  std::vector<Rank> waiting_;  // a heap: the first in order on top
  Millis wake_{Timeline::kForever};
};

}  // namespace

Millis decide_ranked(const World& world, const Policy& policy, Listener& say) {
  return RankedPass(world, policy, say).run();
}

}  // namespace dure
