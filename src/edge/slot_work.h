// What the slots of a group of cells ask of their GPU, in whole nanoseconds.
//
//   work of a slot = base + step x grants in use,  grants in use ~ Binomial(cells x grants, load)
//   base = launch + cells x cell,  step = PRBs x layers x ns a PRB and layer / grants, rounded up
//
// On a share of a GPU, or slowed by a neighbour, both grow and are rounded up: work is never less
// than what is stated. Deadline <= slot, so what one slot leaves undone never meets the next.
#pragma once

#include <cstdint>
#include <vector>

#include "edge/ran_spec.h"

namespace dure {

struct SlotKindWork {
  std::int64_t base_ns = 0, step_ns = 0;
  std::int64_t at(std::int64_t grants) const { return base_ns + step_ns * grants; }
};

struct GroupWork {
  std::int64_t slot_ns = 0, deadline_ns = 0;
  std::int64_t grants = 0;          // of all its cells: what can be in use at once
  std::vector<SlotKindWork> cycle;  // by slot, over and over

  std::int64_t worst_ns() const;         // of any slot, everything in use
  double mean_ns(double load) const;     // of the dearest kind
  double average_ns(double load) const;  // over the cycle
};

// On `share` thousandths of a GPU, `slow` thousandths slower than alone.
GroupWork group_work(const CellRowSpec& row, const RadioSpec& radio, std::int64_t share_milli,
                     std::int64_t slow_milli = 0);

// P(k of n) for k = 0 .. n, each of probability p; sums to 1 within 1e-12.
std::vector<double> binomial(std::int64_t n, double p);

}  // namespace dure
