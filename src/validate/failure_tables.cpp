#include "validate/failure_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "physics/failures.h"
#include "physics/goodput.h"
#include "validate/failure_rows.h"
#include "validate/fleet_run.h"

namespace dure {
namespace {

using Row = FailureRow;

// What a published name means, in causes of models/failures.yaml.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"Faulty GPU", "gpu_fault"},
    {"GPU HBM3 memory", "gpu_hbm"},
    {"GPU SRAM memory", "gpu_sram"},
    {"GPU system processor", "gpu_system_processor"},
    {"Silent data corruption", "gpu_silent_data_corruption"},
    {"GPU thermal interface + sensor", "gpu_thermal"},
    {"Software bug", "software_bug"},
    {"Other Failures", "software_bug"},
    {"Dependency", "dependency"},
    {"File System", "dependency"},
    {"NCCL watchdog timeouts", "collective_timeout"},
    {"Network switch/cable", "switch_or_cable"},
    {"Parameter Plane Cable", "switch_or_cable"},
    {"NIC", "nic"},
    {"Host maintenance", "host_maintenance"},
    {"SSD", "ssd"},
    {"Power supply", "power_supply"},
    {"Power Supply", "power_supply"},
    {"Fan", "fan"},
    {"CPU", "cpu"},
    {"System memory", "system_memory"},
    {"Unknown Error", "unknown"},
    {"Stress Test Failure", "stress_test_failed"}};
// Server chassis, IO expansion board and motherboard battery are one cause in the model, a part of
// which no row counts; System Crash is within unknown.

using Causes = std::vector<std::uint32_t>;

template <class Keep>
Causes causes_where(const FailureSpec& spec, Keep keep) {
  Causes out;
  for (std::uint32_t c = 0; c < spec.causes.size(); ++c) {
    const FailureDomain d = spec.causes[c].domain;
    if ((d == FailureDomain::gpu || d == FailureDomain::node) && keep(spec.causes[c]))
      out.push_back(c);
  }
  return out;
}

Causes causes_of(const FailureSpec& spec, const Row& row) {
  using C = FailureCauseSpec;
  if (row.cause == "all") return causes_where(spec, [](const C&) { return true; });
  if (row.cause == "GPU")
    return causes_where(spec, [](const C& c) { return c.group == FailureGroup::gpu; });
  if (row.cause == "Hardware Failure")
    return causes_where(spec, [](const C& c) {
      return c.group == FailureGroup::gpu || c.group == FailureGroup::network ||
             c.group == FailureGroup::host;
    });
  for (const auto& name : kNames) {
    if (row.cause == name.first)
      return causes_where(spec, [&](const C& c) { return c.id == name.second; });
  }
  return {};
}

const FailureFleetSpec* fleet_of(const FailureSpec& spec, std::string suite) {
  std::replace(suite.begin(), suite.end(), '-', '_');
  for (const FailureFleetSpec& f : spec.fleets) {
    if (suite.starts_with(f.id)) return &f;
  }
  return nullptr;
}

std::string_view hardware_of(std::string_view gpu) {
  if (gpu == "A100") return "a100_80_sxm";
  if (gpu == "B200") return "b200_hgx";
  return "h100_sxm";
}

std::int64_t gpus_per_node(const Row& r) {
  return r.n_gpus && r.n_nodes ? std::llround(*r.n_gpus / *r.n_nodes) : 8;
}

// Per 1,000 node-days of these causes. A known fleet's factors hold its class of GPU already.
double rate(const FailureSpec& spec, const Row& row, const Causes& causes) {
  FailureSpec only = spec;
  only.causes.clear();
  for (const std::uint32_t c : causes) only.causes.push_back(spec.causes[c]);
  NodeRate node;
  node.gpus_per_node = gpus_per_node(row);
  if (const FailureFleetSpec* const f = fleet_of(spec, row.suite)) {
    node.factors = fleet_factors(spec, *f);
  } else {
    node.hardware = hardware_of(row.gpu);
  }
  return faults_per_1000_node_days(only, node);
}

using Answer = std::optional<double>;

Answer rate_answer(const FailureSpec& spec, const Row& r) {
  static constexpr std::string_view kGpuOnly[] = {"xid_identified_gpu_failures",
                                                  "gpu_failures_per_1000_node_days"};
  Row of = r;
  if (std::find(std::begin(kGpuOnly), std::end(kGpuOnly), r.metric) != std::end(kGpuOnly))
    of.cause = "GPU";
  const Causes causes = causes_of(spec, of);
  if (causes.empty()) return std::nullopt;
  const double per_1000 = rate(spec, of, causes);
  if (r.metric.ends_with("per_1000_node_days")) return per_1000;
  if (!r.n_nodes) return std::nullopt;
  const double per_day = per_1000 / 1000 * *r.n_nodes;
  if (r.metric == "machines_down_per_day") return per_day;
  if (r.metric == "mean_time_between_unexpected") return 24 / per_day;
  if (!r.period_days) return std::nullopt;
  return per_day * *r.period_days;
}

bool is_rate(const Row& r) {
  static constexpr std::string_view kMetrics[] = {"faults",
                                                  "interruptions_unexpected",
                                                  "mean_time_between_unexpected",
                                                  "machines_down_per_day",
                                                  "rate_per_1000_node_days",
                                                  "faults_per_1000_node_days",
                                                  "xid_identified_gpu_failures",
                                                  "gpu_failures_per_1000_node_days",
                                                  "restarts"};
  if (r.unit.find("bound") != std::string::npos) return false;  // no figure to compare with
  return std::find(std::begin(kMetrics), std::end(kMetrics), r.metric) != std::end(kMetrics) &&
         (r.category == "summary" || r.cause == "GPU");
}

bool is_cause(const Row& r) {
  return (r.metric == "interruptions" || r.metric == "faults") && r.category != "summary" &&
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const auto& n) { return n.first == r.cause; });
}

