#include "sim/sim_plant.h"

#include <algorithm>
#include <tuple>

#include "world/shape.h"
#include "world/timeline.h"

namespace dure {
namespace {

constexpr std::int64_t kNever = EndQueue::kNever;

}  // namespace

SimPlant::SimPlant(const Founding& founding, const Arrivals& arrivals, const Services& services,
                   const SimSpan& span, std::vector<Outage> outages, std::vector<Event> link_facts,
                   std::vector<Event> energy_facts)
    : founding_(founding),
      arrivals_(arrivals),
      services_(services),
      span_(span),
      now_(span.start.count()),
      next_scaling_(span.start.count() / Services::kStepMs * Services::kStepMs + Services::kStepMs),
      ends_(span.start, span.to),
      next_hour_(span.start.count() / kMsPerHour),
      replicas_(services.size()),
      outages_(std::move(outages)),
      link_facts_(std::move(link_facts)),
      energy_facts_(std::move(energy_facts)) {
  CHECK(span.start.count() % kMsPerHour == 0 && span.start < span.to);
  CHECK(span.decide_every.count() > 0);
  make_agenda();
  if (std::any_of(energy_facts_.begin(), energy_facts_.end(),
                  [](const Event& e) { return std::holds_alternative<PoolCapped>(e.what); })) {
    caps_.resize(founding_.pools.size());
    runs_in_.resize(founding_.pools.size());
  }
  for (std::size_t i = 0; i < outages_.size(); ++i) {
    const Outage& o = outages_[i];
    CHECK(o.at < o.back && o.known < o.back && o.at >= span.start);
    CHECK(o.announced() || o.at > span.start);  // nothing runs yet that could hang
    if (!o.announced()) steps_.push_back({o.at.count(), Step::fails, i});
    steps_.push_back({std::max(o.at, o.known).count(), Step::lost, i});
    steps_.push_back({o.back.count(), Step::back, i});
  }
  std::stable_sort(steps_.begin(), steps_.end(), [](const OutageStep& a, const OutageStep& b) {
    return std::tie(a.at, a.step) < std::tie(b.at, b.step);
  });
}

// Everything that comes by date, with the numbers of plans and reservations in the order in which
// they are told.
void SimPlant::make_agenda() {
  const Millis start = span_.start, to = span_.to;
  struct Item {
    Millis at;
    What what;
    std::size_t plan = 0;  // one more than the index of what it announces or fulfils; 0: none
  };
  std::vector<Item> items;
  std::size_t plans = 0;
  const auto reserved_until = [&](PoolId pool) {
    Millis until = start;
    for (const ReservationTime& r : founding_.reservations)
      if (r.pool == pool && r.from < to) until = std::max(until, r.to);
    return until;
  };
  const Millis forever(Timeline::kForever);
  for (const CapacityStep& s : founding_.steps) {
    // A reservation asks the timeline, when the alliance is founded, for all that is to come.
    const Millis known = reserved_until(s.pool);
    if (s.at <= start || s.powered_gpus == 0 || s.at >= std::max(to, known)) continue;
    const Millis told = s.at < known ? start : std::max(start, s.at - span_.notice);
    const std::size_t plan = ++plans;
    items.push_back({told, CapacityPlanned{{}, s.pool, Gpus(s.powered_gpus), s.at, forever}, plan});
    if (s.powered_gpus > 0)
      items.push_back({s.at, CapacityAdded{s.pool, Gpus(s.powered_gpus), PlanId{}}, plan});
    else
      items.push_back({s.at, CapacityRetired{s.pool, Gpus(-s.powered_gpus), PlanId{}}, plan});
  }
  for (const MaintenanceTime& m : founding_.maintenance) {
    if (m.to <= start || m.from >= to) continue;
    const Millis from = std::max(start, m.from);
    const std::size_t plan = ++plans;
    const Millis told =
        m.from < reserved_until(m.pool) ? start : std::max(start, m.from - span_.notice);
    items.push_back({told, CapacityPlanned{{}, m.pool, Gpus(-m.gpus), from, m.to}, plan});
    items.push_back({from, CapacityRetired{m.pool, Gpus(m.gpus), PlanId{}}, plan});
    items.push_back({m.to, CapacityAdded{m.pool, Gpus(m.gpus), PlanId{}}, plan});
  }
  for (const Event& e : link_facts_)
    if (e.at > start) items.push_back({e.at, e.what});
  if (!link_facts_.empty())
    for (const SitesLinked& way : founding_.links) ways_.emplace(std::pair(way.a, way.b), way);
  for (const GuaranteeStep& g : founding_.guarantees)
    if (g.at > start) items.push_back({g.at, GuaranteeMade{g.pool, g.member, Gpus(g.gpus)}});
  for (const Event& e : energy_facts_) items.push_back({e.at, e.what});
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.at < b.at; });
  std::vector<PlanId> ids(plans + 1);
  std::uint32_t next = 0;
  for (Item& i : items) {
    if (i.at >= to) break;
    if (auto* planned = std::get_if<CapacityPlanned>(&i.what))
      ids[i.plan] = planned->plan = {next++};
    if (auto* added = std::get_if<CapacityAdded>(&i.what)) added->plan = ids[i.plan];
    if (auto* retired = std::get_if<CapacityRetired>(&i.what)) retired->plan = ids[i.plan];
    dated_.push_back({i.at, std::move(i.what)});
  }
  // After the plans of the first instant.
  auto at =
      std::find_if(dated_.begin(), dated_.end(), [&](const Event& e) { return e.at > start; });
  std::uint32_t reservation = 0;
  for (const ReservationTime& r : founding_.reservations)
    if (r.to > start && r.from < to)
      at = dated_.insert(at, {start,
                              ReservationMade{
                                  {reservation++}, r.member, r.pool, Gpus(r.gpus), r.from, r.to}}) +
           1;
  // ---- the law: what is granted later; Founding::events tells what was granted before
  std::vector<Event> law;
  for (const Event& e : founding_.law_steps)
    if (e.at > start && e.at < to) law.push_back(e);
  dated_.insert(dated_.begin(), law.begin(), law.end());
  std::stable_sort(dated_.begin(), dated_.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
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
  lane_of_.push_back(a.lane);
  courses_.push_back({0, 0, a.run.count(), a.estimate.count()});
  JobSubmitted submitted{job, a.lane, Gpus(a.gpus), a.estimate};
  if (const Millis within = founding_.lanes[a.lane.index].deadline; within.count() > 0)
    submitted.deadline = a.at + within;
  facts.push_back({a.at, std::move(submitted)});
}

