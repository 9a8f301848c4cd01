// The whole command line: every command, with its examples below its help.
#pragma once

#include <CLI/CLI.hpp>

namespace dure {

void add_commands(CLI::App& app, int& exit_code);

}  // namespace dure
