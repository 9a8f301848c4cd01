#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/run_command.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

Ran replay(std::vector<std::string> args) {
  args.insert(args.begin(), "replay");
  return run_command(add_replay_command, std::move(args));
}

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Four processors. Job 1 holds three until 100; job 2 wants four; job 3 fits beside job 1 and, as
// it ends by 100, may overtake job 2; job 4 is larger than the machine.
constexpr const char* kLog =
    "; MaxProcs: 4\n"
    "1  0 -1 100 3 -1 -1 3 100 -1 1 1 1 1 1 1 -1 -1\n"
    "2 10 -1  50 4 -1 -1 4  60 -1 1 1 1 1 1 1 -1 -1\n"
    "3 20 -1  40 1 -1 -1 1  80 -1 1 1 1 1 1 1 -1 -1\n"
    "4 30 -1  40 9 -1 -1 9  80 -1 1 1 1 1 1 1 -1 -1\n";

class Replay : public testing::Test {
 protected:
  Replay() : folder_(fs::temp_directory_path() / ("dure-replay-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    std::ofstream(log()) << kLog;
  }
  ~Replay() override { fs::remove_all(folder_); }
  std::string log() const { return (folder_ / "four.swf").string(); }
  const fs::path folder_;
};

TEST_F(Replay, FiguresAsJson) {
  const Ran ran = replay({log(), "--policy", "easy", "--json"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const auto j = nlohmann::json::parse(ran.out);
  EXPECT_EQ(j["log"], "four");
  EXPECT_EQ(j["policy"], "easy");
  EXPECT_EQ(j["jobs"], 3);
  EXPECT_EQ(j["rejected"], nlohmann::json({{"larger_than_machine", 1}}));
  EXPECT_DOUBLE_EQ(j["mean_wait_s"], 30.0);  // 0, 90, 0
  EXPECT_DOUBLE_EQ(j["makespan_s"], 150.0);
  EXPECT_DOUBLE_EQ(j["utilization"], (300.0 + 200.0 + 40.0) / (4 * 150.0));
  EXPECT_DOUBLE_EQ(j["p50_wait_s"], 0.0);
  EXPECT_DOUBLE_EQ(j["p99_wait_s"], 90.0);
}

TEST_F(Replay, ScheduleByPolicy) {
  const std::string file = (folder_ / "s.csv").string();
  ASSERT_EQ(replay({log(), "--policy", "easy", "--schedule", file}).exit_code, kDone);
  EXPECT_EQ(slurp(file),
            "job,submit_s,start_s,end_s,procs\n1,0,0,100,3\n2,10,100,150,4\n3,20,20,60,1\n");
  ASSERT_EQ(replay({log(), "--policy", "fcfs", "--schedule", file}).exit_code, kDone);
  EXPECT_EQ(slurp(file),
            "job,submit_s,start_s,end_s,procs\n1,0,0,100,3\n2,10,100,150,4\n3,20,150,190,1\n");
}

TEST_F(Replay, ProcsOverrideTheHeaderAndWindowsCut) {
  const auto j = nlohmann::json::parse(replay({log(), "--procs", "17", "--json"}).out);
  EXPECT_EQ(j["jobs"], 4);
  EXPECT_DOUBLE_EQ(j["mean_wait_s"], 0.0);
  const auto cut =
      nlohmann::json::parse(replay({log(), "--from", "10", "--to", "20", "--json"}).out);
  EXPECT_EQ(cut["jobs"], 1);
  EXPECT_EQ(cut["rejected"]["outside_window"], 3);
}

TEST_F(Replay, DureRunsEveryJobToo) {
  const auto j = nlohmann::json::parse(replay({log(), "--policy", "dure", "--json"}).out);
  EXPECT_EQ(j["jobs"], 3);
  EXPECT_DOUBLE_EQ(j["mean_wait_s"], 30.0);
}

TEST_F(Replay, OnNodesJobsMayBeStopped) {
  const auto j = nlohmann::json::parse(replay({log(), "--policy", "srtf", "--gpus-per-node", "2",
                                               "--checkpoint", "1", "--restart", "5", "--json"})
                                           .out);
  EXPECT_EQ(j["jobs"], 3);
  EXPECT_EQ(j["knows"], "run_times");
  EXPECT_EQ(j["gpus_per_node"], 2);
  EXPECT_DOUBLE_EQ(j["held_gpu_h"].get<double>(),
                   j["useful_gpu_h"].get<double>() + j["lost_gpu_h"].get<double>());
  EXPECT_DOUBLE_EQ(j["useful_gpu_h"].get<double>() * 3600, 300.0 + 200.0 + 40.0);
  EXPECT_GT(j["finish_time_fairness"]["max"].get<double>(), 0);
  EXPECT_FALSE(j.contains("deadlines"));
  EXPECT_EQ(replay({log(), "--gpus-per-node", "3"}).exit_code, kBadInput);  // 4 is not whole
  EXPECT_EQ(replay({log(), "--gpus-per-node", "2", "--policy", "conservative"}).exit_code,
            kBadInput);
}

TEST_F(Replay, WhatIsWrongIsSaidWithExitTwo) {
  EXPECT_EQ(replay({(folder_ / "none.swf").string()}).exit_code, kBadInput);
  EXPECT_EQ(replay({log(), "--policy", "sjf"}).exit_code, kBadInput);
  EXPECT_EQ(replay({log(), log(), "--schedule", (folder_ / "s.csv").string()}).exit_code,
            kBadInput);
  const Ran full = replay({log(), "--schedule", "/dev/full"});
  EXPECT_EQ(full.exit_code, kBadInput);
  EXPECT_NE(full.err.find("/dev/full"), std::string::npos) << full.err;
  EXPECT_EQ(full.out, "");
}

}  // namespace
}  // namespace dure
