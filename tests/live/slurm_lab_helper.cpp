#include "live/slurm_lab_helper.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "live/child.h"
#include "source_dir.h"

namespace dure {
namespace {

constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

ChildEnd run(std::vector<std::string> argv, std::vector<std::string> environment,
             std::string input = "") {
  ChildCommand command;
  command.argv = std::move(argv);
  command.environment = std::move(environment);
  command.environment.push_back(kPath);
  command.environment.push_back("HOME=/");
  command.input = std::move(input);
  command.deadline_ms = 120'000;
  const auto end = run_child(command);
  EXPECT_TRUE(end) << to_string(end.fault());
  return end ? end.value() : ChildEnd{};
}

}  // namespace

SlurmLab::SlurmLab(const std::string& conf) {
  const char* const given = std::getenv("DURE_SHARED");
  tool_ = (given != nullptr ? std::string(given) : source_dir() + "/../shared") + "/slurm/lab";
  if (!std::filesystem::exists(tool_)) {
    ADD_FAILURE() << tool_ << " is missing: set DURE_SHARED to the folder that holds slurm/lab";
    return;
  }
  std::string name = "/tmp/dslurm-XXXXXX";  // short: unix sockets live in it
  dir_ = mkdtemp(name.data());
  std::ofstream(dir_ + "/conf") << conf;
  for (const char* folder : {"/claims", "/logs", "/work"}) {
    std::filesystem::create_directory(dir_ + folder);
    std::filesystem::permissions(dir_ + folder, std::filesystem::perms{01777});
  }
  std::filesystem::permissions(dir_, std::filesystem::perms{0755});
  const ChildEnd end = run({tool_, "up", "--clusters", "1", "--nodes", "4", dir_ + "/lab"},
                           {"LAB_SLURM_CONF_EXTRA=" + dir_ + "/conf"});
  up_ = end.ok();
  EXPECT_TRUE(up_) << "the Slurm lab did not start (as root, with its packages?): " << end.err;
}

SlurmLab::~SlurmLab() {
  if (dir_.empty()) return;
  const ChildEnd end = run({tool_, "down", dir_ + "/lab"}, {});
  EXPECT_TRUE(end.ok()) << end.err;
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void SlurmLab::lab(std::vector<std::string> words) const {
  std::vector<std::string> argv{tool_};
  argv.push_back(words[0]);
  std::vector<std::string> what;
  for (std::size_t i = 1; i < words.size(); ++i)
    (words[0] == "pause" && i > 1 ? what : argv).push_back(words[i]);
  argv.push_back(dir_ + "/lab");
  argv.insert(argv.end(), what.begin(), what.end());  // pause SITE DIR WHAT
  const ChildEnd end = run(argv, {});
  EXPECT_TRUE(end.ok()) << words[0] << ": " << end.err;
}

std::string SlurmLab::slurm(std::vector<std::string> argv, std::string input) const {
  const ChildEnd end =
      run(std::move(argv), {"SLURM_CONF=" + dir_ + "/lab/s1/etc/slurm.conf"}, std::move(input));
  EXPECT_TRUE(end.ok()) << end.err;
  std::string out = end.out;
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

SlurmOptions SlurmLab::options() const {
  SlurmOptions options;
  options.site = "s1";
  options.rest_socket = dir_ + "/lab/s1/run/rest.sock";
  options.slurm_conf = dir_ + "/lab/s1/etc/slurm.conf";
  options.claims = dir_ + "/claims";
  options.logs = dir_ + "/logs";
  options.work = dir_ + "/work";
  options.beat_s = 5;
  return options;
}

std::string SlurmLab::log(const std::string& key) const {
  std::ifstream in(dir_ + "/logs/" + key + ".out");
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

bool within(double seconds, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000));
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace dure
