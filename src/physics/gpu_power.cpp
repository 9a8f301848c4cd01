#include "physics/gpu_power.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kKnee = 8;             // sharpness of the regulator's smooth minimum
constexpr double kSlowestPower = 0.02;  // of the dynamic span: clocks do not fall to 0

double static_w(const GpuPowerSpec& gpu) {
  return gpu.idle_w + gpu.static_share * (gpu.limit_w - gpu.idle_w);
}

double full(const GpuPowerSpec& gpu, Activity share) {  // q, before the regulator
  return gpu.active_share + gpu.compute_share * share.compute + gpu.memory_share * share.memory;
}

// What no clock lowers in this step: the static power, and that of memory, which keeps its pace.
double fixed_w(const GpuPowerSpec& gpu, Activity share) {
  const double memory = gpu.memory_share * share.memory / full(gpu, share);
  return static_w(gpu) + memory * gpu_working_w(gpu, share);
}

double phi(double exponent, double fixed, double cap_w, double draw_w) {
  if (cap_w >= draw_w || draw_w <= fixed) return 1;  // invariant 2
  const double span = std::max((cap_w - fixed) / (draw_w - fixed), kSlowestPower);
  return std::pow(span, 1 / exponent);
}

// What the board draws: the cap, but no less than its least clock does.
double held(double fixed, double cap_w, double draw_w) {
  const double least_w = std::min(fixed, draw_w);
  return std::clamp(cap_w, least_w + kSlowestPower * (draw_w - least_w), draw_w);
}

std::optional<Fault> too_low(const GpuPowerSpec& gpu, double cap_w) {
  const double least_w = gpu.lowest_cap_share * gpu.limit_w;
  if (cap_w >= least_w) return std::nullopt;
  return Fault{"cap_w", std::to_string(least_w) + " W or more for " + gpu.id, std::to_string(cap_w),
               "the board takes no lower limit; switch the node off"};
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
  const double q = full(gpu, share);
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
  if (const auto fault = too_low(gpu, cap_w)) return *fault;
  return phi(gpu.cap_exponent, static_w(gpu), cap_w, draw_w);
}

Result<double> capped_speed(const GpuPowerSpec& gpu, double cap_w, double draw_w) {
  TRY(clock, clock_ratio(gpu, cap_w, draw_w));
  const double span_w = gpu.limit_w - gpu.idle_w;
  const double follows = span_w > 0 ? std::clamp((draw_w - gpu.idle_w) / span_w, 0.0, 1.0) : 1;
  return 1 / (follows / clock + 1 - follows);
}

double dvfs_w(const GpuPowerSpec& gpu, double draw_w, double clock_ratio) {
  CHECK(clock_ratio > 0 && clock_ratio <= 1);
  const double fixed = std::min(static_w(gpu), draw_w);
  return fixed + (draw_w - fixed) * std::pow(clock_ratio, gpu.cap_exponent);
}

Result<Capped> capped_step(const GpuPowerSpec& gpu, const StepTimes& t, double cap_w) {
  if (const auto fault = too_low(gpu, cap_w)) return *fault;
  const Activity share = activity(t);
  const double draw_w = gpu_working_w(gpu, share), fixed = fixed_w(gpu, share);
  const double clock = phi(gpu.cap_exponent, fixed, cap_w, draw_w);
  return Capped{clock, step_s(t, clock) / step_s(t), held(fixed, cap_w, draw_w)};
}

double energy_optimal_cap_w(const GpuPowerSpec& gpu, const StepTimes& t, double overhead_w) {
  CHECK(overhead_w >= 0);
  const Activity share = activity(t);
  const double draw_w = gpu_working_w(gpu, share), fixed = fixed_w(gpu, share);
  // Below what the least clock draws a cap changes nothing.
  const double least_w = held(fixed, gpu.lowest_cap_share * gpu.limit_w, draw_w);
  const auto energy = [&](double cap_w) {
    return (cap_w + overhead_w) * step_s(t, phi(gpu.cap_exponent, fixed, cap_w, draw_w));
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
