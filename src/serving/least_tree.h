// Which of n things has the least number: a tree of winners. Setting one costs log2 n comparisons,
// asking none. Of equal numbers the lower index wins.
#pragma once

#include <bit>
#include <cstddef>
#include <limits>
#include <vector>

namespace dure {

class LeastTree {
 public:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  explicit LeastTree(std::size_t n)
      : leaves_(std::bit_ceil(n < 1 ? 1 : n)), key_(leaves_, kNever), winner_(2 * leaves_) {
    for (std::size_t i = 0; i < leaves_; ++i) winner_[leaves_ + i] = static_cast<unsigned>(i);
    for (std::size_t i = leaves_ - 1; i > 0; --i) winner_[i] = winner_[2 * i];
  }
  void set(std::size_t i, double key) {
    if (key_[i] == key) return;
    key_[i] = key;
    for (std::size_t at = (leaves_ + i) / 2; at > 0; at /= 2) {
      const unsigned left = winner_[2 * at], right = winner_[2 * at + 1];
      winner_[at] = key_[right] < key_[left] ? right : left;
    }
  }
  double key(std::size_t i) const { return key_[i]; }
  double least() const { return key_[winner()]; }
  std::size_t winner() const { return leaves_ == 1 ? 0 : winner_[1]; }

 private:
  std::size_t leaves_;
  std::vector<double> key_;
  std::vector<unsigned> winner_;
};

}  // namespace dure
