#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/command.h"
#include "source_dir.h"

namespace dure {
namespace {

struct Ran {
  int exit_code = -1;
  std::string out, err;
};

Ran run(std::vector<std::string> words) {
  CLI::App app;
  Ran ran;
  add_schema_command(app, ran.exit_code);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  words.emplace_back("schema");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(words);
  } catch (const CLI::ParseError&) {
    ran.exit_code = kBadInput;
  }
  std::fflush(stdout);
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

const std::string kSmall = source_dir() + "/scenarios/small/small.yaml";

TEST(SchemaCommand, PrintsSchemaAndReference) {
  const Ran schema = run({});
  EXPECT_EQ(schema.exit_code, kDone);
  EXPECT_EQ(nlohmann::json::parse(schema.out)["title"], "Dure scenario");
  const Ran page = run({"--markdown"});
  EXPECT_EQ(page.exit_code, kDone);
  EXPECT_EQ(page.out.substr(0, 27), "# Scenario files: every key");
}

TEST(SchemaCommand, OfOtherFormats) {
  EXPECT_EQ(run({"scenario"}).out, run({}).out);
  EXPECT_EQ(nlohmann::json::parse(run({"job"}).out)["title"], "Dure job");
  EXPECT_EQ(run({"pipeline", "--markdown"}).out.substr(0, 27), "# Pipeline files: every key");
  EXPECT_EQ(run({"pipelines"}).exit_code, kBadInput);
  EXPECT_EQ(run({"job", "--check", kSmall}).exit_code, kBadInput);
}

TEST(SchemaCommand, ChecksAFile) {
  const Ran good = run({"--check", kSmall});
  EXPECT_EQ(good.exit_code, kDone);
  EXPECT_NE(good.out.find("ok: A small alliance, 3 members, 3 sites"), std::string::npos)
      << good.out;
  EXPECT_EQ(good.err, "");
  const Ran bad = run({"--check", kSmall, "--set", "run.seed=x", "--set", "sites[0].pue=9"});
  EXPECT_EQ(bad.exit_code, kBadInput);
  EXPECT_EQ(bad.out, "");
  EXPECT_NE(bad.err.find("--set run.seed=x: run.seed: expected"), std::string::npos) << bad.err;
  EXPECT_NE(bad.err.find("--set sites[0].pue=9: sites[0].pue: expected"), std::string::npos);
  EXPECT_NE(bad.err.find(": 2 faults\n"), std::string::npos);
  EXPECT_EQ(run({"--check", kSmall + ".none"}).exit_code, kBadInput);
}

TEST(SchemaCommand, ChecksAsJson) {
  const Ran bad = run({"--check", kSmall, "--json", "--set", "run.seed=x"});
  EXPECT_EQ(bad.exit_code, kBadInput);
  const auto j = nlohmann::json::parse(bad.out);
  EXPECT_EQ(j["ok"], false);
  EXPECT_EQ(j["faults"][0]["where"], "--set run.seed=x: run.seed");
  EXPECT_EQ(nlohmann::json::parse(run({"--check", kSmall, "--json"}).out)["scenario_sha256"]
                .get<std::string>()
                .size(),
            64U);
}

TEST(SchemaCommand, OptionsBelongToCheck) {
  EXPECT_EQ(run({"--json"}).exit_code, kBadInput);
  EXPECT_EQ(run({"--markdown", "--check", kSmall}).exit_code, kBadInput);
}

}  // namespace
}  // namespace dure
