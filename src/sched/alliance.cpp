// The pass over many pools and lanes. Jobs of one lane are alike in all that decides where they may
// run, and keep their order among themselves, so only the heads of lanes are weighed: a pass costs
// O(waiting lanes x pools) comparisons, not O(waiting jobs).
//
// Heads are taken in order (order.h). Under Order::fair a head is first tried where its member may
// count on room, and comes up again to borrow, after everybody was tried so. A head goes to the
// first pool of its lane where it fits (fit.h). One that finds none:
//   - takes back what others borrow of its member's room, and stops lower tiers of its own member,
//     if policy.preempt (reclaim.h). Before that it may borrow somewhere at once, for its right to
//     room goes before whoever would borrow: nobody is stopped for a job that can start beside;
//   - else gets, with Backfill::easy, a hold in the pool where it could start first; whoever comes
//     later in the pass may use that pool only if it ends before, or leaves it its room (as EASY,
//     Lifka 1995, for each pool). With Backfill::none it bars its pools instead.
// Last, elastic gangs grow into what nobody waits for.
//
// Holds have rights, as claims have: whoever asks for what its member is guaranteed respects only
// the holds of others who do, and those of its own member. docs/models/fairness.md says what
// follows.
//
// Invariants: 1. A pool has at most one hold for whoever would borrow there, and only where it is
// the
//                first; one of each member that waits for its own running jobs; and of those that
//                wait for what they are guaranteed as many as the guarantees have room for.
//             2. The law was asked when the lane was opened or widened: lane.pools are the lawful
//                ones. World asks it again at the start.
//             3. What is taken back from others comes on top of what the holds before it need.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "sched/decide.h"
#include "sched/fit.h"
#include "sched/grow.h"
#include "sched/holds.h"
#include "sched/place.h"
#include "sched/reclaim.h"
#include "sched/turns.h"
#include "world/shape.h"

namespace dure {
namespace {

constexpr std::size_t kLookAt = 4;  // pools considered for a reservation, best first

class Pass {
 public:
  Pass(const World& world, const Policy& policy, Listener& say)
      : world_(world),
        policy_(policy),
        say_(say),
        holds_(world, policy),
        no_plan_(world.pools()),
        soon_(world.pools()),
        has_hold_(world.lanes()),
        told_(world.lanes()),
        seen_(world.lanes()),
        turns_(world, policy) {}

  Millis run() {
    refuse_orphans();
    world_.waiting_lanes().for_each(
        [this](std::uint32_t lane) { turns_.push(LaneId{lane}, Claim::guaranteed); });
    while (!turns_.empty()) {
      const Turn h = turns_.pop();
      if (h.claim == Claim::guaranteed) seen_[h.lane.index] = drops_;
      if (settle(h)) {
        has_hold_[h.lane.index] = false;
        if (!world_.queue(h.lane).empty()) turns_.push(h.lane, Claim::guaranteed);
      } else if (may_borrow(h) && because_ != Reason::reclaiming) {
        told_[h.lane.index] = because_;
        turns_.push(h.lane, Claim::borrowed);
      } else if (fair() && because_ == Reason::behind_earlier_job) {
        if (seen_[h.lane.index] != drops_) {  // who it was behind has started elsewhere since
          turns_.push(h.lane, Claim::guaranteed);
          continue;
        }
        behind_.push_back(h);  // it comes up again if who it is behind starts elsewhere
        say_.behind(h.job);
      } else {
        say_.wait(h.job, because_);
      }
    }
    for (const Turn& h : behind_) say_.wait(h.job, Reason::behind_earlier_job);
    if (policy_.backfill != Backfill::none) grow_elastic(world_, policy_, holds_, say_);
    wake_for_dates();
    return wake_;
  }

