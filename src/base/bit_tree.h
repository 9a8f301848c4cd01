// A set of small whole numbers that finds its least member at once: a tree of 64-bit words, where a
// bit says that the word below is not empty. Three levels hold 262,144 numbers, and grow as needed.
// Walking it is in order, so everyone walks it alike.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace dure {

class BitTree {
 public:
  void resize(std::size_t n) {  // keeps its members; n only grows
    std::size_t level = 0;
    do {
      n = (n + 63) / 64;
      if (level == levels_.size()) {
        levels_.emplace_back();
        // A new top level must know what the old top holds.
        if (level > 0) {
          levels_[level].resize(n ? n : 1);
          for (std::size_t i = 0; i < levels_[level - 1].size(); ++i)
            if (levels_[level - 1][i]) levels_[level][i >> 6] |= std::uint64_t{1} << (i & 63);
        }
      }
      if (levels_[level].size() < n || levels_[level].empty()) levels_[level].resize(n ? n : 1);
      ++level;
    } while (n > 1);
  }
  void insert(std::uint32_t i) {
    std::size_t x = i;
    for (auto& words : levels_) {
      std::uint64_t& word = words[x >> 6];
      const bool was_empty = word == 0;
      word |= std::uint64_t{1} << (x & 63);
      if (!was_empty) return;
      x >>= 6;
    }
  }
  void erase(std::uint32_t i) {
    std::size_t x = i;
    for (auto& words : levels_) {
      std::uint64_t& word = words[x >> 6];
      word &= ~(std::uint64_t{1} << (x & 63));
      if (word != 0) return;
      x >>= 6;
    }
  }
  bool contains(std::uint32_t i) const {
    return !levels_.empty() && (i >> 6) < levels_[0].size() &&
           (levels_[0][i >> 6] >> (i & 63) & 1) != 0;
  }
  bool empty() const { return levels_.empty() || levels_.back()[0] == 0; }
  std::uint32_t first() const {  // of a set that is not empty
    CHECK(!empty());
    std::size_t x = 0;
    for (std::size_t level = levels_.size(); level-- > 0;)
      x = (x << 6) | static_cast<std::size_t>(std::countr_zero(levels_[level][x]));
    return static_cast<std::uint32_t>(x);
  }

  template <class F>
  void for_each(F f) const {  // in rising order; f must not change the set
    if (levels_.empty()) return;
    for (std::size_t w = 0; w < levels_[0].size(); ++w)
      for (std::uint64_t word = levels_[0][w]; word != 0; word &= word - 1)
        f(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word))));
  }

 private:
  std::vector<std::vector<std::uint64_t>> levels_;
};

}  // namespace dure
