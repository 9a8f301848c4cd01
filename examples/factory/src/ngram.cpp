#include "ngram.h"

#include <algorithm>

namespace factory {

namespace {

constexpr double kDiscount = 0.75;

std::uint64_t key_of(std::span<const Token> tokens) {  // one length a map, so no two share a key
  std::uint64_t key = 0;
  for (const Token token : tokens) key = key << 16 | token;
  return key;
}

}  // namespace

NGram::NGram(std::span<const Token> train, int order, int vocabulary)
    : levels_(static_cast<std::size_t>(order)), uniform_(1.0 / vocabulary) {
  for (std::size_t n = 0; n < levels_.size(); ++n)
    for (std::size_t i = n; i < train.size(); ++i) {
      Context& context = levels_[n].contexts[key_of(train.subspan(i - n, n))];
      ++context.total;
      if (++levels_[n].counts[key_of(train.subspan(i - n, n + 1))] == 1) ++context.distinct;
    }
}

double NGram::probability(std::span<const Token> before, Token next) const {
  double p = uniform_;
  for (std::size_t n = 0; n < std::min(levels_.size(), before.size() + 1); ++n) {
    const std::uint64_t context_key = key_of(before.last(n));
    const auto context = levels_[n].contexts.find(context_key);
    if (context == levels_[n].contexts.end()) break;  // never seen: nor with more before it
    const auto count = levels_[n].counts.find(context_key << 16 | next);
    const double seen = count == levels_[n].counts.end() ? 0 : count->second;
    const double total = context->second.total;
    p = std::max(seen - kDiscount, 0.0) / total + kDiscount * context->second.distinct / total * p;
  }
  return p;
}

}  // namespace factory
