// One run of the twin: a scenario, founded and warmed up, through the loop, with the meters on.
// Deterministic: the same scenario, window, seed and policy give the same record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sched/decide.h"
#include "sim/energy_acts.h"
#include "sim/facility_run.h"
#include "sim/fairness.h"
#include "sim/meter.h"
#include "sim/network_run.h"
#include "sim/outage_plan.h"
#include "sim/segments.h"
#include "sim/sim_plant.h"
#include "sim/swings.h"
#include "world/record.h"
#include "world/sovereignty_audit.h"

namespace dure {

struct SimulationOptions {
  Window window;  // from and to at whole hours
  std::int64_t warmup_days = 7;
  std::uint64_t seed = 1;
  Policy policy;
  RecordHash::Sink record;               // whoever keeps the record's bytes
  std::function<void(Millis)> progress;  // once a simulated hour
  std::vector<Outage> outages;           // beside those that the scenario gives rise to
  std::vector<SiteWeather> weather;      // in place of drawn hours; needs physics
};

class Simulation {
 public:
  // The scenario must have passed check_references, and outlive this; and if it reckons with
  // physics, its models must fit together: check_physics.
  Simulation(const Scenario& scenario, SimulationOptions options);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  void run();  // once

  const Scenario& scenario() const { return scenario_; }
  const SimulationOptions& options() const { return options_; }
  Millis start() const { return start_; }
  const Founding& founding() const { return founding_; }
  const Demand& demand() const { return demand_; }
  const Services& services() const { return services_; }
  const OutagePlan& outages() const { return outages_; }
  const Facility* facility() const { return facility_ ? &*facility_ : nullptr; }
  // What a site drew in a step, W x ms: by physics, or machines x PUE.
  double facility_wms(SiteId site, std::size_t step) const;
  // Of every site, after the run; empty without physics.
  const std::vector<SiteFacility>& site_facilities() const { return site_facilities_; }
  // What its traffic came to, after the run; none without `traffic`.
  const NetworkRun* network() const { return network_ ? &*network_ : nullptr; }
  const World& world() const { return world_; }
  const SimPlant& plant() const { return plant_; }
  const Meter& meter() const { return meter_; }
  const Segments& segments() const { return segments_; }
  const Swings& swings() const { return swings_; }
  const Fairness& fairness() const { return fairness_; }
  const SovereigntyAudit& sovereignty() const { return sovereignty_; }
  std::string record_sha256() { return record_.sha256(); }
  std::uint64_t record_events() const { return record_.events(); }

 private:
  const Scenario& scenario_;
  const SimulationOptions options_;
  const Millis start_;
  const Founding founding_;
  const Demand demand_;
  const Arrivals arrivals_;
  const Services services_;
  const std::optional<Facility> facility_;
  const OutagePlan outages_;
  World world_;
  SimPlant plant_;
  Meter meter_;
  ShiftMeter shifts_;
  Segments segments_;
  Swings swings_;
  Fairness fairness_;
  SovereigntyAudit sovereignty_;  // reads the events as the record has them, and nothing else
  RecordHash record_;
  std::vector<SiteFacility> site_facilities_;
  std::optional<NetworkRun> network_;
};

// What is out in such a run, by all causes. Physics that do not fit are our bug: check_physics.
OutagePlan plan_outages(const Scenario& scenario, const Founding& founding,
                        const SimulationOptions& options);

// Whether the models of a scenario that reckons with physics fit together, over the window; and
// what it says of traffic, with the law.
Result<Done> check_physics(const Scenario& scenario, const SimulationOptions& options);

}  // namespace dure
