// A recorded log through a scheduler, with a forecast of its start for each job that does not start
// at once, made when it is submitted: how often is the forecast exceeded?
// Invariant: 1. A forecast knows nothing of what comes after it.
#pragma once

#include <cstdint>
#include <vector>

#include "sched/forecast.h"
#include "sim/replay.h"

namespace dure {

struct ForecastPair {     // waits in ms
  std::uint32_t job = 0;  // its row in the log
  std::int64_t p50 = 0, p90 = 0, raw50 = 0, raw90 = 0, actual = 0;
};

struct Calibration {
  std::size_t jobs = 0, asked = 0, at_once = 0;  // of the log; looked at; of those, at once
  std::size_t unseen = 0;                        // no sample saw a start
  std::vector<ForecastPair> pairs;               // in order of start
  double over_p50 = 0, over_p90 = 0, raw_over_p50 = 0, raw_over_p90 = 0;  // shares of pairs
  double median_error = 0;                                                // of |P50 - wait| / wait
  double median_wait_s = 0, forecast_ms = 0;  // forecast_ms: set by whoever has a clock
};

// sample: about so many jobs, evenly over the log, are looked at; 0: all.
Calibration calibrate(const std::vector<BatchJob>& jobs, std::int64_t procs, ReplayPolicy policy,
                      std::size_t sample, const ForecastOptions& options = {});

// Fills the shares from pairs[from...].
void count_shares(Calibration& c, std::size_t from = 0);

}  // namespace dure
