// The pass over many pools and lanes. Jobs of one lane are alike in all that decides where they may
// run and how large they are, and keep their order among themselves, so only the heads of lanes are
// weighed: a pass costs O(waiting lanes x pools) comparisons, not O(waiting jobs).
//
// Lanes are taken by priority (Order::priority) and then by when their head was submitted. A head
// goes to the first pool of its lane that has room. One that finds none gets, with Backfill::easy,
// a reservation in the pool where it could start first; whoever comes later in the pass may use
// that pool only if it ends before (as EASY, Lifka 1995, for each pool). With Backfill::none it
// bars its pools instead.
//
// Invariants: 1. A pool has at most one reservation, that of the first in order that wanted one.
//             2. The law was asked when the lane was opened: lane.pools are the lawful ones.
#include <algorithm>
#include <vector>

#include "sched/decide.h"

namespace dure {
namespace {

constexpr std::size_t kLookAt = 4;  // pools considered for a reservation, best first

struct Hold {  // what is held in a pool for a job that could not start
  bool held = false, barred = false;
  Millis shadow;           // when it could start
  std::int64_t extra = 0;  // what is left over then
};

struct Head {
  std::int64_t priority = 0;
  JobId job;
  LaneId lane;
  bool operator<(const Head& o) const {  // std heaps keep the greatest on top: the first in order
    return priority != o.priority ? priority < o.priority : job > o.job;
  }
};

class Pass {
 public:
  Pass(const World& world, const Policy& policy, Listener& say)
      : world_(world), policy_(policy), say_(say), holds_(world.pools()) {}

  void run() {
    world_.waiting_lanes().for_each(
        [this](std::uint32_t lane) { heads_.push_back(head(LaneId{lane})); });
    std::make_heap(heads_.begin(), heads_.end());
    while (!heads_.empty()) {
      std::pop_heap(heads_.begin(), heads_.end());
      const Head h = heads_.back();
      heads_.pop_back();
      if (!settle(h) || world_.queue(h.lane).empty()) continue;
      heads_.push_back(head(h.lane));
      std::push_heap(heads_.begin(), heads_.end());
    }
  }

 private:
  Head head(LaneId lane) const {
    const std::int64_t priority = policy_.order == Order::priority ? world_.lane(lane).priority : 0;
    return {priority, world_.queue(lane).job(0), lane};
  }

  // True if the head left its queue.
  bool settle(const Head& h) {
    const LaneOpened& lane = world_.lane(h.lane);
    if (lane.pools.empty()) {
      say_.wish(RefuseJob{h.job, Reason::no_legal_site});  // invariant 2
      return true;
    }
    const LaneQueue& queue = world_.queue(h.lane);
    const std::int64_t need = queue.need(0);
    const Millis end = queue.estimate(0) >= kUntilCancelled ? Millis(Timeline::kForever)
                                                            : world_.now() + queue.estimate(0);
    Reason because = Reason::no_room;
    for (const PoolId id : lane.pools) {
      const Pool& pool = world_.pool(id);
      if (need > pool.free || !pool.fits(need, lane.spread)) continue;
      if (!lent(pool, lane, need)) {
        because = Reason::lender_limit;
        continue;
      }
      Hold& hold = holds_[id.index];
      if (hold.barred || (hold.held && end > hold.shadow && need > hold.extra)) {
        because = Reason::behind_earlier_job;
        continue;
      }
      if (hold.held && end > hold.shadow) hold.extra -= need;
      Placement place;
      if (pool.racks) place = *pool.racks->find(need, lane.spread);
      say_.wish(StartJob{h.job, id, std::move(place)});
      return true;
    }
    hold_room(lane, need, because);
    say_.wait(h.job, because);
    return false;
  }

  // Does the owner lend so much to this member?
  static bool lent(const Pool& pool, const LaneOpened& lane, std::int64_t need) {
    if (lane.member == pool.info.owner) return true;
    return (pool.lent + need) * 1000 <= pool.installed * std::int64_t{pool.info.lend_permille};
  }

  void hold_room(const LaneOpened& lane, std::int64_t need, Reason& because) {
    if (policy_.backfill == Backfill::none) {
      for (const PoolId id : lane.pools) holds_[id.index].barred = true;
      return;
    }
    std::size_t looked = 0;
    bool large_enough = false;
    Hold* best = nullptr;
    Hold found;
    for (const PoolId id : lane.pools) {
      const Pool& pool = world_.pool(id);
      if (pool.installed < need) continue;
      large_enough = true;
      if (holds_[id.index].held || !lent(pool, lane, need)) continue;  // invariant 1
      std::int64_t free_then = 0;
      const Millis shadow = pool.timeline.first_with(world_.now(), need, free_then);
      if (best == nullptr || shadow < found.shadow) {
        best = &holds_[id.index];
        found = {true, false, shadow, free_then - need};
      }
      if (++looked == kLookAt) break;
    }
    if (!large_enough) because = Reason::too_large;
    if (best != nullptr && found.shadow.count() != Timeline::kForever) *best = found;
  }

  const World& world_;
  const Policy& policy_;
  Listener& say_;
  std::vector<Hold> holds_;
  std::vector<Head> heads_;
};

}  // namespace

Millis decide_alliance(const World& world, const Policy& policy, Listener& say) {
  Pass(world, policy, say).run();
  return Millis(Timeline::kForever);
}

}  // namespace dure
