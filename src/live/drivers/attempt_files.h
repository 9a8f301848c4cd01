// The folder of one attempt of the local driver, as the driver and the attempt's supervisor share
// it: ATTEMPTS/KEY/
//   order.json  what to run (AttemptOrder); whole from the start: the folder appears by a rename
//   gate        a FIFO: "release", "stop GRACE_S", a line each, from the driver to the supervisor
//   supervisor  "PID START": locked (flock) exactly as long as the supervisor lives
//   claim       made with O_EXCL and stored before the command runs: what ran once never runs again
//   tasks       "PID START" of each process that the supervisor started
//   end.json    how it ended (AttemptEnd); nothing of the attempt runs any more when it is there
//   out err     what the command wrote; script, tmp/ and work/ are the command's own
//
// Invariants: 1. The lock, not the number, says whether a supervisor lives: numbers are used again.
//             2. A number of a process is only used together with its start time.
// Times are ms since the epoch of Unix; start times are clock ticks since the machine started.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/result.h"
#include "live/protocol.h"

namespace dure {

struct AttemptOrder {
  RunOrder order;
  std::string boot;               // of the machine
  std::string cgroup;             // folder of cgroup v2 that takes one for each attempt; or empty
  std::vector<std::string> gpus;  // of each of order.nodes: "0,3"
  std::int64_t log_limit_bytes = 0, log_check_ms = 0;
  template <class S = AttemptOrder>
  static constexpr auto describe() {
    return Fields(
        Field("order", &S::order, "as it came", required),
        Field("boot", &S::boot, "of the machine", required),
        Field("cgroup", &S::cgroup, "where the attempt's own is made; empty: none"),
        Field("gpus", &S::gpus, "indices on each node"),
        Field("log_limit_bytes", &S::log_limit_bytes, "kept of out, and of err", range(0, 9e15),
              dimensionless),
        Field("log_check_ms", &S::log_check_ms, "between two looks at them", range(1, 9e9)));
  }
};

struct AttemptEnd {
  bool ran = false;
  std::int64_t exit_code = 0, signal = 0;
  bool time_limit = false, stopped = false, node_failed = false;
  std::int64_t started_ms = 0, ended_ms = 0, cpu_ms = 0, max_rss_kib = 0;
  std::string detail;
  template <class S = AttemptEnd>
  static constexpr auto describe() {
    return Fields(
        Field("ran", &S::ran, "false: it was taken away, and never will run"),
        Field("exit_code", &S::exit_code, "of the first task that failed", range(0, 255)),
        Field("signal", &S::signal, "that ended it; 0: none", range(0, 128)),
        Field("time_limit", &S::time_limit, "it was ended at its limit"),
        Field("stopped", &S::stopped, "it was ended because we asked"),
        Field("node_failed", &S::node_failed, "its machine was going down"),
        Field("started_ms", &S::started_ms, "by the clock of the file system", range(0, kLastMs)),
        Field("ended_ms", &S::ended_ms, "started_ms and how long it ran", range(0, kLastMs)),
        Field("cpu_ms", &S::cpu_ms, "of all its processes", range(0, 9e15)),
        Field("max_rss_kib", &S::max_rss_kib, "of its largest process", range(0, 9e15),
              dimensionless),
        Field("detail", &S::detail, "for people", free_text));
  }
};

struct Fd {  // closes itself
  int fd = -1;
  Fd() = default;
  explicit Fd(int n) : fd(n) {}
  Fd(Fd&& other) noexcept : fd(other.fd) { other.fd = -1; }
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  explicit operator bool() const { return fd >= 0; }
};

std::string error_text(int error);
bool attempt_key_is_good(std::string_view key);

// All of a small file; none: it is not there, cannot be read, or is larger than `most`.
std::optional<std::string> read_small_file(const std::string& path, std::size_t most = 1 << 20);
bool write_all(int fd, std::string_view bytes);

// A supervisor holds the lock of `path`. False too where there is no such file.
bool is_locked(const std::string& path);

std::string boot_id(const std::string& system_root = "");

std::optional<AttemptOrder> read_attempt_order(const std::string& folder);
std::optional<AttemptEnd> read_attempt_end(const std::string& folder);

}  // namespace dure
