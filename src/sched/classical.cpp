// FCFS, EASY and conservative backfilling on one counted pool.
// Sources: Lifka, "The ANL/IBM SP scheduling system", JSSPP 1995 (EASY); Mu'alem and Feitelson,
// IEEE TPDS 12(6), 2001 (both). Conventions where the papers leave a choice:
// docs/models/classical.md. Invariant: 1. A job never starts later because a job behind it in the
// queue was started.
#include <algorithm>

#include "sched/decide.h"

namespace dure {
namespace {

constexpr LaneId kLane{0};
constexpr Millis kNever{Timeline::kForever};

PoolId the_pool(const World& world) { return world.lane(kLane).pools[0]; }

// Starts the head of the queue while it fits.
void start_heads(const World& world, PoolId pool, Listener& say) {
  const LaneQueue& queue = world.queue(kLane);
  while (!queue.empty() && queue.need(0) <= world.pool(pool).free)
    say.wish(StartJob{queue.job(0), pool, {}});
}

}  // namespace

Millis decide_fcfs(const World& world, Listener& say) {
  start_heads(world, the_pool(world), say);
  return kNever;
}

Millis decide_easy(const World& world, Listener& say) {
  const PoolId id = the_pool(world);
  const Pool& pool = world.pool(id);
  const LaneQueue& queue = world.queue(kLane);
  start_heads(world, id, say);
  if (queue.size() < 2 || pool.free == 0) return kNever;

  // The head's shadow time: the first estimated end at which enough is free.
  std::int64_t free_then = 0;
  const Millis shadow = pool.timeline.first_with(world.now(), queue.need(0), free_then);
  std::int64_t extra = free_then - queue.need(0);
  for (std::size_t i = 1; i < queue.size();) {
    const std::int64_t need = queue.need(i);
    if (need > pool.free) {
      ++i;
      continue;
    }
    if (world.now() + queue.estimate(i) > shadow) {
      if (need > extra) {
        ++i;
        continue;
      }
      extra -= need;
    }
    say.wish(StartJob{queue.job(i), id, {}});  // the queue closes up: i is the next one now
    if (pool.free == 0) break;
  }
  return kNever;
}

namespace {

// The first instant at which a job with a promise could start instead, all other places standing.
Millis earlier_start(const World& world, const Pool& pool, std::size_t i) {
  const LaneQueue& queue = world.queue(kLane);
  const Millis own(queue.promised_ms(i));
  const std::int64_t need = queue.need(i);
  // Only where room was gained since the job last looked can an earlier hole have opened.
  std::int64_t lo = Timeline::kForever, hi = 0;
  const auto look = [&](const Gain& g) {
    if (g.most_free < need || g.from >= own) return;
    lo = std::min(lo, g.from.count());
    hi = std::max(hi, g.to.count());
  };
  for (const Gain& g : world.gains().now) look(g);
  for (const Gain& g : world.gains().before)
    if (g.by > queue.job(i).index) look(g);
  if (lo >= hi) return own;
  return pool.timeline.earlier_than(own, world.now(), queue.estimate(i), need, Millis(lo),
                                    Millis(hi));
}

}  // namespace

Millis decide_conservative(const World& world, Listener& say) {
  const PoolId id = the_pool(world);
  const Pool& pool = world.pool(id);
  const LaneQueue& queue = world.queue(kLane);
  const bool after_end = world.gains().after_end;
  std::int64_t wake = Timeline::kForever;
  for (std::size_t i = 0; i < queue.size();) {
    const JobId job = queue.job(i);
    const std::int64_t promised = queue.promised_ms(i);
    Millis start;
    if (promised == LaneQueue::kNoPromise)
      start = pool.timeline.earliest(world.now(), queue.estimate(i), queue.need(i));
    else if (promised <= world.now().count())
      start = world.now();
    else
      start = after_end ? earlier_start(world, pool, i) : Millis(promised);
    if (start == world.now()) {
      if (queue.need(i) > pool.free) {  // somebody runs past the limit that the promise counted on
        say.wait(job, Reason::no_room);
        ++i;
        continue;
      }
      say.wish(StartJob{job, id, {}});
      continue;  // the queue closes up
    }
    if (start.count() == Timeline::kForever) {
      say.wait(job, Reason::too_large);
      ++i;
      continue;
    }
    if (start.count() != promised) say.wish(PromiseStart{job, id, start});
    wake = std::min(wake, start.count());
    ++i;
  }
  return Millis(wake);
}

}  // namespace dure
