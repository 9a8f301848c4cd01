#include "app/program.h"

#include "app/command.h"
#include "app/command_notes.h"

namespace dure {
namespace {

void add_examples(CLI::App& app, const std::string& path) {
  if (const CommandNotes* notes = notes_of(path); notes != nullptr)
    app.footer(examples_text(*notes));
  for (CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    add_examples(*sub, (path.empty() ? "" : path + " ") + sub->get_name());
}

}  // namespace

void add_commands(CLI::App& app, int& exit_code) {
  app.description("Dure: plans, simulates and runs an alliance of AI-compute owners");
  app.name("dure");
  app.require_subcommand(1);
  add_replay_command(app, exit_code);
  add_simulate_command(app, exit_code);
  add_audit_command(app, exit_code);
  add_bench_command(app, exit_code);
  add_serve_command(app, exit_code);
  add_job_commands(app, exit_code);
  add_hub_commands(app, exit_code);
  add_site_commands(app, exit_code);
  add_ledger_command(app, exit_code);
  add_data_commands(app, exit_code);
  add_rebuild_command(app, exit_code);
  add_forecast_commands(app, exit_code);
  add_schema_command(app, exit_code);
  add_trace_command(app, exit_code);
  add_validate_command(app, exit_code);
  add_calibrate_command(app, exit_code);
  add_version_command(app, exit_code);
  add_help_commands(app, exit_code);
  add_examples(app, "");
}

}  // namespace dure
