// dure explain, sites, drain, resume, reserve, quota, ledger, login: what operators and
// planners type.
#include <fmt/core.h>

#include <thread>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/live_config.h"
#include "base/calendar.h"
#include "live/http/url.h"
#include "live/live_record.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::int64_t job = 0, gpus = 0;
  std::string place, reason, member, pool, from, length, account, month, url, token_file, ca_file;
  std::int64_t limit = -1;
  bool csv = false, watch = false, nodes = false;
};

int print_json(const HubClient::Answer& a) {
  fmt::print("{}\n", a.json.dump());
  return kDone;
}

std::string time_text(const Json& j, const char* key) {
  return j.contains(key) ? text_of(j[key]) : "-";
}

int explain(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/jobs/" + std::to_string(o.job) + "/explain"));
  if (o.hub.json) return print_json(answer);
  const Json& e = answer.json;
  fmt::print("job {} of {}: {}", text_of(e["job"]), text_of(e["member"]), text_of(e["state"]));
  if (const std::string r = text_of(e["reason"]); r != "none") fmt::print(", {}", r);
  if (e.contains("starts_in")) fmt::print(", starts next in {}", text_of(e["starts_in"]));
  if (e.contains("pool")) fmt::print(" in {} since {}", text_of(e["pool"]), text_of(e["start"]));
  fmt::print("\n");
  if (e["state"] != "waiting") return kDone;
  fmt::print("before it: {} jobs, {} GPUs\n", text_of(e["before"]["jobs"]),
             text_of(e["before"]["gpus"]));
  if (e.contains("account"))
    fmt::print("account {}: holds {} of at most {}\n", text_of(e["account"]["name"]),
               text_of(e["account"]["held"]), text_of(e["account"]["limit"]));
  fmt::print("forecast: by {} (P50), by {} (P90)\n\n", time_text(e["forecast"], "p50"),
             time_text(e["forecast"], "p90"));
  std::vector<std::vector<std::string>> rows{
      {"POOL", "WHY NOT", "NEEDED", "FREE", "AT ONCE", "LENT/MOST", "HELD/ENTITLED", "EARLIEST"}};
  for (const Json& p : e["pools"])
    rows.push_back(
        {text_of(p["pool"]),
         text_of(p["why_not"]) + (p.contains("detail") ? ": " + text_of(p["detail"]) : ""),
         text_of(p["needed"]), text_of(p["free"]), text_of(p["most_at_once"]),
         text_of(p["lent"]) + "/" + text_of(p["lend_limit"]),
         text_of(p["held"]) + "/" + text_of(p["entitled"]), time_text(p, "earliest")});
  fmt::print("{}\nwhat would start it, the least first\n", table(rows));
  for (const Json& c : e["changes"]) {
    fmt::print("  {}", text_of(c["kind"]));
    for (const char* key : {"gpus", "estimate_s", "at"})
      if (c.contains(key)) fmt::print(" {} {}", key, text_of(c[key]));
    fmt::print(": {}\n", text_of(c["pool"]));
  }
  if (e["changes"].empty()) fmt::print("  nothing that was tried\n");
  return kDone;
}

int sites_once(HubClient& hub, const Options& o) {
  if (o.nodes || !o.place.empty()) {
    TRY_OR_COMPLAIN(answer, hub.call("GET", "/api/v1/sites/" + percent_encode(o.place) + "/nodes"));
    if (o.hub.json) return print_json(answer);
    std::vector<std::vector<std::string>> rows{
        {"NODE", "POOL", "STATE", "GPUS", "FREE", "POWER", "FROM", "WHY"}};
    for (const Json& n : answer.json["nodes"])
      rows.push_back({text_of(n["node"]), text_of(n["pool"]), text_of(n["state"]),
                      text_of(n["gpus"]), text_of(n["free"]), text_of(n["power_w"]) + " W",
                      text_of(n["power_source"]), text_of(n["reason"])});
    fmt::print("{}", table(rows));
    return kDone;
  }
  TRY_OR_COMPLAIN(answer, hub.call("GET", "/api/v1/sites"));
  if (o.hub.json) return print_json(answer);
  std::vector<std::vector<std::string>> rows{{"SITE", "AGENT", "POOL", "OWNER", "HARDWARE", "NODES",
                                              "UNITS", "FREE", "LENT", "WAITING", "POWER"}};
  for (const Json& s : answer.json["sites"]) {
    bool first = true;
    const std::string agent = s["connected"].get<bool>() ? text_of(s["driver"]) : "not connected";
    for (const Json& p : s["pools"]) {
      rows.push_back({first ? text_of(s["site"]) : "", first ? agent : "", text_of(p["pool"]),
                      text_of(p["owner"]), text_of(p["hardware"]),
                      text_of(p["nodes_open"]) + "/" + text_of(p["nodes"]),
                      text_of(p["installed"]) + " " + text_of(p["device"]), text_of(p["free"]),
                      text_of(p["lent"]), text_of(p["waiting_jobs"]),
                      first ? text_of(s["power_w"]) + " W" : ""});
      first = false;
    }
    if (first) rows.push_back({text_of(s["site"]), agent, "-"});
  }
  fmt::print("{}", table(rows));
  return kDone;
}

