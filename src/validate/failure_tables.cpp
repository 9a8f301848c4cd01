#include "validate/failure_tables.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
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
  if (same_word(row.cause, "all")) return causes_where(spec, [](const C&) { return true; });
  if (same_word(row.cause, "GPU"))
    return causes_where(spec, [](const C& c) { return c.group == FailureGroup::gpu; });
  if (same_word(row.cause, "Hardware Failure"))
    return causes_where(spec, [](const C& c) {
      return c.group == FailureGroup::gpu || c.group == FailureGroup::network ||
             c.group == FailureGroup::host;
    });
  for (const auto& name : kNames) {
    if (same_word(row.cause, name.first))
      return causes_where(spec, [&](const C& c) { return c.id == name.second; });
  }
  return {};
}

// The suite begins with the id of the fleet, as a word: optics is not of opt.
const FailureFleetSpec* fleet_of(const FailureSpec& spec, std::string_view name) {
  std::string suite = lower(name);
  std::replace(suite.begin(), suite.end(), '-', '_');
  for (const FailureFleetSpec& f : spec.fleets) {
    if (suite == f.id || suite.starts_with(f.id + "_")) return &f;
  }
  return nullptr;
}

// A board of the same die answers for those that differ in memory or links. Where no accelerator is
// told the reference answers, for it is pooled over fleets of which one does not tell either.
std::optional<std::string_view> hardware_of(std::string_view gpu) {
  static constexpr std::pair<std::string_view, std::string_view> kBoards[] = {
      {"", "h100_sxm"},         {"not stated", "h100_sxm"}, {"H100", "h100_sxm"},
      {"H200", "h100_sxm"},     {"H800", "h100_sxm"},       {"A100", "a100_80_sxm"},
      {"A800", "a100_80_sxm"},  {"B200", "b200_hgx"},       {"B300", "b300_hgx"},
      {"GB200", "gb200_nvl72"}, {"GB300", "gb300_nvl72"}};
  for (const auto& [name, id] : kBoards) {
    if (same_word(gpu, name)) return id;
  }
  return std::nullopt;
}

std::int64_t gpus_per_node(const Row& r) {
  return r.n_gpus && r.n_nodes ? std::llround(*r.n_gpus / *r.n_nodes) : 8;
}

// Beyond these the model is not meant to answer.
constexpr double kMostNodes = 1e6, kMostDays = 10'000, kMostGpusPerNode = 1024;
constexpr double kMostDrawn =
    1e7;  // node-days of logs that are drawn fault by fault, a few seconds

// Why no answer can be given to anything about this fleet; "": one can.
std::string beyond(const FailureSpec& spec, const Row& r) {
  if (fleet_of(spec, r.suite) == nullptr && !hardware_of(r.gpu)) return "gpu " + r.gpu;
  if (r.n_nodes.value_or(1) > kMostNodes) return "more nodes than the model is for";
  if (r.period_days.value_or(1) > kMostDays) return "more days than the model is for";
  if (!r.n_gpus || !r.n_nodes) return "";
  const double per_node = *r.n_gpus / *r.n_nodes;
  if (per_node < 0.5 || per_node > kMostGpusPerNode) return "GPUs a node beyond the model";
  return "";
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
    node.hardware = hardware_of(row.gpu).value_or("");
  }
  return faults_per_1000_node_days(only, node);
}

using Answer = std::optional<double>;

bool one_of(std::span<const std::string_view> names, std::string_view word) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view n) { return same_word(n, word); });
}

