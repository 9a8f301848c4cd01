// dure submit, jobs, show, logs, cancel: what a researcher types.
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/job_wait.h"
#include "app/watch.h"
#include "io/describe_json.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "live/http/url.h"
#include "live/job_spec.h"

namespace dure {
namespace {

struct SubmitOptions {
  Connection hub;
  std::string file, name, member, project, work, time, folder, tier, topology, data_class, key,
      script, health;
  std::int64_t gpus = 0, cpus = 0, array = 1, priority = 0, retries = 0, grace = 30;
  double memory_gb = 0;
  std::vector<std::string> environment, sites, hardware, inputs, outputs, command, set;
  std::vector<std::int64_t> after;
  bool dry_run = false, preemptible = false, service = false, each_node = false, wait = false;
  CLI::App* app = nullptr;
  bool given(const char* option) const { return app->count(option) > 0; }
};

// JOB.yaml is a job; options win over it.
Outcome<JobSpec> spec_of(const SubmitOptions& o, const std::string& file) {
  JobSpec s;
  if (!file.empty()) {
    Loaded loaded = load_document(file, o.set);
    if (!loaded.faults.empty()) return loaded.faults;
    DescribedReader reader(loaded.doc, loaded.whole);
    reader.read(loaded.doc.root, s);
    if (!reader.faults.empty()) return reader.faults;
    s.folder = beside(file, s.folder);
  }
  if (!o.name.empty()) s.name = o.name;
  if (!o.member.empty()) s.member = o.member;
  if (!o.project.empty()) s.project = o.project;
  if (!o.work.empty()) s.work = o.work;
  if (!o.folder.empty()) s.folder = o.folder;
  if (!o.data_class.empty()) s.data_class = o.data_class;
  if (o.given("--gpus")) s.gpus = Gpus(o.gpus);
  if (o.given("--cpus")) s.cpus = o.cpus;
  if (o.given("--memory-gb")) s.memory_gb = o.memory_gb;
  if (o.given("--array")) s.array = o.array;
  if (o.given("--priority")) s.priority = o.priority;
  if (o.given("--retries")) s.retries = o.retries;
  if (o.given("--grace")) s.grace_s = o.grace;
  if (o.preemptible) s.preemptible = true;
  if (o.service) s.service = true;
  if (!o.health.empty()) {
    if (!s.health) s.health.emplace();
    s.health->path = o.health;
  }
  if (o.each_node) s.each_node = true;
  for (const std::string& e : o.environment) s.environment.push_back(e);
  if (!o.sites.empty()) s.sites = o.sites;
  if (!o.hardware.empty()) s.hardware = o.hardware;
  if (!o.inputs.empty()) s.inputs = o.inputs;
  if (!o.outputs.empty()) s.outputs = o.outputs;
  if (!o.after.empty()) s.after = o.after;
  if (!o.time.empty()) {
    Result<std::int64_t> time = seconds_of(o.time);
    if (!time) return Faults{time.fault()};
    s.time_limit_s = time.value();
  }
  if (!o.tier.empty()) {
    const auto tier = enum_value<Tier>(o.tier);
    if (!tier)
      return Faults{{"--tier", expectation({}, ValueKind::choice, choice_names<Tier>()),
                     "'" + o.tier + "'", ""}};
    s.tier = *tier;
  }
  if (!o.topology.empty()) {
    const auto t = enum_value<Topology>(o.topology);
    if (!t)
      return Faults{{"--topology", expectation({}, ValueKind::choice, choice_names<Topology>()),
                     "'" + o.topology + "'", ""}};
    s.topology = *t;
  }
  if (!o.script.empty()) {
    Result<std::string> text = read_text_file(o.script);
    if (!text) return Faults{text.fault()};
    s.script = std::move(text.value());
  }
  if (!o.command.empty()) s.command = o.command;
  return s;
}

int submit(SubmitOptions& o) {
  // CLI11 gives what stands after "--" to the first positional: JOB.yaml, if there is no "--".
  std::string file = o.file;
  if (!file.empty() &&
      !(file.ends_with(".yaml") || file.ends_with(".yml") || file.ends_with(".json"))) {
    o.command.insert(o.command.begin(), file);
    file.clear();
  }
  Outcome<JobSpec> spec = spec_of(o, file);
  if (!spec) return complain(spec.faults());
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  const std::string key = o.key.empty() ? random_key() : o.key;
  TRY_OR_COMPLAIN(answer,
                  hub->call("POST", std::string("/api/v1/jobs") + (o.dry_run ? "?dry_run=1" : ""),
                            to_json(spec.value()), {{"Idempotency-Key", key}}));
  if (o.hub.json) {
    fmt::print("{}\n", answer.json.dump());
  } else if (o.dry_run) {
    fmt::print("it would be queued\n");
  } else {
    const std::int64_t first = answer.json["job"].get<std::int64_t>(),
                       count = answer.json["count"].get<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i) fmt::print("{}\n", first + i);
  }
  if (!o.wait || o.dry_run) return kDone;
  std::fflush(stdout);
  return wait_for_job(*hub, answer.json["job"].get<std::int64_t>(), o.hub.json);
}

struct JobsOptions {
  Connection hub;
  std::string state, member, user, site, name;
  std::int64_t limit = 50;
};

std::string short_time(const Json& t) {
  const std::string s = text_of(t);
  return s.size() >= 16 ? s.substr(5, 5) + " " + s.substr(11, 5) : s;
}

Result<std::string> jobs_text(HubClient& hub, const JobsOptions& o) {
  Json all = Json::array();
  std::int64_t next = 0;
  do {
    std::string target =
        "/api/v1/jobs?limit=" + std::to_string(std::min<std::int64_t>(o.limit, 1000));
    if (next > 0) target += "&before=" + std::to_string(next);
    const std::pair<const char*, const std::string*> words[] = {{"state", &o.state},
                                                                {"member", &o.member},
                                                                {"user", &o.user},
                                                                {"site", &o.site},
                                                                {"name", &o.name}};
    for (const auto& [name, value] : words)
      if (!value->empty()) target += std::string("&") + name + "=" + percent_encode(*value);
    TRY(answer, hub.call("GET", target));
    for (const Json& j : answer.json["jobs"]) all.push_back(j);
    next = answer.json["next"].get<std::int64_t>();
  } while (next > 0 && static_cast<std::int64_t>(all.size()) < o.limit);
  if (o.hub.json) return json_line(all);
  std::vector<std::vector<std::string>> rows{
      {"JOB", "NAME", "MEMBER", "USER", "GPUS", "STATE", "SITE", "SUBMITTED", "STARTED", "WHY"}};
  for (const Json& j : all)
    rows.push_back({text_of(j["job"]), text_of(j["name"]), text_of(j["member"]), text_of(j["user"]),
                    text_of(j["gpus"]), text_of(j["state"]), text_of(j["site"]),
                    short_time(j["submitted"]), short_time(j["started"]),
                    text_of(j["reason"]).empty() ? text_of(j["detail"]) : text_of(j["reason"])});
  return table(rows);
}

int jobs(const JobsOptions& o) {
  return show_listing(o.hub, [&](HubClient& hub) { return jobs_text(hub, o); });
}

struct OneJob {
  Connection hub;
  std::vector<std::int64_t> jobs;
  bool follow = false, err = false;
};

Result<std::string> show_text(HubClient& hub, const OneJob& o) {
  std::string out;
  for (const std::int64_t job : o.jobs) {
    TRY(answer, hub.call("GET", "/api/v1/jobs/" + std::to_string(job)));
    if (o.hub.json) {
      out += json_line(answer.json);
      continue;
    }
    std::vector<std::vector<std::string>> rows;
    const Json& state = answer.json["state"];  // 0 is an exit code of what ended by itself
    const bool has_exit_code = state == "done" || state == "failed";
    for (const auto& [key, value] : answer.json.items())
      if (const std::string text = text_of(value);
          !text.empty() && text != "false" &&
          (text != "0" || (key == "exit_code" && has_exit_code)))
        rows.push_back({key, text});
    out += table(rows);
  }
  return out;
}

int show(const OneJob& o) {
  return show_listing(o.hub, [&](HubClient& hub) { return show_text(hub, o); });
}

int cancel(const OneJob& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  int rc = kDone;
  for (const std::int64_t job : o.jobs) {
    const auto answer = hub->call("DELETE", "/api/v1/jobs/" + std::to_string(job));
    if (!answer)
      rc = complain(answer.fault());
    else if (o.hub.json)
      fmt::print("{}", json_line(answer.value().json));
    else
      fmt::print("job {} {}\n", job, text_of(answer.value().json["state"]));
  }
  return rc;
}

int logs(const OneJob& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  const std::string job = std::to_string(o.jobs[0]);
  std::int64_t offset = 0;
  bool last = false;
  for (;;) {
    auto answer =
        hub->call("GET", "/api/v1/jobs/" + job + "/log?stream=" + (o.err ? "err" : "out") +
                             "&offset=" + std::to_string(offset));
    if (!answer) {
      const bool early = answer.fault().where.starts_with("not_started");
      if (!o.follow || !early) return complain(answer.fault());
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      continue;
    }
    const HubClient::Answer& a = answer.value();
    if (!o.hub.json)
      std::fwrite(a.body.data(), 1, a.body.size(), stdout);
    else if (!a.body.empty())
      fmt::print("{}", json_line({{"job", o.jobs[0]},
                                  {"stream", o.err ? "err" : "out"},
                                  {"offset", offset},
                                  {"text", a.body}}));
    if (std::fflush(stdout) != 0)
      return complain(Fault{"stdout", "room for what is printed", "a write that failed", ""});
    offset += static_cast<std::int64_t>(a.body.size());
    if (!a.body.empty()) continue;
    if (!o.follow || last) {
      if (offset == 0 && !o.err && !o.hub.json && a.header("x-job-state") == "failed")
        std::fprintf(stderr, "dure: nothing on its standard output; dure logs --err %s\n",
                     job.c_str());
      return kDone;
    }
    last = is_over(a.header("x-job-state"));  // what it wrote at its end comes with the next call
    if (!last) std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

template <class E>
std::vector<std::string> choices() {
  std::vector<std::string> out;
  for (const auto& c : describe_enum(E{})) out.emplace_back(c.name);
  return out;
}

template <class F>
std::shared_ptr<OneJob> add_one(CLI::App& app, int& exit_code, const char* name, const char* help,
                                F f) {
  auto o = std::make_shared<OneJob>();
  auto* command = app.add_subcommand(name, help);
  command->add_option("JOB", o->jobs, "Number of the job")->required();
  add_connection(command, o->hub);
  command->callback([o, f, &exit_code] { exit_code = f(*o); });
  return o;
}

}  // namespace

void add_job_commands(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<SubmitOptions>();
  auto* c = app.add_subcommand("submit", "Submit a job: JOB.yaml, or options -- COMMAND…");
  o->app = c;
  c->add_option("JOB", o->file, "YAML with the keys of POST /api/v1/jobs");
  c->add_option("COMMAND", o->command, "After --: what runs");
  c->add_option("--name", o->name, "For people");
  c->add_option("-m,--member", o->member, "Who is charged; else your own member");
  c->add_option("--project", o->project, "Of the member, that is charged");
  c->add_option("--work", o->work, "The kind of work, if the alliance knows it");
  c->add_option("-g,--gpus", o->gpus, "GPUs; none: it needs cores only");
  c->add_option("-c,--cpus", o->cpus, "Cores: without GPUs in all, else on each node");
  c->add_option("--memory-gb", o->memory_gb, "On each node");
  c->add_option("-t,--time", o->time, "It is ended after so long: 90s, 15m, 2h, 1d; else 1h");
  c->add_option("--grace", o->grace, "Seconds between SIGTERM and SIGKILL");
  c->add_option("-e,--env", o->environment, "NAME=value")->allow_extra_args(false);
  c->add_option("--folder", o->folder, "Where it starts at its site");
  c->add_option("--script", o->script, "File with a script, in place of a command");
  c->add_option("--tier", o->tier, "Of its work")->check(CLI::IsMember(choices<Tier>()));
  c->add_option("--topology", o->topology, "How close together")
      ->check(CLI::IsMember(choices<Topology>()));
  c->add_option("--data-class", o->data_class, "Of what it reads");
  c->add_option("--site", o->sites, "Only there")->allow_extra_args(false);
  c->add_option("--hardware", o->hardware, "Only on this class")->allow_extra_args(false);
  c->add_option("--input", o->inputs, "Data that it reads, found in $DURE_INPUTS")
      ->allow_extra_args(false);
  c->add_option("--output", o->outputs, "Data that it makes, left in $DURE_OUTPUTS")
      ->allow_extra_args(false);
  c->add_option("--after", o->after, "Jobs that must end well before")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--array", o->array, "So many jobs of it");
  c->add_option("--priority", o->priority, "Among your member's jobs");
  c->add_option("--retries", o->retries, "Started again so often if it fails");
  c->add_flag("--preemptible", o->preemptible, "It may be stopped and started again");
  c->add_flag("--service", o->service, "It runs until it is cancelled, and is restarted");
  c->add_option("--health", o->health, "Of a service: path that answers 200 when it serves");
  c->add_flag("--each-node", o->each_node, "Once on each of its nodes");
  c->add_option("--set", o->set, "path=value, over JOB.yaml")->allow_extra_args(false);
  c->add_option("--idempotency-key", o->key, "The same key and job: submitted once");
  c->add_flag("--dry-run", o->dry_run, "Check it, and queue nothing");
  c->add_flag("--wait", o->wait, "Until it is over; exit 1 unless it is done");
  add_connection(c, o->hub);
  c->callback([o, &exit_code] { exit_code = submit(*o); });

  auto j = std::make_shared<JobsOptions>();
  auto* list = app.add_subcommand("jobs", "Jobs, the newest first");
  list->add_option("--state", j->state, "Only in this state")
      ->check(CLI::IsMember({"waiting", "held", "starting", "running", "stopping", "done", "failed",
                             "timed_out", "cancelled", "lost", "refused"}));
  list->add_option("-m,--member", j->member, "Only of this member");
  list->add_option("--user", j->user, "Only of this user");
  list->add_option("--site", j->site, "Only at this site");
  list->add_option("--name", j->name, "Only of this name");
  list->add_option("-n,--limit", j->limit, "At most so many")->check(CLI::Range(1, 1'000'000));
  add_watch(list, j->hub);
  add_connection(list, j->hub);
  list->callback([j, &exit_code] { exit_code = jobs(*j); });

  auto s = add_one(app, exit_code, "show", "A job, and where it is", show);
  add_watch(app.get_subcommand("show"), s->hub);
  add_one(app, exit_code, "cancel", "Cancel jobs", cancel);
  auto l = std::make_shared<OneJob>();
  auto* log = app.add_subcommand("logs", "What a job wrote");
  log->add_option("JOB", l->jobs, "Number of the job")->required()->expected(1);
  log->add_flag("-f,--follow", l->follow, "Until it is over");
  log->add_flag("--err", l->err, "Standard error, not output");
  add_connection(log, l->hub);
  log->callback([l, &exit_code] { exit_code = logs(*l); });
}

}  // namespace dure
