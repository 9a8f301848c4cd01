// Preemptive shortest remaining time first for gangs on one counted machine, written down from its
// definition: at every instant walk all jobs that are there by what they have left (of equal ones
// those that run first, then by number) and take each that still fits; whoever runs and was not
// taken stops, whoever waits and was taken starts. A stopped job loses what it did since its last
// checkpoint and pays the restart. One time unit after the other; no World, no heap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "world/batch_job.h"

namespace dure {

class SlowSrtf {
 public:
  struct Ran {
    std::int64_t start = -1, end = -1, stops = 0, lost = 0;  // first start; GPU x ms
  };
  SlowSrtf(const std::vector<BatchJob>& jobs, std::int64_t procs, std::int64_t checkpoint,
           std::int64_t restart)
      : jobs_(jobs), procs_(procs), checkpoint_(checkpoint), restart_(restart) {}

  std::vector<Ran> run() {
    out_.assign(jobs_.size(), {});
    state_.assign(jobs_.size(), {});
    for (std::size_t j = 0; j < jobs_.size(); ++j) state_[j].work = jobs_[j].run.count();
    std::size_t left = jobs_.size();
    for (std::int64_t t = 0; left > 0; ++t) {
      for (std::size_t j = 0; j < jobs_.size(); ++j) {
        State& s = state_[j];
        if (s.runs && remaining(j) == 0) {
          s.runs = false;
          s.there = false;
          out_[j].end = t;
          --left;
        }
        if (jobs_[j].submit.count() == t) s.there = true;
      }
      while (settle(t)) {
      }
      for (State& s : state_) {
        if (!s.runs) continue;
        if (s.pays > 0) {
          --s.pays;
          ++s.paid;
        } else {
          --s.work;
          ++s.since_checkpoint;
          if (checkpoint_ > 0 && s.since_checkpoint == checkpoint_) s.since_checkpoint = 0;
        }
      }
    }
    return out_;
  }

 private:
  struct State {
    bool there = false, runs = false;
    std::int64_t work = 0, pays = 0, paid = 0, since_checkpoint = 0;
  };
  std::int64_t remaining(std::size_t j) const { return state_[j].work + state_[j].pays; }

  bool settle(std::int64_t t) {  // true: something changed
    std::vector<std::size_t> there;
    for (std::size_t j = 0; j < jobs_.size(); ++j)
      if (state_[j].there) there.push_back(j);
    std::sort(there.begin(), there.end(), [&](std::size_t a, std::size_t b) {
      return std::tuple(remaining(a), !state_[a].runs, a) <
             std::tuple(remaining(b), !state_[b].runs, b);
    });
    std::int64_t free = procs_;
    std::vector<bool> taken(jobs_.size());
    for (const std::size_t j : there)
      if (jobs_[j].procs <= free) {
        taken[j] = true;
        free -= jobs_[j].procs;
      }
    bool changed = false;
    for (const std::size_t j : there) {
      State& s = state_[j];
      if (s.runs && !taken[j]) {
        out_[j].lost += (s.since_checkpoint + s.paid) * jobs_[j].procs;
        ++out_[j].stops;
        s.work += s.since_checkpoint;
        s.since_checkpoint = s.paid = 0;
        s.pays = restart_;
        s.runs = false;
        changed = true;
      }
    }
    if (changed) return true;
    for (const std::size_t j : there)
      if (taken[j] && !state_[j].runs) {
        state_[j].runs = true;
        state_[j].since_checkpoint = state_[j].paid = 0;
        if (out_[j].start < 0) out_[j].start = t;
      }
    return false;
  }

  const std::vector<BatchJob>& jobs_;
  std::int64_t procs_, checkpoint_, restart_;
  std::vector<State> state_;
  std::vector<Ran> out_;
};

}  // namespace dure
