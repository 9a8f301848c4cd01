#include "app/bench_physics.h"

#include <fmt/core.h>

#include <algorithm>

#include "app/command.h"
#include "app/scenario_input.h"
#include "sim/simulation.h"

namespace dure {
namespace {

// ExaDigiT RAPS replays 24 h of Frontier at 15 s in 22 to 32 CPU seconds on a machine of this
// class: the lower of the two.
constexpr double kRapsFrontierDayS = 22;
constexpr const char* kRaps = "ExaDigiT RAPS, 24 h of Frontier at 15 s: 22 CPU s";

struct Figures {
  double cpu_s = 0;       // founding, outages, warm-up, window, physics
  double physics_us = 0;  // of a site and step, after the run
  std::int64_t jobs = 0;
  double per_job_us() const { return cpu_s / static_cast<double>(jobs) * 1e6; }
};

struct Days {
  Date from, to;
  Millis step;
  std::int64_t warmup = 0;
};

Result<Figures> timed(const Scenario& scenario, const Days& days) {
  SimulationOptions options;
  options.window = {midnight(days.from), midnight(days.to), days.step};
  options.warmup_days = days.warmup;
  options.seed = static_cast<std::uint64_t>(scenario.run.seed);
  options.policy = policy_from(scenario.policy);
  TRY(fits, check_physics(scenario, options));
  (void)fits;
  Figures out;
  double before = cpu_seconds();
  Simulation simulation(scenario, std::move(options));
  simulation.run();
  out.cpu_s = cpu_seconds() - before;
  out.jobs = static_cast<std::int64_t>(simulation.world().jobs());
  // The part after the run once more, by itself.
  before = cpu_seconds();
  const auto sites =
      run_facility(scenario, simulation.founding(), *simulation.facility(), simulation.meter());
  const auto site_steps = sites.size() * simulation.meter().window().steps();
  out.physics_us = (cpu_seconds() - before) / static_cast<double>(site_steps) * 1e6;
  return out;
}

Result<Scenario> scenario_at(const std::string& path) {
  auto read = read_scenario_input(path, {});
  if (!read) return read.faults().front();
  return std::move(read.value().scenario);
}

// ---- how the cost grows: the same month of Frontier, ten times one thing ----

// Sites like the first, each with racks of its own; the work stays what it was.
Scenario ten_sites(Scenario s) {
  const SiteSpec site = s.sites.front();
  const UtilitySpec utility = s.utilities.front();
  const std::vector<InstallSpec> installs = s.installs;
  for (int i = 1; i < 10; ++i) {
    const std::string id = site.id + "_" + std::to_string(i);
    s.sites.push_back(site);
    s.sites.back().id = id;
    s.utilities.push_back(utility);
    s.utilities.back().site = id;
    for (const InstallSpec& row : installs) {
      s.installs.push_back(row);
      s.installs.back().site = id;
    }
  }
  return s;
}

// Jobs that come ten times as often and run a tenth as long.
Scenario ten_times_the_jobs(Scenario s) {
  for (WorkloadSpec& w : s.workloads) {
    for (DemandSpec& d : w.demand) d.arrivals_per_day *= 10;
    if (!w.duration) continue;
    w.duration->median_hours /= 10;
    w.duration->min_hours /= 10;
    w.duration->max_hours /= 10;
  }
  return s;
}

// The same jobs, each on ten times the GPUs.
Scenario ten_times_the_gpus(Scenario s) {
  for (InstallSpec& row : s.installs) row.gpus = Gpus(row.gpus.count() * 10);
  for (MemberSpec& m : s.members) {
    m.announced_gpus = Gpus(m.announced_gpus.count() * 10);
    m.demand_base_gpus = Gpus(m.demand_base_gpus.count() * 10);
  }
  for (SiteSpec& site : s.sites)
    for (GridStep& g : site.grid) g.grid_mw = Watts(g.grid_mw.count() * 10);
  for (UtilitySpec& u : s.utilities)
    for (double& m3 : u.water_m3_per_day) m3 *= 10;
  for (WorkloadSpec& w : s.workloads)
    if (w.size)
      for (std::int64_t& gpus : w.size->gpus) gpus *= 10;
  return s;
}

Result<Done> bench_growth(const Scenario& frontier, std::vector<BenchRow>& rows) {
  const Days month{frontier.run.from, date_of(midnight(frontier.run.from) + Millis(30 * kMsPerDay)),
                   frontier.run.step_ms, 0};
  TRY(one, timed(frontier, month));
  TRY(sites, timed(ten_sites(frontier), month));
  TRY(jobs, timed(ten_times_the_jobs(frontier), month));
  TRY(gpus, timed(ten_times_the_gpus(frontier), month));
  const std::string to = "the same at 1x";
  rows.push_back({"physics.growth.1x.site-step", "us", one.physics_us, 1, to});
  rows.push_back({"physics.growth.10x-sites.site-step", "us", sites.physics_us,
                  sites.physics_us / one.physics_us, to});
  rows.push_back({"physics.growth.1x.job", "us", one.per_job_us(), 1, to});
  rows.push_back({"physics.growth.10x-jobs.job", "us", jobs.per_job_us(),
                  jobs.per_job_us() / one.per_job_us(), to});
  rows.push_back(
      {"physics.growth.10x-gpus.cpu", "s", gpus.cpu_s, gpus.cpu_s / one.cpu_s, "the same at 1x"});
  return Done{};
}

// ---- the nation ----

// A year with some millions of jobs: 2026, with half of the demand that the scenario gives.
constexpr std::int64_t kYear = 2026;
constexpr double kYearDemand = 0.5;

Scenario with_demand(Scenario s, double share) {
  for (WorkloadSpec& w : s.workloads)
    for (DemandSpec& d : w.demand) {
      d.arrivals_per_day *= share;
      d.replicas_mean *= share;
    }
  return s;
}

}  // namespace

Result<Done> bench_physics(const BenchPhysicsOptions& options, std::vector<BenchRow>& rows) {
  if (!options.frontier.empty()) {
    TRY(frontier, scenario_at(options.frontier));
    TRY(day, timed(frontier, {frontier.run.from, frontier.run.to, Millis(15'000), 0}));
    rows.push_back(
        {"physics.frontier-day-15s", "s", day.cpu_s, day.cpu_s / kRapsFrontierDayS, kRaps});
    TRY(growth, bench_growth(frontier, rows));
    (void)growth;
  }
  if (options.nation.empty()) return Done{};
  TRY(nation, scenario_at(options.nation));
  const Date first = nation.run.from;
  TRY(day, timed(nation, {first, date_of(midnight(first) + Millis(kMsPerDay)), Millis(15'000), 0}));
  rows.push_back({"physics.nation-day-15s", "s", day.cpu_s, 0, ""});
  rows.push_back({"physics.nation-day-15s.site-step", "us", day.physics_us, 0, ""});
  if (!options.year) return Done{};
  TRY(year, timed(with_demand(nation, kYearDemand),
                  {Date{kYear, 1, 1}, Date{kYear + 1, 1, 1}, Millis(900'000), 7}));
  rows.push_back({"physics.nation-year-15min", "s", year.cpu_s, 0, ""});
  rows.push_back({"physics.nation-year-15min.jobs", "jobs", static_cast<double>(year.jobs), 0, ""});
  rows.push_back({"peak_memory.physics", "MB", static_cast<double>(peak_rss_mb()), 0, ""});
  return Done{};
}

}  // namespace dure
