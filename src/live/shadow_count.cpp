#include "live/shadow_count.h"

#include <algorithm>
#include <cstdlib>

namespace dure {
namespace {

constexpr std::int64_t kShortest = 10'000;  // ms: bounded slowdown, as in docs/models/classical.md

double bounded_slowdown(std::int64_t wait, std::int64_t run) {
  const auto whole = static_cast<double>(wait + run);
  return std::max(1.0, whole / static_cast<double>(std::max(run, kShortest)));
}

}  // namespace

void ShadowCount::pair(const ShadowPair& p) {
  const std::int64_t waits[2] = {(p.live - p.submit).count(), (p.here - p.submit).count()};
  for (Sum* sum : {&all, &members_[p.member]}) {
    ++sum->jobs;
    sum->live_ms += waits[0];
    sum->here_ms += waits[1];
  }
  const bool full = waits_[0].size() == kKept;
  for (int side = 0; side < 2; ++side) {
    if (full)
      waits_[side][next_] = waits[side];
    else
      waits_[side].push_back(waits[side]);
  }
  if (full) next_ = (next_ + 1) % kKept;
  if (p.gain() == 0) return;
  const auto larger = [](const ShadowPair& a, const ShadowPair& b) {
    return std::abs(a.gain()) > std::abs(b.gain());
  };
  largest_.insert(std::upper_bound(largest_.begin(), largest_.end(), p, larger), p);
  if (largest_.size() > kShown) largest_.pop_back();
}

void ShadowCount::slowdown(std::int64_t live_wait, std::int64_t here_wait, std::int64_t run) {
  ++slowdowns;
  slowdown_live += bounded_slowdown(live_wait, run);
  slowdown_here += bounded_slowdown(here_wait, run);
}

ShadowCount::Percentiles ShadowCount::percentiles(int side) const {
  std::vector<std::int64_t> sorted = waits_[side];
  if (sorted.empty()) return {};
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](std::size_t percent) {
    return sorted[(sorted.size() * percent + 99) / 100 - 1];
  };
  return {at(50), at(95)};
}

}  // namespace dure
