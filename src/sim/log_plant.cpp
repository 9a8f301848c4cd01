#include "sim/log_plant.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace dure {

LogPlant::LogPlant(const std::vector<BatchJob>& jobs, std::int64_t procs, Lanes lanes)
    : jobs_(jobs), procs_(procs) {
  if (lanes == Lanes::one_a_size) {
    for (const BatchJob& j : jobs_) sizes_.push_back(j.procs);
    std::sort(sizes_.begin(), sizes_.end());
    sizes_.erase(std::unique(sizes_.begin(), sizes_.end()), sizes_.end());
  }
}

void LogPlant::found_machine(std::vector<Event>& facts) {
  const Millis t = jobs_.empty() ? Millis(0) : jobs_.front().submit;
  now_ = t.count();
  facts.push_back({t, MemberJoined{MemberId{0}, "log"}});
  facts.push_back({t, SiteOpened{SiteId{0}, "machine"}});
  PoolOpened pool;
  pool.name = "machine";
  facts.push_back({t, std::move(pool)});
  facts.push_back({t, CapacityAdded{PoolId{0}, Gpus(procs_)}});
  for (std::uint32_t i = 0; i < std::max<std::size_t>(sizes_.size(), 1); ++i) {
    LaneOpened lane;
    lane.lane = LaneId{i};
    lane.gpus = Gpus(sizes_.empty() ? 0 : sizes_[i]);
    lane.pools = {PoolId{0}};
    facts.push_back({t, std::move(lane)});
  }
}

LaneId LogPlant::lane_of(const BatchJob& job) const {
  if (sizes_.empty()) return LaneId{0};
  const auto it = std::lower_bound(sizes_.begin(), sizes_.end(), job.procs);
  return LaneId{static_cast<std::uint32_t>(it - sizes_.begin())};
}

void LogPlant::ask(const Command& wish) {
  const StartJob* start = std::get_if<StartJob>(&wish);
  if (start == nullptr) return;  // promises need nothing of a machine
  const BatchJob& job = jobs_[start->job.index];
  heap_.push_back({now_ + job.run.count(), turn_++, start->job.index, job.run == job.estimate});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

void LogPlant::next(Millis wake, std::vector<Event>& facts) {
  if (!founded_) {
    founded_ = true;
    return found_machine(facts);
  }
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  if (due_.empty()) {
    const std::int64_t submit = next_ < jobs_.size() ? jobs_[next_].submit.count() : never;
    const std::int64_t end = heap_.empty() ? never : heap_.front().end;
    if (submit == never && end == never) return;  // over (a promise alone would be our bug)
    const std::int64_t t = std::min({submit, end, wake.count()});
    now_ = t;
    while (!heap_.empty() && heap_.front().end == t) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      due_.push_back(heap_.back());
      heap_.pop_back();
      if (due_.back().at_limit) facts.push_back({Millis(t), LimitReached{JobId{due_.back().job}}});
    }
    std::reverse(due_.begin(), due_.end());
  }
  const Millis now(now_);
  if (wake == now) {
    facts.push_back({now, TimeReached{}});
    return;
  }
  if (next_ < jobs_.size() && jobs_[next_].submit == now) {
    const BatchJob& job = jobs_[next_];
    facts.push_back({now, JobSubmitted{JobId{static_cast<std::uint32_t>(next_)}, lane_of(job),
                                       Gpus(job.procs), job.estimate}});
    ++next_;
    return;
  }
  CHECK(!due_.empty());
  facts.push_back({now, JobEnded{JobId{due_.back().job}}});
  due_.pop_back();
}

}  // namespace dure
