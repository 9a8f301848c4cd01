// The decision: from a world and a policy to wishes, and to a reason for every "no".
// Pure: no clock, I/O, statics or log. decide() speaks its wishes one at a time; the listener makes
// each a fact (record, World::apply) before the next is considered, so the world that decide()
// reads is always true and nothing is kept twice. A dry run or a forecast listens on a copy of the
// world.
#pragma once

#include "world/scenario.h"
#include "world/world.h"

namespace dure {

// Steps of service under Order::attained, and when waiting lifts a job above them: rank.h.
struct Ladder {
  GpuMillis first{14'400'000};  // step 0 ends here: 4 GPU-hours
  std::int64_t ratio = 1000;    // each step ends at so many times the end of the one before
  std::int64_t stretch = 50;    // lifts who waits so many times what it ran; 0: nobody
};

struct Policy {
  Order order = Order::arrival;
  Backfill backfill = Backfill::none;
  bool preempt = false;                  // take back what is borrowed, stop lower tiers
  Millis grace{60'000};                  // a stopped job is given so long to save what it can
  Millis reclaim_every{};                // only at multiples of it, for plans cost time; 0: always
  Millis patience{};                     // whoever waited longer goes first in its tier; 0: never
  std::uint32_t history_permille = 500;  // of a share: what was held, not what is
  bool every_job = false;                // weigh all that wait, not the heads of lanes: ranked.cpp
  Ladder ladder{};                       // of Order::attained
};

Policy policy_from(const PolicySpec& spec);

// What a head asks for in a pool: what its member is guaranteed; what it could count on but for its
// own member's running jobs; or to borrow.
enum class Right : std::uint8_t { guaranteed, own, borrowed };

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void wish(Command&& command) = 0;
  virtual void wait(JobId job, Reason because) = 0;
  // For the rest of the pass the pool's room is kept for this job: whoever comes later and has no
  // greater right may use it only until `shadow`, or `extra` of it for longer.
  virtual void keep(PoolId /*pool*/, JobId /*job*/, Right /*right*/, Millis /*shadow*/,
                    std::int64_t /*extra*/) {}
  // It waits behind somebody, and will be told so at the end; it comes up again if whoever that is
  // starts elsewhere.
  virtual void behind(JobId /*job*/) {}
  // It started elsewhere: nothing is kept for it any more.
  virtual void let_go(PoolId /*pool*/, JobId /*job*/) {}
};

// Order::shortest and Order::attained, and every_job, are served by ranked.cpp: all waiting jobs
// are weighed, and with `preempt` running ones too.
//
// Runs one scheduling pass at world.now(). Returns when to be woken if nothing happens before:
// the earliest promised start, or Timeline::kForever.
//
// Order::arrival in a world of one counted pool and one lane gives the classical policies to the
// second (conventions: docs/models/classical.md): none = FCFS, easy = EASY, conservative =
// conservative backfilling. Elsewhere alliance.cpp serves: lanes in the given order, the best pool
// that may take a job, and with easy one reservation a pool.
Millis decide(const World& world, const Policy& policy, Listener& say);

// The parts of it.
Millis decide_fcfs(const World& world, Listener& say);
Millis decide_easy(const World& world, Listener& say);
Millis decide_conservative(const World& world, Listener& say);
Millis decide_alliance(const World& world, const Policy& policy, Listener& say);
Millis decide_ranked(const World& world, const Policy& policy, Listener& say);

}  // namespace dure
