#include "live/store/sql_store.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/stream.h"
#include "live/store/projection_rows.h"
#include "live/store/schema.h"

namespace dure {
namespace {

constexpr std::size_t kChunkBytes = 1 << 20;  // of a snapshot, a row
constexpr std::size_t kChunksAtOnce = 4;      // in a transaction: others get their turn in between
constexpr std::int64_t kRowsAtOnce = 10'000;  // read or deleted in a transaction
constexpr std::int64_t kSpareBytes = 16 << 20;
constexpr std::size_t kProbeBytes = 64 << 10;
constexpr int kTries = 4;  // to read a snapshot that another hub may be replacing

constexpr Statement kLock{"lock",
                          "SELECT schema, truncated, holder, epoch, until_ms FROM dure_store "
                          "WHERE one = 1 {lock}"};
constexpr Statement kLead{"lead", "UPDATE dure_store SET holder = $1, epoch = $2, until_ms = $3"};
constexpr Statement kLast{"last",
                          "SELECT COALESCE((SELECT MAX(number) FROM entries), truncated) "
                          "FROM dure_store"};
constexpr Statement kFirst{"first",
                           "SELECT COALESCE((SELECT MIN(number) FROM entries), truncated + 1) "
                           "FROM dure_store"};
constexpr Statement kRead{"read",
                          "SELECT number, at_ms, kind, bytes FROM entries WHERE number > $1 "
                          "ORDER BY number LIMIT $2"};
constexpr Statement kDelete{"delete", "DELETE FROM entries WHERE number <= $1"};
constexpr Statement kTruncated{"truncated", "UPDATE dure_store SET truncated = $1"};
constexpr Statement kNewest{"newest",
                            "SELECT id, number, size FROM snapshots WHERE complete = 1 "
                            "ORDER BY number DESC, id DESC LIMIT 1"};
constexpr Statement kChunksOf{"chunks",
                              "SELECT bytes FROM snapshot_chunks WHERE snapshot = $1 "
                              "ORDER BY chunk"};
constexpr Statement kDropUnfinished{"drop_unfinished", "DELETE FROM snapshots WHERE complete = 0"};
constexpr Statement kNextSnapshot{"next_snapshot",
                                  "SELECT COALESCE(MAX(id), 0) + 1 FROM snapshots"};
constexpr Statement kStartSnapshot{"start_snapshot",
                                   "INSERT INTO snapshots (id, number, size, complete) "
                                   "VALUES ($1, $2, $3, 0)"};
constexpr Statement kIsStarted{"is_started",
                               "SELECT COUNT(*) FROM snapshots WHERE id = $1 AND complete = 0"};
constexpr Statement kFinishSnapshot{"finish_snapshot",
                                    "UPDATE snapshots SET complete = 1 WHERE id = $1"};
constexpr Statement kDropOthers{"drop_others", "DELETE FROM snapshots WHERE id <> $1"};
constexpr Statement kDropOne{"drop_one", "DELETE FROM snapshots WHERE id = $1 AND complete = 0"};
constexpr Statement kReadJobs{
    "read_jobs",
    "SELECT COALESCE((SELECT MAX(number) FROM entries), (SELECT truncated FROM dure_store)), "
    "job, name, member, account, user_name, state, reason, site, nodes, gpus, submitted_ms, "
    "started_ms, ended_ms, attempts, exit_code FROM jobs ORDER BY job"};
constexpr Statement kReadNodes{
    "read_nodes",
    "SELECT COALESCE((SELECT MAX(number) FROM entries), (SELECT truncated FROM dure_store)), "
    "site, node, pool, state, reason, gpus FROM nodes ORDER BY site, node"};
constexpr Statement kClearJobs{"clear_jobs", "DELETE FROM jobs"};
constexpr Statement kClearUses{"clear_uses", "DELETE FROM uses"};
constexpr Statement kClearNodes{"clear_nodes", "DELETE FROM nodes"};
constexpr Statement kProbe{"probe",
                           "INSERT INTO dure_probe (one, bytes) VALUES (1, $1) "
                           "ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes"};

std::int64_t as_signed(std::uint64_t n) {
  CHECK(n <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  return static_cast<std::int64_t>(n);
}

class SqlStore final : public Store {
 public:
  SqlStore(std::unique_ptr<Database> database, Access access, std::int64_t schema)
      : database_(std::move(database)), access_(access), schema_(schema) {}

  std::string name() const override { return database_->name(); }

  Result<std::optional<std::int64_t>> lead(const std::string& holder, std::int64_t now_ms,
                                           std::int64_t for_ms) override {
    CHECK(!holder.empty() && for_ms > 0);
    std::optional<std::int64_t> epoch;
    const Result<Done> done = write("the lease to be stored", [&]() -> Result<Done> {
      TRY(row, lock());
      if (row.schema != schema_)
        return fault("schema " + std::to_string(schema_), "schema " + std::to_string(row.schema),
                     "another version of dure changed the store: restart with that version");
      const bool ours = epoch_ == row.epoch && row.holder == holder;
      const bool takable = row.holder.empty() || row.until_ms <= now_ms || row.holder == holder;
      if (!ours && !takable) return Done{};
      epoch = ours ? row.epoch : row.epoch + 1;
      return database_->run(
          kLead, std::array{Value::of_text(holder), Value::of(*epoch), Value::of(now_ms + for_ms)});
    });
    // After a Fault the old epoch is still the one to try with: extending is the same twice.
    if (!done) return done.fault();
    epoch_ = epoch;
    return epoch;
  }

  Result<Done> release_lead() override {
    if (!epoch_) return Done{};
    const Result<Done> done = write("the lease to be given back", [&]() -> Result<Done> {
      TRY(row, lock());
      if (row.epoch != *epoch_) return Done{};
      return database_->run(kLead,
                            std::array{Value::of_text(""), Value::of(row.epoch), Value::of(0)});
    });
    if (done) epoch_.reset();
    return done;
  }

  Result<Done> append(const Batch& batch) override {
    for (std::size_t i = 1; i < batch.entries.size(); ++i)
      CHECK(batch.entries[i].number == batch.entries[0].number + i);  // invariant 2
    return write("an append to be stored", [&]() -> Result<Done> {
      TRY(row, fence());  // invariant 3
      if (!batch.entries.empty()) {
        TRY(newest, number(kLast));
        const std::int64_t first = as_signed(batch.entries[0].number);
        // Not a CHECK: an own commit whose answer was lost, or a restored backup, does this too.
        if (first != newest + 1)
          return fault("entry " + std::to_string(newest + 1) + " next",
                       "entry " + std::to_string(first),
                       "the store is not where this hub believes: it must be read again");
      }
      TRY(entries, insert(kEntries, batch.entries));
      TRY(jobs, insert(kJobs, batch.jobs));
      TRY(uses, insert(kUses, batch.uses));
      TRY(nodes, insert(kNodes, batch.nodes));
      (void)row, (void)entries, (void)jobs, (void)uses, (void)nodes;
      return Done{};
    });
  }

  // A leader waits for the lock: an own commit whose answer was lost may still be under way.
  Result<std::uint64_t> last() override {
    std::uint64_t out = 0;
    const auto look = [&]() -> Result<Done> {
      TRY(n, number(kLast));
      out = static_cast<std::uint64_t>(n);
      return Done{};
    };
    const Result<Done> done = !epoch_ ? look() : write("to read", [&]() -> Result<Done> {
      TRY(row, lock());
      (void)row;
      return look();
    });
    if (!done) return done.fault();
    return out;
  }

  Result<std::uint64_t> first() override {
    TRY(n, number(kFirst));
    return static_cast<std::uint64_t>(n);
  }

  Result<Done> read(std::uint64_t after, const std::function<bool(const Entry&)>& take) override;
  Result<Done> save(const Snapshot& snapshot) override;
  Result<std::optional<Snapshot>> newest() override;
  Result<Done> truncate(std::uint64_t up_to) override;

  Result<std::uint64_t> read_jobs(const std::function<void(const JobRow&)>& take) override {
    return rows(kReadJobs, [&](const Row& r) {
      const auto text = [&](int column) { return std::string(r.string(column)); };
      take({r.integer(1), text(2), text(3), text(4), text(5), text(6), text(7), text(8), text(9),
            r.integer(10), r.integer(11), r.integer(12), r.integer(13), r.integer(14),
            r.integer(15)});
    });
  }
  Result<std::uint64_t> read_nodes(const std::function<void(const NodeRow&)>& take) override {
    return rows(kReadNodes, [&](const Row& r) {
      const auto text = [&](int column) { return std::string(r.string(column)); };
      take({text(1), text(2), text(3), text(4), text(5), r.integer(6)});
    });
  }

  Result<Done> clear_projections() override {
    return write("the projections to be cleared", [&]() -> Result<Done> {
      TRY(row, fence());
      (void)row;
      for (const Statement& clear : {kClearJobs, kClearUses, kClearNodes}) {
        TRY(done, database_->run(clear));
        (void)done;
      }
      return Done{};
    });
  }

  Result<Done> probe() override {
    // Noise: a database that compresses would not notice a full disk by zeros.
    std::string noise(kProbeBytes, '\0');
    Stream stream(++probes_, "store/probe", 0);
    for (char& c : noise) c = static_cast<char>(stream.next());
    for (const std::string_view bytes : {std::string_view(noise), std::string_view()}) {
      const Result<Done> done = write("a trial write to be stored", [&] {
        return database_->run(kProbe, std::array{Value::of_bytes(bytes)});
      });
      if (!done) return done;
    }
    return Done{};
  }

 private:
  struct StoreRow {  // of dure_store
    std::int64_t schema = 0, truncated = 0, epoch = 0, until_ms = 0;
    std::string holder;
  };

  Fault fault(std::string expected, std::string found, std::string hint) const {
    return Fault{name(), std::move(expected), std::move(found), std::move(hint)};
  }
  Fault damaged(const std::string& found) const {
    return fault("a whole store", found, "it is damaged: restore it from its backup");
  }

  // body() between begin() and commit(); all of it or nothing.
  template <class Body>
  Result<Done> write(const char* expected, const Body& body) {
    CHECK(!reading_);
    if (access_ == Access::read_only)
      return fault(expected, std::string(kReadOnly), "it was opened to be read only");
    Result<Done> done = database_->begin();
    if (!done) return told(expected, done);
    done = body();
    if (done) done = database_->commit();
    if (!done) database_->rollback();
    return told(expected, done);
  }
  static Result<Done> told(const char* expected, const Result<Done>& done) {
    if (done || !done.fault().expected.empty()) return done;
    Fault fault = done.fault();
    fault.expected = expected;
    return fault;
  }

  // The row, which nobody else changes until the transaction is over.
  Result<StoreRow> lock() {
    std::optional<StoreRow> out;
    TRY(done, database_->run(kLock, {}, [&](const Row& row) {
      out = StoreRow{row.integer(0), row.integer(1), row.integer(3), row.integer(4),
                     std::string(row.string(2))};
      return true;
    }));
    (void)done;
    if (!out) return damaged("dure_store without its row");
    return *std::move(out);
  }

  // The row, if we are its newest epoch. A newer schema is the work of a newer hub.
  Result<StoreRow> fence() {
    TRY(row, lock());
    if (epoch_ == row.epoch && row.schema == schema_) return std::move(row);
    return fault(
        "to lead, epoch " + std::to_string(epoch_.value_or(0)), std::string(kFenced),
        row.schema != schema_
            ? "another version of dure changed the store to schema " + std::to_string(row.schema)
            : "epoch " + std::to_string(row.epoch) + " of '" + row.holder + "' leads");
  }

  Result<std::int64_t> number(const Statement& statement, std::span<const Value> values = {}) {
    CHECK(!reading_);
    std::optional<std::int64_t> out;
    const Result<Done> done =
        told("to read", database_->run(statement, values, [&](const Row& row) {
          out = row.integer(0);
          return true;
        }));
    if (!done) return done.fault();
    if (!out || *out < 0) return damaged("no number where one belongs");
    return *out;
  }

  // Rows whose first column is the entry as of which they are; where there are none, there were
  // none at the entry that was the last before.
  template <class Take>
  Result<std::uint64_t> rows(const Statement& statement, const Take& take) {
    TRY(before, number(kLast));
    std::int64_t as_of = before;
    const Result<Done> done = told("to read", database_->run(statement, {}, [&](const Row& row) {
      as_of = row.integer(0);
      take(row);
      return true;
    }));
    if (!done) return done.fault();
    return static_cast<std::uint64_t>(as_of);
  }

  template <class Rows>
  Result<Done> insert(const Table& table, const Rows& rows) {
    if (rows.empty()) return Done{};
    RowValues values(table);
    for (const auto& row : rows) values.add(row);
    return database_->insert(table, values.values());
  }

  struct Header {  // of a snapshot
    std::int64_t id = 0, number = 0, size = 0;
  };
  Result<std::optional<Header>> header() {
    CHECK(!reading_);
    std::optional<Header> out;
    const Result<Done> done = told("to read", database_->run(kNewest, {}, [&](const Row& row) {
      out = Header{row.integer(0), row.integer(1), row.integer(2)};
      return true;
    }));
    if (!done) return done.fault();
    return out;
  }
  Result<std::int64_t> start_snapshot(const Snapshot& snapshot);
  Result<Done> put_chunks(std::int64_t id, std::string_view bytes);
  Result<Done> finish_snapshot(std::int64_t id, std::int64_t number);
  Result<Done> replaces_older(std::int64_t number);

  std::unique_ptr<Database> database_;
  Access access_;
  std::int64_t schema_;
  std::optional<std::int64_t> epoch_;  // that lead() gave us
  std::uint64_t probes_ = 0;
  bool reading_ = false;  // read() is handing over: a connection takes one question at a time
};

Result<Done> SqlStore::read(std::uint64_t after, const std::function<bool(const Entry&)>& take) {
  std::int64_t at = as_signed(after);
  Entry entry;
  bool any = false, more = true;
  std::optional<Fault> bad;
  CHECK(!reading_);
  for (std::int64_t rows = kRowsAtOnce; more && rows == kRowsAtOnce;) {
    rows = 0;
    const std::array values{Value::of(at), Value::of(kRowsAtOnce)};
    const Result<Done> done = told("to read", database_->run(kRead, values, [&](const Row& row) {
      const std::int64_t number = row.integer(0), kind = row.integer(2);
      if (any && number != at + 1) bad = damaged("no entry " + std::to_string(at + 1));
      if (number < 1 || (kind != Entry::world && kind != Entry::live))
        bad = damaged("entry " + std::to_string(number) + " of kind " + std::to_string(kind));
      if (bad) return false;
      any = true, ++rows, at = number;
      entry.number = static_cast<std::uint64_t>(number);
      entry.at_ms = row.integer(1);
      entry.kind = static_cast<Entry::Kind>(kind);
      entry.bytes.assign(row.string(3));
      reading_ = true;
      more = take(entry);
      reading_ = false;
      return more;
    }));
    if (bad) return *std::move(bad);
    if (!done) return done;
  }
  return Done{};
}

// A snapshot is true whoever writes it, since the entries below it are the same for all; so it
// needs no fence, but it may neither go back nor be of entries that are not stored.
Result<Done> SqlStore::replaces_older(std::int64_t number_of) {
  TRY(last_entry, number(kLast));
  TRY(now, header());
  if (number_of > last_entry)
    return fault("a snapshot of stored entries, up to " + std::to_string(last_entry),
                 "one of " + std::to_string(number_of), "the hub must read the store again");
  if (now && now->number > number_of)
    return fault("a snapshot above " + std::to_string(now->number),
                 "one of " + std::to_string(number_of), "another hub wrote a newer one");
  return Done{};
}

Result<std::int64_t> SqlStore::start_snapshot(const Snapshot& snapshot) {
  std::int64_t id = 0;
  const Result<Done> done = write("a snapshot to be stored", [&]() -> Result<Done> {
    TRY(row, lock());
    TRY(newer, replaces_older(as_signed(snapshot.number)));
    TRY(dropped, database_->run(kDropUnfinished));
    TRY(next, number(kNextSnapshot));
    (void)row, (void)newer, (void)dropped;
    id = next;
    return database_->run(kStartSnapshot,
                          std::array{Value::of(id), Value::of(as_signed(snapshot.number)),
                                     Value::of(as_signed(snapshot.bytes.size()))});
  });
  if (!done) return done.fault();
  return id;
}

Result<Done> SqlStore::put_chunks(std::int64_t id, std::string_view bytes) {
  std::int64_t chunk = 0;
  while (!bytes.empty()) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < kChunksAtOnce && !bytes.empty(); ++i) {
      const std::string_view part = bytes.substr(0, kChunkBytes);
      for (const Value& v : {Value::of(id), Value::of(chunk++), Value::of_bytes(part)})
        values.push_back(v);
      bytes.remove_prefix(part.size());
    }
    const Result<Done> done =
        write("a snapshot to be stored", [&] { return database_->insert(kChunks, values); });
    if (!done) return done;
  }
  return Done{};
}

Result<Done> SqlStore::finish_snapshot(std::int64_t id, std::int64_t number_of) {
  return write("a snapshot to be stored", [&]() -> Result<Done> {
    TRY(row, lock());
    TRY(newer, replaces_older(number_of));
    const std::array ours{Value::of(id)};
    TRY(started, number(kIsStarted, ours));
    (void)row, (void)newer;
    if (started != 1)
      return fault("to finish a snapshot", "that it is gone", "another hub writes one too");
    TRY(finished, database_->run(kFinishSnapshot, ours));
    (void)finished;
    return database_->run(kDropOthers, ours);
  });
}

// Chunks come in transactions of their own, unfinished until the last one, so that appends of
// another connection, and the log of SQLite, do not wait for hundreds of MB.
Result<Done> SqlStore::save(const Snapshot& snapshot) {
  const std::int64_t size = as_signed(snapshot.bytes.size());
  // Refused before the disk is full: appends need that room more.
  if (const auto room = database_->room(); room && *room - kSpareBytes < size)
    return fault("a snapshot to be stored", std::string(kStoreFull),
                 std::to_string(size) + " bytes, " + std::to_string(*room) +
                     " are free: make room on the disk of the store");
  TRY(id, start_snapshot(snapshot));
  Result<Done> done = put_chunks(id, snapshot.bytes);
  if (done) done = finish_snapshot(id, as_signed(snapshot.number));
  if (!done)  // else the next save() does it
    (void)write("it to be taken back",
                [&] { return database_->run(kDropOne, std::array{Value::of(id)}); });
  return done;
}

Result<std::optional<Snapshot>> SqlStore::newest() {
  for (int i = 0; i < kTries; ++i) {
    TRY(now, header());
    if (!now) return std::optional<Snapshot>();
    Snapshot out{static_cast<std::uint64_t>(now->number), {}};
    const std::array values{Value::of(now->id)};
    const Result<Done> done =
        told("to read", database_->run(kChunksOf, values, [&](const Row& row) {
          const std::string_view part = row.string(0);
          // A first chunk that is full announces the rest; a damaged size reserves nothing.
          if (out.bytes.empty() && part.size() == kChunkBytes &&
              now->size < (std::int64_t{1} << 36))
            out.bytes.reserve(static_cast<std::size_t>(now->size));
          out.bytes += part;
          return static_cast<std::int64_t>(out.bytes.size()) <= now->size;
        }));
    if (!done) return done.fault();
    if (static_cast<std::int64_t>(out.bytes.size()) == now->size)
      return std::optional(std::move(out));
    TRY(then, header());  // was it replaced while we read?
    if (then && then->id == now->id)
      return damaged("a snapshot of " + std::to_string(now->size) + " bytes with " +
                     std::to_string(out.bytes.size()));
  }
  return fault("to read a snapshot", std::string(kStoreDown), "it is replaced again and again");
}

Result<Done> SqlStore::truncate(std::uint64_t up_to) {
  const std::int64_t target = as_signed(up_to);
  for (bool more = true; more;) {
    const Result<Done> done = write("old entries to be deleted", [&]() -> Result<Done> {
      TRY(row, lock());
      TRY(snapshot, header());
      if (target > (snapshot ? snapshot->number : 0))
        return fault("a snapshot of entry " + std::to_string(target) + " before it is deleted",
                     snapshot ? "one of " + std::to_string(snapshot->number) : "none", "");
      const std::int64_t step = std::min(target, row.truncated + kRowsAtOnce);
      more = step < target;
      if (step <= row.truncated) return Done{};
      TRY(gone, database_->run(kDelete, std::array{Value::of(step)}));
      (void)gone;
      return database_->run(kTruncated, std::array{Value::of(step)});
    });
    if (!done) return done;
  }
  return Done{};
}

}  // namespace

// A store without tables.
Result<std::uint64_t> Store::read_jobs(const std::function<void(const JobRow&)>&) { return last(); }
Result<std::uint64_t> Store::read_nodes(const std::function<void(const NodeRow&)>&) {
  return last();
}

std::unique_ptr<Store> sql_store(std::unique_ptr<Database> database, Access access,
                                 std::int64_t schema) {
  return std::make_unique<SqlStore>(std::move(database), access, schema);
}

}  // namespace dure
