#include "world/found.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "world/by_id.h"
#include "world/found_law.h"
#include "world/law_plan.h"
#include "world/machines.h"
#include "world/power_feed.h"
#include "world/timeline.h"

namespace dure {
namespace {

bool holds(const LendingSpec& l, const MemberSpec& owner, const SiteSpec& site) {
  return l.owner == owner.id &&
         (l.sites.empty() || std::find(l.sites.begin(), l.sites.end(), site.id) != l.sites.end());
}

std::uint32_t permille(double x) { return static_cast<std::uint32_t>(std::lround(x * 1000)); }

// As much as 32 bits hold: 4 Pbit/s.
std::uint32_t mbit(double gbit) {
  return static_cast<std::uint32_t>(std::min(std::round(gbit * 1000), 4e9));
}
std::uint32_t microseconds(double ms) {  // what is not 0 is at least 1
  return static_cast<std::uint32_t>(std::ceil(ms * 1000 - 1e-6));
}
std::uint32_t mib(double gb) { return static_cast<std::uint32_t>(std::llround(gb * 1024)); }

Millis hours(double h) { return Millis(std::llround(h * 3'600'000)); }

void open_pools(const Scenario& s, Founding& out) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, PoolId> known;
  std::vector<Delivery>& deliveries = out.deliveries;
  for (const InstallSpec& row : s.installs) {
    const std::uint32_t owner = index_of(s.members, row.owner), site = index_of(s.sites, row.site);
    const std::uint32_t hardware = index_of(s.hardware, row.hardware);
    const std::uint32_t hall = index_of(s.sites[site].halls, row.hall);
    const auto [it, fresh] = known.try_emplace(
        {site, hall, owner, hardware}, PoolId{static_cast<std::uint32_t>(out.pools.size())});
    if (fresh) {
      const HardwareSpec& h = s.hardware[hardware];
      PoolPlan plan;
      plan.opened = opened_of(h);
      const HallSpec& room = s.sites[site].halls[hall];
      if (plan.opened.cpu_milli == 0) {  // jobs of shared nodes do not span racks, or do not say
        plan.opened.leaf_racks = static_cast<std::uint32_t>(room.leaf_racks);
        plan.opened.oversubscription_permille = permille(room.oversubscription);
      }
      plan.opened.pool = it->second;
      plan.opened.site = SiteId{site};
      plan.opened.owner = MemberId{owner};
      plan.opened.hardware = HardwareId{hardware};
      plan.opened.lend_permille = lends_at_most(s, s.members[owner], s.sites[site]);
      plan.opened.reclaim = reclaims_within(s, s.members[owner], s.sites[site]);
      plan.opened.name = row.site + "/" + row.hall + "/" + row.owner + "/" + row.hardware;
      plan.hall = hall;
      plan.in_hall = hall_id(s, site, hall);
      plan.node_idle_w = h.node_idle_w;
      plan.node_max_w = h.node_max_w;
      out.pools.push_back(std::move(plan));
    }
    deliveries.push_back(
        {it->second, midnight(row.month),
         row.retire_month ? midnight(*row.retire_month) : Millis(Timeline::kForever),
         row.gpus.count() * units_of_one(s.hardware[hardware].device)});
  }
  // By date; rows of one date in the order of the file.
  std::stable_sort(deliveries.begin(), deliveries.end(),
                   [](const Delivery& a, const Delivery& b) { return a.from < b.from; });
}

void plan_capacity(const Scenario& s, Founding& out) {
  for (std::uint32_t site = 0; site < s.sites.size(); ++site) {
    std::vector<Millis> instants;
    for (const GridStep& g : s.sites[site].grid) instants.push_back(midnight(g.month));
    for (const PowerLimitStep& l : s.power_limits)
      if (l.site == s.sites[site].id) instants.push_back(midnight(l.from));
    for (const Delivery& d : out.deliveries)
      if (out.pools[d.pool.index].opened.site.index == site) {
        instants.push_back(d.from);
        if (d.to.count() != Timeline::kForever) instants.push_back(d.to);
      }
    std::sort(instants.begin(), instants.end());
    instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
    std::map<PoolId, Standing> before;
    for (const Millis t : instants) {
      std::map<PoolId, Standing> now = feed_site(s, out, SiteId{site}, t).pools;
      for (const auto& [pool, standing] : now) {
        const Standing old = before[pool];
        if (standing.delivered != old.delivered || standing.powered != old.powered)
          out.steps.push_back(
              {t, pool, standing.delivered - old.delivered, standing.powered - old.powered});
      }
      before = std::move(now);
    }
  }
  std::stable_sort(out.steps.begin(), out.steps.end(),
                   [](const CapacityStep& a, const CapacityStep& b) {
                     return std::tie(a.at, a.pool) < std::tie(b.at, b.pool);
                   });
}

// What speaks for a pool among those that will do, the lower the better: energy, its carbon, room
// under the grid limit, distance from the member's own sites. Each is scaled to 0..1.
double score(const Scenario& s, const Founding& f, const PoolPlan& pool, const MemberSpec& member) {
  const PolicySpec& p = s.policy;
  const SiteSpec& site = s.sites[pool.opened.site.index];
  const double gpu_w =
      static_cast<double>(pool.node_max_w.count() * units_of_one(pool.opened.device)) /
      pool.opened.gpus_per_node * site.pue;
  double out = (p.price_weight + p.carbon_weight) * gpu_w / 5'000;
  if (p.headroom_weight > 0) {
    double committed_w = 0;
    const Millis now = midnight(s.run.from);
    for (const PoolPlan& other : f.pools)
      if (other.opened.site == pool.opened.site)
        committed_w += static_cast<double>(f.powered(other.opened.pool, now)) /
                       other.opened.gpus_per_node * static_cast<double>(other.node_max_w.count()) *
                       site.pue;
    const auto limit_w = static_cast<double>(grid_limit(site, now).count());
    out += p.headroom_weight * (limit_w > 0 ? std::min(1.0, committed_w / limit_w) : 1.0);
  }
  if (p.gravity_weight > 0) {
    double nearest_km = 500;
    for (const SiteSpec& home : s.sites) {
      if (home.owner != member.id) continue;
      constexpr double kKmPerDegree = 111.2, kCos36 = 0.809;  // at the latitude of Korea
      const double dx = (home.lon_deg - site.lon_deg) * kKmPerDegree * kCos36;
      const double dy = (home.lat_deg - site.lat_deg) * kKmPerDegree;
      nearest_km = std::min(nearest_km, std::sqrt(dx * dx + dy * dy));
    }
    out += p.gravity_weight * nearest_km / 500;
  }
  return out;
}

struct Places {
  std::vector<PoolId> pools;
  std::vector<std::uint32_t> speed_permille;  // of each
  Reason refused = Reason::none;
};

// Own racks first, then lent ones; within each by the workload's taste in hardware, then by score.
Places pools_for(const Scenario& s, const Founding& f, const WorkloadSpec& work,
                 const MemberSpec& member, const LawPlan& law, const LaneOpened& asks) {
  const LaneId lane = asks.lane;
  struct Place {
    bool lent = false;
    std::size_t hardware = 0;
    double score = 0;
    PoolId pool;
  };
  std::vector<Place> places;
  Places out;
  out.refused = Reason::no_legal_site;
  for (std::size_t h = 0; h < work.hardware.size(); ++h)
    for (const PoolPlan& pool : f.pools) {
      if (s.hardware[pool.opened.hardware.index].id != work.hardware[h]) continue;
      const SiteSpec& site = s.sites[pool.opened.site.index];
      const MemberSpec& owner = s.members[pool.opened.owner.index];
      const bool guaranteed =
          std::any_of(s.guarantees.begin(), s.guarantees.end(), [&](const GuaranteeSpec& g) {
            return g.owner == owner.id && g.to == member.id && g.site == site.id;
          });
      const bool lends = guaranteed || lending_permille(s, owner, member, site) > 0;
      if (!lends || !law.allowed(lane, pool.opened.pool)) {
        out.refused = LawPlan::nearer(out.refused, law.obstacle(work, lane, pool, lends));
        continue;
      }
      if (!could_take(pool.opened, asks)) {
        if (out.refused == Reason::no_legal_site) out.refused = Reason::too_large;
        continue;
      }
      places.push_back({owner.id != member.id, h, score(s, f, pool, member), pool.opened.pool});
    }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.lent, a.hardware, a.score) < std::tie(b.lent, b.hardware, b.score);
  });
  for (const Place& p : places) {
    out.pools.push_back(p.pool);
    if (!work.hardware_speed.empty())
      out.speed_permille.push_back(
          static_cast<std::uint32_t>(std::lround(work.hardware_speed[p.hardware] * 1000)));
  }
  if (!places.empty()) out.refused = Reason::none;
  return out;
}

