// What the trace tests share: a folder that goes away, files in it, and the shared data.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "io/gzip_file.h"
#include "source_dir.h"

namespace dure {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dure-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  std::string put(std::string_view name, std::string_view bytes) const {
    std::ofstream(*this / name, std::ios::binary) << bytes;
    return *this / name;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline std::string gzipped(std::string_view bytes) {
  GzipCompressor gzip;
  std::string out;
  gzip.add(bytes, out);
  gzip.finish(out);
  return out;
}

// The folder of recorded data: DURE_SHARED, else ../shared beside the checkout. A test that needs
// it fails where it is missing: a test that did not run has not passed.
inline std::string shared(std::string_view file) {
  const char* const given = std::getenv("DURE_SHARED");
  const std::string root = given != nullptr ? given : source_dir() + "/../shared";
  const std::string path = root + "/" + std::string(file);
  if (!std::filesystem::exists(path))
    ADD_FAILURE() << path << " is missing: set DURE_SHARED to the folder that holds data/traces";
  return path;
}

}  // namespace dure
