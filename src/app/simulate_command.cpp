// dure simulate SCENARIO.yaml: the twin.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "app/command.h"
#include "app/edge_kinds.h"
#include "app/explain_text.h"
#include "app/results.h"
#include "app/results_acts.h"
#include "app/results_network.h"
#include "app/scenario_input.h"
#include "app/scenario_kind.h"
#include "app/serving_runs.h"
#include "base/nearest.h"
#include "io/atomic_file.h"
#include "io/scenario_reader.h"
#include "io/weather_file.h"
#include "world/power_feed.h"

namespace dure {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string scenario, from, to, policy, compare, step, out, progress = "auto", explain, advise,
                                                              requests;
  std::int64_t seed = -1;
  std::vector<std::string> settings, weather;
  bool report = false, record = false, json = false;
};

// ---- what was asked for
// ----------------------------------------------------------------------------

Result<Policy> policy_of(const std::string& name, const PolicySpec& spec) {
  Policy p = policy_from(spec);
  if (name == "fcfs" || name == "easy") {
    p = Policy{};
    p.backfill = name == "easy" ? Backfill::easy : Backfill::none;
  } else if (name == "dure") {
    p.order = Order::fair;
    p.backfill = Backfill::easy;
  }
  if (name == "conservative" || p.backfill == Backfill::conservative)
    return Fault{name.empty() ? "policy.backfill" : "--policy", "fcfs, easy or dure",
                 "conservative",
                 "conservative backfilling is for one machine without racks: dure replay LOG"};
  return p;
}

std::string name_of(const Policy& p) {
  if (p.order == Order::fair)
    return std::string("dure") + (p.preempt ? "" : " without preemption") +
           (p.backfill == Backfill::easy ? "" : " without backfill");
  if (p.order == Order::priority)
    return p.backfill == Backfill::easy ? "priority" : "priority without backfill";
  return p.backfill == Backfill::easy ? "easy" : "fcfs";
}

// The time that the scenario says something about: its first racks to the end of its last dated
// year.
struct Horizon {
  Date first, last;
};
Horizon horizon_of(const Scenario& s) {
  Horizon h{s.installs.front().month, s.run.to};
  for (const InstallSpec& i : s.installs) {
    h.first = std::min(h.first, i.month);
    h.last = std::max({h.last, i.month, i.retire_month.value_or(i.month)});
  }
  for (const SiteSpec& site : s.sites)
    for (const GridStep& g : site.grid) h.last = std::max(h.last, g.month);
  h.last = std::max(s.run.to, Date{h.last.year + 1, 1, 1});
  return h;
}

Result<Date> date_option(const std::string& name, const std::string& text, Date otherwise) {
  if (text.empty()) return otherwise;
  if (const auto date = parse_date(text)) return *date;
  return Fault{name, "a date such as 2030-10-01", text, ""};
}

