// Why does this job wait, pool by pool, and what is the least that would start it? Asked of a copy
// of the world by the same decide() that serves, so that explanation and decision cannot differ.
//
// A change is what an owner or an operator could do. Changes of a job are tried as its owner would
// make them: it is cancelled and submitted anew, so it is the youngest of its like. Kinds, the
// least first; within a kind, the least change of its own measure:
//   1. approval      somebody's yes that the law waits for
//   2. preemptible   it may be stopped (it had no such flag, or a time that it is left alone)
//   3. estimate      it asks for less time: the longest time that starts now
//   4. pool          it accepts one more pool that is lawful and lent to it: the first by number
//   5. gpus          it asks for fewer GPUs, for longer (shape.h): the most that start now
//   6. quota         its accounts may hold so many GPUs more: the fewest
//   7. wait          nothing is changed: when it starts if everybody uses all that it asked for
//                    and nobody new comes
//
// Invariants: 1. Each suggestion was carried out on a copy of the world, and the job started.
//             2. Nothing smaller of the same kind works: exact while `sure` (below) is true.
//             3. The world that is asked about is not changed.
// Units: GPUs of a pool (its units, where its device is another), milliseconds.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sched/decide.h"

namespace dure {

struct Change {
  enum Kind : std::uint8_t { approval, preemptible, estimate, pool, gpus, quota, wait };
  Kind kind = wait;
  Gpus units{};      // gpus: asked for then; quota: more
  Millis time{};     // estimate: asked for then; wait: when it starts
  PoolId where{};    // pool, approval: that is accepted then; else where it starts
  bool sure = true;  // invariant 2 was looked into as far as can be
};
const char* to_string(Change::Kind kind);

struct PoolView {
  PoolId pool;
  Reason why_not = Reason::none;  // none: there is room now
  std::string detail;             // of the law or the contract
  std::int64_t needed = 0, free = 0, installed = 0;
  std::int64_t most_at_once = 0;  // the largest gang of its kind that would sit together now
  std::int64_t lent = 0, lend_limit = 0;
  std::int64_t entitled = 0, held = 0;  // of its member
  std::optional<Millis> kept_until;     // reservation, plan or promise that is in the way
  std::optional<JobId> kept_for;        // the job before it that this pool is kept for
  std::optional<Millis> earliest;       // by what is known now; none: never
};

struct Explanation {
  JobId job;
  JobState state = JobState::waiting;
  Reason reason = Reason::none;  // none: it starts in the next pass, has started or is over
  std::optional<PoolId> starts_in;
  std::int64_t jobs_before = 0, gpus_before = 0;     // that wait and come first
  std::int64_t heads_before = 0, jobs_in_lane = 0;   // lanes that come first; its own lane's
  std::int64_t account_held = 0, account_limit = 0;  // of the account that is short, or its own
  std::optional<AccountId> account;
  std::vector<PoolView> pools;  // of its device, all of the alliance: those of its lane first
  std::vector<Change> changes;  // the least first; empty: nothing of these kinds helps
};

// What a pool that the lane does not name is to it.
struct Outside {
  Reason reason = Reason::no_legal_site;  // or wrong_hardware: lawful and lent, but not asked for
  std::string detail;
  bool approval = false;  // the law would say yes if somebody approved
};

struct ExplainOptions {
  // The law and the contracts; empty: none of the pools that the lane does not name.
  std::function<Outside(const LaneOpened& lane, PoolId pool)> outside;
  std::size_t tries = 8;      // passes over copies for one kind of change
  std::size_t waits = 64;     // passes to look for a wait
  std::int64_t events = 300;  // and work, see ahead.h
};

Explanation explain(const World& world, const Policy& policy, JobId job,
                    const ExplainOptions& options = {});

// A copy of the world with the change made, and the job's number in it.
struct Changed {
  World world;
  JobId job;
};
Changed changed(const World& world, JobId job, const Change& change);

// Does the job start in the next pass of the world? Where.
std::optional<PoolId> starts_now(World&& world, const Policy& policy, JobId job);

}  // namespace dure