 private:
  bool fair() const { return policy_.order == Order::fair; }
  // The reason that is told is the one that is nearest to a start, of the best pool that has it.
  void because(Reason why) {
    const auto near = [](Reason r) {
      switch (r) {
        case Reason::not_in_one_domain:
        case Reason::no_cpu_or_memory: return 1;
        case Reason::spread_limit:
        case Reason::lender_limit:
        case Reason::not_reclaimable: return 2;
        case Reason::no_device:
        case Reason::reserved_for_others: return 3;
        case Reason::behind_earlier_job: return 4;
        case Reason::reclaiming: return 5;
        default: return 0;
      }
    };
    if (near(why) > near(because_)) because_ = why;
  }
  // Is there a pool that it would borrow?
  bool may_borrow(const Turn& h) const {
    if (!fair() || h.claim == Claim::borrowed) return false;
    const LaneOpened& lane = world_.lane(h.lane);
    // One that a site started smaller than its lane takes, and that was stopped, comes back larger.
    const std::int64_t need = std::max(world_.queue(h.lane).need(0), lane.least.count());
    return std::any_of(lane.pools.begin(), lane.pools.end(), [&](PoolId id) {
      const Pool& pool = world_.pool(id);
      if (pool.info.owner == lane.member && pool.guaranteed == 0) return false;
      return claim(world_, id, lane, need) == Claim::borrowed;
    });
  }

  void refuse_orphans() {
    while (!world_.orphans().empty())
      say_.wish(RefuseJob{world_.orphans().front(), Reason::dependency_failed});
  }

  // True if the head left its queue; else because_ says why not.
  bool settle(const Turn& h) {
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
    if (const std::optional<Millis> at = better_at(world_, h.job)) {
      because_ = Reason::cheaper_later;
      wake_ = std::min(wake_, *at);
      return false;
    }
    const LaneQueue& queue = world_.queue(h.lane);
    Gang gang{lane, queue.need(0), queue.need(0), queue.estimate(0)};
    const std::int64_t least = lane.least.count() > 0 ? lane.least.count() : gang.asked;
    if (!holds_.within_limits(h.lane, least)) {
      because_ = Reason::quota_limit;
      return false;
    }
    because_ = Reason::no_room;
    if (h.claim == Claim::borrowed && told_[h.lane.index] != Reason::none)
      because_ = told_[h.lane.index];
    if (start_anyhow(h, gang)) return true;
    gang.gpus = least;
    return hold_room(h, gang);
  }

  bool start_anyhow(const Turn& h, Gang gang) {
    if (gang.lane.most.count() > 0) {
      if (start_at_some_size(h, gang)) return true;
      gang.gpus = gang.asked;
    } else if (start_in_one(h, gang)) {
      return true;
    }
    return gang.lane.most_sites > 1 && start_split(h, gang);
  }

  // A mouldable gang: as large as it may and can be.
  bool start_at_some_size(const Turn& h, Gang gang) {
    const std::int64_t least = std::max<std::int64_t>(gang.lane.least.count(), 1);
    for (gang.gpus = gang.lane.most.count(); gang.gpus >= least;) {
      if (holds_.within_limits(h.lane, gang.gpus) && start_in_one(h, gang)) return true;
      if (gang.gpus == least) break;
      gang.gpus = std::max(gang.gpus / 2, least);
    }
    return false;
  }

  // Is this pool for this head, in this round?
  bool its_turn(const Turn& h, PoolId id, const Gang& gang) const {
    if (better_at(world_, h.job, id)) return false;
    if (!fair()) return true;
    const Pool& pool = world_.pool(id);
    if (pool.guaranteed == 0)  // then all is its owner's
      return (pool.info.owner == gang.lane.member) == (h.claim == Claim::guaranteed);
    return claim(world_, id, gang.lane, gang.gpus) == h.claim;
  }

