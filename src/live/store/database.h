// What the store asks of a database engine: transactions, statements, rows. The meaning of the
// store (leases, fencing, numbers) is written once above it, in sql_store.cpp; the engines'
// dialects differ in a few words of SQL (in_dialect) and in how many rows go in at once.
//
// Invariants: 1. A Fault between begin() and commit() is followed by rollback(), after which the
//                database is as before begin(), or out of reach.
//             2. A lost connection is found by the next call and made again by it: by begin(), and
//             by
//                run() outside a transaction (which only reads), before a row was handed over.
//             3. Fault::found is kStoreFull, kReadOnly or kStoreDown; the engine's words are the
//             hint.
// Not thread safe: one thread at a time, and none from within a TakeRow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dure {

enum class Access { read_only, read_write };
enum class Dialect { sqlite, postgres };

// SQL of both dialects with these words in braces, as the dialect says them:
//   {int} {bytes}   column types      {strict}   at the end of CREATE TABLE (…)
//   {lock}          at the end of a SELECT: its rows stay as they are until the transaction is over
// Parameters are $1, $2 … in order of their first mention.
std::string in_dialect(std::string_view sql, Dialect dialect);

struct Value {
  enum Kind : std::uint8_t { integer, text, bytes };
  Kind kind = integer;
  std::int64_t number = 0;
  std::string_view string;  // of somebody who keeps it until the call is over
  static Value of(std::int64_t n) { return {integer, n, {}}; }
  static Value of_text(std::string_view s) { return {text, 0, s}; }
  static Value of_bytes(std::string_view s) { return {bytes, 0, s}; }
};

struct Statement {
  const char* name;  // one text a name
  const char* sql;
};

class Row {  // of a result; valid within the call that hands it over
 public:
  virtual ~Row() = default;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view string(int column) const = 0;
};
using TakeRow = std::function<bool(const Row&)>;  // false: enough

struct TableColumn {
  const char* name;
  Value::Kind kind;
};
struct Table {
  const char* name;
  std::vector<TableColumn> columns;
  std::size_t keys = 1;  // so many columns, the first ones, are the key
  enum OnConflict : std::uint8_t { fail, replace };
  OnConflict on_conflict = fail;
};

class Database {
 public:
  virtual ~Database() = default;
  virtual std::string name() const = 0;  // with the engine's version, without secrets
  virtual Dialect dialect() const = 0;

  virtual Result<Done> begin() = 0;  // a transaction that writes
  virtual Result<Done> commit() = 0;
  virtual void rollback() = 0;

  virtual Result<Done> run(const Statement& statement, std::span<const Value> values = {},
                           const TakeRow& take = {}) = 0;
  // `values`: row after row, as many as the table has columns. With Table::replace, no key twice.
  virtual Result<Done> insert(const Table& table, std::span<const Value> values) = 0;

  // For opening. begin_schema(): begin(), and nobody else is between it and its end.
  virtual Result<bool> holds_store() = 0;
  virtual Result<Done> begin_schema() = 0;
  virtual Result<Done> script(const std::string& sql) = 0;

  // Bytes that may still be written; none: the engine does not know.
  virtual std::optional<std::int64_t> room() = 0;
};

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, Access access);
Result<std::unique_ptr<Database>> open_postgres(const std::string& url, Access access);

}  // namespace dure
