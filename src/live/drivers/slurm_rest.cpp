#include "live/drivers/slurm_rest.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "live/http/client.h"

namespace dure {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kNotModified = 304;
constexpr const char* kBase = "/slurm/v0.0.38";
constexpr const char* kList = "a list";  // expected, and an error came
constexpr std::int64_t kInvalidJobId = 2017, kAlreadyDone = 2021, kFinished = 2084;

class Rest final : public SlurmRest {
 public:
  Rest(SlurmRestOptions options, std::vector<std::unique_ptr<HttpClient>> clients)
      : options_(std::move(options)), free_(std::move(clients)) {}

  Answer submit(const SlurmSubmit& submit) override {
    const Result<HttpResponse> response =
        call("POST", "/job/submit", slurm_submit_json(submit), options_.deadline_ms);
    if (!response) return unknown(response.fault());
    const Result<SlurmReply> reply = reply_of(response.value(), "/job/submit");
    if (!reply) {
      // Its own words, before anything was asked of the head: the order is no JSON that it takes.
      if (response.value().status == 400) return slurm_refusal(9009, response.value().body);
      return unknown(reply.fault());
    }
    const SlurmReply& said = reply.value();
    if (said.job_id && *said.job_id > 0)  // whatever `errors` holds
      return {Answer::done, std::to_string(*said.job_id), "", ""};
    return slurm_refusal(said.error, said.error_text);
  }

  Answer release(const std::string& id) override {
    return act("POST", "/job/" + id, R"({"hold": false})");
  }
  Answer cancel(const std::string& id) override { return act("DELETE", "/job/" + id, ""); }

  Answer terminate(const std::string& id) override {
    return act("DELETE", "/job/" + id + "?signal=TERM", "");
  }
  Result<std::optional<SlurmJob>> job(const std::string& id) override {
    const std::string target = "/job/" + id;
    TRY(response, call("GET", target, "", options_.deadline_ms));
    if (response.status != 200) {
      TRY(reply, reply_of(response, target));
      if (reply.error == kInvalidJobId) return std::optional<SlurmJob>();
      return Fault{target, "a job", said(response, reply), ""};
    }
    TRY(jobs, slurm_jobs(response.body, target));
    if (jobs.empty()) return std::optional<SlurmJob>();
    return std::optional<SlurmJob>(std::move(jobs.front()));
  }

  Result<std::optional<std::vector<SlurmJob>>> jobs(std::int64_t since_s) override {
    return list<SlurmJob>("/jobs", since_s, slurm_jobs);
  }
  Result<std::optional<std::vector<SlurmNode>>> nodes(std::int64_t since_s) override {
    // Where nodes have changed since then and partitions have not, 22.05.8 answers 500: it asks for
    // the partitions by the same time and takes "no change" for an error.
    if (since_s > 0) {
      Result<std::optional<std::vector<SlurmNode>>> since =
          list<SlurmNode>("/nodes", since_s, slurm_nodes);
      if (since) return since;
      if (since.fault().expected != kList) return since;
    }
    return list<SlurmNode>("/nodes", 0, slurm_nodes);
  }

  Result<SlurmDiag> diag() override {
    TRY(response, call("GET", "/diag", "", options_.deadline_ms));
    if (response.status != 200) {
      TRY(reply, reply_of(response, "/diag"));
      return Fault{"/diag", "its figures", said(response, reply), ""};
    }
    return slurm_diag(response.body, "/diag");
  }

 private:
  Result<HttpResponse> call(const char* method, const std::string& target, std::string body,
                            std::int64_t deadline_ms) {
    const auto deadline = Clock::now() + std::chrono::milliseconds(deadline_ms);
    std::unique_ptr<HttpClient> client;
    {
      std::unique_lock lock(mutex_);
      if (!returned_.wait_until(lock, deadline, [&] { return !free_.empty(); }))
        return Fault{target, "a free connection", "not_connected", ""};
      client = std::move(free_.back());
      free_.pop_back();
    }
    HttpCall request;
    request.method = method;
    request.target = kBase + target;
    if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(body);
    request.deadline_ms = std::max<std::int64_t>(
        1, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count());
    Result<HttpResponse> response = client->call(request);
    {
      const std::scoped_lock lock(mutex_);
      free_.push_back(std::move(client));
    }
    returned_.notify_one();
    return response;
  }

  static Result<SlurmReply> reply_of(const HttpResponse& response, const std::string& where) {
    return slurm_reply(response.body, where);
  }
  static std::string said(const HttpResponse& response, const SlurmReply& reply) {
    return "status " + std::to_string(response.status) + ", error " + std::to_string(reply.error) +
           " " + reply.error_text;
  }
  static Answer unknown(const Fault& fault) {
    const bool sent = fault.found != "not_connected";
    return {Answer::unknown, "", sent ? "no_answer" : "not_connected", to_string(fault)};
  }

  Answer act(const char* method, const std::string& target, std::string body) {
    const Result<HttpResponse> response =
        call(method, target, std::move(body), options_.deadline_ms);
    if (!response) return unknown(response.fault());
    const Result<SlurmReply> reply = reply_of(response.value(), target);
    if (!reply) return unknown(reply.fault());
    const SlurmReply& answer = reply.value();
    if (response.value().status == 200 && answer.error == 0) return {Answer::done, "", "", ""};
    if (answer.error == kAlreadyDone || answer.error == kFinished)
      return {Answer::done, "", "already_over", answer.error_text};
    return slurm_refusal(answer.error, said(response.value(), answer));
  }

  template <class Item>
  Result<std::optional<std::vector<Item>>> list(
      const std::string& what, std::int64_t since_s,
      Result<std::vector<Item>> (*read)(std::string_view, const std::string&)) {
    const std::string target =
        since_s > 0 ? what + "?update_time=" + std::to_string(since_s) : what;
    TRY(response, call("GET", target, "", options_.list_deadline_ms));
    if (response.status == kNotModified) return std::optional<std::vector<Item>>();
    if (response.status != 200) {
      TRY(reply, reply_of(response, target));
      return Fault{target, kList, said(response, reply), ""};
    }
    TRY(items, read(response.body, target));
    return std::optional<std::vector<Item>>(std::move(items));
  }

  const SlurmRestOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<HttpClient>> free_;
};

}  // namespace

Result<std::unique_ptr<SlurmRest>> SlurmRest::open(const SlurmRestOptions& options) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  // One more, so that a list of many MB holds up none of them.
  for (int i = 0; i < std::max(1, options.connections) + 1; ++i) {
    TRY(client, HttpClient::open("unix:" + options.socket));
    clients.push_back(std::move(client));
  }
  return std::unique_ptr<SlurmRest>(std::make_unique<Rest>(options, std::move(clients)));
}

}  // namespace dure