LaneOpened lane_of(const WorkloadSpec& work) {
  LaneOpened lane;
  lane.spread = spread_of(work.topology);
  lane.priority = work.priority;
  lane.tier = work.tier;
  lane.within = work.within;
  lane.preemptible = work.preemptible;
  if (work.preemptible) {
    lane.min_run = hours(work.min_run_hours);
    lane.checkpoint = hours(work.checkpoint_hours);
    lane.restart = hours(work.restart_hours);
  }
  lane.elastic = work.elastic;
  lane.parallel_permille = permille(work.parallel_share);
  lane.most_sites = static_cast<std::uint32_t>(work.most_sites);
  lane.sites_permille = permille(work.sites_speed.value_or(0.9));
  lane.sites_mbit_per_s = mbit(work.sites_gbit_per_s);
  lane.sites_rtt_us = microseconds(work.sites_rtt_ms);
  lane.site_permille = permille(work.most_site_share);
  lane.fabric_permille = permille(work.fabric_share);
  lane.beside_units = static_cast<std::uint32_t>(work.beside_units);
  return lane;
}

void open_lanes(const Scenario& s, Founding& out) {
  LawPlan law(s, out);
  for (std::uint32_t w = 0; w < s.workloads.size(); ++w) {
    const WorkloadSpec& work = s.workloads[w];
    LaneOpened like = lane_of(work);
    like.workload = WorkloadId{w};
    like.device = s.hardware[index_of(s.hardware, work.hardware[0])].device;
    if (work.beside_units > 0)
      for (const PoolPlan& pool : out.pools)
        if (s.hardware[pool.opened.hardware.index].id == work.beside_hardware)
          like.beside.push_back(pool.opened.pool);
    for (std::uint32_t d = 0; d < work.demand.size(); ++d) {
      const DemandSpec& demand = work.demand[d];
      const std::uint32_t member = index_of(s.members, demand.member);
      AccountOpened project;
      project.account =
          AccountId{static_cast<std::uint32_t>(s.members.size() + out.projects.size())};
      project.parent = AccountId{member};  // accounts of members come first, in their order
      project.name = demand.member + "/" + work.id;
      project.weight_milli = permille(demand.share_weight);
      project.limit = demand.limit_gpus;
      out.projects.push_back(project);
      std::vector<AccountId> charged{project.account};
      for (std::int64_t u = 1; u <= demand.users; ++u) {
        AccountOpened user;
        user.account =
            AccountId{static_cast<std::uint32_t>(s.members.size() + out.projects.size())};
        user.parent = project.account;
        user.name = project.name + "/user" + std::to_string(u);
        if (u == 1) charged.clear();
        charged.push_back(user.account);
        out.projects.push_back(std::move(user));
      }
      LanePlan plan;
      plan.demand = d;
      plan.deadline = hours(work.deadline_hours);
      plan.saves = hours(work.checkpoint_hours);
      plan.restart = hours(work.restart_hours);
      if (s.energy_policy) plan.may_shift = hours(work.may_shift_hours);
      plan.opened = like;
      plan.opened.member = MemberId{member};
      plan.opened.account = project.account;
      plan.opened.lane = LaneId{static_cast<std::uint32_t>(out.lanes.size())};
      law.open(plan);  // the lanes of a demand row are alike before the law
      std::erase_if(plan.opened.beside,
                    [&](PoolId p) { return !law.allowed(plan.opened.lane, p); });
      const std::vector<std::int64_t> sizes = work.sizes();
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        const std::int64_t gpus = sizes[i];
        plan.opened.lane = LaneId{static_cast<std::uint32_t>(out.lanes.size())};
        plan.opened.gpus = Gpus(gpus);
        if (work.size) ask_of_nodes(*work.size, i, plan.opened);
        if (i > 0) law.open(plan);
        Places places = pools_for(s, out, work, s.members[member], law, plan.opened);
        plan.refused = plan.label.closed = places.refused;
        plan.opened.pools = std::move(places.pools);
        plan.opened.speed_permille = std::move(places.speed_permille);
        if (work.least_share < 1 || work.most_share > 1) {
          const auto n = static_cast<double>(gpus);
          plan.opened.least = Gpus(std::max<std::int64_t>(1, std::llround(n * work.least_share)));
          plan.opened.most = Gpus(std::llround(n * work.most_share));
        }
        for (std::size_t u = 0; u < charged.size(); ++u) {
          plan.opened.lane = LaneId{static_cast<std::uint32_t>(out.lanes.size())};
          plan.opened.account = charged[u];
          if (u > 0) law.open(plan);
          out.lanes.push_back(plan);
        }
      }
    }
  }
  law.grant([&](const LanePlan& lane) {  // what is granted later opens more pools
    Places places = pools_for(s, out, s.workloads[lane.opened.workload.index],
                              s.members[lane.opened.member.index], law, lane.opened);
    return LaneWidened{lane.opened.lane, std::move(places.pools), std::move(places.speed_permille)};
  });
}

