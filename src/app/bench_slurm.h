// The rows `live.slurm.*`: held submits through our driver beside as many straight to slurmrestd,
// in rounds that take turns, so that both meet the same machine. Needs root and the Slurm packages.
#pragma once

#include <string>
#include <vector>

#include "app/bench_row.h"
#include "base/result.h"

namespace dure {

// lab: a program that starts and ends clusters, `LAB up --clusters 1 --nodes 4 FOLDER`.
Result<Done> bench_slurm(const std::string& lab, std::vector<BenchRow>& rows);

}  // namespace dure
