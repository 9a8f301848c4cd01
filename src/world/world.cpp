#include "world/world.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::uint32_t kEveryone = std::numeric_limits<std::uint32_t>::max();  // a Gain::by

}  // namespace

const char* to_string(Reason r) {
  switch (r) {
    case Reason::none: return "none";
    case Reason::no_room: return "no_room";
    case Reason::behind_earlier_job: return "behind_earlier_job";
    case Reason::reserved: return "reserved";
    case Reason::lender_limit: return "lender_limit";
    case Reason::too_large: return "too_large";
    case Reason::no_legal_site: return "no_legal_site";
  }
  CHECK(!"a Reason");
}

void World::apply(const Event& e) {
  CHECK(e.at >= now_);  // invariant 1
  now_ = e.at;
  ++events_;
  std::visit([this](const auto& what) { on(what); }, e.what);  // no on(), no compile
}

void World::on(const MemberJoined& e) {
  CHECK(e.member.index == members_.size());
  members_.push_back(e.name);
  ledger_.open_member(e.member);
}

void World::on(const SiteOpened& e) {
  CHECK(e.site.index == sites_.size());
  sites_.push_back(e.name);
}

void World::on(const PoolOpened& e) {
  CHECK(e.pool.index == pools_.size() && e.site.index < sites_.size());
  CHECK(e.owner.index < members_.size());
  Pool& pool = pools_.emplace_back();
  pool.info = e;
  if (e.gpus_per_node > 0)
    pool.racks.emplace(e.gpus_per_node, e.nodes_per_rack, e.nodes_per_domain);
  ledger_.open_pool(e.pool, e.owner);
}

void World::on(const LaneOpened& e) {
  CHECK(e.lane.index == lanes_.size() && e.member.index < members_.size());
  for (const PoolId p : e.pools) CHECK(p.index < pools_.size());
  lanes_.push_back(e);
  queues_.emplace_back();
  waiting_lanes_.resize(lanes_.size());
}

void World::on(const CapacityAdded& e) {
  Pool& pool = pools_[e.pool.index];
  if (pool.racks) pool.racks->install(e.gpus.count());
  pool.installed += e.gpus.count();
  pool.free += e.gpus.count();
  pool.timeline.change(now_, Millis(Timeline::kForever), e.gpus.count());
  gained(kEveryone, pool, now_, Millis(Timeline::kForever));
}

void World::on(const CapacityRetired& e) {
  Pool& pool = pools_[e.pool.index];
  CHECK(pool.racks.has_value());
  pool.racks->retire(e.gpus.count());
  pool.installed = pool.racks->installed();  // busy nodes leave when they fall free
  pool.free = pool.racks->free();
  pool.timeline.change(now_, Millis(Timeline::kForever), -e.gpus.count());
}

Millis World::limit(Millis start, Millis estimate) const {
  return estimate >= kUntilCancelled ? Millis(Timeline::kForever) : start + estimate;
}

void World::on(const JobSubmitted& e) {
  CHECK(e.job.index == jobs_.size() && e.lane.index < lanes_.size());  // invariant 2
  CHECK(e.gpus.count() > 0 && e.gpus.count() <= std::numeric_limits<std::int32_t>::max());
  Job& job = jobs_.emplace_back();
  job.submit = now_;
  job.estimate = e.estimate;
  job.lane = e.lane;
  job.gpus = static_cast<std::int32_t>(e.gpus.count());
  queues_[e.lane.index].push(e.job, e.gpus, e.estimate);
  waiting_lanes_.insert(e.lane.index);
  ++waiting_jobs_;
  waiting_gpus_ += job.gpus;
  gains_.after_end = gains_.ended_at == now_;
}

void World::leave_queue(Job& job, JobId id) {
  CHECK(job.state == JobState::waiting);  // invariant 2
  LaneQueue& queue = queues_[job.lane.index];
  queue.erase(queue.find(id));
  if (queue.empty()) waiting_lanes_.erase(job.lane.index);
  --waiting_jobs_;
  waiting_gpus_ -= job.gpus;
}

void World::on(const CommandIssued& e) {
  std::visit([this](const auto& wish) { asked(wish); }, e.wish);
}

