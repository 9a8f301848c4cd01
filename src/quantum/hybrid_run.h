// The jobs of a scenario under each way of sharing QPU and GPUs, with a bound from below.
//
//   naive     a job has its GPUs and the QPU, both, from its start to its end
//   service   the QPU is a service with a queue; GPUs are held from start to end
//   together  co-scheduling: GPUs are given back while a quantum step is waited for where that
//             saves more than resuming costs, and asked for again in time for its end
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "quantum/hybrid_engine.h"
#include "quantum/hybrid_spec.h"

namespace dure {

enum class HybridWay { naive, service, together };
inline constexpr std::array kHybridWays{HybridWay::naive, HybridWay::service, HybridWay::together};

constexpr auto describe_enum(HybridWay) {
  using E = HybridWay;
  return std::array{Choice<E>{E::naive, "naive", "QPU and GPUs held together"},
                    Choice<E>{E::service, "service", "QPU queued for, GPUs held"},
                    Choice<E>{E::together, "together", "co-scheduled"}};
}

std::int64_t quantum_step_ms(const HybridSpec& job, const QpuSpec& qpu);  // rounded up

// All jobs in the order of arrival; draws by name: "quantum/arrivals/ROW", "quantum/steps/ROW".
std::vector<HybridJob> hybrid_jobs(const HybridScenarioSpec& spec, std::uint64_t seed);

HybridRules hybrid_rules(HybridWay way, const CoschedulingSpec& spec);

struct HybridTimes {               // of jobs, in ms
  double mean_ms = 0, p95_ms = 0;  // arrival to end
  double mean_wait_ms = 0;         // beyond what the job takes alone
  double stretch = 0;              // mean of arrival to end over alone
};

struct HybridRun {
  std::vector<HybridJob> jobs;
  std::int64_t least_end_ms = 0;
  std::array<HybridTotals, kHybridWays.size()> ways;
  std::array<std::vector<HybridTimes>, kHybridWays.size()>
      rows;  // of `hybrids`, and of all at last
};

HybridRun run_hybrid_scenario(const HybridScenarioSpec& spec, std::uint64_t seed);

}  // namespace dure
