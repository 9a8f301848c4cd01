// Where the large recorded data lie that the product does not ship: DURE_SHARED, else ../shared.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace dure {

inline std::filesystem::path shared_folder() {
  const char* named = std::getenv("DURE_SHARED");
  return named != nullptr && *named != '\0' ? named : "../shared";
}

}  // namespace dure
