// A driver behind which nothing runs: attempts start at once and end well after run_ms. To measure
// the control plane with, and for tests of it.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "live/driver.h"

namespace dure {

struct NullOptions {
  std::int64_t nodes = 1, gpus = 8, cpus = 8, run_ms = 0;
  std::function<std::int64_t()> now_ms;
};

class NullDriver final : public Driver {
 public:
  explicit NullDriver(NullOptions options) : options_(std::move(options)) {}
  std::string name() const override { return "null"; }
  std::vector<Answer> submit_held(std::span<const RunOrder> orders) override;
  std::vector<Answer> release(std::span<const Handle> attempts) override;
  std::vector<Answer> stop(std::span<const StopOrder> orders,
                           std::span<const Handle> attempts) override;
  Answer set_node(const NodeOrder& order) override;
  Result<Sweep> observe(std::span<const Handle> watched) override;
  Result<std::optional<Seen>> trace(const std::string& key) override;
  Result<LogPart> read_log(const std::string& key, LogStream stream, std::int64_t offset,
                           std::int64_t most) override;
  void forget(const std::string& key) override { attempts_.erase(key); }

 private:
  struct Kept {
    std::int64_t ends_ms = 0;
    bool released = false, stopped = false;
  };
  Seen seen(const std::string& key, const Kept& kept) const;
  const NullOptions options_;
  std::map<std::string, Kept> attempts_;
  std::set<std::string> drained_;
};

}  // namespace dure
