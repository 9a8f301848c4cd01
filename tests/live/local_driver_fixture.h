// A local driver on a folder of its own, whose supervisors are this test program.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/drivers/local.h"
#include "live/drivers/processes.h"

namespace dure {

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void spill(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// True as soon as `is` is; false after the deadline.
inline bool soon(const std::function<bool()>& is, int deadline_ms = 60'000) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (!is()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::usleep(2000);
  }
  return true;
}

class LocalDriverTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "dure-local-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    ::chmod(name.c_str(), 0755);
    root_ = name;
    options_.folder = root_ + "/state";
    options_.runner = {"/proc/self/exe", "attempt"};
    options_.nodes = {"n1"};
    options_.cpus = 64;
    options_.memory_mib = 65'536;
    options_.meter.system_root = root_ + "/system";  // no GPUs there, whatever this machine has
  }
  void TearDown() override {
    if (!driver_ && std::filesystem::exists(options_.folder)) open();
    if (driver_) {
      for (const Seen& seen : sweep().attempts) {
        if (seen.state != Seen::ended && seen.state != Seen::lost) stop(seen.key, 0);
      }
      EXPECT_TRUE(soon([&] {
        for (const Seen& seen : sweep().attempts) {
          if (seen.state != Seen::ended && seen.state != Seen::lost) return false;
        }
        return true;
      })) << "something of the test still runs";
      driver_.reset();
    }
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {  // supervisors of drivers that are gone
    }
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  void open() {
    driver_.reset();
    auto driver = LocalDriver::open(options_);
    ASSERT_TRUE(driver) << to_string(driver.fault());
    driver_ = std::move(driver.value());
  }
  RunOrder order(const std::string& key, std::vector<std::string> command) const {
    RunOrder out;
    out.key = key;
    out.command = std::move(command);
    out.nodes = {{options_.nodes.front(), 0, 1}};
    return out;
  }
  RunOrder shell(const std::string& key, const std::string& text) const {
    return order(key, {"/bin/sh", "-c", text});
  }
  Answer hold(const RunOrder& order) { return driver_->submit_held(std::span(&order, 1))[0]; }
  Answer release(const std::string& key, const std::string& remote = "") {
    const Handle handle{key, remote};
    return driver_->release(std::span(&handle, 1))[0];
  }
  Answer stop(const std::string& key, std::int64_t grace_s, const std::string& remote = "") {
    const StopOrder wish{key, grace_s, ""};
    const Handle handle{key, remote};
    return driver_->stop(std::span(&wish, 1), std::span(&handle, 1))[0];
  }
  void start(const RunOrder& order) {
    const Answer held = hold(order);
    ASSERT_EQ(held.kind, Answer::done) << held.code << " " << held.detail;
    ASSERT_EQ(release(order.key, held.remote).kind, Answer::done);
  }
  Sweep sweep() {
    auto seen = driver_->observe({});
    EXPECT_TRUE(seen && seen.value().complete);
    return seen ? seen.value() : Sweep{};
  }
  Seen look(const std::string& key) {
    for (Seen& seen : sweep().attempts) {
      if (seen.key == key) return std::move(seen);
    }
    ADD_FAILURE() << key << " is not seen";
    return {};
  }
  Seen until(const std::string& key, Seen::State state) {
    Seen seen;
    EXPECT_TRUE(soon([&] { return (seen = look(key)).state == state; }))
        << key << " stays in state " << seen.state << ": " << seen.detail;
    return seen;
  }
  Seen run(const RunOrder& order) {
    start(order);
    return until(order.key, Seen::ended);
  }
  std::string at(const std::string& key, const std::string& file) const {
    return options_.folder + "/attempts/" + key + "/" + file;
  }
  std::string out(const std::string& key) const { return slurp(at(key, "out")); }
  std::string err(const std::string& key) const { return slurp(at(key, "err")); }
  std::string read_log(const std::string& key, std::int64_t offset = 0, std::int64_t most = 65'536,
                       LogStream stream = LogStream::out) {
    auto part = driver_->read_log(key, stream, offset, most);
    return part ? part.value().bytes : "fault: " + to_string(part.fault());
  }
  std::optional<Process> supervisor(const std::string& key) const {
    return parse_process(slurp(at(key, "supervisor")), ' ');
  }

  std::string root_;
  LocalOptions options_;
  std::unique_ptr<LocalDriver> driver_;
};

// The process that wrote its number to a file lives.
inline bool lives(const std::string& number_file) {
  std::string number = slurp(number_file);
  while (number.ends_with('\n')) number.pop_back();
  const auto process = parse_process(number + " 0", ' ');
  EXPECT_TRUE(process) << number_file << " holds no number";
  const auto now = process ? read_process(process->pid) : std::nullopt;
  return now && now->state != 'Z';
}

}  // namespace dure
