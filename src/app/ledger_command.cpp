// dure ledger: a month's statement between members, and what its lines are made of.
#include <fmt/core.h>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/watch.h"
#include "live/http/url.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::string month, member, owner, pool;
  bool csv = false, lines = false;
};

std::string number(const Json& v) { return fmt::format("{:.3f}", v.get<double>()); }

std::string target_of(const Options& o, const char* path) {
  std::string target = std::string(path) + "?format=" + (o.csv ? "csv" : "json");
  const std::pair<const char*, const std::string*> words[] = {
      {"month", &o.month}, {"member", &o.member}, {"owner", &o.owner}, {"pool", &o.pool}};
  for (const auto& [name, value] : words)
    if (!value->empty()) target += std::string("&") + name + "=" + percent_encode(*value);
  return target;
}

Result<std::string> statement_text(HubClient& hub, const Options& o) {
  TRY(answer, hub.call("GET", target_of(o, "/api/v1/ledger")));
  if (o.csv) return answer.body;
  if (o.hub.json) return json_line(answer.json);
  std::vector<std::vector<std::string>> rows{
      {"POOL", "OWNER", "USED BY", "GPU-HOURS", "KRW/GPU-H", "KRW"}};
  for (const Json& r : answer.json["rows"])
    rows.push_back({text_of(r["pool"]), text_of(r["owner"]), text_of(r["member"]),
                    number(r["gpu_hours"]), text_of(r["price_krw_per_gpu_hour"]),
                    text_of(r["amount_krw"])});
  std::string out = text_of(answer.json["month"]) + "\n" + table(rows) + "\n";
  rows = {{"MEMBER", "LENT", "BORROWED", "CREDIT", "DEBIT", "BALANCE"}};
  for (const Json& m : answer.json["members"])
    rows.push_back({text_of(m["member"]), number(m["lent_gpu_hours"]),
                    number(m["borrowed_gpu_hours"]), text_of(m["credit_krw"]),
                    text_of(m["debit_krw"]), text_of(m["balance_krw"])});
  return out + table(rows);
}

// All pages, of the same reading of the record: `until` holds for those after the first.
Result<std::string> lines_text(HubClient& hub, const Options& o) {
  const std::string target = target_of(o, "/api/v1/ledger/lines") + "&limit=10000";
  std::string out, page;
  Json all;
  for (;;) {
    TRY(answer, hub.call("GET", target + page));
    std::string next, until;
    if (o.csv) {
      const std::size_t head = out.empty() ? 0 : answer.body.find('\n') + 1;
      out += answer.body.substr(head);
      next = answer.header("x-next");
      until = answer.header("x-until");
    } else {
      next = text_of(answer.json["next"]);
      until = text_of(answer.json["until"]);
      if (all.is_null())
        all = answer.json;
      else
        for (const Json& part : answer.json["parts"]) all["parts"].push_back(part);
    }
    if (next.empty() || next == "0") break;
    page = "&after=" + next + "&until=" + until;
  }
  if (o.csv) return out;
  all["next"] = 0;
  if (o.hub.json) return json_line(all);
  std::vector<std::vector<std::string>> rows{
      {"JOB", "POOL", "OWNER", "USED BY", "FROM", "TO", "GPUS", "GPU-HOURS", "KRW", "ENTRIES"}};
  for (const Json& p : all["parts"]) {
    const std::string last = text_of(p["last_entry"]);
    rows.push_back({text_of(p["job"]), text_of(p["pool"]), text_of(p["owner"]),
                    text_of(p["member"]), text_of(p["from"]), text_of(p["to"]), text_of(p["gpus"]),
                    number(p["gpu_hours"]), text_of(p["amount_krw"]),
                    text_of(p["first_entry"]) + "-" + (last == "0" ? "" : last)});
  }
  out = text_of(all["month"]) + "\n" + table(rows) + "\n";
  rows = {{"POOL", "OWNER", "USED BY", "PARTS", "GPU-HOURS", "KRW/GPU-H", "KRW"}};
  for (const Json& l : all["lines"])
    rows.push_back({text_of(l["pool"]), text_of(l["owner"]), text_of(l["member"]),
                    text_of(l["parts"]), number(l["gpu_hours"]),
                    text_of(l["price_krw_per_gpu_hour"]), text_of(l["amount_krw"])});
  return out + table(rows);
}

int ledger(const Options& o) {
  if (!o.lines && (!o.owner.empty() || !o.pool.empty()))
    return complain(Fault{o.owner.empty() ? "--pool" : "--owner", "--lines with it", "none",
                          "the statement is by member: --member"});
  return show_listing(
      o.hub, [&](HubClient& hub) { return o.lines ? lines_text(hub, o) : statement_text(hub, o); });
}

}  // namespace

void add_ledger_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("ledger", "Who used whose machines, and what is owed");
  c->add_option("--month", o->month, "2026-11; else this month, so far");
  c->add_option("-m,--member", o->member, "Only what concerns it; with --lines: what it used");
  c->add_flag("--lines", o->lines, "Trace each line to its jobs and entries of the record");
  c->add_option("--owner", o->owner, "With --lines: only of its machines");
  c->add_option("--pool", o->pool, "With --lines: only of this pool");
  c->add_flag("--csv", o->csv, "As CSV");
  add_watch(c, o->hub);
  add_connection(c, o->hub);
  c->callback([o, &exit_code] { exit_code = ledger(*o); });
}

}  // namespace dure
