// What a model must beat: how often a token followed the ones before it. Order 0 knows nothing (all
// tokens alike), 1 counts tokens, 2 pairs, 3 triples; each order is smoothed with the one below by
// interpolated absolute discounting (Ney, Essen, Kneser, 1994), discount 0.75.
//
// Invariants: 1. The probabilities of all tokens after any context sum to one.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "tokenizer.h"

namespace factory {

class NGram {
 public:
  NGram(std::span<const Token> train, int order, int vocabulary);
  // Of `next` after `before`; only the last order - 1 of them matter.
  double probability(std::span<const Token> before, Token next) const;

 private:
  struct Context {
    std::uint32_t total = 0, distinct = 0;  // what followed: all, and different ones
  };
  struct Level {
    std::unordered_map<std::uint64_t, std::uint32_t> counts;  // of context and next
    std::unordered_map<std::uint64_t, Context> contexts;
  };
  std::vector<Level> levels_;  // [n]: contexts of n tokens
  double uniform_;
};

}  // namespace factory