void SimPlant::found_alliance(std::vector<Event>& facts) {
  facts = founding_.events(span_.start);
  for (; next_dated_ < dated_.size() && dated_[next_dated_].at <= span_.start; ++next_dated_) {
    facts.push_back(dated_[next_dated_]);
    if (const auto* cap = std::get_if<PoolCapped>(&dated_[next_dated_].what)) take(*cap, now_);
  }
  // What is out from the first moment.
  for (; next_step_ < steps_.size() && steps_[next_step_].at <= now_; ++next_step_)
    lose(outages_[steps_[next_step_].outage], now_, facts);
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
    lane_of_.push_back(services_.lane(service));
    courses_.emplace_back();
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
      stopping_.erase(r.running.back());
      leave(r.running.back());
      facts.push_back({Millis(at), JobEnded{JobId{r.running.back()}}});
      r.running.pop_back();
    }
  }
  CHECK(r.count() == wanted);  // invariant 2
}

void SimPlant::start(const StartJob& wish) {
  const std::uint32_t job = wish.job.index;
  const LaneOpened& lane = this->lane(job);
  std::int64_t run = courses_[job].left, limit = courses_[job].estimate;
  // The size of the gang that asks for none in particular is its lane's.
  const std::int64_t asked = lane.gpus.count();
  std::int64_t held = wish.gpus.count() == 0 ? asked : wish.gpus.count();
  const PoolOpened& first = founding_.pools[wish.pool.index].opened;
  std::uint32_t slow = slow_permille(lane, first, wish.place);
  if (held != asked || !wish.also.empty() || !lane.speed_permille.empty() || slow != 1000) {
    bool several_sites = false;
    std::int64_t all = held;
    for (const Part& part : wish.also) {
      const PoolOpened& other = founding_.pools[part.pool.index].opened;
      if (other.device != first.device) continue;
      several_sites = several_sites || other.site != first.site;
      all += part.gpus.count();
      slow = std::max(slow, slow_permille(lane, other, part.place));
    }
    const auto here = [&](std::int64_t time) {
      return run_time(lane, Millis(time), asked, all, speed_in(lane, wish.pool), several_sites,
                      slow)
          .count();
    };
    run = here(run);
    limit = here(limit);
  }
  if (lane.elastic) sizes_[job] = {asked, held};
  Pace pace;
  if (!caps_.empty()) {
    pace = pace_of(caps_[wish.pool.index], lane.workload);
    for (const Part& part : wish.also)
      pace = Pace::worse(pace, pace_of(caps_[part.pool.index], lane.workload), Millis(now_));
  }
  Course& course = courses_[job];
  course.start = now_;
  course.end = slowed(Millis(now_), Millis(now_ + run), pace).count();
  course.limit = slowed(Millis(now_), Millis(now_ + limit), pace).count();
  ends_.push(Millis(course.end), wish.job);
}

