// Quotas and the ledger.
#include <algorithm>
#include <cmath>

#include "base/calendar.h"
#include "live/api/api.h"
#include "live/projections.h"
#include "live/settlement.h"

namespace dure {
namespace {

QuotaRow quota_row(const Desk& d, AccountId id) {
  const Account& a = d.world.accounts()[id];
  QuotaRow row;
  row.account = a.name;
  row.member = d.world.members()[a.member.index];
  row.limit_gpus = a.limit;
  row.held_gpus = d.world.accounts().held(id, Device::gpu);
  row.waiting_jobs = a.waiting;
  if (!a.parent) row.entitled_gpus = d.world.entitled(a.member);
  row.mean_gpus = std::round(static_cast<double>(
                                 d.world.accounts().mean_micro(id, Device::gpu, d.world.now())) /
                             1000) /
                  1000;
  return row;
}

void quota(Api& api, Call call) {
  const std::string* member = call.target.find("member");
  const std::string only = member == nullptr ? "" : *member;
  api.read(std::move(call), [only](const Desk& d) {
    QuotaView out;
    for (std::uint32_t i = 0; i < d.world.accounts().size(); ++i) {
      QuotaRow row = quota_row(d, AccountId{i});
      if (only.empty() || row.member == only) out.accounts.push_back(std::move(row));
    }
    return view_answer(out);
  });
}

void set_quota(Api& api, Call call) {
  Outcome<LimitBody> read = from_json<LimitBody>(call.request.body, "body");
  if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
  const Gpus limit = read.value().limit_gpus;
  const Caller caller = call.caller;
  const std::string account = call.path[0], id = call.id, match(call.request.header("if-match"));
  api.write(std::move(call), [=](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
    const std::optional<AccountId> known = d.book.account(account);
    if (known && !match.empty() && match != "*") {
      const HttpResponse now = view_answer(quota_row(d, *known));
      if (now.header("ETag") != match)
        return problem_answer(
            {412,
             "changed_meanwhile",
             {"If-Match", std::string(now.header("ETag")), match, "read it again, then decide"}},
            id);
    }
    const Answered<Done> done = d.limit(account, limit, caller, facts);
    if (!done) return problem_answer(done.problem(), id);
    return json_answer("{}");
  });
}

void quota_of(Api& api, Call call) {
  const std::string account = call.path[0], id = call.id;
  api.read(std::move(call), [=](const Desk& d) {
    const std::optional<AccountId> known = d.book.account(account);
    if (!known)
      return problem_answer(
          {404, "unknown_account", {"account", "an account", account, "dure quota"}}, id);
    return view_answer(quota_row(d, *known));
  });
}

double hours(std::int64_t gpu_ms) { return std::round(static_cast<double>(gpu_ms) / 3.6) / 1e6; }

std::string csv(const StatementView& v) {
  std::string out = "month,pool,owner,member,gpu_ms,gpu_hours,price_krw_per_gpu_hour,amount_krw\n";
  for (const LedgerRow& r : v.rows) {
    char hours_text[64];
    std::snprintf(hours_text, sizeof hours_text, "%.6f,%.10g", r.gpu_hours,
                  r.price_krw_per_gpu_hour);
    out += r.month + "," + r.pool + "," + r.owner + "," + r.member + "," +
           std::to_string(r.gpu_ms) + "," + hours_text + "," + std::to_string(r.amount_krw) + "\n";
  }
  return out;
}

void ledger(Api& api, Call call) {
  const std::string* asked = call.target.find("month");
  const std::string* member = call.target.find("member");
  const std::string* format = call.target.find("format");
  const bool as_csv = (format != nullptr && *format == "csv") ||
                      call.request.header("accept").starts_with("text/csv");
  std::string month = asked == nullptr ? "" : *asked;
  if (!month.empty() && (month.size() != 7 || !parse_date(month)))
    return send(call, problem_answer(
                          {400, "invalid_query", {"month", "as 2026-11", month.substr(0, 60), ""}},
                          call.id));
  const std::string only = member == nullptr ? "" : *member, id = call.id;
  Hub& hub = api.hub();
  api.read(std::move(call), [=, &hub](const Desk& d) {
    const std::string of = month.empty() ? month_of(hub.wall_clock().now()) : month;
    const MonthStatement s = statement(d, of, std::max(hub.wall_clock().now(), d.world.now()));
    StatementView v;
    v.month = of;
    for (const StatementLine& l : s.lines) {
      LedgerRow row{of,       l.pool,          l.owner,     l.member,
                    l.gpu_ms, hours(l.gpu_ms), l.price_krw, l.amount_krw};
      if (only.empty() || row.owner == only || row.member == only) v.rows.push_back(std::move(row));
    }
    for (const StatementSum& m : s.members) {
      if (!only.empty() && m.member != only) continue;
      BalanceRow row{m.member,
                     m.member,
                     m.member,
                     hours(m.lent_gpu_ms),
                     hours(m.borrowed_gpu_ms),
                     m.credit_krw,
                     m.debit_krw,
                     m.credit_krw - m.debit_krw};
      for (const MemberSpec& known : d.scenario.members)
        if (known.id == m.member) {
          if (!known.name_en.empty()) row.name_en = known.name_en;
          if (!known.name_ko.empty()) row.name_ko = known.name_ko;
        }
      v.members.push_back(std::move(row));
    }
    for (const StatementSum& m : s.members) v.sum_krw += m.credit_krw - m.debit_krw;
    if (!as_csv) return view_answer(v);
    HttpResponse r;
    r.headers.emplace_back("Content-Type", "text/csv; charset=utf-8");
    r.headers.emplace_back("Content-Disposition", "attachment; filename=\"ledger-" + of + ".csv\"");
    r.body = csv(v);
    return r;
  });
}

}  // namespace

void add_account_routes(Api& api, std::vector<Route>& routes) {
  const auto with = [&api](void (*f)(Api&, Call)) {
    return [&api, f](Call call) { f(api, std::move(call)); };
  };
  routes.push_back({"GET",
                    "/api/v1/quota",
                    "Accounts: limits, what they hold, what waits",
                    Needs::viewer,
                    {{"member", "only of this member"}},
                    {},
                    describe_doc<QuotaView>,
                    "application/json",
                    with(quota)});
  routes.push_back({"GET",
                    "/api/v1/quota/{account*}",
                    "An account",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<QuotaRow>,
                    "application/json",
                    with(quota_of)});
  routes.push_back({"PUT",
                    "/api/v1/quota/{account*}",
                    "Limit what an account may hold; If-Match guards against another's change",
                    Needs::user,
                    {},
                    describe_doc<LimitBody>,
                    {},
                    "application/json",
                    with(set_quota)});
  routes.push_back({"GET",
                    "/api/v1/ledger",
                    "Who used whose machines, and what is owed",
                    Needs::viewer,
                    {{"month", "2026-11; none: this month, so far"},
                     {"member", "only what concerns it"},
                     {"format", "csv, or JSON"}},
                    {},
                    describe_doc<StatementView>,
                    "application/json",
                    with(ledger)});
}

}  // namespace dure
