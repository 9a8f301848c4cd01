// A nation that is full: the world that explain and forecast are timed on.
#pragma once

#include "sched/decide.h"

namespace dure {

struct BenchWorld {
  World world;
  Policy policy;
  JobId first, last;  // a head of a lane that waits, and the last of the longest lane
};

// 75,000 nodes of 4 GPUs in 24 pools of 8 members, all in use; `waiting` jobs in 240 lanes; and
// `past` jobs that have ended.
BenchWorld full_nation(std::size_t waiting, std::size_t past);

}  // namespace dure
