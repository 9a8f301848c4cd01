#include "world/found.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "world/timeline.h"

namespace dure {
namespace {

template <class Spec>
const Spec* by_id(const std::vector<Spec>& list, const std::string& id) {
  const auto it = std::find_if(list.begin(), list.end(), [&](const Spec& s) { return s.id == id; });
  return it == list.end() ? nullptr : &*it;
}

template <class Spec>
std::uint32_t index_of(const std::vector<Spec>& list, const std::string& id) {
  const Spec* spec = by_id(list, id);
  CHECK(spec != nullptr);  // check_references has passed
  return static_cast<std::uint32_t>(spec - list.data());
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

struct Delivery {  // one row of installs, as the power planner sees it
  PoolId pool;
  Millis from, to;
  std::int64_t gpus = 0;
};

// Who lends at most how much of a pool to others, all borrowers together.
std::uint32_t lends(const Scenario& s, const MemberSpec& owner, const SiteSpec& site) {
  std::uint32_t most = 0;
  for (const MemberSpec& m : s.members)
    if (m.id != owner.id) most = std::max(most, lending_permille(s, owner, m, site));
  return most;
}

std::vector<Delivery> open_pools(const Scenario& s, Founding& out) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, PoolId> known;
  std::vector<Delivery> deliveries;
  for (const InstallSpec& row : s.installs) {
    const std::uint32_t owner = index_of(s.members, row.owner), site = index_of(s.sites, row.site);
    const std::uint32_t hardware = index_of(s.hardware, row.hardware);
    const std::uint32_t hall = index_of(s.sites[site].halls, row.hall);
    const auto [it, fresh] = known.try_emplace(
        {site, hall, owner, hardware}, PoolId{static_cast<std::uint32_t>(out.pools.size())});
    if (fresh) {
      const HardwareSpec& h = s.hardware[hardware];
      PoolPlan plan;
      plan.opened.pool = it->second;
      plan.opened.site = SiteId{site};
      plan.opened.owner = MemberId{owner};
      plan.opened.hardware = HardwareId{hardware};
      plan.opened.gpus_per_node = static_cast<std::uint32_t>(h.gpus_per_node.count());
      plan.opened.nodes_per_rack = static_cast<std::uint32_t>(h.nodes_per_rack);
      plan.opened.nodes_per_domain = static_cast<std::uint32_t>(h.nodes_per_domain);
      plan.opened.lend_permille = lends(s, s.members[owner], s.sites[site]);
      plan.opened.name = row.site + "/" + row.hall + "/" + row.owner + "/" + row.hardware;
      plan.hall = hall;
      plan.node_idle_w = h.node_idle_w;
      plan.node_max_w = h.node_max_w;
      out.pools.push_back(std::move(plan));
    }
    deliveries.push_back(
        {it->second, midnight(row.month),
         row.retire_month ? midnight(*row.retire_month) : Millis(Timeline::kForever),
         row.gpus.count()});
  }
  // By date; rows of one date in the order of the file.
  std::stable_sort(deliveries.begin(), deliveries.end(),
                   [](const Delivery& a, const Delivery& b) { return a.from < b.from; });
  return deliveries;
}

// The GPUs of each pool that stand at a site at t, and those of them that its grid limit can feed.
struct Standing {
  std::int64_t delivered = 0, powered = 0;
};
std::map<PoolId, Standing> standing_at(const Scenario& s, const Founding& f,
                                       const std::vector<Delivery>& deliveries, std::uint32_t site,
                                       Millis t) {
  std::map<PoolId, Standing> out;
  const double per_watt = s.sites[site].pue * s.policy.power_commit_share;
  double left_w = static_cast<double>(grid_limit(s.sites[site], t).count());
  for (const Delivery& d : deliveries) {
    const PoolPlan& pool = f.pools[d.pool.index];
    if (pool.opened.site.index != site || d.from > t) continue;
    Standing& standing = out[d.pool];  // also when it has left: the pool's step down to nothing
    if (d.to <= t) continue;
    const double node_w = static_cast<double>(pool.node_max_w.count()) * per_watt;
    const std::int64_t nodes = d.gpus / pool.opened.gpus_per_node;
    // Half a watt forgives rounding: a limit of exactly n nodes feeds n.
    const std::int64_t fed =
        std::min(nodes, static_cast<std::int64_t>(node_w > 0 ? (left_w + 0.5) / node_w : 1e12));
    left_w -= static_cast<double>(fed) * node_w;
    standing.delivered += d.gpus;
    standing.powered += fed * pool.opened.gpus_per_node;
  }
  return out;
}

void plan_capacity(const Scenario& s, const std::vector<Delivery>& deliveries, Founding& out) {
  for (std::uint32_t site = 0; site < s.sites.size(); ++site) {
    std::vector<Millis> instants;
    for (const GridStep& g : s.sites[site].grid) instants.push_back(midnight(g.month));
    for (const Delivery& d : deliveries)
      if (out.pools[d.pool.index].opened.site.index == site) {
        instants.push_back(d.from);
        if (d.to.count() != Timeline::kForever) instants.push_back(d.to);
      }
    std::sort(instants.begin(), instants.end());
    instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
    std::map<PoolId, Standing> before;
    for (const Millis t : instants) {
      std::map<PoolId, Standing> now = standing_at(s, out, deliveries, site, t);
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

// Own racks first, then lent ones; within each by the workload's taste in hardware.
std::vector<PoolId> pools_for(const Scenario& s, const Founding& f, const WorkloadSpec& work,
                              const MemberSpec& member, Reason& refused) {
  const DataClassSpec* data = by_id(s.data_classes, work.data_class);
  CHECK(data != nullptr);  // check_references has passed
  std::vector<PoolId> own, lent;
  refused = Reason::no_legal_site;
  for (const std::string& hardware : work.hardware)
    for (const PoolPlan& pool : f.pools) {
      if (s.hardware[pool.opened.hardware.index].id != hardware) continue;
      const SiteSpec& site = s.sites[pool.opened.site.index];
      const HallSpec& hall = site.halls[pool.hall];
      const MemberSpec& owner = s.members[pool.opened.owner.index];
      const OperatorSpec* operated_by = by_id(s.operators, hall.operated_by);
      CHECK(operated_by != nullptr);  // check_references has passed
      if (legal(*data, work, member, {site, hall, *operated_by, owner}) != Legal::yes) continue;
      if (lending_permille(s, owner, member, site) == 0) {
        refused = Reason::lender_limit;
        continue;
      }
      (owner.id == member.id ? own : lent).push_back(pool.opened.pool);
    }
  own.insert(own.end(), lent.begin(), lent.end());
  if (!own.empty()) refused = Reason::none;
  return own;
}

void open_lanes(const Scenario& s, Founding& out) {
  for (std::uint32_t w = 0; w < s.workloads.size(); ++w) {
    const WorkloadSpec& work = s.workloads[w];
    for (std::uint32_t d = 0; d < work.demand.size(); ++d) {
      const std::uint32_t member = index_of(s.members, work.demand[d].member);
      LanePlan plan;
      plan.demand = d;
      plan.opened.member = MemberId{member};
      plan.opened.workload = WorkloadId{w};
      plan.opened.spread = spread_of(work.topology);
      plan.opened.priority = work.priority;
      plan.opened.pools = pools_for(s, out, work, s.members[member], plan.refused);
      const std::vector<std::int64_t> sizes =
          work.size ? work.size->gpus : std::vector<std::int64_t>{work.gpus_per_replica};
      for (const std::int64_t gpus : sizes) {
        plan.opened.lane = LaneId{static_cast<std::uint32_t>(out.lanes.size())};
        plan.opened.gpus = Gpus(gpus);
        out.lanes.push_back(plan);
      }
    }
  }
}

}  // namespace

Watts grid_limit(const SiteSpec& site, Millis t) {
  Watts limit;
  for (const GridStep& g : site.grid)
    if (midnight(g.month) <= t) limit = g.grid_mw;
  return limit;
}

Founding found(const Scenario& scenario) {
  Founding out;
  for (const MemberSpec& m : scenario.members) out.member_names.push_back(m.id);
  for (const SiteSpec& s : scenario.sites) out.site_names.push_back(s.id);
  const std::vector<Delivery> deliveries = open_pools(scenario, out);
  plan_capacity(scenario, deliveries, out);
  open_lanes(scenario, out);
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

std::vector<Event> Founding::events(Millis at) const {
  std::vector<Event> out;
  for (std::uint32_t i = 0; i < member_names.size(); ++i)
    out.push_back({at, MemberJoined{MemberId{i}, member_names[i]}});
  for (std::uint32_t i = 0; i < site_names.size(); ++i)
    out.push_back({at, SiteOpened{SiteId{i}, site_names[i]}});
  for (const PoolPlan& p : pools) out.push_back({at, p.opened});
  for (const LanePlan& l : lanes) out.push_back({at, l.opened});
  for (const PoolPlan& p : pools)
    if (const std::int64_t n = powered(p.opened.pool, at); n > 0)
      out.push_back({at, CapacityAdded{p.opened.pool, Gpus(n)}});
  return out;
}

}  // namespace dure
