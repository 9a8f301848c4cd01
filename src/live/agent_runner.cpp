#include "live/agent_runner.h"

#include <algorithm>
#include <chrono>

#include "io/describe_json.h"
#include "live/api/views.h"

namespace dure {
namespace {

constexpr std::int64_t kWaitMs = 25'000, kMostBackoffMs = 30'000, kLongestNapMs = 500;

// What a problem document says, without what is another each time: the same trouble is told once.
std::string why(const std::string& body) {
  const Outcome<ProblemView> problem = from_json<ProblemView>(body, "problem");
  return problem ? problem.value().code + ": " + problem.value().detail : body.substr(0, 300);
}

class InsideLink final : public HubLink {
 public:
  InsideLink(LivePlant& plant, std::function<void(const SyncRequest&)> noted)
      : plant_(plant), noted_(std::move(noted)) {}
  void sync(SyncRequest request, SyncAnswer answer) override {
    if (noted_) noted_(request);
    if (!plant_.post(std::make_unique<SyncWork>(plant_, std::move(request), answer)))
      answer.fault({503, "overloaded", {"hub", "fewer requests", "a full queue", ""}});
  }

 private:
  LivePlant& plant_;
  std::function<void(const SyncRequest&)> noted_;
};

// A thread and a connection for each of the two calls that may be under way.
class HttpLink final : public HubLink {
 public:
  explicit HttpLink(std::string token) : token_(std::move(token)) {}
  ~HttpLink() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wakes_.notify_all();
    for (std::thread& t : threads_) t.join();
  }
  void start(std::unique_ptr<HttpClient> client) {
    threads_.emplace_back(
        [this, client = std::shared_ptr<HttpClient>(std::move(client))] { run(*client); });
  }
  void sync(SyncRequest request, SyncAnswer answer) override {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back({std::move(request), std::move(answer)});
    }
    wakes_.notify_one();
  }

 private:
  struct Asked {
    SyncRequest request;
    SyncAnswer answer;
  };
  void run(HttpClient& client) {
    for (;;) {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [&] { return stop_ || !asked_.empty(); });
      if (stop_) return;
      Asked asked = std::move(asked_.front());
      asked_.pop_front();
      lock.unlock();
      HttpCall call;
      call.method = "POST";
      call.target = "/api/v1/agents/" + asked.request.site + "/sync";
      call.headers = {{"Content-Type", "application/json"}};
      if (!token_.empty()) call.headers.emplace_back("Authorization", "Bearer " + token_);
      call.body = to_json(asked.request);
      call.deadline_ms = asked.request.wait_ms + 15'000;
      call.repeatable = true;  // all in it is numbered
      Result<HttpResponse> response = client.call(call);
      if (!response) {
        asked.answer.fault({503, "hub_unreachable", response.fault()});
        continue;
      }
      if (response.value().status != 200) {
        asked.answer.fault(
            {response.value().status,
             "hub_refused",
             {"hub", "200", std::to_string(response.value().status), why(response.value().body)}});
        continue;
      }
      Outcome<SyncReply> reply = from_json<SyncReply>(response.value().body, "hub's answer");
      if (reply)
        asked.answer.reply(reply.value());
      else
        asked.answer.fault({502, "bad_answer", reply.faults()[0]});
    }
  }
  const std::string token_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<Asked> asked_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<HubLink> link_inside(LivePlant& plant,
                                     std::function<void(const SyncRequest&)> noted) {
  return std::make_unique<InsideLink>(plant, std::move(noted));
}

Result<std::unique_ptr<HubLink>> link_http(const HttpLinkOptions& options) {
  auto link = std::make_unique<HttpLink>(options.token);
  for (int i = 0; i < 2; ++i) {
    TRY(client, HttpClient::open(options.url, options.client));
    link->start(std::move(client));
  }
  return std::unique_ptr<HubLink>(std::move(link));
}

Result<std::unique_ptr<AgentRunner>> AgentRunner::start(
    AgentOptions options, std::unique_ptr<Driver> driver, std::unique_ptr<Journal> journal,
    std::unique_ptr<HubLink> link, std::function<std::int64_t()> now_ms,
    std::function<void(const std::string&)> say, SiteTools tools) {
  std::unique_ptr<AgentRunner> r(new AgentRunner);
  r->driver_ = std::move(driver);
  r->journal_ = std::move(journal);
  r->link_ = std::move(link);
  r->now_ms_ = std::move(now_ms);
  r->say_ = std::move(say);
  TRY(agent, Agent::open(std::move(options), *r->driver_, *r->journal_, std::move(tools)));
  r->agent_ = std::move(agent);
  r->thread_ = std::thread([runner = r.get()] { runner->run(); });
  return r;
}

AgentRunner::~AgentRunner() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
  }
  shared_->wakes.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string AgentRunner::trouble() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->trouble;
}

void AgentRunner::call(std::size_t line, std::int64_t wait_ms) {
  lines_[line].busy = true;
  const auto put = [shared = shared_, line](Got got) {
    {
      const std::lock_guard lock(shared->mutex);
      got.line = line;
      shared->got.push_back(std::move(got));
    }
    shared->wakes.notify_all();
  };
  link_->sync(agent_->request(wait_ms), {[put](const SyncReply& reply) {
                                           put({0, reply, {}});
                                         },
                                         [put](const Problem& problem) {
                                           put({0, {}, problem});
                                         }});
}

void AgentRunner::run() {
  std::string said;
  const auto trouble = [&](const std::string& text) {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->trouble = text;
    }
    if (text != said && say_) say_(text.empty() ? "all is well again" : text);
    said = text;
  };
  for (;;) {
    std::deque<Got> got;
    {
      const std::lock_guard lock(shared_->mutex);
      if (shared_->stop) return;
      got.swap(shared_->got);
    }
    std::string wrong;
    for (Got& g : got) {
      Line& line = lines_[g.line];
      line.busy = false;
      if (g.fault) {
        line.backoff_ms = std::clamp<std::int64_t>(line.backoff_ms * 2, 250, kMostBackoffMs);
        line.retry_at = now_ms_() + line.backoff_ms;
        wrong = to_string(g.fault->fault);
        continue;
      }
      line.backoff_ms = 0;
      if (const Result<Done> taken = agent_->take(*g.reply, now_ms_()); !taken)
        wrong = to_string(taken.fault());
    }
    const Result<std::int64_t> due = agent_->work(now_ms_());
    std::int64_t until = now_ms_() + kLongestNapMs;
    if (due)
      until = std::min(until, due.value());
    else
      wrong = to_string(due.fault());
    if (wrong.empty()) wrong = agent_->trouble();
    if (!wrong.empty() || !got.empty()) trouble(wrong);
    const std::int64_t now = now_ms_();
    // News go at once, on the line that waits if it is free.
    if (!lines_[0].busy && now >= lines_[0].retry_at)
      call(0, agent_->has_news() ? 0 : kWaitMs);
    else if (agent_->has_news() && !lines_[1].busy && now >= lines_[1].retry_at)
      call(1, 0);
    std::unique_lock lock(shared_->mutex);
    if (shared_->stop) return;
    const std::int64_t nap = until - now_ms_();
    if (shared_->got.empty() && nap > 0)
      shared_->wakes.wait_for(lock, std::chrono::milliseconds(nap));
  }
}

}  // namespace dure
