#include "tokenizer.h"

#include <fmt/core.h>

#include "files.h"

namespace factory {

namespace {

bool is_gap(char c) { return c == ' ' || c == '\n'; }

std::vector<Token> bytes_of(std::string_view text) {
  std::vector<Token> tokens;
  tokens.reserve(text.size());
  for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}

void merge(std::vector<Token>& tokens, Token left, Token right, Token into) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool here = tokens[i] == left && i + 1 < tokens.size() && tokens[i + 1] == right;
    tokens[kept++] = here ? into : tokens[i];
    if (here) ++i;
  }
  tokens.resize(kept);
}

}  // namespace

Tokenizer::Tokenizer() {
  for (int b = 0; b < 256; ++b) bytes_.emplace_back(1, static_cast<char>(b));
}

void Tokenizer::add(Pair pair) {
  merges_.push_back(pair);
  bytes_.push_back(bytes_.at(pair.left) + bytes_.at(pair.right));
}

Tokenizer Tokenizer::learn(std::span<const std::string> texts, int vocabulary) {
  if (vocabulary < kLeastVocabulary || vocabulary > kMostVocabulary)
    throw Bad(
        fmt::format("vocabulary {}: {} to {}", vocabulary, kLeastVocabulary, kMostVocabulary));
  Tokenizer learnt;
  std::vector<std::vector<Token>> corpus;
  for (const std::string& text : texts) corpus.push_back(bytes_of(text));
  const auto stride = static_cast<std::size_t>(vocabulary);
  std::vector<std::uint32_t> count(stride * stride);
  while (learnt.vocabulary() < vocabulary) {
    std::fill(count.begin(), count.end(), 0u);
    for (const auto& tokens : corpus)
      for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (!is_gap(learnt.bytes_[tokens[i + 1]].front()))  // invariant 3
          ++count[tokens[i] * stride + tokens[i + 1]];
    const auto best = std::max_element(count.begin(), count.end());  // the first: invariant 2
    if (*best < 2) break;
    const auto at = static_cast<std::size_t>(best - count.begin());
    const Pair pair{static_cast<Token>(at / stride), static_cast<Token>(at % stride)};
    const auto into = static_cast<Token>(learnt.vocabulary());
    learnt.add(pair);
    for (auto& tokens : corpus) merge(tokens, pair.left, pair.right, into);
  }
  return learnt;
}

nlohmann::json Tokenizer::to_json() const {
  auto merges = nlohmann::json::array();
  for (const Pair& pair : merges_) merges.push_back({pair.left, pair.right});
  return {{"format", "byte-pairs/1"}, {"merges", merges}};
}

Tokenizer Tokenizer::from_json(const nlohmann::json& value) try {
  Tokenizer tokenizer;
  if (value.at("format") != "byte-pairs/1") throw Bad("tokenizer: format: byte-pairs/1");
  for (const auto& merge : value.at("merges")) {
    const auto [left, right] = merge.get<std::pair<int, int>>();
    const int known = tokenizer.vocabulary();
    if (left < 0 || left >= known || right < 0 || right >= known || known >= kMostVocabulary)
      throw Bad("tokenizer: a merge of tokens that are not there");
    tokenizer.add({static_cast<Token>(left), static_cast<Token>(right)});
  }
  return tokenizer;
} catch (const nlohmann::json::exception& e) {
  throw Bad(fmt::format("tokenizer: {}", e.what()));
}

std::vector<Token> Tokenizer::encode(std::string_view text) const {
  std::vector<Token> tokens = bytes_of(text);
  // In the order learnt; a merge makes no pair that an earlier one would have taken.
  for (std::size_t i = 0; i < merges_.size(); ++i)
    merge(tokens, merges_[i].left, merges_[i].right, static_cast<Token>(256 + i));
  return tokens;
}

std::string Tokenizer::decode(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) text += bytes(token);
  return text;
}

}  // namespace factory
