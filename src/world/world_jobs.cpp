// What happens to jobs: they are submitted, wait, start, are stopped or resized, and end. The rest
// of World (members, places, the law, capacity, reservations) is in world.cpp.
#include <algorithm>
#include <bit>

#include "world/shape.h"
#include "world/world.h"

namespace dure {
namespace {

constexpr std::uint32_t kEveryone = std::numeric_limits<std::uint32_t>::max();  // a Gain::by

// What of `all` is not in `but`, node by node.
Placement without(const Placement& all, const Placement& but) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> gpus;  // [rack, node]
  const auto add = [&](const Placement& place, std::int64_t sign) {
    for (const Slice& s : place)
      for (std::uint64_t left = s.nodes; left != 0; left &= left - 1)
        gpus[{s.rack, static_cast<std::uint32_t>(std::countr_zero(left))}] +=
            sign * s.gpus_per_node;
  };
  add(all, 1);
  add(but, -1);
  Placement out;
  for (const auto& [node, n] : gpus) {
    if (n <= 0) continue;
    const auto part = static_cast<std::uint32_t>(n);
    const std::uint64_t bit = std::uint64_t{1} << node.second;
    if (Slice* last = out.empty() ? nullptr : out.end() - 1;
        last != nullptr && last->rack == node.first && last->gpus_per_node == part)
      last->nodes |= bit;
    else
      out.push_back({node.first, part, bit});
  }
  return out;
}

}  // namespace

Millis World::limit(Millis start, Millis estimate) const {
  return estimate >= kUntilCancelled ? Millis(Timeline::kForever) : start + estimate;
}

// We know of it from now on.
Job& World::enrol(JobId id, LaneId lane, Gpus gpus, Millis estimate) {
  CHECK(id.index == jobs_.size() && lane.index < lanes_.size());  // invariant 2
  CHECK(gpus.count() > 0 && gpus.count() <= std::numeric_limits<std::int32_t>::max());
  Job& job = jobs_.emplace_back();
  job.submit = now_;
  job.estimate = estimate;
  job.lane = lane;
  job.gpus = static_cast<std::int32_t>(gpus.count());
  ++lane_use_[lane.index].submitted;
  gains_.after_end = gains_.ended_at == now_;
  return job;
}

void World::on(const JobSubmitted& e) {
  Job& job = enrol(e.job, e.lane, e.gpus, e.estimate);
  job.deadline = e.deadline;
  std::uint32_t blockers = 0;
  bool orphan = false;
  for (const JobId before : e.after) {
    CHECK(before < e.job);  // so there are no cycles
    const Job& first = jobs_[before.index];
    orphan = orphan || first.state == JobState::cancelled || first.state == JobState::refused ||
             first.failed;
    if (first.state == JobState::ended && !first.failed) continue;
    dependents_.emplace(before, e.job);
    ++blockers;
  }
  if (blockers == 0) return join_queue(job, e.job);
  job.state = JobState::held;
  ++held_jobs_;
  blockers_[e.job] = blockers;
  if (orphan) orphans_.push_back(e.job);
}

void World::join_queue(Job& job, JobId id) {
  job.state = JobState::waiting;
  job.queued = now_;
  queues_[job.lane.index].push(id, Gpus(job.gpus), job.estimate, rank(job));
  waiting_lanes_.insert(job.lane.index);
  ++waiting_jobs_;
  lane_use_[job.lane.index].waiting += job.gpus;
  waiting_milli_ += Accounts::milli_gpus(device(job.lane), job.gpus);
  accounts_.wait(lane_accounts_[job.lane.index], 1);
}

void World::leave_queue(Job& job, JobId id) {
  CHECK(job.state == JobState::waiting);  // invariant 2
  LaneQueue& queue = queues_[job.lane.index];
  queue.erase(queue.find(id, rank(job)));
  if (queue.empty()) waiting_lanes_.erase(job.lane.index);
  --waiting_jobs_;
  lane_use_[job.lane.index].waiting -= job.gpus;
  waiting_milli_ -= Accounts::milli_gpus(device(job.lane), job.gpus);
  accounts_.wait(lane_accounts_[job.lane.index], -1);
}

