#include "live/api/api.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/calendar.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "live/api/events.h"
#include "live/api/store_reader.h"

namespace dure {
namespace {

constexpr std::size_t kMostCallers = 10'000;

const char* title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return status < 500 ? "Error" : "Internal Server Error";
  }
}

std::string sha256_of(std::string_view text) {
  Sha256 hash;
  hash.add(std::as_bytes(std::span(text)));
  return hash.hex();
}

// The same body gives the same tag; FNV-1a.
std::string etag_of(std::string_view body) {
  std::uint64_t h = 14695981039346656037u;
  for (const char c : body) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  char out[24];
  std::snprintf(out, sizeof out, "\"%016llx\"", static_cast<unsigned long long>(h));
  return out;
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> out;
  for (std::size_t at = 1; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    out.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

class ReadWork final : public Work {
 public:
  ReadWork(Call call, std::function<HttpResponse(const Desk&)> f)
      : call_(std::move(call)), f_(std::move(f)) {}
  bool writes() const override { return false; }
  bool round(const Desk& desk, Facts&) override {
    response_ = f_(desk);
    return true;
  }
  void kept(const Desk&) override { send(call_, std::move(response_)); }
  void failed(const Problem& p) override { send(call_, problem_answer(p, call_.id)); }

 private:
  Call call_;
  std::function<HttpResponse(const Desk&)> f_;
  HttpResponse response_;
};

class WriteWork final : public Work {
 public:
  WriteWork(Call call, std::function<std::optional<HttpResponse>(const Desk&, Facts&)> f)
      : call_(std::move(call)), f_(std::move(f)) {}
  bool round(const Desk& desk, Facts& facts) override {
    std::optional<HttpResponse> response = f_(desk, facts);
    if (response) response_ = std::move(*response);
    return response.has_value();
  }
  void kept(const Desk&) override { send(call_, std::move(response_)); }
  void failed(const Problem& p) override { send(call_, problem_answer(p, call_.id)); }

 private:
  Call call_;
  std::function<std::optional<HttpResponse>(const Desk&, Facts&)> f_;
  HttpResponse response_;
};

// A name that is not read is a mistyped one: answering as if it were not there would mislead.
std::optional<Problem> unknown_parameter(const Route& route, const Target& target) {
  if (target.segments.empty() || target.segments[0] != "api") return std::nullopt;
  for (const auto& [name, value] : target.query) {
    if (std::any_of(route.query.begin(), route.query.end(),
                    [&, &n = name](const Parameter& p) { return p.name == n; }))
      continue;
    std::vector<std::string_view> known;
    for (const Parameter& p : route.query) known.push_back(p.name);
    return Problem{400,
                   "unknown_parameter",
                   {"query", "a parameter of /api/v1/openapi.json", name.substr(0, 60),
                    name_hint(name, known)}};
  }
  return std::nullopt;
}

// To answer by, where the call itself has been handed on.
Call without_request(const Call& call) {
  Call out;
  out.id = call.id;
  out.reply = call.reply;
  out.answered = call.answered;
  return out;
}

Problem busy() {
  return {503, "overloaded", {"hub", "fewer requests", "a full queue", "try again in a second"}};
}

}  // namespace

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<JobId> job_in(const Desk& desk, const std::string& text) {
  const std::optional<std::int64_t> n = whole(text);
  if (!n || *n < 1 || *n > static_cast<std::int64_t>(desk.world.jobs())) return std::nullopt;
  return job_of(*n);
}

std::string iso(Millis t) { return t.count() == 0 ? "" : iso_kst(t); }

std::string service_url(const Desk& d, JobId id) {
  const Attempt* a = d.book.attempt(id);
  if (a == nullptr || a->nodes.empty()) return "";
  const std::optional<JobSpec> spec = d.book.spec(id);
  // One that nobody looks at serves once it has started, for all that is known.
  const bool looked_at = spec && spec->health;
  if (looked_at ? !a->serving : a->stage != Stage::started || a->port == 0) return "";
  const std::int64_t port =
      spec && spec->health && spec->health->port != 0 ? spec->health->port : std::int64_t{a->port};
  return "http://" + a->nodes[0].node + ":" + std::to_string(port);
}

HttpResponse json_answer(std::string body, int status) {
  HttpResponse r;
  r.status = status;
  r.headers.emplace_back("Content-Type", "application/json");
  if (status == 200) r.headers.emplace_back("ETag", etag_of(body));
  r.body = std::move(body);
  return r;
}

HttpResponse problem_answer(const Problem& p, const std::string& request_id) {
  ProblemView view;
  view.type = "about:blank";
  view.title = title_of(p.status);
  view.status = p.status;
  view.code = p.code;
  view.detail = to_string(p.fault);
  view.where = p.fault.where;
  view.expected = p.fault.expected;
  view.found = p.fault.found;
  view.hint = p.fault.hint;
  view.request_id = request_id;
  HttpResponse r;
  r.status = p.status;
  r.headers.emplace_back("Content-Type", "application/problem+json");
  if (p.status == 429 || p.status == 503) r.headers.emplace_back("Retry-After", "1");
  if (p.status == 401) r.headers.emplace_back("WWW-Authenticate", "Bearer");
  r.body = to_json(view);
  r.code = p.code;
  return r;
}

void send(Call& call, HttpResponse response) {
  response.headers.emplace_back("X-Request-Id", call.id);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (response.status == 200 && !response.header("ETag").empty() &&
      response.header("ETag") == call.request.header("if-none-match")) {
    response.status = 304;
    response.body.clear();
  }
  if (call.answered) call.answered(response);
  call.reply->send(std::move(response));
}

Api::Api(Hub& hub, ApiExtras extras) : hub_(hub), extras_(std::move(extras)) {
  id_prefix_ = std::to_string(unix_ms(hub.wall_clock().now()) / 1000 % 1'000'000'000) + "-";
  feed_ = std::make_unique<EventFeed>();
  hub.plant().stored = [meters = meters_](std::size_t entries, double seconds) {
    meters->stored(entries, seconds);
  };
  reader_ = std::make_unique<StoreReader>(extras_.open_record);
  add_hub_routes(*this, routes_);
  add_page_routes(*this, routes_);
  add_job_routes(*this, routes_);
  add_forecast_routes(*this, routes_);
  add_shadow_routes(*this, routes_);
  add_site_routes(*this, routes_);
  add_account_routes(*this, routes_);
  add_data_routes(*this, routes_);
  add_pipeline_routes(*this, routes_);
  add_ledger_line_routes(*this, routes_);
  add_job_entry_routes(*this, routes_);
  add_agent_routes(*this, routes_);
}
Api::~Api() = default;
Followers* Api::followers() { return feed_.get(); }
void Api::close() {
  feed_->close();
  reader_->stop();
}

void Api::read(Call call, std::function<HttpResponse(const Desk&)> f) {
  Call refused = without_request(call);
  if (!hub_.plant().post(std::make_unique<ReadWork>(std::move(call), std::move(f))))
    send(refused, problem_answer(busy(), refused.id));
}

void Api::write(Call call, std::function<std::optional<HttpResponse>(const Desk&, Facts&)> f) {
  Call refused = without_request(call);
  if (!hub_.plant().post(std::make_unique<WriteWork>(std::move(call), std::move(f))))
    send(refused, problem_answer(busy(), refused.id));
}

const Route* Api::find(const std::string& method, const std::vector<std::string>& path,
                       std::vector<std::string>& values, std::string& allowed) const {
  for (const Route& r : routes_) {
    const std::vector<std::string> parts = split(r.path);
    // A last {…*} takes the rest.
    const bool rest = !parts.empty() && parts.back().ends_with("*}");
    if (rest ? path.size() < parts.size() : path.size() != parts.size()) continue;
    std::vector<std::string> found;
    bool same = true;
    for (std::size_t i = 0; i < parts.size() && same; ++i) {
      if (parts[i].starts_with("{"))
        found.push_back(path[i]);
      else
        same = parts[i] == path[i];
    }
    if (!same) continue;
    for (std::size_t i = parts.size(); i < path.size(); ++i) found.back() += "/" + path[i];
    if (r.method != method && !(method == "HEAD" && r.method == "GET")) {
      allowed += (allowed.empty() ? "" : ", ") + r.method;
      continue;
    }
    values = std::move(found);
    return &r;
  }
  return nullptr;
}

// Who calls, and may it?
std::optional<Problem> Api::admit(const Route& route, Call& call) const {
  const HubSpec& spec = hub_.spec();
  const std::string_view header = call.request.header("authorization");
  if (!header.empty()) {
    if (!header.starts_with("Bearer "))
      return Problem{401, "bad_token", {"Authorization", "Bearer TOKEN", "another scheme", ""}};
    const std::string digest = sha256_of(header.substr(7));
    bool known = false;
    for (const UserSpec& u : spec.users)
      if (u.token_sha256 == digest) {
        call.caller = {u.id, u.member, u.site_user.empty() ? u.id : u.site_user, u.role};
        known = true;
      }
    for (const AgentSpec& a : spec.agents)
      if (!a.token_sha256.empty() && a.token_sha256 == digest) {
        call.caller = {"agent:" + a.site, "", "", Role::viewer};
        known = true;
      }
    if (!known)
      return Problem{
          401, "bad_token", {"Authorization", "a token of this hub", "another", "dure login"}};
  } else if (call.request.client_subject.starts_with("agent:")) {
    call.caller = {call.request.client_subject, "", "", Role::viewer};
  } else if (call.request.peer_uid >= 0 &&
             (call.request.peer_uid == 0 || call.request.peer_uid == extras_.own_uid)) {
    // A process of the same account on this machine could read the store itself.
    if (!call.request.header("origin").empty() && !extras_.own_origin(call.request))
      return Problem{403,
                     "foreign_origin",
                     {"Origin", "none, or the hub's own page",
                      std::string(call.request.header("origin")), ""}};
    call.caller = {extras_.own_user, spec.local_member, "", Role::admin};
  } else if (route.needs != Needs::anybody) {
    return Problem{
        401, "token_missing", {"Authorization", "Bearer TOKEN", "nothing", "dure login"}};
  }
  const bool agent = call.caller.id.starts_with("agent:");
  const bool passes = [&] {
    switch (route.needs) {
      case Needs::anybody: return true;
      case Needs::viewer: return !agent;
      case Needs::user: return !agent && call.caller.role >= Role::user;
      case Needs::operator_: return !agent && call.caller.role >= Role::operator_;
      case Needs::agent: return !call.path.empty() && call.caller.id == "agent:" + call.path[0];
    }
    return false;
  }();
  if (passes) return std::nullopt;
  return Problem{
      403, "role_too_low", {"caller", "a role that may do this", call.caller.id, "ask an admin"}};
}

bool Api::within_rate(const std::string& caller) {
  const double rate = static_cast<double>(hub_.spec().requests_per_s);
  if (rate == 0) return true;
  const std::int64_t now = hub_.wall_clock().now().count();
  const std::lock_guard lock(mutex_);
  if (buckets_.size() > kMostCallers) buckets_.clear();
  const auto [it, fresh] = buckets_.try_emplace(caller, Bucket{rate, now});
  Bucket& b = it->second;
  b.tokens = std::min(rate, b.tokens + static_cast<double>(now - b.at_ms) * rate / 1000);
  b.at_ms = now;
  if (b.tokens < 1) return false;
  b.tokens -= 1;
  return true;
}

void Api::serve(HttpRequest request, Reply reply) {
  Call call;
  const std::string_view asked = request.header("x-request-id");
  const bool fit =
      !asked.empty() && asked.size() <= 64 && std::all_of(asked.begin(), asked.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
      });
  call.id = fit ? std::string(asked) : id_prefix_ + std::to_string(next_id_++);
  call.request = std::move(request);
  call.reply = std::make_shared<Reply>(std::move(reply));
  const auto begun = std::chrono::steady_clock::now();
  // What only reads and is answered is for the meters; all else for the log too.
  const auto measure = [&](std::string route, bool changes) {
    return [meters = meters_, begun, name = std::move(route), changes, log = extras_.note,
            id = call.id, caller = call.caller.id, method = call.request.method,
            path = call.request.target](const HttpResponse& r) {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
      meters->answered(name, r.status, took.count());
      if (log && (changes || r.status >= 400))
        log({id, caller, method, path.substr(0, 200), r.code, r.status});
    };
  };
  call.answered = measure("refused", false);
  const auto refuse = [&](const Problem& p) { send(call, problem_answer(p, call.id)); };
  Result<Target> target = parse_target(call.request.target);
  if (!target) return refuse({400, "bad_target", target.fault()});
  call.target = std::move(target.value());
  std::string allowed;
  const Route* route = find(call.request.method, call.target.segments, call.path, allowed);
  if (route == nullptr) {
    if (allowed.empty())
      return refuse(
          {404,
           "no_such_path",
           {"path", "one of /api/v1/openapi.json", call.request.target.substr(0, 200), ""}});
    HttpResponse r = problem_answer(
        {405, "method_not_allowed", {"method", allowed, call.request.method, ""}}, call.id);
    r.headers.emplace_back("Allow", allowed);
    return send(call, std::move(r));
  }
  if (auto problem = admit(*route, call)) return refuse(*problem);
  call.answered = measure("refused", false);  // it has a caller now
  if (route->needs != Needs::anybody && route->needs != Needs::agent &&
      !within_rate(call.caller.id))
    return refuse({429,
                   "too_many_requests",
                   {"caller", std::to_string(hub_.spec().requests_per_s) + " requests a second",
                    "more", "slow down"}});
  if (route->body && !call.request.body.empty()) {
    const std::string_view type = call.request.header("content-type");
    if (!type.starts_with("application/json"))
      return refuse({415, "not_json", {"Content-Type", "application/json", std::string(type), ""}});
  }
  if (auto problem = unknown_parameter(*route, call.target)) return refuse(*problem);
  call.answered = measure(route->method + " " + route->path,
                          route->method != "GET" && route->needs != Needs::agent);
  route->handle(std::move(call));
}

void Api::noted(const SyncRequest& request, Millis now) {
  const std::lock_guard lock(mutex_);
  SiteNote& note = notes_[request.site];
  note.seen = now;
  note.driver = request.driver;
  note.caps_power = request.caps_power;
  for (const NodeSample& s : request.samples) note.samples[s.node] = s;
}

Api::SiteNote Api::note(const std::string& site) const {
  const std::lock_guard lock(mutex_);
  const auto it = notes_.find(site);
  return it == notes_.end() ? SiteNote{} : it->second;
}

}  // namespace dure
