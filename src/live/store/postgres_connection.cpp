#include "live/store/postgres_connection.h"

#include <libpq-fe.h>

#include <array>
#include <utility>

#include "live/store/store.h"

namespace dure {
namespace {

constexpr int kOldestServer = 120'000;  // 12

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

void ignore_notice(void*, const PGresult*) {}

std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text)
    if (c == '\n' || c == '\t') c = ' ';
  return text;
}

// Each word of the URL, as libpq reads it; a Fault without its text, which may hold a password.
Result<Done> check_url(const std::string& url) {
  char* error = nullptr;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), &error);
  PQfreemem(error);
  const bool good = options != nullptr;
  PQconninfoFree(options);
  if (good) return Done{};
  return Fault{
      "store", "a URL as PostgreSQL's libpq takes it", "one that it cannot read",
      "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full; characters such as @ : / % "
      "in a password are written as %40 %3A %2F %25; or leave it to ~/.pgpass"};
}

std::string shown_name(PGconn* connection) {
  const auto word = [](const char* s) {
    return s == nullptr ? std::string() : " " + std::string(s);
  };
  const int version = PQserverVersion(connection);  // 0: not connected
  std::string out = "postgresql";
  if (version != 0)
    out += " " + std::to_string(version / 10'000) + "." + std::to_string(version % 10'000);
  return out + word(PQdb(connection)) + " at" + word(PQhost(connection));
}

Result<std::string> ask(PGconn* connection, const std::string& name, const char* sql) {
  const ResultHandle result(PQexec(connection, sql));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return postgres_fault(connection, result.get(), name);
  if (status == PGRES_COMMAND_OK || PQntuples(result.get()) == 0) return std::string();
  return std::string(PQgetvalue(result.get(), 0, 0));
}

// A commit is on the disk when it returns, whatever the server's default; a session that hangs or
// is cut off gives its locks back before another waits in vain.
constexpr const char* kSettings =
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off';"
    "SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '15s';"
    "SET statement_timeout = '60s'; SET client_min_messages = 'warning'";

Result<Done> settle(PGconn* connection, Access access, const std::string& name) {
  if (PQserverVersion(connection) < kOldestServer)
    return Fault{name, "a server of version 12 or newer",
                 std::to_string(PQserverVersion(connection)), "15 is what we test with"};
  TRY(encoding, ask(connection, name, "SHOW server_encoding"));
  if (encoding != "UTF8")
    return Fault{name, "a database of encoding UTF8", encoding,
                 "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"};
  TRY(schema, ask(connection, name, "SELECT current_schema()"));
  if (schema.empty())
    return Fault{name, "a schema to keep the tables in", "none in the search_path",
                 "CREATE SCHEMA dure; then ?options=-csearch_path%3Ddure behind the URL"};
  // From here on no other schema of the path shows through.
  TRY(path, ask(connection, name,
                "SELECT set_config('search_path', quote_ident(current_schema()), false)"));
  TRY(set, ask(connection, name, kSettings));
  (void)path, (void)set;
  if (access == Access::read_write) return Done{};
  TRY(only, ask(connection, name, "SET default_transaction_read_only = on"));
  (void)only;
  return Done{};
}

}  // namespace

void FinishPostgres::operator()(pg_conn* connection) const { PQfinish(connection); }

std::string_view postgres_code(std::string_view sqlstate) {
  if (sqlstate == "53100") return kStoreFull;  // disk_full
  if (sqlstate == "25006") return kReadOnly;   // read_only_sql_transaction
  if (sqlstate == "42501") return kReadOnly;   // insufficient_privilege
  return kStoreDown;
}

Fault postgres_fault(pg_conn* connection, const pg_result* result, const std::string& name) {
  const char* const state =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  std::string hint = one_line(result != nullptr && state != nullptr
                                  ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)
                                  : PQerrorMessage(connection));
  if (state != nullptr && std::string_view(state) == "42P07")  // duplicate_table
    hint +=
        ": another program's table? Give the store a schema of its own: CREATE SCHEMA dure, and "
        "?options=-csearch_path%3Ddure behind the URL";
  return Fault{name, "", std::string(postgres_code(state == nullptr ? "" : state)),
               std::move(hint)};
}

Result<PostgresHandle> connect_postgres(const std::string& url, Access access, std::string& name) {
  TRY(good, check_url(url));
  (void)good;
  // The URL, which comes later, has the last word. A dead peer is noticed within about 15 s.
  static constexpr std::array kNames{
      "connect_timeout",  "keepalives_idle",  "keepalives_interval",
      "keepalives_count", "tcp_user_timeout", "application_name",
      "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{
      "10", "5", "3", "3", "15000", "dure", url.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  PostgresHandle connection(PQconnectdbParams(kNames.data(), values.data(), 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    Fault fault = postgres_fault(connection.get(), nullptr, shown_name(connection.get()));
    fault.expected = "a connection";
    return fault;
  }
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  name = shown_name(connection.get());
  TRY(done, settle(connection.get(), access, name));
  (void)done;
  return Result<PostgresHandle>(std::move(connection));
}

}  // namespace dure
