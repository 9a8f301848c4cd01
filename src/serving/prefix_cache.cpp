#include "serving/prefix_cache.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

void PrefixTrace::add(std::int64_t prompt, std::span<const std::int64_t> blocks) {
  CHECK(prompt >= 1);
  // All are looked up before any is touched.
  for (const std::int64_t id : blocks) {
    const auto seen = last_.find(id);
    const std::int64_t last = seen == last_.end() ? 0 : seen->second;
    std::int64_t older = 0;  // distinct blocks whose last touch was at `last` or before
    for (std::int64_t i = last; i > 0; i -= i & -i) older += tree_[static_cast<std::size_t>(i)];
    distances_.push_back(last == 0 ? kCold : distinct_ - older + 1);
  }
  for (auto id = blocks.rbegin(); id != blocks.rend(); ++id) touch(*id);
  prompts_.push_back(prompt);
  first_.push_back(distances_.size());
  total_tokens_ += prompt;
}

void PrefixTrace::touch(std::int64_t id) {
  // The tree grows by one: its new node sums what lies below it.
  ++now_;
  if (tree_.empty()) tree_.push_back(0);
  std::int64_t sum = 1;
  for (std::int64_t i = now_ - 1, low = now_ - (now_ & -now_); i > low; i -= i & -i)
    sum += tree_[static_cast<std::size_t>(i)];
  tree_.push_back(sum);
  std::int64_t& last = last_[id];
  if (last == 0) ++distinct_;
  for (std::int64_t i = last; i > 0 && i <= now_; i += i & -i) --tree_[static_cast<std::size_t>(i)];
  last = now_;
}

std::int64_t PrefixTrace::cached_tokens(std::size_t request, std::int64_t cache_blocks) const {
  std::int64_t blocks = 0;
  for (const std::int64_t d : distances(request)) {
    if (d == kCold || d > cache_blocks) break;
    ++blocks;
  }
  return std::min(blocks * block_tokens_, prompts_[request]);
}

HitCurve::HitCurve(std::vector<Point> points) : points_(std::move(points)) {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    CHECK(points_[i].share >= 0 && points_[i].share <= 1 && points_[i].tokens >= 0);
    CHECK(i == 0 ||
          (points_[i].tokens > points_[i - 1].tokens && points_[i].share >= points_[i - 1].share));
  }
}

HitCurve HitCurve::of(const PrefixTrace& trace, std::size_t points) {
  if (trace.total_tokens() == 0) return HitCurve{};
  // Tokens by the cache that is just large enough. Invariant 2: a prefix is hit block by block.
  std::vector<std::int64_t> by_distance(static_cast<std::size_t>(trace.distinct_blocks()) + 1);
  for (std::size_t r = 0; r < trace.requests(); ++r) {
    std::int64_t left = trace.prompt(r);
    for (const std::int64_t d : trace.distances(r)) {
      if (d == PrefixTrace::kCold) break;
      const std::int64_t tokens = std::min(left, trace.block_tokens());
      by_distance[static_cast<std::size_t>(d)] += tokens;
      left -= tokens;
    }
  }
  std::vector<Point> all{{0, 0}};
  std::int64_t sum = 0, last = 0;
  const double total = static_cast<double>(trace.total_tokens());
  for (std::size_t d = 1; d < by_distance.size(); ++d) {
    if (by_distance[d] == 0) continue;
    sum += by_distance[d];
    last = static_cast<std::int64_t>(d) * trace.block_tokens();
    const double share = static_cast<double>(sum) / total;
    if (all.size() == 1 || share - all.back().share >= 1 / static_cast<double>(points) ||
        all.size() < 3)
      all.push_back({static_cast<double>(last), share});
  }
  const Point end{static_cast<double>(last), static_cast<double>(sum) / total};
  if (sum > 0 && all.back().tokens < end.tokens) all.push_back(end);
  return HitCurve(std::move(all));
}

double HitCurve::share(double cache_tokens) const {
  if (points_.empty()) return 0;
  const auto above = std::ranges::upper_bound(points_, cache_tokens, {}, &Point::tokens);
  if (above == points_.begin()) return 0;
  if (above == points_.end()) return points_.back().share;
  const Point &a = *(above - 1), &b = *above;
  return a.share + (b.share - a.share) * (cache_tokens - a.tokens) / (b.tokens - a.tokens);
}

}  // namespace dure
