// A connection to PostgreSQL: made, settled, and what its errors mean. Between the doors only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "live/store/database.h"

struct pg_conn;
struct pg_result;

namespace dure {

struct FinishPostgres {
  void operator()(pg_conn* connection) const;
};
using PostgresHandle = std::unique_ptr<pg_conn, FinishPostgres>;

// Which Fault::found an SQLSTATE is. Source: appendix A of PostgreSQL's manual.
std::string_view postgres_code(std::string_view sqlstate);
// result: none, if the connection itself failed.
Fault postgres_fault(pg_conn* connection, const pg_result* result, const std::string& name);

// `name` becomes "postgresql 15.8 DATABASE at HOST". No part of the URL that may be secret is
// shown.
Result<PostgresHandle> connect_postgres(const std::string& url, Access access, std::string& name);

}  // namespace dure