Result<Window> window_of(const Options& o, const Scenario& s) {
  TRY(from, date_option("--from", o.from, s.run.from));
  TRY(to, date_option("--to", o.to, s.run.to));
  Window w{midnight(from), midnight(to), s.run.step_ms};
  if (!(from < to))
    return Fault{"--to", "a date after " + to_string(from), to_string(to),
                 o.to.empty() ? "the scenario ends there: give --to as well" : ""};
  const Horizon h = horizon_of(s);
  if (from < h.first || h.last < to)
    return Fault{from < h.first ? "--from" : "--to",
                 to_string(h.first) + " to " + to_string(h.last),
                 to_string(from < h.first ? from : to), "the scenario says nothing of other times"};
  if (!o.step.empty()) {
    const auto step = parse_duration(o.step);
    if (!step || *step < seconds(1) || *step > seconds(86'400))
      return Fault{"--step", "1s to 24h", o.step, "900s is 15 minutes"};
    w.step = *step;
  }
  if (w.steps() > 1'000'000)
    return Fault{"--step", "at most 1,000,000 steps", std::to_string(w.steps()),
                 "take a longer step or a shorter window"};
  return w;
}

Result<std::vector<SiteWeather>> measured_weather(const std::vector<std::string>& given,
                                                  const Scenario& s) {
  std::vector<SiteWeather> out;
  if (!given.empty() && !s.physics.enabled)
    return Fault{"--weather", "a scenario with physics", "physics.enabled: false",
                 "--set physics.enabled=true"};
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return Fault{"--weather", "SITE=FILE", text, "such as ncc_haenam=haenam-2021.csv"};
    const std::string site = text.substr(0, equals);
    std::vector<std::string_view> known;
    for (const SiteSpec& x : s.sites) known.push_back(x.id);
    if (std::ranges::find(known, site) == known.end())
      return Fault{"--weather", "a site of the scenario", site, name_hint(site, known)};
    if (std::ranges::any_of(out, [&](const SiteWeather& w) { return w.site == site; }))
      return Fault{"--weather", "one file a site", site + " twice", ""};
    TRY(series, read_weather(text.substr(equals + 1)));
    out.push_back({site, std::move(series)});
  }
  return out;
}

// ---- the folder of results: written aside, then renamed, so that none looks whole that is not
// ------------

class OutFolder {
 public:
  static constexpr const char* kFiles[] = {"jobs.csv",    "sites.csv",   "acts.csv",
                                           "record.dure", "report.html", "summary.json"};

  static Result<std::unique_ptr<OutFolder>> open(const std::string& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error || !fs::is_directory(path, error))
      return Fault{"--out " + path, "a folder that can be written",
                   error ? error.message() : "something else", ""};
    auto out = std::unique_ptr<OutFolder>(new OutFolder(path));
    fs::create_directory(out->aside_, error);
    if (error) return Fault{"--out " + path, "a folder that can be written", error.message(), ""};
    return out;
  }
  OutFolder(const OutFolder&) = delete;
  OutFolder& operator=(const OutFolder&) = delete;
  ~OutFolder() {
    std::error_code ignored;
    fs::remove_all(aside_, ignored);
  }

  std::string aside(const std::string& name) const { return (aside_ / name).string(); }
  std::string place(const std::string& name) const { return (path_ / name).string(); }

  // The folder holds one run: what an earlier one left under these names goes first.
  Result<Done> publish() {
    std::error_code error;
    for (const char* name : kFiles) {
      fs::remove(path_ / name, error);
      if (error) return Fault{place(name), "a file that can be replaced", error.message(), ""};
    }
    for (const char* name : kFiles) {
      if (!fs::exists(aside_ / name)) continue;
      fs::rename(aside_ / name, path_ / name, error);
      if (error) return Fault{place(name), "to rename the finished file", error.message(), ""};
    }
    return Done{};
  }

 private:
  explicit OutFolder(const std::string& path)
      : path_(path), aside_(path_ / (".dure-" + std::to_string(::getpid()) + ".tmp")) {}
  const fs::path path_, aside_;
};

class RecordFile {  // frames as they come; the first fault is kept until the end
 public:
  Result<Done> open(const std::string& path) {
    TRY(file, AtomicFile::create(path));
    file_ = std::move(file);
    write(record_magic());
    return Done{};
  }
  RecordHash::Sink sink() {
    if (!file_) return {};
    return [this](std::span<const std::byte> bytes) { write(frame(bytes)); };
  }
  Result<Done> close() {
    if (!file_) return Done{};
    if (fault_) return *fault_;
    return file_->commit();
  }

 private:
  void write(std::span<const std::byte> bytes) {
    const auto written = file_->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!written && !fault_) fault_ = written.fault();
  }
  std::optional<AtomicFile> file_;
  std::optional<Fault> fault_;
};

// ---- progress
// --------------------------------------------------------------------------------------

class Progress {
 public:
  Progress(const std::string& when, const Window& window, std::int64_t warmup_days)
      : on_(when == "always" || (when == "auto" && ::isatty(STDERR_FILENO) == 1)),
        start_(window.from.count() - warmup_days * kMsPerDay),
        window_(window) {}
  std::function<void(Millis)> watch() {
    if (!on_) return {};
    return [this](Millis now) { show(now); };
  }
  void clear() {
    if (on_) fmt::print(stderr, "\r{:60}\r", "");
  }

 private:
  void show(Millis now) {
    const auto percent =
        static_cast<int>(100 * (now.count() - start_) / (window_.to.count() - start_));
    if (percent == percent_) return;
    percent_ = percent;
    constexpr int kWidth = 30;
    const auto full = static_cast<std::size_t>(percent * kWidth / 100);
    fmt::print(stderr, "\r{} {}{} {:>3} %{}", to_string(date_of(now)), std::string(full, '#'),
               std::string(kWidth - full, '.'), percent,
               now < window_.from ? "  warm-up" : "         ");
    std::fflush(stderr);
  }
  const bool on_;
  const std::int64_t start_;
  const Window window_;
  int percent_ = -1;
};

// ---- the run
// ---------------------------------------------------------------------------------------

// What gives the same run again.
std::string command_line(const Options& o, const Simulation& run) {
  const Window& w = run.options().window;
  std::string line =
      fmt::format("dure simulate {} --from {} --to {} --seed {}", o.scenario,
                  to_string(date_of(w.from)), to_string(date_of(w.to)), run.options().seed);
  if (!o.policy.empty()) line += " --policy " + o.policy;
  if (!o.compare.empty()) line += " --compare " + o.compare;
  for (const std::string& set : o.settings) line += " --set '" + set + "'";
  for (const std::string& file : o.weather) line += " --weather '" + file + "'";
  return line;
}

