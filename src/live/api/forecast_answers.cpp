#include "live/api/forecast_answers.h"

#include <algorithm>
#include <map>

#include "base/calendar.h"

namespace dure {
namespace {

constexpr std::int64_t kMsPerHour64 = 3'600'000;
constexpr std::int64_t kMinute = 60'000;

std::optional<std::string> shown(const std::optional<Millis>& t) {
  return t ? std::optional(iso_kst(*t)) : std::nullopt;
}

// Those that have waited longest, by number.
std::vector<JobId> queue_of(const World& world) {
  std::vector<JobId> out;
  world.waiting_lanes().for_each([&](std::uint32_t l) {
    const LaneQueue& queue = world.queue(LaneId{l});
    for (std::size_t i = 0; i < queue.size(); ++i) out.push_back(queue.job(i));
  });
  std::sort(out.begin(), out.end());
  if (out.size() > kMostForecast) out.resize(kMostForecast);
  return out;
}

// What is looked at in each sample, at each hour.
struct Figures {
  std::size_t members = 0, sites = 0;
  explicit Figures(const World& world)
      : members(world.members().size()), sites(world.sites().size()) {}
  std::size_t held(std::size_t member) const { return member * 3; }
  std::size_t waiting(std::size_t member) const { return member * 3 + 1; }
  std::size_t lent(std::size_t member) const { return member * 3 + 2; }
  std::size_t site_held(std::size_t site) const { return members * 3 + site * 3; }
  std::size_t site_waiting(std::size_t site) const { return members * 3 + site * 3 + 1; }
  std::size_t site_lent(std::size_t site) const { return members * 3 + site * 3 + 2; }

  std::vector<std::int64_t> of(const World& world) const {
    std::vector<std::int64_t> out((members + sites) * 3);
    for (std::uint32_t m = 0; m < members; ++m) {
      const AccountId account = world.account(MemberId{m});
      out[held(m)] = world.accounts().held(account, Device::gpu);
      out[waiting(m)] = world.accounts()[account].waiting;
    }
    for (std::uint32_t p = 0; p < world.pools(); ++p) {
      const Pool& pool = world.pool(PoolId{p});
      if (pool.info.device != Device::gpu) continue;
      out[site_held(pool.info.site.index)] += pool.installed - pool.free;
      out[site_lent(pool.info.site.index)] += pool.lent;
      out[lent(pool.info.owner.index)] += pool.lent;
    }
    world.waiting_lanes().for_each([&](std::uint32_t l) {
      const LaneOpened& lane = world.lane(LaneId{l});
      if (lane.pools.empty()) return;
      const std::size_t site = world.pool(lane.pools[0]).info.site.index;
      out[site_waiting(site)] += static_cast<std::int64_t>(world.queue(LaneId{l}).size());
    });
    return out;
  }
};

LookAhead asked_of(const World& world, const Figures& figures, std::vector<JobId> jobs,
                   std::int64_t hours) {
  LookAhead ask;
  ask.jobs = std::move(jobs);
  for (std::int64_t h = 1; h <= hours; ++h)
    ask.marks.push_back(world.now() + Millis(h * kMsPerHour64));
  ask.seen = [figures](const World& w) { return figures.of(w); };
  ask.until = world.now() + kFarthest;
  ask.events = kForecastEvents;
  return ask;
}

OutlookRow row_of(const std::string& name, const std::vector<Figure>& f, std::size_t held,
                  std::size_t waiting, std::size_t lent) {
  return {name,           f[held].p50,    f[held].p10,    f[held].p90,
          f[waiting].p50, f[waiting].p10, f[waiting].p90, f[lent].p50};
}

std::int64_t gpus_of(const World& world, const Job& job) {
  return world.device(job.lane) == Device::gpu ? job.gpus : 0;
}
const std::string& member_of(const World& world, const Job& job) {
  return world.members()[world.lane(job.lane).member.index];
}

// Waits of one member's jobs, on one side of a what-if.
struct Waits {
  std::vector<std::int64_t> ms;
  WaitsView view(std::int64_t lent) {
    WaitsView v;
    v.lent_gpus = lent;
    if (ms.empty()) return v;
    std::sort(ms.begin(), ms.end());
    std::int64_t sum = 0;
    for (const std::int64_t w : ms) sum += w / 1000;
    v.mean_wait_s = sum / static_cast<std::int64_t>(ms.size());
    v.p95_wait_s = ms[(ms.size() * 95 + 99) / 100 - 1] / 1000;
    return v;
  }
};

std::int64_t mean_lent(const Foreseen& f, const Figures& figures, std::size_t member) {
  std::int64_t sum = 0;
  for (const std::vector<Figure>& mark : f.marks) sum += mark[figures.lent(member)].p50;
  const auto n = static_cast<std::int64_t>(f.marks.size());
  return n == 0 ? 0 : (sum + n / 2) / n;
}

}  // namespace

std::string state_text(JobState state) {
  switch (state) {
    case JobState::waiting: return "waiting";
    case JobState::held: return "held";
    case JobState::running: return "running";
    case JobState::ended: return "ended";
    case JobState::cancelled: return "cancelled";
    case JobState::refused: return "refused";
  }
  CHECK(!"a JobState");
}

JobForecastView job_forecast(const WorldCopy& look, JobId job, Said& said) {
  JobForecastView v;
  v.job = number_of(job);
  v.at = iso_kst(look.world.now());
  const JobState state = look.world.job(job).state;
  v.state = state_text(state);
  if (state != JobState::waiting && state != JobState::held) return v;
  const Forecast f = look.forecaster.forecast(look.world, look.policy, job);
  v.forecast = {shown(f.p50), shown(f.p90), static_cast<std::int64_t>(f.samples)};
  said.emplace_back(job, f);
  return v;
}

QueueForecastView queue_forecast(const WorldCopy& look, std::int64_t hours, Said& said) {
  const World& world = look.world;
  const Figures figures(world);
  const LookAhead ask = asked_of(world, figures, queue_of(world), hours);
  const Foreseen f = look.forecaster.forecast(world, look.policy, ask);
  QueueForecastView v;
  v.at = iso_kst(world.now());
  v.waiting_jobs = world.waiting_jobs();
  v.asked_jobs = static_cast<std::int64_t>(ask.jobs.size());
  v.samples = static_cast<std::int64_t>(f.samples);
  v.cut_short = f.cut_short;
  std::vector<std::size_t> order(ask.jobs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Millis never(Timeline::kForever);
    return f.jobs[a].p50.value_or(never) < f.jobs[b].p50.value_or(never);
  });
  for (const std::size_t i : order) {
    const Job& job = world.job(ask.jobs[i]);
    v.jobs.push_back({number_of(ask.jobs[i]), gpus_of(world, job), member_of(world, job),
                      iso_kst(job.submit), shown(f.jobs[i].p50), shown(f.jobs[i].p90)});
    said.emplace_back(ask.jobs[i], f.jobs[i]);
  }
  for (std::size_t h = 0; h < f.marks.size(); ++h) {
    OutlookView at;
    at.at = iso_kst(ask.marks[h]);
    for (std::size_t m = 0; m < figures.members; ++m)
      at.members.push_back(row_of(world.members()[m], f.marks[h], figures.held(m),
                                  figures.waiting(m), figures.lent(m)));
    for (std::size_t s = 0; s < figures.sites; ++s)
      at.sites.push_back(row_of(world.sites()[s], f.marks[h], figures.site_held(s),
                                figures.site_waiting(s), figures.site_lent(s)));
    v.outlook.push_back(std::move(at));
  }
  return v;
}

