// The main of the live tests. Besides GoogleTest it is what the drivers under test start:
//   attempt FOLDER        the supervisor of an attempt, as the program's hidden command is
//   local_hub FOLDER SH   opens a local driver, starts attempt `left` (sh -c SH), says "ready" and
//                         waits to be killed
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "live/drivers/attempt.h"
#include "live/drivers/local.h"

namespace {

int local_hub(const std::string& folder, const std::string& script) {
  dure::LocalOptions options;
  options.folder = folder;
  options.runner = {"/proc/self/exe", "attempt"};
  options.nodes = {"n1"};
  auto driver = dure::LocalDriver::open(options);
  if (!driver) return 1;
  dure::RunOrder order;
  order.key = "left";
  order.command = {"/bin/sh", "-c", script};
  order.nodes = {{"n1", 0, 1}};
  const auto held = driver.value()->submit_held(std::span(&order, 1));
  const dure::Handle handle{"left", held[0].remote};
  const auto let_go = driver.value()->release(std::span(&handle, 1));
  if (let_go[0].kind != dure::Answer::done) return 1;
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "attempt") return dure::run_attempt(argc, argv);
  if (command == "local_hub" && argc == 4) return local_hub(argv[2], argv[3]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
