// Runs an Agent: a thread that works at the site, and a link to the hub, in this process or over
// HTTP. Two calls may be under way: one that waits for commands, one that tells news meanwhile.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "live/agent.h"
#include "live/http/client.h"
#include "live/live_plant.h"
#include "live/sync_work.h"

namespace dure {

class HubLink {
 public:
  virtual ~HubLink() = default;
  // Calls back once, from any thread.
  virtual void sync(SyncRequest request, SyncAnswer answer) = 0;
};

// To a hub in this process. `noted` hears of every call (Api::noted).
std::unique_ptr<HubLink> link_inside(LivePlant& plant,
                                     std::function<void(const SyncRequest&)> noted);
// Over HTTP(S): `url` of the hub, and how to be known there.
struct HttpLinkOptions {
  std::string url, token;
  HttpClientOptions client;
};
Result<std::unique_ptr<HubLink>> link_http(const HttpLinkOptions& options);

class AgentRunner {
 public:
  static Result<std::unique_ptr<AgentRunner>> start(
      AgentOptions options, std::unique_ptr<Driver> driver, std::unique_ptr<Journal> journal,
      std::unique_ptr<HubLink> link, std::function<std::int64_t()> now_ms,
      std::function<void(const std::string&)> say, SiteTools tools = {});
  ~AgentRunner();  // stops; what runs at the site goes on
  std::string trouble() const;

 private:
  AgentRunner() = default;
  void run();
  void call(std::size_t line, std::int64_t wait_ms);

  std::unique_ptr<Driver> driver_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<HubLink> link_;
  std::function<std::int64_t()> now_ms_;
  std::function<void(const std::string&)> say_;
  struct Line {  // 0: waits for commands; 1: tells
    bool busy = false;
    std::int64_t retry_at = 0, backoff_ms = 0;
  };
  struct Got {
    std::size_t line = 0;
    std::optional<SyncReply> reply;
    std::optional<Problem> fault;
  };
  struct Shared {  // outlives us where a call is still under way
    std::mutex mutex;
    std::condition_variable wakes;
    std::deque<Got> got;
    bool stop = false;
    std::string trouble;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Line lines_[2];
  std::thread thread_;
};

}  // namespace dure
