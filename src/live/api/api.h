// The hub's HTTP API: routes, who may call, limits, problem documents, request ids. What a route
// does is in the other files of this folder; how it is described to the world in openapi.cpp, from
// the same table.
// Handlers run on the server's threads; what they ask of the hub is a Work, and the answer goes out
// when it is kept.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/describe_doc.h"
#include "io/describe_json.h"
#include "live/api/meters.h"
#include "live/api/page_files.h"
#include "live/api/views.h"
#include "live/http/server.h"
#include "live/http/url.h"
#include "live/hub.h"

namespace dure {

struct Call {
  HttpRequest request;
  std::vector<std::string> path;  // what the {} of the route stand for, decoded
  Target target;
  Caller caller;
  std::string id;  // of the request
  std::shared_ptr<Reply> reply;
  std::function<void(const HttpResponse&)> answered;  // for the meters and the log
};

enum class Needs { anybody, viewer, user, operator_, agent };

inline constexpr std::int64_t kLastNumber = 9'007'199'254'740'991;  // that JSON carries exactly

struct Parameter {
  std::string name, help;
  std::optional<std::pair<std::int64_t, std::int64_t>> whole = {};  // a number of this range
};

struct Route {
  std::string method, path, summary;
  Needs needs = Needs::viewer;
  std::vector<Parameter> query;
  std::function<std::vector<FieldDoc>()> body, answer;  // empty: none
  std::string answer_type = "application/json";
  std::function<void(Call)> handle;
};

// What a hub's log says of a call: that it changed something, or was refused.
struct CallNote {
  std::string request_id, caller, method, path, code;  // code: of the problem, if it was refused
  int status = 0;
};

// What other floors lend: the hub's page, explanations.
struct ApiExtras {
  std::function<void(const CallNote&)> note;  // any thread; none: nothing is logged
  std::function<std::string(const WorldCopy&, JobId)>
      explain;  // JSON; on another thread than the hub's
  // The stored record, by a connection of its own that only reads.
  std::function<Result<std::unique_ptr<Store>>()> open_record = [] {
    return Result<std::unique_ptr<Store>>(Fault{"store", "one that can be read", "none", ""});
  };
  PageFiles page;
  std::string version;
  std::int64_t own_uid = -1;  // callers of this account need no token on a loopback address
  std::string own_user;       // how they are called
  std::function<bool(const HttpRequest&)> own_origin = [](const HttpRequest&) { return false; };
};

class EventFeed;
class StoreReader;

class Api {
 public:
  Api(Hub& hub, ApiExtras extras);
  ~Api();
  void serve(HttpRequest request, Reply reply);
  const std::vector<Route>& routes() const { return routes_; }
  Followers* followers();
  void close();  // ends the streams and readings
  // For in-process agents and tests: the newest samples and calls of each site.
  void noted(const SyncRequest& request, Millis now);

  // ---- for the files of this folder
  Hub& hub() { return hub_; }
  const ApiExtras& extras() const { return extras_; }
  EventFeed& feed() { return *feed_; }
  Meters& meters() { return *meters_; }
  StoreReader& reader() { return *reader_; }
  // Reads the world and answers; `f` runs on the hub's thread.
  void read(Call call, std::function<HttpResponse(const Desk&)> f);
  void write(Call call, std::function<std::optional<HttpResponse>(const Desk&, Facts&)> f);

  struct SiteNote {
    Millis seen;
    std::string driver;
    bool caps_power = false;
    std::map<std::string, NodeSample> samples;
  };
  SiteNote note(const std::string& site) const;

 private:
  const Route* find(const std::string& method, const std::vector<std::string>& path,
                    std::vector<std::string>& values, std::string& allowed) const;
  std::optional<Problem> admit(const Route& route, Call& call) const;
  bool within_rate(const std::string& caller);

  Hub& hub_;
  ApiExtras extras_;
  std::vector<Route> routes_;
  std::unique_ptr<EventFeed> feed_;
  std::shared_ptr<Meters> meters_ = std::make_shared<Meters>();  // outlives calls under way
  std::unique_ptr<StoreReader> reader_;
  std::atomic<std::uint64_t> next_id_ = 1;
  std::string id_prefix_;
  mutable std::mutex mutex_;
  std::map<std::string, SiteNote> notes_;
  struct Bucket {
    double tokens = 0;
    std::int64_t at_ms = 0;
  };
  std::map<std::string, Bucket> buckets_;
};

// Answers.
HttpResponse json_answer(std::string body, int status = 200);
HttpResponse problem_answer(const Problem& problem, const std::string& request_id);
template <Described S>
HttpResponse view_answer(const S& view, int status = 200);
void send(Call& call, HttpResponse response);

// Groups of routes.
void add_job_routes(Api& api, std::vector<Route>& routes);
void add_site_routes(Api& api, std::vector<Route>& routes);
void add_account_routes(Api& api, std::vector<Route>& routes);
void add_job_entry_routes(Api& api, std::vector<Route>& routes);
void add_ledger_line_routes(Api& api, std::vector<Route>& routes);
void add_agent_routes(Api& api, std::vector<Route>& routes);
void add_data_routes(Api& api, std::vector<Route>& routes);
void add_pipeline_routes(Api& api, std::vector<Route>& routes);
void add_forecast_routes(Api& api, std::vector<Route>& routes);
void add_shadow_routes(Api& api, std::vector<Route>& routes);
void add_hub_routes(Api& api, std::vector<Route>& routes);
void add_page_routes(Api& api, std::vector<Route>& routes);
std::string openapi(const Api& api);
std::string metrics(Api& api, const Desk& desk);

std::optional<std::int64_t> whole(std::string_view text);
std::optional<JobId> job_in(const Desk& desk, const std::string& text);
std::string iso(Millis t);                             // "" of 0
std::string service_url(const Desk& desk, JobId job);  // "" of what does not serve

template <Described S>
HttpResponse view_answer(const S& view, int status) {
  return json_answer(to_json(view, JsonDefaults::written), status);
}

}  // namespace dure
