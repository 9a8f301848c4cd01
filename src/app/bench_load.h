// Loads an HTTP server of this machine, to measure it: many kept connections, one thread.
//
// Invariants: 1. In an open loop request i is due at i / per_s, whatever became of those before it,
//                and its time counts from when it was due: a server that stalls is not spared the
//                requests that it kept from being sent (no coordinated omission).
//             2. A request is sent once; whatever is not answered with 2xx is bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dure {

struct Load {
  std::uint16_t port = 0;
  int connections = 64;
  std::size_t requests = 0;
  double per_s = 0;                                 // 0: closed loop, each as one comes back
  std::function<std::string(std::size_t)> request;  // all bytes of the i-th
  double deadline_s = 120;
};

struct LoadResult {
  std::size_t good = 0, bad = 0;
  double seconds = 0;
  std::vector<double> ms;                 // of the good ones, sorted
  double percentile(double share) const;  // 0 … 1; 0 where there are none
};

Result<LoadResult> load(const Load& load);

std::string http_get(const std::string& target);
std::string http_post(const std::string& target, const std::string& json);

double seconds_now();  // of the steady clock

// Connections that stay open, each with one request sent and the first bytes of its answer read.
class HeldConnections {
 public:
  static Result<HeldConnections> open(std::uint16_t port, std::size_t count,
                                      const std::string& request);
  HeldConnections(HeldConnections&& other) noexcept : sockets_(std::move(other.sockets_)) {
    other.sockets_.clear();
  }
  HeldConnections& operator=(HeldConnections&&) = delete;
  ~HeldConnections();
  // How many get something more within so many seconds.
  std::size_t hear(double seconds);

 private:
  HeldConnections() = default;
  std::vector<int> sockets_;
};

}  // namespace dure