// A guarantee is of a site: it is shared out over the owner's pools there, the largest first.
void make_promises(const Scenario& s, Founding& out) {
  std::map<std::pair<PoolId, std::uint32_t>, std::int64_t> now;  // [pool, member]
  std::vector<const GuaranteeSpec*> rows;
  for (const GuaranteeSpec& g : s.guarantees) rows.push_back(&g);
  std::stable_sort(rows.begin(), rows.end(), [](const GuaranteeSpec* a, const GuaranteeSpec* b) {
    return a->from < b->from;
  });
  const auto owned = [&](const PoolPlan& p, const std::string& owner, const std::string& site) {
    return s.members[p.opened.owner.index].id == owner && s.sites[p.opened.site.index].id == site &&
           p.opened.device == Device::gpu;
  };
  for (const GuaranteeSpec* g : rows) {
    const std::uint32_t to = index_of(s.members, g->to);
    const Millis at = midnight(g->from);
    std::vector<std::pair<std::int64_t, PoolId>> room;
    for (const PoolPlan& p : out.pools) {
      if (!owned(p, g->owner, g->site)) continue;
      std::int64_t left = out.delivered(p.opened.pool, at);
      for (const auto& [key, gpus] : now)
        if (key.first == p.opened.pool) left -= gpus;
      room.emplace_back(-left, p.opened.pool);
    }
    std::sort(room.begin(), room.end());
    std::int64_t left = g->gpus.count();
    for (const auto& [minus, pool] : room) {
      const std::int64_t here = std::min(left, -minus);
      if (here <= 0) continue;
      left -= here;
      std::int64_t& sum = now[{pool, to}];
      sum += here;
      out.guarantees.push_back({at, pool, MemberId{to}, sum});
    }
    CHECK(left == 0);  // check_references has passed
  }
}

