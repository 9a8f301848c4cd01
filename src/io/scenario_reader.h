// A scenario file (docs/formats/scenario.md), read and checked: a Scenario that is whole and whose
// references hold, or all that is wrong with it.
#pragma once

#include <span>
#include <string>

#include "base/faults.h"
#include "io/doc_loader.h"
#include "world/scenario.h"

namespace dure {

// A scenario, and where each of its fields stands.
struct PlacedScenario {
  Scenario scenario;
  Document doc;
};

// settings: "path=value" each, as --set takes them; they win over the file. warnings: what looks
// wrong but may be meant.
Outcome<Scenario> read_scenario(const std::string& path, std::span<const std::string> settings = {},
                                Faults* warnings = nullptr,
                                const ReadText& read_text = read_text_file);

Outcome<PlacedScenario> read_placed_scenario(const std::string& path,
                                             std::span<const std::string> settings = {},
                                             Faults* warnings = nullptr,
                                             const ReadText& read_text = read_text_file);

// The Fault of a model to which a scenario does not fit, its path led by file, line and column: of
// what is not there, those of the nearest that is. A where that begins with no key of a scenario
// stays as it is.
Fault placed(const Document& doc, Fault fault);

// SHA-256 of what the scenario says: of its canonical text, so neither layout nor files matter.
std::string scenario_sha256(const Scenario& scenario);

}  // namespace dure
