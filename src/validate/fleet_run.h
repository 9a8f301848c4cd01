// A fleet as its operator counts it: the failure model run for so many days and seeds, and what a
// log of it would show. A node that is out does not fail again; the log ends with the period, so a
// fault that is not over by then has no time out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "physics/failures.h"

namespace dure {

struct FleetRun {
  std::string fleet;     // of the spec; "": the reference
  std::string hardware;  // likewise
  std::int64_t nodes = 0, gpus_per_node = 8;
  double period_days = 0;
  int seeds = 40;
};

// Means over the seeds; of times out, over all faults of all seeds.
struct FleetLog {
  double faults = 0;
  double nodes_with_a_fault = 0;
  double worst_20_share_pct = 0;  // of the faults, on the 20 nodes with most
  double with_another_pct = 0;    // of the faults, that begin in the minute of another
  double mean_nodes_out = 0, most_nodes_out = 0;
  double availability_pct = 100;
  std::vector<std::vector<double>> out_hours;  // [cause], sorted
};

Result<FleetLog> run_fleet(const FailureSpec& spec, const FleetRun& run);

// Of what a log shows of these causes together; 0 of none.
struct OutHours {
  double mean = 0, p50 = 0, p90 = 0;
};
OutHours out_hours(const FleetLog& log, const std::vector<std::uint32_t>& causes);

}  // namespace dure
