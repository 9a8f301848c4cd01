// An explanation as a table for people and as JSON for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/explain_run.h"

namespace dure {

std::string explain_table(const ExplainRun& run, const Scenario& scenario);
nlohmann::ordered_json explain_json(const ExplainRun& run, const Scenario& scenario);

// "JOB" or "JOB@TIME", TIME a date or a date and time of Korea: 2030-10-01, 2030-10-01T09:30.
struct ExplainWhat {
  JobId job;
  std::optional<Millis> at;
};
Result<ExplainWhat> parse_explain(const std::string& text);

}  // namespace dure
