// A hub to measure: `dure serve` as a process of its own, over a machine behind which nothing runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace dure {

struct BenchHubOptions {
  std::int64_t nodes = 1;  // of 8 GPUs and 8 cores each
};

class BenchHub {
 public:
  static Result<std::unique_ptr<BenchHub>> start(const BenchHubOptions& options);
  ~BenchHub();  // kills it; its folder goes

  Result<double> restart();  // killed, and started again: seconds until it leads
  void kill();

  // "" where it does not answer 2xx.
  std::string get(const std::string& target) const;
  std::string post(const std::string& target, const std::string& json) const;
  // A number of GET /api/v1/status; -1: no answer.
  std::int64_t status(const std::string& key) const;
  // Polls until holds(); a Fault after so many seconds, or if the hub is gone.
  Result<Done> until(const std::string& words, double seconds,
                     const std::function<bool()>& holds) const;

  std::int64_t rss_bytes() const;
  double cpu_s() const;
  std::uint16_t port() const { return port_; }
  std::string store() const { return "sqlite:" + folder_ + "/hub.db"; }
  const std::string& folder() const { return folder_; }

 private:
  BenchHub() = default;
  Result<Done> launch();
  std::string folder_;
  std::uint16_t port_ = 0;
  int pid_ = 0;
};

std::int64_t number_of(const std::string& json, const std::string& key);  // -1: none

}  // namespace dure
