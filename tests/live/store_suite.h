// What every Store must do, as cases that run over any database.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "live/store/store.h"

namespace dure {

class StorePlace {  // where stores of a test are
 public:
  virtual ~StorePlace() = default;
  virtual std::string new_url() = 0;
  virtual int lives() const = 0;  // how many random ones the time allows
  // What another client of the database sees: rows, columns joined by |, or the error.
  virtual std::vector<std::string> query(const std::string& url, const std::string& sql) = 0;
};

struct StoreCase {
  const char* name;
  void (*run)(StorePlace& place);
};
std::span<const StoreCase> store_cases();

Entry entry(std::uint64_t number, std::string bytes = "");  // "": some of its own
JobRow job_row(std::int64_t job, const std::string& state = "running");
std::vector<Entry> entries(std::uint64_t first, std::uint64_t count);
Result<Done> append(Store& store, const std::vector<Entry>& entries,
                    const std::vector<JobRow>& jobs = {});
std::vector<Entry> all(Store& store,
                       std::uint64_t after = 0);  // a failure of the test if it cannot
bool same(const Entry& a, const Entry& b);
// "ok", or the Fault's code.
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.fault().found;
}
// A Store that leads.
std::unique_ptr<Store> leader(const std::string& url, const std::string& holder = "hub-a");

}  // namespace dure