// The job left for good. Whoever waits for it goes on, if it ended well.
void World::out(JobId id, bool well) {
  if (dependents_.empty()) return;
  const auto [from, to] = dependents_.equal_range(id);
  for (auto it = from; it != to; ++it) {
    Job& job = jobs_[it->second.index];
    if (job.state != JobState::held) continue;
    if (!well) {
      if (std::find(orphans_.begin(), orphans_.end(), it->second) == orphans_.end())
        orphans_.push_back(it->second);
      continue;
    }
    const auto blockers = blockers_.find(it->second);
    if (--blockers->second > 0) continue;
    blockers_.erase(blockers);
    --held_jobs_;
    join_queue(job, it->second);
  }
  dependents_.erase(from, to);
}

void World::on(const CommandIssued& e) {
  std::visit([this](const auto& wish) { asked(wish); }, e.wish);
}

// Each part of a running job: its pool, how much it holds there, and its seat's placement.
template <class F>
void World::for_each_part(JobId id, F&& f) {
  const Job& job = jobs_[id.index];
  f(job.pool, std::int64_t{job.held},
    pools_[job.pool.index].machines ? &seats_[job.seat] : nullptr);
  if (!job.more_parts) return;
  for (const Part& part : more_parts_.find(id)->second)
    f(part.pool, part.gpus.count(), &part.place);
}

// The job takes (gpus < 0) or gives back room of the timeline. A reservation that it uses is
// already taken out of it.
void World::room(JobId id, Pool& pool, Millis from, Millis to, std::int64_t gpus) {
  pool.timeline.change(from, to, gpus);
  if (!jobs_[id.index].under_reservation) return;
  const ReservationMade& r = reservations_[under_.find(id)->second.index].info;
  if (r.pool == pool.info.pool) pool.timeline.change(from, std::min(to, r.to), -gpus);
}

// Who used it holds ordinary room from now on, and may be stopped as others may.
void World::on(const ReservationDropped& e) {
  CHECK(e.reservation.index < reservations_.size());
  Reservation& r = reservations_[e.reservation.index];
  CHECK(r.info.gpus.count() > 0 && r.info.to > now_);
  Pool& pool = pools_[r.info.pool.index];
  const Millis from = std::max(r.info.from, now_);
  pool.timeline.advance(now_);
  pool.timeline.change(from, r.info.to, r.info.gpus.count());
  for (auto used = under_.begin(); used != under_.end();) {
    if (used->second != e.reservation) {
      ++used;
      continue;
    }
    const JobId id = used->first;
    Job& job = jobs_[id.index];
    if (job.end > now_)
      pool.timeline.change(now_, std::min(job.end, r.info.to), -std::int64_t{job.held});
    job.under_reservation = false;
    if (!job.let_go)
      for_each_part(id, [&](PoolId where, std::int64_t gpus, const Placement*) {
        pools_[where.index].running[run_of(where, id)].under_reservation = false;
        may_be_stopped(where, job, gpus);
      });
    used = under_.erase(used);
  }
  r.used = 0;
  r.info.gpus = Gpus(0);
  gained(kEveryone, pool, from, r.info.to);
}

void World::hold(PoolId id, LaneId lane, std::int64_t gpus) {
  Pool& pool = pools_[id.index];
  const MemberId user = lanes_[lane.index].member;
  if (user != pool.info.owner) {
    const std::int64_t own = pool.guarantees.empty() ? 0 : pool.entitled(user);
    const std::int64_t held = ledger_.in_use(id, user);
    pool.lent +=
        std::max<std::int64_t>(0, held + gpus - own) - std::max<std::int64_t>(0, held - own);
  }
  if (lanes_[lane.index].site_permille < 1000 && pool.info.device == lanes_[lane.index].device) {
    LaneUse& use = lane_use_[lane.index];
    use.held += gpus;
    use.by_site.resize(sites_.size());
    use.by_site[pool.info.site.index] += gpus;
  }
  ledger_.change(id, user, gpus, now_);
  accounts_.change(lane_accounts_[lane.index], pool.info.device, gpus, now_);
}

bool World::spread_allows(LaneId id, PoolId where, std::int64_t gpus) const {
  const LaneOpened& lane = lanes_[id.index];
  const PoolOpened& pool = pools_[where.index].info;
  if (lane.site_permille >= 1000 || pool.device != lane.device) return true;
  const LaneUse& use = lane_use_[id.index];
  const std::int64_t here = pool.site.index < use.by_site.size() ? use.by_site[pool.site.index] : 0;
  if (here == 0) return true;  // one may always be there
  return (here + gpus) * 1000 <= (use.held + use.waiting) * std::int64_t{lane.site_permille};
}

