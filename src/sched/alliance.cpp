// The pass over many pools and lanes. Jobs of one lane are alike in all that decides where they may
// run, and keep their order among themselves, so only the heads of lanes are weighed: a pass costs
// O(waiting lanes x pools) comparisons, not O(waiting jobs).
//
// Heads are taken in order (order.h). Under Order::fair a head is first tried where its member may
// count on room, and comes up again to borrow, after everybody was tried so. A head goes to the
// first pool of its lane where it fits (fit.h). One that finds none:
//   - takes back what others borrow of its member's room, and stops lower tiers of its own member,
//     if policy.preempt (reclaim.h);
//   - else gets, with Backfill::easy, a reservation in the pool where it could start first; whoever
//     comes later in the pass may use that pool only if it ends before (as EASY, Lifka 1995, for
//     each pool). With Backfill::none it bars its pools instead.
// Last, elastic gangs grow into what nobody waits for.
//
// Invariants: 1. A pool has at most one reservation of the pass, that of the first that wanted one.
//             2. The law was asked when the lane was opened or widened: lane.pools are the lawful
//             ones. World asks it again at the start.
//             3. A pool is taken back from for one job in a pass, the holder of its reservation.
#include <algorithm>
#include <vector>

#include "sched/decide.h"
#include "sched/fit.h"
#include "sched/order.h"
#include "sched/reclaim.h"
#include "world/shape.h"

namespace dure {
namespace {

constexpr std::size_t kLookAt = 4;  // pools considered for a reservation, best first

struct Hold {  // what is held in a pool for a job that could not start
  bool held = false, barred = false;
  Millis shadow;           // when it could start
  std::int64_t extra = 0;  // what is left over then
};

// std heaps keep the greatest on top: the first in order.
bool later(const Head& a, const Head& b) { return before(b, a); }

class Pass {
 public:
  Pass(const World& world, const Policy& policy, Listener& say)
      : world_(world),
        policy_(policy),
        say_(say),
        holds_(world.pools()),
        has_hold_(world.lanes()),
        shares_(world, policy) {}

  Millis run() {
    refuse_orphans();
    world_.waiting_lanes().for_each(
        [this](std::uint32_t lane) { heads_.push_back(head(LaneId{lane})); });
    std::make_heap(heads_.begin(), heads_.end(), later);
    while (!heads_.empty()) {
      std::pop_heap(heads_.begin(), heads_.end(), later);
      const Head h = heads_.back();
      heads_.pop_back();
      if (grown(h)) continue;
      if (settle(h)) {
        has_hold_[h.lane.index] = false;
        if (!world_.queue(h.lane).empty()) push(head(h.lane));
      } else if (may_borrow(h)) {
        push(shares_.head(h.lane, Claim::borrowed));
      } else {
        say_.wait(h.job, because_);
      }
    }
    grow_elastic();
    wake_for_dates();
    return wake_;
  }

 private:
  bool fair() const { return policy_.order == Order::fair; }
  Head head(LaneId lane) { return shares_.head(lane, Claim::guaranteed); }
  void push(Head&& h) {
    heads_.push_back(std::move(h));
    std::push_heap(heads_.begin(), heads_.end(), later);
  }
  // Is there a pool that it would borrow?
  bool may_borrow(const Head& h) const {
    if (!fair() || h.claim == Claim::borrowed) return false;
    const LaneOpened& lane = world_.lane(h.lane);
    const std::int64_t need = world_.queue(h.lane).need(0);
    return std::any_of(lane.pools.begin(), lane.pools.end(), [&](PoolId id) {
      const Pool& pool = world_.pool(id);
      if (pool.info.owner == lane.member && pool.guaranteed == 0) return false;
      return claim(world_, id, lane, need) == Claim::borrowed;
    });
  }

  // Shares have grown since its key was made, and somebody else is first now: order.h, invariant 1.
  bool grown(const Head& h) {
    if (!fair() || heads_.empty() || shares_.fresh(h)) return false;
    Head now = shares_.head(h.lane, h.claim);
    if (!before(heads_.front(), now)) return false;
    push(std::move(now));
    return true;
  }

  void refuse_orphans() {
    while (!world_.orphans().empty())
      say_.wish(RefuseJob{world_.orphans().front(), Reason::dependency_failed});
  }

