// Nations to time the scheduler on: how large, how many wait, and for how many users.
#pragma once

#include "sched/decide.h"

namespace dure {

struct NationSize {
  std::int64_t gpus = 300'000;
  std::size_t waiting = 100'000;
  std::size_t past = 0;     // jobs that have ended
  std::uint32_t users = 1;  // of each project; every user has lanes of its own
};

struct Nation {
  World world;
  Policy policy;  // fair, with preemption
  JobId first;    // a head of the longest lane
  JobId last;     // the last of it
  JobId large;    // a guaranteed gang of 2,000 GPUs (a sixth of a pool, if that is less) that waits
  PoolId large_in;
};

// 24 pools of 8 members in racks of 18 nodes of 4 GPUs (NVL72), half of each lent; 3 projects a
// member; gangs of 1 to 1,024 GPUs, one in three preemptible. Nothing runs yet, and `waiting` jobs
// wait.
Nation empty_nation(const NationSize& size);
// All of it in use, and `waiting` jobs wait still.
Nation full_nation(const NationSize& size);

// One pool of shared nodes of 8 GPUs, 128 cores and 1 TiB, and `waiting` jobs that wait: shares of
// an eighth to whole GPUs, with CPU and memory.
Nation shared_nation(std::int64_t nodes, std::size_t waiting);

// What a pass starts and what it leaves.
struct Started {
  std::int64_t jobs = 0, gpus = 0;
};
Started pass(World& world, const Policy& policy);

}  // namespace dure
