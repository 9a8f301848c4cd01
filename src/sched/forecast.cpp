#include "sched/forecast.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kRecent = 512;
constexpr double kGain = 0.01;  // of a level, a forecast that came true (Gibbs and Candes: gamma)

std::uint32_t magnitude(Millis t) {  // in steps of four, of seconds
  const auto s = static_cast<std::uint64_t>(std::max<std::int64_t>(t.count() / 1000, 1));
  return static_cast<std::uint32_t>(std::bit_width(s) / 2);
}

// Replaces the oldest by the newest in a ring and its sorted image.
template <class T>
void keep(std::vector<T>& ring, std::vector<T>& sorted, std::size_t& next, std::size_t most,
          T value) {
  if (ring.size() < most) {
    ring.push_back(value);
  } else {
    sorted.erase(std::lower_bound(sorted.begin(), sorted.end(), ring[next]));
    ring[next] = value;
    next = (next + 1) % most;
  }
  sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
}

std::int64_t quantile_of(const std::vector<std::int64_t>& sorted, double level) {
  const auto n = static_cast<double>(sorted.size());
  const double at = std::ceil(level * n) - 1;
  return sorted[static_cast<std::size_t>(std::clamp(at, 0.0, n - 1))];
}

}  // namespace

void RunLaw::Seen::add(std::int64_t part) { keep(ring, sorted, next, kKept, part); }

void RunLaw::learn(WorkloadId work, Millis estimate, std::int64_t part) {
  of_work_[work.index].add(part);
  by_size_[{work.index, magnitude(estimate)}].add(part);
}

std::int64_t RunLaw::draw(WorkloadId work, Millis estimate, std::int64_t gone, double u) const {
  const Seen* seen = nullptr;
  const auto exact = by_size_.find({work.index, magnitude(estimate)});
  if (exact != by_size_.end() && exact->second.sorted.size() >= kEnough) {
    seen = &exact->second;
  } else if (const auto all = of_work_.find(work.index); all != of_work_.end()) {
    seen = &all->second;
  }
  double above = 0, prior = kEnough;
  std::vector<std::int64_t>::const_iterator from;
  if (seen != nullptr) {
    from = std::upper_bound(seen->sorted.begin(), seen->sorted.end(), gone);
    above = static_cast<double>(seen->sorted.end() - from);
    prior = std::max(0.0, prior - static_cast<double>(seen->sorted.size()));
  }
  const std::int64_t rest = std::max<std::int64_t>(kMillion - gone, 0);  // 0: past its estimate
  const double left = static_cast<double>(rest) / static_cast<double>(kMillion);
  if (above == 0 && prior == 0) prior = 1;
  const double at = u * (above + prior * left);
  if (at < above) return from[static_cast<std::ptrdiff_t>(at)];
  const double within = left <= 0 ? 1 : (at - above) / (prior * left);
  return gone + static_cast<std::int64_t>(std::ceil(within * static_cast<double>(rest)));
}

void Scores::add(double score) { keep(ring_, sorted_, next_, kKept, score); }

double Scores::quantile(double level) const {
  if (sorted_.empty()) return 1;
  const auto n = static_cast<double>(sorted_.size());
  const double at = std::clamp(std::ceil(level * (n + 1)) - 1, 0.0, n - 1);  // as conformal does
  return sorted_[static_cast<std::size_t>(at)];
}

void Forecaster::submitted(Millis at, const Coming& job) {
  Coming c = job;
  c.at = last_arrival_ ? at - *last_arrival_ : Millis(0);
  last_arrival_ = at;
  if (!first_arrival_) first_arrival_ = at;
  ++arrivals_;
  if (recent_.size() < kRecent) {
    recent_.push_back(c);
  } else {
    recent_[next_recent_] = c;
    next_recent_ = (next_recent_ + 1) % kRecent;
  }
}

