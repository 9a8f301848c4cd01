// Byte-pair encoding over bytes (Sennrich, Haddow, Birch, ACL 2016): tokens 0-255 are the bytes,
// each further one the pair of tokens that was the most frequent when it was learnt.
//
// Invariants: 1. decode(encode(text)) == text for any bytes, seen before or not.
//             2. Learning is deterministic: of equally frequent pairs the smallest is taken.
//             3. A space or line break only opens a token, so that a word has few spellings.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace factory {

using Token = std::uint16_t;
inline constexpr int kLeastVocabulary = 256, kMostVocabulary = 4096;

class Tokenizer {
 public:
  static Tokenizer learn(std::span<const std::string> texts, int vocabulary);
  static Tokenizer from_json(const nlohmann::json& value);
  nlohmann::json to_json() const;

  int vocabulary() const { return static_cast<int>(bytes_.size()); }
  std::vector<Token> encode(std::string_view text) const;
  std::string decode(std::span<const Token> tokens) const;
  const std::string& bytes(Token token) const { return bytes_.at(token); }

 private:
  struct Pair {
    Token left, right;
  };
  Tokenizer();
  void add(Pair pair);

  std::vector<Pair> merges_;        // of token 256 + i
  std::vector<std::string> bytes_;  // of every token
};

}  // namespace factory
