// What the commands share. A command is one file, add_NAME_command(app, exit_code): it declares its
// options and runs in the subcommand's callback. Exit status, the same of all (exit_statuses() in
// command_notes.h): 0 done, 1 the answer is no, 2 bad input or usage, 3 our own fault.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dure {

inline constexpr int kDone = 0, kNo = 1, kBadInput = 2, kInternal = 3;
inline constexpr std::string_view kVersion = "0.1.0";

// One line a Fault to stderr; returns kBadInput.
int complain(const Fault& fault);
int complain(const std::vector<Fault>& faults);

// In a command: declares name, or complains and returns.
#define TRY_OR_COMPLAIN(name, expr)                           \
  auto name##_result = (expr);                                \
  if (!name##_result) return complain(name##_result.fault()); \
  auto& name = name##_result.value()

double cpu_seconds();        // of this process so far, user and system
std::int64_t peak_rss_mb();  // of this process so far

void add_audit_command(CLI::App& app, int& exit_code);
void add_bench_command(CLI::App& app, int& exit_code);
void add_calibrate_command(CLI::App& app, int& exit_code);
void add_data_commands(CLI::App& app, int& exit_code);
void add_forecast_commands(CLI::App& app, int& exit_code);
void add_hub_commands(CLI::App& app, int& exit_code);
void add_job_commands(CLI::App& app, int& exit_code);
void add_rebuild_command(CLI::App& app, int& exit_code);
void add_help_commands(CLI::App& app, int& exit_code);
void add_ledger_command(CLI::App& app, int& exit_code);
void add_replay_command(CLI::App& app, int& exit_code);
void add_simulate_command(CLI::App& app, int& exit_code);
void add_schema_command(CLI::App& app, int& exit_code);
void add_serve_command(CLI::App& app, int& exit_code);
void add_site_commands(CLI::App& app, int& exit_code);
void add_trace_command(CLI::App& app, int& exit_code);
void add_validate_command(CLI::App& app, int& exit_code);
void add_version_command(CLI::App& app, int& exit_code);

}  // namespace dure
