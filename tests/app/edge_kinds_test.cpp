// dure simulate of a scenario of one machine: told by its keys, run, written, refused.
#include "app/edge_kinds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/run_command.h"
#include "app/scenario_kind.h"
#include "io/doc_loader.h"
#include "source_dir.h"

namespace dure {
namespace {

const std::string kRan = source_dir() + "/scenarios/members/ai-ran.yaml";
const std::string kHybrid = source_dir() + "/scenarios/members/kisti-quantum.yaml";

Ran simulate_edge(std::vector<std::string> args) {
  args.insert(args.begin(), "simulate");
  return run_command(add_simulate_command, std::move(args));
}

nlohmann::json without_cost(const std::string& text) {
  auto j = nlohmann::json::parse(text);
  j.erase("cpu_s");
  j.erase("peak_rss_mb");
  return j;
}

TEST(EdgeKinds, AiRanIsRunAndTheSameAgain) {
  const Ran ran = simulate_edge({kRan, "--json", "--set", "check_slots=2000"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = without_cost(ran.out);
  EXPECT_EQ(j["kind"], "ai_ran");
  EXPECT_TRUE(j["balance"]["ok"].get<bool>());
  ASSERT_EQ(j["ways"].size(), 4U);
  EXPECT_EQ(j["ways"][2]["members"].size(), 5U);
  EXPECT_EQ(without_cost(simulate_edge({kRan, "--json", "--set", "check_slots=2000"}).out), j);
  EXPECT_NE(
      without_cost(simulate_edge({kRan, "--json", "--set", "check_slots=2000", "--seed", "2"}).out),
      j);
}

TEST(EdgeKinds, HybridsAreRunAndWritten) {
  const auto out = std::filesystem::path(testing::TempDir()) / "dure-edge-kinds";
  const Ran ran = simulate_edge({kHybrid, "--json", "--out", out.string()});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = without_cost(ran.out);
  EXPECT_EQ(j["kind"], "hybrids");
  EXPECT_EQ(j["jobs"], 193);
  std::ifstream csv(out / "jobs.csv");
  const std::string text{std::istreambuf_iterator<char>(csv), {}};
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 3 * 193);
  std::filesystem::remove_all(out);
}

TEST(EdgeKinds, RefusesWhatMeansNothingHereAndWhatCannotBe) {
  const Ran dated = simulate_edge({kRan, "--from", "2030-01-01"});
  EXPECT_EQ(dated.exit_code, kBadInput);
  EXPECT_NE(dated.err.find("--from"), std::string::npos);
  const Ran bad = simulate_edge({kHybrid, "--set", "gpus.gpus=8"});
  EXPECT_EQ(bad.exit_code, kBadInput);
  EXPECT_NE(bad.err.find("it could never start"), std::string::npos) << bad.err;
}

TEST(EdgeKinds, CheckAndReferencePagesKnowThem) {
  EXPECT_EQ(check_own_kind(kRan, {})->size(), 0U);
  const std::string chat = source_dir() + "/scenarios/serving/chat.yaml";
  EXPECT_EQ(check_own_kind(chat, {})->size(), 0U);
  EXPECT_EQ(check_own_kind(chat, {"run.tiers_gb=[1]"})->size(), 1U);
  EXPECT_GE(check_own_kind(kHybrid, {"qpu.overhead_ms=-1"})->size(), 1U);
  EXPECT_FALSE(check_own_kind(source_dir() + "/scenarios/small/small.yaml", {}));
  for (const FileFormat& f : own_file_formats()) {
    const auto page =
        read_text_file(source_dir() + "/docs/reference/" + std::string(f.name) + ".md");
    ASSERT_TRUE(page) << f.name;
    EXPECT_EQ(page.value(), f.markdown()) << "dure schema " << f.name << " --markdown";
  }
}

}  // namespace
}  // namespace dure
