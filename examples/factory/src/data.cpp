#include "data.h"

#include <fmt/core.h>

#include "files.h"

namespace factory {

namespace fs = std::filesystem;

nlohmann::json save_tokens(const fs::path& path, const std::vector<Token>& tokens) {
  std::string bytes;
  bytes.reserve(tokens.size() * 2);
  for (const Token token : tokens) {
    bytes += static_cast<char>(token & 0xff);
    bytes += static_cast<char>(token >> 8);
  }
  write_file(path, bytes);
  return {{"bytes", bytes.size()}, {"tokens", tokens.size()}, {"sha256", sha256(bytes)}};
}

namespace {

std::string checked(const fs::path& folder, const nlohmann::json& manifest, const char* name) {
  std::string bytes = read_file(folder / name);
  if (sha256(bytes) != manifest.at("files").at(name).at("sha256"))  // invariant 1
    throw Bad(fmt::format("{}: not the file that manifest.json names; prepare the data again",
                          (folder / name).string()));
  return bytes;
}

std::vector<Token> tokens_of(std::string_view bytes, int vocabulary, const char* name) {
  std::vector<Token> tokens;
  tokens.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const int low = static_cast<unsigned char>(bytes[i]);
    const int token = low | static_cast<unsigned char>(bytes[i + 1]) << 8;
    if (token >= vocabulary) throw Bad(fmt::format("{}: token {} is not known", name, token));
    tokens.push_back(static_cast<Token>(token));
  }
  return tokens;
}

HeldBack held_back(std::vector<Token> tokens, const nlohmann::json& manifest, const char* count) {
  HeldBack held{std::move(tokens), {}};
  std::size_t sum = 0;
  for (const auto& one : manifest.at("texts")) {
    held.parts.push_back({one.at("file"), one.at(count)});
    sum += held.parts.back().tokens;
  }
  if (sum != held.tokens.size()) throw Bad("manifest.json: texts and files do not add up");
  return held;
}

}  // namespace

Data load_data(const fs::path& folder) try {
  const std::string text = read_file(folder / "manifest.json");
  const auto manifest = nlohmann::json::parse(text);
  if (manifest.at("format") != "factory-data/2") throw Bad("manifest.json: format: factory-data/2");
  Data data{
      Tokenizer::from_json(nlohmann::json::parse(checked(folder, manifest, "tokenizer.json"))),
      {},
      {},
      {},
      manifest.at("label"),
      sha256(text)};
  const int vocabulary = data.tokenizer.vocabulary();
  const auto tokens = [&](const char* name) {
    return tokens_of(checked(folder, manifest, name), vocabulary, name);
  };
  data.train = tokens("train.tokens");
  data.validation = held_back(tokens("validation.tokens"), manifest, "validation_tokens");
  data.test = held_back(tokens("test.tokens"), manifest, "test_tokens");
  return data;
} catch (const nlohmann::json::exception& e) {
  throw Bad(fmt::format("{}: {}", folder.string(), e.what()));
}

}  // namespace factory