Pace SimPlant::pace_of_run(std::uint32_t job, std::int64_t now) const {
  Pace out;
  for (const PoolId pool : sits_in_.at(job))
    out = Pace::worse(out, pace_of(caps_[pool.index], lane(job).workload), Millis(now));
  return out;
}

// As the world reckons: who was asked to stop, or hangs, is gone before it matters.
void SimPlant::take(const PoolCapped& cap, std::int64_t at) {
  std::vector<std::pair<std::uint32_t, Pace>> before;
  for (const std::uint32_t job : runs_in_[cap.pool.index])
    if (runs_[job] >= 0 && courses_[job].end > at && !stopping_.contains(job))
      before.emplace_back(job, pace_of_run(job, at));
  caps_[cap.pool.index] = cap;
  const Millis now(at);
  for (const auto& [job, was] : before) {
    Course& course = courses_[job];
    const Pace is = pace_of_run(job, at);
    course.limit = slowed(now, full_speed(now, Millis(course.limit), was), is).count();
    const std::int64_t end = slowed(now, full_speed(now, Millis(course.end), was), is).count();
    if (end == course.end) continue;
    course.end = end;
    ends_.push(Millis(end), JobId{job});
  }
}

// ---- outages
// ---------------------------------------------------------------------------------------------

// Takes its seats; on a node that failed, and nobody knows, it hangs.
void SimPlant::sit(std::uint32_t job, PoolId pool, const Placement& place) {
  const PoolOpened& opened = founding_.pools[pool.index].opened;
  bool dead = false;
  for (const Slice& s : place) {
    std::uint32_t rack = s.rack;
    std::uint64_t nodes = s.nodes;
    if (opened.device == Device::shared_gpu || opened.device == Device::cpu) {
      nodes = std::uint64_t{1} << (rack % opened.nodes_per_rack);  // shared_nodes.h: its one node
      rack /= opened.nodes_per_rack;
    }
    occupants_.add(job, pool, rack, nodes);
    dead = dead || dead_.any(pool, rack, nodes);
  }
  if (dead) hang(job, now_);
}

void SimPlant::settle(std::uint32_t job, const StartJob& wish) {
  if (!link_facts_.empty() && !wish.also.empty()) {
    std::vector<SiteId>& sites = split_[job];
    sites.push_back(founding_.pools[wish.pool.index].opened.site);
    for (const Part& part : wish.also)
      sites.push_back(founding_.pools[part.pool.index].opened.site);
  }
  if (!caps_.empty()) {
    std::vector<PoolId>& pools = sits_in_[job];
    pools.push_back(wish.pool);
    for (const Part& part : wish.also) pools.push_back(part.pool);
    for (const PoolId pool : pools) runs_in_[pool.index].insert(job);
  }
  if (outages_.empty()) return;
  sit(job, wish.pool, wish.place);
  for (const Part& part : wish.also) sit(job, part.pool, part.place);
}

void SimPlant::leave(std::uint32_t job) {
  split_.erase(job);
  if (const auto it = sits_in_.find(job); it != sits_in_.end()) {
    for (const PoolId pool : it->second) runs_in_[pool.index].erase(job);
    sits_in_.erase(it);
  }
  if (outages_.empty()) return;
  occupants_.remove(job);
  hung_.erase(job);
}

