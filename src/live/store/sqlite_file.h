// The file of a store in SQLite: made, looked at and opened.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "live/store/database.h"

struct sqlite3;

namespace dure {

// "Dure"; at byte 68 of the file, where file(1) and we know it by.
inline constexpr std::int64_t kApplicationId = 0x44757265;

struct CloseSqlite {
  void operator()(sqlite3* db) const;
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;

std::string sqlite_name(const std::string& path);
// What went wrong last on `db`, as a Fault of Database's invariant 3. `path` for its place.
Fault sqlite_fault(sqlite3* db, const std::string& path);

enum class IfMissing { refuse, create };
// A connection with our settings, to a file that is ours. Only cheap checks: damage further inside
// shows when it is read.
Result<SqliteHandle> open_sqlite_file(const std::string& path, Access access, IfMissing missing);

}  // namespace dure
