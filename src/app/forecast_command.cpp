// dure forecast, shadow: when jobs will start, what if something were different, and what other
// policies would have done.
#include <fmt/core.h>

#include "app/command.h"
#include "app/hub_client.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::int64_t job = 0, limit = 20, hours = 24;
  std::vector<std::string> what_if;
};

int print_json(const HubClient::Answer& a) {
  fmt::print("{}\n", a.json.dump());
  return kDone;
}

std::string time_text(const Json& j, const char* key) {  // without the year and the seconds
  if (!j.contains(key)) return "-";
  const std::string t = text_of(j[key]);
  return t.size() >= 16 ? t.substr(5, 5) + " " + t.substr(11, 5) : t;
}
std::string whole_time(const Json& j, const char* key) {
  return j.contains(key) ? text_of(j[key]) : "-";
}

std::string span_text(std::int64_t s) {
  const std::string sign = s < 0 ? "-" : "";
  s = s < 0 ? -s : s;
  if (s < 60) return sign + std::to_string(s) + "s";
  if (s < 3'600) return sign + std::to_string(s / 60) + "m";
  if (s < 86'400)
    return sign + std::to_string(s / 3'600) + "h" + fmt::format("{:02}", s / 60 % 60) + "m";
  return sign + std::to_string(s / 86'400) + "d" + std::to_string(s / 3'600 % 24) + "h";
}
std::string span_of(const Json& j, const char* key) {
  return span_text(j[key].get<std::int64_t>());
}
std::string both(const Json& before, const Json& after, const char* key, bool span) {
  const auto one = [&](const Json& j) { return span ? span_of(j, key) : text_of(j[key]); };
  return one(before) + " | " + one(after);
}

int show_job(HubClient& hub, const Options& o) {
  TRY_OR_COMPLAIN(answer, hub.call("GET", "/api/v1/forecast?job=" + std::to_string(o.job)));
  if (o.hub.json) return print_json(answer);
  fmt::print("job {} ({}): starts by {} (P50), by {} (P90)\n", o.job, text_of(answer.json["state"]),
             whole_time(answer.json["forecast"], "p50"),
             whole_time(answer.json["forecast"], "p90"));
  return kDone;
}

// Rows of the outlook: of members or sites, every so many hours.
void show_outlook(const Json& outlook, const char* what, const char* head, std::size_t every) {
  std::vector<std::vector<std::string>> rows{{head}};
  for (std::size_t h = every; h <= outlook.size(); h += every) {
    const Json& at = outlook[h - 1];
    rows[0].push_back(time_text(at, "at"));
    for (std::size_t i = 0; i < at[what].size(); ++i) {
      const Json& row = at[what][i];
      if (rows.size() <= i + 1) rows.push_back({text_of(row["name"])});
      rows[i + 1].push_back(text_of(row["held_gpus"]) + "/" + text_of(row["waiting_jobs"]));
    }
  }
  if (rows[0].size() > 1) fmt::print("\n{}", table(rows));
}

int show_queue(HubClient& hub, const Options& o) {
  TRY_OR_COMPLAIN(
      answer, hub.call("GET", fmt::format("/api/v1/forecast?limit={}&hours={}", o.limit, o.hours)));
  if (o.hub.json) return print_json(answer);
  const Json& j = answer.json;
  std::vector<std::vector<std::string>> rows{{"JOB", "MEMBER", "GPUS", "SUBMITTED", "P50", "P90"}};
  for (const Json& r : j["jobs"])
    rows.push_back({text_of(r["job"]), text_of(r["member"]), text_of(r["gpus"]),
                    time_text(r, "submitted"), time_text(r, "p50"), time_text(r, "p90")});
  fmt::print("{} jobs wait at {}; {} samples{}\n\n{}", text_of(j["waiting_jobs"]), text_of(j["at"]),
             text_of(j["samples"]), j["cut_short"].get<bool>() ? ", some drawn out" : "",
             table(rows));
  if (j["next"].get<std::int64_t>() > 0) fmt::print("…\n");
  const auto every = static_cast<std::size_t>(o.hours > 8 ? (o.hours + 7) / 8 : 1);
  fmt::print("\nGPUs held / jobs waiting, P50\n");
  show_outlook(j["outlook"], "members", "MEMBER", every);
  show_outlook(j["outlook"], "sites", "SITE", every);
  return kDone;
}

int show_what_if(HubClient& hub, const Options& o) {
  Json body{{"job", o.job}, {"what_if", o.what_if}, {"limit", o.limit}, {"hours", o.hours}};
  TRY_OR_COMPLAIN(answer, hub.call("POST", "/api/v1/forecast", body.dump()));
  if (o.hub.json) return print_json(answer);
  const Json& j = answer.json;
  fmt::print("if");
  for (const Json& s : j["what_if"]) fmt::print(" {}", text_of(s));
  fmt::print("  (now | then, {} samples)\n\n", text_of(j["samples"]));
  if (o.job == 0) {
    std::vector<std::vector<std::string>> rows{
        {"MEMBER", "JOBS", "EARLIER", "LATER", "MEAN WAIT", "P95 WAIT", "LENT GPUS"}};
    for (const Json& m : j["members"])
      rows.push_back({text_of(m["member"]), text_of(m["jobs"]), text_of(m["earlier"]),
                      text_of(m["later"]), both(m["before"], m["after"], "mean_wait_s", true),
                      both(m["before"], m["after"], "p95_wait_s", true),
                      both(m["before"], m["after"], "lent_gpus", false)});
    fmt::print("{}\n", table(rows));
  }
  std::vector<std::vector<std::string>> rows{
      {"JOB", "MEMBER", "GPUS", "EARLIER BY", "P50", "P90", ""}};
  for (const Json& r : j["jobs"])
    rows.push_back({text_of(r["job"]), text_of(r["member"]), text_of(r["gpus"]),
                    span_of(r, "earlier_s"),
                    time_text(r, "before_p50") + " | " + time_text(r, "after_p50"),
                    time_text(r, "before_p90") + " | " + time_text(r, "after_p90"),
                    r["changed"].get<bool>() ? "changed" : ""});
  fmt::print("{}", table(rows));
  return kDone;
}

int forecast(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  if (!o.what_if.empty()) return show_what_if(*hub, o);
  return o.job > 0 ? show_job(*hub, o) : show_queue(*hub, o);
}

void show_shadow(const Json& s) {
  const std::string since = text_of(s["since"]);
  fmt::print("{} ({}) since {}: {} jobs have started in both\n", text_of(s["shadow"]),
             text_of(s["policy"]), since.empty() ? "the record began" : since,
             text_of(s["compared_jobs"]));
  if (const std::string why = text_of(s["stopped"]); !why.empty()) fmt::print("stopped: {}\n", why);
  std::vector<std::vector<std::string>> rows{{"", "LIVE", "SHADOW"}};
  const auto line = [&](const char* name, const char* key, bool span) {
    const auto one = [&](const char* side) {
      return span ? span_of(s[side], key) : text_of(s[side][key]);
    };
    rows.push_back({name, one("live"), one("beside")});
  };
  line("started", "started", false);
  line("waiting", "waiting_jobs", false);
  line("running", "running_jobs", false);
  line("mean wait", "mean_wait_s", true);
  line("P50 wait", "p50_wait_s", true);
  line("P95 wait", "p95_wait_s", true);
  line("bounded slowdown", "mean_bounded_slowdown", false);
  line("utilization", "utilization", false);
  line("stopped for others", "stops", false);
  line("GPU-hours lent", "lent_gpu_hours", false);
  fmt::print("\n{}\n", table(rows));
  rows = {{"MEMBER", "JOBS", "MEAN WAIT", "GPU-HOURS", "LENT"}};
  for (const Json& m : s["members"])
    rows.push_back(
        {text_of(m["member"]), text_of(m["jobs"]),
         span_of(m, "live_mean_wait_s") + " | " + span_of(m, "shadow_mean_wait_s"),
         text_of(m["live_gpu_hours"]) + " | " + text_of(m["shadow_gpu_hours"]),
         text_of(m["live_lent_gpu_hours"]) + " | " + text_of(m["shadow_lent_gpu_hours"])});
  fmt::print("{}", table(rows));
  if (s["jobs"].empty()) return;
  rows = {{"JOB", "MEMBER", "EARLIER BY", "LIVE", "SHADOW"}};
  for (const Json& r : s["jobs"])
    rows.push_back({text_of(r["job"]), text_of(r["member"]), span_of(r, "earlier_s"),
                    time_text(r, "live_start"), time_text(r, "shadow_start")});
  fmt::print("\n{}", table(rows));
}

int shadow(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/shadow"));
  if (o.hub.json) return print_json(answer);
  bool first = true;
  for (const Json& s : answer.json["shadows"]) {
    if (!first) fmt::print("\n");
    first = false;
    show_shadow(s);
  }
  if (first) fmt::print("no shadows: docs/guide/what-if.md\n");
  return kDone;
}

}  // namespace

void add_forecast_commands(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "forecast", "When jobs will start, P50 and P90; --what-if: and if something were different");
  add_connection(command, o->hub);
  command->add_option("--job", o->job, "Number of a job; left out: the whole queue")
      ->check(CLI::PositiveNumber);
  command->add_option(
      "--what-if", o->what_if,
      "path=value, again and again: members.sk.limit_gpus=64, pools.ulsan.nodes=+4");
  command->add_option("--limit", o->limit, "How many jobs are listed")->check(CLI::Range(0, 1000));
  command->add_option("--hours", o->hours, "To look ahead")->check(CLI::Range(1, 168));
  command->callback([o, &exit_code] { exit_code = forecast(*o); });
  auto s = std::make_shared<Options>();
  command =
      app.add_subcommand("shadow", "What other policies would have done, beside the live one");
  add_connection(command, s->hub);
  command->callback([s, &exit_code] { exit_code = shadow(*s); });
}

}  // namespace dure