Answer rate_answer(const FailureSpec& spec, const Row& r) {
  if (!beyond(spec, r).empty()) return std::nullopt;
  static constexpr std::string_view kGpuOnly[] = {"xid_identified_gpu_failures",
                                                  "gpu_failures_per_1000_node_days"};
  Row of = r;
  if (one_of(kGpuOnly, r.metric)) of.cause = "GPU";
  const Causes causes = causes_of(spec, of);
  if (causes.empty()) return std::nullopt;
  const double per_1000 = rate(spec, of, causes);
  const std::string metric = lower(r.metric);
  if (metric.ends_with("per_1000_node_days")) return per_1000;
  if (!r.n_nodes) return std::nullopt;
  const double per_day = per_1000 / 1000 * *r.n_nodes;
  if (metric == "machines_down_per_day") return per_day;
  if (metric == "mean_time_between_unexpected") return 24 / per_day;
  if (!r.period_days) return std::nullopt;
  return per_day * *r.period_days;
}

bool is_bound(const Row& r) { return lower(r.unit).find("bound") != std::string::npos; }

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
  if (is_bound(r)) return false;  // no figure to compare with
  return one_of(kMetrics, r.metric) &&
         (same_word(r.category, "summary") || same_word(r.cause, "GPU"));
}

bool is_cause(const Row& r) {
  return (same_word(r.metric, "interruptions") || same_word(r.metric, "faults")) &&
         !same_word(r.category, "summary") &&
         std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const auto& n) { return same_word(n.first, r.cause); });
}

bool is_time_out(const Row& r) { return begins(r.metric, "time_out_"); }

bool is_effective_time(const Row& r) { return same_word(r.metric, "effective_training_time"); }

Answer time_out_answer(const FailureSpec& spec, const Row& r, const FleetLog& log) {
  const Causes causes = causes_of(spec, r);
  if (causes.empty()) return std::nullopt;
  const OutHours out = out_hours(log, causes);
  if (same_word(r.metric, "time_out_mean")) return out.mean;
  if (same_word(r.metric, "time_out_p50")) return out.p50;
  if (same_word(r.metric, "time_out_p90")) return out.p90;
  return std::nullopt;
}

Answer clustering_answer(const Row& r, const FleetLog& log) {
  const std::string metric = lower(r.metric);
  if (metric == "mean_nodes_out") return log.mean_nodes_out;
  if (metric == "node_availability") return log.availability_pct;
  if (metric == "max_nodes_out_at_once") return log.most_nodes_out;
  if (metric == "share_of_faults_on_worst_20_nodes") return log.worst_20_share_pct;
  if (metric == "nodes_with_a_fault") return log.nodes_with_a_fault;
  if (metric == "faults_that_start_with_another") return log.with_another_pct;
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
  if (!mtbf || !(*mtbf > 0) || !std::isfinite(*mtbf) || !write) return std::nullopt;
  JobRisk risk;
  risk.interrupts_per_hour = 1 / *mtbf;
  risk.restart_hours = spec.restart_min / 60;
  return 100 * ettr_exact(risk, {best_interval_hours(risk, write.value()), write.value()});
}

FleetRun run_of(const FailureSpec& spec, const Row& r) {
  FleetRun run;
  const FailureFleetSpec* const f = fleet_of(spec, r.suite);
  if (f != nullptr) run.fleet = f->id;
  if (f == nullptr) run.hardware = hardware_of(r.gpu).value_or("");
  run.nodes = std::llround(r.n_nodes.value_or(0));
  run.gpus_per_node = gpus_per_node(r);
  run.period_days = r.period_days.value_or(0);
  return run;
}

bool is_clustering(const Row& r) { return clustering_answer(r, FleetLog{}).has_value(); }

// What of a row names its fleet; rows that say more than the suite where they have no answer.
std::string group_of(const FailureSpec& spec, const Row& r, bool answered) {
  if (answered) return r.suite;
  std::string why = beyond(spec, r);
  if (why.empty() && causes_of(spec, r).empty()) why = "cause " + r.cause;
  if (why.empty() && !r.n_nodes) why = "without n_nodes";
  if (why.empty() && !r.period_days) why = "without period_days";
  return why.empty() ? r.suite : r.suite + ": " + why;
}

