// A batch log made up for benches: as many jobs as wanted, on a machine kept busy, the same for a
// seed. Law: arrivals by hour of day (three times as many by day), sizes powers of two up to a
// quarter of the machine, runs lognormal, users ask for one to four times what they use, 10%
// exactly what they use.
#pragma once

#include <cstdint>
#include <vector>

#include "world/batch_job.h"

namespace dure {

// Sorted by submit, run <= estimate, whole seconds. load: run x procs over procs x span, about.
std::vector<BatchJob> generated_log(std::size_t jobs, std::int32_t procs, double load,
                                    std::uint64_t seed);

}  // namespace dure
