// dure explain, reserve, quota, login: what users and planners type.
#include <fmt/core.h>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/live_config.h"
#include "app/watch.h"
#include "base/calendar.h"
#include "live/http/url.h"
#include "live/live_record.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::int64_t job = 0, gpus = 0, limit = -1, reservation = 0;
  std::string member, pool, from, length, account, url, token_file, ca_file;
};

int print_json(const HubClient::Answer& a) {
  fmt::print("{}", json_line(a.json));
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

Result<std::string> reservations_text(HubClient& hub, const Options& o) {
  TRY(answer, hub.call("GET", "/api/v1/reservations"));
  if (o.hub.json) return json_line(answer.json);
  std::vector<std::vector<std::string>> rows{
      {"RESERVATION", "MEMBER", "POOL", "GPUS", "USED", "FROM", "TO"}};
  for (const Json& r : answer.json["reservations"])
    rows.push_back({text_of(r["reservation"]), text_of(r["member"]), text_of(r["pool"]),
                    text_of(r["gpus"]), text_of(r["used"]), text_of(r["from"]), text_of(r["to"])});
  return table(rows);
}

int drop_reservation(const Options& o) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(answer,
                  hub->call("DELETE", "/api/v1/reservations/" + std::to_string(o.reservation)));
  if (o.hub.json) return print_json(answer);
  fmt::print("reservation {} dropped\n", o.reservation);
  return kDone;
}

int reserve(const Options& o) {
  if (o.reservation != 0) return drop_reservation(o);
  if (o.pool.empty())
    return show_listing(o.hub, [&](HubClient& hub) { return reservations_text(hub, o); });
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
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

Result<std::string> quota_text(HubClient& hub, const Options& o) {
  TRY(answer, hub.call("GET", "/api/v1/quota" +
                                  (o.member.empty() ? "" : "?member=" + percent_encode(o.member))));
  if (o.hub.json) return json_line(answer.json);
  std::vector<std::vector<std::string>> rows{
      {"ACCOUNT", "HOLDS", "LIMIT", "ENTITLED", "MEAN", "WAITING"}};
  for (const Json& a : answer.json["accounts"]) {
    const std::string limit = text_of(a["limit_gpus"]), entitled = text_of(a["entitled_gpus"]);
    rows.push_back({text_of(a["account"]), text_of(a["held_gpus"]), limit == "0" ? "-" : limit,
                    entitled == "0" ? "-" : entitled, text_of(a["mean_gpus"]),
                    text_of(a["waiting_jobs"])});
  }
  return table(rows);
}

int quota(const Options& o) {
  if (o.limit < 0) return show_listing(o.hub, [&](HubClient& hub) { return quota_text(hub, o); });
  if (o.account.empty())
    return complain(Fault{"ACCOUNT", "whose limit it is", "nothing", "dure quota lists them"});
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  const Json body{{"limit_gpus", o.limit}};
  TRY_OR_COMPLAIN(answer, hub->call("PUT", "/api/v1/quota/" + o.account, body.dump()));
  if (o.hub.json) return print_json(answer);
  fmt::print("{}: at most {} GPUs at once\n", o.account, o.limit);
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
  o = fresh();
  c = add(app, exit_code, o, "reserve",
          "Keep GPUs of a pool for a member; without --pool: what is kept", reserve);
  c->add_option("--pool", o->pool, "Of machines");
  c->add_option("-m,--member", o->member, "For whose work");
  c->add_option("-g,--gpus", o->gpus, "How many");
  c->add_option("--from", o->from, "2026-12-01T09:00, KST; else now");
  c->add_option("--for", o->length, "How long: 90m, 8h, 2d");
  c->add_option("--drop", o->reservation, "Number of the reservation that ends now")
      ->check(CLI::PositiveNumber)
      ->excludes("--pool");
  add_watch(c, o->hub);
  o = fresh();
  c = add(app, exit_code, o, "quota", "Accounts and their limits; ACCOUNT --limit N sets one",
          quota);
  c->add_option("ACCOUNT", o->account, "member, member/project");
  c->add_option("--limit", o->limit, "GPUs held at once; 0: no limit");
  c->add_option("-m,--member", o->member, "Only of this member");
  add_watch(c, o->hub);
  o = fresh();
  c = add(app, exit_code, o, "login", "Remember a hub and a token for it", login);
  c->add_option("URL", o->url, "Of the hub")->required();
  c->add_option("--token-file", o->token_file, "File with the token");
  c->add_option("--ca-file", o->ca_file, "PEM that the hub's certificate must come from");
}

}  // namespace dure
