// Opening a store by its URL.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "live/store/schema.h"
#include "live/store/sql_store.h"

namespace dure {
namespace {

constexpr const char* kForms = "sqlite:PATH, or postgresql://USER@HOST/DATABASE";

// Of a URL we show no more than its scheme: the rest may hold a password.
Fault bad_url(std::string found, std::string hint) {
  return Fault{"store", kForms, std::move(found), std::move(hint)};
}

Result<std::unique_ptr<Database>> open_database(const std::string& url, Access access) {
  if (url.find('\0') != std::string::npos) return bad_url("a character 0", "");
  if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
    return open_postgres(url, access);
  const std::size_t colon = url.find(':');
  if (url.empty() || url[0] == '/' || url[0] == '.' || colon == std::string::npos)
    return bad_url(url.empty() ? "nothing" : "no scheme",
                   "a file of SQLite is sqlite:PATH, e.g. sqlite:/var/lib/dure/store.db");
  if (url.substr(0, colon) != "sqlite")
    return bad_url("scheme '" + url.substr(0, colon) + "'", "these two are known");
  std::string path = url.substr(colon + 1);
  if (path.starts_with("///")) path.erase(0, 2);
  if (path.starts_with("//"))
    return bad_url("sqlite://…", "without the two slashes: sqlite:" + path.substr(2));
  if (path.empty() || path.back() == '/')
    return bad_url("no file", "e.g. sqlite:/var/lib/dure/store.db");
  if (path == ":memory:")
    return bad_url("sqlite::memory:", "a record outlives its hub: name a file");
  return open_sqlite(path, access);
}

Result<std::unique_ptr<Store>> open_with(const std::string& url, Access access,
                                         std::span<const SchemaStep> steps) {
  TRY(database, open_database(url, access));
  TRY(done, open_schema(*database, access, steps));
  (void)done;
  return sql_store(std::move(database), access, steps.back().to);
}

}  // namespace

Result<std::unique_ptr<Store>> open_store_with(const std::string& url, Access access,
                                               std::span<const SchemaStep> steps) {
  Result<std::unique_ptr<Store>> store = open_with(url, access, steps);
  if (store || !store.fault().expected.empty()) return store;
  Fault fault = store.fault();
  fault.expected = "a store that opens";
  return fault;
}

Result<std::unique_ptr<Store>> open_store(const std::string& url) {
  return open_store_with(url, Access::read_write, schema_steps());
}

Result<std::unique_ptr<Store>> open_store_read_only(const std::string& url) {
  return open_store_with(url, Access::read_only, schema_steps());
}

}  // namespace dure
