#include "live/store/sqlite_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "live/store/store.h"

namespace dure {
namespace {

constexpr off_t kSmallestFile = 512;  // a page at least
constexpr int kBusyMs = 10'000;       // a save() of another connection takes its turns in less

std::string message(int error) { return std::generic_category().message(error); }

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view code_of(int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) return kStoreFull;
  if (error == EROFS || error == EACCES || error == EPERM) return kReadOnly;
  return kStoreDown;
}

Fault system_fault(const std::string& path, const char* expected, int error, std::string hint) {
  return Fault{sqlite_name(path), expected, std::string(code_of(error)),
               message(error) + (hint.empty() ? "" : ": " + hint)};
}

// 0600, and in its folder for good: what is stored in a file that a power cut takes away is lost.
Result<Done> create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return Done{};  // somebody else was faster
  if (fd < 0)
    return system_fault(path, "to make the file", errno,
                        errno == ENOENT ? "make its folder first" : "");
  int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || ::fsync(folder) != 0) error = errno;
  if (folder >= 0) ::close(folder);
  if (error == 0) return Done{};
  ::unlink(path.c_str());
  return system_fault(path, "to make the file", error, "");
}

Result<Done> make_sure_of_file(const std::string& path, IfMissing missing) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    // SQLite would take a scrap of a file for an empty one, and write over it.
    if (S_ISREG(info.st_mode) && info.st_size > 0 && info.st_size < kSmallestFile)
      return Fault{sqlite_name(path), "a store", std::to_string(info.st_size) + " bytes",
                   "it is no database, or what is left of one: restore it from its backup"};
    if (S_ISREG(info.st_mode)) return Done{};
    return Fault{sqlite_name(path), "a file", S_ISDIR(info.st_mode) ? "a folder" : "something else",
                 "name a file, e.g. sqlite:" + path + "/store.db"};
  }
  if (errno != ENOENT) return system_fault(path, "a file", errno, "");
  if (missing == IfMissing::create) return create(path);
  return Fault{sqlite_name(path), "a store", "no such file", "dure serve makes one"};
}

Result<Done> exec(sqlite3* db, const std::string& path, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Done{};
  return sqlite_fault(db, path);
}

// The first column of the first row, as text.
Result<std::string> ask(sqlite3* db, const std::string& path, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  std::string out;
  std::optional<Fault> fault;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK ||
      sqlite3_step(statement) != SQLITE_ROW)
    fault = sqlite_fault(db, path);
  else if (const unsigned char* text = sqlite3_column_text(statement, 0))
    out.assign(text, text + sqlite3_column_bytes(statement, 0));
  sqlite3_finalize(statement);
  if (fault) return *std::move(fault);
  return Result<std::string>(std::move(out));
}

// SQLite does not call its busy handler for this one.
Result<Done> use_wal(sqlite3* db, const std::string& path) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until = Clock::now() + std::chrono::milliseconds(kBusyMs);
  for (;;) {
    const Result<std::string> mode = ask(db, path, "PRAGMA journal_mode = WAL");
    if (mode && mode.value() == "wal") return Done{};
    if (mode)
      return Fault{sqlite_name(path), "a disk on which SQLite can keep a write-ahead log",
                   "journal mode " + mode.value(),
                   "put the store on a local disk, or use postgresql://"};
    if ((sqlite3_errcode(db) & 0xff) != SQLITE_BUSY || Clock::now() > until) return mode.fault();
    sqlite3_sleep(5);
  }
}

