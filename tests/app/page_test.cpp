#include "app/page.h"
#include "source_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

// The page in the program is the built page, byte for byte; none built, none inside.
TEST(Page, IsTheBuiltPage) {
  std::ifstream file(dure::source_dir() + "/web/dist/index.html", std::ios::binary);
  const std::string built{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(dure::report_page().size(), built.size());
  EXPECT_TRUE(dure::report_page() == built);
}

// And the files of the hub's page are those that were built for it.
TEST(Page, HasTheFilesOfTheHubsPage) {
  const std::filesystem::path folder = dure::source_dir() + "/web/dist/hub";
  std::map<std::string, std::string> built;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".gz") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string name = std::filesystem::relative(entry.path(), folder).string();
      built[name.substr(0, name.size() - 3)] = {std::istreambuf_iterator<char>(file), {}};
    }
  std::map<std::string, std::string> inside;
  for (const dure::PageFile& f : dure::hub_page()) inside.emplace(f.path, f.gzip);
  EXPECT_EQ(inside.size(), built.size());
  EXPECT_TRUE(inside == built);
  EXPECT_EQ(inside.empty(), !inside.contains("index.html"));
}
