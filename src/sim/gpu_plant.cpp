#include "sim/gpu_plant.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace dure {

GpuPlant::GpuPlant(const std::vector<BatchJob>& jobs, const GpuCluster& cluster,
                   const GpuTelling& telling)
    : jobs_(jobs), cluster_(cluster), telling_(telling) {
  courses_.resize(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) courses_[i].left = jobs[i].run.count();
  using Lanes = GpuTelling::Lanes;
  if (telling.lanes == Lanes::one) {
    lanes_.emplace_back(0, 0);
    return;
  }
  for (const BatchJob& j : jobs) {
    users_.push_back(j.user);
    lanes_.emplace_back(j.user, telling.lanes == Lanes::one_a_user_and_size ? j.procs : 0);
  }
  const auto once = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  once(users_);
  once(lanes_);
}

void GpuPlant::found_cluster(std::vector<Event>& facts) {
  const Millis t = jobs_.empty() ? Millis(0) : jobs_.front().submit;
  now_ = t.count();
  facts.push_back({t, MemberJoined{MemberId{0}, "log"}});
  facts.push_back({t, FairShareSet{telling_.half_life}});
  for (std::uint32_t i = 0; i < users_.size(); ++i)
    facts.push_back(
        {t, AccountOpened{AccountId{i + 1}, AccountId{0}, "user " + std::to_string(users_[i])}});
  facts.push_back({t, SiteOpened{SiteId{0}, "cluster"}});
  PoolOpened pool;
  pool.name = "cluster";
  pool.gpus_per_node = cluster_.gpus_per_node;
  pool.nodes_per_rack = cluster_.nodes_per_rack;
  pool.nodes_per_domain = 1;
  facts.push_back({t, std::move(pool)});
  facts.push_back({t, CapacityAdded{PoolId{0}, Gpus(cluster_.gpus)}});
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    LaneOpened lane;
    lane.lane = LaneId{i};
    lane.gpus = Gpus(lanes_[i].second);
    lane.pools = {PoolId{0}};
    if (!users_.empty()) {
      const auto user = std::lower_bound(users_.begin(), users_.end(), lanes_[i].first);
      lane.account = AccountId{static_cast<std::uint32_t>(user - users_.begin()) + 1};
    }
    lane.preemptible = telling_.preemptible;
    lane.min_run = telling_.min_run;
    lane.checkpoint = telling_.checkpoint;
    lane.restart = telling_.restart;
    facts.push_back({t, std::move(lane)});
  }
}

LaneId GpuPlant::lane_of(const BatchJob& job) const {
  if (telling_.lanes == GpuTelling::Lanes::one) return LaneId{0};
  const bool sizes = telling_.lanes == GpuTelling::Lanes::one_a_user_and_size;
  const std::pair key(job.user, sizes ? job.procs : 0);
  const auto it = std::lower_bound(lanes_.begin(), lanes_.end(), key);
  return LaneId{static_cast<std::uint32_t>(it - lanes_.begin())};
}

void GpuPlant::ask(const Command& wish) {
  if (const auto* start = std::get_if<StartJob>(&wish)) {
    Course& c = courses_[start->job.index];
    c.start = now_;
    c.end = now_ + c.restart + c.left;
    c.turn = turn_++;
    ends_.push_back({c.end, c.turn, start->job.index});
    std::push_heap(ends_.begin(), ends_.end(), std::greater<>());
  } else if (const auto* preempt = std::get_if<PreemptJob>(&wish)) {
    const Course& c = courses_[preempt->job.index];
    stops_.push_back({preempt->until.count(), c.turn, preempt->job.index});
    std::push_heap(stops_.begin(), stops_.end(), std::greater<>());
  }
}

Millis GpuPlant::asks(std::uint32_t job) const {
  if (telling_.knows == GpuTelling::Knows::nothing) return kUntilCancelled;
  const Millis left(courses_[job].left + courses_[job].restart);
  if (telling_.knows == GpuTelling::Knows::run_times) return left;
  return left + (jobs_[job].estimate - jobs_[job].run);
}

void GpuPlant::stop(std::uint32_t job, std::vector<Event>& facts) {
  Course& c = courses_[job];
  const std::int64_t ran = now_ - c.start;
  const std::int64_t worked = std::max<std::int64_t>(0, ran - c.restart);
  const std::int64_t every = telling_.checkpoint.count();
  const std::int64_t saved = every > 0 ? worked / every * every : 0;
  c.useful += saved * jobs_[job].procs;
  c.lost += (ran - saved) * jobs_[job].procs;
  c.left -= saved;
  c.restart = telling_.restart.count();
  c.end = -1;
  ++c.stops;
  facts.push_back({Millis(now_), JobStopped{JobId{job}, asks(job)}});
}

void GpuPlant::next(Millis wake, std::vector<Event>& facts) {
  if (!founded_) {
    founded_ = true;
    return found_cluster(facts);
  }
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  // Ends that will not be: the job was stopped, or started again, since they were noted.
  const auto stale = [&](const Due& d) {
    return courses_[d.job].end != d.at || courses_[d.job].turn != d.turn;
  };
  const auto pop = [](std::vector<Due>& heap) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const Due d = heap.back();
    heap.pop_back();
    return d;
  };
  while (!ends_.empty() && stale(ends_.front())) pop(ends_);
  const std::int64_t submit = next_ < jobs_.size() ? jobs_[next_].submit.count() : never;
  const std::int64_t end = ends_.empty() ? never : ends_.front().at;
  const std::int64_t stop_at = stops_.empty() ? never : stops_.front().at;
  if (submit == never && end == never && stop_at == never) return;  // over
  const std::int64_t t = std::min({submit, end, stop_at, wake.count()});
  CHECK(t >= now_);  // invariant 1
  now_ = t;
  const Millis now(t);
  while (!ends_.empty() && ends_.front().at == t) {
    const Due d = pop(ends_);
    if (stale(d)) continue;
    Course& c = courses_[d.job];
    c.useful += c.left * jobs_[d.job].procs;
    c.lost += c.restart * jobs_[d.job].procs;
    c.left = 0;
    c.end = -1;
    facts.push_back({now, JobEnded{JobId{d.job}}});
  }
  while (!stops_.empty() && stops_.front().at == t) {
    const Due d = pop(stops_);
    if (courses_[d.job].end >= 0 && courses_[d.job].turn == d.turn) stop(d.job, facts);
  }
  for (; next_ < jobs_.size() && jobs_[next_].submit == now; ++next_) {
    const BatchJob& job = jobs_[next_];
    const auto id = static_cast<std::uint32_t>(next_);
    JobSubmitted e{JobId{id}, lane_of(job), Gpus(job.procs), asks(id)};
    e.deadline = job.deadline;
    facts.push_back({now, std::move(e)});
  }
  if (facts.empty()) facts.push_back({now, TimeReached{}});
}

}  // namespace dure
