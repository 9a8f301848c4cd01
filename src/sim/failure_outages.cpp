#include "sim/failure_outages.h"

#include <algorithm>
#include <map>
#include <vector>

#include "physics/failure_grounds.h"
#include "physics/failures.h"
#include "physics/repairs.h"

namespace dure {
namespace {

// Long repairs are under way when a run begins: faults are drawn from so long before.
constexpr std::int64_t kBeforeMs = 60 * kMsPerDay;

// Where the racks of a row of installs stand: their pool, and how many nodes came to it before.
struct Seat {
  PoolId pool;
  std::int64_t first_node = 0;
};

// Of each pool of the grounds: [site][hall][pool]. In a pool racks fill up in order of delivery.
std::vector<std::vector<std::vector<Seat>>> seats_of(const Scenario& s, const Founding& f,
                                                     const FailureGrounds& grounds) {
  std::vector<std::vector<std::vector<Seat>>> out;
  std::map<std::uint32_t, std::int64_t> nodes_before;  // [pool]
  struct Row {
    Date month;
    std::size_t site, hall, pool;
  };
  std::vector<Row> rows;
  for (std::size_t site = 0; site < grounds.sites.size(); ++site) {
    auto& halls = out.emplace_back();
    for (std::size_t hall = 0; hall < grounds.sites[site].halls.size(); ++hall) {
      const auto& pools = grounds.sites[site].halls[hall].pools;
      halls.emplace_back(pools.size());
      for (std::size_t p = 0; p < pools.size(); ++p)
        rows.push_back({s.installs[pools[p].row].month, site, hall, p});
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.month < b.month; });
  for (const Row& r : rows) {
    const FailurePool& racks = grounds.sites[r.site].halls[r.hall].pools[r.pool];
    const InstallSpec& install = s.installs[racks.row];
    const auto pool = std::find_if(f.pools.begin(), f.pools.end(), [&](const PoolPlan& p) {
      return p.opened.site.index == r.site && p.hall == r.hall &&
             s.members[p.opened.owner.index].id == install.owner &&
             s.hardware[p.opened.hardware.index].id == install.hardware;
    });
    CHECK(pool != f.pools.end());
    std::int64_t& before = nodes_before[pool->opened.pool.index];
    out[r.site][r.hall][r.pool] = {pool->opened.pool, before};
    before += racks.nodes;
  }
  return out;
}

class Mender {
 public:
  Mender(const Scenario& s, const Founding& f, const FailureGrounds& grounds, Millis from,
         Millis to)
      : spec_(*s.failures),
        founding_(f),
        grounds_(grounds),
        seats_(seats_of(s, f, grounds)),
        from_(from),
        to_(to) {}

  // Of one site, in order of detection.
  Result<Done> mend(std::uint32_t site, const std::vector<FailureEvent>& faults,
                    std::vector<Outage>& out) {
    std::int64_t nodes = 0;
    for (const FailureHall& hall : grounds_.sites[site].halls)
      for (const FailurePool& pool : hall.pools) nodes += pool.nodes;
    if (nodes == 0) return Done{};
    TRY(shop, RepairShop::make(spec_, nodes));
    for (const FailureEvent& e : faults) {
      if (already_out(site, e)) continue;
      const RepairShop::Repair repair = shop.take(spec_, e);
      if (repair.back <= from_ || e.at >= to_) continue;
      for (std::uint32_t hall = 0; hall < seats_[site].size(); ++hall) {
        if (e.hall && *e.hall != hall) continue;
        for (std::uint32_t pool = 0; pool < seats_[site][hall].size(); ++pool)
          if (!e.pool || *e.pool == pool)
            take_out(seats_[site][hall][pool], grounds_.sites[site].halls[hall].pools[pool].nodes,
                     e, repair.back, out);
      }
    }
    return Done{};
  }

 private:
  // The node that is meant: of those that stand there with power, should fewer be left.
  std::int64_t node_of(const Seat& seat, std::int64_t n, std::int64_t there) const {
    return (seat.first_node + n) % there;
  }
  std::int64_t there(PoolId pool, Millis at) const {
    const PoolOpened& opened = founding_.pools[pool.index].opened;
    return opened.gpus_per_node == 0 ? 0 : founding_.powered(pool, at) / opened.gpus_per_node;
  }

