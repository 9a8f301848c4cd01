// What a run of hybrid jobs gave: the summary for a person, summary.json, and jobs as CSV
// (docs/formats/results.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/edge_text.h"
#include "quantum/hybrid_run.h"

namespace dure {

std::string hybrid_table(const HybridScenarioSpec& spec, const HybridRun& run, std::uint64_t seed);
nlohmann::ordered_json hybrid_json(const HybridScenarioSpec& spec, const HybridRun& run,
                                   std::uint64_t seed);
std::vector<EdgeFile> hybrid_files(const HybridScenarioSpec& spec, const HybridRun& run);
// Time adds up on QPU and GPUs, and nobody was done before the bound.
bool hybrid_balanced(const HybridScenarioSpec& spec, const HybridRun& run);

}  // namespace dure
