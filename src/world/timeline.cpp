#include "world/timeline.h"

#include <algorithm>

namespace dure {

std::size_t Timeline::index_of(std::int64_t t) const {
  // upper_bound over the live steps; the first of them begins at or before any t that is asked for.
  const auto it = std::upper_bound(at_.begin() + static_cast<std::ptrdiff_t>(head_), at_.end(), t);
  const auto i = static_cast<std::size_t>(it - at_.begin());
  CHECK(i > head_);
  return i - 1;
}

std::size_t Timeline::split(std::int64_t t) {
  const std::size_t i = index_of(t);
  if (at_[i] == t) return i;
  const auto where = static_cast<std::ptrdiff_t>(i + 1);
  const std::int64_t same = free_[i];
  at_.insert(at_.begin() + where, t);
  free_.insert(free_.begin() + where, same);
  return i + 1;
}

void Timeline::change(Millis from, Millis to, std::int64_t delta) {
  if (from >= to || delta == 0) return;
  std::size_t first = split(from.count());
  std::size_t last = to.count() == kForever ? at_.size() : split(to.count());
  for (std::size_t i = first; i < last; ++i) free_[i] += delta;
  // Invariant 2: only the two edges can have become equal to their neighbours.
  const auto drop = [this](std::size_t i) {
    at_.erase(at_.begin() + static_cast<std::ptrdiff_t>(i));
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i));
  };
  if (last < at_.size() && free_[last] == free_[last - 1]) drop(last);
  if (first > head_ && free_[first] == free_[first - 1]) drop(first);
}

void Timeline::advance(Millis now) {
  while (head_ + 1 < at_.size() && at_[head_ + 1] <= now.count()) ++head_;
  // The step that now lies in begins now: a change from now on then splits nothing.
  at_[head_] = std::max(at_[head_], now.count());
  if (head_ >= 64 && head_ * 2 >= at_.size()) {
    at_.erase(at_.begin(), at_.begin() + static_cast<std::ptrdiff_t>(head_));
    free_.erase(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

Millis Timeline::first_with(Millis from, std::int64_t need, std::int64_t& free_there) const {
  for (std::size_t i = index_of(from.count()); i < at_.size(); ++i)
    if (free_[i] >= need) {
      free_there = free_[i];
      return Millis(std::max(at_[i], from.count()));
    }
  free_there = 0;
  return Millis(kForever);
}

Millis Timeline::earliest(Millis from, Millis duration, std::int64_t need) const {
  const std::size_t n = at_.size();
  std::size_t i = index_of(from.count());
  while (i < n) {
    while (i < n && free_[i] < need) ++i;
    if (i == n) break;
    const std::int64_t start = std::max(at_[i], from.count());
    // start + duration, without overflow: both are far from the limits or the answer is "for ever".
    std::int64_t end = 0;
    if (__builtin_add_overflow(start, duration.count(), &end)) end = kForever;
    std::size_t k = i + 1;
    while (k < n && at_[k] < end && free_[k] >= need) ++k;
    if (k == n || at_[k] >= end) return Millis(start);
    i = k + 1;
  }
  return Millis(kForever);
}

Millis Timeline::earlier_than(Millis own, Millis from, Millis duration, std::int64_t need,
                              Millis lo, Millis hi) const {
  // While own is given up, [own, own + duration) always has room for the job itself. So an earlier
  // start s is good if `need` is free on all of [s, min(s + duration, own)).
  lo = std::max(lo, from);
  hi = std::min(hi, own);
  if (lo >= hi) return own;
  // A hole that touches [lo, hi) may begin before lo: walk back while there is room.
  std::size_t i = index_of(lo.count());
  if (free_[i] >= need)
    while (i > head_ && at_[i] > from.count() && free_[i - 1] >= need) --i;
  const std::size_t n = at_.size();
  while (i < n && std::max(at_[i], from.count()) < hi.count()) {
    if (free_[i] < need) {
      ++i;
      continue;
    }
    const std::int64_t start = std::max(at_[i], from.count());
    std::int64_t end = 0;
    if (__builtin_add_overflow(start, duration.count(), &end)) end = kForever;
    end = std::min(end, own.count());
    std::size_t k = i + 1;
    while (k < n && at_[k] < end && free_[k] >= need) ++k;
    if (k == n || at_[k] >= end) return Millis(start);
    i = k + 1;
  }
  return own;
}

std::int64_t Timeline::most_free(Millis lo, Millis hi) const {
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = index_of(lo.count()); i < at_.size() && at_[i] < hi.count(); ++i)
    most = std::max(most, free_[i]);
  return most;
}

std::int64_t Timeline::least_free(Millis lo, Millis hi) const {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = index_of(lo.count()); i < at_.size() && at_[i] < hi.count(); ++i)
    least = std::min(least, free_[i]);
  return least;
}

bool Timeline::same_from(Millis t, const Timeline& other) const {
  std::size_t i = index_of(t.count()), k = other.index_of(t.count());
  for (;;) {
    if (free_[i] != other.free_[k]) return false;
    const std::int64_t a = i + 1 < at_.size() ? at_[i + 1] : kForever;
    const std::int64_t b = k + 1 < other.at_.size() ? other.at_[k + 1] : kForever;
    if (a == kForever && b == kForever) return true;
    // Equal neighbours are merged in both (invariant 2), so the steps must fall together.
    if (a != b) return false;
    ++i;
    ++k;
  }
}

void Timeline::audit() const {
  for (std::size_t i = head_ + 1; i < at_.size(); ++i) {
    CHECK(at_[i - 1] < at_[i]);       // invariant 1
    CHECK(free_[i - 1] != free_[i]);  // invariant 2
  }
}

}  // namespace dure
