#include "validate/fleet_run.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace dure {
namespace {

constexpr double kHour = 3'600'000.0, kDay = 24 * kHour;
constexpr std::int64_t kMinute = 60'000;

struct Span {
  std::int64_t from = 0, to = 0;
};

// Mean and most of how many spans cover an instant of [0, end).
void add_out(const std::vector<Span>& spans, double end, FleetLog& log) {
  std::vector<std::pair<std::int64_t, int>> steps;
  double ms = 0;
  for (const Span& s : spans) {
    const auto to = std::min(s.to, static_cast<std::int64_t>(end));
    ms += static_cast<double>(to - s.from);
    steps.emplace_back(s.from, 1);
    steps.emplace_back(to, -1);
  }
  std::sort(steps.begin(), steps.end());  // of one instant, ends first
  int out = 0, most = 0;
  for (const auto& [at, step] : steps) most = std::max(most, out += step);
  log.mean_nodes_out += ms / end;
  log.most_nodes_out += most;
}

void add_seed(const FailureModel& model, const FleetRun& run, FleetLog& log) {
  const double end = run.period_days * kDay;
  std::vector<FailureEvent> all;
  for (std::int64_t h = 0; h < static_cast<std::int64_t>(std::ceil(end / kHour)); ++h)
    model.add_hour(h, all);
  std::vector<std::int64_t> back(static_cast<std::size_t>(run.nodes), 0),
      count(static_cast<std::size_t>(run.nodes), 0);
  std::map<std::int64_t, std::int64_t> in_minute;
  std::vector<Span> spans;
  double faults = 0;
  for (const FailureEvent& e : all) {
    const auto node = static_cast<std::size_t>(e.first_node);
    const std::int64_t at = e.at.count(), until = e.out_until.count();
    if (e.nodes != 1 || at >= static_cast<std::int64_t>(end) || at < back[node]) continue;
    back[node] = until;
    ++count[node];
    ++faults;
    ++in_minute[at / kMinute];
    spans.push_back({at, until});
    if (until < static_cast<std::int64_t>(end))
      log.out_hours[e.cause].push_back(static_cast<double>(until - at) / kHour);
  }
  log.faults += faults;
  add_out(spans, end, log);
  log.nodes_with_a_fault += static_cast<double>(
      std::count_if(count.begin(), count.end(), [](std::int64_t n) { return n > 0; }));
  if (faults == 0) return;
  double together = 0, worst = 0;
  for (const auto& [minute, n] : in_minute) together += n > 1 ? static_cast<double>(n) : 0;
  std::sort(count.begin(), count.end(), std::greater<>());
  for (std::size_t i = 0; i < std::min<std::size_t>(20, count.size()); ++i)
    worst += static_cast<double>(count[i]);
  log.with_another_pct += 100 * together / faults;
  log.worst_20_share_pct += 100 * worst / faults;
}

}  // namespace

Result<FleetLog> run_fleet(const FailureSpec& spec, const FleetRun& run) {
  if (run.nodes < 1 || !(run.period_days > 0) || run.period_days > 10'000 || run.seeds < 1)
    return Fault{"a run of a fleet", "1 node, 1 seed, 0 to 10000 days", "other", ""};
  FailurePool pool;
  pool.id = "all";
  pool.hardware = run.hardware;
  pool.nodes = run.nodes;
  pool.gpus_per_node = run.gpus_per_node;
  pool.nodes_per_rack = 1;
  FailureGrounds grounds;
  grounds.sites = {{"fleet", run.fleet, {{"hall", {pool}}}}};
  FailureSpec of_nodes = spec;  // causes keep their indices; larger domains are silent
  for (FailureCauseSpec& c : of_nodes.causes) {
    if (c.domain != FailureDomain::gpu && c.domain != FailureDomain::node)
      c.faults_per_million_hours = 0;
  }
  for (FailureHardwareSpec& h : of_nodes.hardware) h.early_life_factor = 1;
  FleetLog log;
  log.out_hours.resize(spec.causes.size());
  for (int seed = 1; seed <= run.seeds; ++seed) {
    TRY(model, FailureModel::make(of_nodes, grounds, static_cast<std::uint64_t>(seed)));
    add_seed(model, run, log);
  }
  const double n = run.seeds;
  for (double* const x : {&log.faults, &log.nodes_with_a_fault, &log.worst_20_share_pct,
                          &log.with_another_pct, &log.mean_nodes_out, &log.most_nodes_out})
    *x /= n;
  log.availability_pct = 100 * (1 - log.mean_nodes_out / static_cast<double>(run.nodes));
  for (auto& hours : log.out_hours) std::sort(hours.begin(), hours.end());
  return log;
}

OutHours out_hours(const FleetLog& log, const std::vector<std::uint32_t>& causes) {
  std::vector<double> all;
  for (const std::uint32_t c : causes)
    all.insert(all.end(), log.out_hours.at(c).begin(), log.out_hours.at(c).end());
  if (all.empty()) return {};
  std::sort(all.begin(), all.end());
  OutHours out;
  for (const double h : all) out.mean += h;
  const auto n = static_cast<double>(all.size());
  out.mean /= n;
  const auto rank = [&](double q) {
    return all[static_cast<std::size_t>(std::max(0.0, std::ceil(q * n) - 1))];
  };
  out.p50 = rank(0.5);
  out.p90 = rank(0.9);
  return out;
}

}  // namespace dure
