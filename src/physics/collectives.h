// Time of a collective among GPUs, by the alpha-beta model: each step costs a latency, each byte a
// share of a bandwidth. Equations, sources, limits: docs/models/network.md.
//   levels   from the inside out, each joins `ranks` groups of the level below it:
//            NVLink domain -> nodes on one leaf -> leaves on the spine -> sites
//   bytes    of the whole buffer: all-reduce, the vector that each rank holds; all-gather, the
//            result; reduce-scatter, the input; all-to-all, what each rank sends in all
// Sources: Thakur, Rabenseifner, Gropp 2005 (rings, trees); nccl-tests' PERFORMANCE.md (bus
// bandwidth); hierarchy: reduce-scatter inside, all-reduce across on 1/ranks of the bytes,
// all-gather inside (each GPU has its own rail).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/network_spec.h"

namespace dure {

struct NetworkLevel {
  std::int64_t ranks = 1;       // groups that it joins
  double gb_per_s = 0;          // of one GPU, one way, payload
  double step_us = 0;           // latency of a step
  double oversubscription = 1;  // what hangs below over what leads up
  double sharing = 1;           // equal jobs that use the same links at once
};
using NetworkLevels = std::vector<NetworkLevel>;

enum class Algorithm { ring, tree, faster };

// On one level. tree: of all-reduce only (double binary tree); the others take a ring.
double collective_s(Collective what, Algorithm how, double bytes, const NetworkLevel& level);

// On several; levels with 1 rank cost nothing. Faults: a level with less than 1 rank, no bandwidth,
// oversubscription or sharing below 1; bytes below 0 or not a number.
Result<double> collective_s(Collective what, Algorithm how, double bytes,
                            const NetworkLevels& levels);

// nccl-tests' bus bandwidth of a time: bytes / time x 2 (n - 1) / n for all-reduce, (n - 1) / n
// else.
double bus_gb_per_s(Collective what, double bytes, std::int64_t ranks, double time_s);

// The levels of a job of so many GPUs on a class of hardware. GPUs that no NVLink domain, leaf or
// site divides are rounded up to whole ones. Faults: a class without a row.
struct JobSpan {
  std::int64_t gpus = 1;
  std::int64_t gpus_per_leaf = 0;  // of a group of leaf switches; 0: all on one
  double oversubscription = 1;     // of the leaves
  double sharing = 1;              // of the spine
  std::int64_t sites = 1;
  double wan_gbit_per_s = 0, wan_rtt_ms = 0;  // between two sites, for this job
};
Result<NetworkLevels> job_levels(const NetworkSpec& spec, std::string_view hardware,
                                 const JobSpan& span);

}  // namespace dure
