#include "sim/traffic.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "world/by_id.h"

namespace dure {
namespace {

std::int64_t megabytes(double gb) { return std::llround(gb * 1000); }

void add_part(Stay& stay, SiteId site, std::int64_t gpus) {
  for (StayPart& p : stay.parts)
    if (p.site == site) {
      p.gpus += gpus;
      return;
    }
  stay.parts.push_back({site, gpus});
}

class Sender {
 public:
  Sender(const Scenario& s, const Founding& f, Millis start) : s_(s), f_(f), start_(start) {
    for (const LanePlan& lane : f.lanes) traffic_.push_back(traffic_of(s, lane.opened.workload));
  }

  void take(const Stay& stay, const Stay* before) {
    const TrafficSpec& t = *traffic_[stay.lane.index];
    total_ = 0;
    for (const StayPart& p : stay.parts) total_ += p.gpus;
    if (t.checkpoint && t.checkpoint->copy_to) copies(stay, *t.checkpoint);
    if (t.read_share > 0 && stay.from > start_) reads(stay, before, t.read_share);
    if (t.exchange && stay.parts.size() > 1) exchanges(stay, *t.exchange);
  }
  std::vector<Sending> out;

 private:
  const WorkloadSpec& work(const Stay& stay) const {
    return s_.workloads[f_.lanes[stay.lane.index].opened.workload.index];
  }
  double share(const StayPart& p) const {
    return static_cast<double>(p.gpus) / static_cast<double>(total_);
  }
  Sending& send(TrafficKind kind, SiteId from, SiteId to, const Stay& stay, std::int64_t mb) {
    Sending& x = out.emplace_back();
    x.kind = kind;
    x.from_site = from;
    x.to_site = to;
    x.job = stay.job;
    x.from = stay.from;
    x.to = stay.to;
    x.mb = mb;
    return x;
  }

  void copies(const Stay& stay, const CheckpointSpec& c) {
    const SiteId to{index_of(s_.sites, *c.copy_to)};
    for (const StayPart& p : stay.parts)
      if (p.site != to)
        send(TrafficKind::checkpoint, p.site, to, stay, megabytes(c.size_gb * share(p))).every =
            f_.lanes[stay.lane.index].saves;
  }

  void reads(const Stay& stay, const Stay* before, double read_share) {
    for (const StayPart& p : stay.parts) {
      if (before != nullptr && std::any_of(before->parts.begin(), before->parts.end(),
                                           [&](const StayPart& b) { return b.site == p.site; }))
        continue;
      for (const std::string& input : work(stay).inputs) {
        const ArtifactSpec& a = s_.artifacts[index_of(s_.artifacts, input)];
        const SiteId from{index_of(s_.sites, a.site)};
        if (from != p.site)
          send(TrafficKind::data_set, from, p.site, stay,
               megabytes(a.size_gb * read_share * share(p)));
      }
    }
  }

  // What leaves a site in a step: of a ring of k sites 2 (k - 1) / k buffers in an all-reduce, half
  // of that in the others; in an all-to-all what each of its GPUs has for each of another site's.
  void exchanges(const Stay& stay, const ExchangeSpec& x) {
    const LaneOpened& lane = f_.lanes[stay.lane.index].opened;
    const HardwareId hardware = f_.pools[stay.pool.index].opened.hardware;
    const double step_ms =
        step_s_at_one_site(s_, x, hardware, lane.gpus.count()) * 1000 * 1000 / lane.sites_permille;
    const std::size_t k = stay.parts.size();
    const auto stream = [&](std::size_t from, std::size_t to, double gb) {
      send(TrafficKind::exchange, stay.parts[from].site, stay.parts[to].site, stay, 0).mb_per_ms =
          gb * 1000 / step_ms;
    };
    if (x.collective == Collective::all_to_all) {
      for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < k; ++j)
          if (i != j)
            stream(i, j,
                   x.buffer_gb * static_cast<double>(stay.parts[i].gpus) * share(stay.parts[j]));
      return;
    }
    const double passes = x.collective == Collective::all_reduce ? 2 : 1;
    const auto sites = static_cast<double>(k);
    for (std::size_t i = 0; i < k; ++i)
      stream(i, (i + 1) % k, passes * (sites - 1) / sites * x.buffer_gb);
  }