void add_row(const FailureSpec& spec, const Row& r, Answer answer, ValidationTable& table) {
  table.rows.push_back({r.id, group_of(spec, r, answer.has_value()), answer, r.value});
}

// What a log costs, in days of a node of 8 GPUs: an hour takes its time without any, and so does a
// node that is made.
double drawn_node_days(const Row& r) {
  const double boards = std::max(1.0, static_cast<double>(gpus_per_node(r)) / 8);
  return *r.period_days * (*r.n_nodes * boards + 200) + 10 * *r.n_nodes;
}

// Where a log of the fleet is what a row is about: clustering and times out.
Result<Done> add_log_rows(const FailureSpec& spec, const std::vector<Row>& rows,
                          ValidationTable& times, ValidationTable& clustering) {
  using Fleet = std::tuple<std::string, std::string, double, double, std::int64_t>;
  std::map<Fleet, FleetLog> logs;
  double drawn = 0;
  for (const Row& r : rows) {
    const bool time = is_time_out(r);
    if (!time && !is_clustering(r)) continue;
    ValidationTable& table = time ? times : clustering;
    if (!r.n_nodes || !r.period_days || !beyond(spec, r).empty()) {
      add_row(spec, r, std::nullopt, table);
      continue;
    }
    const Fleet fleet{lower(r.suite), lower(r.gpu), *r.n_nodes, *r.period_days, gpus_per_node(r)};
    if (!logs.contains(fleet)) {
      const double more = drawn_node_days(r);
      if (drawn + more > kMostDrawn) {
        table.rows.push_back(
            {r.id, r.suite + ": more node-days than are drawn", std::nullopt, r.value});
        continue;
      }
      drawn += more;
      TRY(log, run_fleet(spec, run_of(spec, r)));
      logs.emplace(fleet, std::move(log));
    }
    const FleetLog& log = logs.at(fleet);
    add_row(spec, r, time ? time_out_answer(spec, r, log) : clustering_answer(r, log), table);
  }
  return Done{};
}

std::string why_in_no_table(const Row& r) {
  if (is_bound(r)) return "metric " + r.metric + ", a bound";
  if (same_word(r.metric, "interruptions") || same_word(r.metric, "faults"))
    return "cause " + r.cause;
  return "metric " + r.metric;
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

Result<std::vector<ValidationTable>> failure_tables(const FailureSpec& spec, const std::string& csv,
                                                    Unmatched unmatched) {
  TRY(read, read_truth_rows<Row>(csv));
  const std::vector<Row>& rows = read.rows;
  ValidationTable rates{"failures_rates",
                        "faults of a fleet",
                        "as measured",
                        "a fleet whose counts the spec has, or else the reference with its GPU's "
                        "factor; the reference alone where no GPU is told",
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
  ValidationTable others = unmatched_table("failures");
  for (const Row& r : rows) {
    if (is_rate(r)) add_row(spec, r, rate_answer(spec, r), rates);
    if (is_cause(r)) add_row(spec, r, rate_answer(spec, r), causes);
    if (is_effective_time(r)) add_row(spec, r, ettr_answer(spec, r), time);
    if (!is_rate(r) && !is_cause(r) && !is_effective_time(r) && !is_time_out(r) &&
        !is_clustering(r))
      others.rows.push_back({r.id, why_in_no_table(r), std::nullopt, r.value});
  }
  ValidationTable times = times_table(), clustering = clustering_table();
  TRY(added, add_log_rows(spec, rows, times, clustering));
  static_cast<void>(added);
  std::vector<ValidationTable> out;
  for (ValidationTable* const t : {&rates, &causes, &times, &clustering, &time, &others}) {
    if (t == &others ? unmatched == Unmatched::passed_over : t->rows.empty()) continue;
    t->left_out = read.left_out;
    out.push_back(std::move(*t));
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
  TRY(read, read_truth_rows<Row>(csv));
  const std::vector<Row>& rows = read.rows;
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
