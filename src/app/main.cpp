// The program: one subcommand a file, see command.h.
#include <fmt/core.h>

#include <exception>

#include "app/command.h"

int main(int argc, char** argv) {
  CLI::App app{"Dure: plans, simulates and runs an alliance of AI-compute owners"};
  app.name("dure");
  app.require_subcommand(1);
  int exit_code = dure::kDone;
  dure::add_replay_command(app, exit_code);
  dure::add_simulate_command(app, exit_code);
  dure::add_bench_command(app, exit_code);
  dure::add_schema_command(app, exit_code);
  dure::add_trace_command(app, exit_code);
  dure::add_version_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? dure::kDone : dure::kBadInput;
  } catch (const std::exception& e) {  // ours to mend: doors turn what is outside into Faults
    fmt::print(stderr, "dure: internal fault: {}\n", e.what());
    return dure::kInternal;
  }
  return exit_code;
}
