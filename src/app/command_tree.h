// The program's commands as data, read off the CLI11 app: manual pages and completion are written
// from it, so they say what --help says.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace dure {

enum class Takes : std::uint8_t {  // what stands for a value, so that it can be completed
  nothing,                         // a flag
  text,
  choice,
  file,
  folder,
  command_name,
  // Known to a hub:
  job,
  site,
  place,  // SITE or SITE/NODE
  member,
  pool,
  account,
};

struct OptionInfo {
  std::vector<std::string> names;  // "-g", "--gpus"; of a positional: "JOB"
  std::string help, value, standard;
  std::vector<std::string> choices;
  Takes takes = Takes::nothing;
  bool positional = false, required = false, many = false;
};

struct CommandInfo {
  std::string name;
  std::string path;  // "submit", "audit verify"; "" of the program
  std::string help;
  std::vector<OptionInfo> options;  // positionals first
  std::vector<CommandInfo> commands;
  const CommandInfo* find(const std::vector<std::string>& path) const;
  bool asks_hub() const;  // it has --hub
};

// Commands that are hidden from help are left out.
CommandInfo command_tree(const CLI::App& app);

}  // namespace dure
