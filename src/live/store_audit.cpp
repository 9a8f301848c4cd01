#include "live/store_audit.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <utility>

#include "io/describe_json.h"
#include "live/attempt_audit.h"
#include "live/hub.h"
#include "live/live_record.h"
#include "live/projections.h"
#include "live/store/projection_rows.h"

namespace dure {
namespace {

struct Tables {  // and as of which entry
  std::vector<JobRow> jobs;
  std::vector<NodeRow> nodes;
  std::uint64_t jobs_at = 0, nodes_at = 0;
};

struct Replayed {  // what the world made anew says
  std::vector<AuditCheck> checks;
  std::string world_sha256;
  std::int64_t jobs = 0, ledger_sum = 0, ledger_entries = 0;
  template <class S = Replayed>
  static constexpr auto describe() {
    return Fields(
        Field("checks", &S::checks, "made"),
        Field("world_sha256", &S::world_sha256, "of the world"),
        Field("jobs", &S::jobs, "in it", range(0, 9e15)),
        Field("ledger_sum", &S::ledger_sum, "of its books", range(-9e15, 9e15), dimensionless),
        Field("ledger_entries", &S::ledger_entries, "in them", range(0, 9e15)));
  }
};

AuditCheck check_of(const char* name, const char* what) {
  AuditCheck c;
  c.name = name;
  c.what = what;
  return c;
}

Result<Tables> read_tables(Store& store) {
  Tables out;
  TRY(jobs, store.read_jobs([&](const JobRow& row) { out.jobs.push_back(row); }));
  TRY(nodes, store.read_nodes([&](const NodeRow& row) { out.nodes.push_back(row); }));
  out.jobs_at = jobs;
  out.nodes_at = std::max(jobs, nodes);
  return out;
}

// Whether the record is read from its first entry on, else from this.
Result<std::optional<Snapshot>> start_of(Store& store, std::uint64_t first) {
  TRY(newest, store.newest());
  if (first == 1) return std::optional<Snapshot>();
  if (!newest || newest->number + 1 < first)
    return Fault{store.name(), "a snapshot of entry " + std::to_string(first - 1) + " or later",
                 newest ? "one of entry " + std::to_string(newest->number) : "none",
                 "restore the store from its backup"};
  return std::move(newest);
}

// ---- from the entries alone

struct Entries {
  AuditCheck whole = check_of("entries", "entries, whole and in order");
  AuditCheck law = check_of("law", "placements");
  AuditCheck attempts = check_of("attempts", "orders and facts of attempts");
  SovereigntyAudit sovereignty;
  std::uint64_t last = 0, events = 0;
};

Result<Done> read_entries(Store& store, const std::optional<Snapshot>& snapshot, std::uint64_t last,
                          Entries& out) {
  AttemptAudit attempts(out.attempts);
  TRY(first, store.first());
  std::uint64_t expected = first;
  std::int64_t before_ms = 0;
  if (snapshot) {
    Restored state;
    TRY(unpacked, unpack_snapshot(*snapshot, state));
    (void)unpacked;
    attempts.hub(state.book.hub_id());
    for (std::uint32_t j = 0; j < state.book.jobs(); ++j) {
      const Attempt* a = state.book.attempt(JobId{j});
      attempts.known(number_of(JobId{j}), state.book.job(JobId{j}).attempts, a != nullptr,
                     a != nullptr && a->stage == Stage::started ? AttemptState::started
                                                                : AttemptState::accepted);
    }
  }
  out.last = snapshot ? snapshot->number : 0;
  const Result<Done> read = store.read(expected - 1, [&](const Entry& e) {
    if (e.number > last) return false;
    ++out.whole.counted;
    const std::string where = "entry " + std::to_string(e.number);
    if (e.number != expected)
      out.whole.found(where + ": entry " + std::to_string(expected) + " is missing");
    expected = e.number + 1;
    out.last = e.number;
    if (e.at_ms < before_ms) out.whole.found(where + " is earlier than the one before");
    before_ms = std::max(before_ms, e.at_ms);
    const bool known = snapshot && e.number <= snapshot->number;  // the snapshot has it
    if (e.kind == Entry::world) {
      const Result<Event> event = event_of(e);
      if (!event) {
        out.whole.found(to_string(event.fault()));
        return true;
      }
      if (unix_ms(event.value().at) != e.at_ms) out.whole.found(where + " has two times");
      ++out.events;
      if (known) return true;
      if (!snapshot) out.sovereignty.take(event.value());
      if (const auto* issued = std::get_if<CommandIssued>(&event.value().what);
          issued != nullptr && std::holds_alternative<StartJob>(issued->wish))
        ++out.law.counted;
      attempts.take(event.value(), e.number);
    } else {
      const Result<LiveEvent> live = live_event_of(e);
      if (live && !known) attempts.take(live.value(), e.number);
      if (!live) out.whole.found(to_string(live.fault()));
    }
    return true;
  });
  // The store itself notices what is missing in the middle.
  if (!read) out.whole.found(to_string(read.fault()));
  return Done{};
}

void judge_law(Entries& e, bool whole) {
  if (!whole) return;  // the replay judges, by the world's own book
  const SovereigntyAudit::Figures& f = e.sovereignty.figures();
  e.law.counted = f.placements;
  for (const auto& o : f.first)
    e.law.first.push_back("event " + std::to_string(o.event) + ": job " +
                          std::to_string(std::int64_t{o.job.index} + 1) + " of class " +
                          o.data_class + " in " + o.hall + ": " + o.because);
  e.law.violations = f.violations + f.lowered_without_approval + f.unreadable;
  if (e.law.violations > 0 && e.law.first.empty())
    e.law.first.push_back(std::to_string(f.lowered_without_approval) +
                          " lowered without approval, " + std::to_string(f.unreadable) +
                          " that refer to what was never told");
}

// ---- by the world made anew

void same_row(AuditCheck& check, const std::string& of, const char* column,
              const std::string& table, const std::string& record) {
  if (table != mended_text(record))
    check.found(of + ": " + column + " '" + table + "', by the record '" + record + "'");
}
void same_row(AuditCheck& check, const std::string& of, const char* column, std::int64_t table,
              std::int64_t record) {
  if (table != record)
    check.found(of + ": " + column + " " + std::to_string(table) + ", by the record " +
                std::to_string(record));
}

AuditCheck compare_jobs(const Restored& state, const std::vector<JobRow>& rows) {
  AuditCheck check = check_of("jobs table", "rows");
  std::size_t at = 0;
  for (std::uint32_t j = 0; j < state.world.jobs(); ++j) {
    const JobRow want = job_row(state.world, state.book, JobId{j});
    const std::string of = "job " + std::to_string(want.job);
    while (at < rows.size() && rows[at].job < want.job)
      check.found("job " + std::to_string(rows[at++].job) + " is in the table alone");
    if (at == rows.size() || rows[at].job != want.job) {
      check.found(of + " is not in the table");
      continue;
    }
    const JobRow& row = rows[at++];
    ++check.counted;
    same_row(check, of, "name", row.name, want.name);
    same_row(check, of, "member", row.member, want.member);
    same_row(check, of, "account", row.account, want.account);
    same_row(check, of, "user", row.user, want.user);
    same_row(check, of, "state", row.state, want.state);
    same_row(check, of, "reason", row.reason, want.reason);
    same_row(check, of, "site", row.site, want.site);
    same_row(check, of, "nodes", row.nodes, want.nodes);
    same_row(check, of, "gpus", row.gpus, want.gpus);
    same_row(check, of, "submitted_ms", row.submitted_ms, want.submitted_ms);
    same_row(check, of, "started_ms", row.started_ms, want.started_ms);
    same_row(check, of, "ended_ms", row.ended_ms, want.ended_ms);
    same_row(check, of, "attempts", row.attempts, want.attempts);
    same_row(check, of, "exit_code", row.exit_code, want.exit_code);
  }
  for (; at < rows.size(); ++at)
    check.found("job " + std::to_string(rows[at].job) + " is in the table alone");
  return check;
}

AuditCheck compare_nodes(const Restored& state, const std::vector<NodeRow>& rows) {
  AuditCheck check = check_of("nodes table", "rows");
  std::map<std::pair<std::string, std::string>, NodeRow> want;  // a node of two pools: the last
  for (std::uint32_t p = 0; p < state.world.pools(); ++p)
    for (std::uint32_t n = 0; n < state.book.nodes(PoolId{p}).size(); ++n) {
      NodeRow row = node_row(state.world, state.book, {PoolId{p}, n});
      want[{row.site, row.node}] = std::move(row);
    }
  for (const NodeRow& row : rows) {
    const std::string of = row.site + "/" + row.node;
    const auto it = want.find({row.site, row.node});
    if (it == want.end()) {
      check.found(of + " is in the table alone");
      continue;
    }
    ++check.counted;
    same_row(check, of, "state", row.state, it->second.state);
    same_row(check, of, "reason", row.reason, it->second.reason);
    same_row(check, of, "gpus", row.gpus, it->second.gpus);
    want.erase(it);
  }
  for (const auto& [key, row] : want)
    check.found(key.first + "/" + key.second + " is not in the table");
  return check;
}

// `at`: the entry that is under way, for whoever asks what ended this process.
Result<Replayed> replay_checks(Store& store, const std::optional<Snapshot>& start,
                               const Tables& tables, volatile std::uint64_t& at) {
  Replayed out;
  Restored state;
  if (start) {
    TRY(unpacked, unpack_snapshot(*start, state));
    (void)unpacked;
  }
  TRY(newest, store.newest());
  AuditCheck snapshot = check_of("snapshot", "snapshots made again from the record");
  std::optional<AuditCheck> jobs;
  std::optional<Fault> fault;
  const auto passed = [&] {  // an entry, or none yet
    if (!jobs && state.last >= tables.jobs_at) jobs = compare_jobs(state, tables.jobs);
    if (newest && !start && newest->number == state.last) {
      ++snapshot.counted;
      Restored kept;
      if (!unpack_snapshot(*newest, kept) || kept.world.digest() != state.world.digest() ||
          kept.book.save() != state.book.save())
        snapshot.found("the snapshot of entry " + std::to_string(state.last) +
                       " is not what the record makes");
    }
  };
  passed();
  TRY(read, store.read(state.last, [&](const Entry& e) {
    if (e.number > tables.nodes_at) return false;
    at = e.number;
    fault = take_entry(e, state);
    if (fault) return false;
    passed();
    return true;
  }));
  (void)read;
  if (fault) return *fault;
  audit(state.world);
  AuditCheck ledger = check_of("ledger", "bookings");
  ledger.counted = static_cast<std::int64_t>(state.world.ledger().entries());
  for (std::uint32_t m = 0; m < state.world.members().size(); ++m)
    out.ledger_sum += state.world.ledger().balance(MemberId{m}).count();
  if (out.ledger_sum != 0)
    ledger.found("the books sum to " + std::to_string(out.ledger_sum) + " GPU-ms");
  out.ledger_entries = ledger.counted;
  out.jobs = static_cast<std::int64_t>(state.world.jobs());
  out.world_sha256 = state.world.digest();
  out.checks.push_back(std::move(ledger));
  out.checks.push_back(jobs ? *std::move(jobs) : compare_jobs(state, tables.jobs));
  out.checks.push_back(compare_nodes(state, tables.nodes));
  out.checks.push_back(std::move(snapshot));
  return out;
}

// In a child of this process. A Fault: it said so, or it ended; `at` is where.
Result<Replayed> replay_in_child(const OpenStore& open, const std::optional<Snapshot>& start,
                                 const Tables& tables, volatile std::uint64_t& at) {
  int ends[2];
  CHECK(::pipe(ends) == 0);
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    const Result<Replayed> found = [&]() -> Result<Replayed> {
      TRY(store, open());
      return replay_checks(*store, start, tables, at);
    }();
    const std::string text =
        found ? to_json(found.value(), JsonDefaults::written) : "!" + to_string(found.fault());
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t n = ::write(ends[1], text.data() + done, text.size() - done);
      if (n <= 0) ::_exit(1);
      done += static_cast<std::size_t>(n);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char part[65'536];
  for (ssize_t n = 0; (n = ::read(ends[0], part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  const std::string where = "entry " + std::to_string(at);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Fault{where, "an entry that the world takes", "one that breaks it", ""};
  if (text.starts_with('!')) return Fault{where, text.substr(1), "", ""};
  Outcome<Replayed> found = from_json<Replayed>(text, "the replay");
  if (!found) return found.faults()[0];
  return std::move(found.value());
}

struct SharedNumber {  // of this process and its children
  SharedNumber() {
    void* const at = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    number = static_cast<volatile std::uint64_t*>(at);
  }
  ~SharedNumber() { ::munmap(const_cast<std::uint64_t*>(number), sizeof(std::uint64_t)); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  volatile std::uint64_t* number = nullptr;
};

}  // namespace

Result<StoreAudit> audit_store(const OpenStore& open, Replay replay) {
  TRY(store, open());
  StoreAudit out;
  out.store = store->name();
  TRY(tables, read_tables(*store));  // invariant 1
  TRY(first, store->first());
  TRY(start, start_of(*store, first));
  if (start && start->number > tables.jobs_at) {  // it was taken in between
    TRY(again, read_tables(*store));
    tables = std::move(again);
  }
  out.first_entry = first;
  Entries entries;
  TRY(read, read_entries(*store, start, tables.nodes_at, entries));
  (void)read;
  judge_law(entries, !start);
  out.law = entries.sovereignty.figures();
  out.last_entry = entries.last;
  out.events = entries.events;

  AuditCheck world = check_of("world", "worlds made again from the record");
  std::optional<Replayed> made;
  // What is torn no world takes; nor, where its own law refuses them, unlawful placements.
  if (entries.whole.violations == 0 && entries.law.violations == 0) {
    SharedNumber at;
    Result<Replayed> replayed = replay == Replay::in_child
                                    ? replay_in_child(open, start, tables, *at.number)
                                    : replay_checks(*store, start, tables, *at.number);
    world.counted = 1;
    if (replayed)
      made = std::move(replayed.value());
    else
      world.found(to_string(replayed.fault()));
  }
  out.checks = {entries.whole, entries.law, entries.attempts, world};
  if (made) {
    out.world_sha256 = made->world_sha256;
    out.jobs = static_cast<std::uint64_t>(made->jobs);
    out.ledger_sum_gpu_ms = made->ledger_sum;
    out.ledger_entries = static_cast<std::uint64_t>(made->ledger_entries);
    for (AuditCheck& c : made->checks) out.checks.push_back(std::move(c));
  }
  return out;
}

}  // namespace dure
