// What the API shows, as described structs: the JSON of answers and their schema in OpenAPI are
// walks over these. Times are ISO 8601 with +09:00, and "" where there is none.
#pragma once

#include <cstdint>
#include <string>
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
  template <class S = JobView>
  static constexpr auto describe() {
    return Fields(
        Field("job", &S::job, "its number", range(1, kAny)), Field("name", &S::name, "for people"),
        Field("member", &S::member, "who is charged"),
        Field("project", &S::project, "account that is charged"),
        Field("user", &S::user, "who asked for it"),
        Field("state", &S::state,
              "waiting, held, starting, running, stopping, done, failed, timed_out, cancelled, "
              "lost or refused"),
        Field("reason", &S::reason, "why it waits: docs/formats/reasons.md"),
        Field("detail", &S::detail, "how it ended, for people", free_text),
        Field("site", &S::site, "where it runs or ran"), Field("pool", &S::pool, "of that site"),
        Field("nodes", &S::nodes, "where it runs: node(GPUs)"),
        Field("key", &S::key, "of its attempt"),
        Field("remote", &S::remote, "its number at the site"),
        Field("gpus", &S::gpus, "asked for", range(0, kAny)),
        Field("cpus", &S::cpus, "cores of a job without GPUs", range(0, kAny)),
        Field("held_gpus", &S::held_gpus, "held while it runs", range(0, kAny)),
        Field("attempts", &S::attempts, "so far", range(0, kAny)),
        Field("exit_code", &S::exit_code, "once it is over", range(0, 255)),
        Field("signal", &S::signal, "that ended it; 0: none", range(0, 128)),
        Field("array_index", &S::array_index, "of an array", range(0, kAny)),
        Field("time_limit_s", &S::time_limit_s, "0: none", range(0, kAny), dimensionless),
        Field("priority", &S::priority, "among its member's jobs", range(-kAny, kAny)),
        Field("tier", &S::tier, "who is served before whom"),
        Field("submitted", &S::submitted, "when"),
        Field("started", &S::started, "when it was last started"),
        Field("ended", &S::ended, "when"),
        Field("url", &S::url, "of a service whose health check answers"),
        Field("service", &S::service, "runs until it is cancelled"),
        Field("foreign", &S::foreign, "it did not come through the hub"));
  }
};
struct JobsView {
  std::vector<JobView> jobs;
  std::int64_t next = 0;
  template <class S = JobsView>
  static constexpr auto describe() {
    return Fields(
        Field("jobs", &S::jobs, "the newest first"),
        Field("next", &S::next, "go on with ?before=NEXT; 0: there are no more", range(0, kAny)));
  }
};
struct SubmittedView {
  std::int64_t job = 0, count = 1;
  bool repeated = false, dry_run = false;
  template <class S = SubmittedView>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number; of several: the first", range(0, kAny)),
                  Field("count", &S::count, "how many, with numbers that follow", range(1, kAny)),
                  Field("repeated", &S::repeated,
                        "the same request with the same Idempotency-Key came before"),
                  Field("dry_run", &S::dry_run, "nothing was queued"));
  }
};
struct PoolViewLive {
  std::string pool, site, owner, hardware, device;
  std::int64_t nodes = 0, nodes_open = 0, installed = 0, free = 0, lent = 0, waiting_jobs = 0;
  template <class S = PoolViewLive>
  static constexpr auto describe() {
    return Fields(
        Field("pool", &S::pool, "its name"), Field("site", &S::site, "where"),
        Field("owner", &S::owner, "whose"), Field("hardware", &S::hardware, "class"),
        Field("device", &S::device, "what is counted: gpu, cpu …"),
        Field("nodes", &S::nodes, "that belong to it", range(0, kAny)),
        Field("nodes_open", &S::nodes_open, "that take work", range(0, kAny)),
        Field("installed", &S::installed, "units on nodes that take work", range(0, kAny)),
        Field("free", &S::free, "units nobody holds", range(0, kAny)),
        Field("lent", &S::lent, "units held by others than the owner", range(0, kAny)),
        Field("waiting_jobs", &S::waiting_jobs, "that may come here", range(0, kAny)));
  }
};
struct SiteView {
  std::string site, name_en, name_ko, owner, driver, agent_seen;
  bool connected = false, caps_power = false;
  std::int64_t commands_waiting = 0, power_w = 0, measured_nodes = 0, modelled_nodes = 0;
  std::vector<PoolViewLive> pools;
  template <class S = SiteView>
  static constexpr auto describe() {
    return Fields(
        Field("site", &S::site, "its name"), Field("name_en", &S::name_en, "in English"),
        Field("name_ko", &S::name_ko, "in Korean"), Field("owner", &S::owner, "whose"),
        Field("driver", &S::driver, "what its agent runs jobs with"),
        Field("agent_seen", &S::agent_seen, "when its agent last called"),
        Field("connected", &S::connected, "its agent called in the last 60 s"),
        Field("caps_power", &S::caps_power, "its agent can limit what nodes draw"),
        Field("commands_waiting", &S::commands_waiting, "that its agent has not taken",
              range(0, kAny)),
        Field("power_w", &S::power_w, "of its nodes, measured or worked out", range(0, kAny)),
        Field("measured_nodes", &S::measured_nodes, "of them: measured", range(0, kAny)),
        Field("modelled_nodes", &S::modelled_nodes, "of them: worked out", range(0, kAny)),
        Field("pools", &S::pools, "of machines"));
  }
};
struct SitesView {
  std::vector<SiteView> sites;
  template <class S = SitesView>
  static constexpr auto describe() {
    return Fields(Field("sites", &S::sites, "in the order of the scenario"));
  }
};
struct NodeViewLive {
  std::string node, pool, state, reason;
  std::int64_t gpus = 0, free = 0, power_w = 0, cap_w = 0;
  std::string power_source, cap_state, cap_detail;
  double gpu_share = 0, cpu_share = 0, temperature_c = 0;
  template <class S = NodeViewLive>
  static constexpr auto describe() {
    return Fields(
        Field("node", &S::node, "as the site calls it"),
        Field("pool", &S::pool, "that it belongs to"),
        Field("state", &S::state, "up, draining, drained or down"),
        Field("reason", &S::reason, "why it takes no work", free_text),
        Field("gpus", &S::gpus, "of it", range(0, kAny)),
        Field("free", &S::free, "GPUs that no attempt of ours holds", range(0, kAny)),
        Field("power_w", &S::power_w, "as told last, or worked out", range(0, kAny)),
        Field("power_source", &S::power_source, "measured by, or model"),
        Field("gpu_share", &S::gpu_share, "of its GPUs that is busy; model: held", range(0, 1),
              dimensionless),
        Field("cpu_share", &S::cpu_share, "of its cores that is busy", range(0, 1), dimensionless),
        Field("temperature_c", &S::temperature_c, "the hottest sensor; 0: none", range(0, 200)),
        Field("cap_w", &S::cap_w, "that it may draw, as asked; 0: no cap", range(0, kAny)),
        Field("cap_state", &S::cap_state, "asked, set, or the code with which its site refused it"),
        Field("cap_detail", &S::cap_detail, "and for people", free_text));
  }
};
struct NodesView {
  std::vector<NodeViewLive> nodes;
  template <class S = NodesView>
  static constexpr auto describe() {
    return Fields(Field("nodes", &S::nodes, "of the site"));
  }
};
struct NodeBody {
  std::string reason;
  template <class S = NodeBody>
  static constexpr auto describe() {
    return Fields(Field("reason", &S::reason, "why", free_text));
  }
};
struct CapBody {
  std::int64_t cap_w = 0;
  template <class S = CapBody>
  static constexpr auto describe() {
    return Fields(
        Field("cap_w", &S::cap_w, "it may draw so much; 0: no cap", required, range(0, 1'000'000)));
  }
};
struct QuotaRow {
  std::string account, member;
  std::int64_t limit_gpus = 0, held_gpus = 0, waiting_jobs = 0, entitled_gpus = 0;
  double mean_gpus = 0;
  template <class S = QuotaRow>
  static constexpr auto describe() {
    return Fields(Field("account", &S::account, "member, member/project or member/…/user"),
                  Field("member", &S::member, "whose"),
                  Field("limit_gpus", &S::limit_gpus, "held at once; 0: no limit", range(0, kAny)),
                  Field("held_gpus", &S::held_gpus, "now", range(0, kAny)),
                  Field("waiting_jobs", &S::waiting_jobs, "now", range(0, kAny)),
                  Field("entitled_gpus", &S::entitled_gpus,
                        "of a member: what it may count on, own and guaranteed", range(0, kAny)),
                  Field("mean_gpus", &S::mean_gpus, "held in the past, fading", range(0, kAny),
                        dimensionless));
  }
};
struct QuotaView {
  std::vector<QuotaRow> accounts;
  template <class S = QuotaView>
  static constexpr auto describe() {
    return Fields(Field("accounts", &S::accounts, "members, then those below them"));
  }
};
struct LimitBody {
  Gpus limit_gpus;
  template <class S = LimitBody>
  static constexpr auto describe() {
    return Fields(Field("limit_gpus", &S::limit_gpus, "held at once; 0: no limit", required,
                        range(0, 10'000'000)));
  }
};
struct ReservationBody {
  std::string member, pool;
  Gpus gpus;
  std::int64_t from_ms = 0, to_ms = 0;
  template <class S = ReservationBody>
  static constexpr auto describe() {
    return Fields(Field("member", &S::member, "for whose work", required, not_empty),
                  Field("pool", &S::pool, "of machines", required, not_empty),
                  Field("gpus", &S::gpus, "how many", required, range(1, 10'000'000)),
                  Field("from_ms", &S::from_ms, "Unix time", required, range(0, kLastMs)),
                  Field("to_ms", &S::to_ms, "Unix time", required, range(0, kLastMs)));
  }
};
struct ReservationView {
  std::int64_t reservation = 0, gpus = 0, used = 0;
  std::string member, pool, from, to;
  template <class S = ReservationView>
  static constexpr auto describe() {
    return Fields(Field("reservation", &S::reservation, "its number", range(0, kAny)),
                  Field("gpus", &S::gpus, "kept", range(0, kAny)),
                  Field("used", &S::used, "of them, now", range(0, kAny)),
                  Field("member", &S::member, "for whose work"),
                  Field("pool", &S::pool, "of machines"), Field("from", &S::from, "when"),
                  Field("to", &S::to, "when"));
  }
};
struct ReservationsView {
  std::vector<ReservationView> reservations;
  template <class S = ReservationsView>
  static constexpr auto describe() {
    return Fields(Field("reservations", &S::reservations, "not yet over"));
  }
};
struct LedgerRow {
  std::string month, pool, owner, member;
  std::int64_t gpu_ms = 0;
  double gpu_hours = 0, price_krw_per_gpu_hour = 0;
  std::int64_t amount_krw = 0;
  template <class S = LedgerRow>
  static constexpr auto describe() {
    return Fields(
        Field("month", &S::month, "2026-11, KST"), Field("pool", &S::pool, "of machines"),
        Field("owner", &S::owner, "who is credited"),
        Field("member", &S::member, "who used them, and is debited"),
        Field("gpu_ms", &S::gpu_ms, "GPUs x ms, exact", range(0, kAny), dimensionless),
        Field("gpu_hours", &S::gpu_hours, "the same", range(0, kAny)),
        Field("price_krw_per_gpu_hour", &S::price_krw_per_gpu_hour, "of the loan; 0: one's own",
              range(0, kAny)),
        Field("amount_krw", &S::amount_krw, "gpu_hours x price, rounded", range(0, kAny)));
  }
};
struct BalanceRow {
  std::string member, name_en, name_ko;
  double lent_gpu_hours = 0, borrowed_gpu_hours = 0;
  std::int64_t credit_krw = 0, debit_krw = 0, balance_krw = 0;
  template <class S = BalanceRow>
  static constexpr auto describe() {
    return Fields(
        Field("member", &S::member, "whose"),
        Field("name_en", &S::name_en, "of the member, in English"),
        Field("name_ko", &S::name_ko, "in Korean"),
        Field("lent_gpu_hours", &S::lent_gpu_hours, "to others", range(0, kAny), dimensionless),
        Field("borrowed_gpu_hours", &S::borrowed_gpu_hours, "of others", range(0, kAny),
              dimensionless),
        Field("credit_krw", &S::credit_krw, "to be paid to it", range(0, kAny)),
        Field("debit_krw", &S::debit_krw, "to be paid by it", range(0, kAny)),
        Field("balance_krw", &S::balance_krw, "credit - debit", range(-kAny, kAny)));
  }
};
struct StatementView {
  std::string month;
  std::vector<LedgerRow> rows;
  std::vector<BalanceRow> members;
  std::int64_t sum_krw = 0;
  template <class S = StatementView>
  static constexpr auto describe() {
    return Fields(Field("month", &S::month, "2026-11, KST"),
                  Field("rows", &S::rows, "who used whose machines"),
                  Field("members", &S::members, "what each is owed"),
                  Field("sum_krw", &S::sum_krw, "of all balances: 0", range(-kAny, kAny)));
  }
};
struct LinePartView {
  std::int64_t job = 0;
  std::string pool, owner, member, from, to;
  std::int64_t gpus = 0, gpu_ms = 0;
  double gpu_hours = 0;
  std::int64_t amount_krw = 0, first_entry = 0, last_entry = 0;
  template <class S = LinePartView>
  static constexpr auto describe() {
    return Fields(
        Field("job", &S::job, "its number; 0: all before the record was truncated", range(0, kAny)),
        Field("pool", &S::pool, "of machines"), Field("owner", &S::owner, "of the machines"),
        Field("member", &S::member, "who used them"),
        Field("from", &S::from, "it held so many, within the month"),
        Field("to", &S::to, "until then"), Field("gpus", &S::gpus, "that it held", range(0, kAny)),
        Field("gpu_ms", &S::gpu_ms, "GPU time, exactly", range(0, kAny), dimensionless),
        Field("gpu_hours", &S::gpu_hours, "the same", range(0, kAny), dimensionless),
        Field("amount_krw", &S::amount_krw, "won, so that a line's parts sum to it",
              range(-kAny, kAny), dimensionless),
        Field("first_entry", &S::first_entry,
              "of the record: it began; 0: before the record was truncated", range(0, kAny)),
        Field("last_entry", &S::last_entry, "of the record: it ended; 0: it went on beyond `to`",
              range(0, kAny)));
  }
};
struct LineSumView {
  std::string pool, owner, member;
  std::int64_t parts = 0, gpu_ms = 0;
  double gpu_hours = 0, price_krw_per_gpu_hour = 0;
  std::int64_t amount_krw = 0;
  template <class S = LineSumView>
  static constexpr auto describe() {
    return Fields(Field("pool", &S::pool, "of machines"),
                  Field("owner", &S::owner, "of the machines"),
                  Field("member", &S::member, "who used them"),
                  Field("parts", &S::parts, "that it is made of", range(0, kAny)),
                  Field("gpu_ms", &S::gpu_ms, "GPU time, exactly", range(0, kAny), dimensionless),
                  Field("gpu_hours", &S::gpu_hours, "the same", range(0, kAny), dimensionless),
                  Field("price_krw_per_gpu_hour", &S::price_krw_per_gpu_hour, "0: its own",
                        range(0, kAny), dimensionless),
                  Field("amount_krw", &S::amount_krw, "won", range(-kAny, kAny), dimensionless));
  }
};
struct LinesView {
  std::string month, from, to;
  std::int64_t until = 0, next = 0;
  std::vector<LineSumView> lines;
  std::vector<LinePartView> parts;
  template <class S = LinesView>
  static constexpr auto describe() {
    return Fields(
        Field("month", &S::month, "KST"), Field("from", &S::from, "of the month"),
        Field("to", &S::to, "of it, or of as much as is over"),
        Field("until", &S::until, "for the next page: Unix time, ms", range(0, kAny),
              dimensionless),
        Field("next", &S::next, "for the next page: `after`; 0: this is the last", range(0, kAny)),
        Field("lines", &S::lines, "sums of all parts, as the statement has them"),
        Field("parts", &S::parts, "of this page, in the order in which they began"));
  }
};
struct JobEntryView {
  std::int64_t entry = 0;
  std::string at, what, pool, site, user, key;
  std::int64_t gpus = 0;
  std::string code, detail;
  template <class S = JobEntryView>
  static constexpr auto describe() {
    return Fields(Field("entry", &S::entry, "its number in the record", range(1, kAny)),
                  Field("at", &S::at, "when"),
                  Field("what", &S::what, "it says: asked, submitted, started, ended, …"),
                  Field("pool", &S::pool, "of machines"), Field("site", &S::site, "that told it"),
                  Field("user", &S::user, "who asked"), Field("key", &S::key, "of the attempt"),
                  Field("gpus", &S::gpus, "asked for, or held from here on", range(0, kAny)),
                  Field("code", &S::code, "why, for programs"),
                  Field("detail", &S::detail, "and for people", free_text));
  }
};
struct JobEntriesView {
  std::int64_t job = 0;
  std::vector<JobEntryView> entries;
  template <class S = JobEntriesView>
  static constexpr auto describe() {
    return Fields(Field("job", &S::job, "its number", range(1, kAny)),
                  Field("entries", &S::entries, "in the order of the record"));
  }
};
struct StatusView {
  std::string version, state, detail, hub, store, world_time, world_sha256;
  std::int64_t epoch = 0, entries = 0, events = 0, jobs = 0, waiting_jobs = 0, running_jobs = 0;
  std::int64_t requests_waiting = 0;
  template <class S = StatusView>
  static constexpr auto describe() {
    return Fields(
        Field("version", &S::version, "of the program"),
        Field("state", &S::state, "starting, leading, following, degraded, stopping"),
        Field("detail", &S::detail, "why it does not lead", free_text),
        Field("hub", &S::hub, "its name, which begins every attempt's key"),
        Field("store", &S::store, "where the record is kept"),
        Field("world_time", &S::world_time, "of the last fact"),
        Field("world_sha256", &S::world_sha256,
              "of the world, if asked for with ?digest=1: what dure replay must reach"),
        Field("epoch", &S::epoch, "rises with every hub that leads", range(0, kAny)),
        Field("entries", &S::entries, "of the record", range(0, kAny)),
        Field("events", &S::events, "of the world", range(0, kAny)),
        Field("jobs", &S::jobs, "so far", range(0, kAny)),
        Field("waiting_jobs", &S::waiting_jobs, "now", range(0, kAny)),
        Field("running_jobs", &S::running_jobs, "now", range(0, kAny)),
        Field("requests_waiting", &S::requests_waiting, "to be worked on", range(0, kAny)));
  }
};
struct ProblemView {  // RFC 9457
  std::string type, title, detail, code, where, expected, found, hint, request_id;
  std::int64_t status = 0;
  template <class S = ProblemView>
  static constexpr auto describe() {
    return Fields(Field("type", &S::type, "about:blank"),
                  Field("title", &S::title, "of the status"),
                  Field("status", &S::status, "of HTTP", range(100, 599)),
                  Field("code", &S::code, "for programs; it stays"),
                  Field("detail", &S::detail, "for people", free_text),
                  Field("where", &S::where, "which field", free_text),
                  Field("expected", &S::expected, "there", free_text),
                  Field("found", &S::found, "instead", free_text),
                  Field("hint", &S::hint, "what to do", free_text),
                  Field("request_id", &S::request_id, "to ask us about"));
  }
};

}  // namespace dure
