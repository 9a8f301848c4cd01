#include "app/page.h"
#include "source_dir.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

// The page in the program is the built page, byte for byte; none built, none inside.
TEST(Page, IsTheBuiltPage) {
  std::ifstream file(dure::source_dir() + "/web/dist/index.html", std::ios::binary);
  const std::string built{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(dure::report_page().size(), built.size());
  EXPECT_TRUE(dure::report_page() == built);
}
