#include "live/shadow.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Shadow::Shadow(const World& live, const Policy& policy, const std::vector<JobId>& foreign,
               Millis patience)
    : world_(live),
      policy_(policy),
      since_(live.now()),
      patience_(patience),
      base_(static_cast<std::uint32_t>(live.jobs())) {
  const auto note_of = [&](JobId id) {
    const Job& job = world_.job(id);
    Note n;
    n.submit = job.submit;
    n.estimate = job.estimate;
    n.gpus = job.gpus;
    n.member = world_.lane(job.lane).member.index;
    n.is_gpu = world_.device(job.lane) == Device::gpu;
    return n;
  };
  for (std::uint32_t i = 0; i < base_; ++i) {
    const Job& job = world_.job(JobId{i});
    if (job.state != JobState::running && job.state != JobState::waiting &&
        job.state != JobState::held)
      continue;
    Note n = note_of(JobId{i});
    if (job.stops > 0) n.live.first = n.here.first = job.submit;  // when, it does not say
    if (job.state == JobState::running) {
      n.live.first = n.live.start = n.here.first = n.here.start = job.start;
      n.live_stopping = job.stopping;
    }
    n.counted = n.live.first.has_value();  // it is nothing that the policies differ in
    notes_.emplace(JobId{i}, n);
    if (job.state == JobState::running && job.stopping)
      agenda_.emplace(job.end.count(), Item{Item::stop, JobId{i}, 0});
  }
  for (const JobId id : foreign)
    if (const auto it = notes_.find(id); it != notes_.end()) it->second.foreign = true;
}

void Shadow::contradiction(std::string why) {
  if (stopped_.empty()) stopped_ = std::move(why);
}

void Shadow::out_of_turn(JobId live) {
  contradiction("job " + std::to_string(live.index) + " came out of turn");
}

std::optional<JobId> Shadow::here(JobId live) const {
  if (live.index < base_) return live;
  const std::size_t i = live.index - base_;
  if (i >= here_.size() || here_[i] == kNone) return std::nullopt;
  return JobId{here_[i]};
}

JobId Shadow::live_of(JobId id) const {
  return id.index < base_ ? id : JobId{live_[id.index - base_]};
}

Shadow::Note* Shadow::note(JobId live) {
  const auto it = notes_.find(live);
  return it == notes_.end() ? nullptr : &it->second;
}

// One run: begun at the same instant, after as many stops.
bool Shadow::in_step(const Note& n) const {
  return n.live.start && n.here.start && *n.live.start == *n.here.start &&
         n.live.stops == n.here.stops;
}

void Shadow::apply(Millis at, What&& what) {
  const Millis now = std::max(at, world_.now());
  if (now > world_.now() && world_.now() >= since_)
    count_.installed_gpu_ms += world_.installed(Device::gpu) * (now - world_.now()).count();
  world_.apply({now, std::move(what)});
}

// ---- time

// All that falls due here before `at`, each instant with a pass of its own.
void Shadow::run_before(Millis at) {
  while (stopped_.empty()) {
    const std::int64_t item = agenda_.empty() ? Timeline::kForever : agenda_.begin()->first;
    const std::int64_t wake =
        wake_.count() == Timeline::kForever ? Timeline::kForever : (wake_ + patience_).count();
    const std::int64_t next = std::min(item, wake);
    if (next >= at.count()) return;
    const std::uint64_t before = world_.events();
    due(Millis(next));
    if (world_.events() == before && next < wake) continue;  // all of it was void
    if (world_.now() < Millis(next)) apply(Millis(next), TimeReached{});
    pass();
  }
}

void Shadow::due(Millis at) {
  while (!agenda_.empty() && agenda_.begin()->first <= at.count()) {
    const auto [when, item] = *agenda_.begin();
    agenda_.erase(agenda_.begin());
    Note* n = note(item.job);
    if (n == nullptr || n->turn != item.turn) continue;
    if (world_.now() < Millis(when)) apply(Millis(when), TimeReached{});
    do_item(item);
  }
}

