#include "live/store/schema.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

// dure_store has one row: schema number, how far the record was truncated, and the lease (holder
// empty: free). A write locks it, so what it says holds until the end of the transaction.
// dure_probe has one row that probe() writes.
constexpr const char* kSchema1 = R"(
CREATE TABLE dure_store (
  one {int} PRIMARY KEY CHECK (one = 1),
  schema {int} NOT NULL,
  truncated {int} NOT NULL,
  holder TEXT NOT NULL,
  epoch {int} NOT NULL,
  until_ms {int} NOT NULL
) {strict};
INSERT INTO dure_store VALUES (1, 1, 0, '', 0, 0);

CREATE TABLE dure_probe (one {int} PRIMARY KEY CHECK (one = 1), bytes {bytes} NOT NULL) {strict};

CREATE TABLE entries (
  number {int} PRIMARY KEY,
  at_ms {int} NOT NULL,
  kind {int} NOT NULL,
  bytes {bytes} NOT NULL
) {strict};

CREATE TABLE snapshots (
  id {int} PRIMARY KEY,
  number {int} NOT NULL,
  size {int} NOT NULL,
  complete {int} NOT NULL
) {strict};
CREATE TABLE snapshot_chunks (
  snapshot {int} NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
  chunk {int} NOT NULL,
  bytes {bytes} NOT NULL,
  PRIMARY KEY (snapshot, chunk)
) {strict};

CREATE TABLE jobs (
  job {int} PRIMARY KEY,
  name TEXT NOT NULL,
  member TEXT NOT NULL,
  account TEXT NOT NULL,
  user_name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  site TEXT NOT NULL,
  nodes TEXT NOT NULL,
  gpus {int} NOT NULL,
  submitted_ms {int} NOT NULL,
  started_ms {int} NOT NULL,
  ended_ms {int} NOT NULL,
  attempts {int} NOT NULL,
  exit_code {int} NOT NULL
) {strict};
CREATE INDEX jobs_by_member ON jobs (member, state, submitted_ms);
CREATE INDEX jobs_by_state ON jobs (state, submitted_ms);
CREATE INDEX jobs_by_time ON jobs (submitted_ms);

CREATE TABLE uses (
  month TEXT NOT NULL,
  pool TEXT NOT NULL,
  owner TEXT NOT NULL,
  member TEXT NOT NULL,
  gpu_ms {int} NOT NULL,
  PRIMARY KEY (month, pool, owner, member)
) {strict};

CREATE TABLE nodes (
  site TEXT NOT NULL,
  node TEXT NOT NULL,
  pool TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  gpus {int} NOT NULL,
  PRIMARY KEY (site, node)
) {strict};
)";

constexpr std::array kSteps{SchemaStep{1, kSchema1}};

constexpr Statement kGetSchema{"get_schema", "SELECT schema FROM dure_store"};
constexpr Statement kSetSchema{"set_schema", "UPDATE dure_store SET schema = $1"};

Result<std::int64_t> schema_of(Database& database) {
  TRY(there, database.holds_store());
  std::int64_t number = 0;
  if (!there) return number;
  TRY(done, database.run(kGetSchema, {}, [&](const Row& row) {
    number = row.integer(0);
    return true;
  }));
  (void)done;
  if (number >= 1) return number;
  return Fault{database.name(), "a row of dure_store", "none", "restore it from its backup"};
}

Result<Done> migrate(Database& database, std::span<const SchemaStep> steps) {
  TRY(now, schema_of(database));  // again: somebody else may have been faster
  for (const SchemaStep& step : steps) {
    if (step.to <= now) continue;
    CHECK(step.to == now + 1);
    TRY(ran, database.script(in_dialect(step.sql, database.dialect())));
    (void)ran;
    now = step.to;
    TRY(set, database.run(kSetSchema, std::array{Value::of(now)}));
    (void)set;
  }
  return Done{};
}

}  // namespace

std::string in_dialect(std::string_view sql, Dialect dialect) {
  struct Word {
    std::string_view name, sqlite, postgres;
  };
  static constexpr std::array kWords{
      Word{"{int}", "INTEGER", "BIGINT"},
      Word{"{bytes}", "BLOB", "BYTEA"},
      Word{"{strict}", "STRICT", ""},
      Word{"{lock}", "", "FOR UPDATE"},
  };
  std::string out;
  while (!sql.empty()) {
    const std::size_t brace = sql.find('{');
    out += sql.substr(0, brace);
    if (brace == std::string_view::npos) break;
    sql.remove_prefix(brace);
    const Word* word = nullptr;
    for (const Word& w : kWords)
      if (sql.starts_with(w.name)) word = &w;
    CHECK(word != nullptr);
    out += dialect == Dialect::sqlite ? word->sqlite : word->postgres;
    sql.remove_prefix(word->name.size());
  }
  return out;
}

std::span<const SchemaStep> schema_steps() { return kSteps; }

const Table kEntries{"entries",
                     {{"number", Value::integer},
                      {"at_ms", Value::integer},
                      {"kind", Value::integer},
                      {"bytes", Value::bytes}},
                     1,
                     Table::fail};
const Table kChunks{
    "snapshot_chunks",
    {{"snapshot", Value::integer}, {"chunk", Value::integer}, {"bytes", Value::bytes}},
    2,
    Table::fail};
const Table kJobs{"jobs",
                  {{"job", Value::integer},
                   {"name", Value::text},
                   {"member", Value::text},
                   {"account", Value::text},
                   {"user_name", Value::text},
                   {"state", Value::text},
                   {"reason", Value::text},
                   {"site", Value::text},
                   {"nodes", Value::text},
                   {"gpus", Value::integer},
                   {"submitted_ms", Value::integer},
                   {"started_ms", Value::integer},
                   {"ended_ms", Value::integer},
                   {"attempts", Value::integer},
                   {"exit_code", Value::integer}},
                  1,
                  Table::replace};
const Table kUses{"uses",
                  {{"month", Value::text},
                   {"pool", Value::text},
                   {"owner", Value::text},
                   {"member", Value::text},
                   {"gpu_ms", Value::integer}},
                  4,
                  Table::replace};
const Table kNodes{"nodes",
                   {{"site", Value::text},
                    {"node", Value::text},
                    {"pool", Value::text},
                    {"state", Value::text},
                    {"reason", Value::text},
                    {"gpus", Value::integer}},
                   2,
                   Table::replace};

Result<Done> open_schema(Database& database, Access access, std::span<const SchemaStep> steps) {
  const std::int64_t newest = steps.back().to;
  TRY(now, schema_of(database));
  if (now > newest)
    return Fault{
        database.name(), "a store of schema " + std::to_string(newest) + " or older",
        "schema " + std::to_string(now),
        "a newer dure wrote it: run that version or a later one, or restore the backup made "
        "before it was upgraded"};
  if (now == newest) return Done{};
  if (access == Access::read_only) {
    if (now == 0)
      return Fault{database.name(), "a store", "none", "dure serve makes one; look at the URL"};
    return Fault{database.name(), "a store of schema " + std::to_string(newest),
                 "schema " + std::to_string(now),
                 "dure serve brings it up to date when it opens it"};
  }
  Result<Done> done = database.begin_schema();
  if (!done) return done;
  done = migrate(database, steps);
  if (done) done = database.commit();
  if (!done) database.rollback();
  return done;
}

}  // namespace dure
