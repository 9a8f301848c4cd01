// Sites, their nodes, draining; reservations.
#include <algorithm>

#include "live/api/api.h"
#include "live/node_power.h"
#include "live/projections.h"

namespace dure {
namespace {

Problem no_such_site(const std::string& text) {
  return {
      404, "unknown_site", {"site", "a site of the alliance", text.substr(0, 60), "dure sites"}};
}

PoolViewLive pool_view(const Hub& hub, const Desk& d, PoolId id) {
  const Pool& pool = d.world.pool(id);
  PoolViewLive v;
  v.pool = pool.info.name;
  v.site = d.world.sites()[pool.info.site.index];
  v.owner = d.world.members()[pool.info.owner.index];
  v.hardware = hub.scenario().hardware[pool.info.hardware.index].id;
  v.device = enum_name(pool.info.device);
  for (const LiveNode& n : d.book.nodes(id)) {
    ++v.nodes;
    if (!n.world_drained) ++v.nodes_open;
  }
  v.installed = pool.installed;
  v.free = pool.free;
  v.lent = pool.lent;
  d.world.waiting_lanes();
  for (std::uint32_t l = 0; l < d.world.lanes(); ++l) {
    const LaneOpened& lane = d.world.lane(LaneId{l});
    if (std::find(lane.pools.begin(), lane.pools.end(), id) != lane.pools.end())
      v.waiting_jobs += static_cast<std::int64_t>(d.world.queue(LaneId{l}).size());
  }
  return v;
}

SiteView site_view(Api& api, const Desk& d, std::uint32_t index) {
  const SiteSpec& spec = api.hub().scenario().sites[index];
  const Api::SiteNote note = api.note(spec.id);
  SiteView v;
  v.site = spec.id;
  v.name_en = spec.name_en;
  v.name_ko = spec.name_ko;
  v.owner = spec.owner;
  v.driver = note.driver;
  v.agent_seen = iso(note.seen);
  v.caps_power = note.caps_power;
  v.connected = note.seen.count() > 0 && api.hub().wall_clock().now() - note.seen < Millis(60'000);
  if (const Site* site = d.book.site(spec.id))
    v.commands_waiting = static_cast<std::int64_t>(site->outbox.size());
  const SitePower power =
      site_power(d, spec.id, note.samples, unix_ms(api.hub().wall_clock().now()));
  v.power_w = power.power_w;
  v.measured_nodes = power.measured_nodes;
  v.modelled_nodes = power.modelled_nodes;
  for (std::uint32_t p = 0; p < d.world.pools(); ++p)
    if (d.world.pool(PoolId{p}).info.site.index == index)
      v.pools.push_back(pool_view(api.hub(), d, PoolId{p}));
  return v;
}

void sites(Api& api, Call call) {
  api.read(std::move(call), [&api](const Desk& d) {
    SitesView out;
    for (std::uint32_t i = 0; i < d.world.sites().size(); ++i)
      out.sites.push_back(site_view(api, d, i));
    return view_answer(out);
  });
}

void nodes(Api& api, Call call) {
  const std::string name = call.path[0], id = call.id;
  api.read(std::move(call), [&api, name, id](const Desk& d) {
    if (d.book.site(name) == nullptr) return problem_answer(no_such_site(name), id);
    const NodeSamples power =
        power_by_node(d, name, api.note(name).samples, unix_ms(api.hub().wall_clock().now()));
    std::map<std::string, std::int64_t> held;
    for (const auto& [job, a] : d.book.attempts())
      if (a.site == name && a.stage != Stage::gated)
        for (const NodeShare& n : a.nodes) held[n.node] += n.gpus;
    NodesView out;
    for (std::uint32_t p = 0; p < d.world.pools(); ++p) {
      const PoolOpened& pool = d.world.pool(PoolId{p}).info;
      if (d.world.sites()[pool.site.index] != name) continue;
      for (const LiveNode& n : d.book.nodes(PoolId{p})) {
        NodeViewLive v;
        v.node = n.name;
        v.pool = pool.name;
        v.state = enum_name(n.report.state);
        if (n.asked_drain && n.report.state == NodeState::up)
          v.state = held[n.name] > 0 ? "draining" : "drained";
        v.reason = n.report.reason;
        v.gpus = n.report.gpus;
        if (n.open()) v.free = std::max<std::int64_t>(0, n.report.gpus - held[n.name]);
        if (const auto it = power.find(n.name); it != power.end()) {
          const NodeSample& s = it->second;
          v.power_w = s.power_w;
          v.power_source = enum_name(s.source);
          v.gpu_share = s.gpu_share;
          v.cpu_share = s.cpu_share;
          v.temperature_c = s.temperature_c;
        }
        if (const PowerCap* cap = d.book.cap(name, n.name)) {
          v.cap_w = cap->cap_w;
          v.cap_state = !cap->answered ? "asked" : cap->code.empty() ? "set" : cap->code;
          v.cap_detail = cap->detail;
        }
        out.nodes.push_back(std::move(v));
      }
    }
    return view_answer(out);
  });
}

void set_node(Api& api, Call call, bool drain) {
  const std::string site = call.path[0], node = call.path[1], id = call.id;
  NodeBody body;
  if (!call.request.body.empty()) {
    Outcome<NodeBody> read = from_json<NodeBody>(call.request.body, "body");
    if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
    body = read.value();
  }
  const Caller caller = call.caller;
  api.write(std::move(call), [=](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
    std::string reason = body.reason;
    if (drain && reason.empty()) reason = "drained by " + caller.id;
    const Answered<Done> done = d.set_node(site, node, drain, reason, caller, facts);
    if (!done) return problem_answer(done.problem(), id);
    return json_answer("{}", 202);
  });
}

void set_cap(Api& api, Call call) {
  Outcome<CapBody> read = from_json<CapBody>(call.request.body, "body");
  if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
  const std::int64_t cap_w = read.value().cap_w;
  const std::string site = call.path[0], node = call.path[1], id = call.id;
  const Caller caller = call.caller;
  api.write(std::move(call), [=, &api](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
    const Answered<Done> done = d.cap(site, node, cap_w, api.note(site).caps_power, caller, facts);
    if (!done) return problem_answer(done.problem(), id);
    return json_answer("{}", 202);
  });
}

void reserve(Api& api, Call call) {
  Outcome<ReservationBody> read = from_json<ReservationBody>(call.request.body, "body");
  if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
  const ReservationBody body = read.value();
  const Caller caller = call.caller;
  const std::string id = call.id;
  api.write(std::move(call), [=](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
    const Answered<ReservationId> done =
        d.reserve(body.member, body.pool, body.gpus, world_time(body.from_ms),
                  world_time(body.to_ms), caller, facts);
    if (!done) return problem_answer(done.problem(), id);
    ReservationView v;
    v.reservation = std::int64_t{facts.world.empty() ? 0 : 1} +
                    static_cast<std::int64_t>(d.world.reservations().size());
    v.gpus = body.gpus.count();
    v.member = body.member;
    v.pool = body.pool;
    v.from = iso(world_time(body.from_ms));
    v.to = iso(world_time(body.to_ms));
    return view_answer(v, 201);
  });
}

void drop_reservation(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  const Caller caller = call.caller;
  api.write(std::move(call), [=](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
    const std::optional<std::int64_t> n = whole(text);
    if (!n || *n < 1 || *n > static_cast<std::int64_t>(d.world.reservations().size()))
      return problem_answer(
          {404,
           "unknown_reservation",
           {"reservation", "the number of a reservation", text.substr(0, 60), "dure reserve"}},
          id);
    const Answered<Done> done =
        d.drop_reservation(ReservationId{static_cast<std::uint32_t>(*n - 1)}, caller, facts);
    if (!done) return problem_answer(done.problem(), id);
    return json_answer("{}", 200);
  });
}

void reservations(Api& api, Call call) {
  api.read(std::move(call), [](const Desk& d) {
    ReservationsView out;
    for (std::size_t i = 0; i < d.world.reservations().size(); ++i) {
      const Reservation& r = d.world.reservations()[i];
      if (r.info.to <= d.world.now() || r.info.gpus.count() == 0) continue;  // over, or dropped
      out.reservations.push_back({static_cast<std::int64_t>(i) + 1, r.info.gpus.count(), r.used,
                                  d.world.members()[r.info.member.index],
                                  d.world.pool(r.info.pool).info.name, iso(r.info.from),
                                  iso(r.info.to)});
    }
    return view_answer(out);
  });
}

}  // namespace

void add_site_routes(Api& api, std::vector<Route>& routes) {
  const auto with = [&api](void (*f)(Api&, Call)) {
    return [&api, f](Call call) { f(api, std::move(call)); };
  };
  routes.push_back({"GET",
                    "/api/v1/sites",
                    "Sites, their pools and agents",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<SitesView>,
                    "application/json",
                    with(sites)});
  routes.push_back({"GET",
                    "/api/v1/sites/{site}/nodes",
                    "Nodes of a site",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<NodesView>,
                    "application/json",
                    with(nodes)});
  routes.push_back({"POST",
                    "/api/v1/sites/{site}/nodes/{node}/drain",
                    "No new work on a node; what runs there goes on",
                    Needs::operator_,
                    {},
                    describe_doc<NodeBody>,
                    {},
                    "application/json",
                    [&api](Call call) { set_node(api, std::move(call), true); }});
  routes.push_back({"POST",
                    "/api/v1/sites/{site}/nodes/{node}/resume",
                    "A node takes work again",
                    Needs::operator_,
                    {},
                    describe_doc<NodeBody>,
                    {},
                    "application/json",
                    [&api](Call call) { set_node(api, std::move(call), false); }});
  routes.push_back({"POST",
                    "/api/v1/sites/{site}/nodes/{node}/cap",
                    "What a node may draw; 0: no cap",
                    Needs::operator_,
                    {},
                    describe_doc<CapBody>,
                    {},
                    "application/json",
                    with(set_cap)});
  routes.push_back({"POST",
                    "/api/v1/reservations",
                    "Keep room for a member's work",
                    Needs::user,
                    {},
                    describe_doc<ReservationBody>,
                    describe_doc<ReservationView>,
                    "application/json",
                    with(reserve)});
  routes.push_back({"GET",
                    "/api/v1/reservations",
                    "Reservations",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<ReservationsView>,
                    "application/json",
                    with(reservations)});
  routes.push_back({"DELETE",
                    "/api/v1/reservations/{reservation}",
                    "Drop a reservation: jobs that use it run on",
                    Needs::user,
                    {},
                    {},
                    {},
                    "application/json",
                    with(drop_reservation)});
}

}  // namespace dure
