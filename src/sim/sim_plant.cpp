#include "sim/sim_plant.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::int64_t kNever = EndQueue::kNever;

}  // namespace

SimPlant::SimPlant(const Founding& founding, const Arrivals& arrivals, const Services& services,
                   const SimSpan& span)
    : founding_(founding),
      arrivals_(arrivals),
      services_(services),
      span_(span),
      now_(span.start.count()),
      next_scaling_(span.start.count() / Services::kStepMs * Services::kStepMs + Services::kStepMs),
      ends_(span.start, span.to),
      next_hour_(span.start.count() / kMsPerHour),
      replicas_(services.size()) {
  CHECK(span.start.count() % kMsPerHour == 0 && span.start < span.to);
  CHECK(span.decide_every.count() > 0);
}

std::size_t SimPlant::expected_jobs() const {
  double jobs = arrivals_.expected(span_.start, span_.to);
  for (std::size_t i = 0; i < services_.size(); ++i) {
    std::int64_t before = 0;
    for (std::int64_t t = span_.start.count(); t < span_.to.count(); t += Services::kStepMs) {
      const std::int64_t wanted = services_.wanted(i, Millis(t));
      jobs += static_cast<double>(std::max<std::int64_t>(0, wanted - before));
      before = wanted;
    }
  }
  return static_cast<std::size_t>(jobs * 1.02) + 100'000;  // and who runs already
}

void SimPlant::submit(const Arrival& a, std::vector<Event>& facts) {
  const JobId job{static_cast<std::uint32_t>(runs_.size())};
  runs_.push_back(a.run.count());
  facts.push_back({a.at, JobSubmitted{job, a.lane, Gpus(a.gpus), a.estimate}});
}

void SimPlant::found_alliance(std::vector<Event>& facts) {
  facts = founding_.events(span_.start);
  while (next_step_ < founding_.steps.size() && founding_.steps[next_step_].at <= span_.start)
    ++next_step_;
  for (std::size_t i = 0; i < services_.size(); ++i) scale(i, span_.start.count(), facts);
  for (Arrival a : arrivals_.still_running(span_.start)) {
    a.at = span_.start;
    submit(a, facts);
  }
}

void SimPlant::no_longer_waits(Replicas& r, std::uint32_t job) {
  const auto from = r.waiting.begin() + static_cast<std::ptrdiff_t>(r.head);
  const auto it = std::lower_bound(from, r.waiting.end(), job);
  CHECK(it != r.waiting.end() && *it == job);
  if (it != from) {
    r.waiting.erase(it);
  } else if (++r.head == r.waiting.size()) {
    r.waiting.clear();
    r.head = 0;
  }
}

void SimPlant::scale(std::size_t service, std::int64_t at, std::vector<Event>& facts) {
  Replicas& r = replicas_[service];
  const std::int64_t wanted = services_.wanted(service, Millis(at));
  for (std::int64_t n = r.count(); n < wanted; ++n) {
    const auto job = static_cast<std::uint32_t>(runs_.size());
    runs_.push_back(-1 - static_cast<std::int64_t>(service));
    r.waiting.push_back(job);
    facts.push_back({Millis(at), JobSubmitted{JobId{job}, services_.lane(service),
                                              Gpus(services_.gpus(service)), kUntilCancelled}});
  }
  for (std::int64_t n = r.count(); n > wanted; --n) {
    if (r.refused > 0) {
      --r.refused;
    } else if (r.waiting.size() > r.head) {
      facts.push_back({Millis(at), JobCancelled{JobId{r.waiting.back()}}});
      r.waiting.pop_back();
    } else {
      facts.push_back({Millis(at), JobEnded{JobId{r.running.back()}}});
      r.running.pop_back();
    }
  }
  CHECK(r.count() == wanted);  // invariant 2
}

void SimPlant::ask(const Command& wish) {
  if (const auto* start = std::get_if<StartJob>(&wish)) {
    const std::int64_t run = runs_[start->job.index];
    if (run >= 0) {
      ends_.push(Millis(now_ + run), start->job);
    } else {
      Replicas& r = replicas_[static_cast<std::size_t>(-1 - run)];
      no_longer_waits(r, start->job.index);
      r.running.push_back(start->job.index);
    }
  } else if (const auto* refused = std::get_if<RefuseJob>(&wish)) {
    const std::int64_t run = runs_[refused->job.index];
    if (run >= 0) return;
    Replicas& r = replicas_[static_cast<std::size_t>(-1 - run)];
    no_longer_waits(r, refused->job.index);
    ++r.refused;
  }  // a promise needs nothing of machines
}

std::int64_t SimPlant::next_arrival() {
  while (next_in_hour_ == hour_.size()) {
    if (next_hour_ * kMsPerHour >= span_.to.count()) return kNever;
    arrivals_.hour(next_hour_++, hour_);
    next_in_hour_ = 0;
  }
  return hour_[next_in_hour_].at.count();
}

std::int64_t SimPlant::next_fact() {
  const std::int64_t racks =
      next_step_ < founding_.steps.size() ? founding_.steps[next_step_].at.count() : kNever;
  const std::int64_t scaling = replicas_.empty() ? kNever : next_scaling_;
  return std::min({racks, ends_.next(), scaling, next_arrival()});
}

void SimPlant::tell(std::int64_t at,
                    std::vector<Event>& facts) {  // all of this instant: invariant 1
  for (; next_step_ < founding_.steps.size() && founding_.steps[next_step_].at.count() == at;
       ++next_step_) {
    const CapacityStep& s = founding_.steps[next_step_];
    if (s.powered_gpus > 0)
      facts.push_back({s.at, CapacityAdded{s.pool, Gpus(s.powered_gpus)}});
    else if (s.powered_gpus < 0)
      facts.push_back({s.at, CapacityRetired{s.pool, Gpus(-s.powered_gpus)}});
  }
  while (ends_.next() == at) facts.push_back({Millis(at), JobEnded{ends_.pop()}});
  if (next_scaling_ == at) {
    for (std::size_t i = 0; i < services_.size(); ++i) scale(i, at, facts);
    next_scaling_ += Services::kStepMs;
  }
  while (next_arrival() == at) submit(hour_[next_in_hour_++], facts);
}

void SimPlant::next(Millis wake, std::vector<Event>& facts) {
  if (!founded_) {
    founded_ = true;
    return found_alliance(facts);
  }
  const std::int64_t to = span_.to.count(), every = span_.decide_every.count();
  if (now_ >= to) return;  // over
  CHECK(wake.count() > now_);
  const std::int64_t first = std::min(next_fact(), wake.count());
  std::int64_t until = to;
  if (first < to) until = std::min({to, wake.count(), (first + every - 1) / every * every});
  for (std::int64_t at = next_fact(); at <= until && at < to; at = next_fact()) tell(at, facts);
  now_ = until;
  facts.push_back({Millis(until), TimeReached{}});  // invariant 3
}

}  // namespace dure
