// The packing experiment of "Beware of Fragmentation" (Weng et al., USENIX ATC 2023, section 6.2):
// requests arrive one by one and stay, until they have asked for more GPUs than there are; how much
// of the GPUs does a placement policy allocate? docs/models/packing.md.
// Units: GPUs in 1/1000; shares of the capacity in [0, 1].
// Invariants: 1. A run depends on (nodes, requests, seed, inflate, policy) only; policies of one
//                seed see the same arrivals and the same order of nodes.
//             2. What is allocated is what the nodes lack: never more than arrived, nor than there
//                is.
#pragma once

#include <cstdint>
#include <vector>

#include "sched/packing.h"

namespace dure {

struct PackingTrial {
  std::vector<PackNode> nodes;        // empty, in the order of the file
  std::vector<PackRequest> requests;  // the trace, in the order of arrival
  double inflate = 1.3;               // arrivals end at this share of the capacity
};

struct PackingRun {
  std::uint64_t seed = 0;
  std::int64_t arrived = 0, placed = 0;                 // requests
  std::int64_t arrived_milli = 0, allocated_milli = 0;  // at the end
  // [p]: allocated share of the capacity, mean over the arrivals that brought the arrived demand to
  // p per cent of the capacity, rounded; where there was none, what was allocated before.
  std::vector<double> curve;
};

// The arrivals of a seed: the trace in a random order, then requests drawn from it with
// replacement until the next would pass inflate x capacity.
std::vector<PackRequest> packing_arrivals(const PackingTrial& trial, std::uint64_t seed);

PackingRun run_packing(const PackingTrial& trial, const PackingScore& score, std::uint64_t seed);

}  // namespace dure
