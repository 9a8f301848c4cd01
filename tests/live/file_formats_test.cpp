#include "live/file_formats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/doc_loader.h"
#include "source_dir.h"

namespace dure {
namespace {

TEST(FileFormats, ReferencePagesAreUpToDate) {
  ASSERT_EQ(live_file_formats().size(), 4U);
  for (const FileFormat& f : live_file_formats()) {
    const std::string name(f.name), page = "docs/reference/" + name + ".md";
    const Result<std::string> kept = read_text_file(source_dir() + "/" + page);
    ASSERT_TRUE(kept) << page;
    EXPECT_TRUE(kept.value() == f.markdown())
        << "run: dure schema " << name << " --markdown > " << page;
  }
}

TEST(FileFormats, SchemasKnowEveryKeyAndWhichAreRequired) {
  for (const FileFormat& f : live_file_formats()) {
    const auto schema = nlohmann::json::parse(f.json_schema());
    EXPECT_EQ(schema["title"], "Dure " + std::string(f.name));
    EXPECT_EQ(schema["additionalProperties"], false) << f.name;
    EXPECT_FALSE(schema["properties"].contains("include")) << f.name;
  }
  const auto pipeline = nlohmann::json::parse(live_file_formats()[1].json_schema());
  EXPECT_EQ(pipeline["required"], nlohmann::json::array({"name", "steps"}));
  const auto& job = pipeline["properties"]["steps"]["items"]["properties"]["job"]["properties"];
  EXPECT_EQ(job["health"]["properties"]["path"]["default"], "/healthz");
  EXPECT_EQ(job["name"]["default"], "");
}

}  // namespace
}  // namespace dure