void Shadow::do_item(const Item& item) {
  Note& n = *note(item.job);
  const JobId id = *here(item.job);
  const Job& job = world_.job(id);
  switch (item.kind) {
    case Item::end: return end_now(item.job, n, n.well);
    case Item::stop: {
      if (job.let_go || (in_step(n) && n.live_stopping)) return;  // the latter will be told
      // As Desk: all of it is left, unless it saves what it did.
      const LaneOpened& lane = world_.lane(job.lane);
      Millis left = job.estimate;
      if (job.estimate < kUntilCancelled && lane.checkpoint.count() > 0)
        left = std::max(Millis(1000), job.estimate - (world_.now() - job.start) + lane.restart);
      return stop_here(item.job, n, left);
    }
    case Item::limit:
      if (job.let_go || job.stopping || in_step(n)) return;
      if (job.end == world_.now()) return apply(world_.now(), LimitReached{id});
      if (job.end > world_.now()) agenda_.emplace(job.end.count(), item);  // it was resized
      return;
  }
}

void Shadow::pass() {
  if (!stopped_.empty()) return;
  adopt();
  wake_ = std::max(decide(world_, policy_, *this), world_.now() + Millis(1));
  // What the live policy refused, and this one did not, is nowhere to run.
  for (const JobId live : refused_) live_cancelled(live);
  refused_.clear();
}

void Shadow::advance(Millis now) {
  if (!stopped_.empty()) return;
  run_before(now);
  if (!stopped_.empty() || now <= world_.now()) return;
  due(now);
  if (world_.now() < now) apply(now, TimeReached{});
  pass();
}

void Shadow::hear(const ShadowRound& round) {
  if (!stopped_.empty()) return;
  for (const JobId job : round.cancels)
    if (Note* n = note(job)) n->cancelled = true;
  if (round.events.empty()) return;  // the live loop made no pass
  run_before(round.events.front().at);
  for (const Event& e : round.events) {
    if (!stopped_.empty()) return;
    due(e.at);
    take(e);
  }
  due(world_.now());
  pass();
  if (notes_.size() > kMostNotes)
    contradiction("more than " + std::to_string(kMostNotes) + " jobs are not over in both worlds");
}

// ---- what it decides

void Shadow::wish(Command&& command) {
  const Millis now = world_.now();
  std::optional<JobId> starts, stops, refuses, resizes;
  if (const auto* s = std::get_if<StartJob>(&command)) starts = s->job;
  if (const auto* p = std::get_if<PreemptJob>(&command)) stops = p->job;
  if (const auto* r = std::get_if<RefuseJob>(&command)) refuses = r->job;
  if (const auto* r = std::get_if<ResizeJob>(&command)) resizes = r->job;
  apply(now, CommandIssued{std::move(command)});
  if (starts) started_here(live_of(*starts));
  if (stops) {
    ++count_.stops_here;
    const JobId live = live_of(*stops);
    if (Note* n = note(live))
      agenda_.emplace(world_.job(*stops).end.count(), Item{Item::stop, live, n->turn});
  }
  if (resizes) {
    const JobId live = live_of(*resizes);
    if (Note* n = note(live); n != nullptr && !n->run) plan_limit(live, *n);
  }
  if (refuses) forget_if_over(live_of(*refuses));
}

// Earlier than live: held no longer than its limit.
void Shadow::plan_limit(JobId live, const Note& n) {
  const Job& job = world_.job(*here(live));
  if (job.end.count() != Timeline::kForever && !in_step(n))
    agenda_.emplace(std::max(job.end, world_.now()).count(), Item{Item::limit, live, n.turn});
}

void Shadow::started_here(JobId live) {
  Note* n = note(live);
  if (n == nullptr) return;
  const Millis now = world_.now();
  ++n->turn;
  n->here.start = now;
  if (!n->here.first) {
    n->here.first = now;
    count_.started_here();
    tell_start(live, *n);
  }
  if (n->run) return plan_end(live, *n);
  plan_limit(live, *n);
}

// It is known how long it runs: not before now.
void Shadow::plan_end(JobId live, Note& n) {
  const std::int64_t left = std::max<std::int64_t>(*n.run - n.here.done, 1);
  const std::int64_t end = n.here.start->count() + left, now = world_.now().count();
  const Job& job = world_.job(*here(live));
  if (end < now) {
    const std::int64_t held_until = job.let_go ? std::min<std::int64_t>(job.end.count(), now) : now;
    if (n.is_gpu)
      count_.late_gpu_ms += std::max<std::int64_t>(0, held_until - end) * std::int64_t{job.held};
  }
  if (end <= now) return end_now(live, n, n.well);
  agenda_.emplace(end, Item{Item::end, live, n.turn});
}

