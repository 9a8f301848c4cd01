// dure data, dure pipeline: what jobs have kept, and pipelines of jobs that make data of data.
#include <fmt/core.h>

#include <set>
#include <thread>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/job_wait.h"
#include "io/describe_json.h"
#include "io/describe_reader.h"
#include "io/doc_loader.h"
#include "live/http/url.h"
#include "live/pipeline_spec.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::string name, member, file, key, from, site, data_class;
  std::vector<std::string> set;
  std::int64_t number = 0;
  bool wait = false;
};

std::string size_text(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t i = 0;
  for (; bytes >= 1000 && i + 1 < std::size(units); ++i) bytes /= 1000;
  return i == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[i]);
}

std::string joined(const Json& list) {
  std::string out;
  for (const Json& x : list) out += (out.empty() ? "" : ",") + text_of(x);
  return out;
}

// member/name@digest with a digest that people can read.
std::string short_words(const std::string& words) {
  const std::size_t at = words.find('@');
  return at == std::string::npos ? words : words.substr(0, std::min(words.size(), at + 13));
}

int list_data(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  std::string target = "/api/v1/data";
  if (!o.member.empty()) target += "?member=" + percent_encode(o.member);
  TRY_OR_COMPLAIN(answer, hub->call("GET", target));
  if (o.hub.json) {
    fmt::print("{}\n", answer.json.dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows{
      {"DATA", "VERSION", "CLASS", "SIZE", "FILES", "SITES", "JOB", "KEPT"}};
  for (const Json& d : answer.json["data"])
    rows.push_back({text_of(d["name"]), text_of(d["digest"]).substr(0, 12),
                    text_of(d["data_class"]), size_text(d["bytes"].get<double>()),
                    text_of(d["files"]), joined(d["sites"]), text_of(d["job"]),
                    text_of(d["made"])});
  fmt::print("{}", table(rows));
  return kDone;
}

// The data, what they were made of, and so on, indented.
void print_lineage(const Json& all, const std::string& words, int depth,
                   std::set<std::string> above) {
  fmt::print("{:{}}{}", "", depth * 2, short_words(words));
  for (const Json& d : all) {
    if (text_of(d["name"]) + "@" + text_of(d["digest"]) != words) continue;
    fmt::print("  {} at {}, by job {}\n", size_text(d["bytes"].get<double>()), joined(d["sites"]),
               text_of(d["job"]));
    if (!above.insert(words).second) return;
    for (const Json& input : d["inputs"]) print_lineage(all, text_of(input), depth + 1, above);
    return;
  }
  fmt::print("\n");  // of the scenario, or another member's
}

int show_data(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(all, hub->call("GET", "/api/v1/data"));
  const std::size_t at = o.name.find('@');
  const std::string name = o.name.substr(0, at);
  const std::string digest = at == std::string::npos ? "" : o.name.substr(at + 1);
  Json found = Json::array();
  for (const Json& d : all.json["data"]) {
    const std::string full = text_of(d["name"]);
    const bool named = full == name || full.substr(full.find('/') + 1) == name;
    if (named && text_of(d["digest"]).starts_with(digest)) found.push_back(d);
  }
  if (found.empty())
    return complain(Fault{"DATA", "data of your member", "'" + o.name + "'", "dure data list"});
  if (o.hub.json) {
    fmt::print("{}\n", Json{{"data", found}}.dump());
    return kDone;
  }
  for (const Json& d : found)
    print_lineage(all.json["data"], text_of(d["name"]) + "@" + text_of(d["digest"]), 0, {});
  return kDone;
}

// Data come in by a job like any other: it copies them at the site, as its user.
int add_data(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  JobSpec s;
  s.name = "add " + o.name;
  s.member = o.member;
  s.data_class = o.data_class;
  if (!o.site.empty()) s.sites = {o.site};
  s.outputs = {o.name};
  s.command = {"/bin/sh", "-c", "exec cp -RL \"$0\" \"$DURE_OUTPUTS/$1\"", beside("./x", o.from),
               o.name};
  TRY_OR_COMPLAIN(
      answer, hub->call("POST", "/api/v1/jobs", to_json(s), {{"Idempotency-Key", random_key()}}));
  if (o.hub.json)
    fmt::print("{}\n", answer.json.dump());
  else
    fmt::print("{}\n", text_of(answer.json["job"]));
  if (!o.wait) return kDone;
  std::fflush(stdout);
  return wait_for_job(*hub, answer.json["job"].get<std::int64_t>(), o.hub.json);
}

void print_pipeline(const Json& p) {
  fmt::print("pipeline {} '{}' of {}: {}\n", text_of(p["pipeline"]), text_of(p["name"]),
             text_of(p["member"]), text_of(p["state"]));
  std::vector<std::vector<std::string>> rows{{"STEP", "STATE", "JOB", "NEEDS", ""}};
  for (const Json& s : p["steps"]) {
    std::string job = text_of(s["job"]);
    if (job == "0") job = "-";
    if (const auto n = s["count"].get<std::int64_t>(); n > 1)
      job += ".." + std::to_string(s["job"].get<std::int64_t>() + n - 1);
    std::string remark = text_of(s["url"]);
    if (const std::string code = text_of(s["code"]); !code.empty())
      remark = code + ": " + text_of(s["detail"]);
    rows.push_back({text_of(s["step"]), text_of(s["state"]), job, joined(s["needs"]), remark});
  }
  fmt::print("{}", table(rows));
}

int wait_for(HubClient& hub, std::int64_t number) {
  for (;;) {
    TRY_OR_COMPLAIN(answer, hub.call_patiently("/api/v1/pipelines/" + std::to_string(number)));
    if (const std::string state = text_of(answer.json["state"]); state != "running") {
      print_pipeline(answer.json);
      return state == "done" ? kDone : kNo;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

int run_pipeline(const Options& o) {
  Loaded loaded = load_document(o.file, o.set);
  if (!loaded.faults.empty()) return complain(loaded.faults);
  DescribedReader reader(loaded.doc, loaded.whole);
  PipelineSpec spec;
  reader.read(loaded.doc.root, spec);
  if (!reader.faults.empty()) return complain(reader.faults);
  if (!o.member.empty()) spec.member = o.member;
  for (StepSpec& s : spec.steps) s.job.folder = beside(o.file, s.job.folder);
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer, hub->call("POST", "/api/v1/pipelines", to_json(spec),
                                    {{"Idempotency-Key", o.key.empty() ? random_key() : o.key}}));
  if (o.hub.json)
    fmt::print("{}\n", answer.json.dump());
  else
    fmt::print("{}\n", text_of(answer.json["pipeline"]));
  if (!o.wait) return kDone;
  std::fflush(stdout);
  return wait_for(*hub, answer.json["pipeline"].get<std::int64_t>());
}

int list_pipelines(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/pipelines"));
  if (o.hub.json) {
    fmt::print("{}\n", answer.json.dump());
    return kDone;
  }
  std::vector<std::vector<std::string>> rows{
      {"PIPELINE", "NAME", "MEMBER", "USER", "STATE", "STEPS", "ASKED", "OVER"}};
  for (const Json& p : answer.json["pipelines"]) {
    int done = 0;
    for (const Json& s : p["steps"]) done += s["state"] == "done";
    rows.push_back({text_of(p["pipeline"]), text_of(p["name"]), text_of(p["member"]),
                    text_of(p["user"]), text_of(p["state"]),
                    fmt::format("{}/{}", done, p["steps"].size()), text_of(p["asked"]),
                    text_of(p["over"])});
  }
  fmt::print("{}", table(rows));
  return kDone;
}

int one_pipeline(const Options& o, const char* method) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer, hub->call(method, "/api/v1/pipelines/" + std::to_string(o.number)));
  if (o.hub.json)
    fmt::print("{}\n", answer.json.dump());
  else
    print_pipeline(answer.json);
  return kDone;
}

using Run = int (*)(const Options&);
std::pair<CLI::App*, std::shared_ptr<Options>> add(CLI::App* group, const char* name,
                                                   const char* help, Run run, int& exit_code) {
  auto o = std::make_shared<Options>();
  CLI::App* command = group->add_subcommand(name, help);
  add_connection(command, o->hub);
  command->callback([o, run, &exit_code] { exit_code = run(*o); });
  return {command, o};
}

}  // namespace

void add_data_commands(CLI::App& app, int& exit_code) {
  CLI::App* data = app.add_subcommand("data", "Data that jobs have kept: list, show, add");
  data->require_subcommand(1);
  auto [list, l] = add(data, "list", "Data of your member, the newest first", list_data, exit_code);
  list->add_option("-m,--member", l->member, "Only of this member");
  auto [show, s] =
      add(data, "show", "All versions of one, and what they were made of", show_data, exit_code);
  show->add_option("DATA", s->name, "[MEMBER/]NAME[@DIGEST]")->required();
  auto [bring, b] =
      add(data, "add", "Keep a file or folder of a site; prints the job that copies it", add_data,
          exit_code);
  bring->add_option("NAME", b->name, "Of the data")->required();
  bring->add_option("--from", b->from, "File or folder, as the site's nodes see it")->required();
  bring->add_option("--site", b->site, "Where it is; the data stay there");
  bring->add_option("-m,--member", b->member, "Whose; else your own");
  bring->add_option("--data-class", b->data_class, "Which law they are under");
  bring->add_flag("--wait", b->wait, "Until they are kept; exit 1 unless they are");

  CLI::App* pipeline =
      app.add_subcommand("pipeline", "Steps that make data of data: run, list, show, cancel");
  pipeline->require_subcommand(1);
  auto [run, r] = add(pipeline, "run", "Start one; prints its number", run_pipeline, exit_code);
  run->add_option("PIPELINE.yaml", r->file, "docs/reference/pipeline.md")->required();
  run->add_option("--set", r->set, "path=value, over the file")->allow_extra_args(false);
  run->add_option("-m,--member", r->member, "Whose jobs they are; else your own");
  run->add_option("--idempotency-key", r->key, "The same key and file: started once");
  run->add_flag("--wait", r->wait, "Until it is over; exit 1 unless it is done");
  add(pipeline, "list", "Pipelines, the newest first", list_pipelines, exit_code);
  auto [look, k] = add(
      pipeline, "show", "Its steps", [](const Options& o) { return one_pipeline(o, "GET"); },
      exit_code);
  look->add_option("PIPELINE", k->number, "Its number")->required();
  auto [stop, c] = add(
      pipeline, "cancel", "Start no more steps, cancel its jobs, services too",
      [](const Options& o) { return one_pipeline(o, "DELETE"); }, exit_code);
  stop->add_option("PIPELINE", c->number, "Its number")->required();
}

}  // namespace dure
