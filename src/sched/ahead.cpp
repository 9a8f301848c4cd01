#include "sched/ahead.h"

#include <algorithm>

#include "world/shape.h"

namespace dure {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kNever = Timeline::kForever;

}  // namespace

Ahead::Ahead(World& world, const Policy& policy, const AheadOptions& options)
    : world_(world), policy_(policy), options_(options) {
  std::vector<End> ends;
  ends.reserve(static_cast<std::size_t>(world.running_jobs()));
  for (std::uint32_t p = 0; p < world.pools(); ++p)
    for (const Run& run : world.pool(PoolId{p}).running) {
      if (run.more_parts && world.job(run.job).pool.index != p) continue;  // once for each job
      if (const std::optional<End> end = end_of(run, world.now() - run.start)) ends.push_back(*end);
    }
  ends_ = Ends({}, std::move(ends));
  const std::int64_t now = world.now().count();
  for (std::size_t i = 0; i < world.plans().size(); ++i) {
    const PlannedChange& plan = world.plans()[i];
    if (plan.over) continue;
    if (!plan.begun) dates_.push({std::max(plan.info.from.count(), now), i, 0});
    if (plan.info.to.count() != kNever && (plan.begun || plan.info.gpus.count() < 0))
      dates_.push({std::max(plan.info.to.count(), now), i, 1});
  }
  for (const Reservation& r : world.reservations())
    for (const Millis t : {r.info.from, r.info.to})
      if (t > world.now()) dates_.push({t.count(), 0, 2});
  if (options_.next) coming_ = options_.next();
}

void Ahead::apply(Millis at, What&& what) {
  world_.apply({std::max(at, world_.now()), std::move(what)});
  ++spent_;
}

// The job runs, and has for so long: when does it end?
std::optional<Ahead::End> Ahead::end_of(const Run& run, Millis gone) {
  if (run.end.count() == kNever) return std::nullopt;  // invariant 2
  // Invariants 1 and 2: not before now, not after its estimate.
  std::int64_t at = run.end.count();
  if (options_.part && !run.stopping) {
    const std::int64_t span = std::max<std::int64_t>((run.end - run.start).count(), 1);
    const auto part_gone =
        static_cast<std::int64_t>(static_cast<__int128>(gone.count()) * kMillion / span);
    const std::int64_t part = std::clamp(options_.part(world_.job(run.job), run.job, part_gone),
                                         part_gone, std::max(part_gone, kMillion));
    at = std::min(at, run.start.count() +
                          static_cast<std::int64_t>(static_cast<__int128>(span) * part / kMillion));
  }
  at = std::max(at, world_.now().count());
  if (world_.lane(run.lane).elastic) resized_[run.job.index] = at;
  return End{at, run.job.index, run.start.count()};
}

void Ahead::wish(Command&& command) {
  if (const auto* resize = std::get_if<ResizeJob>(&command)) {
    const JobId id = resize->job;
    const Job& job = world_.job(id);
    const std::int64_t now = world_.now().count(), before = job.held;
    const auto at = resized_.find(id.index);
    if (at != resized_.end()) {
      const Millis left =
          resized(world_.lane(job.lane), Millis(std::max(at->second - now, std::int64_t{1})),
                  job.gpus, before, resize->gpus.count());
      at->second = now + left.count();
      ends_.push({at->second, id.index, job.start.count()});
    }
  }
  std::optional<JobId> starts;
  if (const auto* s = std::get_if<StartJob>(&command)) {
    starts = s->job;
    if (options_.started) options_.started(s->job, world_.now());
    started_ = started_ || s->job == watched_;
  } else if (const auto* r = std::get_if<RefuseJob>(&command)) {
    gone_ = gone_ || r->job == watched_;
  } else if (const auto* p = std::get_if<PreemptJob>(&command)) {
    const JobId id = p->job;
    apply(world_.now(), CommandIssued{std::move(command)});
    const Job& job = world_.job(id);
    ends_.push({job.end.count(), id.index, job.start.count()});
    return;
  }
  apply(world_.now(), CommandIssued{std::move(command)});
  if (!starts) return;
  const Job& job = world_.job(*starts);
  const Run& run = world_.pool(job.pool).running[job.runs_at];
  if (const std::optional<End> end = end_of(run, Millis(0))) ends_.push(*end);
}