  // True if the head left its queue; else because_ says why not.
  bool settle(const Head& h) {
    const LaneOpened& lane = world_.lane(h.lane);
    if (lane.pools.empty()) {
      const Reason closed = world_.closed(h.lane);  // invariant 2
      if (closed == Reason::approval_pending) {
        because_ = closed;
        return false;
      }
      say_.wish(RefuseJob{h.job, closed == Reason::none ? Reason::no_legal_site : closed});
      return true;
    }
    const LaneQueue& queue = world_.queue(h.lane);
    Gang gang{lane, queue.need(0), queue.need(0), queue.estimate(0)};
    const std::int64_t least = lane.least.count() > 0 ? lane.least.count() : gang.asked;
    if (!world_.accounts().within_limits(world_.account(h.lane), least)) {
      because_ = Reason::quota_limit;
      return false;
    }
    if (h.claim == Claim::guaranteed) because_ = Reason::no_room;
    if (lane.most.count() > 0) {
      if (start_at_some_size(h, gang)) return true;
      gang.gpus = gang.asked;
    } else if (start_in_one(h, gang)) {
      return true;
    }
    if (lane.most_sites > 1 && start_split(h, gang)) return true;
    gang.gpus = least;
    return hold_room(h, gang), false;
  }

  // A mouldable gang: as large as it may and can be.
  bool start_at_some_size(const Head& h, Gang gang) {
    const std::int64_t least = std::max<std::int64_t>(gang.lane.least.count(), 1);
    for (gang.gpus = gang.lane.most.count(); gang.gpus >= least;) {
      if (world_.accounts().within_limits(world_.account(h.lane), gang.gpus) &&
          start_in_one(h, gang))
        return true;
      if (gang.gpus == least) break;
      gang.gpus = std::max(gang.gpus / 2, least);
    }
    return false;
  }

  // Is this pool for this head, in this round?
  bool its_turn(const Head& h, PoolId id, const Gang& gang) const {
    if (!fair()) return true;
    const Pool& pool = world_.pool(id);
    if (pool.guaranteed == 0)  // then all is its owner's
      return (pool.info.owner == gang.lane.member) == (h.claim == Claim::guaranteed);
    return claim(world_, id, gang.lane, gang.gpus) == h.claim;
  }

  // What the pass keeps for somebody before it.
  bool kept_from(PoolId pool, std::int64_t gpus, Millis end) const {
    const Hold& hold = holds_[pool.index];
    return hold.barred || (hold.held && end > hold.shadow && gpus > hold.extra);
  }

  bool start_in_one(const Head& h, const Gang& gang) {
    for (const PoolId id : gang.lane.pools) {
      const Pool& pool = world_.pool(id);
      if (gang.gpus > pool.free || !its_turn(h, id, gang)) continue;
      const Fit f = fit(world_, policy_, id, gang);
      if (f.why_not != Reason::none) {
        because_ = f.why_not;
        continue;
      }
      if (kept_from(id, gang.gpus, f.end)) {
        because_ = Reason::behind_earlier_job;
        continue;
      }
      StartJob wish{h.job, id, {}};
      if (gang.gpus != gang.asked) wish.gpus = Gpus(gang.gpus);
      wish.under = f.under;
      if (!beside(gang, f.end, wish)) continue;
      if (pool.racks) wish.place = *pool.racks->find(gang.gpus, gang.lane.spread);
      start(h, std::move(wish), f.end);
      return true;
    }
    return false;
  }

  // The device beside the GPUs, if it needs one: at the same site if it can be.
  bool beside(const Gang& gang, Millis end, StartJob& wish) {
    if (gang.lane.beside_units == 0) return true;
    const std::int64_t units = gang.lane.beside_units;
    const SiteId here = world_.pool(wish.pool).info.site;
    for (const bool same_site : {true, false})
      for (const PoolId id : gang.lane.beside) {
        const Pool& pool = world_.pool(id);
        if ((pool.info.site == here) != same_site || !pool.fits(units, Spread::anywhere)) continue;
        if (pool.dips_until > world_.now() && pool.timeline.least_free(world_.now(), end) < units)
          continue;
        if (kept_from(id, units, end)) continue;
        Part part{id, Gpus(units), {}};
        if (pool.racks) part.place = *pool.racks->find(units, Spread::anywhere);
        wish.also.push_back(std::move(part));
        return true;
      }
    because_ = Reason::no_room;
    return false;
  }

