// A trained model at work, with nothing of torch to be seen: scores text, goes on writing it.
//
// Invariants: 1. The same prompt, length, temperature and seed give the same text, whatever else is
//                asked meanwhile: one thread computes an answer, and chance comes from the seed.
//             2. Safe to use from several threads: nothing in it changes after load().
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "tokenizer.h"

namespace factory {

struct Request {
  std::string prompt;
  int most_tokens = 64;
  double temperature = 0.8;  // 0: always the likeliest
  std::uint64_t seed = 0;
};

struct Completion {
  std::string text;  // bytes: its end may be within a character
  std::size_t prompt_tokens = 0, tokens = 0;
};

class Writer {
 public:
  static Writer load(const std::filesystem::path& model);
  Writer(Writer&&) noexcept;
  ~Writer();

  const nlohmann::json& about() const;
  const Tokenizer& tokenizer() const;
  // -ln p of each token but the first, each seen with at least half a context before it. May use
  // `threads` threads.
  std::vector<float> surprise(std::span<const Token> tokens, int threads) const;
  // Ends early once `stop` is true.
  Completion complete(const Request& request, const std::atomic<bool>& stop) const;

 private:
  struct Inside;
  explicit Writer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace factory