// The jobs of one large array came at one instant: that they come again and again with nothing in
// between is not to be expected. Then they come as often as all jobs did so far, one by one.
Millis Forecaster::pause_after_burst(Millis now) const {
  constexpr std::int64_t kBurst = 16;  // so many times as dense as all that was seen
  Millis span;
  for (const Coming& c : recent_) span = span + c.at;
  const auto k = static_cast<std::int64_t>(recent_.size());
  const auto usual = static_cast<std::int64_t>(
      static_cast<__int128>(std::max((now - *first_arrival_).count(), kMsPerHour)) * k / arrivals_);
  if (span.count() >= std::min(usual / kBurst, kMsPerHour)) return Millis(0);
  return Millis(std::max(usual, kMsPerHour) - span.count());
}

void Forecaster::ran(const World& world, const Job& job, Millis span, Millis time) {
  const std::int64_t whole = std::max<std::int64_t>(span.count(), 1);
  const std::int64_t part = std::clamp<std::int64_t>(time.count(), 1, whole);
  law_.learn(world.lane(job.lane).workload, job.estimate,
             static_cast<std::int64_t>(static_cast<__int128>(part) * kMillion / whole));
}

void Forecaster::hear(const World& world, const Event& e) {
  const auto over = [&](JobId id) {
    const Job& job = world.job(id);
    if (job.estimate < kUntilCancelled) ran(world, job, job.end - job.start, e.at - job.start);
  };
  if (const auto* s = std::get_if<JobSubmitted>(&e.what)) {
    if (s->estimate < kUntilCancelled) submitted(e.at, {e.at, s->lane, s->gpus, s->estimate});
  } else if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
    over(ended->job);
  } else if (const auto* failed = std::get_if<JobFailed>(&e.what)) {  // it ran for so long
    over(failed->job);
  } else if (const auto* cancelled = std::get_if<JobCancelled>(&e.what)) {
    given_.erase(cancelled->job);
  } else if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
    if (const auto* start = std::get_if<StartJob>(&issued->wish)) came_true(start->job, e.at);
    if (const auto* refuse = std::get_if<RefuseJob>(&issued->wish)) given_.erase(refuse->job);
  }
}

void Forecaster::recall(const World& world, std::size_t jobs,
                        const std::function<bool(JobId)>& ours) {
  struct End {
    Millis at;
    std::uint32_t job = 0;
  };
  std::vector<End> ends;
  for (std::size_t i = world.jobs() - std::min(jobs, world.jobs()); i < world.jobs(); ++i) {
    const JobId id{static_cast<std::uint32_t>(i)};
    const Job& job = world.job(id);
    if (job.estimate >= kUntilCancelled || (ours && !ours(id))) continue;
    submitted(job.submit, {job.submit, job.lane, Gpus(job.gpus), job.estimate});
    if (job.state == JobState::ended && job.stops == 0 && !world.lane(job.lane).elastic)
      ends.push_back({job.end, id.index});
  }
  std::stable_sort(ends.begin(), ends.end(),
                   [](const End& a, const End& b) { return a.at < b.at; });
  for (const End& end : ends) {
    const Job& job = world.job(JobId{end.job});
    ran(world, job, job.estimate, job.end - job.start);
  }
}

// A sample that was stopped on its way: as its lane went so far, so it will go on.
std::int64_t Forecaster::drawn_out(const World& from, const World& to, JobId id) {
  const auto place = [&](const World& w) {
    const Job& job = w.job(id);
    return static_cast<std::int64_t>(w.queue(job.lane).find(id, w.rank(job)));
  };
  const std::int64_t time = (to.now() - from.now()).count(), before = place(from);
  const std::int64_t gone = std::max<std::int64_t>(before - place(to), 1);
  return static_cast<std::int64_t>(static_cast<__int128>(time) * (before + 1) / gone);
}

std::size_t Forecaster::size_of(std::int64_t wait_ms) {
  return std::min<std::size_t>(magnitude(Millis(wait_ms)), kSizes - 1);
}

std::int64_t Forecaster::corrected(std::int64_t wait_ms, std::size_t size, bool late) const {
  const auto& scores = late ? scores90_ : scores50_;
  const std::size_t i = scores[size].size() >= kEnough ? size : kSizes;
  const double level = late ? levels_[i].p90 : levels_[i].p50;
  return std::llround(static_cast<double>(wait_ms) * scores[i].quantile(level));
}

