// Runs a command of the site (sbatch, scontrol …) to its end: input in, output out, with a deadline
// and bounds. No shell: argv is what the program gets.
//
// Invariants: 1. run_child() returns by its deadline; what has not ended by then is killed, with
// its
//                process group.
//             2. No more than largest_output bytes of each stream are kept; the rest is read and
//                dropped, and `cut` says so.
//             3. The child gets the environment it is handed, no descriptor of ours but its three
//                streams, and no signal that is blocked or ignored here.
// Any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

struct ChildCommand {
  std::vector<std::string> argv;         // argv[0] is looked for in our PATH if it has no /
  std::vector<std::string> environment;  // NAME=value each
  std::string input;
  std::int64_t deadline_ms = 5'000;
  std::size_t largest_output = std::size_t{1} << 20;
};

struct ChildEnd {
  bool timed_out = false;  // killed at its deadline: what it asked for may have happened
  bool cut = false;
  int exit_code = 0, signal = 0;
  std::string out, err;
  bool ok() const { return !timed_out && exit_code == 0 && signal == 0; }
};

// A Fault: it was not started.
Result<ChildEnd> run_child(const ChildCommand& command);

}  // namespace dure
