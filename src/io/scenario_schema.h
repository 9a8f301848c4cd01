// What the scenario format is, for editors and for readers; both from the describe() of its
// structs.
#pragma once

#include <string>

namespace dure {

std::string scenario_json_schema();
std::string scenario_markdown();  // docs/reference/scenario.md

}  // namespace dure