  Right right(PoolId pool, const Gang& gang) const {
    const LaneOpened& lane = gang.lane;
    if (claim(world_, pool, lane, gang.gpus) == Claim::guaranteed) return Right::guaranteed;
    return gang.gpus <= world_.pool(pool).entitled(lane.member) ? Right::own : Right::borrowed;
  }
  static bool binds(const Hold& hold, Right right, MemberId member) {
    return dure::binds(hold.right, hold.member, right, member);
  }
  // What the pass keeps for somebody before it.
  bool kept_from(const Turn& h, PoolId pool, std::int64_t gpus, Millis end,
                 const Shape& shape) const {
    const LaneOpened& lane = world_.lane(h.lane);
    if (borrows_early_ && contested(pool, lane)) return true;
    const Right its = fair() && h.claim == Claim::guaranteed ? Right::guaranteed : Right::borrowed;
    return holds_.keeps_from(h.job, lane.member, its, pool, gpus, end, shape);
  }

  bool start_in_one(const Turn& h, const Gang& gang) {
    for (const PoolId id : gang.lane.pools) {
      const Pool& pool = world_.pool(id);
      if (gang.gpus > pool.free || !its_turn(h, id, gang)) continue;
      const Fit f = fit(world_, policy_, id, gang);
      if (f.why_not != Reason::none) {
        because(f.why_not);
        continue;
      }
      if (f.end > f.after && kept_from(h, id, gang.gpus, f.end, gang.lane.shape())) {
        because(Reason::behind_earlier_job);
        continue;
      }
      StartJob wish{h.job, id, {}};
      if (gang.gpus != gang.asked) wish.gpus = Gpus(gang.gpus);
      wish.under = f.under;
      if (!beside(h, gang, f.end, wish)) continue;
      wish.place = place_in(world_, id, gang.gpus, gang.lane.shape());
      start(h, std::move(wish), f.end, f.end <= f.after);
      return true;
    }
    return false;
  }

  // The device beside the GPUs, if it needs one: at the same site if it can be.
  bool beside(const Turn& h, const Gang& gang, Millis end, StartJob& wish) {
    if (gang.lane.beside_units == 0) return true;
    const std::int64_t units = gang.lane.beside_units;
    const Gang device{gang.lane, units, units, gang.estimate};
    const SiteId here = world_.pool(wish.pool).info.site;
    for (const bool same_site : {true, false})
      for (const PoolId id : gang.lane.beside) {
        const Pool& pool = world_.pool(id);
        if ((pool.info.site == here) != same_site) continue;
        if (!pool.fits(units, Spread::anywhere)) {
          because(Reason::no_device);
          continue;
        }
        if (const Reason no = terms(world_, policy_, id, device, end); no != Reason::none) {
          because(no);
          continue;
        }
        if (pool.dips(world_.now()) && pool.timeline.least_free(world_.now(), end) < units) {
          because(Reason::reserved_for_others);
          continue;
        }
        if (kept_from(h, id, units, end, Spread::anywhere) ||
            pool.free < units + holds_.devices_kept_from(h.job, id)) {
          because(Reason::behind_earlier_job);
          continue;
        }
        Part part{id, Gpus(units), {}};
        part.place = place_in(world_, id, units, Spread::anywhere);
        wish.also.push_back(std::move(part));
        return true;
      }
    return false;
  }