void World::asked(const StartJob& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::waiting);  // invariant 2
  Pool& pool = pools_[wish.pool.index];
  const LaneQueue& queue = queues_[job.lane.index];
  const std::size_t place = queue.find(wish.job);
  const std::int64_t promised = queue.promised_ms(place);
  job.start = now_;
  job.end = limit(now_, job.estimate);
  if (promised == now_.count() && job.pool == wish.pool) {  // the timeline holds its room already
    --promises_;
  } else {
    if (promised != LaneQueue::kNoPromise)
      drop_promise(job, wish.job.index, place, now_, job.pool == wish.pool ? job.end : now_);
    pool.timeline.advance(now_);
    pool.timeline.change(now_, job.end, -job.gpus);
  }
  job.pool = wish.pool;
  leave_queue(job, wish.job);
  job.state = JobState::running;
  ++running_jobs_;
  pool.free -= job.gpus;
  CHECK(pool.free >= 0);  // invariant 3
  if (pool.racks) {
    std::int64_t gpus = 0;
    for (const Slice& s : wish.place) gpus += s.gpus();
    CHECK(gpus == job.gpus);
    pool.racks->take(wish.place);
    if (free_seats_.empty()) {
      job.seat = static_cast<std::uint32_t>(seats_.size());
      seats_.push_back(wish.place);
    } else {
      job.seat = free_seats_.back();
      free_seats_.pop_back();
      seats_[job.seat] = wish.place;
    }
  }
  const MemberId user = lanes_[job.lane.index].member;
  if (user != pool.info.owner) pool.lent += job.gpus;
  ledger_.change(wish.pool, user, job.gpus, now_);
}

void World::asked(const PromiseStart& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::waiting && wish.at > now_);  // invariant 2
  Pool& pool = pools_[wish.pool.index];
  LaneQueue& queue = queues_[job.lane.index];
  const std::size_t place = queue.find(wish.job);
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

void World::asked(const RefuseJob& wish) {
  Job& job = jobs_[wish.job.index];
  CHECK(job.state == JobState::waiting);  // invariant 2
  const std::size_t place = queues_[job.lane.index].find(wish.job);
  if (queues_[job.lane.index].promised_ms(place) != LaneQueue::kNoPromise)
    drop_promise(job, kEveryone, place, now_, now_);
  leave_queue(job, wish.job);
  job.state = JobState::refused;
  job.end = now_;
}

void World::let_go(Job& job) {
  Pool& pool = pools_[job.pool.index];
  const MemberId user = lanes_[job.lane.index].member;
  if (user != pool.info.owner) pool.lent -= job.gpus;
  ledger_.change(job.pool, user, -job.gpus, now_);
  if (pool.racks) {
    pool.racks->give(seats_[job.seat]);
    free_seats_.push_back(job.seat);
    pool.installed = pool.racks->installed();
    pool.free = pool.racks->free();
  } else {
    pool.free += job.gpus;
  }
  job.let_go = true;
}

void World::on(const TimeReached&) { gains_.after_end = gains_.ended_at == now_; }

void World::on(const LimitReached& e) {
  Job& job = jobs_[e.job.index];
  CHECK(job.state == JobState::running && !job.let_go && job.end == now_);
  let_go(job);
}

void World::on(const JobEnded& e) {
  Job& job = jobs_[e.job.index];
  CHECK(job.state == JobState::running);  // invariant 2
  Pool& pool = pools_[job.pool.index];
  if (!job.let_go) let_go(job);
  // Another end of this instant may come before the waiting jobs have looked: keep what is kept.
  if (promises_ > 0 && gains_.ended_at != now_) {
    gains_.before.swap(gains_.now);
    gains_.now.clear();
  }
  gains_.ended_at = now_;
  gains_.after_end = true;
  if (now_ < job.end) {  // the unused tail of its estimate is free again
    pool.timeline.advance(now_);
    pool.timeline.change(now_, job.end, job.gpus);
    gained(kEveryone, pool, now_, job.end);
  }
  job.state = JobState::ended;
  job.end = now_;
  --running_jobs_;
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

void World::on(const JobCancelled& e) {
  Job& job = jobs_[e.job.index];
  LaneQueue& queue = queues_[job.lane.index];
  const std::size_t place = queue.find(e.job);
  if (queue.promised_ms(place) != LaneQueue::kNoPromise)
    drop_promise(job, kEveryone, place, now_, now_);
  leave_queue(job, e.job);
  job.state = JobState::cancelled;
  job.end = now_;
}

}  // namespace dure
