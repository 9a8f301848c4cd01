// What a run with physics costs: rows physics.* of `dure bench`, CPU seconds of this process.
#pragma once

#include <string>
#include <vector>

#include "app/bench_row.h"
#include "base/result.h"
#include "world/scenario.h"

namespace dure {

struct BenchPhysicsOptions {
  std::string frontier, nation;  // paths of scenarios; empty: no rows of it
  bool year = true;              // of the nation at 15 minutes
};

Result<Done> bench_physics(const BenchPhysicsOptions& options, std::vector<BenchRow>& rows);

}  // namespace dure
