// What faults cost a job: effective training time ratio (ETTR), checkpoint interval, spares.
// Equations, sources, limits: docs/models/goodput.md. Times in hours, rates per hour of the whole
// job. All are pure; arguments outside of their domain are faults of the caller (CHECK) unless a
// Result is returned.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace dure {

struct JobRisk {
  double interrupts_per_hour = 0;  // that stop the job: seen at once
  double restart_hours = 0;        // from the interrupt to training again, noticing included
  double silent_per_hour = 0;      // that spoil its state unseen
  double silent_detect_hours = 0;  // mean time until that is found; state since then is lost
};
struct CheckpointPlan {
  double interval_hours = 0;  // of useful work between two writes
  double write_hours = 0;     // that the job stands still for
};

// Young 1974: sqrt(2 w / r). Daly 2006, eq. 37: the same with two more terms of sqrt(w r / 2), less
// w; 1/r where w >= 2/r.
double young_interval_hours(double write_hours, double interrupts_per_hour);
double daly_interval_hours(double write_hours, double interrupts_per_hour);

// First order (Kokolis et al. 2025): (1 - r (u0 + dt/2)) / (1 + w/dt), not below 0. Good to 1 %
// while r (u0 + dt + w) < 0.1: beyond_range says where it is not.
struct Ettr {
  double ratio = 0;
  bool beyond_range = false;
};
Ettr ettr_first_order(const JobRisk& risk, const CheckpointPlan& plan);

// Exact for Poisson interrupts, which also strike during a write and a restart (renewal at each
// checkpoint that was written): r dt / (e^(r u0) (e^(r (dt + w)) - 1)). A silent error costs what
// was done since it, and a restart: to first order.
double ettr_exact(const JobRisk& risk, const CheckpointPlan& plan);

// Interval with the highest ettr_exact, by golden section around Daly's.
double best_interval_hours(const JobRisk& risk, double write_hours);

// Bytes of a checkpoint over what the storage takes. 14 bytes a parameter: bf16 weights, and
// master, momentum and variance in fp32.
struct CheckpointSize {
  double params_b = 0;  // 10^9 parameters
  double bytes_per_param = 14;
};
Result<double> checkpoint_write_hours(const CheckpointSize& size, double gb_per_s);

// Share of time in which no more than `spares` of nodes + spares are out, each out for this share
// of time, independently (binomial). Clustered faults make it less.
double spares_suffice_share(std::int64_t nodes, std::int64_t spares, double node_out_share);

// Mean time to failure of a job of so many nodes.
double job_mttf_hours(std::int64_t nodes, double faults_per_1000_node_days);

// Share of the GPUs' time that trains: ETTR x time with enough nodes x share not idle as spares.
struct Goodput {
  double ettr = 0, nodes_there = 0, not_spare = 0;
  double ratio() const { return ettr * nodes_there * not_spare; }
};
struct GoodputCase {
  JobRisk risk;
  CheckpointPlan plan;
  std::int64_t nodes = 1, spares = 0;
  double node_out_share = 0;
};
Goodput goodput(const GoodputCase& c);

}  // namespace dure
