// The one loop: simulation, replay of a log or record, shadow and live all run it.
//   facts from the plant -> record -> World::apply -> decide -> wishes (facts too) -> plant
// Invariant: 1. What is applied was recorded first; a wish is recorded and applied before it
// leaves.
#pragma once

#include <vector>

#include "sched/decide.h"
#include "sched/plant.h"

namespace dure {

// Record: void append(const Event&), called before the event is applied.
//         void waits(JobId, Reason), called for every "no" of a pass.
template <class Record>
class Loop final : private Listener {
 public:
  Loop(World& world, const Policy& policy, Plant& plant, Record& record)
      : world_(world), policy_(policy), plant_(plant), record_(record) {}

  void run() {
    std::vector<Event> facts;
    Millis wake(Timeline::kForever);
    for (;;) {
      do {
        facts.clear();
        plant_.next(wake, facts);
        if (facts.empty()) return;
        for (const Event& e : facts) take(e);
      } while (plant_.more());
      wake = decide(world_, policy_, *this);
    }
  }

 private:
  void take(const Event& e) {
    record_.append(e);
    world_.apply(e);  // invariant 1
  }
  void wish(Command&& command) override {
    const Event issued{world_.now(), CommandIssued{std::move(command)}};
    take(issued);
    plant_.ask(std::get<CommandIssued>(issued.what).wish);
  }
  void wait(JobId job, Reason because) override { record_.waits(job, because); }

  World& world_;
  const Policy policy_;
  Plant& plant_;
  Record& record_;
};

struct NoRecord {
  void append(const Event&) {}
  void waits(JobId, Reason) {}
};

}  // namespace dure
