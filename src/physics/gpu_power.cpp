#include "physics/gpu_power.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kKnee = 8;             // sharpness of the regulator's smooth minimum
constexpr double kSlowestPower = 0.02;  // of the dynamic span: clocks do not fall to 0

double phi(const GpuPowerSpec& gpu, double cap_w, double draw_w) {
  const double fixed_w = gpu.static_share * gpu.limit_w;
  if (cap_w >= draw_w || draw_w <= fixed_w) return 1;  // invariant 2
  const double span = std::max((cap_w - fixed_w) / (draw_w - fixed_w), kSlowestPower);
  return std::pow(span, 1 / gpu.cap_exponent);
}

}  // namespace

double step_s(const StepTimes& t, double clock_ratio) {
  CHECK(clock_ratio > 0 && t.compute_s >= 0 && t.memory_s >= 0 && t.rest_s >= 0);
  const double compute_s = t.compute_s / clock_ratio;
  return std::max(compute_s, t.memory_s) + t.overlap_cost * std::min(compute_s, t.memory_s) +
         t.rest_s;
}

Activity activity(const StepTimes& t, double clock_ratio) {
  const double all_s = step_s(t, clock_ratio);
  if (all_s <= 0) return {};
  return {t.compute_s / clock_ratio / all_s, t.memory_s / all_s};
}

double gpu_working_w(const GpuPowerSpec& gpu, Activity share) {
  CHECK(share.compute >= 0 && share.compute <= 1 && share.memory >= 0 && share.memory <= 1);
  const double q =
      gpu.active_share + gpu.compute_share * share.compute + gpu.memory_share * share.memory;
  const double over = q / gpu.regulated_share;
  return gpu.limit_w * q / std::pow(1 + std::pow(over, kKnee), 1 / kKnee);  // invariant 1
}

double gpu_phase_w(const GpuPowerSpec& gpu, const PhaseSpec& phase) {
  return phase.working ? gpu_working_w(gpu, {phase.compute, phase.memory}) : gpu.idle_w;
}

double gpu_linear_w(const GpuPowerSpec& gpu, double utilization) {
  CHECK(utilization >= 0 && utilization <= 1);
  return gpu.idle_w + (gpu.limit_w - gpu.idle_w) * utilization;
}

Result<double> clock_ratio(const GpuPowerSpec& gpu, double cap_w, double draw_w) {
  const double least_w = gpu.lowest_cap_share * gpu.limit_w;
  if (!(cap_w >= least_w))
    return Fault{"cap_w", std::to_string(least_w) + " W or more for " + gpu.id,
                 std::to_string(cap_w), "the board takes no lower limit; switch the node off"};
  return phi(gpu, cap_w, draw_w);
}

double dvfs_w(const GpuPowerSpec& gpu, double draw_w, double clock_ratio) {
  CHECK(clock_ratio > 0 && clock_ratio <= 1);
  const double fixed_w = std::min(gpu.static_share * gpu.limit_w, draw_w);
  return fixed_w + (draw_w - fixed_w) * std::pow(clock_ratio, gpu.cap_exponent);
}

Result<Capped> capped_step(const GpuPowerSpec& gpu, const StepTimes& t, double cap_w) {
  const double draw_w = gpu_working_w(gpu, activity(t));
  TRY(clock, clock_ratio(gpu, cap_w, draw_w));
  return Capped{clock, step_s(t, clock) / step_s(t), std::min(cap_w, draw_w)};
}

double energy_optimal_cap_w(const GpuPowerSpec& gpu, const StepTimes& t, double overhead_w) {
  CHECK(overhead_w >= 0);
  const double draw_w = gpu_working_w(gpu, activity(t));
  const double least_w = std::min(gpu.lowest_cap_share * gpu.limit_w, draw_w);
  const auto energy = [&](double cap_w) {
    return (cap_w + overhead_w) * step_s(t, phi(gpu, cap_w, draw_w));
  };
  // Golden section: the energy falls, then rises, over caps (docs/models/node-power.md).
  constexpr double kGolden = 0.6180339887498949;
  double low = least_w, high = draw_w;
  for (int i = 0; i < 60; ++i) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (energy(a) <= energy(b) ? high : low) = energy(a) <= energy(b) ? b : a;
  }
  const double inside = (low + high) / 2;
  return energy(inside) <= energy(draw_w) ? inside : draw_w;
}

}  // namespace dure