  // Over several sites in equal parts, as few as will do: the first pool of each site with room.
  bool start_split(const Head& h, const Gang& whole) {
    for (std::uint32_t sites = 2; sites <= whole.lane.most_sites; ++sites) {
      if (whole.asked % sites != 0) continue;
      Gang part{whole.lane, whole.asked / sites, whole.asked, whole.estimate};
      std::vector<PoolId> chosen;
      Millis end;
      for (const PoolId id : whole.lane.pools) {
        const auto same_site = [&](PoolId c) {
          return world_.pool(c).info.site == world_.pool(id).info.site;
        };
        if (std::any_of(chosen.begin(), chosen.end(), same_site)) continue;
        if (part.gpus > world_.pool(id).free || !its_turn(h, id, part)) continue;
        // Each part runs as long as the slowest of them.
        Gang full{whole.lane, whole.asked, whole.asked, whole.estimate};
        end = std::max(end, end_of(world_, id, full, true));
        const Fit f = fit(world_, policy_, id, part, true);
        if (f.why_not != Reason::none || f.under || kept_from(id, part.gpus, end)) continue;
        const Pool& pool = world_.pool(id);
        if (pool.dips_until > world_.now() &&
            pool.timeline.least_free(world_.now(), end) < part.gpus)
          continue;
        chosen.push_back(id);
        if (chosen.size() == sites) break;
      }
      if (chosen.size() < sites) continue;
      // The world reckons the run by the first part: let that be the slowest hardware.
      const auto slowest = std::min_element(chosen.begin(), chosen.end(), [&](PoolId a, PoolId b) {
        return speed_in(whole.lane, a) < speed_in(whole.lane, b);
      });
      std::iter_swap(chosen.begin(), slowest);
      StartJob wish{h.job, chosen[0], {}};
      wish.gpus = Gpus(part.gpus);
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        const Pool& pool = world_.pool(chosen[i]);
        Placement place;
        if (pool.racks) place = *pool.racks->find(part.gpus, whole.lane.spread);
        if (i == 0)
          wish.place = std::move(place);
        else
          wish.also.push_back({chosen[i], Gpus(part.gpus), std::move(place)});
      }
      start(h, std::move(wish), end);
      return true;
    }
    return false;
  }

  void start(const Head& h, StartJob&& wish, Millis end) {
    const auto over = [&](PoolId pool, std::int64_t gpus) {
      Hold& hold = holds_[pool.index];
      if (hold.held && end > hold.shadow) hold.extra -= gpus;
    };
    over(wish.pool, wish.gpus.count() == 0 ? world_.job(h.job).gpus : wish.gpus.count());
    for (const Part& part : wish.also) over(part.pool, part.gpus.count());
    say_.wish(std::move(wish));
    if (fair()) shares_.used(world_.account(h.lane));
  }

  void hold_room(const Head& h, const Gang& gang) {
    if (policy_.backfill == Backfill::none) {
      for (const PoolId id : gang.lane.pools) {
        holds_[id.index].barred = true;
        say_.keep(id, h.job, world_.now(), 0);
      }
      return;
    }
    if (policy_.preempt && take_back(h, gang)) {
      has_hold_[h.lane.index] = true;
      return;
    }
    if (has_hold_[h.lane.index]) return;  // where it is guaranteed room; none to borrow, too
    std::size_t looked = 0;
    bool large_enough = false;
    Hold* best = nullptr;
    Hold found;
    for (const PoolId id : gang.lane.pools) {
      const Pool& pool = world_.pool(id);
      if (pool.installed < gang.gpus) continue;
      large_enough = true;
      if (holds_[id.index].held || !its_turn(h, id, gang)) continue;  // invariant 1
      if (terms(world_, policy_, id, gang) != Reason::none) continue;
      std::int64_t free_then = 0;
      const Millis shadow = pool.timeline.first_with(world_.now(), gang.gpus, free_then);
      if (best == nullptr || shadow < found.shadow) {
        best = &holds_[id.index];
        found = {true, false, shadow, free_then - gang.gpus};
      }
      if (++looked == kLookAt) break;
    }
    if (!large_enough) because_ = Reason::too_large;
    if (best != nullptr && found.shadow.count() != Timeline::kForever) {
      *best = found;
      say_.keep(PoolId{static_cast<std::uint32_t>(best - holds_.data())}, h.job, found.shadow,
                found.extra);
      has_hold_[h.lane.index] = true;
    }
  }

