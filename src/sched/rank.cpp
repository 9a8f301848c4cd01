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

// It may have waited so long, and no longer, before it goes first.
std::int64_t patience_ms(const Policy& policy, std::int64_t ran) {
  return policy.ladder.stretch * (ran + policy.patience.count());
}

bool hopeful(const World& world, const Job& job) {
  if (job.deadline.count() == 0 || world.now() >= job.deadline) return false;
  if (job.estimate >= kUntilCancelled) return true;  // nobody knows
  const Millis end = runs(job) ? job.end : world.now() + job.estimate;
  return end <= job.deadline;
}

}  // namespace

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
  const bool ladder = policy.order == Order::shortest || policy.order == Order::attained;
  if (ladder && policy.ladder.stretch > 0) {
    const std::int64_t ran = ran_ms(world, job);
    if ((world.now() - job.submit).count() - ran > patience_ms(policy, ran))
      r.aged = job.submit.count();
  }
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
  if (policy.order != Order::shortest && policy.order != Order::attained) return Millis(at);
  if (policy.ladder.stretch > 0) {
    const std::int64_t ran = ran_ms(world, job);
    const std::int64_t waited = now - job.submit.count() - ran;
    const std::int64_t spare = patience_ms(policy, ran) - waited;
    if (!runs(job) && spare >= 0) at = now + spare + 1;
    if (runs(job) && spare < 0) at = now + (-spare + policy.ladder.stretch) / policy.ladder.stretch;
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
