// What the lines of a month's statement are made of: GET /api/v1/ledger/lines.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/calendar.h"
#include "live/api/api.h"
#include "live/api/store_reader.h"
#include "live/projections.h"
#include "live/settlement.h"
#include "live/trace_use.h"
#include "world/loan_price.h"

namespace dure {
namespace {

constexpr std::int64_t kMostParts = 10'000, kParts = 1'000;  // a page

struct Asked {
  std::string month, owner, member, pool;
  Millis until;
  std::int64_t after = 0, limit = kParts;
  bool csv = false;
  bool wants(const LinePartView& p) const {
    return (owner.empty() || p.owner == owner) && (member.empty() || p.member == member) &&
           (pool.empty() || p.pool == pool);
  }
};

double hours(std::int64_t gpu_ms) { return std::round(static_cast<double>(gpu_ms) / 3.6) / 1e6; }

// Parts are priced so that they sum to what their line costs: each by how far it brings the line.
LinesView view_of(const TracedUse& use, const Scenario& scenario, const Asked& asked) {
  LinesView v;
  v.month = asked.month;
  v.from = iso(use.from);
  v.to = iso(use.to);
  v.until = unix_ms(asked.until);
  std::map<std::pair<PoolId, MemberId>, LineSumView> lines;
  std::int64_t index = 0;
  for (const UsePart& u : use.parts) {
    const PoolOpened& pool = use.pools[u.pool.index];
    LinePartView p;
    p.job = u.job;
    p.pool = pool.name;
    p.owner = use.members[pool.owner.index];
    p.member = use.members[u.member.index];
    p.from = iso(u.from);
    p.to = iso(u.to);
    p.gpus = u.gpus;
    p.gpu_ms = u.gpu_ms;
    p.gpu_hours = hours(u.gpu_ms);
    p.first_entry = static_cast<std::int64_t>(u.first_entry);
    p.last_entry = static_cast<std::int64_t>(u.last_entry);
    if (!asked.wants(p)) continue;
    LineSumView& line = lines[{u.pool, u.member}];
    if (line.parts++ == 0) {
      line.pool = p.pool;
      line.owner = p.owner;
      line.member = p.member;
      if (u.member != pool.owner)
        line.price_krw_per_gpu_hour = loan_price(scenario, pool, u.member);
    }
    line.gpu_ms += u.gpu_ms;
    const std::int64_t amount = amount_krw(line.gpu_ms, line.price_krw_per_gpu_hour);
    p.amount_krw = amount - line.amount_krw;
    line.amount_krw = amount;
    if (index >= asked.after && index < asked.after + asked.limit) v.parts.push_back(std::move(p));
    ++index;
  }
  if (index > asked.after + asked.limit) v.next = asked.after + asked.limit;
  for (auto& [key, line] : lines) {
    line.gpu_hours = hours(line.gpu_ms);
    v.lines.push_back(std::move(line));
  }
  return v;
}

HttpResponse csv_of(const LinesView& v) {
  std::string out =
      "month,pool,owner,member,job,from,to,gpus,gpu_ms,gpu_hours,amount_krw,first_entry,last_"
      "entry\n";
  for (const LinePartView& p : v.parts) {
    char numbers[200];
    std::snprintf(numbers, sizeof numbers, "%lld,%lld,%.6f,%lld,%lld,%lld\n",
                  static_cast<long long>(p.gpus), static_cast<long long>(p.gpu_ms), p.gpu_hours,
                  static_cast<long long>(p.amount_krw), static_cast<long long>(p.first_entry),
                  static_cast<long long>(p.last_entry));
    out += v.month + "," + p.pool + "," + p.owner + "," + p.member + "," + std::to_string(p.job) +
           "," + p.from + "," + p.to + "," + numbers;
  }
  HttpResponse r;
  r.headers.emplace_back("Content-Type", "text/csv; charset=utf-8");
  r.headers.emplace_back("Content-Disposition",
                         "attachment; filename=\"ledger-lines-" + v.month + ".csv\"");
  r.headers.emplace_back("X-Next", std::to_string(v.next));
  r.headers.emplace_back("X-Until", std::to_string(v.until));
  r.body = std::move(out);
  return r;
}

std::optional<Problem> read_query(const Call& call, Millis now, Asked& asked) {
  const auto text = [&](const char* name) {
    const std::string* found = call.target.find(name);
    return found == nullptr ? std::string() : *found;
  };
  const auto bad = [](const char* name, const char* expected, const std::string& found) {
    return Problem{400, "invalid_query", {name, expected, found.substr(0, 60), ""}};
  };
  asked.month = text("month").empty() ? month_of(now) : text("month");
  if (asked.month.size() != 7 || !parse_date(asked.month))
    return bad("month", "as 2026-11", asked.month);
  asked.owner = text("owner");
  asked.member = text("member");
  asked.pool = text("pool");
  asked.csv = text("format") == "csv" || call.request.header("accept").starts_with("text/csv");
  asked.until = now;
  struct Number {
    const char* name;
    std::int64_t least, most;
    std::int64_t* to;
  };
  std::int64_t until = unix_ms(now);
  for (const Number& n : {Number{"limit", 1, kMostParts, &asked.limit},
                          Number{"after", 0, std::int64_t{1} << 40, &asked.after},
                          Number{"until", 0, until, &until}}) {
    if (text(n.name).empty()) continue;
    const std::optional<std::int64_t> value = whole(text(n.name));
    if (!value || *value < n.least || *value > n.most)
      return bad(n.name, "a number of its range", text(n.name));
    *n.to = *value;
  }
  asked.until = world_time(until);
  return std::nullopt;
}

// The last reading, for the pages after the first. On the reader's thread only.
struct Kept {
  std::string month;
  Millis until;
  std::shared_ptr<const TracedUse> use;
};

void lines(Api& api, Call call, const std::shared_ptr<Kept>& kept) {
  Asked asked;
  if (auto problem = read_query(call, api.hub().wall_clock().now(), asked))
    return send(call, problem_answer(*problem, call.id));
  const auto shared = std::make_shared<Call>(std::move(call));
  const Scenario& scenario = api.hub().scenario();
  const auto task = [shared, asked, kept, &scenario](Result<std::unique_ptr<Store>> store) {
    const auto failed = [&](const Fault& fault) {
      send(*shared, problem_answer({503, "store_unavailable", fault}, shared->id));
    };
    if (!store) return failed(store.fault());
    if (kept->use == nullptr || kept->month != asked.month || kept->until != asked.until) {
      Result<TracedUse> use = trace_use(*store.value(), asked.month, asked.until);
      if (!use) return failed(use.fault());
      *kept = {asked.month, asked.until, std::make_shared<TracedUse>(std::move(use.value()))};
    }
    const LinesView v = view_of(*kept->use, scenario, asked);
    send(*shared, asked.csv ? csv_of(v) : view_answer(v));
  };
  if (!api.reader().post(task))
    send(*shared, problem_answer({503,
                                  "overloaded",
                                  {"hub", "fewer readings of the record", "a full queue",
                                   "try again in a second"}},
                                 shared->id));
}

}  // namespace

void add_ledger_line_routes(Api& api, std::vector<Route>& routes) {
  const auto kept = std::make_shared<Kept>();
  routes.push_back({"GET",
                    "/api/v1/ledger/lines",
                    "What the lines of a month's statement are made of, job by job",
                    Needs::viewer,
                    {{"month", "2026-11; none: this month, so far"},
                     {"owner", "only of its machines"},
                     {"member", "only what it used"},
                     {"pool", "only of this pool"},
                     {"limit", "parts on a page; none: 1000", {{1, 10'000}}},
                     {"after", "`next` of the page before"},
                     {"until", "of the first page: the same reading of a month that goes on"},
                     {"format", "csv, or JSON"}},
                    {},
                    describe_doc<LinesView>,
                    "application/json",
                    [&api, kept](Call call) { lines(api, std::move(call), kept); }});
}

}  // namespace dure
