#include "app/command.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace dure {

int complain(const Fault& fault) {
  fmt::print(stderr, "dure: {}\n", to_string(fault));
  return kBadInput;
}

int complain(const std::vector<Fault>& faults) {
  for (const Fault& f : faults) complain(f);
  return kBadInput;
}

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto s = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return s(use.ru_utime) + s(use.ru_stime);
}

std::int64_t peak_rss_mb() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss / 1024;
}

void add_version_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("version", "What this program is");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, &exit_code] {
    exit_code = kDone;
    if (*json)
      fmt::print("{}\n", nlohmann::json{{"name", "dure"},
                                        {"version", std::string(kVersion)},
                                        {"compiler", __VERSION__}}
                             .dump());
    else
      fmt::print("dure {}\n", kVersion);
  });
}

}  // namespace dure