  // As the world reckons: the slowest hardware, and the worst leaf switches, of all.
  Millis split_end(const Gang& whole, const std::vector<PoolId>& others, PoolId id) const {
    if (whole.estimate >= kUntilCancelled) return Millis(Timeline::kForever);
    std::uint32_t speed = speed_in(whole.lane, id);
    std::uint32_t slow = worst_permille(whole.lane, world_.pool(id).info, whole.asked);
    for (const PoolId other : others) {
      speed = std::min(speed, speed_in(whole.lane, other));
      slow = std::max(slow, worst_permille(whole.lane, world_.pool(other).info, whole.asked));
    }
    Pace pace = world_.pace(id, whole.lane.lane);
    for (const PoolId other : others)
      pace = Pace::worse(pace, world_.pace(other, whole.lane.lane), world_.now());
    const Millis time =
        run_time(whole.lane, whole.estimate, whole.asked, whole.asked, speed, true, slow);
    return slowed(world_.now(), world_.now() + time, pace);
  }
  bool joined(const LaneOpened& lane, PoolId id, const std::vector<PoolId>& others) const {
    return std::all_of(others.begin(), others.end(), [&](PoolId other) {
      return world_.joins(lane, world_.pool(other).info.site, world_.pool(id).info.site);
    });
  }
  // Over several sites in equal parts, as few as will do: the first pool of each site with room.
  bool start_split(const Turn& h, const Gang& whole) {
    for (std::uint32_t sites = 2; sites <= whole.lane.most_sites; ++sites) {
      if (whole.asked % sites != 0) continue;
      const Gang part{whole.lane, whole.asked / sites, whole.asked, whole.estimate};
      std::vector<PoolId> chosen;
      Millis end;
      const auto fits = [&](PoolId id, Millis until) {
        const Fit f = fit(world_, policy_, id, part, until);
        return f.why_not == Reason::none && !f.under &&
               !kept_from(h, id, part.gpus, until, part.lane.shape());
      };
      for (const PoolId id : whole.lane.pools) {
        const auto same_site = [&](PoolId c) {
          return world_.pool(c).info.site == world_.pool(id).info.site;
        };
        if (std::any_of(chosen.begin(), chosen.end(), same_site) || !joined(whole.lane, id, chosen))
          continue;
        if (part.gpus > world_.pool(id).free || !its_turn(h, id, part)) continue;
        // Each part runs as long as the slowest of them: do the others still fit?
        const Millis until = std::max(end, split_end(whole, chosen, id));
        if (!fits(id, until)) continue;
        if (until > end &&
            !std::all_of(chosen.begin(), chosen.end(), [&](PoolId c) { return fits(c, until); }))
          continue;
        end = until;
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
        Placement place = place_in(world_, chosen[i], part.gpus, whole.lane.shape());
        if (i == 0)
          wish.place = std::move(place);
        else
          wish.also.push_back({chosen[i], Gpus(part.gpus), std::move(place)});
      }
      if (!beside(h, whole, end, wish)) continue;
      start(h, std::move(wish), end, false);
      return true;
    }
    return false;
  }

  void start(const Turn& h, StartJob&& wish, Millis end, bool all_reserved) {
    const MemberId member = world_.lane(h.lane).member;
    const std::int64_t gpus = wish.gpus.count() == 0 ? world_.job(h.job).gpus : wish.gpus.count();
    if (!all_reserved) holds_.taken(h.job, member, wish.pool, gpus, wish.place, end);
    for (const Part& part : wish.also)
      holds_.taken(h.job, member, part.pool, part.gpus.count(), part.place, end);
    soon_[wish.pool.index].reset();
    for (const Part& part : wish.also) soon_[part.pool.index].reset();
    say_.wish(std::move(wish));
    if (has_hold_[h.lane.index] || policy_.backfill == Backfill::none) drop_hold(h.job);
    if (fair()) turns_.used(world_.account(h.lane));
  }

  // It started elsewhere: what was held for it is there for those who came after it.
  void drop_hold(JobId job) {
    const std::vector<PoolId> let_go = holds_.drop(job);
    if (let_go.empty()) return;
    for (const PoolId pool : let_go) say_.let_go(pool, job);
    drops_ += static_cast<std::uint32_t>(let_go.size());
    for (const Turn& h : behind_) turns_.push(h.lane, Claim::guaranteed);
    behind_.clear();
  }

  // When there is a device beside for it; now, if it needs none.
  Millis device_at(const Gang& gang) const {
    if (gang.lane.beside_units == 0) return world_.now();
    Millis at(Timeline::kForever);
    std::int64_t there = 0;
    const std::int64_t units = gang.lane.beside_units;
    for (const PoolId id : gang.lane.beside)
      if (terms(world_, policy_, id, {gang.lane, units, units, gang.estimate}) == Reason::none)
        at = std::min(at, world_.pool(id).timeline.first_with(world_.now(), units, there));
    return at;
  }

