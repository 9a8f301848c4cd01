#include "sim/simulation.h"

#include <cmath>
#include <utility>

#include "sched/loop.h"

namespace dure {
namespace {

struct Tee {  // one stream of events, several readers
  RecordHash& record;
  Meter& meter;
  Segments& segments;
  Fairness& fairness;
  SovereigntyAudit& sovereignty;
  void append(const Event& e) {
    record.append(e);
    segments.append(e);
    fairness.append(e);
    sovereignty.take(e);
    meter.append(e);
  }
  void waits(JobId job, Reason because) {
    record.waits(job, because);
    meter.waits(job, because);
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

}  // namespace

Simulation::Simulation(const Scenario& scenario, SimulationOptions options)
    : scenario_(scenario),
      options_(std::move(options)),
      start_(options_.window.from - Millis(options_.warmup_days * kMsPerDay)),
      founding_(found(scenario)),
      demand_(scenario, founding_),
      arrivals_(scenario, demand_, options_.seed),
      services_(demand_),
      plant_(founding_, arrivals_, services_,
             {start_, options_.window.to, scenario.policy.decide_every_ms,
              Millis(std::llround(scenario.policy.notice_days * kMsPerDay))},
             options_.outages),
      meter_(scenario, founding_, demand_, world_, options_.window),
      segments_(world_),
      fairness_(scenario, world_, options_.window),
      record_(options_.record) {}

void Simulation::run() {
  world_.reserve_jobs(plant_.expected_jobs());
  Tee tee{record_, meter_, segments_, fairness_, sovereignty_};
  Watched plant(plant_, options_.progress);
  Loop<Tee>(world_, options_.policy, plant, tee).run();
  meter_.close();
  fairness_.close();
  record_.flush();
}

}  // namespace dure
