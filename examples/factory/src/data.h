// The data folder: what `prepare` leaves for `train` and `evaluate`.
//
//   manifest.json       label, licence and hash of every text; size and hash of every file below
//   tokenizer.json      the byte pairs
//   train.tokens        16 bits a token, little-endian; the texts one after the other
//   validation.tokens   the same: the last part of each text, unseen by tokenizer and model
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

struct TextPart {  // of validation.tokens
  std::string file;
  std::size_t tokens = 0;
};

struct Data {
  Tokenizer tokenizer;
  std::vector<Token> train, validation;
  std::vector<TextPart> parts;  // of validation, in order
  std::string label;            // what is made of the data inherits it
  std::string sha256;           // of the manifest, so of all
};

nlohmann::json save_tokens(const std::filesystem::path& path, const std::vector<Token>& tokens);
Data load_data(const std::filesystem::path& folder);

}  // namespace factory