Forecast Forecaster::forecast(const World& world, const Policy& policy, JobId id) const {
  LookAhead ask;
  ask.jobs = {id};
  ask.key = std::uint64_t{id.index} << 16;
  return forecast(world, policy, ask).jobs[0];
}

Foreseen Forecaster::forecast(const World& world, const Policy& policy,
                              const LookAhead& ask) const {
  Foreseen out;
  const std::int64_t most = ask.events > 0 ? ask.events : options_.events;
  std::vector<std::vector<std::int64_t>> waits(ask.jobs.size());               // [job]
  std::vector<std::vector<std::vector<std::int64_t>>> seen(ask.marks.size());  // [mark][figure]
  std::map<JobId, std::size_t> place;
  for (std::size_t i = 0; i < ask.jobs.size(); ++i) place.emplace(ask.jobs[i], i);
  std::int64_t spent = 0;
  for (std::size_t sample = 0; sample < options_.samples; ++sample) {
    // As many samples as the work allows, judged by those before.
    const auto done = static_cast<std::int64_t>(std::max<std::size_t>(sample, 1));
    if (sample >= options_.least_samples && spent + spent / done > most) break;
    World copy = world;
    const std::uint64_t key = ask.key + sample;
    std::vector<std::int64_t> starts(ask.jobs.size(), Timeline::kForever);
    std::size_t to_start = ask.jobs.size();
    AheadOptions ahead;
    ahead.step = options_.step;
    ahead.grain = options_.grain;
    ahead.events = most / static_cast<std::int64_t>(options_.least_samples);
    ahead.part = [&](const Job& job, JobId other, std::int64_t gone) {
      Stream draw(options_.seed ^ key, "forecast/run", other.index);
      return law_.draw(copy.lane(job.lane).workload, job.estimate, gone, draw.uniform());
    };
    ahead.started = [&](JobId job, Millis at) {
      const auto it = place.find(job);
      if (it == place.end() || starts[it->second] != Timeline::kForever) return;
      starts[it->second] = at.count();
      --to_start;
    };
    std::size_t at = 0;
    Millis when = world.now(), pause;
    if (options_.arrivals && recent_.size() >= 16) {
      Stream phase(options_.seed, "forecast/arrivals", key);
      at = static_cast<std::size_t>(phase.below(recent_.size()));
      pause = pause_after_burst(world.now());
      if (pause > Millis(0)) {  // some time in it, for it is nearly all of the time
        at = next_recent_;
        when =
            when -
            Millis(static_cast<std::int64_t>(phase.uniform() * static_cast<double>(pause.count())));
      }
      ahead.next = [&]() -> std::optional<Coming> {
        Coming c = recent_[at];
        if (at == next_recent_) c.at = c.at + pause;
        at = (at + 1) % recent_.size();
        c.at = when = when + c.at;
        return c;
      };
    }
    Ahead time(copy, policy, ahead);
    for (std::size_t mark = 0; mark < ask.marks.size(); ++mark) {
      if (!time.run(ask.marks[mark]) && time.cut_short()) break;
      const std::vector<std::int64_t> figures = ask.seen(copy);
      seen[mark].resize(figures.size());
      for (std::size_t i = 0; i < figures.size(); ++i) seen[mark][i].push_back(figures[i]);
    }
    const auto none_left = [&] {  // refused ones never start
      if (to_start == 0) return true;
      if (ask.jobs.size() > 1) return false;
      const JobState state = copy.job(ask.jobs[0]).state;
      return state == JobState::refused || state == JobState::cancelled;
    };
    if (!time.cut_short()) time.run(ask.until, none_left);
    spent += time.spent();
    out.cut_short = out.cut_short || time.cut_short();
    for (std::size_t i = 0; i < ask.jobs.size(); ++i) {
      std::int64_t wait = Timeline::kForever;
      if (starts[i] != Timeline::kForever)
        wait = starts[i] - world.now().count();
      else if (time.cut_short() && copy.job(ask.jobs[i]).state == JobState::waiting &&
               world.job(ask.jobs[i]).state == JobState::waiting)
        wait = drawn_out(world, copy, ask.jobs[i]);
      waits[i].push_back(wait);
    }
    ++out.samples;
  }
  for (std::vector<std::int64_t>& w : waits) {
    out.jobs.push_back(corrected(world, w));
    out.jobs.back().cut_short = out.cut_short;
  }
  for (auto& mark : seen) {
    if (mark.empty() || mark[0].empty()) break;
    std::vector<Figure>& row = out.marks.emplace_back();
    for (std::vector<std::int64_t>& figure : mark) {
      std::sort(figure.begin(), figure.end());
      row.push_back({quantile_of(figure, 0.1), quantile_of(figure, 0.5), quantile_of(figure, 0.9)});
    }
  }
  return out;
}

