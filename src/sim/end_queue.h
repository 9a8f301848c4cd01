// Jobs by the instant they end: a calendar of buckets (R. Brown, "Calendar queues", CACM 31, 1988).
// Putting one in costs a push_back; taking one out, its share of sorting a small bucket.
// Invariants: 1. Ends leave in order of time, of one instant by job id.
//             2. No end is put in before one that has left; ends at `until` or later are dropped.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/id.h"
#include "base/quantity.h"

namespace dure {

class EndQueue {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  EndQueue(Millis from, Millis until)
      : from_(from.count()),
        until_(until.count()),
        width_(std::max<std::int64_t>(60'000, (until_ - from_) / 65'536 + 1)),
        buckets_(static_cast<std::size_t>((until_ - from_) / width_ + 1)) {}

  void push(Millis at, JobId job) {
    const End end{at.count(), job.index};
    if (end.at >= until_) return;
    const auto bucket = static_cast<std::size_t>((end.at - from_) / width_);
    if (bucket >= next_) {
      buckets_[bucket].push_back(end);
      return;
    }
    // Its bucket was opened, or passed over as empty: into what is due, in order.
    due_.insert(std::upper_bound(due_.begin(), due_.end(), end, std::greater<>()), end);
  }
  // When the next one ends; kNever if none does before `until`.
  std::int64_t next() {
    while (due_.empty() && next_ < buckets_.size()) {
      due_ = std::move(buckets_[next_++]);
      std::sort(due_.begin(), due_.end(), std::greater<>());
    }
    return due_.empty() ? kNever : due_.back().at;
  }
  JobId pop() {  // after next() said when
    const JobId job{due_.back().job};
    due_.pop_back();
    return job;
  }

 private:
  struct End {
    std::int64_t at = 0;
    std::uint32_t job = 0;
    auto operator<=>(const End&) const = default;
  };
  std::int64_t from_, until_, width_;
  std::vector<std::vector<End>> buckets_;
  std::size_t next_ = 0;  // the first bucket that is not yet in due_
  std::vector<End> due_;  // last first
};

}  // namespace dure
