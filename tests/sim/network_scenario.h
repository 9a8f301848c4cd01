// A tiny alliance of sites in a line, with numbers that one can reckon with by hand: 100 GB/s of
// NVLink, 10 GB/s of a GPU's NIC, all of it payload, no latency.
#pragma once

#include <string>
#include <vector>

#include "sim/tiny_scenario.h"

namespace dure::tiny {

LinkSpec link(std::string id, std::string from, std::string to, double gbit_per_s, double rtt_ms);

// `gpus` at each of the sites s0, s1, …; no links yet.
Scenario with_sites(std::size_t sites, std::int64_t gpus);

// A gang of so many GPUs that runs for so long, saves every hour and may be split over two sites.
WorkloadSpec gang(std::string id, std::int64_t gpus, double hours, double per_day);

TrafficSpec traffic(std::string workload);

}  // namespace dure::tiny
