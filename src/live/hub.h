// A hub: the loop over the live plant, its world and book, and the store behind them. It leads
// while it holds the store's lease; its epoch goes with every word to the agents, so that one that
// was paused and woke up late is not obeyed. Invariants: 1. World and book are what the stored
// record makes of nothing (or of a snapshot and the
//                entries after it): after any failure to store they are read again.
//             2. A hub that does not lead writes nothing.
#pragma once

#include <memory>
#include <string>

#include "base/faults.h"
#include "live/desk.h"
#include "live/foresight.h"
#include "live/hub_spec.h"
#include "live/live_plant.h"
#include "live/shadows.h"
#include "live/store/store.h"
#include "sched/decide.h"

namespace dure {

struct HubOptions {
  std::string holder;  // of the lease: names this process
  std::int64_t lease_ms = 15'000;
};

struct Restored {  // what a record makes
  World world;
  Book book;
  std::uint64_t last = 0;      // entry
  std::uint64_t entries = 0;   // that were read one by one
  std::uint64_t snapshot = 0;  // the last entry that a snapshot held; 0: none
};
// whole: from the first entry on, whatever snapshots there are.
enum class From { snapshot, first_entry };
std::string pack_snapshot(const World& world, const Book& book);
Result<Done> unpack_snapshot(const Snapshot& s, Restored& out);
// The next entry, numbered out.last + 1; a Fault: it is another, or torn.
std::optional<Fault> take_entry(const Entry& e, Restored& out);
Result<std::unique_ptr<Restored>> restore(Store& store, From from = From::snapshot);

class Hub {
 public:
  static Outcome<std::unique_ptr<Hub>> open(HubSpec spec, Scenario scenario,
                                            std::unique_ptr<Store> store,
                                            std::unique_ptr<Clock> clock, HubOptions options);
  void run();  // until plant().stop()

  LivePlant& plant() { return plant_; }
  const HubSpec& spec() const { return spec_; }
  const Scenario& scenario() const { return scenario_; }
  const Policy& policy() const { return policy_; }
  Store& store() { return *store_; }
  const Clock& wall_clock() const { return *clock_; }
  Reason why_waits(JobId job) const;  // on the hub's thread; none: the next pass looks at it
  std::uint64_t last_entry() const { return record_ ? record_->last() : 0; }
  std::int64_t epoch() const { return epoch_; }
  const Desk& desk() const { return *desk_; }  // on the hub's thread, or after run()
  Foresight& foresight() { return foresight_; }
  Shadows& shadows() { return shadows_; }
  Followers* followers = nullptr;  // set before run(), as is plant().turned

 private:
  Hub(HubSpec spec, Scenario scenario, std::unique_ptr<Store> store, std::unique_ptr<Clock> clock,
      HubOptions options);
  bool lead();
  Outcome<Done> load();
  bool up_to_date();
  void idle(Facts& facts);
  void snapshot();
  void truncate();
  void recall();

  const HubSpec spec_;
  const Scenario scenario_;
  const Policy policy_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Clock> clock_;
  const HubOptions options_;
  LivePlant plant_;
  Foresight foresight_;
  Shadows shadows_;
  std::unique_ptr<Followers> all_followers_;  // and the shadows
  std::unique_ptr<Restored> state_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<LiveRecord> record_;
  std::int64_t epoch_ = 0;
  std::uint64_t snapshot_ = 0;  // the last entry in the newest one
  Millis next_truncate_;
};

}  // namespace dure
