#include "live/prober.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "live/http/client.h"

namespace dure {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int kThreads = 4;
constexpr std::int64_t kDeadlineMs = 2'000;

class HttpProber final : public Prober {
 public:
  explicit HttpProber(std::string host) : host_(std::move(host)) {
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~HttpProber() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wakes_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  void watch(std::vector<Watched> services) override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, Turn> next;
    for (Watched& w : services) {
      const auto known = turns_.find(w.key);
      Turn turn = known == turns_.end() ? Turn{{}, Steady::now(), false} : known->second;
      turn.service = std::move(w);
      next.emplace(turn.service.key, std::move(turn));
    }
    turns_ = std::move(next);
    wakes_.notify_all();
  }
  std::vector<Look> looks() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(looks_, {});
  }

 private:
  struct Turn {
    Watched service;
    Steady::time_point due;
    bool busy = false;
  };

  Look look_at(const Watched& w) const {
    const std::string at = host_.empty() ? w.probe.node : host_;
    Look look{w.key, false, ""};
    const auto client = HttpClient::open("http://" + at + ":" + std::to_string(w.probe.port));
    if (!client) {
      look.detail = to_string(client.fault());
      return look;
    }
    HttpCall call;
    call.target = w.probe.path;
    call.deadline_ms = kDeadlineMs;
    const Result<HttpResponse> answer = client.value()->call(call);
    look.well = answer && answer.value().status >= 200 && answer.value().status < 300;
    if (!look.well)
      look.detail =
          answer ? "status " + std::to_string(answer.value().status) : to_string(answer.fault());
    return look;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
      Turn* first = nullptr;
      for (auto& [key, turn] : turns_)
        if (!turn.busy && (first == nullptr || turn.due < first->due)) first = &turn;
      if (first == nullptr) {
        wakes_.wait(lock);
        continue;
      }
      if (const auto due = first->due; due > Steady::now()) {
        wakes_.wait_until(lock, due);
        continue;
      }
      first->busy = true;
      const Watched service = first->service;
      lock.unlock();
      Look look = look_at(service);
      lock.lock();
      if (const auto it = turns_.find(service.key); it != turns_.end()) {
        it->second.busy = false;
        it->second.due = Steady::now() + std::chrono::seconds(service.probe.every_s);
        looks_.push_back(std::move(look));
      }
    }
  }

  const std::string host_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::map<std::string, Turn> turns_;
  std::vector<Look> looks_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Prober> http_prober(std::string host) {
  return std::make_unique<HttpProber>(std::move(host));
}

}  // namespace dure