void World::may_be_stopped(PoolId id, const Job& job, std::int64_t gpus) {
  const LaneOpened& lane = lanes_[job.lane.index];
  if (!lane.preemptible || job.stopping || job.under_reservation) return;
  Pool& pool = pools_[id.index];
  pool.preemptible.resize(members_.size());
  pool.preemptible_borrowed.resize(members_.size());
  pool.preemptible[lane.member.index][static_cast<std::size_t>(lane.tier)] += gpus;
  if (job.borrowed) pool.preemptible_borrowed[lane.member.index] += gpus;
}

std::uint32_t World::seat(const Placement& place) {
  if (free_seats_.empty()) {
    seats_.push_back(place);
    return static_cast<std::uint32_t>(seats_.size() - 1);
  }
  const std::uint32_t seat = free_seats_.back();
  free_seats_.pop_back();
  seats_[seat] = place;
  return seat;
}

void World::asked(const StartJob& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::waiting);  // invariant 2
  const LaneQueue& queue = queues_[job.lane.index];
  const std::size_t place = queue.find(wish.job, rank(job));
  const std::int64_t promised = queue.promised_ms(place);
  // ---- the law
  CHECK(lawful(job.lane, wish.pool));                                     // invariant 9
  for (const Part& part : wish.also) CHECK(lawful(job.lane, part.pool));  // invariant 9
  // ---- the law ends
  job.held = wish.gpus.count() == 0 ? job.gpus : static_cast<std::int32_t>(wish.gpus.count());
  const Millis old_limit = limit(now_, job.estimate);
  job.end = over_at(job, wish);
  // A promise is of its estimate at full speed: under a cap its room is taken anew.
  const bool kept = promised == now_.count() && job.pool == wish.pool && job.end == old_limit;
  if (kept) {  // the timeline holds its room already
    CHECK(job.held == job.gpus && wish.also.empty() && !wish.under);
    --promises_;
  } else if (promised != LaneQueue::kNoPromise) {
    drop_promise(job, wish.job.index, place, now_, job.pool == wish.pool ? job.end : now_);
  }
  leave_queue(job, wish.job);
  run(wish, kept);
}

bool World::can_adopt(const JobAdopted& e) const {
  if (e.job.index != jobs_.size() || e.lane.index >= lanes_.size()) return false;
  if (e.pool.index >= pools_.size() || e.gpus.count() <= 0) return false;
  const LaneOpened& lane = lanes_[e.lane.index];
  if (lane.elastic && (e.gpus < lane.least || e.gpus > lane.most)) return false;
  const Pool& pool = pools_[e.pool.index];
  if (e.gpus.count() > pool.free) return false;
  if (!pool.machines) return e.place.empty();
  std::int64_t placed = 0;
  for (const Slice& s : e.place) placed += s.gpus();
  return placed == e.gpus.count() && pool.machines->can_take(e.place);
}

void World::on(const JobAdopted& e) {
  CHECK(can_adopt(e));
  Job& job = enrol(e.job, e.lane, e.gpus, e.estimate);
  job.queued = now_;
  const StartJob how{e.job, e.pool, e.place};
  job.held = job.gpus;
  job.end = over_at(job, how);
  run(how, false);
}

// When its estimate is over, if job.held and the further parts start now.
Millis World::over_at(const Job& job, const StartJob& how) const {
  const LaneOpened& lane = lanes_[job.lane.index];
  const PoolOpened& pool = pools_[how.pool.index].info;
  bool several_sites = false;
  std::int64_t all = job.held;
  std::uint32_t slow = slow_permille(lane, pool, how.place);
  for (const Part& part : how.also) {
    const PoolOpened& other = pools_[part.pool.index].info;
    if (other.device != pool.device) continue;
    slow = std::max(slow, slow_permille(lane, other, part.place));
    several_sites = several_sites || other.site != pool.site;
    all += part.gpus.count();
  }
  const Millis time =
      run_time(lane, job.estimate, job.gpus, all, speed_in(lane, how.pool), several_sites, slow);
  Pace capped = pace(how.pool, job.lane);
  for (const Part& part : how.also)  // a device beside the GPUs waits for them, capped or not
    if (pools_[part.pool.index].info.device == pool.device)
      capped = Pace::worse(capped, pace(part.pool, job.lane), now_);
  return slowed(now_, limit(now_, time), capped);
}

Pace World::pace_of_run(JobId id) {
  Pace out;
  const Job& job = jobs_[id.index];
  for_each_part(id, [&](PoolId pool, std::int64_t, const Placement*) {
    if (pools_[pool.index].info.device == pools_[job.pool.index].info.device)
      out = Pace::worse(out, pace(pool, job.lane), now_);
  });
  return out;
}

