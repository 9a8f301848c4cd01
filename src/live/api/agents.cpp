// Agents: one call that carries facts up and commands down (protocol.h).
#include <algorithm>

#include "live/api/api.h"
#include "live/sync_work.h"

namespace dure {
namespace {

void sync(Api& api, Call call) {
  Outcome<SyncRequest> read = from_json<SyncRequest>(call.request.body, "body");
  if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
  SyncRequest request = std::move(read.value());
  if (request.site != call.path[0])
    return send(call, problem_answer({422, "wrong_site", {"site", call.path[0], request.site, ""}},
                                     call.id));
  const auto& sites = api.hub().scenario().sites;
  if (std::none_of(sites.begin(), sites.end(),
                   [&](const SiteSpec& s) { return s.id == request.site; }))
    return send(
        call,
        problem_answer({404, "unknown_site", {"site", "a site of the alliance", request.site, ""}},
                       call.id));
  api.noted(request, api.hub().wall_clock().now());
  const auto shared = std::make_shared<Call>(std::move(call));
  SyncAnswer answer{
      [shared](const SyncReply& reply) { send(*shared, json_answer(to_json(reply))); },
      [shared](const Problem& p) { send(*shared, problem_answer(p, shared->id)); }};
  LivePlant& plant = api.hub().plant();
  if (!plant.post(std::make_unique<SyncWork>(plant, std::move(request), answer)))
    answer.fault({503, "overloaded", {"hub", "fewer requests", "a full queue", ""}});
}

}  // namespace

void add_agent_routes(Api& api, std::vector<Route>& routes) {
  routes.push_back({"POST",
                    "/api/v1/agents/{site}/sync",
                    "An agent tells facts and takes commands",
                    Needs::agent,
                    {},
                    describe_doc<SyncRequest>,
                    describe_doc<SyncReply>,
                    "application/json",
                    [&api](Call call) { sync(api, std::move(call)); }});
}

}  // namespace dure
