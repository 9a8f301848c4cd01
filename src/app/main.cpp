// The program: one subcommand a file, see command.h.
#include <fmt/core.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>

#include "app/command.h"
#include "live/drivers/attempt.h"

namespace {

void add_help_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("help", "What a command does and takes");
  auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "One of the commands; none: all of them");
  command->callback([&app, name, &exit_code] {
    const CLI::App* about = name->empty() ? &app : nullptr;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      if (sub->get_name() == *name) about = sub;
    if (about == nullptr) {
      exit_code = dure::complain(dure::Fault{"help", "a command", *name, "dure help lists them"});
      return;
    }
    fmt::print("{}", about->help());
  });
}

// A CHECK that failed has said what; the exit status says that it was our fault, not the user's.
extern "C" void on_abort(int) { std::_Exit(dure::kInternal); }

}  // namespace

int main(int argc, char** argv) {
  // The supervisor of an attempt: nothing of the rest is set up for it.
  if (argc > 1 && std::string_view(argv[1]) == "attempt") return dure::run_attempt(argc, argv);
  CLI::App app{"Dure: plans, simulates and runs an alliance of AI-compute owners"};
  app.name("dure");
  app.require_subcommand(1);
  int exit_code = dure::kDone;
  std::signal(SIGABRT, on_abort);
  dure::add_replay_command(app, exit_code);
  dure::add_simulate_command(app, exit_code);
  dure::add_audit_command(app, exit_code);
  dure::add_bench_command(app, exit_code);
  dure::add_serve_command(app, exit_code);
  dure::add_job_commands(app, exit_code);
  dure::add_hub_commands(app, exit_code);
  dure::add_data_commands(app, exit_code);
  dure::add_rebuild_command(app, exit_code);
  dure::add_forecast_commands(app, exit_code);
  dure::add_schema_command(app, exit_code);
  dure::add_trace_command(app, exit_code);
  dure::add_version_command(app, exit_code);
  add_help_command(app, exit_code);
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
