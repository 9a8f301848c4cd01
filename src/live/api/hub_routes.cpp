// The hub itself: health, readiness, metrics, status, description, page.
#include "live/api/api.h"
#include "live/api/events.h"

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

void forecast(Api& api, Call call) {
  const std::string* text = call.target.find("job");
  const std::string id = call.id, job_text = text == nullptr ? "" : *text;
  api.read(std::move(call), [&api, job_text, id](const Desk& d) {
    const std::optional<JobId> job = job_in(d, job_text);
    if (!job)
      return problem_answer(
          {404, "unknown_job", {"job", "the number of a job", job_text.substr(0, 60), ""}}, id);
    return json_answer(api.extras().forecast(d, api.hub().policy(), *job));
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
  routes.push_back(
      {"GET", "/", "The page", Needs::anybody, {}, {}, {}, "text/html", [&api](Call call) {
         send(call, text_answer(api.extras().page, "text/html; charset=utf-8"));
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
  routes.push_back({"GET",
                    "/api/v1/forecast",
                    "When a job will start: P50 and P90",
                    Needs::viewer,
                    {{"job", "its number"}},
                    {},
                    {},
                    "application/json",
                    [&api](Call call) { forecast(api, std::move(call)); }});
}

std::string metrics(Api& api, const Desk& d) {
  std::string out;
  const auto head = [&](const char* name, const char* type, const char* help) {
    out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  };
  const auto value = [&](const std::string& name, std::int64_t v) {
    out += name + " " + std::to_string(v) + "\n";
  };
  const auto label = [](const std::string& text) {
    std::string quoted;
    append_json_text(text, quoted);
    return quoted;
  };
  head("dure_up", "gauge", "1: this hub leads and can store");
  value("dure_up", api.hub().plant().state() == HubState::leading ? 1 : 0);
  head("dure_epoch", "gauge", "rises with every hub that leads");
  value("dure_epoch", api.hub().epoch());
  head("dure_record_entries_total", "counter", "entries of the record");
  value("dure_record_entries_total", static_cast<std::int64_t>(api.hub().last_entry()));
  head("dure_jobs", "gauge", "jobs by state");
  value("dure_jobs{state=\"waiting\"}", d.world.waiting_jobs());
  value("dure_jobs{state=\"held\"}", d.world.held_jobs());
  value("dure_jobs{state=\"running\"}", d.world.running_jobs());
  head("dure_jobs_submitted_total", "counter", "jobs so far");
  value("dure_jobs_submitted_total", static_cast<std::int64_t>(d.world.jobs()));
  head("dure_pool_units", "gauge", "units of a pool: installed, free, lent");
  for (std::uint32_t p = 0; p < d.world.pools(); ++p) {
    const Pool& pool = d.world.pool(PoolId{p});
    const std::string labels = "{pool=" + label(pool.info.name) + ",kind=";
    value("dure_pool_units" + labels + "\"installed\"}", pool.installed);
    value("dure_pool_units" + labels + "\"free\"}", pool.free);
    value("dure_pool_units" + labels + "\"lent\"}", pool.lent);
  }
  head("dure_site_connected", "gauge", "1: the site's agent called in the last 60 s");
  head("dure_site_power_watts", "gauge", "of its nodes, as told last");
  for (const std::string& site : d.world.sites()) {
    const Api::SiteNote note = api.note(site);
    const bool here =
        note.seen.count() > 0 && api.hub().wall_clock().now() - note.seen < Millis(60'000);
    value("dure_site_connected{site=" + label(site) + "}", here ? 1 : 0);
    std::int64_t watts = 0;
    for (const auto& [node, sample] : note.samples) watts += sample.power_w;
    value("dure_site_power_watts{site=" + label(site) + "}", watts);
  }
  head("dure_site_commands_waiting", "gauge", "commands that a site's agent has not taken");
  for (const auto& [name, site] : d.book.sites())
    value("dure_site_commands_waiting{site=" + label(name) + "}",
          static_cast<std::int64_t>(site.outbox.size()));
  head("dure_member_gpus_held", "gauge", "GPUs that a member holds");
  for (std::uint32_t m = 0; m < d.world.members().size(); ++m)
    value("dure_member_gpus_held{member=" + label(d.world.members()[m]) + "}",
          d.world.accounts().held(d.world.account(MemberId{m}), Device::gpu));
  head("dure_http_requests_total", "counter", "by route; refused: without one, or without right");
  for (const auto& [route, count] : api.counts())
    value("dure_http_requests_total{route=" + label(route) + "}",
          static_cast<std::int64_t>(count.requests));
  head("dure_event_streams", "gauge", "clients that follow /api/v1/events");
  value("dure_event_streams", static_cast<std::int64_t>(api.feed().streams()));
  head("dure_requests_waiting", "gauge", "requests that the hub has not come to");
  value("dure_requests_waiting", static_cast<std::int64_t>(api.hub().plant().waiting()));
  return out;
}

}  // namespace dure