void Shadow::end_now(JobId live, Note& n, bool well) {
  const JobId id = *here(live);
  ++n.turn;
  n.here.start.reset();
  if (well)
    apply(world_.now(), JobEnded{id});
  else
    apply(world_.now(), JobFailed{id});
  forget_if_over(live);
}

void Shadow::stop_here(JobId live, Note& n, Millis left) {
  const JobId id = *here(live);
  ++n.turn;
  ++n.here.stops;
  n.here.start.reset();
  const Millis before = world_.job(id).estimate;
  if (before < kUntilCancelled) n.here.done += (before - left).count();
  apply(world_.now(), JobStopped{id, left});
}

void Shadow::tell_start(JobId live, Note& n) {
  if (n.counted || !n.live.first || !n.here.first) return;
  n.counted = true;
  count_.pair({live, n.member, n.submit, *n.live.first, *n.here.first});
}

void Shadow::forget_if_over(JobId live) {
  const auto it = notes_.find(live);
  if (it == notes_.end()) return;
  const std::optional<JobId> id = here(live);
  if (id) {
    const JobState state = world_.job(*id).state;
    if (state == JobState::running || state == JobState::waiting || state == JobState::held) return;
  }
  const Note& n = it->second;
  if (!n.live_over) return;
  if (n.run && n.live.first && n.here.first && !n.foreign && n.submit >= since_)
    count_.slowdown((*n.live.first - n.submit).count(), (*n.here.first - n.submit).count(), *n.run);
  notes_.erase(it);
}

// ---- what the live world tells

void Shadow::take(const Event& e) {
  const Millis at = std::max(e.at, world_.now());
  if (const auto* issued = std::get_if<CommandIssued>(&e.what)) return took(*issued, at);
  if (world_.now() < at) apply(at, TimeReached{});
  if (const auto* x = std::get_if<JobSubmitted>(&e.what)) return submitted(*x);
  if (const auto* x = std::get_if<JobEnded>(&e.what)) return live_over(x->job, true);
  if (const auto* x = std::get_if<JobFailed>(&e.what)) return live_over(x->job, false);
  if (const auto* x = std::get_if<JobCancelled>(&e.what)) return live_cancelled(x->job);
  if (const auto* x = std::get_if<JobStopped>(&e.what)) return live_stopped(*x);
  if (const auto* x = std::get_if<LimitReached>(&e.what)) {
    const Note* n = note(x->job);
    if (n == nullptr || !in_step(*n)) return;
    const Job& job = world_.job(*here(x->job));
    if (!job.let_go && job.end == at) apply(at, LimitReached{*here(x->job)});
    return;
  }
  if (const auto* x = std::get_if<JobAdopted>(&e.what)) {
    if (x->job.index != base_ + here_.size()) return out_of_turn(x->job);
    here_.push_back(kNone);
    Note n;
    n.submit = at;
    n.estimate = x->estimate;
    n.gpus = static_cast<std::int32_t>(x->gpus.count());
    n.member = world_.lane(x->lane).member.index;
    n.live.first = n.live.start = at;
    n.foreign = n.counted = true;
    notes_.emplace(x->job, n);
    to_adopt_.emplace(x->job, *x);
    return adopt();
  }
  if (const auto* x = std::get_if<ReservationMade>(&e.what)) {
    ReservationMade made = *x;
    Timeline timeline = world_.pool(made.pool).timeline;
    timeline.advance(at);
    const std::int64_t free = timeline.least_free(std::max(made.from, at), made.to);
    if (free < made.gpus.count()) {
      ++count_.less_reserved;
      made.gpus = Gpus(std::max<std::int64_t>(free, 0));
      if (free < 0) return contradiction("no room for a reservation, not even an empty one");
    }
    return apply(at, std::move(made));
  }
  if (const auto* x = std::get_if<CapacityRetired>(&e.what)) {
    const Pool& pool = world_.pool(x->pool);
    if (!pool.machines && pool.free < x->gpus.count())
      return contradiction("what leaves " + pool.info.name + " is in use here");
  }
  apply(at, What(e.what));
}

void Shadow::took(const CommandIssued& e, Millis at) {
  if (const auto* s = std::get_if<StartJob>(&e.wish)) {
    Note* n = note(s->job);
    if (n == nullptr) return;
    n->live.start = at;
    n->live_stopping = false;
    if (!n->live.first) {
      n->live.first = at;
      count_.started_live();
      tell_start(s->job, *n);
    }
  } else if (const auto* p = std::get_if<PreemptJob>(&e.wish)) {
    ++count_.stops_live;
    if (Note* n = note(p->job)) n->live_stopping = true;
  } else if (const auto* r = std::get_if<RefuseJob>(&e.wish)) {
    refused_.push_back(r->job);
  }
}

