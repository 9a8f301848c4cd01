// The books must balance, or a run is refused: each check compares two ways to the same quantity
// that share as little as they can (the meters' sums, the jobs' own times, the ledger, the world).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "physics/power.h"

namespace dure {

struct SiteBooks {
  std::string id;
  Exact it_wms = 0, facility = 0;  // facility: W x ms x ppm
  Exact it_wms_of_series = 0;      // the bins of its series, summed
  std::int64_t cost_krw = 0;
  std::int64_t peak_w = 0, limit_w = 0, most_above_limit_uw = 0;
  bool draws = false;  // it has powered racks at some time of the window
};

// What physics add to a site's books (facility_run.h). Each figure is reckoned in two ways.
struct SitePhysicsBooks {
  std::string id;
  Exact facility_wms = 0, facility_wms_of_series = 0;
  double bill_kwh = 0, facility_kwh = 0;
  double bill_krw = 0, krw_of_series = 0;      // without the demand charge
  double carbon_g = 0, carbon_g_of_bills = 0;  // step by step; kWh of a month x its year's factor
  double makeup_m3 = 0, given_m3 = 0;          // given: permit by day and stage, and the tank
  std::string outside_band;                    // what of its water cannot be; empty: nothing
};

struct JobBooks {
  std::int64_t in_system_at_start = 0, submitted = 0;
  std::int64_t done = 0, running = 0, queued = 0, cancelled = 0, failed = 0, refused = 0;
};

struct Books {
  // GPU x ms over the window
  std::int64_t installed = 0, used = 0, idle = 0, down = 0, reserved = 0;
  std::int64_t used_by_jobs = 0, used_by_ledger = 0, used_by_members = 0;
  std::int64_t ledger_sum = 0;
  JobBooks jobs, replicas;
  std::int64_t in_system_by_world = 0;  // jobs and replicas at the end
  // W x ms, and W x ms x ppm
  Exact it_wms = 0, it_wms_by_jobs = 0, facility = 0, cooling_and_losses = 0;
  std::int64_t cost_krw = 0;
  std::vector<SiteBooks> sites;
  std::vector<SitePhysicsBooks> physics;  // of each site that draws, where physics are reckoned
  std::int64_t settled_gpu_ms = 0, lent_gpu_ms = 0;  // by the settlement's lines; by the ledger
  std::int64_t settlement_krw = 0;                   // what is paid less what is received
  std::int64_t placements_checked = 0, violations = 0;
};

struct Check {
  std::string name;
  bool ok = false;
  std::int64_t left = 0, right = 0;
  std::string unit, what;
};

std::vector<Check> check_books(const Books& books);

}  // namespace dure
