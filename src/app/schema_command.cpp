// dure schema: the JSON Schema of a file format, its reference page, and the check of a scenario.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/scenario_kind.h"
#include "io/scenario_reader.h"
#include "io/scenario_schema.h"
#include "live/file_formats.h"

namespace dure {
namespace {

constexpr const char* kScenario = "scenario";

struct Options {
  std::string format = kScenario, check;
  std::vector<std::string> settings;
  bool markdown = false, json = false;
};

nlohmann::ordered_json to_json(const Faults& faults) {
  auto list = nlohmann::ordered_json::array();
  for (const Fault& f : faults)
    list.push_back(
        {{"where", f.where}, {"expected", f.expected}, {"found", f.found}, {"hint", f.hint}});
  return list;
}

// A scenario of one machine: nothing is warned of, and it has no hash.
int check_own(const Options& options, const Faults& faults) {
  if (options.json) {
    const nlohmann::ordered_json j = {{"ok", faults.empty()},
                                      {"faults", to_json(faults)},
                                      {"warnings", nlohmann::ordered_json::array()}};
    std::printf("%s\n", j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return faults.empty() ? kDone : kBadInput;
  }
  if (!faults.empty()) return complain(faults);
  std::printf("%s: ok\n", options.check.c_str());
  return kDone;
}

int check(const Options& options) {
  if (const auto faults = check_own_kind(options.check, options.settings))
    return check_own(options, *faults);
  Faults warnings;
  const Outcome<Scenario> scenario = read_scenario(options.check, options.settings, &warnings);
  const Faults faults = scenario ? Faults{} : scenario.faults();
  if (options.json) {
    nlohmann::ordered_json j = {
        {"ok", faults.empty()}, {"faults", to_json(faults)}, {"warnings", to_json(warnings)}};
    if (scenario) j["scenario_sha256"] = scenario_sha256(scenario.value());
    std::printf("%s\n", j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return faults.empty() ? kDone : kBadInput;
  }
  for (const Fault& f : warnings) std::fprintf(stderr, "%s (warning)\n", to_string(f).c_str());
  if (!faults.empty()) {
    complain(faults);
    std::fprintf(stderr, "%s: %zu fault%s\n", options.check.c_str(), faults.size(),
                 faults.size() == 1 ? "" : "s");
    return kBadInput;
  }
  const Scenario& s = scenario.value();
  std::printf("%s: ok: %s, %zu members, %zu sites, %zu installs, %zu workloads, sha256 %s\n",
              options.check.c_str(), s.name_en.c_str(), s.members.size(), s.sites.size(),
              s.installs.size(), s.workloads.size(), scenario_sha256(s).c_str());
  return kDone;
}

int print(const Options& options) {
  std::string text;
  if (options.format == kScenario)
    text = options.markdown ? scenario_markdown() : scenario_json_schema();
  for (const FileFormat& f : live_file_formats())
    if (f.name == options.format) text = options.markdown ? f.markdown() : f.json_schema();
  for (const FileFormat& f : own_file_formats())
    if (f.name == options.format) text = options.markdown ? f.markdown() : f.json_schema();
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (whole && std::fflush(stdout) == 0) return kDone;  // a full disk must not look like a schema
  return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
}

}  // namespace

void add_schema_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "schema", "A file format: JSON Schema or reference; or the check of a scenario file");
  std::vector<std::string> formats{kScenario};
  for (const FileFormat& f : live_file_formats()) formats.emplace_back(f.name);
  for (const FileFormat& f : own_file_formats()) formats.emplace_back(f.name);
  auto* const format = command->add_option("FORMAT", options->format, "Of which files")
                           ->check(CLI::IsMember(formats))
                           ->capture_default_str();
  auto* const file =
      command->add_option("--check", options->check, "Check this scenario and print all faults")
          ->type_name("FILE")
          ->excludes(format);
  command->add_option("--set", options->settings, "With --check: path=value, as for simulate")
      ->needs(file)
      ->expected(1)
      ->take_all();
  command->add_flag("--json", options->json, "With --check: faults as JSON")->needs(file);
  command
      ->add_flag("--markdown", options->markdown, "The reference page instead of the JSON Schema")
      ->excludes(file);
  command->callback([options, &exit_code] {
    exit_code = options->check.empty() ? print(*options) : check(*options);
  });
}

}  // namespace dure
