// The hub itself: health, readiness, metrics, status, description.
#include "live/api/api.h"

namespace dure {
namespace {

HttpResponse text_answer(std::string body, const char* type) {
  HttpResponse r;
  r.headers.emplace_back("Content-Type", type);
  r.body = std::move(body);
  return r;
}

void ready(Api& api, Call call) {
  const HubState state = api.hub().plant().state();
  std::string body = "{\"state\":";
  append_json_text(to_string(state), body);
  body += ",\"detail\":";
  append_json_text(api.hub().plant().state_detail(), body);
  body += "}";
  send(call, json_answer(std::move(body), state == HubState::leading ? 200 : 503));
}

void status(Api& api, Call call) {
  const std::string* digest = call.target.find("digest");
  const bool with = digest != nullptr && *digest == "1";
  Hub& hub = api.hub();
  api.read(std::move(call), [&api, &hub, with](const Desk& d) {
    StatusView v;
    v.version = api.extras().version;
    v.state = to_string(hub.plant().state());
    v.detail = hub.plant().state_detail();
    v.hub = d.book.hub_id();
    v.store = hub.store().name();
    v.world_time = iso(d.world.now());
    if (with) v.world_sha256 = d.world.digest();
    v.epoch = hub.epoch();
    v.entries = static_cast<std::int64_t>(hub.last_entry());
    v.events = static_cast<std::int64_t>(d.world.events());
    v.jobs = static_cast<std::int64_t>(d.world.jobs());
    v.waiting_jobs = d.world.waiting_jobs() + d.world.held_jobs();
    v.running_jobs = d.world.running_jobs();
    v.requests_waiting = static_cast<std::int64_t>(hub.plant().waiting());
    return view_answer(v);
  });
}

}  // namespace

void add_hub_routes(Api& api, std::vector<Route>& routes) {
  routes.push_back({"GET",
                    "/healthz",
                    "The process lives",
                    Needs::anybody,
                    {},
                    {},
                    {},
                    "application/json",
                    [](Call call) { send(call, json_answer("{\"ok\":true}")); }});
  routes.push_back({"GET",
                    "/readyz",
                    "It leads and can store: 200; else 503, and why",
                    Needs::anybody,
                    {},
                    {},
                    {},
                    "application/json",
                    [&api](Call call) { ready(api, std::move(call)); }});
  routes.push_back({"GET",
                    "/metrics",
                    "For Prometheus",
                    Needs::viewer,
                    {},
                    {},
                    {},
                    "text/plain",
                    [&api](Call call) {
                      api.read(std::move(call), [&api](const Desk& d) {
                        return text_answer(metrics(api, d), "text/plain; version=0.0.4");
                      });
                    }});
  routes.push_back({"GET",
                    "/api/v1/openapi.json",
                    "This description",
                    Needs::anybody,
                    {},
                    {},
                    {},
                    "application/json",
                    [&api](Call call) { send(call, json_answer(openapi(api))); }});
  routes.push_back({"GET",
                    "/api/v1/status",
                    "The hub and its record",
                    Needs::viewer,
                    {{"digest", "1: with the SHA-256 of the world"}},
                    {},
                    describe_doc<StatusView>,
                    "application/json",
                    [&api](Call call) { status(api, std::move(call)); }});
}

}  // namespace dure
