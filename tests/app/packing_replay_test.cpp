// dure replay --packing: figures, and what is refused.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/run_command.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

class PackingReplay : public testing::Test {
 protected:
  PackingReplay()
      : folder_(fs::temp_directory_path() / ("dure-packing-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    nodes_ = put("nodes.csv",
                 "sn,cpu_milli,memory_mib,gpu,model\n"
                 "n0,64000,262144,2,P100\nn1,96000,393216,8,G2\nn2,32000,65536,0,\n");
    pods_ = put("pods.csv", kPods);
  }
  ~PackingReplay() override { fs::remove_all(folder_); }

  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  Ran replay(std::vector<std::string> args) const {
    args.insert(args.begin(), {"replay", pods_});
    return run_command(add_replay_command, std::move(args));
  }
  void refused(std::vector<std::string> args, const std::string& where) const {
    const Ran ran = replay(std::move(args));
    EXPECT_EQ(ran.exit_code, kBadInput) << where;
    EXPECT_EQ(ran.err.rfind("dure: " + where + ":", 0), 0U) << ran.err;
    EXPECT_EQ(ran.out, "") << where;
  }

  static constexpr const char* kHead =
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
      "deletion_time,scheduled_time\n";
  static inline const std::string kPods = std::string(kHead) +
                                          "p0,6000,12288,1,460,,LS,Running,0,9,0\n"
                                          "p1,12000,16384,1,1000,G2|T4,LS,Running,1,9,1\n"
                                          "p2,4000,16384,0,0,,LS,Running,2,9,2\n"
                                          "p3,4000,16384,1,1000,A10,LS,Running,2,9,2\n";
  const fs::path folder_;
  std::string nodes_, pods_;
};

TEST_F(PackingReplay, FiguresAsJson) {
  const Ran ran = replay({"--packing", "fgd", "--nodes", nodes_, "--seeds", "3", "--json"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = nlohmann::json::parse(ran.out);
  EXPECT_EQ(j["log"], "pods");
  EXPECT_EQ(j["policy"], "fgd");
  EXPECT_EQ(j["jobs"], 4);
  EXPECT_EQ(j["nodes"], 3);
  EXPECT_EQ(j["gpus"], 10);
  EXPECT_EQ(j["inflate"], 1.3);
  EXPECT_TRUE(j["mean_wait_s"].is_null());
  EXPECT_EQ(j["gpu_allocated_by_arrived_percent"].size(), 131U);
  ASSERT_EQ(j["per_seed"].size(), 3U);
  EXPECT_EQ(j["per_seed"][0]["seed"], 42);
  double mean = 0;
  std::int64_t left_out = 0;
  for (const auto& s : j["per_seed"]) {
    mean += s["gpu_allocated_at_full_arrival"].get<double>() / 3;
    left_out += s["arrived"].get<std::int64_t>() - s["placed"].get<std::int64_t>();
  }
  EXPECT_NEAR(j["gpu_allocated_at_full_arrival"].get<double>(), mean, 1e-12);
  EXPECT_GT(mean, 0);
  EXPECT_LT(mean, 1);
  EXPECT_EQ(j["rejected"]["no_room"], left_out);
  EXPECT_GT(left_out, 0) << "no node has an A10";
  const auto other = nlohmann::json::parse(replay({"--packing", "fgd", "--nodes", nodes_, "--seeds",
                                                   "1", "--first-seed", "43", "--json"})
                                               .out);
  EXPECT_EQ(other["per_seed"][0], j["per_seed"][1]);
}

TEST_F(PackingReplay, EveryPolicyRunsAndArrivalsMayEndBeforeTheClusterIsFull) {
  for (const char* name : {"fgd", "bestfit", "dotprod", "clustering", "packing", "random", "dure"})
    EXPECT_EQ(replay({"--packing", name, "--nodes", nodes_, "--seeds", "2"}).exit_code, kDone);
  const Ran ran = replay({"--packing", "dure", "--nodes", nodes_, "--inflate", "0.5", "--json"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = nlohmann::json::parse(ran.out);
  EXPECT_TRUE(j["gpu_allocated_at_full_arrival"].is_null());
  EXPECT_EQ(j["gpu_allocated_by_arrived_percent"].size(), 51U);
  EXPECT_TRUE(j.contains("fluid_bound"));
}

TEST_F(PackingReplay, WhatIsWrongIsSaidWithExitTwo) {
  refused({"--packing", "fgd"}, "--nodes");
  refused({"--packing", "fdg", "--nodes", nodes_}, "--packing");
  refused({"--nodes", nodes_}, "--packing");
  refused({"--seeds", "3"}, "--packing");
  for (const char* seeds : {"0", "-1", "1000000"})
    refused({"--packing", "fgd", "--nodes", nodes_, "--seeds", seeds}, "--seeds");
  for (const char* inflate : {"0", "-1", "nan", "inf"})
    refused({"--packing", "fgd", "--nodes", nodes_, "--inflate", inflate}, "--inflate");
  refused({"--packing", "fgd", "--nodes", nodes_, "--first-seed", "-1"}, "--first-seed");
  refused({"--packing", "fgd", "--nodes", nodes_, "--mix-from", "0"}, "--mix-from");
  refused({"--packing", "fgd", "--nodes", pods_}, pods_);
  refused({"--packing", "fgd", "--nodes", "/nowhere"}, "/nowhere");
  refused({"--packing", "fgd", "--nodes", nodes_, "--format", "swf"}, "--format");
  refused({"--packing", "fgd", "--nodes", nodes_, "--procs", "3"}, "--procs");
  refused({"--packing", "fgd", "--nodes", nodes_, "--schedule", "/dev/null"}, "--schedule");
  const std::string text = "sn,cpu_milli,memory_mib,gpu,model\n";
  const std::string bad = put("bad.csv", text + "n0,64000,262144,two,P100\n");
  refused({"--packing", "fgd", "--nodes", bad}, bad + ":2:17");
  const std::string big = put("big.csv", text + "n0,64000,262144,17,P100\n");
  refused({"--packing", "fgd", "--nodes", big}, big + ": node n0");
  const std::string none = put("none.csv", text + "n0,64000,262144,0,\n");
  refused({"--packing", "fgd", "--nodes", none}, none);
}

TEST_F(PackingReplay, LogsThatAreNoPodsAndPodsThatAskForNothingAreRefused) {
  const auto run = [&](const std::string& log) {
    return run_command(add_replay_command, {"replay", log, "--packing", "fgd", "--nodes", nodes_});
  };
  const std::string swf =
      put("a.swf", "; MaxProcs: 4\n1 0 -1 100 3 -1 -1 3 100 -1 1 1 1 1 1 1 -1 -1\n");
  const Ran wrong = run(swf);
  EXPECT_EQ(wrong.exit_code, kBadInput);
  EXPECT_NE(wrong.err.find(swf + ": expected an openb pod list"), std::string::npos) << wrong.err;
  EXPECT_EQ(run(put("c.csv", std::string(kHead) + "p,6000,1,0,0,,LS,Running,0,9,0\n")).exit_code,
            kBadInput);
  const Ran endless = run(put(
      "d.csv", kPods + [] {
        std::string many;
        for (int i = 0; i < 3; ++i) many += "q,6000,1,0,0,,LS,Running,0,9,0\n";
        return many;
      }()));
  EXPECT_EQ(endless.exit_code, kDone) << endless.err;
}

}  // namespace
}  // namespace dure
