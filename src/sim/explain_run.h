// The twin, run until an instant to explain one job: what simulate --explain shows. The same
// scenario, window, seed and policy give the same world at that instant as the whole run does.
// Invariant: 1. Nothing that comes after the instant is known to the explanation or the forecast.
#pragma once

#include <optional>

#include "base/result.h"
#include "sched/explain.h"
#include "sched/forecast.h"
#include "sched/outside.h"
#include "sim/simulation.h"

namespace dure {

struct ExplainRun {
  World world;  // as it was after the pass
  Job job;
  Explanation explanation;
  Forecast forecast;  // empty unless it waits
};

// at: none: after the pass that first saw the job. A Fault (its `where` is --explain): no such job,
// submitted later, or no longer waiting at that time.
Result<ExplainRun> explain_run(const Scenario& scenario, const SimulationOptions& options,
                               JobId job, std::optional<Millis> at);

}  // namespace dure
