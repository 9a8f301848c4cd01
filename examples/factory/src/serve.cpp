// Serves a trained model.
//
//   POST /v1/completions   {"prompt": "...", "max_tokens": 64, "temperature": 0.8, "seed": 7}
//   GET  /healthz          200 while it takes requests
//   GET  /metrics          Prometheus text
//
// The same request with the same seed has the same answer. Without a seed one is drawn, and told.
#include <fmt/core.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <mutex>
#include <random>

#include "commands.h"
#include "environment.h"
#include "files.h"
#include "http.h"
#include "writer.h"

namespace factory {

namespace {

using nlohmann::json;
constexpr std::size_t kLargestPrompt = 8192;  // bytes
constexpr int kMostTokens = 512;
constexpr double kHottest = 5;

HttpAnswer answer_of(int status, const json& body) {
  return {status, "application/json",
          body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n", ""};
}
HttpAnswer refusal(int status, std::string_view code, const std::string& message) {
  return answer_of(status, {{"error", {{"code", code}, {"message", message}}}});
}

// Counters for /metrics; seconds from a request's arrival to its answer.
class Metrics {
 public:
  void request(int status) {
    const std::lock_guard lock(mutex_);
    ++requests_[status];
  }
  void completion(double seconds, const Completion& done) {
    const std::lock_guard lock(mutex_);
    prompt_tokens_ += done.prompt_tokens;
    tokens_ += done.tokens;
    seconds_ += seconds;
    ++count_;
    for (std::size_t i = 0; i < kBounds.size(); ++i)
      if (seconds <= kBounds[i]) ++within_[i];
  }
  std::string text(int in_flight) const {
    const std::lock_guard lock(mutex_);
    std::string out =
        "# HELP factory_requests_total Requests answered.\n# TYPE factory_requests_total counter\n";
    for (const auto& [status, n] : requests_)
      out += fmt::format("factory_requests_total{{code=\"{}\"}} {}\n", status, n);
    out +=
        "# HELP factory_tokens_total Tokens read and written.\n# TYPE factory_tokens_total "
        "counter\n";
    out += fmt::format("factory_tokens_total{{kind=\"prompt\"}} {}\n", prompt_tokens_);
    out += fmt::format("factory_tokens_total{{kind=\"completion\"}} {}\n", tokens_);
    out += "# HELP factory_requests_in_flight Completions waiting or computed.\n";
    out += fmt::format("# TYPE factory_requests_in_flight gauge\nfactory_requests_in_flight {}\n",
                       in_flight);
    out +=
        "# HELP factory_completion_seconds Arrival to answer.\n# TYPE factory_completion_seconds "
        "histogram\n";
    for (std::size_t i = 0; i < kBounds.size(); ++i)
      out += fmt::format("factory_completion_seconds_bucket{{le=\"{}\"}} {}\n", kBounds[i],
                         within_[i]);
    out += fmt::format("factory_completion_seconds_bucket{{le=\"+Inf\"}} {}\n", count_);
    return out + fmt::format(
                     "factory_completion_seconds_sum {:.6f}\nfactory_completion_seconds_count {}\n",
                     seconds_, count_);
  }

 private:
  static constexpr std::array kBounds{0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};
  mutable std::mutex mutex_;
  std::map<int, std::uint64_t> requests_;
  std::uint64_t prompt_tokens_ = 0, tokens_ = 0, count_ = 0;
  std::array<std::uint64_t, kBounds.size()> within_{};
  double seconds_ = 0;
};

std::uint64_t any_seed() {
  std::random_device device;
  return device();
}

// What the body asks for; Bad if it asks for nothing that we do.
Request request_of(const std::string& body) {
  const json asked = json::parse(body, nullptr, false);
  if (!asked.is_object()) throw Bad("the body: a JSON object in UTF-8");
  Request request;
  request.seed = any_seed();
  bool prompted = false;
  for (const auto& [key, value] : asked.items()) {
    if (key == "prompt") {
      if (!value.is_string() || value.get_ref<const std::string&>().size() > kLargestPrompt)
        throw Bad(fmt::format("prompt: a text of at most {} bytes", kLargestPrompt));
      request.prompt = value;
      prompted = true;
    } else if (key == "max_tokens") {
      if (!value.is_number_unsigned() || value < 1 || value > kMostTokens)
        throw Bad(fmt::format("max_tokens: 1 to {}", kMostTokens));
      request.most_tokens = value;
    } else if (key == "temperature") {
      if (!value.is_number() || value < 0 || value > kHottest)
        throw Bad(fmt::format("temperature: 0 to {}", kHottest));
      request.temperature = value;
    } else if (key == "seed") {
      if (!value.is_number_unsigned()) throw Bad("seed: a whole number from 0 on");
      request.seed = value;
    } else if (key != "model") {  // clients send it; there is but one
      throw Bad(fmt::format("{}: not known; there are prompt, max_tokens, temperature, seed", key));
    }
  }
  if (!prompted) throw Bad("prompt: missing");
  return request;
}

class Service {
 public:
  Service(const Writer& writer, const ServeOptions& options)
      : writer_(writer), options_(options), pool_(static_cast<std::size_t>(options.workers)) {}
  ~Service() { pool_.join(); }

  void handle(HttpRequest request, HttpReply reply) {
    const auto send = [this, reply = std::move(reply)](HttpAnswer answer) {
      metrics_.request(answer.status);
      reply(std::move(answer));
    };
    const bool complete = request.path == "/v1/completions";
    const char* const method = complete ? "POST" : "GET";
    if (!complete && request.path != "/healthz" && request.path != "/metrics")
      return send(refusal(404, "not_found", "there are /v1/completions, /healthz, /metrics"));
    if (request.method != method) {
      HttpAnswer no = refusal(405, "method", fmt::format("{}: {}", request.path, method));
      no.allow = method;
      return send(std::move(no));
    }
    if (request.path == "/healthz")
      return send(answer_of(200, {{"status", "ok"}, {"model", writer_.about()}}));
    if (request.path == "/metrics")
      return send({200, "text/plain; version=0.0.4", metrics_.text(in_flight_), ""});
    if (in_flight_ >= options_.most_waiting)
      return send(
          refusal(503, "busy", fmt::format("{} requests are waiting", options_.most_waiting)));
    ++in_flight_;
    boost::asio::post(pool_, [this, send, body = std::move(request.body), began = Clock::now()] {
      HttpAnswer answer = complete_one(body, began);
      --in_flight_;
      send(std::move(answer));
    });
  }
  void hurry() { hurry_ = true; }

 private:
  using Clock = std::chrono::steady_clock;

  HttpAnswer complete_one(const std::string& body, Clock::time_point began) try {
    const Request request = request_of(body);
    const Completion done = writer_.complete(request, hurry_);
    metrics_.completion(std::chrono::duration<double>(Clock::now() - began).count(), done);
    const bool whole = done.tokens == static_cast<std::size_t>(request.most_tokens);
    return answer_of(
        200,
        {{"object", "text_completion"},
         {"choices",
          {{{"index", 0}, {"text", done.text}, {"finish_reason", whole ? "length" : "stopped"}}}},
         {"seed", request.seed},
         {"usage",
          {{"prompt_tokens", done.prompt_tokens},
           {"completion_tokens", done.tokens},
           {"total_tokens", done.prompt_tokens + done.tokens}}}});
  } catch (const Bad& e) {
    return refusal(400, "bad_request", e.what());
  } catch (const std::exception& e) {
    fmt::print(stderr, "factory: {}\n", e.what());
    return refusal(500, "internal", "see the server's log");
  }

  const Writer& writer_;
  const ServeOptions options_;
  Metrics metrics_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<bool> hurry_ = false;
  boost::asio::thread_pool pool_;
};

}  // namespace

int serve(const ServeOptions& options) {
  const int port = options.port >= 0 ? options.port : number("DURE_PORT", 0, 65535).value_or(8080);
  const Writer writer = Writer::load(options.model);
  Service service(writer, options);
  HttpOptions http;
  http.address = options.address;
  http.port = static_cast<std::uint16_t>(port);
  http.grace_s = options.grace_s;
  HttpServer server(
      http,
      [&](HttpRequest request, HttpReply reply) {
        service.handle(std::move(request), std::move(reply));
      },
      [&] { service.hurry(); });
  fmt::print("serving {} on http://{}:{}\n", options.model, options.address, server.port());
  server.run();
  fmt::print("stopped\n");
  return 0;
}

}  // namespace factory