void SimPlant::hang(std::uint32_t job, std::int64_t at) {
  if (!hung_.emplace(job, at).second || runs_[job] < 0) return;
  // At its limit at the latest somebody notices that it does not end.
  const auto [it, fresh] = stopping_.emplace(job, courses_[job].limit);
  if (!fresh) it->second = std::min(it->second, courses_[job].limit);
}

// Gangs that are split over sites which no way joins any more as they need stop.
void SimPlant::part_gangs(std::int64_t at, std::vector<Event>& facts) {
  std::vector<std::uint32_t> parted;
  for (const auto& [job, sites] : split_) {
    const LaneOpened& needs = lane(job);
    const auto joined = [&](SiteId a, SiteId b) {
      const auto [from, to] = ways_.equal_range(std::minmax(a, b));
      return a == b || std::any_of(from, to, [&](const auto& way) {
               return way.second.mbit_per_s >= needs.sites_mbit_per_s &&
                      (needs.sites_rtt_us == 0 || way.second.rtt_us <= needs.sites_rtt_us);
             });
    };
    for (std::size_t i = 1; i < sites.size(); ++i)
      if (!joined(sites[0], sites[i])) {
        parted.push_back(job);
        break;
      }
  }
  for (const std::uint32_t job : parted) {
    stopping_.erase(job);
    stop(job, at, facts, Stop::failed);
  }
}

void SimPlant::fail(const Outage& o) {
  dead_.add(o.pool, o.rack, o.nodes);
  for (const std::uint32_t job : occupants_.on(o.pool, o.rack, o.nodes)) hang(job, o.at.count());
}

// What runs there stops, and then nobody is there any more.
void SimPlant::lose(const Outage& o, std::int64_t at, std::vector<Event>& facts) {
  for (const std::uint32_t job : occupants_.on(o.pool, o.rack, o.nodes)) {
    stopping_.erase(job);
    stop(job, at, facts, o.announced() ? Stop::warned : Stop::failed);
  }
  if (!o.announced()) dead_.remove(o.pool, o.rack, o.nodes);
  if (const std::uint64_t nodes = drained_.add(o.pool, o.rack, o.nodes); nodes != 0)
    facts.push_back({Millis(at), NodesDrained{o.pool, o.rack, nodes}});
}

void SimPlant::repair(const Outage& o, std::int64_t at, std::vector<Event>& facts) {
  if (const std::uint64_t nodes = drained_.remove(o.pool, o.rack, o.nodes); nodes != 0)
    facts.push_back({Millis(at), NodesResumed{o.pool, o.rack, nodes}});
}

void SimPlant::resize(const ResizeJob& wish) {
  const std::uint32_t job = wish.job.index;
  Course& course = courses_[job];
  auto& [asked, held] = sizes_.at(job);
  if (runs_[job] >= 0) {
    const Millis left = resized(lane(job), Millis(std::max<std::int64_t>(course.end - now_, 1)),
                                asked, held, wish.gpus.count());
    course.limit = std::max(course.limit, now_ + left.count());
    course.end = now_ + left.count();
    ends_.push(Millis(course.end), wish.job);
  }
  held = wish.gpus.count();
  if (outages_.empty()) return;
  const PoolId pool = occupants_.pool_of(job);
  occupants_.remove(job);
  sit(job, pool, wish.place);
}

// The grace of a job is over: it goes back to its queue with what is left of it.
void SimPlant::stop(std::uint32_t job, std::int64_t at, std::vector<Event>& facts, Stop how) {
  Course& course = courses_[job];
  const LanePlan& plan = founding_.lanes[lane_of_[job].index];
  // Who is preempted saves as the scheduler reckons; a failure finds what was saved for its sake.
  const bool fails = how != Stop::preempted;
  const Millis saves = fails ? plan.saves : plan.opened.checkpoint,
               restart = fails ? plan.restart : plan.opened.restart;
  const auto hung = hung_.find(job);
  const std::int64_t worked_until = hung == hung_.end() ? at : std::min(at, hung->second);
  const bool hangs = hung != hung_.end();
  leave(job);
  if (runs_[job] < 0) {
    Replicas& r = replicas_[static_cast<std::size_t>(-1 - runs_[job])];
    std::erase(r.running, job);
    r.waiting.insert(std::lower_bound(r.waiting.begin() + static_cast<std::ptrdiff_t>(r.head),
                                      r.waiting.end(), job),
                     job);
    facts.push_back({Millis(at), JobStopped{JobId{job}, kUntilCancelled}});
    return;
  }
  std::int64_t saved = 0;  // of the time that it ran
  if (saves.count() > 0)
    saved = how == Stop::warned && !hangs
                ? std::max<std::int64_t>(at - course.start - 1,
                                         0)  // short of all, or it would have ended
                : (worked_until - course.start) / saves.count() * saves.count();
  // In the time that was to do: it may run at another speed here than it was estimated for.
  const std::int64_t span = std::max<std::int64_t>(course.end - course.start, 1);
  const auto done = static_cast<std::int64_t>(static_cast<__int128>(course.left) * saved / span);
  course.left += restart.count() - done;
  course.estimate += restart.count() - done;
  course.end = 0;  // the end that was to come will not
  sizes_.erase(job);
  facts.push_back({Millis(at), JobStopped{JobId{job}, Millis(course.estimate)}});
}

