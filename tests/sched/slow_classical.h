// FCFS, EASY and conservative backfilling, written down from the conventions of
// shared/data/reference/README.md (docs/models/classical.md) and nothing else: no World, no
// Timeline, one instant after the other, every question answered by adding up. Slow and obvious on
// purpose.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/replay.h"
#include "world/batch_job.h"

namespace dure {

class SlowScheduler {
 public:
  SlowScheduler(const std::vector<BatchJob>& jobs, std::int64_t procs, ReplayPolicy policy)
      : jobs_(jobs), procs_(procs), policy_(policy), state_(jobs.size()) {}

  std::vector<std::int64_t> starts() {
    std::size_t next = 0, left = jobs_.size();
    for (now_ = jobs_.empty() ? 0 : jobs_[0].submit.count(); left > 0; ++now_) {
      // A job whose reserved start has come counts as started (6).
      for (std::size_t j = 0; j < next; ++j)
        if (state_[j].waiting && state_[j].place == now_) start(j);
      // Submissions first, in order, each with a full pass (3).
      for (; next < jobs_.size() && jobs_[next].submit.count() == now_; ++next) {
        state_[next].waiting = true;
        if (policy_ == ReplayPolicy::conservative)
          put(next);
        else
          pass();
      }
      // Then terminations, in the order in which the jobs started, each with a full pass (3).
      std::vector<std::size_t> ending;
      for (const std::size_t j : running_)
        if (state_[j].start + jobs_[j].run.count() == now_) ending.push_back(j);
      for (const std::size_t j : ending) {
        running_.erase(std::find(running_.begin(), running_.end(), j));
        --left;
        if (policy_ == ReplayPolicy::conservative) {
          for (std::size_t k = 0; k < next; ++k)  // in order of submission
            if (state_[k].waiting) put(k);
        } else {
          pass();
        }
      }
    }
    std::vector<std::int64_t> out;
    for (const State& s : state_) out.push_back(s.start);
    return out;
  }

 private:
  struct State {
    bool waiting = false;
    std::int64_t place = -1;  // conservative: where its reserved start is
    std::int64_t start = -1;
  };
  std::int64_t need(std::size_t j) const { return jobs_[j].procs; }
  std::int64_t limit(std::size_t j) const { return state_[j].start + jobs_[j].estimate.count(); }

  void start(std::size_t j) {
    state_[j].waiting = false;
    state_[j].place = -1;
    state_[j].start = now_;
    running_.push_back(j);
  }
  // A running job whose estimate expires this second counts as free (4).
  std::int64_t free_at(std::int64_t t) const {
    std::int64_t n = procs_;
    for (const std::size_t j : running_)
      if (limit(j) > t) n -= need(j);
    return n;
  }

  void pass() {  // fcfs and easy (5)
    std::vector<std::size_t> queue;
    for (std::size_t j = 0; j < jobs_.size(); ++j)
      if (state_[j].waiting) queue.push_back(j);
    std::size_t head = 0;
    while (head < queue.size() && need(queue[head]) <= free_at(now_)) start(queue[head++]);
    if (policy_ == ReplayPolicy::fcfs || head == queue.size()) return;
    std::int64_t shadow = now_;
    while (free_at(shadow) < need(queue[head])) ++shadow;
    std::int64_t extra = free_at(shadow) - need(queue[head]);
    for (std::size_t i = head + 1; i < queue.size(); ++i) {
      const std::size_t j = queue[i];
      if (need(j) > free_at(now_)) continue;
      const bool over_before = now_ + jobs_[j].estimate.count() <= shadow;
      if (!over_before && need(j) > extra) continue;
      if (!over_before) extra -= need(j);
      start(j);
    }
  }

  // Conservative (6): j takes the earliest hole for its whole estimate, all other places standing.
  void put(std::size_t j) {
    std::vector<std::int64_t> used;  // from now on
    const auto book = [&](std::size_t k, std::int64_t from, std::int64_t to) {
      if (used.size() < static_cast<std::size_t>(std::max<std::int64_t>(to - now_, 0)))
        used.resize(static_cast<std::size_t>(to - now_));
      for (std::int64_t t = std::max(from, now_); t < to; ++t)
        used[static_cast<std::size_t>(t - now_)] += need(k);
    };
    for (const std::size_t k : running_) book(k, state_[k].start, limit(k));
    for (std::size_t k = 0; k < jobs_.size(); ++k)
      if (k != j && state_[k].waiting && state_[k].place >= 0)
        book(k, state_[k].place, state_[k].place + jobs_[k].estimate.count());
    std::int64_t hole = 0;  // how long there was room up to t
    std::int64_t t = 0;
    for (; hole < jobs_[j].estimate.count(); ++t)
      hole = static_cast<std::size_t>(t) < used.size() &&
                     procs_ - used[static_cast<std::size_t>(t)] < need(j)
                 ? 0
                 : hole + 1;
    state_[j].place = now_ + t - jobs_[j].estimate.count();
    if (state_[j].place == now_) start(j);
  }

  const std::vector<BatchJob>& jobs_;
  const std::int64_t procs_;
  const ReplayPolicy policy_;
  std::vector<State> state_;
  std::vector<std::size_t> running_;  // in the order in which they started
  std::int64_t now_ = 0;
};

}  // namespace dure