  // The hold that a head could have in a pool; none if it may not have one there.
  std::optional<Hold> hold_in(const Turn& h, PoolId id, const Gang& gang) const {
    const Pool& pool = world_.pool(id);
    const MemberId member = gang.lane.member;
    if (holds_.barred(id) || pool.installed < gang.gpus) return std::nullopt;
    Right its = Right::borrowed;
    if (fair()) {
      its = right(id, gang);
      if ((its == Right::borrowed) != (h.claim == Claim::borrowed)) return std::nullopt;
    }
    std::int64_t before = 0, of_member = 0;
    bool waits_for_own = false;
    for (const Hold& hold : holds_.in(id)) {
      if (hold.job == h.job || its == Right::borrowed) return std::nullopt;  // invariant 1
      if (hold.member == member && hold.right != Right::borrowed) of_member += hold.kept.gpus;
      waits_for_own = waits_for_own || (hold.member == member && hold.right == Right::own);
      if (binds(hold, its, member)) before += hold.kept.gpus;
    }
    if (its == Right::guaranteed && of_member > 0 &&
        world_.ledger().in_use(id, member) + of_member + gang.gpus > pool.entitled(member))
      its = Right::own;
    if (its == Right::own && waits_for_own) return std::nullopt;  // invariant 1
    Hold out{h.job, its, member, Millis(Timeline::kForever), 0, {gang.gpus, gang.lane.shape()}, {}};
    const std::int64_t need = before + gang.gpus;
    std::int64_t there = 0;
    Millis from = world_.now();
    if (const Millis device = device_at(gang); device.count() != Timeline::kForever) from = device;
    if (pool.dips(world_.now())) {  // room for all of its time, not for a moment
      const Millis end = end_of(world_, id, gang);
      const Millis time = end.count() == Timeline::kForever ? end : end - world_.now();
      out.shadow = pool.timeline.earliest(from, time, need);
      if (out.shadow.count() == Timeline::kForever) return out;
      const Millis until =
          end.count() == Timeline::kForever ? end : out.shadow + (end - world_.now());
      there = pool.timeline.least_free(out.shadow, until);
    } else {
      out.shadow = pool.timeline.first_with(from, need, there);
    }
    // Who runs past its estimate is still there: what it holds is not left over for others.
    if (out.shadow == world_.now()) there = std::min(there, pool.free);
    out.extra = there - need;
    return out;
  }

  // True if it started after all: somewhere else, rather than that somebody were stopped for it.
  bool hold_room(const Turn& h, const Gang& gang) {
    // Under another order whoever was stopped may come first again, and be stopped for ever.
    if (policy_.preempt && fair()) {
      if (may_borrow(h) && has_right(gang)) {
        Turn borrows = h;
        borrows.claim = Claim::borrowed;
        borrows_early_ = true;
        const bool started =
            start_anyhow(borrows, {gang.lane, gang.asked, gang.asked, gang.estimate});
        borrows_early_ = false;
        if (started) return true;
      }
      if (take_back(h, gang)) {
        has_hold_[h.lane.index] = true;
        if (because_ == Reason::reclaiming) holds_.keep_beside(h.lane, h.job, gang.gpus);
        return false;
      }
    }
    if (policy_.backfill == Backfill::none) {
      if (!may_borrow(h))  // else it comes up again
        for (const PoolId id : gang.lane.pools) {
          holds_.bar(id, h.job);
          say_.keep(id, h.job, Right::guaranteed, world_.now(), 0);
        }
      return false;
    }
    if (has_hold_[h.lane.index]) return false;  // where it is guaranteed room; none to borrow, too
    std::size_t looked = 0;
    bool large_enough = false;
    PoolId where;
    std::optional<Hold> best;
    for (const PoolId id : gang.lane.pools) {
      if (world_.pool(id).installed < gang.gpus) continue;
      large_enough = true;
      std::optional<Hold> hold = hold_in(h, id, gang);
      if (!hold || (hold->right != Right::own && terms(world_, policy_, id, gang) != Reason::none))
        continue;
      if (!best || hold->shadow < best->shadow) {
        best = hold;
        where = id;
      }
      if (++looked == kLookAt) break;
    }
    if (!large_enough && gang.lane.most_sites > 1) large_enough = hold_split(h, gang);
    if (!large_enough) {
      because_ = Reason::too_large;
      for (const PoolId id : gang.lane.pools)
        if (larger_than(world_.pool(id), gang.gpus) == Reason::nodes_out)
          because_ = Reason::nodes_out;
    }
    if (best && best->shadow.count() != Timeline::kForever) {
      keep(where, std::move(*best));
      has_hold_[h.lane.index] = true;
    }
    return false;
  }

