// Door to PostgreSQL: a Database on a server.
#include <libpq-fe.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "live/store/database.h"
#include "live/store/postgres_connection.h"
#include "live/store/postgres_values.h"
#include "live/store/store.h"

namespace dure {
namespace {

// Of one INSERT: arrays are built in our memory and in the server's.
constexpr std::size_t kBytesAtOnce = 32 << 20;
constexpr std::size_t kRowsAtOnce = 20'000;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

class PostgresRow final : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  std::int64_t integer(int column) const override { return from_big_endian(string(column)); }
  std::string_view string(int column) const override {
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  const PGresult* result_;
  int row_;
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::string url, Access access, PostgresHandle connection, std::string name)
      : url_(std::move(url)),
        access_(access),
        connection_(std::move(connection)),
        name_(std::move(name)) {}

  std::string name() const override { return name_; }
  Dialect dialect() const override { return Dialect::postgres; }

  Result<Done> begin() override {
    CHECK(!in_transaction_);
    const Result<Done> done = reconnecting([&] { return command("BEGIN"); });
    in_transaction_ = static_cast<bool>(done);
    return done;
  }
  Result<Done> commit() override {
    const ResultHandle result(PQexec(connection_.get(), "COMMIT"));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fault(result.get());
    in_transaction_ = false;
    // A transaction that had failed is rolled back by COMMIT, which says so.
    if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return Done{};
    return Fault{name_, "", std::string(kStoreDown), "the server rolled back"};
  }
  void rollback() override {
    const bool open = std::exchange(in_transaction_, false);
    if (open && connection_ != nullptr && !command("ROLLBACK")) drop();
  }

  Result<Done> run(const Statement& statement, std::span<const Value> values,
                   const TakeRow& take) override {
    bool handed_over = false;
    const TakeRow noting = [&](const Row& row) {
      handed_over = true;
      return !take || take(row);
    };
    const auto attempt = [&] { return query(statement, values, noting); };
    if (in_transaction_) return attempt();
    return reconnecting(attempt, [&] { return !handed_over; });
  }

  Result<Done> insert(const Table& table, std::span<const Value> values) override {
    const std::size_t width = table.columns.size();
    while (!values.empty()) {
      std::size_t end = 0, bytes = 0;
      while (end < values.size() && end < kRowsAtOnce * width && bytes < kBytesAtOnce) {
        for (const Value& value : values.subspan(end, width)) bytes += value.string.size();
        end += width;
      }
      TRY(done, insert_some(table, values.first(end)));
      (void)done;
      values = values.subspan(end);
    }
    return Done{};
  }

  Result<bool> holds_store() override {
    static constexpr Statement kHoldsStore{
        "holds_store", "SELECT COUNT(to_regclass(quote_ident(current_schema()) || '.dure_store'))"};
    bool there = false;
    TRY(done, run(kHoldsStore, {}, [&](const Row& row) { return there = row.integer(0) == 1; }));
    (void)done;
    return there;
  }
  Result<Done> begin_schema() override {
    TRY(begun, begin());
    (void)begun;
    // A table that is not there yet cannot be locked. The number is "dure" in ASCII.
    Result<Done> locked = command("SELECT pg_advisory_xact_lock(1685418597)");
    if (!locked) rollback();
    return locked;
  }
  Result<Done> script(const std::string& sql) override { return command(sql.c_str()); }

  std::optional<std::int64_t> room() override { return std::nullopt; }

 private:
  void drop() {
    connection_.reset();
    prepared_.clear();
  }

  // After a failure. A session that the server ends (shutdown, crash, a time limit) says so before
  // it is cut off. Where libpq itself made the error, without a word of the server, the connection
  // is lost even if its status is still OK: it could not write, and has not read to the end yet
  // what the server said before it went.
  bool is_over(const PGresult* result) const {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return true;
    if (result == nullptr) return false;
    const char* const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const std::string_view word = severity == nullptr ? "" : severity;
    return word == "" || word == "FATAL" || word == "PANIC";
  }

  Fault fault(const PGresult* result) {
    Fault out = postgres_fault(connection_.get(), result, name_);
    if (is_over(result)) drop();
    return out;
  }

  Result<Done> connected() {
    if (connection_ != nullptr && PQstatus(connection_.get()) != CONNECTION_OK) drop();
    if (connection_ != nullptr) return Done{};
    TRY(made, connect_postgres(url_, access_, name_));
    connection_ = std::move(made);
    return Done{};
  }

