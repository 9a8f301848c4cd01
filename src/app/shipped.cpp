#include "app/shipped.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace dure {

namespace fs = std::filesystem;

Result<std::string> models_folder(const std::string& asked) {
  std::vector<fs::path> places;
  if (!asked.empty()) {
    places.emplace_back(asked);
  } else {
    if (const char* named = std::getenv("DURE_MODELS"); named != nullptr && *named != '\0')
      places.emplace_back(named);
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    if (!error) {
      places.push_back(program / ".." / "share" / "dure" / "models");
      places.push_back(program / ".." / "models");
    }
    places.emplace_back("models");
  }
  std::string tried;
  for (const fs::path& place : places) {
    std::error_code error;
    if (fs::is_regular_file(place / "validated.yaml", error)) return place.string();
    tried += (tried.empty() ? "" : ", ") + place.lexically_normal().string();
  }
  return Fault{asked.empty() ? "models" : "--models", "a folder with validated.yaml",
               "none at " + tried, "DURE_MODELS names it"};
}

}  // namespace dure
