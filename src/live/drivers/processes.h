// The processes of this machine, from /proc. A process is its number and its start time together:
// the number alone may belong to another one by the time it is used.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dure {

struct Process {
  int pid = 0, parent = 0, group = 0;
  std::int64_t start = 0;  // clock ticks since the machine started
  char state = '?';        // Z: dead, not yet waited for
};

std::optional<Process> read_process(int pid);
std::vector<Process> all_processes();

// "PID:START" and "PID START", as they stand in a remote number and in files.
std::string process_name(const Process& p, char between);
std::optional<Process> parse_process(std::string_view text, char between);

// Those of `all` whose ancestor is one of which `root` says so; not the roots. None that is dead.
std::vector<Process> descendants(const std::vector<Process>& all,
                                 const std::function<bool(const Process&)>& root);

// Of its environment as it was when its program started. none: not there, or not ours to read.
std::optional<std::string> environment_value(int pid, std::string_view name);

// False: it is gone (never another process that has its number now), or it may not be signalled.
bool signal_process(const Process& p, int signal);

}  // namespace dure
