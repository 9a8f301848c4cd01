#include "physics/goodput.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

void check(const JobRisk& r, const CheckpointPlan& p) {
  CHECK(r.interrupts_per_hour >= 0 && r.restart_hours >= 0);
  CHECK(r.silent_per_hour >= 0 && r.silent_detect_hours >= 0);
  CHECK(p.interval_hours > 0 && p.write_hours >= 0);
}

// 1 + r x the mean time that silent errors lose, which is work done twice.
double silent_stretch(const JobRisk& r, const CheckpointPlan& p) {
  return 1.0 +
         r.silent_per_hour * (r.silent_detect_hours + r.restart_hours + p.interval_hours / 2.0);
}

}  // namespace

double young_interval_hours(double write_hours, double interrupts_per_hour) {
  CHECK(write_hours >= 0 && interrupts_per_hour > 0);
  return std::sqrt(2.0 * write_hours / interrupts_per_hour);
}

double daly_interval_hours(double write_hours, double interrupts_per_hour) {
  CHECK(write_hours >= 0 && interrupts_per_hour > 0);
  const double half = write_hours * interrupts_per_hour / 2.0;
  if (half >= 1.0) return 1.0 / interrupts_per_hour;
  const double young = young_interval_hours(write_hours, interrupts_per_hour);
  return young * (1.0 + std::sqrt(half) / 3.0 + half / 9.0) - write_hours;
}

Ettr ettr_first_order(const JobRisk& risk, const CheckpointPlan& plan) {
  check(risk, plan);
  const double dt = plan.interval_hours;
  const double lost = risk.interrupts_per_hour * (risk.restart_hours + dt / 2.0);
  Ettr e;
  e.ratio = std::max(0.0, 1.0 - lost) / (1.0 + plan.write_hours / dt) / silent_stretch(risk, plan);
  e.beyond_range = risk.interrupts_per_hour * (risk.restart_hours + dt + plan.write_hours) >= 0.1;
  return e;
}

double ettr_exact(const JobRisk& risk, const CheckpointPlan& plan) {
  check(risk, plan);
  const double dt = plan.interval_hours, r = risk.interrupts_per_hour;
  const double length = dt + plan.write_hours;
  const double plain =
      r == 0 ? dt / length : r * dt / (std::exp(r * risk.restart_hours) * std::expm1(r * length));
  return plain / silent_stretch(risk, plan);
}

double best_interval_hours(const JobRisk& risk, double write_hours) {
  CHECK(write_hours > 0 && risk.interrupts_per_hour > 0);
  const double daly = daly_interval_hours(write_hours, risk.interrupts_per_hour);
  // On a log scale, where the ratio has one top.
  double a = std::log(daly / 20.0), b = std::log(daly * 20.0);
  const double golden = (std::sqrt(5.0) - 1.0) / 2.0;
  const auto value = [&](double x) { return ettr_exact(risk, {std::exp(x), write_hours}); };
  double c = b - golden * (b - a), d = a + golden * (b - a);
  double fc = value(c), fd = value(d);
  for (int i = 0; i < 60; ++i) {
    if (fc >= fd) {
      b = d;
      d = c;
      fd = fc;
      c = b - golden * (b - a);
      fc = value(c);
    } else {
      a = c;
      c = d;
      fc = fd;
      d = a + golden * (b - a);
      fd = value(d);
    }
  }
  return std::exp((a + b) / 2.0);
}

Result<double> checkpoint_write_hours(const CheckpointSize& size, double gb_per_s) {
  if (!(gb_per_s > 0))
    return Fault{"checkpoint bandwidth", "more than 0 GB/s", std::to_string(gb_per_s), ""};
  if (!(size.params_b >= 0) || !(size.bytes_per_param > 0))
    return Fault{"checkpoint size", "parameters of 0 or more, bytes of each above 0", "less", ""};
  return size.params_b * size.bytes_per_param / gb_per_s / 3600.0;  // 10^9 x bytes = GB
}

double spares_suffice_share(std::int64_t nodes, std::int64_t spares, double node_out_share) {
  CHECK(nodes > 0 && spares >= 0);
  CHECK(node_out_share >= 0 && node_out_share <= 1);
  if (node_out_share == 0) return 1;
  if (node_out_share == 1) return 0;
  // P(k out) by the ratio of neighbours, from P(0) as a logarithm: 10^5 nodes do not underflow.
  const auto n = static_cast<double>(nodes + spares);
  double log_p = n * std::log1p(-node_out_share), sum = std::exp(log_p);
  const double odds = std::log(node_out_share) - std::log1p(-node_out_share);
  for (std::int64_t k = 1; k <= spares; ++k) {
    const auto x = static_cast<double>(k);
    log_p += std::log((n - x + 1.0) / x) + odds;
    sum += std::exp(log_p);
  }
  return std::min(1.0, sum);
}

double job_mttf_hours(std::int64_t nodes, double faults_per_1000_node_days) {
  CHECK(nodes > 0 && faults_per_1000_node_days > 0);
  return 24'000.0 / (static_cast<double>(nodes) * faults_per_1000_node_days);
}

Goodput goodput(const GoodputCase& c) {
  Goodput g;
  g.ettr = ettr_exact(c.risk, c.plan);
  g.nodes_there = spares_suffice_share(c.nodes, c.spares, c.node_out_share);
  g.not_spare = static_cast<double>(c.nodes) / static_cast<double>(c.nodes + c.spares);
  return g;
}

}  // namespace dure