  // Room that its member may count on, and others hold. True if it will be free for it.
  bool take_back(const Head& h, const Gang& gang) {
    std::size_t looked = 0;
    ReclaimPlan best;
    PoolId where;
    for (const PoolId id : gang.lane.pools) {
      const Pool& pool = world_.pool(id);
      Hold& hold = holds_[id.index];
      if (pool.installed < gang.gpus || hold.held || hold.barred) continue;  // invariant 3
      if (!its_turn(h, id, gang) || terms(world_, policy_, id, gang) != Reason::none) continue;
      if (pool.stopping > 0) {  // is it being done already?
        std::int64_t free_then = 0;
        const Millis soon = world_.now() + policy_.grace;
        const Millis at = pool.timeline.first_with(world_.now(), gang.gpus, free_then);
        if (at <= soon) {
          hold = {true, false, at, free_then - gang.gpus};
          say_.keep(id, h.job, at, hold.extra);
          because_ = Reason::reclaiming;
          return true;
        }
      }
      if (!may_reclaim(world_, id, gang.lane, gang.gpus)) continue;
      if (!reclaims_now()) {
        wake_ = std::min(wake_, next_reclaim());
        continue;
      }
      ReclaimPlan plan = plan_reclaim(world_, id, h.job);
      if (plan.victims.empty()) {
        if (plan.later < wake_) wake_ = plan.later;
      } else if (best.victims.empty() || plan.lost < best.lost) {
        best = std::move(plan);
        where = id;
      }
      if (++looked == kLookAt || (!best.victims.empty() && best.lost == 0)) break;
    }
    if (best.victims.empty()) return false;
    const Millis until = world_.now() + policy_.grace;
    for (const Victim& v : best.victims) {
      if (!v.shrink) {
        say_.wish(PreemptJob{v.job, h.job, until});
        continue;
      }
      const Job& job = world_.job(v.job);
      const std::int64_t gpus = job.held - v.frees;
      say_.wish(
          ResizeJob{v.job, Gpus(gpus),
                    world_.pool(where).racks ? shrunk(world_.placement(job), gpus) : Placement{}});
    }
    std::int64_t free_then = 0;
    const Millis at = world_.pool(where).timeline.first_with(world_.now(), gang.gpus, free_then);
    holds_[where.index] = {true, false, at, free_then - gang.gpus};
    say_.keep(where, h.job, at, free_then - gang.gpus);
    because_ = Reason::reclaiming;
    if (at == world_.now()) wake_ = std::min(wake_, world_.now() + Millis(1));
    return true;
  }

  Millis next_reclaim() const {
    const std::int64_t every = policy_.reclaim_every.count();
    return Millis((world_.now().count() / every + 1) * every);
  }
  bool reclaims_now() const {
    return policy_.reclaim_every.count() == 0 ||
           world_.now().count() % policy_.reclaim_every.count() == 0;
  }

  // Into what is free where nobody waits for it, twice as large at a time.
  void grow_elastic() {
    if (policy_.backfill == Backfill::none) return;
    for (std::uint32_t p = 0; p < world_.pools(); ++p) {
      const Pool& pool = world_.pool(PoolId{p});
      if (pool.elastic == 0 || pool.free == 0 || holds_[p].held || holds_[p].barred) continue;
      std::vector<JobId> jobs;
      for (const JobId id : pool.running) {
        const Job& job = world_.job(id);
        const LaneOpened& lane = world_.lane(job.lane);
        if (lane.elastic && !job.more_parts && !job.stopping && !job.under_reservation &&
            job.held < lane.most.count() && job.start < world_.now())
          jobs.push_back(id);
      }
      std::sort(jobs.begin(), jobs.end());
      for (const JobId id : jobs) grow(PoolId{p}, id);
    }
  }

  void grow(PoolId id, JobId grows) {
    const Pool& pool = world_.pool(id);
    const Job& job = world_.job(grows);
    const LaneOpened& lane = world_.lane(job.lane);
    const std::int64_t node = std::max<std::int64_t>(pool.info.gpus_per_node, 1);
    std::int64_t more = std::min({std::int64_t{job.held}, lane.most.count() - job.held, pool.free});
    if (job.held % node == 0) more -= more % node;
    if (more <= 0 || !pool.fits(more, Spread::anywhere)) return;
    if (lane.spread == Spread::one_domain) return;  // it would have to move
    if (!world_.accounts().within_limits(world_.account(job.lane), more)) return;
    const Gang gang{lane, more, more, job.end - world_.now()};
    if (terms(world_, policy_, id, gang) != Reason::none) return;
    if (pool.timeline.least_free(world_.now(), job.end) < more) return;
    Placement place;
    if (pool.racks) {
      place = world_.placement(job);
      const std::optional<Placement> added = pool.racks->find(more, Spread::anywhere);
      CHECK(added.has_value());  // it fits
      for (const Slice& s : *added) place.push_back(s);
    }
    say_.wish(ResizeJob{grows, Gpus(job.held + more), std::move(place)});
  }

  // Reservations open and plans come true without anybody saying so.
  void wake_for_dates() {
    for (const Reservation& r : world_.reservations())
      if (r.info.from > world_.now()) wake_ = std::min(wake_, r.info.from);
  }

  const World& world_;
  const Policy& policy_;
  Listener& say_;
  std::vector<Hold> holds_;
  std::vector<bool> has_hold_;  // [lane]: its head has one
  Shares shares_;
  std::vector<Head> heads_;
  Reason because_ = Reason::none;
  Millis wake_{Timeline::kForever};
};

}  // namespace

Millis decide_alliance(const World& world, const Policy& policy, Listener& say) {
  return Pass(world, policy, say).run();
}

}  // namespace dure