void SimPlant::ask(const Command& wish) {
  if (const auto* start_it = std::get_if<StartJob>(&wish)) {
    const std::uint32_t job = start_it->job.index;
    const std::int64_t run = runs_[job];
    if (run >= 0) {
      start(*start_it);
    } else {
      Replicas& r = replicas_[static_cast<std::size_t>(-1 - run)];
      no_longer_waits(r, job);
      r.running.push_back(job);
      courses_[job].end = kNever;
    }
    settle(job, *start_it);
  } else if (const auto* preempt = std::get_if<PreemptJob>(&wish)) {
    std::int64_t& stops = stopping_.try_emplace(preempt->job.index, kNever).first->second;
    // Of one that hangs, or sits where power goes, what comes first.
    stops = outages_.empty() ? preempt->until.count() : std::min(stops, preempt->until.count());
  } else if (const auto* other_size = std::get_if<ResizeJob>(&wish)) {
    resize(*other_size);
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
  const std::int64_t racks = next_dated_ < dated_.size() ? dated_[next_dated_].at.count() : kNever;
  const std::int64_t scaling = replicas_.empty() ? kNever : next_scaling_;
  std::int64_t stop = kNever;
  for (const auto& [job, until] : stopping_) stop = std::min(stop, until);
  const std::int64_t outage = next_step_ < steps_.size() ? steps_[next_step_].at : kNever;
  return std::min({racks, ends_.next(), stop, outage, scaling, next_arrival()});
}

void SimPlant::tell(std::int64_t at,
                    std::vector<Event>& facts) {  // all of this instant: invariant 1
  bool links_changed = false;
  for (; next_dated_ < dated_.size() && dated_[next_dated_].at.count() == at; ++next_dated_) {
    facts.push_back(dated_[next_dated_]);
    if (const auto* parted = std::get_if<SitesParted>(&dated_[next_dated_].what)) {
      ways_.erase({parted->a, parted->b});
      links_changed = true;
    } else if (const auto* way = std::get_if<SitesLinked>(&dated_[next_dated_].what)) {
      ways_.emplace(std::pair(way->a, way->b), *way);
    } else if (const auto* cap = std::get_if<PoolCapped>(&dated_[next_dated_].what)) {
      take(*cap, at);
    }
  }
  if (links_changed) part_gangs(at, facts);
  while (ends_.next() == at) {
    const JobId job = ends_.pop();
    // It was stopped or resized since, or hangs.
    if (courses_[job.index].end != at || hung_.contains(job.index)) continue;
    stopping_.erase(job.index);
    leave(job.index);
    facts.push_back({Millis(at), JobEnded{job}});
  }
  for (auto it = stopping_.begin(); it != stopping_.end();) {
    if (it->second != at) {
      ++it;
      continue;
    }
    stop(it->first, at, facts, hung_.contains(it->first) ? Stop::failed : Stop::preempted);
    it = stopping_.erase(it);
  }
  for (; next_step_ < steps_.size() && steps_[next_step_].at == at; ++next_step_) {
    const Outage& outage = outages_[steps_[next_step_].outage];
    switch (steps_[next_step_].step) {
      case Step::fails: fail(outage); break;
      case Step::lost: lose(outage, at, facts); break;
      case Step::back: repair(outage, at, facts); break;
    }
  }
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
