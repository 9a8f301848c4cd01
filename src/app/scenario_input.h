// A scenario as the commands take it: read, checked, warned about, and named by its hash.
#pragma once

#include <string>
#include <vector>

#include "base/faults.h"
#include "io/doc_node.h"
#include "world/scenario.h"

namespace dure {

struct ScenarioInput {
  Scenario scenario;
  std::string sha256;
  Faults warnings;
  Document doc;  // where its fields stand, for `placed`
};

// settings: "path=value" each, as --set takes them.
Outcome<ScenarioInput> read_scenario_input(const std::string& path,
                                           const std::vector<std::string>& settings);

}  // namespace dure
