// The data folder: what `prepare` leaves for `train` and `evaluate`.
//
//   manifest.json       label, licence and hash of every text; size and hash of every file below
//   tokenizer.json      the byte pairs
//   train.tokens        16 bits a token, little-endian; the texts one after the other
//   test.tokens         the same: what figures are reported on, and nothing is chosen by
//   validation.tokens   the same: what settings are chosen by
// Each text gives its beginning to train on, then a part to test, its end to validate; tokenizer,
// model and baselines see the first alone.
//
// Invariants: 1. What load() returns has the hashes that the manifest names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tokenizer.h"

namespace factory {

struct TextPart {
  std::string file;
  std::size_t tokens = 0;
};
struct HeldBack {
  std::vector<Token> tokens;
  std::vector<TextPart> parts;  // of them, in order
};

struct Data {
  Tokenizer tokenizer;
  std::vector<Token> train;
  HeldBack validation, test;
  std::string label;   // what is made of the data inherits it
  std::string sha256;  // of the manifest, so of all
};

nlohmann::json save_tokens(const std::filesystem::path& path, const std::vector<Token>& tokens);
Data load_data(const std::filesystem::path& folder);

}  // namespace factory