Result<Done> write_results(const OutFolder& out, const Options& o, const Simulation& run,
                           const Summary& summary, nlohmann::ordered_json& json) {
  TRY(jobs, write_jobs_csv(out.aside("jobs.csv"), run));
  TRY(sites, write_sites_csv(out.aside("sites.csv"), run));
  (void)jobs, (void)sites;
  if (!acts_of(run).empty()) {
    TRY(acts, write_acts_csv(out.aside("acts.csv"), run));
    (void)acts;
  }
  with_cost(json);
  if (o.report && summary.balanced) {
    nlohmann::ordered_json report = report_json(run, summary, json);
    report["method"]["command"] = command_line(o, run);
    TRY(html, report_html(report));
    TRY(written, write_file(out.aside("report.html"), html));
    (void)written;
  }
  return write_file(out.aside("summary.json"), json.dump(2) + "\n");
}

// The same work under another policy.
nlohmann::ordered_json compared(const Scenario& scenario, SimulationOptions options,
                                const Policy& policy) {
  options.policy = policy;
  options.record = {};
  Simulation simulation(scenario, std::move(options));
  simulation.run();
  return comparison_json(simulation, summarize(simulation),
                         {"", name_of(policy), simulation.record_sha256(), 0});
}

// Runs until the job is to be explained, and no further.
int run_explain(const Options& o, const Scenario& scenario, SimulationOptions&& options) {
  TRY_OR_COMPLAIN(what, parse_explain(o.explain));
  const Window& w = options.window;
  if (what.at && (*what.at < w.from || w.to <= *what.at))
    return complain(Fault{"--explain", iso_kst(w.from) + " to " + iso_kst(w.to), iso_kst(*what.at),
                          "--from and --to set the window"});
  TRY_OR_COMPLAIN(found, explain_run(scenario, options, what.job, what.at));
  fmt::print(
      "{}", o.json ? explain_json(found, scenario).dump(2) + "\n" : explain_table(found, scenario));
  return kDone;
}

// Of a service's file, not of a scenario's.
int run_service(const Options& o) {
  const ServingAsked asked{o.scenario, o.settings,
                           static_cast<std::uint64_t>(o.seed >= 0 ? o.seed : 1), o.json};
  return o.advise.empty() ? run_service_requests(asked, o.requests) : run_memory_advice(asked);
}

// What means nothing to a scenario of one machine.
std::vector<std::string> hub_only(const Options& o) {
  std::vector<std::string> given;
  const auto note = [&](const char* name, bool is) {
    if (is) given.emplace_back(name);
  };
  note("--from", !o.from.empty()), note("--to", !o.to.empty()), note("--step", !o.step.empty());
  note("--policy", !o.policy.empty()), note("--compare", !o.compare.empty());
  note("--weather", !o.weather.empty()), note("--explain", !o.explain.empty());
  note("--report", o.report), note("--record", o.record);
  return given;
}