// From the waits of the samples.
Forecast Forecaster::corrected(const World& world, std::vector<std::int64_t>& waits) const {
  Forecast out;
  out.samples = waits.size();
  std::sort(waits.begin(), waits.end());
  const std::int64_t raw50 = quantile_of(waits, 0.5), raw90 = quantile_of(waits, 0.9);
  if (raw50 == Timeline::kForever) return out;
  const auto later = [&](std::int64_t wait) { return world.now() + Millis(wait); };
  out.raw_p50 = later(raw50);
  if (raw90 != Timeline::kForever) out.raw_p90 = later(raw90);
  if (!options_.correct) {
    out.p50 = out.raw_p50;
    out.p90 = out.raw_p90;
    return out;
  }
  const std::int64_t p50 = corrected(raw50, size_of(raw50), false);
  out.p50 = later(p50);
  if (out.raw_p90) out.p90 = later(std::max(p50, corrected(raw90, size_of(raw90), true)));
  return out;
}

void Forecaster::given(const World& world, JobId job, const Forecast& f) {
  given(world, job, f, world.now());
}

void Forecaster::given(const World& world, JobId id, const Forecast& f, Millis at) {
  overdue(world.now());
  if (!f.p90) return;
  const auto said = [&](Millis raw, Millis p) {
    const std::int64_t wait = (p - at).count();
    return Said{std::max<std::int64_t>((raw - at).count(), 1), wait, wait, false};
  };
  const Job& job = world.job(id);
  const bool ran = job.state == JobState::running || job.state == JobState::ended;
  if (!ran && job.state != JobState::waiting && job.state != JobState::held) return;
  given_[id] = {at.count(), {said(*f.raw_p50, *f.p50), said(*f.raw_p90, *f.p90)}};
  if (ran) came_true(id, job.start);
}

// It waited so long; over: it has started.
void Forecaster::learn(Said& said, std::size_t which, std::int64_t wait, bool over) {
  auto& scores = which == 1 ? scores90_ : scores50_;
  const double target = which == 1 ? 0.1 : 0.5;
  const double score = static_cast<double>(wait) / static_cast<double>(said.raw);
  const bool late = wait > said.given;
  double step = 0;
  if (late && !said.late) step = kGain * (1 - target);
  if (over && !late) step = -kGain * target;
  said.late = late;
  for (const std::size_t i : {size_of(said.raw), kSizes}) {
    scores[i].add(score);
    double& level = which == 1 ? levels_[i].p90 : levels_[i].p50;
    level = std::clamp(level + step, which == 1 ? 0.5 : 0.05, which == 1 ? 0.999 : 0.95);
  }
}

void Forecaster::came_true(JobId job, Millis at) {
  const auto it = given_.find(job);
  if (it == given_.end()) return;
  Given g = it->second;
  given_.erase(it);
  for (std::size_t which = 0; which < 2; ++which)
    learn(g.said[which], which, at.count() - g.at, true);
}

// Whoever waits longer than was said is known to be late before it starts: that is learnt at once,
// and again whenever its wait has doubled. In a jam nothing comes true for a long time.
void Forecaster::overdue(Millis now) {
  for (auto& [job, g] : given_)
    for (std::size_t which = 0; which < 2; ++which) {
      Said& said = g.said[which];
      const std::int64_t wait = now.count() - g.at;
      if (wait <= said.known) continue;
      learn(said, which, wait, false);
      said.known = 2 * wait;
    }
}

}  // namespace dure