bool Ahead::still(const End& end) const {
  const Job& job = world_.job(JobId{end.job});
  if (job.state != JobState::running || job.start.count() != end.start) return false;
  const auto it = resized_.find(end.job);
  return it == resized_.end() || job.stopping || it->second == end.at;
}

void Ahead::ends(const End& end) {
  const JobId id{end.job};
  const Job& job = world_.job(id);
  resized_.erase(end.job);
  if (!job.stopping || end.at < job.end.count() || job.end.count() == kNever) {
    apply(Millis(end.at), JobEnded{id});
    return;
  }
  // It stops, and does again what it had not saved: sched/reclaim.h.
  const LaneOpened& lane = world_.lane(job.lane);
  std::int64_t saved = 0;
  if (lane.checkpoint.count() > 0)
    saved = (end.at - end.start) / lane.checkpoint.count() * lane.checkpoint.count();
  const Millis left = job.estimate >= kUntilCancelled
                          ? job.estimate
                          : std::max(job.estimate - Millis(saved) + lane.restart, Millis(1));
  apply(Millis(end.at), JobStopped{id, left});
}

// The date of a plan has come.
void Ahead::date(std::int64_t at, bool begins, std::size_t index) {
  const CapacityPlanned& plan = world_.plans()[index].info;
  const PlanId id = plan.plan;
  const std::int64_t gpus = begins ? plan.gpus.count() : -plan.gpus.count();
  if (!begins && !world_.plans()[index].begun) return;
  if (gpus > 0) {
    apply(Millis(at), CapacityAdded{plan.pool, Gpus(gpus), id});
  } else {
    const Pool& pool = world_.pool(plan.pool);
    if (!pool.machines && pool.free < -gpus) return;  // the timeline keeps it empty: nobody is sent
    if (!begins) return;  // what was added for a time leaves as its own plan says
    apply(Millis(at), CapacityRetired{plan.pool, Gpus(-gpus), id});
  }
}

// When something happens of itself; kNever: nothing does.
std::int64_t Ahead::next() const {
  std::int64_t t = ends_.empty() ? kNever : ends_.top().at;
  if (!dates_.empty()) t = std::min(t, dates_.top().at);
  if (coming_) t = std::min(t, coming_->at.count());
  return t;
}

bool Ahead::run(Millis to, const std::function<bool()>& done) {
  cut_short_ = false;
  if (!wake_) {
    begin_ = world_.now().count();
    wake_ = decide(world_, policy_, *this);
  }
  while (!done || !done()) {
    spent_ += 1 + static_cast<std::int64_t>(world_.lanes()) / 8;
    if (++passes_ > options_.passes || spent_ > options_.events) {
      cut_short_ = true;
      return false;
    }
    while (!ends_.empty() && !still(ends_.top())) ends_.pop();
    const std::int64_t first = std::min(next(), wake_->count());
    if (first > to.count()) {
      if (world_.now() < to) apply(to, TimeReached{});
      return true;
    }
    if (first == kNever) return false;
    std::int64_t step = options_.step.count();
    if (options_.grain > 0) step = std::max(step, (first - begin_) / options_.grain);
    const std::int64_t until =
        std::min({first + step, std::max(wake_->count(), first), to.count()});
    bool something = false;
    for (std::int64_t t = next(); t <= until; t = next()) {
      something = true;
      if (spent_ > options_.events) {  // a burst at one instant, too
        cut_short_ = true;
        return false;
      }
      if (!ends_.empty() && ends_.top().at == t) {
        const End end = ends_.top();
        ends_.pop();
        if (still(end)) ends(end);
      } else if (!dates_.empty() && dates_.top().at == t) {
        const Date d = dates_.top();
        dates_.pop();
        if (d.what < 2)
          date(t, d.what == 0, d.plan);
        else
          apply(Millis(t), TimeReached{});
      } else {
        apply(coming_->at, JobSubmitted{JobId{static_cast<std::uint32_t>(world_.jobs())},
                                        coming_->lane, coming_->gpus, coming_->estimate});
        coming_ = options_.next();
      }
    }
    if (!something || until > world_.now().count()) apply(Millis(until), TimeReached{});
    wake_ = decide(world_, policy_, *this);
  }
  return true;
}

std::optional<Millis> Ahead::until_starts(JobId job) {
  watched_ = job;
  run(Millis(kNever), [this] { return started_ || gone_; });
  if (gone_ || !started_) return std::nullopt;
  return world_.job(job).start;
}

}  // namespace dure
