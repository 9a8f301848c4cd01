#include "sim/explain_run.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/calendar.h"
#include "sched/loop.h"
#include "sim/sim_plant.h"
#include "sim/simulation.h"
#include "world/law.h"

namespace dure {
namespace {

// Between the loop and the plant: learns, and ends the run when the instant has come.
class Until final : public Plant {
 public:
  Until(World& world, Plant& plant, JobId job, std::optional<Millis> at,
        const ForecastOptions& options)
      : world_(world), plant_(plant), job_(job), at_(at), forecaster(options) {}
  void append(const Event& e) { forecaster.hear(world_, e); }
  void waits(JobId, Reason) {}
  void ask(const Command& wish) override { plant_.ask(wish); }
  void next(Millis wake, std::vector<Event>& facts) override {
    if (at_ ? world_.now() >= *at_ : job_.index < world_.jobs()) return;
    plant_.next(wake, facts);
  }

 private:
  World& world_;
  Plant& plant_;
  const JobId job_;
  const std::optional<Millis> at_;

 public:
  Forecaster forecaster;
};

Fault not_there(JobId job, const std::string& expected, const std::string& found,
                const std::string& hint) {
  return {"--explain " + std::to_string(job.index), expected, found, hint};
}

}  // namespace

Result<ExplainRun> explain_run(const Scenario& scenario, const SimulationOptions& options, JobId id,
                               std::optional<Millis> at) {
  const Millis start = options.window.from - Millis(options.warmup_days * kMsPerDay);
  const Founding founding = found_with_speeds(scenario);
  const Demand demand(scenario, founding);
  const Arrivals arrivals(scenario, demand, options.seed);
  const Services services(demand);
  const OutagePlan outages = plan_outages(scenario, founding, options);
  SimPlant plant(founding, arrivals, services,
                 {start, options.window.to, scenario.policy.decide_every_ms,
                  Millis(std::llround(scenario.policy.notice_days * kMsPerDay))},
                 outages.outages, facts_of_cuts(scenario, outages.cuts));
  ExplainRun out;
  ForecastOptions forecasts;
  forecasts.step = scenario.policy.decide_every_ms;
  forecasts.seed = options.seed;
  Until until(out.world, plant, id, at, forecasts);
  Loop<Until>(out.world, options.policy, until, until).run();
  if (id.index >= out.world.jobs())
    return not_there(
        id, "a job's number, as in jobs.csv",
        std::to_string(out.world.jobs()) + " jobs were submitted by " + iso_kst(out.world.now()),
        at ? "ask for a later time, or none" : "dure simulate --out DIR writes jobs.csv");
  out.job = out.world.job(id);
  const JobState state = out.job.state;
  if (at && state != JobState::waiting && state != JobState::held) {
    const Millis since =
        state == JobState::running || state == JobState::ended ? out.job.start : out.job.end;
    return not_there(id, "a job that waits at " + iso_kst(*at),
                     state == JobState::refused || state == JobState::cancelled
                         ? "one that left the queue at " + iso_kst(since)
                         : "one that started at " + iso_kst(since),
                     "it was submitted at " + iso_kst(out.job.submit) + ": ask for a time between");
  }
  ExplainOptions law;
  law.outside = [&](const LaneOpened& lane, PoolId pool) {
    return outside_of(scenario, out.world, lane, pool);
  };
  law.waits = 10'000;  // nobody is kept waiting here: look as far as it takes
  law.events = 1'000'000;
  out.explanation = explain(out.world, options.policy, id, law);
  if (state == JobState::waiting)
    out.forecast = until.forecaster.forecast(out.world, options.policy, id);
  return out;
}

}  // namespace dure
