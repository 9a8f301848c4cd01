// What a hub says of its own while it serves, beside log_line's starts and stops: who changed what,
// who was refused and why, jobs that failed, nodes that come and go, and whether it leads. The
// record holds all of it but the refusals; the log is for who watches a terminal or a journal.
// Invariant: a flood of one kind (a client that guesses tokens, an array that fails) costs at most
// kMostASecond lines a second, and one that says how many more there were.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "live/api/api.h"
#include "live/live_plant.h"

namespace dure {

using LogFields = std::vector<std::pair<const char*, std::string>>;

class HubLog final : public Followers {
 public:
  static constexpr std::int64_t kMostASecond = 10;
  // now_ms: of any clock that goes on. line: where it goes.
  HubLog(Followers* next, std::function<std::int64_t()> now_ms,
         std::function<void(const char* event, const LogFields&)> line)
      : next_(next), now_ms_(std::move(now_ms)), line_(std::move(line)) {}

  void note(const CallNote& call);
  void turned(HubState state, const std::string& detail);
  // Followers: on the hub's thread
  void stored(const std::vector<Entry>& entries, const Desk& desk) override;
  void recall(const std::vector<Entry>& entries, const Desk& desk) override;

 private:
  struct Kind {
    std::int64_t second = 0, lines = 0, more = 0;
  };
  void say(const std::string& kind, const char* event, const LogFields& fields);
  void told(const SiteTold& told);

  Followers* const next_;
  const std::function<std::int64_t()> now_ms_;
  const std::function<void(const char*, const LogFields&)> line_;
  std::mutex mutex_;
  std::map<std::string, Kind> kinds_;
  std::map<std::pair<std::string, std::string>, std::string> nodes_;  // site, node: state
};

}  // namespace dure
