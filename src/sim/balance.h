// The books must balance, or a run is refused: each check compares two ways to the same quantity
// that share as little as they can (the meters' sums, the jobs' own times, the ledger, the world).
#pragma once

#include <cstdint>
#include <optional>
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

// What traffic adds (network_run.h), in megabytes of the window.
struct NetworkBooks {
  struct Kind {
    std::string kind;
    std::int64_t waiting_at_start_mb = 0, sent_mb = 0, arrived_mb = 0, late_mb = 0, lacking_mb = 0;
    std::int64_t sent_by_jobs_mb = 0;  // by each job's own times, without the intervals
  };
  struct Place {  // an end of links
    std::string id;
    std::int64_t out_mb = 0, in_mb = 0;        // over its links
    std::int64_t sent_mb = 0, arrived_mb = 0;  // of flows that arrived: from it, at it
  };
  std::vector<Kind> kinds;
  std::vector<Place> places;
  std::int64_t first_mb = 0;       // that links carried as the first of a way
  std::int64_t most_above_mb = 0;  // that a link carried above what fits
};

// Of a site with energy assets (energy_books.h): what the meter, the sun, the calls and the acts
// say, beside what the dispatch kept.
struct SiteEnergyBooks {
  std::string id;
  double metered_kwh = 0, kwh_of_hours = 0;  // by the bills; by the meter's hours
  double facility_kwh = 0, solar_kwh = 0, solar_curtailed_kwh = 0, sun_kwh = 0;
  double charge_kwh = 0, discharge_kwh = 0, export_kwh = 0, unserved_kwh = 0;
  double stored_and_given_kwh = 0, first_and_taken_kwh = 0;  // with the losses of each way
  double charge_kwh_of_acts = 0, discharge_kwh_of_acts = 0;
  double cut_kwh = 0;                       // of acts: what lay above the limit of a cut
  double plant_kwh = 0, plant_sun_kwh = 0;  // of the contracted plant
  double market_g = 0, market_g_of_bills = 0;
  double asked_kwh = 0, asked_kwh_of_calls = 0, delivered_kwh = 0;
  double krw = 0, krw_of_parts = 0;
};

// The money of a run (money_run.h), each figure in two ways.
struct MoneyBooks {
  double cost_krw = 0, of_sites_krw = 0, net_of_members_krw = 0;
  double of_gpus_krw = 0, of_classes_krw = 0;
  double machines_krw = 0, machines_by_hour_krw = 0;  // pool by pool; hours x the charge of one
  double bills_of_money_krw = 0, bills_krw = 0;       // energy and water
  std::int64_t charged_gpu_ms = 0, stood_gpu_ms = 0;
  std::int64_t net_lent_krw = 0;  // received less paid, over all members
  struct Member {
    std::string id;
    std::int64_t settled_krw = 0;  // received less paid
    double by_ledger_krw = 0;      // GPU time of the ledger x prices
    std::int64_t roundings = 0;    // to the nearest won, in settled_krw
  };
  std::vector<Member> members;
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
  std::optional<NetworkBooks> network;    // where there is traffic
  std::vector<SiteEnergyBooks> assets;    // of each site that has some and draws
  std::optional<MoneyBooks> money;        // where the scenario reckons with it
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
