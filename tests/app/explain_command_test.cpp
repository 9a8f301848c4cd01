#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/explain_text.h"
#include "app/run_command.h"
#include "base/calendar.h"
#include "source_dir.h"

namespace dure {
namespace {

Ran explain(const std::string& what, bool json = true) {
  std::vector<std::string> args{"simulate", source_dir() + "/scenarios/small/small.yaml",
                                "--explain", what};
  if (json) args.push_back("--json");
  return run_command(add_simulate_command, std::move(args));
}

TEST(ExplainWhat, JobAndTime) {
  EXPECT_EQ(parse_explain("7").value().job, JobId{7});
  EXPECT_FALSE(parse_explain("7").value().at.has_value());
  const Millis day = midnight({2030, 10, 1});
  EXPECT_EQ(parse_explain("7@2030-10-01").value().at, day);
  EXPECT_EQ(parse_explain("7@2030-10-01T09:30").value().at,
            day + Millis(9 * 3'600'000 + 1'800'000));
  EXPECT_EQ(parse_explain("7@2030-10-01T00:00:05+09:00").value().at, day + Millis(5'000));
  for (const char* bad : {"", "x", "7@", "7@2030-13-01", "7@2030-10-01T", "7@2030-10-01T9:30",
                          "7@2030-10-01T09", "7@2030-10-01T24:00", "7@2030-10-01T09:30:00Z",
                          "7@2030-10-01T09:30:", "-1", "99999999999", "7 "})
    EXPECT_FALSE(parse_explain(bad)) << bad;
}

// jobs.csv of this scenario and seed says that it waited from 15:49:04 to 17:45:30.
TEST(SimulateExplain, AJobThatWaited) {
  const Ran ran = explain("4154");
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["job"], 4154);
  EXPECT_EQ(json["state"], "waiting");
  EXPECT_NE(json["reason"], "none");
  EXPECT_EQ(json["at"], "2026-12-30T15:49:30+09:00");
  EXPECT_GT(json["forecast"]["p50"], json["at"]);
  EXPECT_GE(json["forecast"]["p90"], json["forecast"]["p50"]);
  EXPECT_EQ(json["pools"].size(), 4u);
  EXPECT_FALSE(json["changes"].empty());
  const Ran table = explain("4154", false);
  EXPECT_NE(table.out.find("what would start it"), std::string::npos);
  EXPECT_NE(table.out.find("P50"), std::string::npos);
}

TEST(SimulateExplain, WhatCannotBeExplained) {
  for (const char* what : {"99999999", "4154@2027-01-01T00:30", "4154@2029-01-01", "soon"}) {
    const Ran ran = explain(what);
    EXPECT_EQ(ran.exit_code, kBadInput) << what;
    EXPECT_NE(ran.err.find("--explain"), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("("), std::string::npos) << "a hint: " << ran.err;
    EXPECT_TRUE(ran.out.empty());
  }
}

}  // namespace
}  // namespace dure
