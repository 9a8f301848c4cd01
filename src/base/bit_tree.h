// A set of small whole numbers that finds its least member at once: a tree of 64-bit words, where a
// bit says that the word below is not empty. Three levels hold 262,144 numbers, and grow as needed.
// Walking it is in order, so everyone walks it alike.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"

namespace dure {

class BitTree {
 public:
  void resize(std::size_t n) {  // keeps its members; n only grows
    if (levels_ > 0 && (n + 63) / 64 <= leaves()) return;
    BitTree larger;
    do {
      n = (n + 63) / 64;
      CHECK(larger.levels_ < kLevels);
      larger.begin_[larger.levels_++] = static_cast<std::uint32_t>(larger.words_.size());
      larger.words_.resize(larger.words_.size() + (n ? n : 1));
    } while (n > 1);
    for_each([&](std::uint32_t i) { larger.insert(i); });
    *this = std::move(larger);
  }
  void insert(std::uint32_t i) {
    std::size_t x = i;
    for (std::size_t level = 0; level < levels_; ++level) {
      std::uint64_t& word = words_[begin_[level] + (x >> 6)];
      const bool was_empty = word == 0;
      word |= std::uint64_t{1} << (x & 63);
      if (!was_empty) return;
      x >>= 6;
    }
  }
  void erase(std::uint32_t i) {
    std::size_t x = i;
    for (std::size_t level = 0; level < levels_; ++level) {
      std::uint64_t& word = words_[begin_[level] + (x >> 6)];
      word &= ~(std::uint64_t{1} << (x & 63));
      if (word != 0) return;
      x >>= 6;
    }
  }
  bool contains(std::uint32_t i) const {
    return (i >> 6) < leaves() && (words_[i >> 6] >> (i & 63) & 1) != 0;
  }
  bool empty() const { return levels_ == 0 || words_.back() == 0; }
  std::uint32_t first() const {  // of a set that is not empty
    CHECK(!empty());
    std::size_t x = 0;
    for (std::size_t level = levels_; level-- > 0;)
      x = (x << 6) | static_cast<std::size_t>(std::countr_zero(words_[begin_[level] + x]));
    return static_cast<std::uint32_t>(x);
  }

  template <class F>
  bool any_of(F f) const {  // in rising order, until f says true; f must not change the set
    for (std::size_t w = 0; w < leaves(); ++w)
      for (std::uint64_t word = words_[w]; word != 0; word &= word - 1)
        if (f(static_cast<std::uint32_t>(w * 64 +
                                         static_cast<std::size_t>(std::countr_zero(word)))))
          return true;
    return false;
  }
  template <class F>
  void for_each(F f) const {  // in rising order; f must not change the set
    for (std::size_t w = 0; w < leaves(); ++w)
      for (std::uint64_t word = words_[w]; word != 0; word &= word - 1)
        f(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word))));
  }

 private:
  static constexpr std::size_t kLevels = 6;  // of 64 to the power of six
  std::size_t leaves() const { return levels_ > 1 ? begin_[1] : words_.size(); }

  std::vector<std::uint64_t> words_;  // all levels in one row, so that a copy is cheap
  std::array<std::uint32_t, kLevels> begin_{};
  std::size_t levels_ = 0;
};

}  // namespace dure
