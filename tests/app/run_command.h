// Runs one command in this process as a user would type it, and hands back what it said.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/command.h"

namespace dure {

struct Ran {
  int exit_code = 0;
  std::string out, err;
};

// args: the command's name and what follows it.
inline Ran run_command(void (*add)(CLI::App&, int&), std::vector<std::string> args) {
  CLI::App app;
  Ran ran;
  add(app, ran.exit_code);
  std::reverse(args.begin(), args.end());  // as CLI11 takes a vector
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(args);
  } catch (const CLI::ParseError& e) {
    ran.exit_code = app.exit(e) == 0 ? kDone : kBadInput;
  }
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace dure
