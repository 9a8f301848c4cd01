// Texts in, data folder out: reads texts.json, holds back the end of each text, learns the
// tokenizer from the rest, writes what data.h describes. Same texts, same bytes.
#include <fmt/core.h>

#include "commands.h"
#include "data.h"
#include "files.h"

namespace factory {

namespace {

// The last `percent` of the text begins after a line break, so in no middle of a character.
std::size_t split_point(std::string_view text, int percent) {
  const std::size_t from = text.size() - text.size() * static_cast<std::size_t>(percent) / 100;
  const std::size_t line = text.find('\n', from);
  return line == std::string_view::npos ? text.size() : line + 1;
}

void append(std::vector<Token>& to, const std::vector<Token>& tokens) {
  to.insert(to.end(), tokens.begin(), tokens.end());
}

}  // namespace

int prepare(const PrepareOptions& options) try {
  const std::filesystem::path from = options.text, out = options.out;
  const auto listed = read_json(from / "texts.json");
  auto texts = listed.at("texts");
  if (texts.empty()) throw Bad("texts.json: texts: at least one");
  std::vector<std::string> train, validation;
  for (auto& entry : texts) {
    const std::string text = read_file(from / entry.at("file").get<std::string>());
    const std::size_t split = split_point(text, options.validation_percent);
    train.push_back(text.substr(0, split));
    validation.push_back(text.substr(split));
    entry["bytes"] = text.size();
    entry["sha256"] = sha256(text);
  }

  const Tokenizer tokenizer = Tokenizer::learn(train, options.vocabulary);
  std::vector<Token> train_tokens, validation_tokens;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto kept = tokenizer.encode(train[i]), held = tokenizer.encode(validation[i]);
    if (tokenizer.decode(kept) != train[i] || tokenizer.decode(held) != validation[i])
      throw std::logic_error("the tokenizer changed a text");
    texts[i]["train_tokens"] = kept.size();
    texts[i]["validation_tokens"] = held.size();
    append(train_tokens, kept);
    append(validation_tokens, held);
  }

  nlohmann::json files;
  const std::string pairs = tokenizer.to_json().dump() + "\n";
  write_file(out / "tokenizer.json", pairs);
  files["tokenizer.json"] = {{"bytes", pairs.size()}, {"sha256", sha256(pairs)}};
  files["train.tokens"] = save_tokens(out / "train.tokens", train_tokens);
  files["validation.tokens"] = save_tokens(out / "validation.tokens", validation_tokens);
  write_json(out / "manifest.json", {{"format", "factory-data/1"},
                                     {"label", listed.at("label")},
                                     {"vocabulary", tokenizer.vocabulary()},
                                     {"validation_percent", options.validation_percent},
                                     {"texts", texts},
                                     {"files", files}});
  fmt::print("{} texts, {} tokens to train on, {} held back, vocabulary {}: {}\n", texts.size(),
             train_tokens.size(), validation_tokens.size(), tokenizer.vocabulary(), out.string());
  return 0;
} catch (const nlohmann::json::exception& e) {
  throw Bad(fmt::format("{}/texts.json: {}", options.text, e.what()));
}

}  // namespace factory
