#include "sched/rank.h"

#include <algorithm>

namespace dure {
namespace {

constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;

// The end of a step, in GPU x ms.
std::int64_t end_of_step(const Ladder& ladder, std::int64_t step) {
  std::int64_t end = std::max<std::int64_t>(ladder.first.count(), 1);
  for (; step > 0 && end < kLongest; --step)
    end = end > kLongest / ladder.ratio ? kLongest : end * ladder.ratio;
  return end;
}

bool runs(const Job& job) { return job.state == JobState::running; }

// How long the job ran, as if it had always held what it asks for.
std::int64_t ran_ms(const World& world, const Job& job) {
  return attained(world, job).count() / job.gpus;
}

// It may wait so long before it goes first.
std::int64_t patience_ms(const World& world, const Policy& policy, const Job& job) {
  return policy.ladder.stretch * (ran_ms(world, job) + policy.patience.count());
}

bool ages(const Policy& policy) {
  return policy.ladder.stretch > 0 &&
         (policy.order == Order::shortest || policy.order == Order::attained);
}

bool hopeful(const World& world, const Job& job) {
  if (job.deadline.count() == 0 || world.now() >= job.deadline) return false;
  if (job.estimate >= kUntilCancelled) return true;  // nobody knows
  const Millis end = runs(job) ? job.end : world.now() + job.estimate;
  return end <= job.deadline;
}

}  // namespace

Millis may_be_stopped_from(const World& world, const Policy& policy, const Job& job) {
  Millis run = world.lane(job.lane).min_run;
  if (ages(policy))
    run = std::max(run, Millis((job.start - job.queued).count() / policy.ladder.stretch));
  return job.start + run;
}

GpuMillis attained(const World& world, const Job& job) {
  return runs(job) ? job.had + gpu_time(Gpus(job.held), world.now() - job.start) : job.had;
}

std::int64_t step_of(const Ladder& ladder, GpuMillis had) {
  std::int64_t step = 0;
  while (had.count() >= end_of_step(ladder, step)) ++step;
  return step;
}

bool may_stop(const Rank& a, const Rank& b) {
  if (a.tier != b.tier) return a.tier > b.tier;
  if (a.aged != b.aged) return a.aged == Rank::kNotAged ? false : b.aged == Rank::kNotAged;
  if (a.deadline != b.deadline) return a.deadline < b.deadline;
  return a.standing < b.standing;
}

bool before(const Rank& a, const Rank& b) {
  if (a.tier != b.tier) return a.tier > b.tier;
  if (a.aged != b.aged) return a.aged < b.aged;
  if (a.deadline != b.deadline) return a.deadline < b.deadline;
  if (a.standing != b.standing) return a.standing < b.standing;
  if (a.share != b.share) return a.share < b.share;
  return a.job < b.job;
}

Rank rank_of(const World& world, const Policy& policy, JobId id) {
  const Job& job = world.job(id);
  Rank r;
  r.job = id;
  if (policy.order == Order::arrival) return r;
  r.tier = world.lane(job.lane).tier;
  if (policy.order == Order::priority) {
    r.standing = -world.lane(job.lane).priority;
    return r;
  }
  if (ages(policy) && !runs(job) &&
      (world.now() - job.queued).count() > patience_ms(world, policy, job))
    r.aged = job.submit.count();
  if (policy.order == Order::attained) {
    if (hopeful(world, job)) r.deadline = job.deadline.count();
    r.standing = step_of(policy.ladder, attained(world, job));
  } else if (policy.order == Order::shortest) {
    r.standing = (runs(job) ? job.end - world.now() : job.estimate).count();
  }
  return r;
}

Millis next_change(const World& world, const Policy& policy, JobId id) {
  const Job& job = world.job(id);
  const std::int64_t now = world.now().count();
  std::int64_t at = Timeline::kForever;
  if (ages(policy) && !runs(job)) {
    const std::int64_t ages_at = job.queued.count() + patience_ms(world, policy, job) + 1;
    if (ages_at > now) at = ages_at;
  }
  if (policy.order != Order::attained) return Millis(at);
  if (job.deadline.count() > now) at = std::min(at, job.deadline.count());
  if (runs(job)) {
    const GpuMillis had = attained(world, job);
    const std::int64_t end = end_of_step(policy.ladder, step_of(policy.ladder, had));
    at = std::min(at, now + (end - had.count() + job.held - 1) / job.held);
  }
  return Millis(std::max(at, now + 1));
}

}  // namespace dure