  bool already_out(std::uint32_t site, const FailureEvent& e) const {
    if (!e.pool || e.nodes != 1) return false;
    const Seat& seat = seats_[site][*e.hall][*e.pool];
    const std::int64_t nodes = there(seat.pool, e.at);
    if (nodes == 0) return true;
    const auto it = out_until_.find({seat.pool.index, node_of(seat, e.first_node, nodes)});
    return it != out_until_.end() && e.at < it->second;
  }

  void take_out(const Seat& seat, std::int64_t racks_nodes, const FailureEvent& e, Millis back,
                std::vector<Outage>& out) {
    const std::int64_t nodes = there(seat.pool, e.at);
    if (nodes == 0) return;
    // What broke before stands there broken when the run begins.
    const bool before = e.at <= from_;
    const Millis at = before ? from_ : e.at;
    const Millis known = before ? from_ : std::max(e.detected, e.at + Millis(1));
    const Millis until = std::max({back, at + Millis(1), known + Millis(1)});
    const std::int64_t first = e.pool ? e.first_node : 0,
                       last = std::min(first + nodes, e.pool ? first + e.nodes : racks_nodes);
    const std::int64_t per_rack = founding_.pools[seat.pool.index].opened.nodes_per_rack;
    std::map<std::int64_t, std::uint64_t> racks;
    for (std::int64_t n = first; n < last; ++n) {
      const std::int64_t node = node_of(seat, n, nodes);
      racks[node / per_rack] |= std::uint64_t{1} << (node % per_rack);
      Millis& held = out_until_[{seat.pool.index, node}];
      held = std::max(held, until);
    }
    for (const auto& [rack, mask] : racks)
      out.push_back({at, known, until, seat.pool, static_cast<std::uint32_t>(rack), mask, e.cause});
  }

  const FailureSpec& spec_;
  const Founding& founding_;
  const FailureGrounds& grounds_;
  const std::vector<std::vector<std::vector<Seat>>> seats_;  // [site][hall][pool]
  const Millis from_, to_;
  std::map<std::pair<std::uint32_t, std::int64_t>, Millis> out_until_;  // [pool, node]
};

}  // namespace

Result<OutagePlan> outages_of_failures(const Scenario& s, const Founding& f, Millis from, Millis to,
                                       std::uint64_t seed) {
  OutagePlan plan;
  for (const auto& [there, name] :
       {std::pair(s.failures.has_value(), "failures"), std::pair(s.network.has_value(), "network")})
    if (!there)
      return Fault{name, "a model, for a run in which machines fail", "none",
                   "include models/failures.yaml and models/network.yaml, or set "
                   "physics.failures=false"};
  for (const FailureCauseSpec& cause : s.failures->causes)
    plan.causes.push_back({cause.id, cause.id, cause.id});
  const FailureGrounds grounds = failure_grounds(s, *s.network);
  TRY(model, FailureModel::make(*s.failures, grounds, seed));
  std::vector<FailureEvent> faults;
  const std::int64_t first_hour =
      std::max<std::int64_t>(0, (from.count() - kBeforeMs) / kMsPerHour);
  for (std::int64_t hour = first_hour; hour < to.count() / kMsPerHour; ++hour)
    model.add_hour(hour, faults);
  std::stable_sort(faults.begin(), faults.end(), [](const FailureEvent& a, const FailureEvent& b) {
    return a.detected < b.detected;
  });
  for (const FailureEvent& e : faults)  // fibre has crews of its own
    if (e.link && e.at > from && e.at < to)
      plan.cuts.push_back(
          {e.at, std::max(e.out_until, e.at + Millis(1)), {grounds.links[*e.link].id}, e.cause});
  Mender mender(s, f, grounds, from, to);
  for (std::uint32_t site = 0; site < s.sites.size(); ++site) {
    std::vector<FailureEvent> here;
    for (const FailureEvent& e : faults)
      if (e.site && *e.site == site) here.push_back(e);
    TRY(mended, mender.mend(site, here, plan.outages));
    (void)mended;
  }
  return plan;
}

}  // namespace dure
