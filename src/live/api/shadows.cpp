// Other policies beside the live one, and how they differ.
#include "live/shadows.h"

#include <cmath>

#include "live/api/api.h"
#include "live/api/forecast_views.h"

namespace dure {
namespace {

double hours(std::int64_t gpu_ms) {
  return std::round(static_cast<double>(gpu_ms) / 3'600.0) / 1e3;
}
double share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return 0;
  return std::round(1e4 * static_cast<double>(part) / static_cast<double>(whole)) / 1e4;
}
std::int64_t mean_s(std::int64_t ms, std::int64_t n) { return n == 0 ? 0 : ms / n / 1000; }
double mean(double sum, std::int64_t n) {
  return n == 0 ? 0 : std::round(sum / static_cast<double>(n) * 1e3) / 1e3;
}

struct LiveNow {  // of the live world, as it is asked
  GpuUse use;
  std::int64_t waiting = 0, running = 0;
};

ShadowView view_of(const ShadowState& s, const LiveNow& live) {
  const World& world = s.shadow.world();
  const ShadowCount& c = s.shadow.count();
  ShadowView v;
  v.shadow = s.spec.id;
  v.policy = enum_name(s.spec.policy);
  v.set = s.spec.set;
  // A world that was told nothing yet is before all time.
  if (s.shadow.since().count() > 0) v.since = iso(s.shadow.since());
  v.at = iso(world.now());
  v.stopped = s.stopped;
  v.compared_jobs = c.all.jobs;
  v.less_reserved = c.less_reserved;
  v.late_gpu_hours = hours(c.late_gpu_ms);
  const GpuUse here = gpu_use(world, world.now());
  std::int64_t used[2] = {}, lent[2] = {};
  for (std::uint32_t m = 0; m < world.members().size(); ++m) {
    const auto since = [&](const std::vector<std::int64_t>& now,
                           const std::vector<std::int64_t>& before) {
      return (m < now.size() ? now[m] : 0) - (m < before.size() ? before[m] : 0);
    };
    const std::int64_t live_used = since(live.use.used, s.live_before.used),
                       live_lent = since(live.use.lent, s.live_before.lent),
                       here_used = since(here.used, s.here_before.used),
                       here_lent = since(here.lent, s.here_before.lent);
    used[0] += live_used;
    used[1] += here_used;
    lent[0] += live_lent;
    lent[1] += here_lent;
    const auto it = c.members().find(m);
    const ShadowCount::Sum sum = it == c.members().end() ? ShadowCount::Sum{} : it->second;
    v.members.push_back({world.members()[m], sum.jobs, mean_s(sum.live_ms, sum.jobs),
                         mean_s(sum.here_ms, sum.jobs), hours(live_used), hours(here_used),
                         hours(live_lent), hours(here_lent)});
  }
  const auto side = [&](bool shadow) {
    const ShadowCount::Percentiles p = shadow ? c.here() : c.live();
    ShadowSide out;
    out.started = shadow ? c.starts_here : c.starts_live;
    out.stops = shadow ? c.stops_here : c.stops_live;
    out.waiting_jobs = shadow ? world.waiting_jobs() + world.held_jobs() : live.waiting;
    out.running_jobs = shadow ? world.running_jobs() : live.running;
    out.mean_wait_s = mean_s(shadow ? c.all.here_ms : c.all.live_ms, c.all.jobs);
    out.p50_wait_s = p.p50 / 1000;
    out.p95_wait_s = p.p95 / 1000;
    out.mean_bounded_slowdown = mean(shadow ? c.slowdown_here : c.slowdown_live, c.slowdowns);
    out.utilization = share(used[shadow ? 1 : 0], c.installed_gpu_ms);
    out.lent_gpu_hours = hours(lent[shadow ? 1 : 0]);
    return out;
  };
  v.live_side = side(false);
  v.shadow_side = side(true);
  for (const ShadowPair& p : c.largest())
    v.jobs.push_back(
        {number_of(p.job), p.gain() / 1000, world.members()[p.member], iso(p.live), iso(p.here)});
  return v;
}

class ShadowWork final : public Work {
 public:
  ShadowWork(Api& api, Call call) : api_(api), call_(std::make_shared<Call>(std::move(call))) {}
  bool writes() const override { return false; }
  bool round(const Desk&, Facts&) override { return true; }
  void kept(const Desk& d) override {
    const Millis now = std::max(api_.hub().wall_clock().now(), d.world.now());
    const auto live = std::make_shared<const LiveNow>(
        LiveNow{gpu_use(d.world, now), d.world.waiting_jobs() + d.world.held_jobs(),
                d.world.running_jobs()});
    api_.hub().shadows().ask(
        now,
        [live](const ShadowState& s) { return to_json(view_of(s, *live), JsonDefaults::written); },
        [call = call_](std::vector<std::string> parts) {
          std::string body = "{\"shadows\":[";
          for (std::size_t i = 0; i < parts.size(); ++i) body += (i > 0 ? "," : "") + parts[i];
          send(*call, json_answer(body + "]}"));
        });
  }
  void failed(const Problem& p) override { send(*call_, problem_answer(p, call_->id)); }

 private:
  Api& api_;
  std::shared_ptr<Call> call_;
};

}  // namespace

void add_shadow_routes(Api& api, std::vector<Route>& routes) {
  routes.push_back(
      {"GET",
       "/api/v1/shadow",
       "Other policies beside the live one: what they would have done, and how it "
       "differs",
       Needs::viewer,
       {},
       {},
       describe_doc<ShadowsView>,
       "application/json",
       [&api](Call call) {
         const std::shared_ptr<Reply> reply = call.reply;
         const std::string id = call.id;
         if (!api.hub().plant().post(std::make_unique<ShadowWork>(api, std::move(call))))
           reply->send(problem_answer(
               {503, "overloaded", {"hub", "fewer requests", "a full queue", ""}}, id));
       }});
}

}  // namespace dure
