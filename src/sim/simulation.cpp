#include "sim/simulation.h"

#include <cmath>
#include <utility>

#include "sched/loop.h"
#include "sim/energy_plan.h"
#include "sim/failure_outages.h"
#include "sim/money_run.h"

namespace dure {
namespace {

struct Tee {  // one stream of events, several readers
  RecordHash& record;
  Meter& meter;
  ShiftMeter& shifts;
  Segments& segments;
  Swings& swings;
  Fairness& fairness;
  SovereigntyAudit& sovereignty;
  void append(const Event& e) {
    record.append(e);
    segments.append(e);
    swings.append(e);
    fairness.append(e);
    sovereignty.take(e);
    shifts.append(e);
    meter.append(e);
  }
  void waits(JobId job, Reason because) {
    record.waits(job, because);
    meter.waits(job, because);
    shifts.waits(job, because);
    fairness.waits(job, because);
  }
};

class Watched final : public Plant {  // a plant that says how far it is
 public:
  Watched(SimPlant& plant, const std::function<void(Millis)>& progress)
      : plant_(plant), progress_(progress) {}
  void ask(const Command& wish) override { plant_.ask(wish); }
  void next(Millis wake, std::vector<Event>& facts) override {
    plant_.next(wake, facts);
    const std::int64_t hour = plant_.now().count() / kMsPerHour;
    if (!progress_ || hour == hour_) return;
    hour_ = hour;
    progress_(plant_.now());
  }

 private:
  SimPlant& plant_;
  const std::function<void(Millis)>& progress_;
  std::int64_t hour_ = -1;
};

Result<std::optional<Facility>> facility_of(const Scenario& scenario, const Founding& founding,
                                            Millis start, const SimulationOptions& options) {
  if (!scenario.physics.enabled) return std::optional<Facility>();
  TRY(facility,
      Facility::make(scenario, founding, start, options.window.to, options.seed, options.weather));
  return std::optional(std::move(facility));
}

std::optional<Facility> fitting(Result<std::optional<Facility>> facility) {
  CHECK(facility);  // check_physics was asked
  return std::move(facility.value());
}

void add(OutagePlan more, OutagePlan& plan) {
  const auto first = static_cast<std::uint32_t>(plan.causes.size());
  for (OutageCause& c : more.causes) plan.causes.push_back(std::move(c));
  for (Outage& o : more.outages) {
    o.cause += first;
    plan.outages.push_back(o);
  }
  for (LinkCut& c : more.cuts) {
    c.cause += first;
    plan.cuts.push_back(c);
  }
  plan.caps.insert(plan.caps.end(), more.caps.begin(), more.caps.end());
}

std::vector<Event> energy_facts(const Scenario& scenario, const Founding& founding,
                                const std::optional<Facility>& facility, Millis start, Millis to,
                                const OutagePlan& plan) {
  if (!facility) return {};
  return plan_energy(scenario, founding, *facility, start, to, plan.caps);
}

OutagePlan all_outages(const Scenario& scenario, const Founding& founding,
                       const std::optional<Facility>& facility, Millis start,
                       const SimulationOptions& options) {
  const Millis to = options.window.to;
  OutagePlan plan =
      outages_of_disruptions(scenario, founding, facility ? &*facility : nullptr, start, to);
  if (facility) {
    add(outages_of_weather(scenario, founding, *facility, start, to), plan);
    add(outages_of_assets(scenario, founding, *facility, start, to), plan);
    if (scenario.physics.failures) {
      Result<OutagePlan> failures =
          outages_of_failures(scenario, founding, start, to, options.seed);
      CHECK(failures);  // check_physics was asked
      add(std::move(failures.value()), plan);
    }
  }
  if (!options.outages.empty())
    add({{{"stated", "stated", "지정"}}, options.outages, {}, {}}, plan);
  return plan;
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, SimulationOptions options)
    : scenario_(scenario),
      options_(std::move(options)),
      start_(options_.window.from - Millis(options_.warmup_days * kMsPerDay)),
      founding_(found_with_speeds(scenario)),
      demand_(scenario, founding_),
      arrivals_(scenario, demand_, options_.seed),
      services_(demand_),
      facility_(fitting(facility_of(scenario, founding_, start_, options_))),
      outages_(all_outages(scenario, founding_, facility_, start_, options_)),
      plant_(founding_, arrivals_, services_,
             {start_, options_.window.to, scenario.policy.decide_every_ms,
              Millis(std::llround(scenario.policy.notice_days * kMsPerDay))},
             outages_.outages, facts_of_cuts(scenario, outages_.cuts),
             energy_facts(scenario, founding_, facility_, start_, options_.window.to, outages_)),
      meter_(scenario, founding_, demand_, world_, options_.window),
      shifts_(world_, meter_),
      segments_(world_),
      swings_(scenario, founding_, demand_, world_, options_.window),
      fairness_(scenario, world_, options_.window),
      record_(options_.record) {}

Simulation::~Simulation() = default;

void Simulation::run() {
  world_.reserve_jobs(plant_.expected_jobs());
  Tee tee{record_, meter_, shifts_, segments_, swings_, fairness_, sovereignty_};
  Watched plant(plant_, options_.progress);
  Loop<Tee>(world_, options_.policy, plant, tee).run();
  meter_.close();
  swings_.close();
  fairness_.close();
  record_.flush();
  if (facility_) {
    site_facilities_ = run_facility(scenario_, founding_, *facility_, meter_);
    for (Act& act : energy_acts(scenario_, founding_, *facility_, meter_, shifts_, outages_)) {
      ActList& acts = site_facilities_[act.site.index].acts;
      acts.add(std::move(act));
    }
  }
  if (!scenario_.traffic.empty())
    network_ = run_network(
        scenario_, founding_, outages_.cuts,
        stays_of(world_, segments_, lanes_with_traffic(scenario_, founding_), options_.window.to),
        {start_, options_.window.from, options_.window.to});
}

OutagePlan plan_outages(const Scenario& scenario, const Founding& founding,
                        const SimulationOptions& options) {
  const Millis start = options.window.from - Millis(options.warmup_days * kMsPerDay);
  return all_outages(scenario, founding, fitting(facility_of(scenario, founding, start, options)),
                     start, options);
}

double Simulation::facility_wms(SiteId site, std::size_t step) const {
  if (facility_)
    return static_cast<double>(site_facilities_[site.index].facility_wms_by_step[step]);
  return static_cast<double>(meter_.sites()[site.index].series[step].it_wms) *
         static_cast<double>(meter_.pue_ppm(site)) / static_cast<double>(kPpm);
}

Result<Done> check_physics(const Scenario& scenario, const SimulationOptions& options) {
  const Millis start = options.window.from - Millis(options.warmup_days * kMsPerDay);
  const Founding founding = found_with_speeds(scenario);
  TRY(copies, check_copies(scenario, founding));
  (void)copies;
  TRY(facility, facility_of(scenario, founding, start, options));
  TRY(swings, SwingModel::make(scenario, founding));
  TRY(money, MoneyModel::make(scenario, founding));
  (void)swings, (void)money;
  if (facility && scenario.physics.failures) {
    TRY(failures, outages_of_failures(scenario, founding, start, options.window.to, options.seed));
    (void)failures;
  }
  return Done{};
}

}  // namespace dure
