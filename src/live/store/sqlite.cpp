// Door to SQLite: a Database in one file.
#include <sqlite3.h>

#include <sys/statvfs.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "live/store/database.h"
#include "live/store/shared_pages.h"
#include "live/store/sqlite_file.h"
#include "live/store/store.h"

namespace dure {
namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  std::string_view string(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string_view()
                            : std::string_view(static_cast<const char*>(bytes), size);
  }

 private:
  sqlite3_stmt* statement_;
};

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, Access access, SqliteHandle db)
      : path_(std::move(path)), access_(access), db_(std::move(db)) {}

  std::string name() const override { return sqlite_name(path_); }
  Dialect dialect() const override { return Dialect::sqlite; }

  Result<Done> begin() override {
    TRY(here, connected(Access::read_write));
    (void)here;
    // A file that was moved or deleted under us would take our writes with it.
    int moved = 0;
    if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
        moved != 0) {
      broken_ = true;
      return Fault{name(), "", std::string(kStoreDown), "the file was moved or deleted"};
    }
    return run(kBegin, {}, {});
  }
  Result<Done> commit() override { return run(kCommit, {}, {}); }
  void rollback() override {
    if (db_ == nullptr) return;
    if (sqlite3_get_autocommit(db_.get()) == 0) (void)step(kRollback, {}, {});
    if (sqlite3_get_autocommit(db_.get()) == 0) broken_ = true;
    if (broken_) close();
  }

  Result<Done> run(const Statement& statement, std::span<const Value> values,
                   const TakeRow& take) override {
    // A broken connection in the middle of a transaction stays broken until rollback().
    if (db_ == nullptr || sqlite3_get_autocommit(db_.get()) != 0) {
      TRY(here, connected(Access::read_only));
      (void)here;
    }
    return step(statement, values, take);
  }

  Result<Done> insert(const Table& table, std::span<const Value> values) override {
    const std::string sql = insert_sql(table);
    const Statement statement{table.name, sql.c_str()};
    const std::size_t width = table.columns.size();
    CHECK(values.size() % width == 0);
    for (std::size_t i = 0; i < values.size(); i += width) {
      TRY(done, step(statement, values.subspan(i, width), {}));
      (void)done;
    }
    return Done{};
  }

  Result<bool> holds_store() override {
    bool there = false;
    TRY(done, run(kHoldsStore, {}, [&](const Row& row) { return there = row.integer(0) == 1; }));
    (void)done;
    return there;
  }
  Result<Done> begin_schema() override { return begin(); }
  Result<Done> script(const std::string& sql) override {
    if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return Done{};
    return fault();
  }

  // Of the disk, and pages of the file that are not in use.
  std::optional<std::int64_t> room() override {
    struct statvfs disk {};
    if (::statvfs(path_.c_str(), &disk) != 0) return std::nullopt;
    std::int64_t pages = 0, page_bytes = 0;
    (void)run(kFreePages, {}, [&](const Row& row) { return (pages = row.integer(0), false); });
    (void)run(kPageBytes, {}, [&](const Row& row) { return (page_bytes = row.integer(0), false); });
    return static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize) + pages * page_bytes;
  }

 private:
  static constexpr Statement kBegin{"begin", "BEGIN IMMEDIATE"};
  static constexpr Statement kCommit{"commit", "COMMIT"};
  static constexpr Statement kRollback{"rollback", "ROLLBACK"};
  static constexpr Statement kHoldsStore{
      "holds_store", "SELECT COUNT(*) FROM sqlite_master WHERE name = 'dure_store'"};
  static constexpr Statement kFreePages{"free_pages", "PRAGMA freelist_count"};
  static constexpr Statement kPageBytes{"page_bytes", "PRAGMA page_size"};

  static std::string insert_sql(const Table& table) {
    std::string names, values, keys, changes;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const std::string column = table.columns[i].name;
      names += (i == 0 ? "" : ", ") + column;
      values += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
      if (i < table.keys)
        keys += (i == 0 ? "" : ", ") + column;
      else
        changes += (changes.empty() ? "" : ", ") + column + " = excluded." + column;
    }
    std::string sql =
        "INSERT INTO " + std::string(table.name) + " (" + names + ") VALUES (" + values + ")";
    if (table.on_conflict == Table::replace)
      sql += " ON CONFLICT (" + keys + ") DO UPDATE SET " + changes;
    return sql;
  }

  void close() {
    prepared_.clear();
    db_.reset();
    broken_ = false;
  }

  // Where the disk has turned read-only, what only reads is served by a connection that does.
  Result<Done> connected(Access needed) {
    const bool only_reads = open_as_ == Access::read_only && access_ == Access::read_write;
    if (broken_ || lost_ != shared_pages_lost() || (only_reads && needed == Access::read_write))
      close();
    if (db_ != nullptr) return Done{};
    lost_ = shared_pages_lost();
    open_as_ = access_;
    Result<SqliteHandle> opened = open_sqlite_file(path_, access_, IfMissing::refuse);
    if (!opened && opened.fault().found == kReadOnly && needed == Access::read_only) {
      open_as_ = Access::read_only;
      opened = open_sqlite_file(path_, Access::read_only, IfMissing::refuse);
    }
    if (!opened) return opened.fault();
    db_ = std::move(opened.value());
    return Done{};
  }

  Fault fault() {
    const int kind = sqlite3_extended_errcode(db_.get()) & 0xff;
    // After these the connection's view of the file is not to be trusted: the next call makes
    // another.
    if (kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ||
        kind == SQLITE_CANTOPEN || kind == SQLITE_NOMEM || kind == SQLITE_PROTOCOL)
      broken_ = true;
    return sqlite_fault(db_.get(), path_);
  }

  Result<sqlite3_stmt*> prepared(const Statement& statement) {
    const auto known = prepared_.find(std::string_view(statement.name));
    if (known != prepared_.end()) return known->second.get();
    const std::string sql = in_dialect(statement.sql, Dialect::sqlite);
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(db_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) !=
        SQLITE_OK)
      return fault();
    Prepared owner(made);
    // SQLite numbers parameters by their first mention, PostgreSQL by their name.
    for (int i = 1; i <= sqlite3_bind_parameter_count(made); ++i)
      CHECK(sqlite3_bind_parameter_name(made, i) == "$" + std::to_string(i));
    prepared_.emplace(statement.name, std::move(owner));
    return made;
  }

  static int bind(sqlite3_stmt* statement, int at, const Value& value) {
    // Not nullptr, which would be NULL.
    const char* const bytes = value.string.data() == nullptr ? "" : value.string.data();
    switch (value.kind) {
      case Value::integer: return sqlite3_bind_int64(statement, at, value.number);
      case Value::text:
        return sqlite3_bind_text64(statement, at, bytes, value.string.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
      case Value::bytes:
        return sqlite3_bind_blob64(statement, at, bytes, value.string.size(), SQLITE_STATIC);
    }
    CHECK(!"a kind of value");
  }

  Result<Done> step(const Statement& statement, std::span<const Value> values,
                    const TakeRow& take) {
    if (db_ == nullptr) return Fault{name(), "", std::string(kStoreDown), "not connected"};
    TRY(ready, prepared(statement));
    int rc = SQLITE_OK, at = 0;
    for (const Value& value : values)
      if (rc == SQLITE_OK) rc = bind(ready, ++at, value);
    if (rc == SQLITE_OK) {
      const SqliteRow row(ready);
      do rc = sqlite3_step(ready);
      while (rc == SQLITE_ROW && (!take || take(row)));
    }
    Result<Done> out = Done{};
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) out = fault();
    sqlite3_reset(ready);
    sqlite3_clear_bindings(ready);
    return out;
  }

  std::string path_;
  Access access_;
  SqliteHandle db_;
  Access open_as_ = access_;  // read_only though access_ is not: the disk is, for now
  std::uint64_t lost_ = shared_pages_lost();
  bool broken_ = false;  // to be closed once no transaction is open
  std::map<std::string, Prepared, std::less<>> prepared_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, Access access) {
  guard_shared_pages();
  TRY(db, open_sqlite_file(path, access,
                           access == Access::read_write ? IfMissing::create : IfMissing::refuse));
  return Result<std::unique_ptr<Database>>(
      std::make_unique<SqliteDatabase>(path, access, std::move(db)));
}

}  // namespace dure
