// dure simulate of a service's file: run, advised, and told from a scenario of the alliance.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/run_command.h"
#include "source_dir.h"

namespace dure {
namespace {

const std::string kChat = source_dir() + "/scenarios/serving/chat.yaml";

Ran serving(std::vector<std::string> args) {
  args.insert(args.begin(), "simulate");
  return run_command(add_simulate_command, std::move(args));
}

TEST(ServingCommand, AFileAndAnOptionThatDoNotGoTogetherAreOneFaultWithAHint) {
  const Ran neither = serving({kChat});
  EXPECT_EQ(neither.exit_code, kBadInput);
  EXPECT_NE(neither.err.find("--requests drawn or --advise memory"), std::string::npos)
      << neither.err;
  const Ran hub = serving({source_dir() + "/scenarios/small/small.yaml", "--advise", "memory"});
  EXPECT_EQ(hub.exit_code, kBadInput);
  EXPECT_NE(hub.err.find("scenarios/serving/chat.yaml is one"), std::string::npos) << hub.err;
  for (const Ran& ran : {neither, hub})
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_EQ(serving({source_dir() + "/none.yaml", "--advise", "memory"}).exit_code, kBadInput);
}

TEST(ServingCommand, ALimitBelowPhysicsIsRefusedWithTheArithmetic) {
  const Ran ran = serving({kChat, "--advise", "memory", "--set", "load.tpot_ms=1"});
  EXPECT_EQ(ran.exit_code, kBadInput);
  EXPECT_NE(ran.err.find("load.tpot_ms"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("ms"), std::string::npos) << ran.err;
}

TEST(ServingCommand, DrawnRequestsAreServedTheSameForTheSameSeed) {
  const std::vector<std::string> args{kChat,
                                      "--requests",
                                      "drawn",
                                      "--set",
                                      "run.requests=20000",
                                      "--set",
                                      "load.requests_per_s=100",
                                      "--seed",
                                      "3",
                                      "--json"};
  const auto told = [&] {
    const Ran ran = serving(args);
    EXPECT_EQ(ran.exit_code, kDone) << ran.err;
    auto j = nlohmann::json::parse(ran.out);
    j.erase("cpu_s");
    j.erase("peak_rss_mb");
    return j;
  };
  EXPECT_EQ(told(), told());
}

}  // namespace
}  // namespace dure
