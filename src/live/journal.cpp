#include "live/journal.h"

#include <sys/random.h>

#include "io/describe_json.h"
#include "live/store/database.h"

namespace dure {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, number INTEGER NOT NULL, word TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS attempts (key TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS facts (number INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS foreign_jobs (remote TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
)";

constexpr Statement kMeta{"meta", "SELECT name, number, word FROM meta"};
constexpr Statement kSetMeta{
    "set_meta", "INSERT OR REPLACE INTO meta (name, number, word) VALUES ($1, $2, $3)"};
constexpr Statement kAttempts{"attempts", "SELECT json FROM attempts"};
constexpr Statement kPut{"put", "INSERT OR REPLACE INTO attempts (key, json) VALUES ($1, $2)"};
constexpr Statement kDrop{"drop", "DELETE FROM attempts WHERE key = $1"};
constexpr Statement kFacts{"facts", "SELECT json FROM facts ORDER BY number"};
constexpr Statement kAddFact{"add_fact",
                             "INSERT OR REPLACE INTO facts (number, json) VALUES ($1, $2)"};
constexpr Statement kKeptFacts{"kept_facts", "DELETE FROM facts WHERE number <= $1"};
constexpr Statement kForeign{"foreign", "SELECT json FROM foreign_jobs"};
constexpr Statement kPutForeign{
    "put_foreign", "INSERT OR REPLACE INTO foreign_jobs (remote, json) VALUES ($1, $2)"};
constexpr Statement kDropForeign{"drop_foreign", "DELETE FROM foreign_jobs WHERE remote = $1"};

std::string random_name() {
  unsigned char bytes[12] = {};
  CHECK(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  std::string out;
  for (const unsigned char b : bytes) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

class FileJournal final : public Journal {
 public:
  explicit FileJournal(std::unique_ptr<Database> db) : db_(std::move(db)) {}

  Result<JournalState> load() override {
    JournalState s;
    std::optional<Fault> fault;
    TRY(a, db_->run(kMeta, {}, [&](const Row& r) {
      if (r.string(0) == "agent") s.agent = r.string(2);
      if (r.string(0) == "epoch") s.epoch = r.integer(1);
      if (r.string(0) == "commands_done") s.commands_done = r.integer(1);
      if (r.string(0) == "facts_made") s.facts_made = r.integer(1);
      return true;
    }));
    TRY(b, db_->run(kAttempts, {}, [&](const Row& r) {
      return read<KeptAttempt>(r, fault, [&](KeptAttempt&& k) {
        const std::string key = k.run.key;
        s.attempts.emplace(key, std::move(k));
      });
    }));
    TRY(c, db_->run(kFacts, {}, [&](const Row& r) {
      return read<SiteFact>(r, fault, [&](SiteFact&& f) { s.facts.push_back(std::move(f)); });
    }));
    TRY(d, db_->run(kForeign, {}, [&](const Row& r) {
      return read<ForeignFact>(r, fault, [&](ForeignFact&& f) {
        const std::string remote = f.remote;
        s.foreign.emplace(remote, std::move(f));
      });
    }));
    (void)a, (void)b, (void)c, (void)d;
    if (fault) return *fault;
    if (s.agent.empty()) {
      s.agent = random_name();
      const Value values[] = {Value::of_text("agent"), Value::of(0), Value::of_text(s.agent)};
      TRY(begun, db_->begin());
      TRY(made, db_->run(kSetMeta, values));
      TRY(kept, db_->commit());
      (void)begun, (void)made, (void)kept;
    }
    return s;
  }

  Result<Done> write(const JournalWrite& w) override {
    TRY(begun, db_->begin());
    (void)begun;
    Result<Done> done = fill(w);
    if (done) done = db_->commit();
    if (!done) db_->rollback();
    return done;
  }

 private:
  template <class S, class F>
  static bool read(const Row& row, std::optional<Fault>& fault, F&& take) {
    Outcome<S> got = from_json<S>(row.string(0), "journal");
    if (!got) {
      fault = got.faults()[0];
      return false;
    }
    take(std::move(got.value()));
    return true;
  }
  Result<Done> number(const char* name, std::int64_t n) {
    const Value values[] = {Value::of_text(name), Value::of(n), Value::of_text("")};
    return db_->run(kSetMeta, values);
  }
  Result<Done> put(const Statement& s, std::string_view key, const std::string& json) {
    const Value values[] = {Value::of_text(key), Value::of_text(json)};
    return db_->run(s, values);
  }
  Result<Done> drop(const Statement& s, std::string_view key) {
    const Value values[] = {Value::of_text(key)};
    return db_->run(s, values);
  }
  Result<Done> fill(const JournalWrite& w) {
    TRY(a, number("epoch", w.epoch));
    TRY(b, number("commands_done", w.commands_done));
    TRY(c, number("facts_made", w.facts_made));
    (void)a, (void)b, (void)c;
    for (const KeptAttempt* k : w.put) {
      TRY(done, put(kPut, k->run.key, to_json(*k)));
      (void)done;
    }
    for (const std::string& key : w.drop) {
      TRY(done, drop(kDrop, key));
      (void)done;
    }
    const Value kept[] = {Value::of(w.facts_kept)};
    TRY(forgot, db_->run(kKeptFacts, kept));
    (void)forgot;
    for (const SiteFact& f : w.facts) {
      const std::string json = to_json(f);
      const Value values[] = {Value::of(f.number), Value::of_text(json)};
      TRY(done, db_->run(kAddFact, values));
      (void)done;
    }
    for (const ForeignFact& f : w.foreign) {
      TRY(done,
          f.nodes.empty() ? drop(kDropForeign, f.remote) : put(kPutForeign, f.remote, to_json(f)));
      (void)done;
    }
    return Done{};
  }

  std::unique_ptr<Database> db_;
};

}  // namespace

Result<std::unique_ptr<Journal>> open_journal(const std::string& path) {
  TRY(db, open_sqlite(path, Access::read_write));
  TRY(made, db->script(kSchema));
  (void)made;
  return std::unique_ptr<Journal>(new FileJournal(std::move(db)));
}

}  // namespace dure