// What runs there ends later, or earlier. Who was asked to stop is gone before it matters.
void World::on(const PoolCapped& e) {
  CHECK(e.pool.index < pools_.size() && e.until.count() != 0 && e.power_permille <= 1000);
  for (const SlowedWork& s : e.slowed) CHECK(s.speed_permille > 0 && s.speed_permille <= 1000);
  Pool& pool = pools_[e.pool.index];
  std::vector<std::pair<JobId, Millis>> at_full_speed;
  for (const Run& run : pool.running)
    if (!run.stopping && run.end > now_ && run.end.count() != Timeline::kForever)
      at_full_speed.emplace_back(run.job, full_speed(now_, run.end, pace_of_run(run.job)));
  pool.cap = e;
  for (const auto& entry : at_full_speed) {
    const JobId id = entry.first;
    Job& job = jobs_[id.index];
    const Millis end = slowed(now_, entry.second, pace_of_run(id));
    if (end == job.end) continue;
    for_each_part(id, [&](PoolId where, std::int64_t gpus, const Placement*) {
      Pool& p = pools_[where.index];
      p.timeline.advance(now_);
      room(id, p, now_, job.end, gpus);
      room(id, p, now_, end, -gpus);
      if (end < job.end) gained(kEveryone, p, end, job.end);
      p.running[run_of(where, id)].end = end;
    });
    job.end = end;
  }
}

// It runs from now to job.end, with job.held and the further parts. kept: the timeline holds its
// room already.
void World::run(const StartJob& how, bool kept) {
  Job& job = jobs_[how.job.index];
  Pool& pool = pools_[how.pool.index];
  const LaneOpened& lane = lanes_[job.lane.index];
  job.start = now_;
  job.pool = how.pool;
  job.state = JobState::running;
  ++running_jobs_;
  job.runs_at = static_cast<std::uint32_t>(pool.running.size());
  job.borrowed = false;
  if (lane.elastic && how.also.empty()) ++pool.elastic;
  if (how.under) {
    Reservation& r = reservations_[how.under->index];
    r.used += job.held;
    CHECK(r.left() >= 0 && r.info.pool == how.pool && r.info.member == lane.member);  // invariant 8
    CHECK(r.info.from <= now_ && now_ < r.info.to);                                   // invariant 8
    job.under_reservation = true;
    under_.emplace(how.job, *how.under);
  }
  if (!how.also.empty()) {
    job.more_parts = true;
    more_parts_.emplace(how.job, how.also);
  }
  if (pool.machines) job.seat = seat(how.place);
  for_each_part(how.job, [&](PoolId id, std::int64_t gpus, const Placement* where) {
    Pool& p = pools_[id.index];
    if (!kept) {
      p.timeline.advance(now_);
      room(how.job, p, now_, job.end, -gpus);
    }
    p.running.push_back({how.job, job.lane, job.start, job.end, static_cast<std::int32_t>(gpus),
                         false, false, job.more_parts, job.under_reservation});
    if (ledger_.in_use(id, lane.member) + gpus > p.entitled(lane.member)) job.borrowed = true;
    p.free -= gpus;
    CHECK(p.free >= 0);  // invariant 3
    if (p.machines) {
      std::int64_t placed = 0;
      for (const Slice& s : *where) placed += s.gpus();
      CHECK(placed == gpus);
      p.machines->take(*where);
    }
    hold(id, job.lane, gpus);
  });
  for_each_part(how.job, [&](PoolId id, std::int64_t gpus, const Placement*) {
    pools_[id.index].running.back().borrowed = job.borrowed;
    may_be_stopped(id, job, gpus);
  });
}

void World::asked(const PreemptJob& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::running && !job.stopping && !job.let_go && wish.until >= now_);
  for_each_part(wish.job, [&](PoolId id, std::int64_t gpus, const Placement*) {
    may_be_stopped(id, job, -gpus);
  });
  job.stopping = true;
  const Millis end = std::min(job.end, wish.until);
  for_each_part(wish.job, [&](PoolId id, std::int64_t gpus, const Placement*) {
    Pool& p = pools_[id.index];
    p.stopping += gpus;
    p.timeline.advance(now_);
    room(wish.job, p, end, job.end, gpus);
    Run& run = p.running[run_of(id, wish.job)];
    run.stopping = true;
    run.end = end;
  });
  job.end = end;
}

