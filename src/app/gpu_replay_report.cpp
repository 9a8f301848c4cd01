#include "app/gpu_replay_report.h"

#include <fmt/core.h>

#include <cmath>

namespace dure {
namespace {

struct Named {
  const char* name;
  GpuPolicy policy;
};
constexpr Named kPolicies[] = {{"fcfs", GpuPolicy::fcfs},
                               {"easy", GpuPolicy::easy},
                               {"fair", GpuPolicy::fair},
                               {"srtf", GpuPolicy::srtf},
                               {"dure", GpuPolicy::dure}};

const char* name_of(GpuTelling::Knows k) {
  switch (k) {
    case GpuTelling::Knows::nothing: return "nothing";
    case GpuTelling::Knows::estimates: return "estimates";
    case GpuTelling::Knows::run_times: return "run_times";
  }
  CHECK(!"a Knows");
}

Millis from_seconds(double s) { return Millis(static_cast<std::int64_t>(std::llround(s * 1000))); }

}  // namespace

bool is_gpu_policy(const std::string& name) { return name == "srtf" || name == "fair"; }

Result<GpuSetup> gpu_setup_of(const std::string& policy, const GpuReplayOptions& o,
                              std::int64_t gpus) {
  if (o.gpus_per_node > 0 && gpus % o.gpus_per_node != 0)
    return Fault{"--gpus-per-node", fmt::format("a divisor of the {} GPUs", gpus),
                 std::to_string(o.gpus_per_node), "give --procs so that nodes are whole"};
  GpuCluster cluster;
  cluster.gpus = gpus;
  cluster.gpus_per_node = static_cast<std::uint32_t>(o.gpus_per_node);
  for (const Named& n : kPolicies)
    if (policy == n.name)
      return gpu_setup(n.policy, cluster, from_seconds(o.checkpoint_s), from_seconds(o.restart_s));
  return Fault{"--policy", "fcfs, easy, fair, srtf or dure with --gpus-per-node", policy,
               "the others are for machines whose processors are only counted"};
}

nlohmann::ordered_json gpu_fields(const GpuSetup& s, const GpuResult& r) {
  nlohmann::ordered_json out = {
      {"gpus_per_node", s.cluster.gpus_per_node},
      {"knows", name_of(s.telling.knows)},
      {"checkpoint_s", static_cast<double>(s.telling.checkpoint.count()) / 1000},
      {"restart_s", static_cast<double>(s.telling.restart.count()) / 1000},
      {"mean_jct_s", r.mean_jct_s},
      {"p50_jct_s", r.p50_jct_s},
      {"p99_jct_s", r.p99_jct_s},
      {"finish_time_fairness",
       {{"mean", r.fairness_mean},
        {"p99", r.fairness_p99},
        {"max", r.fairness_max},
        {"share_above_1", r.unfair_share}}},
      {"preemptions", r.stops},
      {"jobs_preempted", r.jobs_stopped},
      {"held_gpu_h", r.held_gpu_h},
      {"useful_gpu_h", r.useful_gpu_h},
      {"lost_gpu_h", r.lost_gpu_h}};
  if (r.deadlines > 0)
    out["deadlines"] = {
        {"jobs", r.deadlines},
        {"met", r.deadlines_met},
        {"share", static_cast<double>(r.deadlines_met) / static_cast<double>(r.deadlines)}};
  return out;
}

void print_gpu_header() {
  fmt::print("{:<28} {:<7} {:>8} {:>6} {:>12} {:>10} {:>12} {:>6} {:>8} {:>8} {:>7} {:>10} {:>8}\n",
             "log", "policy", "jobs", "GPUs", "mean JCT s", "p50 s", "p99 s", "util", "rho p99",
             "rho>1", "stops", "lost GPU h", "cpu s");
}

void print_gpu_row(const BatchLog& log, const std::string& policy, const GpuResult& r,
                   double cpu_s) {
  fmt::print(
      "{:<28} {:<7} {:>8} {:>6} {:>12.0f} {:>10.0f} {:>12.0f} {:>6.3f} {:>8.2f} {:>8.3f} {:>7} "
      "{:>10.1f} {:>8.3f}\n",
      log.name, policy, log.jobs.size(), log.procs, r.mean_jct_s, r.p50_jct_s, r.p99_jct_s,
      r.utilization, r.fairness_p99, r.unfair_share, r.stops, r.lost_gpu_h, cpu_s);
  if (r.deadlines > 0) fmt::print("  deadlines {:>7} of {} met\n", r.deadlines_met, r.deadlines);
}

}  // namespace dure