void Shadow::submitted(const JobSubmitted& e) {
  if (e.job.index != base_ + here_.size()) return out_of_turn(e.job);
  JobSubmitted mine = e;
  mine.job = JobId{static_cast<std::uint32_t>(world_.jobs())};
  mine.after.clear();
  for (const JobId before : e.after)
    if (const std::optional<JobId> b = here(before); b && *b < mine.job) mine.after.push_back(*b);
  here_.push_back(mine.job.index);
  live_.push_back(e.job.index);
  Note n;
  n.submit = world_.now();
  n.estimate = e.estimate;
  n.gpus = static_cast<std::int32_t>(e.gpus.count());
  n.member = world_.lane(e.lane).member.index;
  n.is_gpu = world_.device(e.lane) == Device::gpu;
  notes_.emplace(e.job, n);
  apply(world_.now(), std::move(mine));
}

void Shadow::adopt() {
  for (auto it = to_adopt_.begin(); it != to_adopt_.end();) {
    JobAdopted mine = it->second;
    mine.job = JobId{static_cast<std::uint32_t>(world_.jobs())};
    if (!world_.can_adopt(mine)) {  // its machines are in use here: as soon as they are free
      ++it;
      continue;
    }
    const JobId live = it->first;
    here_[live.index - base_] = mine.job.index;
    live_.push_back(live.index);
    Note& n = *note(live);
    n.here.first = n.here.start = world_.now();
    apply(world_.now(), std::move(mine));
    it = to_adopt_.erase(it);
  }
}

void Shadow::live_over(JobId live, bool well) {
  Note* n = note(live);
  if (n == nullptr) return;
  const Millis now = world_.now();
  const bool step = in_step(*n);
  n->live_over = true;
  n->well = well;
  if (n->live.start) n->run = n->live.done + (now - *n->live.start).count();
  n->live.start.reset();
  const std::optional<JobId> id = here(live);
  if (!id) {
    to_adopt_.erase(live);
    notes_.erase(live);
    return;
  }
  const Job& job = world_.job(*id);
  const bool service = job.estimate >= kUntilCancelled;
  switch (job.state) {
    case JobState::running:
      if (step || service || n->foreign) return end_now(live, *n, well);
      if (n->cancelled) return end_now(live, *n, false);
      if (!n->run) return end_now(live, *n, well);
      ++n->turn;  // its limit is void
      if (job.stopping && !job.let_go)
        agenda_.emplace(job.end.count(), Item{Item::stop, live, n->turn});
      return plan_end(live, *n);
    case JobState::waiting:
    case JobState::held:
      if (service || n->cancelled) live_cancelled(live);
      return;
    case JobState::ended:
    case JobState::cancelled:
    case JobState::refused: return forget_if_over(live);
  }
}

void Shadow::live_cancelled(JobId live) {
  Note* n = note(live);
  if (n == nullptr) return;
  n->live_over = true;
  const std::optional<JobId> id = here(live);
  if (!id) return;
  switch (world_.job(*id).state) {
    case JobState::waiting:
    case JobState::held: apply(world_.now(), JobCancelled{*id}); break;
    case JobState::running: return end_now(live, *n, false);
    case JobState::ended:
    case JobState::cancelled:
    case JobState::refused: break;
  }
  forget_if_over(live);
}

void Shadow::live_stopped(const JobStopped& e) {
  Note* n = note(e.job);
  if (n == nullptr) return;
  const bool step = in_step(*n), asked = n->live_stopping;
  if (n->estimate < kUntilCancelled) n->live.done += (n->estimate - e.left).count();
  n->estimate = e.left;
  n->live.start.reset();
  n->live_stopping = false;
  ++n->live.stops;
  const std::optional<JobId> id = here(e.job);
  if (!id || !step) return;
  const Job& job = world_.job(*id);
  if (job.state == JobState::running && !job.let_go && (!asked || job.stopping))
    return stop_here(e.job, *n, e.left);
  // It goes on here: nobody knows any more for how long.
  if (job.state == JobState::running && !job.let_go) plan_limit(e.job, *n);
}

}  // namespace dure
