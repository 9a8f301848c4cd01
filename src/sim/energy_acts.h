// Rows of the list of acts (acts.h) for what the scheduler and the caps did: work that waited for a
// better hour, power that a cap kept back, nodes that were switched off for want of power.
//   shift   of a job that its policy kept waiting for cheaper hours, once it has run (or at the end
//           of the window, as far as it has): its power beside the idle node x its time; KRW and
//           CO2: what the same hours would have cost from its submission on, less what they did, at
//           the site where it ran. A row holds the jobs of a site whose waiting ended in one hour.
//   cap     what machines would have drawn more at the same work; KRW and CO2 at that time
//   shed    nameplate x committed share of the nodes that were off, over the window
// Energy is that of the machines alone, without losses and cooling.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/acts.h"
#include "sim/facility.h"
#include "sim/meter.h"
#include "sim/outage_plan.h"

namespace dure {

// Reads along with the meter: told of every event before it is applied, and of every "no".
class ShiftMeter {
 public:
  ShiftMeter(const World& world, const Meter& meter) : world_(world), meter_(meter) {}

  void append(const Event& e);
  void waits(JobId job, Reason because);

  struct Shifted {
    JobId job;
    PoolId pool;
    Millis submit, start, end;  // end: when this run ended
    std::int64_t power_w = 0;   // beside the idle node, while no cap held
  };
  // Runs that have ended, in the order of their ends, then those that go on, until the given time.
  std::vector<Shifted> all(Millis now) const;

 private:
  void ended(JobId job, Millis at);

  const World& world_;
  const Meter& meter_;
  std::map<LaneId, Millis> told_;  // when it was last told to wait for cheaper hours
  std::map<JobId, Shifted> running_;
  std::vector<Shifted> done_;
};

// In the order that ActList::add asks for.
std::vector<Act> energy_acts(const Scenario& scenario, const Founding& founding,
                             const Facility& facility, const Meter& meter, const ShiftMeter& shifts,
                             const OutagePlan& outages);

}  // namespace dure
