// The program: its commands are in program.cpp, one a file.
#include <fmt/core.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "app/command.h"
#include "app/program.h"
#include "live/drivers/attempt.h"

namespace {

// A CHECK that failed has said what; the exit status says that it was our fault, not the user's.
extern "C" void on_abort(int) { std::_Exit(dure::kInternal); }

}  // namespace

int main(int argc, char** argv) {
  // The supervisor of an attempt: nothing of the rest is set up for it.
  if (argc > 1 && std::string_view(argv[1]) == "attempt") return dure::run_attempt(argc, argv);
  CLI::App app;
  int exit_code = dure::kDone;
  std::signal(SIGABRT, on_abort);
  dure::add_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? dure::kDone : dure::kBadInput;
  } catch (const std::exception& e) {  // ours to mend: doors turn what is outside into Faults
    fmt::print(stderr, "dure: internal fault: {}\n", e.what());
    return dure::kInternal;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return dure::complain(
        dure::Fault{"stdout", "room for what is printed", "a write that failed", ""});
  return exit_code;
}
