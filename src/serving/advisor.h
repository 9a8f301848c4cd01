// Which memory serves a service at least cost: sizes of every tier and the number of replicas, by
// an exact search over all sizes on offer (service_spec.h). Costs are USD an hour.
//
// A plan of sizes s_i (GB a GPU) and n replicas is weighed as follows:
//   batch     the first tier holds weights, reserve and the caches of what runs (fluid_serving.h);
//             what is left of it keeps prefixes
//   hits      tiers below keep what fell out of those above (an exclusive stack), all replicas
//             together, a session at its replica: tier i finds H(C_1 + .. + C_i) - H(C_1 + .. +
//             C_i-1), C in seconds of the prompt tokens that come, H the hit curve
//   fetch     a tier hands out no more than kTierLoad of its bandwidth; what it cannot, and what
//             would come later than it is computed, is computed
//   SLO       mean TPOT <= its limit, mean TTFT x ttft_tail <= its limit, load <= most_load
//   cost      n x gpus x ((GPU + sum s_i price_i) / hours + power) + energy of what is fetched
// For each choice of sizes the fewest replicas are found by halving, since more of them keep more
// and wait less. A choice whose cost at its least number of replicas (all prefixes found, no limit
// of SLO) is above the best is passed over, so the answer is that of trying all.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/faults.h"
#include "serving/fluid_serving.h"
#include "serving/service_spec.h"

namespace dure {

inline constexpr double kTierLoad = 0.8;

// What does not fit or is faster than physics, with the arithmetic; and the invariants of the file.
Faults check_service(const ServiceFile& service);

struct TierPlan {
  std::string id;
  double gb_per_gpu = 0, total_tb = 0;
  double kept_tokens = 0;    // of prefixes, in all replicas
  double hit_share = 0;      // of all prompt tokens, found here
  double fetched_share = 0;  // of all prompt tokens, found here and fetched: not computed again
  double usd_per_h = 0;
};

struct MemoryPlan {
  bool found = false;
  std::int64_t replicas = 0;
  std::vector<TierPlan> tiers;  // in the order of the file
  double hit_share = 0, fetched_share = 0;
  double mean_batch = 0, places = 0;  // of a replica
  double tpot_ms = 0, ttft_ms = 0, load = 0;
  double gpu_usd_per_h = 0, memory_usd_per_h = 0, power_usd_per_h = 0, usd_per_h = 0;
  double usd_per_million_tokens = 0;  // of output
};

struct Advice {
  MemoryPlan best;
  std::int64_t choices = 0, weighed = 0;  // sizes on offer; not passed over by their bound
  // Where nothing keeps the SLO within what can be had: the share of the requests that could be
  // served, by what sizes.
  double servable_share = 1;
  std::string short_of;  // the tier whose supply binds, if one does
};

// The service must have passed check_service.
Advice advise_memory(const ServiceFile& service);

// One choice of sizes and replicas, weighed; found: it keeps the SLO and the supplies.
MemoryPlan weigh_memory(const ServiceFile& service, const std::vector<double>& gb_per_gpu,
                        std::int64_t replicas);

struct Shortage {
  double supply_share = 0;  // of what the first tier's best plan without limit holds
  double supply_tb = 0;
  Advice advice;
};
// The first tier's supply cut to these shares of what is used where nothing is short.
std::vector<Shortage> memory_shortage(const ServiceFile& service, const MemoryPlan& unlimited,
                                      std::span<const double> shares);

// The engines' view of a plan, so that it can be run request by request.
RooflineStep step_of(const ServiceFile& service, double first_tier_gb);
ReplicaSpec replica_of(const ServiceFile& service, double first_tier_gb);
// What of a request's prompt a plan finds: the same share of each.
void with_hits(const ServiceFile& service, const MemoryPlan& plan,
               std::vector<TokenRequest>& requests);

}  // namespace dure