WhatIfView what_if_answer(const WorldCopy& look, const WhatIf& what, const ForecastBody& asked) {
  const World& world = look.world;
  const Figures figures(world);
  std::vector<JobId> jobs = queue_of(world);
  if (asked.job > 0) jobs = {job_of(asked.job)};
  const LookAhead ask = asked_of(world, figures, jobs, asked.hours);
  const Foreseen before = look.forecaster.forecast(world, look.policy, ask);
  const World edited = what.applied(world);
  LookAhead then = ask;
  for (JobId& job : then.jobs)
    if (const auto it = what.anew.find(job); it != what.anew.end()) job = it->second;
  const Foreseen after = look.forecaster.forecast(edited, what.policy, then);

  WhatIfView v;
  v.at = iso_kst(world.now());
  v.what_if = asked.what_if;
  v.samples = static_cast<std::int64_t>(std::min(before.samples, after.samples));
  v.asked_jobs = static_cast<std::int64_t>(jobs.size());
  v.cut_short = before.cut_short || after.cut_short;
  struct Side {
    std::int64_t jobs = 0, earlier = 0, later = 0;
    Waits before, after;
  };
  Side all;
  std::map<std::uint32_t, Side> sides;  // [member]
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = world.job(jobs[i]);
    const JobState state_then = edited.job(then.jobs[i]).state;
    const Millis farthest = world.now() + kFarthest;
    const Millis from = std::min(before.jobs[i].p50.value_or(farthest), farthest);
    const Millis to = std::min(after.jobs[i].p50.value_or(farthest), farthest);
    const std::int64_t gain = (from - to).count();
    WhatIfJob row;
    row.job = number_of(jobs[i]);
    row.gpus = gpus_of(world, job);
    row.member = member_of(world, job);
    row.before_p50 = shown(before.jobs[i].p50);
    row.before_p90 = shown(before.jobs[i].p90);
    row.after_p50 = shown(after.jobs[i].p50);
    row.after_p90 = shown(after.jobs[i].p90);
    row.changed = then.jobs[i] != jobs[i] || state_then == JobState::cancelled;
    row.earlier_s = state_then == JobState::cancelled ? 0 : gain / 1000;
    v.jobs.push_back(std::move(row));
    if (state_then == JobState::cancelled) continue;
    for (Side* side : {&all, &sides[world.lane(job.lane).member.index]}) {
      ++side->jobs;
      side->earlier += gain >= kMinute ? 1 : 0;
      side->later += gain <= -kMinute ? 1 : 0;
      side->before.ms.push_back((from - job.submit).count());
      side->after.ms.push_back((to - job.submit).count());
    }
  }
  std::stable_sort(v.jobs.begin(), v.jobs.end(), [](const WhatIfJob& a, const WhatIfJob& b) {
    return std::abs(a.earlier_s) > std::abs(b.earlier_s);
  });
  if (static_cast<std::int64_t>(v.jobs.size()) > asked.limit)
    v.jobs.resize(static_cast<std::size_t>(asked.limit));
  std::int64_t lent_before = 0, lent_after = 0;
  for (std::uint32_t m = 0; m < figures.members; ++m) {
    Side& side = sides[m];
    const std::int64_t is = mean_lent(before, figures, m), will = mean_lent(after, figures, m);
    lent_before += is;
    lent_after += will;
    if (side.jobs == 0 && is == will) continue;
    v.members.push_back({world.members()[m], side.jobs, side.earlier, side.later,
                         side.before.view(is), side.after.view(will)});
  }
  v.members.insert(v.members.begin(), {"all", all.jobs, all.earlier, all.later,
                                       all.before.view(lent_before), all.after.view(lent_after)});
  return v;
}

}  // namespace dure
