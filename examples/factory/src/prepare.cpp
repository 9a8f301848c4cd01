// Texts in, data folder out: reads texts.json, holds back two parts of each text, learns the
// tokenizer from the rest, writes what data.h describes. Same texts, same bytes.
#include <fmt/core.h>

#include <array>

#include "commands.h"
#include "data.h"
#include "files.h"

namespace factory {

namespace {

// About so much before the end of the text, after a line break: in no middle of a character.
std::size_t split_point(std::string_view text, int percent) {
  const std::size_t from = text.size() - text.size() * static_cast<std::size_t>(percent) / 100;
  const std::size_t line = text.find('\n', from);
  return line == std::string_view::npos ? text.size() : line + 1;
}

constexpr std::array kSplits{"train", "test", "validation"};  // in the order of a text

}  // namespace

int prepare(const PrepareOptions& options) try {
  const std::filesystem::path from = options.text, out = options.out;
  const auto listed = read_json(from / "texts.json");
  auto texts = listed.at("texts");
  if (texts.empty()) throw Bad("texts.json: texts: at least one");
  std::array<std::vector<std::string>, kSplits.size()> of_texts;
  for (auto& entry : texts) {
    const std::string text = read_file(from / entry.at("file").get<std::string>());
    const std::size_t validated = split_point(text, options.validation_percent),
                      tested = split_point(text, options.validation_percent + options.test_percent);
    of_texts[0].push_back(text.substr(0, tested));
    of_texts[1].push_back(text.substr(tested, validated - tested));
    of_texts[2].push_back(text.substr(validated));
    entry["bytes"] = text.size();
    entry["sha256"] = sha256(text);
  }

  const Tokenizer tokenizer = Tokenizer::learn(of_texts[0], options.vocabulary);
  nlohmann::json files;
  const std::string pairs = tokenizer.to_json().dump() + "\n";
  write_file(out / "tokenizer.json", pairs);
  files["tokenizer.json"] = {{"bytes", pairs.size()}, {"sha256", sha256(pairs)}};
  std::array<std::size_t, kSplits.size()> sizes;
  for (std::size_t split = 0; split < kSplits.size(); ++split) {
    const std::string name = kSplits[split], file = name + ".tokens";
    std::vector<Token> all;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string& text = of_texts[split][i];
      const std::vector<Token> tokens = tokenizer.encode(text);
      if (tokenizer.decode(tokens) != text) throw std::logic_error("the tokenizer changed a text");
      texts[i][name + "_tokens"] = tokens.size();
      all.insert(all.end(), tokens.begin(), tokens.end());
    }
    files[file] = save_tokens(out / file, all);
    sizes[split] = all.size();
  }
  write_json(out / "manifest.json", {{"format", "factory-data/2"},
                                     {"label", listed.at("label")},
                                     {"vocabulary", tokenizer.vocabulary()},
                                     {"test_percent", options.test_percent},
                                     {"validation_percent", options.validation_percent},
                                     {"texts", texts},
                                     {"files", files}});
  fmt::print("{} texts, tokens: {} to train on, {} to test, {} to validate; vocabulary {}: {}\n",
             texts.size(), sizes[0], sizes[1], sizes[2], tokenizer.vocabulary(), out.string());
  return 0;
} catch (const nlohmann::json::exception& e) {
  throw Bad(fmt::format("{}/texts.json: {}", options.text, e.what()));
}

}  // namespace factory
