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

}  // namespace

Data load_data(const fs::path& folder) try {
  const std::string text = read_file(folder / "manifest.json");
  const auto manifest = nlohmann::json::parse(text);
  if (manifest.at("format") != "factory-data/1") throw Bad("manifest.json: format: factory-data/1");
  Data data{
      Tokenizer::from_json(nlohmann::json::parse(checked(folder, manifest, "tokenizer.json"))),
      {},
      {},
      {},
      manifest.at("label"),
      sha256(text)};
  const int vocabulary = data.tokenizer.vocabulary();
  for (auto [name, into] :
       {std::pair{"train.tokens", &data.train}, std::pair{"validation.tokens", &data.validation}})
    *into = tokens_of(checked(folder, manifest, name), vocabulary, name);
  std::size_t parts = 0;
  for (const auto& one : manifest.at("texts")) {
    data.parts.push_back({one.at("file"), one.at("validation_tokens")});
    parts += data.parts.back().tokens;
  }
  if (parts != data.validation.size()) throw Bad("manifest.json: texts and files do not add up");
  return data;
} catch (const nlohmann::json::exception& e) {
  throw Bad(fmt::format("{}: {}", folder.string(), e.what()));
}

}  // namespace factory