  // Room for a gang that no pool is large enough for: at as few sites as will do, where its parts
  // could start first. False if it is too large for all of them together.
  bool hold_split(const Turn& h, const Gang& whole) {
    bool large_enough = false;
    for (std::uint32_t sites = 2; sites <= whole.lane.most_sites; ++sites) {
      if (whole.asked % sites != 0) continue;
      const Gang part{whole.lane, whole.asked / sites, whole.asked, whole.estimate};
      std::map<SiteId, std::pair<PoolId, std::optional<Hold>>> first;  // of each site
      for (const PoolId id : whole.lane.pools) {
        if (world_.pool(id).installed < part.gpus) continue;
        auto& [where, best] = first[world_.pool(id).info.site];
        std::optional<Hold> hold = hold_in(h, id, part);
        if (!hold || terms(world_, policy_, id, part) != Reason::none) continue;
        if (best && best->shadow <= hold->shadow) continue;
        where = id;
        best = std::move(hold);
      }
      if (first.size() < sites) continue;
      large_enough = true;
      std::vector<std::pair<Millis, PoolId>> by_shadow;
      for (const auto& [site, f] : first)
        if (f.second) by_shadow.emplace_back(f.second->shadow, f.first);
      if (by_shadow.size() < sites) continue;
      std::sort(by_shadow.begin(), by_shadow.end());
      std::vector<PoolId> chosen;
      Millis shadow;  // of the last of them
      for (const auto& [at, id] : by_shadow)
        if (chosen.size() < sites && joined(whole.lane, id, chosen)) {
          chosen.push_back(id);
          shadow = at;
        }
      if (chosen.size() < sites) continue;
      if (shadow.count() == Timeline::kForever) continue;
      for (const PoolId id : chosen) {
        Hold hold = std::move(*first[world_.pool(id).info.site].second);
        hold.shadow = shadow;
        keep(id, std::move(hold));
      }
      has_hold_[h.lane.index] = true;
      return true;
    }
    return large_enough;
  }

  bool dated(PoolId id) const { return world_.pool(id).dips(world_.now()); }
  // Is what the stops would free there for all of its time, or kept for others at some date?
  bool lasts(PoolId id, const ReclaimPlan& plan, const Gang& gang,
             const std::vector<Aside>& before) const {
    const Millis now = world_.now(), soon = now + policy_.grace;
    Timeline then = world_.pool(id).timeline;
    for (const Victim& v : plan.victims) {
      const Millis end = world_.job(v.job).end;
      if (end > soon) then.change(v.shrink ? now : soon, end, v.frees);
    }
    std::int64_t need = gang.gpus;
    for (const Aside& k : before) need += k.gpus;
    const Millis end = end_of(world_, id, gang);
    return then.least_free(soon, end.count() == Timeline::kForever ? end : end + policy_.grace) >=
           need;
  }

  // Is somebody still to come who would take it back at once: another member that is guaranteed
  // room there, or a higher tier of its own?
  bool contested(PoolId id, const LaneOpened& borrows) const {
    return turns_.any_of([&](LaneId other, Claim claim) {
      const LaneOpened& lane = world_.lane(other);
      const bool own = lane.member == borrows.member;
      if (own ? lane.tier <= borrows.tier : claim != Claim::guaranteed) return false;
      if (std::find(lane.pools.begin(), lane.pools.end(), id) == lane.pools.end()) return false;
      const LaneQueue& queue = world_.queue(other);
      const std::int64_t least = lane.least.count() > 0 ? lane.least.count() : queue.need(0);
      return own || right(id, {lane, least, queue.need(0), queue.estimate(0)}) == Right::guaranteed;
    });
  }

