// The folder that dure simulate writes: docs/formats/results.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "sim/summary.h"

namespace dure {

struct RunLabels {  // what the results say of the run besides its figures
  std::string scenario_sha256, policy, record_sha256;
  std::uint64_t record_events = 0;
};

// cpu_s and peak_rss_mb, the figures that differ from run to run, come last: see with_cost().
nlohmann::ordered_json summary_json(const Simulation& run, const Summary& summary,
                                    const RunLabels& labels);
// What another policy makes of the same work: the figures that are compared.
nlohmann::ordered_json comparison_json(const Simulation& run, const Summary& summary,
                                       const RunLabels& labels);
void with_cost(nlohmann::ordered_json& summary);

nlohmann::ordered_json report_json(const Simulation& run, const Summary& summary,
                                   const nlohmann::ordered_json& summary_json);

// The page with the report inside it; a Fault where this program has no page.
Result<std::string> report_html(const nlohmann::ordered_json& report);

Result<Done> write_jobs_csv(const std::string& path, const Simulation& run);
Result<Done> write_sites_csv(const std::string& path, const Simulation& run);

// The summary as tables for a terminal.
std::string summary_table(const Simulation& run, const Summary& summary, const RunLabels& labels);

}  // namespace dure