const PoolPlan* largest(const Scenario& s, const Founding& f, const std::string& owner,
                        const std::string& site, const std::string& hardware, Millis at) {
  const PoolPlan* best = nullptr;
  for (const PoolPlan& p : f.pools)
    if (s.members[p.opened.owner.index].id == owner && s.sites[p.opened.site.index].id == site &&
        s.hardware[p.opened.hardware.index].id == hardware &&
        (best == nullptr || f.powered(p.opened.pool, at) > f.powered(best->opened.pool, at)))
      best = &p;
  return best;
}

// Racks of one class that an owner has in several halls: the hall with the most. What has no power
// then cannot be kept, nor what is away or kept for another, so a maintenance and then a
// reservation are cut to what is left.
void keep_dates(const Scenario& s, Founding& out) {
  std::map<PoolId, Timeline> kept;  // below 0 by what is
  for (const MaintenanceSpec& m : s.maintenance) {
    const Millis from = midnight(m.from), to = midnight(m.to);
    const PoolPlan* pool = largest(s, out, m.owner, m.site, m.hardware, from);
    if (pool == nullptr) continue;
    Timeline& others = kept[pool->opened.pool];
    std::int64_t gpus =
        std::min(m.gpus.count() * units_of_one(pool->opened.device),
                 out.least_powered(pool->opened.pool, from, to) + others.least_free(from, to));
    gpus -= gpus % pool->opened.gpus_per_node;  // whole nodes
    if (gpus <= 0) continue;
    others.change(from, to, -gpus);
    out.maintenance.push_back({pool->opened.pool, gpus, from, to});
  }
  std::stable_sort(out.maintenance.begin(), out.maintenance.end(),
                   [](const auto& a, const auto& b) { return a.from < b.from; });
  for (const ReservationSpec& r : s.reservations) {
    const std::uint32_t member = index_of(s.members, r.member);
    for (std::int64_t i = 0; i < r.times; ++i) {
      const Millis from = midnight(r.first) + Millis(i * r.every_days * kMsPerDay) + hours(r.hour);
      const PoolPlan* pool = largest(s, out, r.owner, r.site, r.hardware, from);
      if (pool == nullptr) continue;
      const Millis to = from + hours(r.hours);
      Timeline& others = kept[pool->opened.pool];
      const std::int64_t there =
          out.least_powered(pool->opened.pool, from, to) + others.least_free(from, to);
      const std::int64_t asked = r.gpus.count() * units_of_one(pool->opened.device);
      const std::int64_t gpus = std::min(asked, there);
      if (gpus <= 0) continue;
      others.change(from, to, -gpus);
      out.reservations.push_back({MemberId{member}, pool->opened.pool, gpus, from, to});
    }
  }
  std::stable_sort(out.reservations.begin(), out.reservations.end(),
                   [](const auto& a, const auto& b) { return a.from < b.from; });
}

}  // namespace