  // Is it guaranteed room somewhere, whoever holds it?
  bool has_right(const Gang& gang) const {
    return std::any_of(gang.lane.pools.begin(), gang.lane.pools.end(),
                       [&](PoolId id) { return right(id, gang) == Right::guaranteed; });
  }

  // Room that its member may count on, and others hold; or that lower tiers of its member hold.
  // True if there will be room by the end of the grace.
  bool take_back(const Turn& h, const Gang& gang) {
    const Millis soon = world_.now() + policy_.grace;
    if (device_at(gang) > soon) return false;  // nobody is stopped for a job that waits for it
    const bool now = reclaims_now();
    const Millis next = next_reclaim();
    std::size_t looked = 0;
    ReclaimPlan best;
    PoolId where;
    Hold held;
    for (const PoolId id : gang.lane.pools) {
      // Cheap looks first: a plan costs a walk over all that runs there.
      const bool stopping = world_.pool(id).stopping > 0;
      if (!now && !stopping && wake_ <= next) continue;  // nothing to learn here
      if (!stopping && !may_reclaim(world_, policy_, id, gang.lane, gang.gpus)) continue;
      if (!now) {
        wake_ = std::min(wake_, next);
        std::int64_t free_then = 0;
        if (!stopping ||
            world_.pool(id).timeline.first_with(world_.now(), gang.gpus, free_then) > soon)
          continue;
      }
      if (!stopping && hopeless(id, gang)) continue;
      std::optional<Hold> hold = hold_in(h, id, gang);
      if (!hold || terms(world_, policy_, id, gang) != Reason::none) continue;
      std::vector<Aside> before;  // invariant 3
      for (const Hold& other : holds_.in(id))
        if (binds(other, hold->right, gang.lane.member)) before.push_back(other.kept);
      ReclaimPlan plan = plan_reclaim(world_, policy_, soon_in(id), h.job, gang.gpus, before, now);
      if (plan.comes && hold->shadow > soon && dated(id)) continue;  // but it is kept for others
      if (plan.comes) {  // it is being done already, or somebody leaves
        hold->then = std::move(plan.then);
        keep_first(h, gang, id, std::move(*hold));
        return true;
      }
      if (!now) continue;  // it is not being done already
      if (plan.victims.empty()) {
        wake_ = std::min(wake_, std::max(plan.later, next));
        no_plan_[id.index].push_back(
            {gang.lane.member, gang.lane.tier, gang.lane.shape(), gang.gpus});
      } else if (dated(id) && !lasts(id, plan, gang, before)) {
        continue;
      } else if (best.victims.empty() || plan.lost < best.lost) {
        best = std::move(plan);
        where = id;
        held = *hold;
      }
      if (++looked == kLookAt || (!best.victims.empty() && best.lost == 0)) break;
    }
    if (best.victims.empty()) return false;
    const Millis until = world_.now() + std::max(policy_.grace, Millis(1));
    for (std::optional<Soon>& there : soon_) there.reset();  // a gang may be at several sites
    for (const Victim& v : best.victims) {
      if (!v.shrink) {
        say_.wish(PreemptJob{v.job, h.job, until});
        continue;
      }
      const Job& job = world_.job(v.job);
      const std::int64_t gpus = job.held - v.frees;
      say_.wish(ResizeJob{
          v.job, Gpus(gpus),
          world_.pool(where).machines ? shrunk(world_.placement(job), gpus) : Placement{}});
    }
    if (const std::optional<Hold> after = hold_in(h, where, gang)) held = *after;
    held.then = std::move(best.then);
    held.headroom = headroom(where, held, gang);
    const Millis at = held.shadow;
    keep(where, std::move(held));
    because_ = Reason::reclaiming;
    if (at == world_.now()) wake_ = std::min(wake_, world_.now() + Millis(1));
    return true;
  }

