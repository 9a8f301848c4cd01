// What the API shows, as described structs: the JSON of answers and their schema in OpenAPI are
// walks over these. Times are ISO 8601 with +09:00, and "" where there is none.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "base/describe.h"
#include "live/protocol.h"

namespace dure {

inline constexpr double kAny = 9e15;

struct JobView {
  std::int64_t job = 0;
  std::string name, member, project, user, state, reason, detail, site, pool, nodes, key, remote;
  std::int64_t gpus = 0, cpus = 0, held_gpus = 0, attempts = 0, exit_code = 0, signal = 0;
  std::int64_t array_index = 0, time_limit_s = 0, priority = 0;
  std::string tier, submitted, started, ended, url;
  bool service = false, foreign = false;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &JobView::job, "its number", range(1, kAny)),
        Field("name", &JobView::name, "for people"),
        Field("member", &JobView::member, "who is charged"),
        Field("project", &JobView::project, "account that is charged"),
        Field("user", &JobView::user, "who asked for it"),
        Field("state", &JobView::state,
              "waiting, held, starting, running, stopping, done, failed, timed_out, cancelled, "
              "lost or refused"),
        Field("reason", &JobView::reason, "why it waits: docs/formats/reasons.md"),
        Field("detail", &JobView::detail, "how it ended, for people", free_text),
        Field("site", &JobView::site, "where it runs or ran"),
        Field("pool", &JobView::pool, "of that site"),
        Field("nodes", &JobView::nodes, "where it runs: node(GPUs)"),
        Field("key", &JobView::key, "of its attempt"),
        Field("remote", &JobView::remote, "its number at the site"),
        Field("gpus", &JobView::gpus, "asked for", range(0, kAny)),
        Field("cpus", &JobView::cpus, "cores of a job without GPUs", range(0, kAny)),
        Field("held_gpus", &JobView::held_gpus, "held while it runs", range(0, kAny)),
        Field("attempts", &JobView::attempts, "so far", range(0, kAny)),
        Field("exit_code", &JobView::exit_code, "once it is over", range(0, 255)),
        Field("signal", &JobView::signal, "that ended it; 0: none", range(0, 128)),
        Field("array_index", &JobView::array_index, "of an array", range(0, kAny)),
        Field("time_limit_s", &JobView::time_limit_s, "0: none", range(0, kAny), dimensionless),
        Field("priority", &JobView::priority, "among its member's jobs", range(-kAny, kAny)),
        Field("tier", &JobView::tier, "who is served before whom"),
        Field("submitted", &JobView::submitted, "when"),
        Field("started", &JobView::started, "when it was last started"),
        Field("ended", &JobView::ended, "when"),
        Field("url", &JobView::url, "of a service whose health check answers"),
        Field("service", &JobView::service, "runs until it is cancelled"),
        Field("foreign", &JobView::foreign, "it did not come through the hub"));
  }
};
struct JobsView {
  std::vector<JobView> jobs;
  std::int64_t next = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("jobs", &JobsView::jobs, "the newest first"),
                      Field("next", &JobsView::next,
                            "go on with ?before=NEXT; 0: there are no more", range(0, kAny)));
  }
};
struct SubmittedView {
  std::int64_t job = 0, count = 1;
  bool repeated = false, dry_run = false;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &SubmittedView::job, "its number; of several: the first", range(0, kAny)),
        Field("count", &SubmittedView::count, "how many, with numbers that follow", range(1, kAny)),
        Field("repeated", &SubmittedView::repeated,
              "the same request with the same Idempotency-Key came before"),
        Field("dry_run", &SubmittedView::dry_run, "nothing was queued"));
  }
};
struct PoolViewLive {
  std::string pool, site, owner, hardware, device;
  std::int64_t nodes = 0, nodes_open = 0, installed = 0, free = 0, lent = 0, waiting_jobs = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("pool", &PoolViewLive::pool, "its name"), Field("site", &PoolViewLive::site, "where"),
        Field("owner", &PoolViewLive::owner, "whose"),
        Field("hardware", &PoolViewLive::hardware, "class"),
        Field("device", &PoolViewLive::device, "what is counted: gpu, cpu …"),
        Field("nodes", &PoolViewLive::nodes, "that belong to it", range(0, kAny)),
        Field("nodes_open", &PoolViewLive::nodes_open, "that take work", range(0, kAny)),
        Field("installed", &PoolViewLive::installed, "units on nodes that take work",
              range(0, kAny)),
        Field("free", &PoolViewLive::free, "units nobody holds", range(0, kAny)),
        Field("lent", &PoolViewLive::lent, "units held by others than the owner", range(0, kAny)),
        Field("waiting_jobs", &PoolViewLive::waiting_jobs, "that may come here", range(0, kAny)));
  }
};
struct SiteView {
  std::string site, name_en, name_ko, owner, driver, agent_seen;
  bool connected = false, caps_power = false;
  std::int64_t commands_waiting = 0, power_w = 0, measured_nodes = 0, modelled_nodes = 0;
  std::vector<PoolViewLive> pools;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("site", &SiteView::site, "its name"),
        Field("name_en", &SiteView::name_en, "in English"),
        Field("name_ko", &SiteView::name_ko, "in Korean"),
        Field("owner", &SiteView::owner, "whose"),
        Field("driver", &SiteView::driver, "what its agent runs jobs with"),
        Field("agent_seen", &SiteView::agent_seen, "when its agent last called"),
        Field("connected", &SiteView::connected, "its agent called in the last 60 s"),
        Field("caps_power", &SiteView::caps_power, "its agent can limit what nodes draw"),
        Field("commands_waiting", &SiteView::commands_waiting, "that its agent has not taken",
              range(0, kAny)),
        Field("power_w", &SiteView::power_w, "of its nodes, measured or worked out",
              range(0, kAny)),
        Field("measured_nodes", &SiteView::measured_nodes, "of them: measured", range(0, kAny)),
        Field("modelled_nodes", &SiteView::modelled_nodes, "of them: worked out", range(0, kAny)),
        Field("pools", &SiteView::pools, "of machines"));
  }
};
struct SitesView {
  std::vector<SiteView> sites;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("sites", &SitesView::sites, "in the order of the scenario"));
  }
};
struct NodeViewLive {
  std::string node, pool, state, reason;
  std::int64_t gpus = 0, free = 0, power_w = 0, cap_w = 0;
  std::string power_source, cap_state, cap_detail;
  double gpu_share = 0, cpu_share = 0, temperature_c = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("node", &NodeViewLive::node, "as the site calls it"),
        Field("pool", &NodeViewLive::pool, "that it belongs to"),
        Field("state", &NodeViewLive::state, "up, draining, drained or down"),
        Field("reason", &NodeViewLive::reason, "why it takes no work", free_text),
        Field("gpus", &NodeViewLive::gpus, "of it", range(0, kAny)),
        Field("free", &NodeViewLive::free, "GPUs that no attempt of ours holds", range(0, kAny)),
        Field("power_w", &NodeViewLive::power_w, "as told last, or worked out", range(0, kAny)),
        Field("power_source", &NodeViewLive::power_source, "measured by, or model"),
        Field("gpu_share", &NodeViewLive::gpu_share, "of its GPUs that is busy; model: held",
              range(0, 1), dimensionless),
        Field("cpu_share", &NodeViewLive::cpu_share, "of its cores that is busy", range(0, 1),
              dimensionless),
        Field("temperature_c", &NodeViewLive::temperature_c, "the hottest sensor; 0: none",
              range(0, 200)),
        Field("cap_w", &NodeViewLive::cap_w, "that it may draw, as asked; 0: no cap",
              range(0, kAny)),
        Field("cap_state", &NodeViewLive::cap_state,
              "asked, set, or the code with which its site refused it"),
        Field("cap_detail", &NodeViewLive::cap_detail, "and for people", free_text));
  }
};
struct NodesView {
  std::vector<NodeViewLive> nodes;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("nodes", &NodesView::nodes, "of the site"));
  }
};
struct NodeBody {
  std::string reason;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("reason", &NodeBody::reason, "why", free_text));
  }
};
struct CapBody {
  std::int64_t cap_w = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("cap_w", &CapBody::cap_w, "it may draw so much; 0: no cap", required,
                            range(0, 1'000'000)));
  }
};
struct QuotaRow {
  std::string account, member;
  std::int64_t limit_gpus = 0, held_gpus = 0, waiting_jobs = 0, entitled_gpus = 0;
  double mean_gpus = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("account", &QuotaRow::account, "member, member/project or member/…/user"),
        Field("member", &QuotaRow::member, "whose"),
        Field("limit_gpus", &QuotaRow::limit_gpus, "held at once; 0: no limit", range(0, kAny)),
        Field("held_gpus", &QuotaRow::held_gpus, "now", range(0, kAny)),
        Field("waiting_jobs", &QuotaRow::waiting_jobs, "now", range(0, kAny)),
        Field("entitled_gpus", &QuotaRow::entitled_gpus,
              "of a member: what it may count on, own and guaranteed", range(0, kAny)),
        Field("mean_gpus", &QuotaRow::mean_gpus, "held in the past, fading", range(0, kAny),
              dimensionless));
  }
};
struct QuotaView {
  std::vector<QuotaRow> accounts;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("accounts", &QuotaView::accounts, "members, then those below them"));
  }
};
struct LimitBody {
  Gpus limit_gpus;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("limit_gpus", &LimitBody::limit_gpus, "held at once; 0: no limit",
                            required, range(0, 10'000'000)));
  }
};
struct ReservationBody {
  std::string member, pool;
  Gpus gpus;
  std::int64_t from_ms = 0, to_ms = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("member", &ReservationBody::member, "for whose work", required, not_empty),
        Field("pool", &ReservationBody::pool, "of machines", required, not_empty),
        Field("gpus", &ReservationBody::gpus, "how many", required, range(1, 10'000'000)),
        Field("from_ms", &ReservationBody::from_ms, "Unix time", required, range(0, kLastMs)),
        Field("to_ms", &ReservationBody::to_ms, "Unix time", required, range(0, kLastMs)));
  }
};
struct ReservationView {
  std::int64_t reservation = 0, gpus = 0, used = 0;
  std::string member, pool, from, to;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("reservation", &ReservationView::reservation, "its number", range(0, kAny)),
        Field("gpus", &ReservationView::gpus, "kept", range(0, kAny)),
        Field("used", &ReservationView::used, "of them, now", range(0, kAny)),
        Field("member", &ReservationView::member, "for whose work"),
        Field("pool", &ReservationView::pool, "of machines"),
        Field("from", &ReservationView::from, "when"), Field("to", &ReservationView::to, "when"));
  }
};
struct ReservationsView {
  std::vector<ReservationView> reservations;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("reservations", &ReservationsView::reservations, "not yet over"));
  }
};
struct LedgerRow {
  std::string month, pool, owner, member;
  std::int64_t gpu_ms = 0;
  double gpu_hours = 0, price_krw_per_gpu_hour = 0;
  std::int64_t amount_krw = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("month", &LedgerRow::month, "2026-11, KST"),
        Field("pool", &LedgerRow::pool, "of machines"),
        Field("owner", &LedgerRow::owner, "who is credited"),
        Field("member", &LedgerRow::member, "who used them, and is debited"),
        Field("gpu_ms", &LedgerRow::gpu_ms, "GPUs x ms, exact", range(0, kAny), dimensionless),
        Field("gpu_hours", &LedgerRow::gpu_hours, "the same", range(0, kAny)),
        Field("price_krw_per_gpu_hour", &LedgerRow::price_krw_per_gpu_hour,
              "of the loan; 0: one's own", range(0, kAny)),
        Field("amount_krw", &LedgerRow::amount_krw, "gpu_hours x price, rounded", range(0, kAny)));
  }
};
struct BalanceRow {
  std::string member, name_en, name_ko;
  double lent_gpu_hours = 0, borrowed_gpu_hours = 0;
  std::int64_t credit_krw = 0, debit_krw = 0, balance_krw = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("member", &BalanceRow::member, "whose"),
        Field("name_en", &BalanceRow::name_en, "of the member, in English"),
        Field("name_ko", &BalanceRow::name_ko, "in Korean"),
        Field("lent_gpu_hours", &BalanceRow::lent_gpu_hours, "to others", range(0, kAny),
              dimensionless),
        Field("borrowed_gpu_hours", &BalanceRow::borrowed_gpu_hours, "of others", range(0, kAny),
              dimensionless),
        Field("credit_krw", &BalanceRow::credit_krw, "to be paid to it", range(0, kAny)),
        Field("debit_krw", &BalanceRow::debit_krw, "to be paid by it", range(0, kAny)),
        Field("balance_krw", &BalanceRow::balance_krw, "credit - debit", range(-kAny, kAny)));
  }
};
struct StatementView {
  std::string month;
  std::vector<LedgerRow> rows;
  std::vector<BalanceRow> members;
  std::int64_t sum_krw = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("month", &StatementView::month, "2026-11, KST"),
        Field("rows", &StatementView::rows, "who used whose machines"),
        Field("members", &StatementView::members, "what each is owed"),
        Field("sum_krw", &StatementView::sum_krw, "of all balances: 0", range(-kAny, kAny)));
  }
};
struct LinePartView {
  std::int64_t job = 0;
  std::string pool, owner, member, from, to;
  std::int64_t gpus = 0, gpu_ms = 0;
  double gpu_hours = 0;
  std::int64_t amount_krw = 0, first_entry = 0, last_entry = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("job", &LinePartView::job, "its number; 0: all before the record was truncated",
              range(0, kAny)),
        Field("pool", &LinePartView::pool, "of machines"),
        Field("owner", &LinePartView::owner, "of the machines"),
        Field("member", &LinePartView::member, "who used them"),
        Field("from", &LinePartView::from, "it held so many, within the month"),
        Field("to", &LinePartView::to, "until then"),
        Field("gpus", &LinePartView::gpus, "that it held", range(0, kAny)),
        Field("gpu_ms", &LinePartView::gpu_ms, "GPU time, exactly", range(0, kAny), dimensionless),
        Field("gpu_hours", &LinePartView::gpu_hours, "the same", range(0, kAny), dimensionless),
        Field("amount_krw", &LinePartView::amount_krw, "won, so that a line's parts sum to it",
              range(-kAny, kAny), dimensionless),
        Field("first_entry", &LinePartView::first_entry,
              "of the record: it began; 0: before the record was truncated", range(0, kAny)),
        Field("last_entry", &LinePartView::last_entry,
              "of the record: it ended; 0: it went on beyond `to`", range(0, kAny)));
  }
};
struct LineSumView {
  std::string pool, owner, member;
  std::int64_t parts = 0, gpu_ms = 0;
  double gpu_hours = 0, price_krw_per_gpu_hour = 0;
  std::int64_t amount_krw = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("pool", &LineSumView::pool, "of machines"),
        Field("owner", &LineSumView::owner, "of the machines"),
        Field("member", &LineSumView::member, "who used them"),
        Field("parts", &LineSumView::parts, "that it is made of", range(0, kAny)),
        Field("gpu_ms", &LineSumView::gpu_ms, "GPU time, exactly", range(0, kAny), dimensionless),
        Field("gpu_hours", &LineSumView::gpu_hours, "the same", range(0, kAny), dimensionless),
        Field("price_krw_per_gpu_hour", &LineSumView::price_krw_per_gpu_hour, "0: its own",
              range(0, kAny), dimensionless),
        Field("amount_krw", &LineSumView::amount_krw, "won", range(-kAny, kAny), dimensionless));
  }
};
struct LinesView {
  std::string month, from, to;
  std::int64_t until = 0, next = 0;
  std::vector<LineSumView> lines;
  std::vector<LinePartView> parts;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("month", &LinesView::month, "KST"), Field("from", &LinesView::from, "of the month"),
        Field("to", &LinesView::to, "of it, or of as much as is over"),
        Field("until", &LinesView::until, "for the next page: Unix time, ms", range(0, kAny),
              dimensionless),
        Field("next", &LinesView::next, "for the next page: `after`; 0: this is the last",
              range(0, kAny)),
        Field("lines", &LinesView::lines, "sums of all parts, as the statement has them"),
        Field("parts", &LinesView::parts, "of this page, in the order in which they began"));
  }
};
struct JobEntryView {
  std::int64_t entry = 0;
  std::string at, what, pool, site, user, key;
  std::int64_t gpus = 0;
  std::string code, detail;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("entry", &JobEntryView::entry, "its number in the record", range(1, kAny)),
        Field("at", &JobEntryView::at, "when"),
        Field("what", &JobEntryView::what, "it says: asked, submitted, started, ended, …"),
        Field("pool", &JobEntryView::pool, "of machines"),
        Field("site", &JobEntryView::site, "that told it"),
        Field("user", &JobEntryView::user, "who asked"),
        Field("key", &JobEntryView::key, "of the attempt"),
        Field("gpus", &JobEntryView::gpus, "asked for, or held from here on", range(0, kAny)),
        Field("code", &JobEntryView::code, "why, for programs"),
        Field("detail", &JobEntryView::detail, "and for people", free_text));
  }
};
struct JobEntriesView {
  std::int64_t job = 0;
  std::vector<JobEntryView> entries;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("job", &JobEntriesView::job, "its number", range(1, kAny)),
                      Field("entries", &JobEntriesView::entries, "in the order of the record"));
  }
};
struct StatusView {
  std::string version, state, detail, hub, store, world_time, world_sha256;
  std::int64_t epoch = 0, entries = 0, events = 0, jobs = 0, waiting_jobs = 0, running_jobs = 0;
  std::int64_t requests_waiting = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("version", &StatusView::version, "of the program"),
        Field("state", &StatusView::state, "starting, leading, following, degraded, stopping"),
        Field("detail", &StatusView::detail, "why it does not lead", free_text),
        Field("hub", &StatusView::hub, "its name, which begins every attempt's key"),
        Field("store", &StatusView::store, "where the record is kept"),
        Field("world_time", &StatusView::world_time, "of the last fact"),
        Field("world_sha256", &StatusView::world_sha256,
              "of the world, if asked for with ?digest=1: what dure replay must reach"),
        Field("epoch", &StatusView::epoch, "rises with every hub that leads", range(0, kAny)),
        Field("entries", &StatusView::entries, "of the record", range(0, kAny)),
        Field("events", &StatusView::events, "of the world", range(0, kAny)),
        Field("jobs", &StatusView::jobs, "so far", range(0, kAny)),
        Field("waiting_jobs", &StatusView::waiting_jobs, "now", range(0, kAny)),
        Field("running_jobs", &StatusView::running_jobs, "now", range(0, kAny)),
        Field("requests_waiting", &StatusView::requests_waiting, "to be worked on",
              range(0, kAny)));
  }
};
struct ProblemView {  // RFC 9457
  std::string type, title, detail, code, where, expected, found, hint, request_id;
  std::int64_t status = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("type", &ProblemView::type, "about:blank"),
                      Field("title", &ProblemView::title, "of the status"),
                      Field("status", &ProblemView::status, "of HTTP", range(100, 599)),
                      Field("code", &ProblemView::code, "for programs; it stays"),
                      Field("detail", &ProblemView::detail, "for people", free_text),
                      Field("where", &ProblemView::where, "which field", free_text),
                      Field("expected", &ProblemView::expected, "there", free_text),
                      Field("found", &ProblemView::found, "instead", free_text),
                      Field("hint", &ProblemView::hint, "what to do", free_text),
                      Field("request_id", &ProblemView::request_id, "to ask us about"));
  }
};

}  // namespace dure
