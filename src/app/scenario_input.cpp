#include "app/scenario_input.h"

#include "io/scenario_reader.h"

namespace dure {

Outcome<ScenarioInput> read_scenario_input(const std::string& path,
                                           const std::vector<std::string>& settings) {
  Faults warnings;
  Outcome<PlacedScenario> read = read_placed_scenario(path, settings, &warnings);
  if (!read) return read.faults();
  PlacedScenario& placed = read.value();
  std::string hash = scenario_sha256(placed.scenario);
  return ScenarioInput{std::move(placed.scenario), std::move(hash), std::move(warnings),
                       std::move(placed.doc)};
}

}  // namespace dure