  // If the connection turns out to be lost, once more with a new one.
  template <class Attempt, class Again = bool (*)()>
  Result<Done> reconnecting(
      const Attempt& attempt, const Again& again = [] { return true; }) {
    const bool fresh = connection_ == nullptr;
    Result<Done> done = connected();
    if (done) done = attempt();
    if (done || fresh || connection_ != nullptr || !again()) return done;
    done = connected();
    return done ? attempt() : done;
  }

  Result<Done> command(const char* sql) {
    const ResultHandle result(PQexec(connection_.get(), sql));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return Done{};
    return fault(result.get());
  }

  Result<Done> prepare(const char* name, const std::string& sql) {
    if (connection_ == nullptr)
      return Fault{name_, "", std::string(kStoreDown), "the connection was lost"};
    if (prepared_.contains(name)) return Done{};
    const ResultHandle result(PQprepare(connection_.get(), name, sql.c_str(), 0, nullptr));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fault(result.get());
    prepared_.insert(name);
    return Done{};
  }

  // Row by row, so that a result of any size is never in memory as a whole.
  Result<Done> query(const Statement& statement, std::span<const Value> values,
                     const TakeRow& take) {
    TRY(ready, prepare(statement.name, in_dialect(statement.sql, Dialect::postgres)));
    (void)ready;
    std::vector<std::string> numbers;
    numbers.reserve(values.size());  // `bytes` points into it
    std::vector<const char*> bytes;
    std::vector<int> lengths, formats(values.size(), 1);
    for (const Value& value : values) {
      const std::string_view v = value.kind == Value::integer
                                     ? numbers.emplace_back(big_endian(value.number))
                                     : value.string;
      bytes.push_back(v.data() == nullptr ? "" : v.data());
      lengths.push_back(static_cast<int>(v.size()));
    }
    PGconn* const pg = connection_.get();
    if (PQsendQueryPrepared(pg, statement.name, static_cast<int>(values.size()), bytes.data(),
                            lengths.data(), formats.data(), 1) != 1)
      return fault(nullptr);
    PQsetSingleRowMode(pg);
    return take_rows(take);
  }

  Result<Done> take_rows(const TakeRow& take) {
    bool more = true, over = false;
    std::optional<Fault> bad;
    for (;;) {  // to the end, whatever happens: only then the connection is free again
      const ResultHandle result(PQgetResult(connection_.get()));
      if (result == nullptr) break;
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_SINGLE_TUPLE) {
        if (!more) continue;
        more = take(PostgresRow(result.get(), 0));
        if (!more) cancel();
      } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        over = over || is_over(result.get());
        if (more && !bad) bad = postgres_fault(connection_.get(), result.get(), name_);
      }
    }
    if (over || is_over(nullptr)) {
      if (more && !bad) bad = postgres_fault(connection_.get(), nullptr, name_);
      drop();
    }
    if (bad) return *std::move(bad);
    return Done{};
  }

  // Who takes no more rows does not wait for the rest. In a transaction it would abort it.
  void cancel() {
    if (in_transaction_) return;
    PGcancel* const request = PQgetCancel(connection_.get());
    std::array<char, 256> error{};
    if (request != nullptr) (void)PQcancel(request, error.data(), static_cast<int>(error.size()));
    PQfreeCancel(request);
  }

  Result<Done> insert_some(const Table& table, std::span<const Value> values) {
    TRY(ready, prepare(table.name, unnest_sql(table)));
    (void)ready;
    const std::size_t width = table.columns.size();
    std::vector<std::string> arrays;
    std::vector<const char*> bytes;
    std::vector<int> lengths, formats(width, 1);
    for (std::size_t i = 0; i < width; ++i) arrays.push_back(binary_array(values, width, i));
    for (const std::string& array : arrays) {
      // 1 GiB is the most that PostgreSQL takes as one value.
      if (array.size() >= (std::size_t{1} << 30))
        return Fault{name_, "values below 1 GiB", std::to_string(array.size()) + " bytes", ""};
      bytes.push_back(array.data());
      lengths.push_back(static_cast<int>(array.size()));
    }
    const ResultHandle result(PQexecPrepared(connection_.get(), table.name, static_cast<int>(width),
                                             bytes.data(), lengths.data(), formats.data(), 1));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return fault(result.get());
    return Done{};
  }

  std::string url_;
  Access access_;
  PostgresHandle connection_;  // none: to be made by the next call
  std::string name_;
  bool in_transaction_ = false;
  std::set<std::string, std::less<>> prepared_;  // by this connection
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const std::string& url, Access access) {
  std::string name = "postgresql";
  TRY(connection, connect_postgres(url, access, name));
  return Result<std::unique_ptr<Database>>(
      std::make_unique<PostgresDatabase>(url, access, std::move(connection), std::move(name)));
}

}  // namespace dure
