#include "app/scenario_input.h"

#include "io/scenario_reader.h"

namespace dure {

Outcome<ScenarioInput> read_scenario_input(const std::string& path,
                                           const std::vector<std::string>& settings) {
  Faults warnings;
  Outcome<Scenario> read = read_scenario(path, settings, &warnings);
  if (!read) return read.faults();
  std::string hash = scenario_sha256(read.value());
  return ScenarioInput{std::move(read).value(), std::move(hash), std::move(warnings)};
}

}  // namespace dure