void World::asked(const ResizeJob& wish) {
  Job& job = jobs_[wish.job.index];
  const LaneOpened& lane = lanes_[job.lane.index];
  CHECK(job.state == JobState::running && !job.stopping && !job.let_go && !job.under_reservation);
  CHECK(lane.elastic && !job.more_parts && wish.gpus.count() != job.held);
  CHECK(lane.least <= wish.gpus && wish.gpus <= lane.most && job.end > now_);
  Pool& pool = pools_[job.pool.index];
  const std::int64_t delta = wish.gpus.count() - job.held;
  may_be_stopped(job.pool, job, -job.held);
  pool.timeline.advance(now_);
  pool.timeline.change(now_, job.end, job.held);
  if (job.end.count() != Timeline::kForever)
    job.end = now_ + resized(lane, job.end - now_, job.gpus, job.held, wish.gpus.count());
  job.held = static_cast<std::int32_t>(wish.gpus.count());
  pool.timeline.change(now_, job.end, -job.held);
  if (pool.machines) {
    // What it keeps stays taken: a node that is on its way out would be gone once it is given back.
    Placement& seat = seats_[job.seat];
    const std::int64_t before = pool.installed;
    pool.machines->give(without(seat, wish.place));
    pool.machines->take(without(wish.place, seat));
    seat = wish.place;
    pool.installed = pool.machines->installed();
    pool.free = pool.machines->free();
    if (pool.installed != before) installed_now(pool, before);
  } else {
    pool.free -= delta;
  }
  CHECK(pool.free >= 0);  // invariant 3
  hold(job.pool, job.lane, delta);
  job.borrowed = ledger_.in_use(job.pool, lane.member) > pool.entitled(lane.member);
  Run& run = pool.running[job.runs_at];
  run.gpus = job.held;
  run.end = job.end;
  run.borrowed = job.borrowed;
  may_be_stopped(job.pool, job, job.held);
}

void World::asked(const PromiseStart& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::waiting && wish.at > now_);  // invariant 2
  Pool& pool = pools_[wish.pool.index];
  CHECK(lawful(job.lane, wish.pool));  // invariant 9
  LaneQueue& queue = queues_[job.lane.index];
  const std::size_t place = queue.find(wish.job, rank(job));
  const Millis end = limit(wish.at, job.estimate);
  pool.timeline.advance(now_);
  if (queue.promised_ms(place) != LaneQueue::kNoPromise)
    drop_promise(job, wish.job.index, place, job.pool == wish.pool ? wish.at : now_,
                 job.pool == wish.pool ? end : now_);
  pool.timeline.change(wish.at, end, -job.gpus);
  job.pool = wish.pool;
  queue.promise(place, wish.at);
  ++promises_;
}

// The job gives up its promise; [kept_from, kept_to) it takes again at once, so that is no gain.
void World::drop_promise(const Job& job, std::uint32_t by, std::size_t place_in_queue,
                         Millis kept_from, Millis kept_to) {
  Pool& pool = pools_[job.pool.index];
  LaneQueue& queue = queues_[job.lane.index];
  const Millis promised(queue.promised_ms(place_in_queue));
  const Millis to = limit(promised, job.estimate);
  // A promise that could not be kept (somebody ran past its limit) lies behind us in part.
  const Millis from = std::max(promised, now_);
  pool.timeline.advance(now_);
  pool.timeline.change(from, to, job.gpus);
  CHECK(kept_from <= from);  // promises move only to earlier
  gained(by, pool, std::max(from, kept_to), to);
  queue.promise(place_in_queue, Millis(LaneQueue::kNoPromise));
  --promises_;
}

// It will never run: out of its queue, or of those that wait for others.
void World::withdraw(JobId id, JobState as) {
  Job& job = jobs_[id.index];
  if (job.state == JobState::held) {
    blockers_.erase(id);
    std::erase(orphans_, id);
    --held_jobs_;
  } else {
    CHECK(job.state == JobState::waiting);  // invariant 2
    const LaneQueue& queue = queues_[job.lane.index];
    const std::size_t place = queue.find(id, rank(job));
    if (queue.promised_ms(place) != LaneQueue::kNoPromise)
      drop_promise(job, kEveryone, place, now_, now_);
    leave_queue(job, id);
  }
  job.state = as;
  job.end = now_;
  out(id, false);
}

void World::asked(const RefuseJob& wish) { withdraw(wish.job, JobState::refused); }

