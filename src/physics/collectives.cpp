#include "physics/collectives.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

double bandwidth(const NetworkLevel& l) {  // bytes/s of one GPU
  return l.gb_per_s * 1e9 / (l.oversubscription * l.sharing);
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

Result<Done> check_level(const NetworkLevel& l, std::size_t i) {
  const std::string where = "network level " + std::to_string(i);
  if (l.ranks < 1) return Fault{where, "1 rank or more", std::to_string(l.ranks), ""};
  if (!(l.oversubscription >= 1) || !(l.sharing >= 1))
    return Fault{where, "oversubscription and sharing of 1 or more", "less", ""};
  if (l.ranks > 1 && !(l.gb_per_s > 0))
    return Fault{where, "a bandwidth above 0 GB/s", std::to_string(l.gb_per_s), ""};
  if (!(l.step_us >= 0)) return Fault{where, "a latency of 0 us or more", "less", ""};
  return Done{};
}

// Each pair exchanges bytes / ranks. Levels carry theirs at the same time, so the slowest counts;
// what leaves a group of the level below is what goes to ranks outside of it.
double all_to_all_s(double bytes, const NetworkLevels& levels) {
  double ranks = 1;
  for (const NetworkLevel& l : levels) ranks *= static_cast<double>(l.ranks);
  double inside = 1, slowest = 0, steps = 0;
  for (const NetworkLevel& l : levels) {
    if (l.ranks == 1) continue;
    const double n = static_cast<double>(l.ranks);
    slowest = std::max(slowest, bytes * (ranks - inside) / ranks / bandwidth(l));
    steps += (n - 1.0) * l.step_us * 1e-6;
    inside *= n;
  }
  return slowest + steps;
}

}  // namespace

double collective_s(Collective what, Algorithm how, double bytes, const NetworkLevel& level) {
  CHECK(level.ranks >= 1 && bytes >= 0);
  if (level.ranks == 1) return 0;
  const auto n = static_cast<double>(level.ranks);
  const double pass_s = (n - 1.0) / n * bytes / bandwidth(level) + (n - 1.0) * level.step_us * 1e-6;
  if (what != Collective::all_reduce) return pass_s;
  const double ring_s = 2.0 * pass_s;
  const double tree_s = 2.0 * bytes / bandwidth(level) +
                        2.0 * std::ceil(std::log(n) / std::log(2.0) - 1e-9) * level.step_us * 1e-6;
  if (how == Algorithm::ring) return ring_s;
  if (how == Algorithm::tree) return tree_s;
  return std::min(ring_s, tree_s);
}

Result<double> collective_s(Collective what, Algorithm how, double bytes,
                            const NetworkLevels& levels) {
  if (!(bytes >= 0) || std::isinf(bytes))
    return Fault{"bytes of a collective", "a number of 0 or more", std::to_string(bytes), ""};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (const auto r = check_level(levels[i], i); !r) return r.fault();
  }
  if (what == Collective::all_to_all) return all_to_all_s(bytes, levels);
  std::size_t outermost = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].ranks > 1) outermost = i;
  }
  // From the inside out: each level works on what is left of the buffer for one of its ranks.
  double left = bytes, time_s = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const NetworkLevel& l = levels[i];
    const bool both_ways = what == Collective::all_reduce && i != outermost;
    if (both_ways) {
      time_s += 2.0 * collective_s(Collective::reduce_scatter, how, left, l);
    } else {
      time_s += collective_s(what, how, left, l);
    }
    left /= static_cast<double>(l.ranks);
  }
  return time_s;
}

double bus_gb_per_s(Collective what, double bytes, std::int64_t ranks, double time_s) {
  CHECK(ranks >= 1 && time_s > 0);
  const double n = static_cast<double>(ranks);
  const double times = what == Collective::all_reduce ? 2.0 : 1.0;
  return bytes / time_s * times * (n - 1.0) / n * 1e-9;
}

Result<NetworkLevels> job_levels(const NetworkSpec& spec, std::string_view hardware,
                                 const JobSpan& span) {
  const auto fabric = std::find_if(spec.fabrics.begin(), spec.fabrics.end(),
                                   [&](const FabricSpec& f) { return f.id == hardware; });
  if (fabric == spec.fabrics.end())
    return Fault{"network.fabrics", "a row of this hardware", std::string(hardware), ""};
  if (span.gpus < 1 || span.sites < 1 || span.gpus_per_leaf < 0)
    return Fault{"span of a job", "1 GPU and 1 site or more", std::to_string(span.gpus), ""};
  if (span.sites > 1 && !(span.wan_gbit_per_s > 0))
    return Fault{"span of a job", "bandwidth between its sites", "0", ""};
  const std::int64_t at_site = ceil_div(span.gpus, span.sites);
  const bool nvlink = fabric->nvlink_gb_per_s > 0 && fabric->nvlink_gpus > 1;
  const std::int64_t domain = nvlink ? std::min(at_site, fabric->nvlink_gpus) : 1;
  const std::int64_t domains = ceil_div(at_site, domain);
  const std::int64_t leaf_domains =
      span.gpus_per_leaf == 0
          ? domains
          : std::min(domains, std::max<std::int64_t>(1, span.gpus_per_leaf / domain));
  const double nic = fabric->nic_gbit_per_s / 8.0 * spec.nic_efficiency;
  NetworkLevels levels;
  levels.push_back(
      {domain, fabric->nvlink_gb_per_s * spec.nvlink_efficiency, spec.nvlink_step_us, 1, 1});
  levels.push_back({leaf_domains, nic, spec.rail_step_us, 1, 1});
  levels.push_back({ceil_div(domains, leaf_domains), nic, spec.spine_step_us, span.oversubscription,
                    span.sharing});
  // What two sites have between them is shared by all GPUs of one.
  const double wan =
      span.wan_gbit_per_s / 8.0 * spec.wan_efficiency / static_cast<double>(domain * domains);
  levels.push_back({span.sites, wan, span.wan_rtt_ms * 500.0 + spec.spine_step_us, 1, 1});
  return levels;
}

}  // namespace dure