int sites(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  if (!o.watch) return sites_once(*hub, o);
  for (;;) {
    fmt::print("\033[H\033[2J");
    if (const int rc = sites_once(*hub, o); rc != kDone) return rc;
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(2));
  }
}

int set_nodes(const Options& o, const char* what) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  const std::size_t slash = o.place.find('/');
  const std::string site = o.place.substr(0, slash);
  std::vector<std::string> nodes;
  if (slash != std::string::npos) {
    nodes.push_back(o.place.substr(slash + 1));
  } else {
    TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/sites/" + percent_encode(site) + "/nodes"));
    for (const Json& n : answer.json["nodes"])
      if (nodes.empty() || nodes.back() != text_of(n["node"])) nodes.push_back(text_of(n["node"]));
  }
  const Json body{{"reason", o.reason}};
  for (const std::string& node : nodes) {
    TRY_OR_COMPLAIN(answer, hub->call("POST",
                                      "/api/v1/sites/" + percent_encode(site) + "/nodes/" +
                                          percent_encode(node) + "/" + what,
                                      body.dump()));
    (void)answer;
    if (!o.hub.json) fmt::print("{} {}/{}\n", what, site, node);
  }
  if (o.hub.json) fmt::print("{}\n", Json{{"nodes", nodes}}.dump());
  return kDone;
}

int reserve(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  if (o.pool.empty()) {
    TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/reservations"));
    if (o.hub.json) return print_json(answer);
    std::vector<std::vector<std::string>> rows{
        {"RESERVATION", "MEMBER", "POOL", "GPUS", "USED", "FROM", "TO"}};
    for (const Json& r : answer.json["reservations"])
      rows.push_back({text_of(r["reservation"]), text_of(r["member"]), text_of(r["pool"]),
                      text_of(r["gpus"]), text_of(r["used"]), text_of(r["from"]),
                      text_of(r["to"])});
    fmt::print("{}", table(rows));
    return kDone;
  }
  std::int64_t from = unix_now_ms();
  if (!o.from.empty()) {
    const std::size_t t = o.from.find('T');
    const auto day = parse_date(o.from.substr(0, t));
    if (!day) return complain(Fault{"--from", "2026-12-01 or 2026-12-01T09:00, KST", o.from, ""});
    from = unix_ms(midnight(*day));
    if (t != std::string::npos) {
      const std::string clock = o.from.substr(t + 1);
      int h = 0, m = 0;
      const bool digits = clock.size() == 5 && clock[2] == ':' &&
                          clock.find_first_not_of("0123456789:") == std::string::npos;
      if (!digits) return complain(Fault{"--from", "HH:MM after the T", clock, ""});
      h = (clock[0] - '0') * 10 + clock[1] - '0';
      m = (clock[3] - '0') * 10 + clock[4] - '0';
      if (h > 23 || m > 59) return complain(Fault{"--from", "HH:MM after the T", clock, ""});
      from += (h * 60 + m) * 60'000;
    }
  }
  TRY_OR_COMPLAIN(seconds_long, seconds_of(o.length));
  const Json body{{"member", o.member},
                  {"pool", o.pool},
                  {"gpus", o.gpus},
                  {"from_ms", from},
                  {"to_ms", from + seconds_long * 1000}};
  TRY_OR_COMPLAIN(answer, hub->call("POST", "/api/v1/reservations", body.dump()));
  if (o.hub.json) return print_json(answer);
  fmt::print("reservation {}: {} GPUs of {} for {}, {} to {}\n",
             text_of(answer.json["reservation"]), o.gpus, o.pool, o.member,
             text_of(answer.json["from"]), text_of(answer.json["to"]));
  return kDone;
}

int quota(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  if (o.limit >= 0) {
    const Json body{{"limit_gpus", o.limit}};
    TRY_OR_COMPLAIN(answer, hub->call("PUT", "/api/v1/quota/" + o.account, body.dump()));
    if (o.hub.json) return print_json(answer);
    fmt::print("{}: at most {} GPUs at once\n", o.account, o.limit);
    return kDone;
  }
  TRY_OR_COMPLAIN(
      answer,
      hub->call("GET",
                "/api/v1/quota" + (o.member.empty() ? "" : "?member=" + percent_encode(o.member))));
  if (o.hub.json) return print_json(answer);
  std::vector<std::vector<std::string>> rows{
      {"ACCOUNT", "HOLDS", "LIMIT", "ENTITLED", "MEAN", "WAITING"}};
  for (const Json& a : answer.json["accounts"]) {
    const std::string limit = text_of(a["limit_gpus"]), entitled = text_of(a["entitled_gpus"]);
    rows.push_back({text_of(a["account"]), text_of(a["held_gpus"]), limit == "0" ? "-" : limit,
                    entitled == "0" ? "-" : entitled, text_of(a["mean_gpus"]),
                    text_of(a["waiting_jobs"])});
  }
  fmt::print("{}", table(rows));
  return kDone;
}

