// Slots of one group, worked off one by one: the exact engine that the sums of hour_law.h are held
// against. Time in nanoseconds since the first slot.
//
// Invariants: 1. Segments follow one another without a gap or an overlap, from 0 to the end.
//   2. Cells work only from their slot's instant to its deadline.
//   3. From a slot's instant, inference runs on for no longer than stop_ns(), and none begins
//      before the slot's work is done or given up.  4. With `guard` it has stopped before.
#pragma once

#include <cstdint>
#include <functional>

#include "base/stream.h"
#include "edge/slot_work.h"

namespace dure {

struct LendRule {  // of the time that a slot leaves; quantum 0: nothing is lent
  std::int64_t quantum_ns = 0, preempt_ns = 0, switch_ns = 0;
  bool guard = true;  // a piece is begun only if it ends, and the switch back, before the next slot

  bool lends() const { return quantum_ns > 0; }
  // The longest that a piece runs on once it is to stop.
  std::int64_t stop_ns() const {
    if (!lends() || guard) return 0;
    return preempt_ns > 0 && preempt_ns < quantum_ns ? preempt_ns : quantum_ns;
  }
  // The longest from asking for the GPU to having it.
  std::int64_t reclaim_ns() const { return lends() && !guard ? stop_ns() + switch_ns : 0; }
};

enum class SlotUse { idle, cells, late, lent, lost, switching };  // late: of a slot given up

struct SlotSegment {
  SlotUse use;
  std::int64_t from, to;
};
using SlotWatch = std::function<void(const SlotSegment&)>;

struct SlotTotals {
  std::int64_t slots = 0, missed = 0;
  std::int64_t idle_ns = 0, cells_ns = 0, late_ns = 0, lent_ns = 0, lost_ns = 0, switching_ns = 0;
  std::int64_t reclaims = 0, reclaim_sum_ns = 0, reclaim_most_ns = 0;  // waited for by a slot
  std::int64_t beyond_ns = 0;  // of the last piece, after the last slot's end

  std::int64_t all_ns() const {
    return idle_ns + cells_ns + late_ns + lent_ns + lost_ns + switching_ns;
  }
};

// Grants in use by slot; the engine asks once a slot, in order.
using GrantsOf = std::function<std::int64_t(std::int64_t slot)>;

SlotTotals run_slots(const GroupWork& work, const LendRule& rule, std::int64_t slots,
                     const GrantsOf& grants, const SlotWatch& watch = {});

// Draws of Binomial(work.grants, load) by name.
SlotTotals run_slots_drawn(const GroupWork& work, const LendRule& rule, std::int64_t slots,
                           double load, Stream stream, const SlotWatch& watch = {});

}  // namespace dure
