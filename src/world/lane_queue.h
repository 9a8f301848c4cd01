// The waiting jobs of one lane in their order, as parallel arrays: policies scan them whole.
// Invariant: 1. (rank, job id) rises. Ids are given in order of submission; ranks are all 0 in a
//               lane that keeps to that, and are then not kept.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "base/quantity.h"

namespace dure {

class LaneQueue {
 public:
  static constexpr std::int64_t kNoPromise = -1;

  std::size_t size() const { return jobs_.size() - head_; }
  bool empty() const { return size() == 0; }
  JobId job(std::size_t i) const { return JobId{jobs_[head_ + i]}; }
  std::int64_t need(std::size_t i) const { return needs_[head_ + i]; }
  Millis estimate(std::size_t i) const { return Millis(estimates_[head_ + i]); }
  std::int64_t promised_ms(std::size_t i) const { return promised_[head_ + i]; }
  std::span<const std::int32_t> needs() const { return {needs_.data() + head_, size()}; }

  void push(JobId job, Gpus need, Millis estimate, std::int64_t rank = 0) {
    if (rank != 0 && ranks_.empty()) ranks_.resize(jobs_.size());
    const std::size_t at =
        head_ +
        (empty() || before(jobs_.size() - 1, rank, job.index) ? size() : place(job.index, rank));
    CHECK(at == jobs_.size() || jobs_[at] != job.index);  // invariant 1
    const auto where = static_cast<std::ptrdiff_t>(at);
    jobs_.insert(jobs_.begin() + where, job.index);
    needs_.insert(needs_.begin() + where, static_cast<std::int32_t>(need.count()));
    estimates_.insert(estimates_.begin() + where, estimate.count());
    promised_.insert(promised_.begin() + where, kNoPromise);
    if (rank != 0 || !ranks_.empty()) ranks_.insert(ranks_.begin() + where, rank);
  }
  std::size_t find(JobId job, std::int64_t rank = 0) const {
    if (!empty() && jobs_[head_] == job.index) return 0;
    const std::size_t at = place(job.index, rank);
    CHECK(at < size() && jobs_[head_ + at] == job.index);
    return at;
  }
  void promise(std::size_t i, Millis at) { promised_[head_ + i] = at.count(); }
  void erase(std::size_t i) {
    if (i == 0) {
      ++head_;
      if (head_ < 1024 || head_ * 2 < jobs_.size()) return;
      cut(0, head_);
      head_ = 0;
      return;
    }
    cut(head_ + i, head_ + i + 1);
  }

 private:
  friend struct WorldArchive;
  bool before(std::size_t i, std::int64_t rank, std::uint32_t job) const {
    const std::int64_t own = ranks_.empty() ? 0 : ranks_[i];
    return own != rank ? own < rank : jobs_[i] < job;
  }
  std::size_t place(std::uint32_t job, std::int64_t rank) const {  // of the first not before it
    std::size_t lo = head_, hi = jobs_.size();
    while (lo < hi) {
      const std::size_t mid = lo + (hi - lo) / 2;
      if (before(mid, rank, job))
        lo = mid + 1;
      else
        hi = mid;
    }
    return lo - head_;
  }
  void cut(std::size_t from, std::size_t to) {
    const auto f = static_cast<std::ptrdiff_t>(from), t = static_cast<std::ptrdiff_t>(to);
    jobs_.erase(jobs_.begin() + f, jobs_.begin() + t);
    needs_.erase(needs_.begin() + f, needs_.begin() + t);
    estimates_.erase(estimates_.begin() + f, estimates_.begin() + t);
    promised_.erase(promised_.begin() + f, promised_.begin() + t);
    if (!ranks_.empty()) ranks_.erase(ranks_.begin() + f, ranks_.begin() + t);
  }
  std::vector<std::uint32_t> jobs_;
  std::vector<std::int32_t> needs_;
  std::vector<std::int64_t> estimates_, promised_, ranks_;
  std::size_t head_ = 0;
};

}  // namespace dure