int ledger(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  std::string target = std::string("/api/v1/ledger?format=") + (o.csv ? "csv" : "json");
  if (!o.month.empty()) target += "&month=" + percent_encode(o.month);
  if (!o.member.empty()) target += "&member=" + percent_encode(o.member);
  TRY_OR_COMPLAIN(answer, hub->call("GET", target));
  if (o.csv) {
    fmt::print("{}", answer.body);
    return kDone;
  }
  if (o.hub.json) return print_json(answer);
  const auto number = [](const Json& v) { return fmt::format("{:.3f}", v.get<double>()); };
  fmt::print("{}\n", text_of(answer.json["month"]));
  std::vector<std::vector<std::string>> rows{
      {"POOL", "OWNER", "USED BY", "GPU-HOURS", "KRW/GPU-H", "KRW"}};
  for (const Json& r : answer.json["rows"])
    rows.push_back({text_of(r["pool"]), text_of(r["owner"]), text_of(r["member"]),
                    number(r["gpu_hours"]), text_of(r["price_krw_per_gpu_hour"]),
                    text_of(r["amount_krw"])});
  fmt::print("{}\n", table(rows));
  rows = {{"MEMBER", "LENT", "BORROWED", "CREDIT", "DEBIT", "BALANCE"}};
  for (const Json& m : answer.json["members"])
    rows.push_back({text_of(m["member"]), number(m["lent_gpu_hours"]),
                    number(m["borrowed_gpu_hours"]), text_of(m["credit_krw"]),
                    text_of(m["debit_krw"]), text_of(m["balance_krw"])});
  fmt::print("{}", table(rows));
  return kDone;
}

int login(const Options& o) {
  HubPlace place{o.url, "", o.ca_file};
  if (!o.token_file.empty()) {
    TRY_OR_COMPLAIN(token, read_secret(o.token_file));
    place.token = token;
  }
  TRY_OR_COMPLAIN(kept, keep_login(place));
  (void)kept;
  TRY_OR_COMPLAIN(hub, HubClient::open(o.url));
  TRY_OR_COMPLAIN(answer, hub->call("GET", "/api/v1/status"));
  if (o.hub.json) return print_json(answer);
  fmt::print("logged in to {}: {}\n", o.url, text_of(answer.json["state"]));
  return kDone;
}

template <class F>
CLI::App* add(CLI::App& app, int& exit_code, std::shared_ptr<Options> o, const char* name,
              const char* help, F f) {
  auto* command = app.add_subcommand(name, help);
  add_connection(command, o->hub);
  command->callback([o, f, &exit_code] { exit_code = f(*o); });
  return command;
}

}  // namespace

void add_hub_commands(CLI::App& app, int& exit_code) {
  const auto fresh = [] { return std::make_shared<Options>(); };
  auto o = fresh();
  auto* c = add(app, exit_code, o, "explain", "Why a job waits, and the least that would start it",
                explain);
  c->add_option("JOB", o->job, "Number of the job")->required();
  o = fresh();
  c = add(app, exit_code, o, "sites", "Sites and their pools; of SITE: its nodes", sites);
  c->add_option("SITE", o->place, "Its nodes");
  c->add_flag("--watch", o->watch, "Again every two seconds");
  for (const char* what : {"drain", "resume"}) {
    o = fresh();
    c = add(app, exit_code, o, what,
            std::string(what) == "drain" ? "No new work on SITE/NODE; what runs there goes on"
                                         : "SITE/NODE takes work again",
            [what](const Options& options) { return set_nodes(options, what); });
    c->add_option("PLACE", o->place, "SITE/NODE, or SITE: all of its nodes")->required();
    c->add_option("--reason", o->reason, "For the record");
  }
  o = fresh();
  c = add(app, exit_code, o, "reserve",
          "Keep GPUs of a pool for a member; without --pool: what is kept", reserve);
  c->add_option("--pool", o->pool, "Of machines");
  c->add_option("-m,--member", o->member, "For whose work");
  c->add_option("-g,--gpus", o->gpus, "How many");
  c->add_option("--from", o->from, "2026-12-01T09:00, KST; else now");
  c->add_option("--for", o->length, "How long: 90m, 8h, 2d");
  o = fresh();
  c = add(app, exit_code, o, "quota", "Accounts and their limits; ACCOUNT --limit N sets one",
          quota);
  c->add_option("ACCOUNT", o->account, "member, member/project");
  c->add_option("--limit", o->limit, "GPUs held at once; 0: no limit");
  c->add_option("-m,--member", o->member, "Only of this member");
  o = fresh();
  c = add(app, exit_code, o, "ledger", "Who used whose machines, and what is owed", ledger);
  c->add_option("--month", o->month, "2026-11; else this month, so far");
  c->add_option("-m,--member", o->member, "Only what concerns it");
  c->add_flag("--csv", o->csv, "As CSV");
  o = fresh();
  c = add(app, exit_code, o, "login", "Remember a hub and a token for it", login);
  c->add_option("URL", o->url, "Of the hub")->required();
  c->add_option("--token-file", o->token_file, "File with the token");
  c->add_option("--ca-file", o->ca_file, "PEM that the hub's certificate must come from");
}

}  // namespace dure