  const Scenario& s_;
  const Founding& f_;
  const Millis start_;
  std::vector<const TrafficSpec*> traffic_;  // [lane]
  std::int64_t total_ = 0;
};

// How often k x every after `from` (k >= 1) is before t and before `to`.
std::int64_t times(Millis from, Millis to, Millis every, Millis t) {
  const std::int64_t until = std::min(t, to).count() - from.count();
  return until <= 0 ? 0 : (until - 1) / every.count();
}

}  // namespace

std::int64_t Sending::sent_before(Millis t) const {
  if (mb_per_ms > 0) {
    const std::int64_t ms = std::max<std::int64_t>(0, (std::min(t, to) - from).count());
    return static_cast<std::int64_t>(std::floor(mb_per_ms * static_cast<double>(ms)));
  }
  if (every.count() > 0) return mb * times(from, to, every, t);
  return from < t ? mb : 0;
}

std::int64_t written_before(const Stay& stay, Millis every, Millis t) {
  return times(stay.from, stay.to, every, t);
}

Result<Done> check_copies(const Scenario& s, const Founding& f) {
  for (const LanePlan& lane : f.lanes) {
    const TrafficSpec* t = traffic_of(s, lane.opened.workload);
    if (t == nullptr || !t->checkpoint || !t->checkpoint->copy_to || lane.opened.pools.empty())
      continue;
    const SiteId to{index_of(s.sites, *t->checkpoint->copy_to)};
    std::string sites;
    for (const PoolId pool : lane.opened.pools) {
      const SiteId site = f.pools[pool.index].opened.site;
      if (site == to) sites.clear();
      if (site == to) break;
      const std::string& id = s.sites[site.index].id;
      if (sites.find(id) == std::string::npos) sites += (sites.empty() ? "" : ", ") + id;
    }
    if (!sites.empty())
      return Fault{"traffic[" + std::to_string(t - s.traffic.data()) + "].checkpoint.copy_to",
                   "a site where " + t->workload + " of " + s.members[lane.opened.member.index].id +
                       " may run: copies are its data, under the same law",
                   s.sites[to.index].id, "such as " + sites};
  }
  return Done{};
}

std::vector<bool> lanes_with_traffic(const Scenario& scenario, const Founding& founding) {
  std::vector<bool> lanes;
  for (const LanePlan& lane : founding.lanes)
    lanes.push_back(traffic_of(scenario, lane.opened.workload) != nullptr);
  return lanes;
}

std::vector<Stay> stays_of(const World& world, const Segments& segments,
                           const std::vector<bool>& lanes, Millis to) {
  std::vector<Stay> stays;
  // The device beside the GPUs exchanges and saves nothing.
  const auto add = [&](JobId id, PoolId pool, std::int64_t gpus, Millis from, Millis until) {
    const LaneId lane = world.job(id).lane;
    const PoolOpened& where = world.pool(pool).info;
    if (!lanes[lane.index] || where.device != world.device(lane)) return;
    Stay* last = stays.empty() ? nullptr : &stays.back();
    if (last == nullptr || last->job != id || last->from != from) {
      if (from >= std::min(until, to)) return;
      stays.push_back({id, lane, pool, from, std::min(until, to), {}});
      last = &stays.back();
    }
    add_part(*last, where.site, gpus);
  };
  for (const Segment& s : segments.all()) add(s.job, s.pool, s.gpus, s.from, s.to);
  for (std::uint32_t i = 0; i < world.jobs(); ++i) {
    const JobId id{i};
    const Job& job = world.job(id);
    const bool ended = job.state == JobState::ended;
    if (job.state != JobState::running && !(ended && !segments.told(id))) continue;
    const Millis from = ended ? job.start : segments.since(id), until = ended ? job.end : to;
    add(id, job.pool, job.held, from, until);
    for (const Part& part : world.more_parts(id))
      add(id, part.pool, part.gpus.count(), from, until);
  }
  std::stable_sort(stays.begin(), stays.end(), [](const Stay& a, const Stay& b) {
    return std::tie(a.job, a.from) < std::tie(b.job, b.from);
  });
  return stays;
}

std::vector<Sending> sendings_of(const Scenario& scenario, const Founding& founding,
                                 const std::vector<Stay>& stays, Millis start) {
  Sender sender(scenario, founding, start);
  for (std::size_t i = 0; i < stays.size(); ++i)
    sender.take(stays[i], i > 0 && stays[i - 1].job == stays[i].job ? &stays[i - 1] : nullptr);
  return std::move(sender.out);
}

}  // namespace dure