bool is_time_out(const Row& r) { return r.metric.starts_with("time_out_"); }

Answer time_out_answer(const FailureSpec& spec, const Row& r, const FleetLog& log) {
  const Causes causes = causes_of(spec, r);
  if (causes.empty()) return std::nullopt;
  const OutHours out = out_hours(log, causes);
  if (r.metric == "time_out_mean") return out.mean;
  if (r.metric == "time_out_p50") return out.p50;
  if (r.metric == "time_out_p90") return out.p90;
  return std::nullopt;
}

Answer clustering_answer(const Row& r, const FleetLog& log) {
  if (r.metric == "mean_nodes_out") return log.mean_nodes_out;
  if (r.metric == "node_availability") return log.availability_pct;
  if (r.metric == "max_nodes_out_at_once") return log.most_nodes_out;
  if (r.metric == "share_of_faults_on_worst_20_nodes") return log.worst_20_share_pct;
  if (r.metric == "nodes_with_a_fault") return log.nodes_with_a_fault;
  if (r.metric == "faults_that_start_with_another") return log.with_another_pct;
  return std::nullopt;
}

// A checkpoint of 405 10^9 parameters at 14 bytes to storage of 2 TB/s (Llama Team 2024, 3.3.1).
Answer ettr_answer(const FailureSpec& spec, const Row& r) {
  const Answer mtbf = [&]() -> Answer {
    Row of = r;
    of.metric = "mean_time_between_unexpected";
    return rate_answer(spec, of);
  }();
  const auto write = checkpoint_write_hours({405, 14}, 2000);
  if (!mtbf || !write) return std::nullopt;
  JobRisk risk;
  risk.interrupts_per_hour = 1 / *mtbf;
  risk.restart_hours = spec.restart_min / 60;
  return 100 * ettr_exact(risk, {best_interval_hours(risk, write.value()), write.value()});
}

FleetRun run_of(const FailureSpec& spec, const Row& r) {
  FleetRun run;
  const FailureFleetSpec* const f = fleet_of(spec, r.suite);
  if (f != nullptr) run.fleet = f->id;
  if (f == nullptr) run.hardware = hardware_of(r.gpu);
  run.nodes = std::llround(r.n_nodes.value_or(0));
  run.gpus_per_node = gpus_per_node(r);
  run.period_days = r.period_days.value_or(0);
  return run;
}

// Where a log of the fleet is what a row is about: clustering and times out.
Result<Done> add_log_rows(const FailureSpec& spec, const std::vector<Row>& rows,
                          ValidationTable& times, ValidationTable& clustering) {
  std::map<std::string, FleetLog> logs;
  for (const Row& r : rows) {
    const bool time = is_time_out(r);
    if (!time && !clustering_answer(r, FleetLog{})) continue;
    ValidationTable& table = time ? times : clustering;
    table.rows.push_back({r.id, r.suite, std::nullopt, r.value});
    if (!r.n_nodes || !r.period_days) continue;
    if (!logs.contains(r.suite)) {
      TRY(log, run_fleet(spec, run_of(spec, r)));
      logs.emplace(r.suite, std::move(log));
    }
    const FleetLog& log = logs.at(r.suite);
    table.rows.back().predicted = time ? time_out_answer(spec, r, log) : clustering_answer(r, log);
  }
  return Done{};
}

ValidationTable times_table() {
  return {
      "failures_times_out", "time out of service", "h", "faults that end in the period", 30, {}};
}
ValidationTable clustering_table() {
  return {"failures_clustering",
          "unevenness and groups of faults",
          "as measured",
          "lemon nodes, faults that begin together, nodes out",
          20,
          {}};
}

}  // namespace

