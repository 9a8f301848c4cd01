// The folder with facts and recorded data: DURE_SHARED, else ../shared beside the checkout. A test
// that needs what is not there fails, and says what is missing:
//   ASSERT_TRUE(is_shared(path)) << kSetShared;
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "source_dir.h"

namespace dure {

inline std::string shared_folder() {
  const char* const named = std::getenv("DURE_SHARED");
  return named != nullptr && *named != '\0' ? named : source_dir() + "/../shared";
}
inline bool is_shared(const std::string& path) { return std::filesystem::exists(path); }
inline constexpr const char* kSetShared =
    " is missing: set DURE_SHARED to the folder that holds facts and data";

}  // namespace dure