// Where a part of it stands in the list of its pool.
std::size_t World::run_of(PoolId where, JobId id) const {
  const Job& job = jobs_[id.index];
  if (job.pool == where) return job.runs_at;
  const std::vector<Run>& running = pools_[where.index].running;
  const auto it =
      std::find_if(running.begin(), running.end(), [&](const Run& r) { return r.job == id; });
  CHECK(it != running.end());
  return static_cast<std::size_t>(it - running.begin());
}

// Its machines are free again.
void World::let_go(JobId id) {
  Job& job = jobs_[id.index];
  for_each_part(id, [&](PoolId where, std::int64_t gpus, const Placement* place) {
    Pool& pool = pools_[where.index];
    hold(where, job.lane, -gpus);
    may_be_stopped(where, job, -gpus);
    // The last of the list takes its place.
    const std::size_t at = run_of(where, id);
    const Run last = pool.running.back();
    pool.running[at] = last;
    Job& moved = jobs_[last.job.index];
    if (moved.pool == where) moved.runs_at = static_cast<std::uint32_t>(at);
    pool.running.pop_back();
    if (job.stopping) pool.stopping -= gpus;
    if (pool.machines) {
      const std::int64_t before = pool.installed;
      pool.machines->give(*place);
      pool.installed = pool.machines->installed();
      pool.free = pool.machines->free();
      if (pool.installed != before) installed_now(pool, before);
    } else {
      pool.free += gpus;
    }
  });
  Pool& pool = pools_[job.pool.index];
  if (pool.machines) free_seats_.push_back(job.seat);
  if (lanes_[job.lane.index].elastic && !job.more_parts) --pool.elastic;
  job.let_go = true;
}

void World::on(const TimeReached&) { gains_.after_end = gains_.ended_at == now_; }

void World::on(const LimitReached& e) {
  Job& job = jobs_[e.job.index];
  CHECK(job.state == JobState::running && !job.let_go && job.end == now_);
  let_go(e.job);
}

void World::on(const JobEnded& e) { over(e.job, true); }
void World::on(const JobFailed& e) { over(e.job, false); }

void World::over(JobId id, bool well) {
  Job& job = jobs_[id.index];
  CHECK(job.state == JobState::running);  // invariant 2
  // Another end of this instant may come before the waiting jobs have looked: keep what is kept.
  if (promises_ > 0 && gains_.ended_at != now_) {
    gains_.before.swap(gains_.now);
    gains_.now.clear();
  }
  gains_.ended_at = now_;
  gains_.after_end = true;
  leave_machines(id);
  job.state = JobState::ended;
  job.failed = !well;
  job.end = now_;
  out(id, well);
}

// Room and the unused tail of its estimate are free again.
void World::leave_machines(JobId id) {
  Job& job = jobs_[id.index];
  if (now_ < job.end) {
    for_each_part(id, [&](PoolId where, std::int64_t gpus, const Placement*) {
      Pool& pool = pools_[where.index];
      pool.timeline.advance(now_);
      room(id, pool, now_, job.end, gpus);
      gained(kEveryone, pool, now_, job.end);
    });
  }
  if (!job.let_go) let_go(id);
  if (job.under_reservation) {
    const auto under = under_.find(id);
    reservations_[under->second.index].used -= job.held;
    under_.erase(under);
    job.under_reservation = false;
  }
  if (job.more_parts) {
    more_parts_.erase(id);
    job.more_parts = false;
  }
  job.stopping = false;
  --running_jobs_;
}

void World::on(const JobStopped& e) {
  Job& job = jobs_[e.job.index];
  CHECK(job.state == JobState::running && !job.let_go && e.left.count() > 0);  // invariant 2
  leave_machines(e.job);
  job.let_go = false;
  job.had += gpu_time(Gpus(job.held), now_ - job.start);
  job.estimate = e.left;
  if (job.stops < 255) ++job.stops;
  join_queue(job, e.job);
}

void World::gained(std::uint32_t by, const Pool& pool, Millis from, Millis to) {
  if (promises_ == 0 || from >= to) return;
  const Gain g{by, from, to, pool.timeline.most_free(from, to)};
  if (gains_.now.size() < 8) {
    gains_.now.push_back(g);
    return;
  }
  Gain& last = gains_.now.back();  // a short list is enough: widen its last
  last.by = std::max(last.by, g.by);
  last.from = std::min(last.from, g.from);
  last.to = std::max(last.to, g.to);
  last.most_free = std::max(last.most_free, g.most_free);
}

void World::on(const JobCancelled& e) { withdraw(e.job, JobState::cancelled); }

}  // namespace dure