Result<std::vector<ValidationTable>> failure_tables(const FailureSpec& spec,
                                                    const std::string& csv) {
  TRY(rows, read_failure_rows(csv));
  ValidationTable rates{"failures_rates",
                        "faults of a fleet",
                        "as measured",
                        "a fleet whose counts the spec has, or else the reference",
                        30,
                        {}};
  ValidationTable causes{"failures_causes",
                         "faults by cause",
                         "count",
                         "counts of 2 or 3 carry an error of 60 % by chance alone",
                         60,
                         {}};
  ValidationTable time{"failures_effective_time",
                       "effective training time",
                       "percent",
                       "published as higher than this",
                       5,
                       {}};
  for (const Row& r : rows) {
    if (is_rate(r)) rates.rows.push_back({r.id, r.suite, rate_answer(spec, r), r.value});
    if (is_cause(r)) causes.rows.push_back({r.id, r.suite, rate_answer(spec, r), r.value});
    if (r.metric == "effective_training_time")
      time.rows.push_back({r.id, r.suite, ettr_answer(spec, r), r.value});
  }
  ValidationTable times = times_table(), clustering = clustering_table();
  TRY(added, add_log_rows(spec, rows, times, clustering));
  static_cast<void>(added);
  std::vector<ValidationTable> out;
  for (ValidationTable* const t : {&rates, &causes, &times, &clustering, &time}) {
    if (!t->rows.empty()) out.push_back(std::move(*t));
  }
  return out;
}

ValidationTable unseen_fleets(const FailureSpec& spec) {
  ValidationTable table{"failures_unseen_fleet",
                        "faults per 1,000 node-days",
                        "1/1000 node-days",
                        "each fleet by the pooled counts of the others",
                        100,
                        {}};
  const auto all = [](const FailureFleetSpec& f) -> std::optional<std::int64_t> {
    if (f.all_faults) return f.all_faults;
    if (!f.gpu_faults || !f.network_faults || !f.host_faults || !f.software_faults ||
        !f.other_faults)
      return std::nullopt;
    return *f.gpu_faults + *f.network_faults + *f.host_faults + *f.software_faults +
           *f.other_faults;
  };
  const auto gpu = [](const FailureFleetSpec& f) { return f.gpu_faults; };
  const auto add = [&](const std::string& what, auto count) {
    for (const FailureFleetSpec& f : spec.fleets) {
      if (!count(f)) continue;
      double faults = 0, days = 0;
      for (const FailureFleetSpec& other : spec.fleets) {
        if (other.id == f.id || !count(other)) continue;
        faults += static_cast<double>(*count(other));
        days += other.observed_days * static_cast<double>(other.nodes);
      }
      const double here = f.observed_days * static_cast<double>(f.nodes);
      table.rows.push_back({f.id + "/" + what, f.id,
                            days > 0 ? Answer(1000 * faults / days) : std::nullopt,
                            1000 * static_cast<double>(*count(f)) / here});
    }
  };
  add("all", all);
  add("gpu", gpu);
  return table;
}

Result<std::vector<ValidationTable>> independent_failure_tables(const FailureSpec& spec,
                                                                const std::string& csv) {
  TRY(rows, read_failure_rows(csv));
  FailureSpec alike = spec;
  for (FailureCauseSpec& c : alike.causes) {
    c.uneven = false;
    c.together_share = 0;
  }
  ValidationTable times = times_table(), clustering = clustering_table();
  for (ValidationTable* const t : {&times, &clustering}) {
    t->table += "_independent";
    t->note = "independent faults, nodes alike, exponential times out";
  }
  TRY(added, add_log_rows(alike, rows, times, clustering));
  static_cast<void>(added);
  // Exponential with the mean that each row's fleet has.
  std::map<std::string, double> mean;
  for (const Row& r : rows) {
    if (r.metric == "time_out_mean") mean[r.suite + r.cause] = r.value;
  }
  for (ValidationRow& row : times.rows) {
    const auto r =
        std::find_if(rows.begin(), rows.end(), [&](const Row& x) { return x.id == row.id; });
    const auto m = mean.find(r->suite + r->cause);
    row.predicted.reset();
    if (m == mean.end()) continue;
    const double times_mean = r->metric == "time_out_p50"   ? std::log(2.0)
                              : r->metric == "time_out_p90" ? std::log(10.0)
                                                            : 1.0;
    row.predicted = m->second * times_mean;
  }
  return std::vector<ValidationTable>{std::move(times), std::move(clustering)};
}

// Kokolis et al., HPCA 2025 (arXiv 2410.21680), from memory: 6.5 faults per 1,000 node-days.
ValidationTable recalled_mttf() {
  ValidationTable table{"failures_mttf_recalled",
                        "mean time to failure of a job",
                        "h",
                        "from memory, no gate; 1,024 GPUs measured, larger ones projected",
                        30,
                        {}};
  constexpr std::pair<std::int64_t, double> kRows[] = {
      {8, 1145}, {1024, 7.9}, {16'384, 1.8}, {131'072, 0.23}};
  for (const auto& [gpus, hours] : kRows) {
    table.rows.push_back(
        {"rsc1/" + std::to_string(gpus), "rsc1", job_mttf_hours(gpus / 8, 6.5), hours});
  }
  return table;
}

}  // namespace dure
