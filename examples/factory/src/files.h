// Files: read whole, written whole.
//
// Invariants: 1. A file that write_file() wrote is there complete or not at all, whenever we die.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace factory {

// What came from outside is wrong; what() names it and says what to do. Exit status 2.
struct Bad : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string read_file(const std::filesystem::path& path);
nlohmann::json read_json(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);
void write_json(const std::filesystem::path& path, const nlohmann::json& value);
std::string sha256(std::string_view bytes);  // in hex

}  // namespace factory
