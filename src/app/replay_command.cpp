// dure replay LOG...: recorded logs through a scheduler.
#include <fmt/core.h>
#include <fmt/os.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/gpu_replay_report.h"
#include "app/live_replay.h"
#include "app/packing_replay.h"
#include "io/atomic_file.h"
#include "io/traces/batch_log.h"
#include "sim/calibration.h"
#include "sim/replay.h"

namespace dure {
namespace {

struct Options {
  std::vector<std::string> logs;
  std::string policy = "easy", format = "auto", schedule;
  std::int64_t procs = 0, from_s = -1, to_s = -1, sample = 0;
  bool json = false, forecast = false;
  GpuReplayOptions gpu;
  bool on_nodes() const { return gpu.gpus_per_node > 0 || is_gpu_policy(policy); }
  PackingOptions packing;
};

Result<Done> write_schedule(const std::string& path, const BatchLog& log,
                            const std::vector<ReplayJob>& ran) {
  auto opened = AtomicFile::create(path);
  if (!opened) return opened.fault();
  AtomicFile& file = opened.value();
  std::string out;
  const auto seconds = [&](Millis t) {
    const std::int64_t ms = t.count();
    if (ms % 1000 == 0)
      fmt::format_to(std::back_inserter(out), "{}", ms / 1000);
    else
      fmt::format_to(std::back_inserter(out), "{}.{:03}", ms / 1000, ms % 1000);
  };
  fmt::format_to(std::back_inserter(out), "job,submit_s,start_s,end_s,procs\n");
  for (std::size_t i = 0; i < log.jobs.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{},", log.jobs[i].number);
    seconds(log.jobs[i].submit);
    out.push_back(',');
    seconds(ran[i].start);
    out.push_back(',');
    seconds(ran[i].end);
    fmt::format_to(std::back_inserter(out), ",{}\n", log.jobs[i].procs);
    if (out.size() > 1 << 16) {
      TRY(written, file.write(out));
      (void)written;
      out.clear();
    }
  }
  TRY(written, file.write(out));
  (void)written;
  return file.commit();
}

// Of either kind of replay.
template <class R>
nlohmann::ordered_json to_json(const BatchLog& log, const std::string& policy, const R& r) {
  nlohmann::ordered_json rejected = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < kDropCount; ++i)
    if (log.dropped[i] > 0) rejected[std::string(name_of(static_cast<Drop>(i)))] = log.dropped[i];
  return {{"log", log.name},
          {"policy", policy},
          {"jobs", log.jobs.size()},
          {"procs", log.procs},
          {"mean_wait_s", r.mean_wait_s},
          {"mean_bounded_slowdown", r.mean_bounded_slowdown},
          {"p50_wait_s", r.p50_wait_s},
          {"p95_wait_s", r.p95_wait_s},
          {"p99_wait_s", r.p99_wait_s},
          {"utilization", r.utilization},
          {"makespan_s", r.makespan_s},
          {"rejected", rejected},
          {"cpu_s", cpu_seconds()},
          {"events", r.events}};
}

// --packing knows no time, and only it knows nodes: what goes with the other is refused.
Result<Done> check_packing(const Options& o) {
  if (o.packing.packing.empty()) {
    if (!o.packing.any()) return Done{};
    return Fault{"--packing", "a placement policy", "none",
                 "--nodes, --seeds, --first-seed, --inflate and --mix-from go with --packing"};
  }
  const char* const other = !o.schedule.empty() ? "--schedule"
                            : o.procs > 0       ? "--procs"
                            : o.from_s >= 0     ? "--from"
                            : o.to_s >= 0       ? "--to"
                            : o.forecast        ? "--forecast"
                            : o.on_nodes()      ? "--gpus-per-node"
                                                : nullptr;
  if (other == nullptr) return Done{};
  return Fault{other, "a replay in time", "--packing", "pods of a packing experiment only arrive"};
}

// How often the forecast of a job's start was exceeded: docs/models/forecast.md.
int run_forecasts(const Options& o, TraceFormat format, ReplayPolicy policy,
                  const LogOptions& options) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  if (!o.json)
    fmt::print("{:<28} {:<13} {:>7} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8}\n", "log",
               "policy", "asked", "at once", "waited", "over P50", "over P90", "raw P50", "raw P90",
               "p50 wait", "p50 error", "ms each");
  for (const std::string& path : o.logs) {
    TRY_OR_COMPLAIN(log, read_job_log(path, format, options));
    const double before = cpu_seconds();
    Calibration c = calibrate(log.jobs, log.procs, policy, static_cast<std::size_t>(o.sample));
    c.forecast_ms = (cpu_seconds() - before) * 1000 /
                    static_cast<double>(std::max<std::size_t>(c.pairs.size() + c.unseen, 1));
    if (o.json) {
      all.push_back({{"log", log.name},
                     {"policy", o.policy},
                     {"jobs", c.jobs},
                     {"asked", c.asked},
                     {"at_once", c.at_once},
                     {"waited", c.pairs.size()},
                     {"unseen", c.unseen},
                     {"p50_exceeded", c.over_p50},
                     {"p90_exceeded", c.over_p90},
                     {"raw_p50_exceeded", c.raw_over_p50},
                     {"raw_p90_exceeded", c.raw_over_p90},
                     {"median_wait_s", c.median_wait_s},
                     {"median_relative_error", c.median_error},
                     {"ms_each", c.forecast_ms}});
      continue;
    }
    fmt::print(
        "{:<28} {:<13} {:>7} {:>8} {:>8} {:>9.3f} {:>9.3f} {:>9.3f} {:>9.3f} {:>8.0f}s "
        "{:>9.2f} {:>8.2f}\n",
        log.name, o.policy, c.asked, c.at_once, c.pairs.size(), c.over_p50, c.over_p90,
        c.raw_over_p50, c.raw_over_p90, c.median_wait_s, c.median_error, c.forecast_ms);
  }
  if (o.json)
    fmt::print("{}\n", (all.size() == 1 ? all[0] : all)
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return kDone;
}

void print_dropped(const BatchLog& log) {
  for (std::size_t i = 0; i < kDropCount; ++i)
    if (log.dropped[i] > 0)
      fmt::print("  dropped {:>9}  {}\n", log.dropped[i], name_of(static_cast<Drop>(i)));
  if (log.cut_to_estimate > 0)
    fmt::print("  cut     {:>9}  ran longer than they asked for\n", log.cut_to_estimate);
}

int run(const Options& o) {
  for (const std::string& log : o.logs)
    if (log.starts_with("sqlite:") || log.starts_with("postgresql:"))
      return o.logs.size() == 1 ? replay_live_record(log, o.json)
                                : complain(Fault{log, "one live record", "several logs", ""});
  TRY_OR_COMPLAIN(good, check_packing(o));
  (void)good;
  if (!o.packing.packing.empty()) return replay_packing(o.logs, o.format, o.packing, o.json);
  TRY_OR_COMPLAIN(format, parse_format(o.format));
  const ReplayPolicy policy = o.policy == "fcfs"           ? ReplayPolicy::fcfs
                              : o.policy == "easy"         ? ReplayPolicy::easy
                              : o.policy == "conservative" ? ReplayPolicy::conservative
                                                           : ReplayPolicy::dure;
  if (!o.schedule.empty() && o.logs.size() > 1)
    return complain(Fault{"--schedule", "one log", fmt::format("{} logs", o.logs.size()),
                          "one file holds one schedule"});
  LogOptions options;
  if (o.procs > 0) options.procs = o.procs;
  if (o.from_s >= 0) options.from = seconds(o.from_s);
  if (o.to_s >= 0) options.to = seconds(o.to_s);
  if (o.forecast) return run_forecasts(o, format, policy, options);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& path : o.logs) {
    const double cpu_before = cpu_seconds();
    TRY_OR_COMPLAIN(log, read_job_log(path, format, options));
    if (o.on_nodes()) {
      TRY_OR_COMPLAIN(setup, gpu_setup_of(o.policy, o.gpu, log.procs));
      const GpuResult result = gpu_replay(log.jobs, setup);
      if (!o.schedule.empty()) {
        TRY_OR_COMPLAIN(written, write_schedule(o.schedule, log, result.jobs));
        (void)written;
      }
      if (o.json) {
        all.push_back(to_json(log, o.policy, result));
        all.back().update(gpu_fields(setup, result));
        continue;
      }
      if (&path == &o.logs.front()) print_gpu_header();
      print_gpu_row(log, o.policy, result, cpu_seconds() - cpu_before);
      print_dropped(log);
      continue;
    }
    const ReplayResult result = replay(log.jobs, log.procs, policy);
    if (!o.schedule.empty()) {
      TRY_OR_COMPLAIN(written, write_schedule(o.schedule, log, result.jobs));
      (void)written;
    }
    if (o.json) {
      all.push_back(to_json(log, o.policy, result));
      continue;
    }
    if (&path == &o.logs.front())
      fmt::print("{:<28} {:<13} {:>9} {:>7} {:>12} {:>10} {:>9} {:>10} {:>10} {:>6} {:>8}\n", "log",
                 "policy", "jobs", "procs", "mean wait s", "bounded sl", "p50 s", "p95 s", "p99 s",
                 "util", "cpu s");
    fmt::print(
        "{:<28} {:<13} {:>9} {:>7} {:>12.1f} {:>10.2f} {:>9.0f} {:>10.0f} {:>10.0f} {:>6.3f} "
        "{:>8.3f}\n",
        log.name, o.policy, log.jobs.size(), log.procs, result.mean_wait_s,
        result.mean_bounded_slowdown, result.p50_wait_s, result.p95_wait_s, result.p99_wait_s,
        result.utilization, cpu_seconds() - cpu_before);
    print_dropped(log);
  }
  if (o.json)
    fmt::print("{}\n", (all.size() == 1 ? all[0] : all)
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return kDone;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("replay", "Run a recorded log through a scheduler");
  auto o = std::make_shared<Options>();
  command
      ->add_option("LOG", o->logs,
                   "Logs, plain or .gz; or a hub's store, sqlite:PATH or postgresql://…")
      ->required();
  command
      ->add_option("--policy", o->policy,
                   "fcfs, easy, conservative or dure; fair and srtf stop jobs or "
                   "share by user, as on a GPU cluster")
      ->check(CLI::IsMember({"fcfs", "easy", "conservative", "dure", "fair", "srtf"}))
      ->capture_default_str();
  command->add_option("--format", o->format, "swf, openb, helios, philly, acme, muri ... or auto")
      ->capture_default_str();
  command->add_option("--procs", o->procs, "Processors of the machine, instead of the header's")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{2'000'000'000}));
  command->add_option("--from", o->from_s, "Keep jobs submitted from this second of the log on")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--to", o->to_s, "Keep jobs submitted before this second of the log")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--schedule", o->schedule,
                      "Write job,submit_s,start_s,end_s,procs to this file (.gz packs it)");
  command->add_option(
      "--packing", o->packing.packing,
      "Pods with GPU shares onto nodes: fgd, bestfit, dotprod, clustering, packing, "
      "random or dure");
  command->add_option("--nodes", o->packing.nodes, "With --packing: the node list");
  command->add_option("--seeds", o->packing.seeds, "With --packing: how many random orders (10)");
  command->add_option("--first-seed", o->packing.first_seed, "With --packing: the first (42)");
  command->add_option(
      "--inflate", o->packing.inflate,
      "With --packing: pods arrive until they ask for so many times the GPUs (1.3)");
  command->add_option("--mix-from", o->packing.mix_from,
                      "With --packing fgd or dure: they know the mix from the log's first N pods");
  auto* forecast =
      command->add_flag("--forecast", o->forecast,
                        "Forecast each start at its submission: how often is it exceeded?");
  command->add_option("--sample", o->sample, "With --forecast: about so many jobs, evenly; 0: all")
      ->needs(forecast)
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--gpus-per-node", o->gpu.gpus_per_node,
                   "A GPU cluster of such nodes: gangs sit on nodes, jobs may be stopped")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{64}));
  command
      ->add_option("--checkpoint", o->gpu.checkpoint_s,
                   "On a GPU cluster: a job saves its work every so many seconds (0: never)")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  command
      ->add_option("--restart", o->gpu.restart_s,
                   "On a GPU cluster: seconds that a stopped job pays to go on")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  command->add_flag("--json", o->json, "Figures as JSON");
  command->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
