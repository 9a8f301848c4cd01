// What the trace tests share: a folder that goes away, files in it, and the shared data.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "io/gzip_file.h"
#include "source_dir.h"
#include "temp_folder.h"

namespace dure {

inline std::size_t files_in(const TempFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

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