// Of two ways the one that carries less and takes longer is left out.
std::vector<SitesLinked> ways_between_sites(const Scenario& s, std::span<const std::string> cut) {
  std::vector<SitesLinked> out;
  struct Way {
    double gbit = 0, rtt = 0;
  };
  // The links of a site, whichever end it is written at: to where.
  std::vector<std::map<std::string, std::vector<Way>>> links(s.sites.size());
  for (std::uint32_t i = 0; i < s.sites.size(); ++i)
    for (const LinkSpec& l : s.links) {
      if (std::find(cut.begin(), cut.end(), l.id) != cut.end()) continue;
      if (l.from_site == s.sites[i].id) links[i][l.to].push_back({l.gbit_per_s, l.rtt_ms});
      if (l.to == s.sites[i].id) links[i][l.from_site].push_back({l.gbit_per_s, l.rtt_ms});
    }
  for (std::uint32_t a = 0; a < s.sites.size(); ++a)
    for (std::uint32_t b = a + 1; b < s.sites.size(); ++b) {
      std::vector<Way> ways;
      for (const auto& [to, of_a] : links[a]) {
        if (to == s.sites[b].id) ways.insert(ways.end(), of_a.begin(), of_a.end());
        const auto of_b = links[b].find(to);
        if (of_b == links[b].end()) continue;
        for (const Way& x : of_a)
          for (const Way& y : of_b->second)
            ways.push_back({std::min(x.gbit, y.gbit), x.rtt + y.rtt});
      }
      std::sort(ways.begin(), ways.end(), [](const Way& x, const Way& y) {
        return x.gbit != y.gbit ? x.gbit > y.gbit : x.rtt < y.rtt;
      });
      double shortest = std::numeric_limits<double>::max();
      for (const Way& way : ways) {
        if (way.rtt >= shortest) continue;
        shortest = way.rtt;
        out.push_back({SiteId{a}, SiteId{b}, mbit(way.gbit), microseconds(way.rtt)});
      }
    }
  return out;
}

Spread spread_of(Topology t) {
  switch (t) {
    case Topology::any:
    case Topology::site: return Spread::anywhere;
    case Topology::hall: return Spread::whole_racks_first;  // a pool lies in one hall
    case Topology::nvlink_domain: return Spread::one_domain;
  }
  CHECK(!"a Topology");
}

std::uint32_t lends_at_most(const Scenario& s, const MemberSpec& owner, const SiteSpec& site) {
  std::uint32_t most = 0;
  for (const MemberSpec& m : s.members)
    if (m.id != owner.id) most = std::max(most, lending_permille(s, owner, m, site));
  return most;
}

Millis reclaims_within(const Scenario& s, const MemberSpec& owner, const SiteSpec& site) {
  Millis longest;
  for (const LendingSpec& l : s.lending) {
    if (!holds(l, owner, site)) continue;
    if (l.reclaim_hours == 0) return Millis(0);
    longest = std::max(longest, hours(l.reclaim_hours));
  }
  return longest;
}

PoolOpened opened_of(const HardwareSpec& h) {
  PoolOpened pool;
  pool.device = h.device;
  pool.gpus_per_node = static_cast<std::uint32_t>(h.gpus_per_node.count() * units_of_one(h.device));
  pool.nodes_per_rack = static_cast<std::uint32_t>(h.nodes_per_rack);
  pool.nodes_per_domain = static_cast<std::uint32_t>(h.nodes_per_domain);
  if (h.device != Device::shared_gpu && h.device != Device::cpu) return pool;
  const std::int64_t cores = h.device == Device::cpu ? h.gpus_per_node.count() : h.node_cpus;
  pool.cpu_milli = static_cast<std::uint32_t>(cores * 1000);
  pool.memory_mib = mib(h.node_memory_gb);
  return pool;
}

