// How much of the prompts a cache of prefixes holds, for every size at once: stack distances of one
// pass over a trace whose prompts are given as blocks, an equal id being an equal prefix up to
// there (Mooncake: docs/formats/requests.md).
//
// The cache is least recently used. A request touches its blocks from the last to the first, so a
// block is never older than those behind it: what is kept of a prompt is always its beginning, and
// a cache of c blocks holds the c youngest, for every c alike (the inclusion of Mattson et al., IBM
// Systems Journal 9, 1970). A block is a hit in a cache of at least `distance` blocks, its distance
// being how many distinct blocks are as young as it when the request comes.
// A Fenwick tree over the times of last touch counts them: n log n for n blocks of a trace.
//
// Units: blocks, tokens. Invariants: 1. Hits do not fall as the cache grows.
//                                    2. Within a request distances rise from block to block.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace dure {

class PrefixTrace {
 public:
  static constexpr std::int64_t kCold = -1;  // never seen before

  explicit PrefixTrace(std::int64_t block_tokens = 512) : block_tokens_(block_tokens) {}

  // blocks: ids; the last may be partly full. prompt: tokens, at least one.
  void add(std::int64_t prompt, std::span<const std::int64_t> blocks);

  std::size_t requests() const { return prompts_.size(); }
  std::int64_t prompt(std::size_t request) const { return prompts_[request]; }
  std::span<const std::int64_t> distances(std::size_t request) const {
    return std::span(distances_).subspan(first_[request], first_[request + 1] - first_[request]);
  }
  // Tokens of a request's prompt in a cache of so many blocks.
  std::int64_t cached_tokens(std::size_t request, std::int64_t cache_blocks) const;
  std::int64_t block_tokens() const { return block_tokens_; }
  std::int64_t distinct_blocks() const { return distinct_; }
  std::int64_t total_tokens() const { return total_tokens_; }

 private:
  void touch(std::int64_t id);
  std::int64_t block_tokens_;
  std::vector<std::int64_t> prompts_, distances_;
  std::vector<std::size_t> first_{0};
  std::vector<std::int64_t> tree_;  // Fenwick: touches that are some block's last
  std::unordered_map<std::int64_t, std::int64_t> last_;  // of an id, its last touch from 1
  std::int64_t now_ = 0, distinct_ = 0, total_tokens_ = 0;
};

// The share of all prompt tokens that a cache of so many tokens holds; straight between the points,
// which rise in both. Beyond the last point the last share.
class HitCurve {
 public:
  struct Point {
    double tokens = 0, share = 0;
  };
  HitCurve() = default;
  explicit HitCurve(std::vector<Point> points);
  // Every step of a trace's curve, thinned to about `points`, the ends kept.
  static HitCurve of(const PrefixTrace& trace, std::size_t points = 400);

  double share(double cache_tokens) const;
  double most() const { return points_.empty() ? 0 : points_.back().share; }
  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
};

}  // namespace dure
