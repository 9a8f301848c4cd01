// The rows `live.*` of `dure bench --live`: what a hub takes, starts, answers and holds. Each is
// measured on a hub in a process of its own, over HTTP, with SQLite in a folder of $TMPDIR.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/bench_row.h"
#include "base/result.h"

namespace dure {

struct BenchLiveOptions {
  std::int64_t history = 1'000'000;  // jobs that a hub restarts with
  std::int64_t known = 100'000;      // jobs that it knows while it is asked
  std::int64_t clients = 10'000;     // of the event stream
  std::int64_t nodes = 75'000;
  std::int64_t submits = 20'000;
  std::string slurm_lab;  // the program that starts clusters; empty: no rows of Slurm
  void make_quick();      // a hundredth or so of it
};

Result<Done> bench_live(const BenchLiveOptions& options, std::vector<BenchRow>& rows);

}  // namespace dure
