// Swings of power at a feeder while GPUs train in step, and whether a ramp is allowed.
// docs/models/node-power.md. A job's power is a square wave: high while it computes, low while it
// exchanges gradients, once a step; what lies between it and the feeder (capacitors, batteries, a
// power smoothing that draws slower) is a first-order low-pass of time constant tau.
//
//   D = GPUs x (P_high - P_low)
//   swing at the feeder, T step, d duty of the high part, tau > 0, in the steady state:
//     S = D (1 - e^(-dT/tau)) (1 - e^(-(1-d)T/tau)) / (1 - e^(-T/tau)),   S <= D
//   steepest ramp: at an edge, (D - trough) / tau, or D / rise without smoothing
//
// Source: the low-pass's steady state on a square wave (any textbook on RC circuits); that swings
// of synchronous training trouble feeders: Llama 3 (2024) section 3.3.4, tens of megawatts; Choukse
// et al., "Power stabilization for AI training datacenters", 2025.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace dure {

struct StepLoad {
  double gpus = 0;
  double high_w = 0, low_w = 0;  // of one GPU with its share of the node
  double step_s = 0;             // period
  double high_share = 0;         // of the step
  double rise_s = 0.01;          // of an edge, without smoothing
};
struct Swing {
  double mean_w = 0, peak_to_peak_w = 0, ramp_w_per_s = 0;
};
// tau_s = 0: nothing smooths. Refused: no period, shares outside 0 to 1, low above high.
Result<Swing> feeder_swing(const StepLoad& load, double tau_s);

// Jobs on one feeder that do not keep step with each other: at worst their swings add up; the root
// of the sum of squares is what is expected.
struct SwingSum {
  double worst_w = 0, expected_w = 0, worst_ramp_w_per_s = 0;
};
SwingSum sum_of_swings(std::span<const Swing> jobs);

struct RampLimit {
  double up_w_per_s = 0, down_w_per_s = 0;  // both as positive numbers
};
// What a change from one power to the next, seconds apart, may reach: the next power itself where
// the limit allows it, else the nearest that it allows.
struct Ramped {
  double power_w = 0;
  bool limited = false;
};
Result<Ramped> ramp_limited(const RampLimit& limit, double from_w, double to_w, double seconds);

}  // namespace dure
