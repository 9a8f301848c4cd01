// dure bench: how fast, as ratios to a yardstick in the same run, so that they survive noisy
// machines. The yardstick is a bare loop over a binary heap: as many pushes and pops of (time, id)
// as the bench had events, at the depth of a busy machine. Best of three, in CPU seconds of this
// process.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <queue>

#include "app/bench_live.h"
#include "app/bench_physics.h"
#include "app/bench_row.h"
#include "app/bench_serving.h"
#include "app/bench_world.h"
#include "app/command.h"
#include "app/scenario_input.h"
#include "app/shared_data.h"
#include "base/stream.h"
#include "io/traces/batch_log.h"
#include "sched/explain.h"
#include "sched/forecast.h"
#include "sched/reclaim.h"
#include "sim/generated_log.h"
#include "sim/replay.h"
#include "sim/simulation.h"

namespace dure {
namespace {

constexpr const char* kYardstick = "CPU time of as many pushes and pops on a binary heap of 512";

double best_of(int times, const std::function<void()>& work) {
  double best = 1e300;
  for (int i = 0; i < times; ++i) {
    const double before = cpu_seconds();
    work();
    best = std::min(best, cpu_seconds() - before);
  }
  return best;
}

double yardstick_s(std::uint64_t events) {
  return best_of(3, [events] {
    Stream draw(1, "bench/yardstick", 0);
    std::priority_queue<std::pair<std::uint64_t, std::uint64_t>> heap;
    std::uint64_t t = ~std::uint64_t{0};
    for (std::uint64_t i = 0; i < 512; ++i) heap.emplace(t - (draw.next() >> 20), i);
    for (std::uint64_t i = 0; i < events; ++i) {
      t = heap.top().first;
      heap.pop();
      heap.emplace(t - (draw.next() >> 20), i);
    }
    CHECK(heap.size() == 512);
  });
}

const char* name_of(ReplayPolicy p) {
  switch (p) {
    case ReplayPolicy::fcfs: return "fcfs";
    case ReplayPolicy::easy: return "easy";
    case ReplayPolicy::conservative: return "conservative";
    case ReplayPolicy::dure: return "dure";
  }
  CHECK(!"a ReplayPolicy");
}

void bench_log(const std::string& name, const std::vector<BatchJob>& jobs, std::int64_t procs,
               std::vector<BenchRow>& rows) {
  for (const ReplayPolicy policy :
       {ReplayPolicy::fcfs, ReplayPolicy::easy, ReplayPolicy::conservative, ReplayPolicy::dure}) {
    std::uint64_t events = 0;
    const double s = best_of(jobs.size() > 500'000 ? 1 : 3,
                             [&] { events = replay(jobs, procs, policy).events; });
    const double ratio = s / yardstick_s(events);
    const std::string what = name + "." + name_of(policy);
    rows.push_back(
        {what + ".jobs", "jobs/s", static_cast<double>(jobs.size()) / s, ratio, kYardstick});
    rows.push_back(
        {what + ".events", "events/s", static_cast<double>(events) / s, ratio, kYardstick});
  }
}

// The whole of `dure simulate` but for reading and writing: founding, warm-up, a month, meters,
// hash.
void bench_month(const Scenario& scenario, std::vector<BenchRow>& rows) {
  std::uint64_t events = 0;
  std::int64_t jobs = 0, gpus = 0;
  const double s = best_of(1, [&] {
    SimulationOptions options;
    options.window = {midnight(scenario.run.from), midnight(scenario.run.to), scenario.run.step_ms};
    options.warmup_days = scenario.run.warmup_days;
    options.policy = policy_from(scenario.policy);
    Simulation month(scenario, std::move(options));
    month.run();
    events = month.record_events();
    jobs = static_cast<std::int64_t>(month.world().jobs());
    for (std::uint32_t p = 0; p < month.world().pools(); ++p)
      if (const Pool& pool = month.world().pool(PoolId{p}); pool.info.device == Device::gpu)
        gpus += pool.installed;
  });
  const double ratio = s / yardstick_s(events);
  rows.push_back({"nation-month.cpu", "s", s, ratio, kYardstick});
  rows.push_back({"nation-month.jobs", "jobs/s", static_cast<double>(jobs) / s, ratio, kYardstick});
  rows.push_back(
      {"nation-month.events", "events/s", static_cast<double>(events) / s, ratio, kYardstick});
  rows.push_back({"nation-month.gpus", "GPUs", static_cast<double>(gpus), 0, ""});
}

// One question to a full nation: 300,000 GPUs, 75,000 nodes, 100,000 jobs that wait.
void bench_questions(bool quick, std::vector<BenchRow>& rows) {
  NationSize size;
  if (quick) size.waiting = 10'000;
  size.past = quick ? 10'000 : 500'000;
  const Nation full = full_nation(size);
  rows.push_back({"nation.waiting", "jobs", static_cast<double>(full.world.waiting_jobs()), 0, ""});
  rows.push_back({"nation.running", "jobs", static_cast<double>(full.world.running_jobs()), 0, ""});
  const auto timed = [&](const char* name, const char* unit, double scale, auto&& work) {
    rows.push_back({name, unit, best_of(3, work) * scale, 0, ""});
  };
  timed("nation.copy", "ms", 1000, [&] {
    const World copy = full.world;
    CHECK(copy.jobs() == full.world.jobs());
  });
  Forecaster forecaster;
  forecaster.hear(full.world, {full.world.now(), TimeReached{}});
  for (const auto& [name, job] : {std::pair("head", full.first), std::pair("last", full.last)}) {
    timed((std::string("explain.") + name).c_str(), "ms", 1000, [&, job = job] {
      CHECK(explain(full.world, full.policy, job).state == JobState::waiting);
    });
    timed((std::string("forecast.") + name).c_str(), "s", 1,
          [&, job = job] { CHECK(forecaster.forecast(full.world, full.policy, job).samples > 0); });
  }
}

// What a decision costs as everything grows: GPUs, nodes and jobs that wait, from 3,000 GPUs to
// 300,000. The ratio is to the same at 3,000 GPUs, times how n log n has grown since (log n for
// what is counted by gang), n being nodes and waiting jobs: not above 1 if it grows no faster than
// that.
void bench_scale(bool quick, std::vector<BenchRow>& rows) {
  std::map<std::string, double> first;
  for (const std::int64_t gpus : {3'000, 10'000, 30'000, 100'000, 300'000}) {
    if (quick && gpus > 30'000) break;
    const double n = static_cast<double>(gpus / 4 + gpus / 3);
    const auto row = [&](const std::string& what, const char* unit, double seconds, double shown,
                         double grows) {
      const double per = seconds / grows;
      const double base = first.try_emplace(what, per).first->second;
      rows.push_back({fmt::format("scale.{}k.{}", gpus / 1000, what), unit, shown, per / base,
                      "the same at 3,000 GPUs by n log n"});
    };
    for (const std::uint32_t users : {1u, 40u}) {
      const std::string suffix = users == 1 ? "" : fmt::format("-{}-users", users);
      NationSize size{gpus, static_cast<std::size_t>(gpus / 3), 0, users};
      {
        const Nation empty = empty_nation(size);
        Started started;
        const double s = best_of(3, [&] {
          World world = empty.world;
          started = pass(world, empty.policy);
        });
        row("place" + suffix, "gangs/s", s / static_cast<double>(started.jobs),
            static_cast<double>(started.jobs) / s, std::log2(n));
      }
      Nation full = full_nation(size);
      double s = best_of(3, [&] {
        World world = full.world;
        CHECK(pass(world, full.policy).jobs == 0);
      });
      row("pass" + suffix, "ms", s, s * 1000, n * std::log2(n));
      full.world.apply({Millis(3 * 3'600'000), TimeReached{}});  // an instant of reclaims
      s = best_of(3, [&] {
        World world = full.world;
        pass(world, full.policy);
      });
      row("pass-reclaiming" + suffix, "ms", s, s * 1000, n * std::log2(n));
      if (users > 1) continue;
      s = best_of(3, [&] {
        const std::int64_t need = full.world.job(full.large).gpus;
        const ReclaimPlan plan =
            plan_reclaim(full.world, full.policy, full.large_in, full.large, need);
        CHECK(!plan.victims.empty());
      });
      row("reclaim", "ms", s, s * 1000, n * std::log2(n));
    }
  }
}

// FGD on shared nodes: every placement looks at every node. The ratio is to 100 nodes, by nodes.
void bench_shared(bool quick, std::vector<BenchRow>& rows) {
  double first = 0;
  for (const std::int64_t nodes : {100, 1'000, 5'000}) {
    if (quick && nodes > 1'000) break;
    const Nation nation = shared_nation(nodes, static_cast<std::size_t>(nodes) * 10);
    Started started;
    const double s = best_of(3, [&] {
      World world = nation.world;
      started = pass(world, nation.policy);
    });
    const double each = s / static_cast<double>(started.jobs) / static_cast<double>(nodes);
    if (first == 0) first = each;
    rows.push_back({fmt::format("shared.{}-nodes.place", nodes), "jobs/s",
                    static_cast<double>(started.jobs) / s, each / first,
                    "the same on 100 nodes, by nodes"});
  }
}

struct Options {
  bool json = false, quick = false, live = false, physics = false, serving = false;
  std::int64_t history = -1;
  std::string scenario = "scenarios/k-ai-hub/hub.yaml", frontier = "scenarios/frontier.yaml",
              service = "scenarios/serving/documents.yaml";
};

Result<Done> live_rows(const Options& o, std::vector<BenchRow>& rows) {
  BenchLiveOptions live;
  if (o.quick) live.make_quick();
  if (o.history >= 0) live.history = o.history;
  const std::filesystem::path lab = shared_folder() / "slurm/lab";
  if (geteuid() == 0 && std::filesystem::exists(lab)) live.slurm_lab = lab.string();
  return bench_live(live, rows);
}

int show(const Options& o, const std::vector<BenchRow>& rows);

int run(const Options& o) {
  std::vector<BenchRow> rows;
  if (o.live) {
    TRY_OR_COMPLAIN(done, live_rows(o, rows));
    (void)done;
    return show(o, rows);
  }
  if (o.serving) {
    TRY_OR_COMPLAIN(done, bench_serving(o.quick, o.service, rows));
    (void)done;
    return show(o, rows);
  }
  if (o.physics) {
    TRY_OR_COMPLAIN(done, bench_physics({o.frontier, o.scenario, !o.quick}, rows));
    (void)done;
    return show(o, rows);
  }
  const std::filesystem::path traces = shared_folder() / "data/traces/swf";
  const auto recorded = [&](const char* name, const char* file,
                            std::optional<std::int64_t> procs) -> Result<Done> {
    LogOptions options;
    options.procs = procs;
    TRY(log, read_job_log((traces / file).string(), TraceFormat::swf, options));
    bench_log(name, log.jobs, log.procs, rows);
    return Done{};
  };
  if (std::filesystem::exists(traces)) {
    TRY_OR_COMPLAIN(kth, recorded("kth", "KTH-SP2-1996-2-filtered.swf.gz", {}));
    TRY_OR_COMPLAIN(ctc, recorded("ctc", "CTC-SP2-1996-filtered.swf.gz", {}));
    TRY_OR_COMPLAIN(lublin, recorded("lublin", "Lublin-256.swf.gz", {}));
    TRY_OR_COMPLAIN(cerit, recorded("cerit", "CERIT-Wagap-2013.swf.gz", 2176));
    (void)kth, (void)ctc, (void)lublin, (void)cerit;
  } else {
    fmt::print(stderr, "dure: no recorded logs at {} (set DURE_SHARED): only the generated one\n",
               traces.string());
  }
  const std::size_t n = o.quick ? 50'000 : 1'000'000;
  bench_log(o.quick ? "generated-50k" : "generated-1m", generated_log(n, 512, 0.85, 1), 512, rows);
  rows.push_back({"peak_memory.logs", "MB", static_cast<double>(peak_rss_mb()), 0, ""});
  bench_questions(o.quick, rows);
  bench_scale(o.quick, rows);
  bench_shared(o.quick, rows);
  if (!o.scenario.empty()) {
    const auto read = read_scenario_input(o.scenario, {});
    if (!read) return complain(read.faults());
    bench_month(read.value().scenario, rows);
    rows.push_back({"peak_memory.all", "MB", static_cast<double>(peak_rss_mb()), 0, ""});
  }
  return show(o, rows);
}

int show(const Options& o, const std::vector<BenchRow>& rows) {
  if (o.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const BenchRow& r : rows) {
      out.push_back({{"name", r.name}, {"unit", r.unit}, {"value", r.value}});
      if (r.ratio > 0) {
        out.back()["ratio"] = r.ratio;
        out.back()["ratio_to"] = r.ratio_to;
      }
    }
    fmt::print("{}\n", out.dump(2));
    return kDone;
  }
  fmt::print("{:<36} {:>14} {:<9} {:>16}\n", "bench", "value", "unit", "ratio");
  for (const BenchRow& r : rows)
    fmt::print("{:<36} {:>14} {:<9} {:>16}\n", r.name,
               r.value < 1000 ? fmt::format("{:.2f}", r.value) : fmt::format("{:.0f}", r.value),
               r.unit, r.ratio > 0 ? fmt::format("{:.2f}", r.ratio) : "-");
  return kDone;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("bench", "How fast: ratios to a bare heap loop in this run");
  auto o = std::make_shared<Options>();
  command->add_flag("--json", o->json, "Rows as JSON");
  command->add_flag("--quick", o->quick, "A small generated log instead of a million jobs");
  command->add_flag("--live", o->live, "A hub under load, in place of the scheduler: rows live.*");
  command->add_flag(
      "--physics", o->physics,
      "Runs with physics, in place of the scheduler: rows physics.*; with --quick no year");
  command->add_flag("--serving", o->serving,
                    "Services request by request, in place of the scheduler: rows serving.*");
  command
      ->add_option("--service", o->service, "With --serving: whose memory is searched; empty: none")
      ->capture_default_str();
  command->add_option("--frontier", o->frontier, "With --physics: one machine; empty: none")
      ->capture_default_str();
  command->add_option("--history", o->history, "With --live: jobs that a hub restarts with");
  command->add_option("--scenario", o->scenario, "The nation's scenario; empty: none")
      ->capture_default_str();
  command->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