int run(const Options& o) {
  const bool asks_service = !o.advise.empty() || !o.requests.empty();
  const std::optional<ScenarioKind> kind = scenario_kind(o.scenario);
  if (kind == ScenarioKind::service && !asks_service)
    return complain(Fault{o.scenario, "--requests LOG, --requests drawn or --advise memory",
                          "the file of a service (replica) with neither",
                          "docs/models/serving.md"});
  if (asks_service && kind && kind != ScenarioKind::service)
    return complain(Fault{o.advise.empty() ? "--requests" : "--advise",
                          "the file of a service, with model, replica and load at its top",
                          o.scenario + " without replica", "scenarios/serving/chat.yaml is one"});
  if (asks_service) return run_service(o);
  if (const std::optional<int> done =
          run_edge_kind({o.scenario, o.out, o.seed, o.settings, hub_only(o), o.json}))
    return *done;
  const Outcome<ScenarioInput> read = read_scenario_input(o.scenario, o.settings);
  if (!read) return complain(read.faults());
  const Scenario& scenario = read.value().scenario;
  TRY_OR_COMPLAIN(policy, policy_of(o.policy, scenario.policy));
  TRY_OR_COMPLAIN(other_policy, policy_of(o.compare, scenario.policy));
  TRY_OR_COMPLAIN(window, window_of(o, scenario));
  TRY_OR_COMPLAIN(weather, measured_weather(o.weather, scenario));
  if ((o.report || o.record) && o.out.empty())
    return complain(Fault{o.report ? "--report" : "--record", "--out DIR", "none",
                          "it is written into the folder of results"});
  if (o.report) {  // before the work, not after
    TRY_OR_COMPLAIN(page, report_html(nullptr));
    (void)page;
  }
  std::unique_ptr<OutFolder> out;
  RecordFile record;
  if (!o.out.empty()) {
    TRY_OR_COMPLAIN(opened, OutFolder::open(o.out));
    out = std::move(opened);
  }
  if (o.record) {
    TRY_OR_COMPLAIN(opened, record.open(out->aside("record.dure")));
    (void)opened;
  }
  for (const Fault& w : read.value().warnings)
    fmt::print(stderr, "dure: warning: {}\n", to_string(w));

  Progress progress(o.progress, window, scenario.run.warmup_days);
  SimulationOptions options;
  options.window = window;
  options.warmup_days = scenario.run.warmup_days;
  options.seed = static_cast<std::uint64_t>(o.seed >= 0 ? o.seed : scenario.run.seed);
  options.policy = policy;
  options.weather = std::move(weather);
  options.record = record.sink();
  options.progress = progress.watch();
  if (const Result<Done> fits = check_physics(scenario, options); !fits) {
    const Fault& f = fits.fault();  // measured weather names its own file
    const bool of_weather = std::ranges::any_of(
        options.weather, [&](const SiteWeather& w) { return f.where.starts_with(w.series.name); });
    return complain(of_weather ? f : placed(read.value().doc, f));
  }
  if (!o.explain.empty()) return run_explain(o, scenario, std::move(options));
  nlohmann::ordered_json other;
  if (!o.compare.empty()) other = compared(scenario, options, other_policy);
  Simulation simulation(scenario, std::move(options));
  if (const std::size_t jobs = simulation.plant().expected_jobs(); jobs > 100'000'000)
    return complain(Fault{"--to", "a window of at most 100,000,000 jobs", std::to_string(jobs),
                          "take a shorter window"});
  for (const Fault& dark :
       dark_by_power_limits(scenario, simulation.founding(), window.to - Millis(1)))
    fmt::print(stderr, "dure: warning: {}\n", to_string(dark));
  simulation.run();
  progress.clear();

  const Summary summary = summarize(simulation);
  const RunLabels labels{read.value().sha256, name_of(policy), simulation.record_sha256(),
                         simulation.record_events()};
  nlohmann::ordered_json json = summary_json(simulation, summary, labels);
  if (simulation.network() != nullptr) json["network"] = network_json(simulation);
  if (!o.compare.empty()) json["compare"] = std::move(other);
  if (out) {
    TRY_OR_COMPLAIN(recorded, record.close());
    TRY_OR_COMPLAIN(written, write_results(*out, o, simulation, summary, json));
    TRY_OR_COMPLAIN(published, out->publish());
    (void)recorded, (void)written, (void)published;
  } else {
    with_cost(json);
  }
  const std::string text =
      o.json ? json.dump(2) + "\n" : summary_table(simulation, summary, labels);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
  if (summary.balanced) return kDone;
  fmt::print(stderr, "dure: the books do not balance: these figures are not valid{}\n",
             o.report ? ", and no report was written" : "");
  return kNo;
}

}  // namespace

void add_simulate_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("simulate", "Run a scenario: what will happen if we do?");
  auto o = std::make_shared<Options>();
  command->add_option("SCENARIO", o->scenario, "A scenario file (YAML)")->required();
  command->add_option("--from", o->from, "First day of the window, KST (2030-10-01)");
  command->add_option("--to", o->to, "The day after its last");
  command->add_option("--seed", o->seed, "Of every random draw")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{9'007'199'254'740'991}));
  command->add_option("--policy", o->policy, "fcfs, easy or dure, instead of the scenario's")
      ->check(CLI::IsMember({"fcfs", "easy", "conservative", "dure"}));
  command
      ->add_option("--compare", o->compare,
                   "And the same work under this policy: fcfs, easy or dure")
      ->check(CLI::IsMember({"fcfs", "easy", "dure"}));
  command
      ->add_option("--set", o->settings, "path=value: a field of the scenario, any number of times")
      ->allow_extra_args(false);
  command
      ->add_option("--weather", o->weather,
                   "SITE=FILE: measured hours of a site (EPW, CSV, JSON), any number of times")
      ->allow_extra_args(false);
  command->add_option("--step", o->step, "Of the time series (900s)");
  command->add_option("--out", o->out, "Write the results into this folder");
  command->add_option("--explain", o->explain,
                      "JOB[@TIME]: why it waits, what would help, when it will start");
  auto* advise =
      command
          ->add_option("--advise", o->advise,
                       "memory: which memory serves a service at least cost; SCENARIO is "
                       "the file of a service (scenarios/serving)")
          ->check(CLI::IsMember({"memory"}));
  command
      ->add_option("--requests", o->requests,
                   "A log of requests, or drawn: run them one by one; SCENARIO is the file of a "
                   "service")
      ->excludes(advise);
  command->add_flag("--report", o->report, "And report.html");
  command->add_flag("--record", o->record, "And record.dure, every event");
  command->add_flag("--json", o->json, "Print summary.json");
  command->add_option("--progress", o->progress, "auto: on a terminal")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  command->callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace dure
