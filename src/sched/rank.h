// Where a job stands among all jobs, running or waiting, for the pass that weighs every job
// (ranked.cpp). In this order:
//   1. the higher tier;
//   2. whoever waits longer than ladder.stretch times (what it ran so far + policy.patience), the
//      first submitted first. Whoever waited so may then run for its wait / ladder.stretch before
//      it is stopped: so it at least doubles what it ran, is put off a number of times that is
//      logarithmic in its length, and waits in all at most about 2 x stretch times its length
//      before nobody but others that are put off go before it (compare Tiresias' PROMOTEKNOB);
//   3. under Order::attained: work that can still meet its deadline, the nearest first (EDF; Liu
//      and Layland, JACM 20(1), 1973);
//   4. Order::shortest: the least time left, by its estimate (SRTF; Schrage, Op. Res. 16, 1968).
//      Order::attained: the lowest step of service in GPU-time (discretised two-dimensional least
//      attained service: Gu et al., "Tiresias", NSDI 2019). Step 0 ends at ladder.first, step n at
//      ladder.first x ladder.ratio^n. It needs no estimate.
//   5. Order::fair and Order::attained: the account with the least share (order.h);
//   6. whoever was submitted first.
// Only 1 to 4 may stop a running job; 5 and 6 order those that wait.
//
// Invariants: 1. before() is one order of all jobs.
//             2. A rank of a running job changes with time only where next_change() says.
#pragma once

#include "sched/decide.h"

namespace dure {

struct Rank {
  Tier tier = Tier::standard;
  std::int64_t aged = kNotAged;   // when it was submitted, if it waited too long
  std::int64_t deadline = kNone;  // if it can still be met
  std::int64_t standing = 0;      // ms left, or step
  std::int64_t share = 0;         // of its account, in millionths
  JobId job;
  static constexpr std::int64_t kNotAged = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
};

bool before(const Rank& a, const Rank& b);
bool may_stop(const Rank& waits, const Rank& runs);  // by 1 to 4 of the order

// share: the caller's business, as it costs more.
Rank rank_of(const World& world, const Policy& policy, JobId job);
// A running job is left alone until then: its min_run, and what it waited for (2 of the order).
Millis may_be_stopped_from(const World& world, const Policy& policy, const Job& job);
// When the rank of a job changes though nothing happens to it: it steps down, is put off too long,
// or misses its deadline. Timeline::kForever: never.
Millis next_change(const World& world, const Policy& policy, JobId job);

// GPU-time that the job was given so far.
GpuMillis attained(const World& world, const Job& job);
std::int64_t step_of(const Ladder& ladder, GpuMillis had);

}  // namespace dure