void ask_of_nodes(const SizeLaw& law, std::size_t i, LaneOpened& lane) {
  if (!law.cpus.empty())
    lane.cpu_milli = static_cast<std::uint32_t>(std::ceil(law.cpus[i] * 1000 - 1e-6));
  if (!law.memory_gb.empty())
    lane.memory_mib = static_cast<std::uint32_t>(std::ceil(law.memory_gb[i] * 1024 - 1e-6));
}

bool could_take(const PoolOpened& pool, const LaneOpened& lane) {
  const std::optional<Machines> machines = machines_of(pool);
  return !machines || machines->shared() == nullptr ||
         machines->shared()->request(lane.gpus.count(), lane.shape()).has_value();
}

Watts grid_limit(const SiteSpec& site, Millis t) {
  Watts limit;
  for (const GridStep& g : site.grid)
    if (midnight(g.month) <= t) limit = g.grid_mw;
  return limit;
}

Founding found(const Scenario& scenario) {
  Founding out;
  for (std::uint32_t m = 0; m < scenario.members.size(); ++m) {
    const MemberSpec& spec = scenario.members[m];
    MemberJoined joined{MemberId{m}, spec.id};
    joined.weight_milli = permille(spec.share_weight);
    joined.limit = spec.limit_gpus;
    out.members.push_back(std::move(joined));
  }
  out.half_life = hours(scenario.policy.half_life_hours);
  for (const SiteSpec& s : scenario.sites) out.site_names.push_back(s.id);
  open_pools(scenario, out);
  plan_capacity(scenario, out);
  open_lanes(scenario, out);
  make_promises(scenario, out);
  keep_dates(scenario, out);
  out.links = ways_between_sites(scenario);
  return out;
}

std::int64_t Founding::delivered(PoolId pool, Millis t) const {
  std::int64_t n = 0;
  for (const CapacityStep& s : steps)
    if (s.pool == pool && s.at <= t) n += s.delivered_gpus;
  return n;
}

std::int64_t Founding::powered(PoolId pool, Millis t) const {
  std::int64_t n = 0;
  for (const CapacityStep& s : steps)
    if (s.pool == pool && s.at <= t) n += s.powered_gpus;
  return n;
}

std::int64_t Founding::least_powered(PoolId pool, Millis from, Millis to) const {
  std::int64_t n = 0, least = std::numeric_limits<std::int64_t>::max();
  for (const CapacityStep& s : steps) {
    if (s.pool != pool || s.at >= to) continue;
    if (s.at > from) least = std::min(least, n);
    n += s.powered_gpus;
  }
  return std::min(least, n);
}

std::vector<Event> Founding::events(Millis at) const {
  std::vector<Event> out;
  for (const MemberJoined& m : members) out.push_back({at, m});
  out.push_back({at, FairShareSet{half_life}});
  for (const AccountOpened& p : projects) out.push_back({at, p});
  for (std::uint32_t i = 0; i < site_names.size(); ++i)
    out.push_back({at, SiteOpened{SiteId{i}, site_names[i]}});
  for (const SitesLinked& l : links) out.push_back({at, l});
  for (const What& what : rules) out.push_back({at, what});
  for (const PoolPlan& p : pools) out.push_back({at, p.opened});
  for (const PoolPlan& p : pools) out.push_back({at, PoolHoused{p.opened.pool, p.in_hall}});
  for (const What& what : artifacts) out.push_back({at, what});
  for (const LanePlan& l : lanes) out.push_back({at, l.opened});
  for (const LanePlan& l : lanes) out.push_back({at, l.label});
  for (const LanePlan& l : lanes)
    if (l.may_shift.count() > 0) out.push_back({at, LaneMayShift{l.opened.lane, l.may_shift}});
  for (const Event& e : law_steps)
    if (e.at <= at) out.push_back({at, e.what});
  for (const PoolPlan& p : pools)
    if (const std::int64_t n = powered(p.opened.pool, at); n > 0)
      out.push_back({at, CapacityAdded{p.opened.pool, Gpus(n)}});
  for (const GuaranteeStep& g : guarantees)
    if (g.at <= at) out.push_back({at, GuaranteeMade{g.pool, g.member, Gpus(g.gpus)}});
  return out;
}

}  // namespace dure
