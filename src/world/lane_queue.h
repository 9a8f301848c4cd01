// The waiting jobs of one lane in order of submission, as parallel arrays: policies scan them
// whole. Invariant: 1. Job ids rise (they are given in order of submission).
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

  void push(JobId job, Gpus need, Millis estimate) {
    CHECK(jobs_.size() == head_ || jobs_.back() < job.index);  // invariant 1
    jobs_.push_back(job.index);
    needs_.push_back(static_cast<std::int32_t>(need.count()));
    estimates_.push_back(estimate.count());
    promised_.push_back(kNoPromise);
  }
  std::size_t find(JobId job) const {
    if (!empty() && jobs_[head_] == job.index) return 0;
    const auto from = jobs_.begin() + static_cast<std::ptrdiff_t>(head_);
    const auto it = std::lower_bound(from, jobs_.end(), job.index);
    CHECK(it != jobs_.end() && *it == job.index);
    return static_cast<std::size_t>(it - from);
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
  void cut(std::size_t from, std::size_t to) {
    const auto f = static_cast<std::ptrdiff_t>(from), t = static_cast<std::ptrdiff_t>(to);
    jobs_.erase(jobs_.begin() + f, jobs_.begin() + t);
    needs_.erase(needs_.begin() + f, needs_.begin() + t);
    estimates_.erase(estimates_.begin() + f, estimates_.begin() + t);
    promised_.erase(promised_.begin() + f, promised_.begin() + t);
  }
  std::vector<std::uint32_t> jobs_;
  std::vector<std::int32_t> needs_;
  std::vector<std::int64_t> estimates_, promised_;
  std::size_t head_ = 0;
};

}  // namespace dure