// A file of ours, or one with nothing in it.
Result<Done> check_owner(sqlite3* db, const std::string& path, Access access) {
  TRY(id, ask(db, path, "PRAGMA application_id"));
  if (id == std::to_string(kApplicationId)) return Done{};
  TRY(tables, ask(db, path, "SELECT COUNT(*) FROM sqlite_master"));
  if (id != "0" || tables != "0" || access == Access::read_only)
    return Fault{sqlite_name(path), "a store of dure", "a database of another program",
                 "name another file"};
  return exec(db, path, ("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
}

Result<Done> settle(sqlite3* db, const std::string& path, Access access) {
  sqlite3_busy_timeout(db, kBusyMs);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // FULL: a commit is on the disk when it returns. No mmap: a file cut short would be SIGBUS. Spare
  // memory of 32 MiB; a log that a large transaction has grown shrinks back to 64 MiB.
  TRY(set, exec(db, path,
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                "PRAGMA mmap_size = 0; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;"
                "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 2000"));
  (void)set;
  TRY(owner, check_owner(db, path, access));
  (void)owner;
  if (access == Access::read_only) return Done{};
  if (sqlite3_db_readonly(db, "main") != 0)
    return Fault{sqlite_name(path), "a file that can be written", std::string(kReadOnly),
                 "look at its owner, its mode and its disk"};
  return use_wal(db, path);
}

Result<SqliteHandle> connect(const std::string& file, int flags, const std::string& path,
                             Access access) {
  sqlite3* db = nullptr;
  const int rc = sqlite3_open_v2(file.c_str(), &db,
                                 flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  SqliteHandle handle(db);
  if (rc != SQLITE_OK) return sqlite_fault(db, path);
  if (access == Access::read_only)
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  TRY(done, settle(db, path, access));
  (void)done;
  return Result<SqliteHandle>(std::move(handle));
}

std::string as_uri(const std::string& path) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    if (plain)
      out += c;
    else
      (out += '%').append(1, kHex[u >> 4]).append(1, kHex[u & 15]);
  }
  return out + "?immutable=1";
}

// errno of the write that failed: kept by the file it went to, the log or the database.
int system_error(sqlite3* db) {
  int error = 0;
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
      log != nullptr && log->pMethods != nullptr)
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error == 0) sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  return error == 0 ? sqlite3_system_errno(db) : error;
}

bool has_log(const std::string& path) {
  struct stat info {};
  return ::stat((path + "-wal").c_str(), &info) == 0 && info.st_size > 0;
}

}  // namespace

void CloseSqlite::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

std::string sqlite_name(const std::string& path) {
  return std::string("sqlite ") + sqlite3_libversion() + " " + path;
}

Fault sqlite_fault(sqlite3* db, const std::string& path) {
  if (db == nullptr) return Fault{sqlite_name(path), "", std::string(kStoreDown), "out of memory"};
  const int rc = sqlite3_extended_errcode(db), kind = rc & 0xff;
  const int system = kind == SQLITE_IOERR ? system_error(db) : sqlite3_system_errno(db);
  std::string_view found = kStoreDown;
  std::string hint = sqlite3_errmsg(db);
  if (kind == SQLITE_FULL)
    found = kStoreFull;
  else if (kind == SQLITE_READONLY || kind == SQLITE_PERM || kind == SQLITE_AUTH)
    found = kReadOnly;
  else if (kind == SQLITE_CANTOPEN)
    found = system == 0 || system == ENOENT ? kReadOnly : code_of(system);
  // After a failed fsync nobody knows what is on the disk: not "nothing was stored".
  else if (kind == SQLITE_IOERR && rc != SQLITE_IOERR_FSYNC && rc != SQLITE_IOERR_DIR_FSYNC)
    found = code_of(system);
  if (kind == SQLITE_IOERR && system != 0) hint += " (" + message(system) + ")";
  if (kind == SQLITE_FULL) hint += ": make room and it goes on";
  if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
    hint += ": it is damaged or no store; restore it from its backup";
  if (kind == SQLITE_BUSY) hint += ": another process holds it";
  return Fault{sqlite_name(path), "", std::string(found), std::move(hint)};
}

Result<SqliteHandle> open_sqlite_file(const std::string& path, Access access, IfMissing missing) {
  TRY(there, make_sure_of_file(path, missing));
  (void)there;
  if (access == Access::read_write) return connect(path, SQLITE_OPEN_READWRITE, path, access);
  Result<SqliteHandle> out = connect(path, SQLITE_OPEN_READONLY, path, access);
  // In a folder that we may not write, SQLite cannot share the log; where there is none, it need
  // not.
  if (!out && out.fault().found == kReadOnly && !has_log(path))
    return connect(as_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path, access);
  if (!out && out.fault().found == kReadOnly) {
    Fault fault = out.fault();
    fault.hint += "; copy it with its -wal file to a folder that can be written";
    return fault;
  }
  return out;
}

}  // namespace dure