  // What its member may still take there so that it fits what the member is guaranteed, once those
  // who are asked to stop are gone.
  std::int64_t headroom(PoolId id, const Hold& hold, const Gang& gang) {
    if (hold.right != Right::own) return Hold::kAny;
    const MemberId member = gang.lane.member;
    const std::int64_t stays = world_.ledger().in_use(id, member) - soon_in(id).leaving(member);
    const std::int64_t left = world_.pool(id).entitled(member) - stays - gang.gpus;
    return left < 0 ? Hold::kAny : left;
  }
  Soon& soon_in(PoolId id) {
    std::optional<Soon>& there = soon_[id.index];
    if (!there) there.emplace(world_, policy_, id);
    return *there;
  }
  // Room comes in this pool; but it is kept where it comes first.
  void keep_first(const Turn& h, const Gang& gang, PoolId id, Hold&& comes) {
    for (const PoolId other : gang.lane.pools) {
      if (other == id) continue;
      std::optional<Hold> hold = hold_in(h, other, gang);
      if (!hold || hold->shadow >= comes.shadow ||
          terms(world_, policy_, other, gang) != Reason::none)
        continue;
      comes = std::move(*hold);
      id = other;
    }
    if (world_.pool(id).stopping > 0) because_ = Reason::reclaiming;
    comes.headroom = headroom(id, comes, gang);
    keep(id, std::move(comes));
  }
  void keep(PoolId id, Hold&& hold) {
    say_.keep(id, hold.job, hold.right, hold.shadow, hold.extra);
    holds_.keep(id, std::move(hold));
  }
  // Has the pass found no plan there for as much or less, with the same rights? What is kept for
  // others only grows in a pass, so there is none now.
  bool hopeless(PoolId id, const Gang& gang) const {
    return std::any_of(no_plan_[id.index].begin(), no_plan_[id.index].end(), [&](const NoPlan& n) {
      return n.member == gang.lane.member && n.tier == gang.lane.tier &&
             n.shape == gang.lane.shape() && n.gpus <= gang.gpus;
    });
  }
  Millis next_reclaim() const {
    const std::int64_t every = policy_.reclaim_every.count();
    if (every == 0) return world_.now();
    return Millis((world_.now().count() / every + 1) * every);
  }
  bool reclaims_now() const {
    return policy_.reclaim_every.count() == 0 ||
           world_.now().count() % policy_.reclaim_every.count() == 0;
  }

  // Reservations open and close without anybody saying so.
  void wake_for_dates() {
    for (const Reservation& r : world_.reservations())
      if (r.info.gpus.count() > 0)
        for (const Millis date : {r.info.from, r.info.to})
          if (date > world_.now()) wake_ = std::min(wake_, date);
  }

  const World& world_;
  const Policy& policy_;
  Listener& say_;
  Holds holds_;
  struct NoPlan {
    MemberId member;
    Tier tier;
    Shape shape;
    std::int64_t gpus;
  };
  std::vector<std::vector<NoPlan>> no_plan_;  // [pool]
  std::vector<std::optional<Soon>> soon_;     // [pool]: made when asked for
  std::vector<bool> has_hold_;                // [lane]: its head has one
  std::vector<Reason> told_;  // [lane]: why its head does not start where it is guaranteed room
  std::vector<std::uint32_t> seen_;  // [lane]: of drops_, when its head last came up
  std::uint32_t drops_ = 0;          // holds of the pass that were let go
  Turns turns_;
  std::vector<Turn> behind_;
  bool borrows_early_ = false;  // before others have asked for what they are guaranteed
  Reason because_ = Reason::none;
  Millis wake_{Timeline::kForever};
};

}  // namespace

Millis decide_alliance(const World& world, const Policy& policy, Listener& say) {
  return Pass(world, policy, say).run();
}

}  // namespace dure
