// Power of one GPU from what its step does, and what a power cap does to the step's speed.
// Model, sources, range and errors: docs/models/node-power.md. Units in the names; shares are of
// the board's limit.
//
//   working   P = limit x r x q / (r^8 + q^8)^(1/8),  q = active + compute x u_c + memory x u_m
//             u_c, u_m: shares of the step's time with busy arithmetic units and streamed memory;
//             r: the mean that the regulator holds (a smooth minimum of q and r)
//   idle      P = idle_w
//   cap       clock phi = ((min(P_cap, P_draw) - P_s) / (P_draw - P_s))^(1/a)
//             P_s = idle_w + static_share x (limit - idle_w): what no clock lowers; a cap under it
//             leaves the least clock, and the board draws more than the cap. In a step whose shares
//             are known the power of its memory is added to P_s: it keeps its pace
//             (Patki et al. 2019 for the form; fitted to Zeus, You et al. NSDI 2023)
//   speed     1 / (c / phi + 1 - c), where only the draw is known: c = (P_draw - idle_w) / (limit -
//             idle_w) is the share of the time that follows the clock
//   step      T = max(C / phi, M) + overlap x min(C / phi, M) + rest: memory time keeps its clock,
//             so a step that waits for memory is not slowed
//
// Invariants: 1. P rises in u_c and u_m and never passes regulated_share x limit.
//             2. phi is 1 where the cap does not bind, and rises with the cap.
//             3. A step under a cap is never faster than without.
#pragma once

#include "base/result.h"
#include "world/power_spec.h"

namespace dure {

struct StepTimes {  // of one step, uncapped
  double compute_s = 0, memory_s = 0;
  double rest_s = 0;        // launch, host, communication: neither
  double overlap_cost = 0;  // of the shorter, added to the longer
};
double step_s(const StepTimes& t, double clock_ratio = 1);

struct Activity {  // shares of a step's time, 0 to 1 each; they may overlap
  double compute = 0, memory = 0;
};
Activity activity(const StepTimes& t, double clock_ratio = 1);

// A kernel runs. CHECKs that the shares are 0 to 1.
double gpu_working_w(const GpuPowerSpec& gpu, Activity share);
// idle_w, or working by the phase's shares.
double gpu_phase_w(const GpuPowerSpec& gpu, const PhaseSpec& phase);
// Linear between idle and the limit: for machines of which only a utilization is known.
double gpu_linear_w(const GpuPowerSpec& gpu, double utilization);

// The clock, over the uncapped one, that a cap leaves to a GPU that would draw draw_w. A cap below
// the least that the board takes is refused.
Result<double> clock_ratio(const GpuPowerSpec& gpu, double cap_w, double draw_w);
// Speed under a cap over speed without, of work of which no more is known than its mean draw.
Result<double> capped_speed(const GpuPowerSpec& gpu, double cap_w, double draw_w);
// Power at a lower clock, of a GPU that draws draw_w at the full one: dynamic power goes as
// clock^cap_exponent. clock_ratio in (0, 1].
double dvfs_w(const GpuPowerSpec& gpu, double draw_w, double clock_ratio);

struct Capped {
  double clock_ratio = 1;
  double slowdown = 1;  // step time over uncapped step time
  double power_w = 0;   // mean
};
// The step and power of a GPU under a cap.
Result<Capped> capped_step(const GpuPowerSpec& gpu, const StepTimes& t, double cap_w);

// The cap, within what the board takes, at which (GPU + overhead) energy for a step is least.
// overhead_w: what the node draws beside, for each GPU. The step that waits for nothing but
// compute has it at (a x P_s + overhead) / (a - 1); others are searched.
double energy_optimal_cap_w(const GpuPowerSpec& gpu, const StepTimes& t, double overhead_w);

}  // namespace dure
