// What a hub thinks will happen. On the hub's thread it hears the world's events and learns from
// them (sched/forecast.h); who asks gets a copy of the world, the policy and what was learnt, and
// works on it on another thread, so that a question holds the hub for as long as a copy takes.
// Invariants: 1. Nothing here changes the live world or its record.
//             2. At most kMostAsked copies are alive; who asks above it is told to come again.
//             3. After stop() nobody is answered any more and nothing runs.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "live/desk.h"
#include "sched/forecast.h"

namespace dure {

struct WorldCopy {  // the live world as it was when somebody asked
  World world;
  Policy policy;
  Forecaster forecaster;
};

class Foresight {
 public:
  static constexpr std::size_t kMostAsked = 8;
  // At a start it learns from so many of the last jobs.
  static constexpr std::size_t kRecalled = 20'000;

  explicit Foresight(const Policy& policy) : policy_(policy) {}
  ~Foresight() { stop(); }

  // ---- the hub's thread
  void begin(const Desk& desk);  // forgets, and learns from what the world remembers
  void hear(const Event& e, const World& world) { forecaster_->hear(world, e); }
  // work(look) runs on another thread, one at a time in the order of asking, on the world as it is
  // at `now` if nothing more happens before. false: too many.
  bool ask(const World& world, Millis now, std::function<void(const WorldCopy&)> work);
  // These forecasts were given for a world at `at`: what comes true is learnt from.
  void given(const World& world, const std::vector<std::pair<JobId, Forecast>>& said, Millis at);
  const Forecaster& forecaster() const { return *forecaster_; }

  void stop();  // any thread but its own

 private:
  void work();

  const Policy policy_;
  std::optional<Forecaster> forecaster_{std::in_place};
  struct Asked {
    WorldCopy look;
    std::function<void(const WorldCopy&)> work;
  };
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<Asked> asked_;  // the first is being worked on
  bool stopped_ = false;
  std::thread thread_;  // from the first question on
};

}  // namespace dure
