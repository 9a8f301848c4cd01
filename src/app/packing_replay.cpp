#include "app/packing_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/packing_input.h"
#include "base/nearest.h"
#include "io/shown.h"
#include "io/traces/batch_log.h"

namespace dure {
namespace {

constexpr std::int64_t kMostSeeds = 10'000;
constexpr double kMostInflate = 100, kMostArrivals = 10'000'000;

struct Asked {
  Packing packing = Packing::fgd;
  std::int64_t seeds = 10, first_seed = 42;
  double inflate = 1.3;
};

Result<Asked> asked(const PackingOptions& o) {
  const std::optional<Packing> packing = parse_packing(o.packing);
  if (!packing) {
    const std::string known = fmt::format("{}", fmt::join(kPackingNames, ", "));
    return Fault{"--packing", known, shown(o.packing), name_hint(o.packing, kPackingNames)};
  }
  if (o.nodes.empty())
    return Fault{"--nodes", "the node list of the cluster", "none",
                 "--packing puts pods onto nodes: --nodes openb_node_list_gpu_node.csv"};
  Asked a{*packing, o.seeds.value_or(10), o.first_seed.value_or(42), o.inflate.value_or(1.3)};
  if (a.seeds < 1 || a.seeds > kMostSeeds)
    return Fault{"--seeds", fmt::format("1 to {} seeds", kMostSeeds), std::to_string(a.seeds),
                 "the paper has 10"};
  if (a.first_seed < 0) return Fault{"--first-seed", "0 or more", std::to_string(a.first_seed), ""};
  if (!(a.inflate > 0) || a.inflate > kMostInflate)
    return Fault{"--inflate", "more than 0, at most 100", fmt::format("{}", a.inflate),
                 "1.3: pods arrive until they ask for 1.3 times the GPUs"};
  if (o.mix_from && *o.mix_from < 1)
    return Fault{"--mix-from", "1 pod or more", std::to_string(*o.mix_from), ""};
  return a;
}

Result<Done> expect_format(const std::string& path, TraceFormat expected, const char* what,
                           const char* hint) {
  TRY(format, detect_format(path));
  if (format == expected) return Done{};
  return Fault{path, what, std::string(name_of(format)), hint};
}

Result<PackingTrial> read_trial(const std::string& log, const std::string& format,
                                const std::string& nodes, double inflate) {
  TRY(named, parse_format(format));
  const char* const what = "an openb pod list";
  const char* const hint = "--packing needs CPU, memory and GPU shares of every pod";
  if (named == TraceFormat::automatic) {
    TRY(good, expect_format(log, TraceFormat::openb_pods, what, hint));
    (void)good;
  } else if (named != TraceFormat::openb_pods) {
    return Fault{"--format", "openb", format, hint};
  }
  TRY(good, expect_format(nodes, TraceFormat::openb_nodes,
                          "an openb node list (sn,cpu_milli,memory_mib,gpu,model)",
                          "--nodes is the cluster, LOG the pods"));
  (void)good;
  TRY(node_rows, read_openb_nodes(nodes));
  TRY(pod_rows, read_openb_pods(log));
  TRY(trial, packing_trial(node_rows, pod_rows, nodes, log));
  trial.inflate = inflate;
  double capacity = 0, demand = 0;
  for (const PackNode& n : trial.nodes) capacity += n.gpus * kWholeGpu;
  for (const PackRequest& r : trial.requests) demand += static_cast<double>(r.gpu_demand_milli());
  const double arrivals = inflate * capacity / demand * static_cast<double>(trial.requests.size());
  if (arrivals > kMostArrivals)
    return Fault{log, "at most 10 million arrivals a seed", fmt::format("about {:.0f}", arrivals),
                 "the pods ask for few GPUs: a smaller --inflate, or fewer nodes"};
  return trial;
}

struct Spread {
  double mean = 0, sd = 0, least = 0, most = 0;  // sd: of a sample
};
Spread spread(const std::vector<PackingRun>& runs, std::size_t percent) {
  Spread s{0, 0, 1, 0};
  const auto n = static_cast<double>(runs.size());
  for (const PackingRun& r : runs) {
    s.mean += r.curve[percent] / n;
    s.least = std::min(s.least, r.curve[percent]);
    s.most = std::max(s.most, r.curve[percent]);
  }
  for (const PackingRun& r : runs)
    s.sd += (r.curve[percent] - s.mean) * (r.curve[percent] - s.mean);
  s.sd = runs.size() > 1 ? std::sqrt(s.sd / (n - 1)) : 0;
  return s;
}

std::string stem(const std::string& path) {  // as BatchLog::name
  std::string name = path.substr(path.find_last_of('/') + 1);
  for (const std::string_view end : {".gz", ".csv"})
    if (name.ends_with(end)) name.erase(name.size() - end.size());
  return name;
}

constexpr std::size_t kFull = 100;  // per cent

nlohmann::ordered_json to_json(const std::string& log, const PackingOptions& o, const Asked& a,
                               const PackingTrial& trial, const PackingScore& score,
                               const std::vector<PackingRun>& runs) {
  std::int64_t gpus = 0, arrived = 0, placed = 0;
  for (const PackNode& n : trial.nodes) gpus += n.gpus;
  const auto capacity = static_cast<double>(gpus * kWholeGpu);
  const bool full = runs[0].curve.size() > kFull;
  nlohmann::ordered_json seeds = nlohmann::ordered_json::array(), full_share, full_sd;
  double at_end = 0;
  for (const PackingRun& r : runs) {
    arrived += r.arrived;
    placed += r.placed;
    const double end = static_cast<double>(r.allocated_milli) / capacity;
    at_end += end / static_cast<double>(runs.size());
    nlohmann::ordered_json one = {{"seed", r.seed}, {"arrived", r.arrived}, {"placed", r.placed}};
    one["gpu_allocated_at_full_arrival"] =
        full ? nlohmann::ordered_json(r.curve[kFull]) : nlohmann::ordered_json();
    one["gpu_allocated_at_end"] = end;
    seeds.push_back(std::move(one));
  }
  if (full) {
    full_share = spread(runs, kFull).mean;
    full_sd = spread(runs, kFull).sd;
  }
  nlohmann::ordered_json curve = nlohmann::ordered_json::array();
  for (std::size_t p = 0; p < runs[0].curve.size(); ++p) curve.push_back(spread(runs, p).mean);
  nlohmann::ordered_json j = {{"log", stem(log)},
                              {"policy", o.packing},
                              {"jobs", trial.requests.size()},
                              {"nodes", trial.nodes.size()},
                              {"gpus", gpus},
                              {"inflate", a.inflate},
                              {"mean_wait_s", nullptr},
                              {"mean_bounded_slowdown", nullptr},
                              {"p50_wait_s", nullptr},
                              {"p95_wait_s", nullptr},
                              {"p99_wait_s", nullptr},
                              {"utilization", at_end},
                              {"makespan_s", nullptr},
                              {"rejected", {{"no_room", arrived - placed}}},
                              {"gpu_allocated_at_full_arrival", full_share},
                              {"gpu_allocated_at_full_arrival_sd", full_sd},
                              {"per_seed", std::move(seeds)},
                              {"gpu_allocated_by_arrived_percent", std::move(curve)}};
  if (score.prices()) j["fluid_bound"] = score.prices()->bound();
  j["cpu_s"] = cpu_seconds();
  j["events"] = arrived + placed;
  return j;
}

}  // namespace

int replay_packing(const std::vector<std::string>& logs, const std::string& format,
                   const PackingOptions& o, bool json) {
  TRY_OR_COMPLAIN(a, asked(o));
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& log : logs) {
    const double cpu_before = cpu_seconds();
    TRY_OR_COMPLAIN(trial, read_trial(log, format, o.nodes, a.inflate));
    std::vector<PackRequest> seen = trial.requests;
    if (o.mix_from && static_cast<std::size_t>(*o.mix_from) < seen.size())
      seen.resize(static_cast<std::size_t>(*o.mix_from));
    const PackingScore score(a.packing, seen, trial.nodes);
    std::vector<PackingRun> runs;
    for (std::int64_t s = 0; s < a.seeds; ++s)
      runs.push_back(run_packing(trial, score, static_cast<std::uint64_t>(a.first_seed + s)));
    if (json) {
      all.push_back(to_json(log, o, a, trial, score, runs));
      continue;
    }
    if (&log == &logs.front())
      fmt::print("{:<28} {:<11} {:>6} {:>8} {:>6} {:>8} {:>8} {:>8} {:>8}\n", "log", "packing",
                 "seeds", "full %", "sd", "least %", "most %", "end %", "cpu s");
    const std::size_t last = runs[0].curve.size() - 1;
    const std::string head = fmt::format("{:<28} {:<11} {:>6}", stem(log), o.packing, a.seeds);
    if (last < kFull) {
      fmt::print("{} {:>8} {:>6} {:>8} {:>8} {:>8.2f} {:>8.3f}\n", head, "-", "-", "-", "-",
                 100 * spread(runs, last).mean, cpu_seconds() - cpu_before);
      continue;
    }
    const Spread s = spread(runs, kFull);
    fmt::print("{} {:>8.2f} {:>6.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>8.3f}\n", head, 100 * s.mean,
               100 * s.sd, 100 * s.least, 100 * s.most, 100 * spread(runs, last).mean,
               cpu_seconds() - cpu_before);
  }
  if (json)
    fmt::print("{}\n", (all.size() == 1 ? all[0] : all)
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return kDone;
}

}  // namespace dure
