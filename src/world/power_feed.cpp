#include "world/power_feed.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/decimal.h"

namespace dure {
namespace {

double kw(double w) { return w / 1000; }
std::string tenths(double x) { return decimal_text(std::round(x * 10) / 10); }

class Feeder {
 public:
  Feeder(const Scenario& s, const Founding& f, SiteId site, Millis t)
      : f_(f), site_(s.sites[site.index]), share_(s.policy.power_commit_share) {
    for (const GridStep& g : site_.grid)
      if (midnight(g.month) <= t) grid_from_ = g.month;
    grid_limit_w_ = grid_w_ = static_cast<double>(grid_limit(site_, t).count());
    const Date day = date_of(t);
    for (const HallSpec& spec : site_.halls) {
      Hall& hall = halls_.emplace_back();
      hall.rows = limits_in_force(s.power_limits, site_.id, spec.id, day);
      if (const PowerLimitStep* row = hall.rows[at(PowerLevel::hall)])
        hall.room_w = row->limit_kw * 1000;
    }
    const auto of_site = limits_in_force(s.power_limits, site_.id, "", day);
    if (const PowerLimitStep* row = of_site[at(PowerLevel::substation)])
      substation_w_ = row->limit_kw * 1000;
    for (const Delivery& d : f.deliveries) {
      if (f.pools[d.pool.index].opened.site != site || d.from > t) continue;
      Standing& standing = out_.pools[d.pool];  // also when it has left
      if (d.to > t) deliver(d, standing);
    }
    if (!out_.binding && last_ != nullptr) {
      next_rack_ = true;  // one more like the last: it may need a busway of its own
      out_.binding = met(*last_);
    }
  }
  SiteFeed take() { return std::move(out_); }

 private:
  struct Hall {
    ByLevel<const PowerLimitStep*> rows{};
    double room_w = 0;              // of the hall
    double busway_w = 0;            // of the busway that is being filled
    std::int64_t busway_racks = 0;  // free places on it
  };

  double node_w(const PoolPlan& pool) const {
    return static_cast<double>(pool.node_max_w.count()) * share_;
  }
  double node_facility_w(const PoolPlan& pool) const {  // in this order: as it always was
    return static_cast<double>(pool.node_max_w.count()) * (site_.pue * share_);
  }
  double domain_w(const PoolPlan& pool) const {
    return node_w(pool) * pool.opened.nodes_per_domain;
  }
  // Half a watt forgives rounding: a limit of exactly n nodes feeds n.
  static std::int64_t fits(double room_w, double each_w) {
    return each_w > 0 ? static_cast<std::int64_t>((room_w + 0.5) / each_w) : std::int64_t{1} << 40;
  }

  void deliver(const Delivery& d, Standing& standing) {
    const PoolPlan& pool = f_.pools[d.pool.index];
    last_ = &pool;
    const std::int64_t nodes = d.gpus / pool.opened.gpus_per_node;
    const Hall& hall = halls_[pool.hall];
    const PowerLimitStep* rack = hall.rows[at(PowerLevel::rack)];
    std::int64_t fed = 0;
    if (rack != nullptr && fits(rack->limit_kw * 1000, domain_w(pool)) == 0) {
      stay_dark(pool, nodes);
    } else if (hall.rows[at(PowerLevel::busway)] == nullptr) {
      fed = feed(pool, nodes);
    } else {
      // As many whole domains to a rack as its limit and its build allow.
      const std::int64_t domain = pool.opened.nodes_per_domain;
      std::int64_t in_rack = std::max<std::int64_t>(pool.opened.nodes_per_rack, domain);
      if (rack != nullptr)
        in_rack = std::min(in_rack, fits(rack->limit_kw * 1000, domain_w(pool)) * domain);
      for (std::int64_t left = nodes; left > 0; left -= in_rack) {
        next_place(halls_[pool.hall]);
        fed += feed(pool, std::min(left, in_rack));
      }
    }
    standing.delivered += d.gpus;
    standing.powered += fed * pool.opened.gpus_per_node;
  }

  void next_place(Hall& hall) {
    const PowerLimitStep& row = *hall.rows[at(PowerLevel::busway)];
    if (hall.busway_racks == 0) {
      hall.busway_racks = row.racks;
      hall.busway_w = row.limit_kw * 1000;
    }
    --hall.busway_racks;
  }

  // Of nodes that their racks can take: how many have power.
  std::int64_t feed(const PoolPlan& pool, std::int64_t nodes) {
    Hall& hall = halls_[pool.hall];
    const double own_w = node_w(pool), facility_w = node_facility_w(pool);
    std::int64_t fed = std::min(nodes, fits(grid_w_, facility_w));
    if (hall.rows[at(PowerLevel::busway)]) fed = std::min(fed, fits(hall.busway_w, own_w));
    if (hall.rows[at(PowerLevel::hall)]) fed = std::min(fed, fits(hall.room_w, own_w));
    if (hall.rows[at(PowerLevel::substation)]) fed = std::min(fed, fits(substation_w_, facility_w));
    const auto n = static_cast<double>(fed);
    hall.busway_w -= n * own_w;
    hall.room_w -= n * own_w;
    substation_w_ -= n * facility_w;
    grid_w_ -= n * facility_w;
    if (fed < nodes) stay_dark(pool, nodes - fed);
    return fed;
  }

  void stay_dark(const PoolPlan& pool, std::int64_t nodes) {
    const MetLimit because = met(pool);
    if (!out_.binding) out_.binding = because;
    const std::int64_t gpus = nodes * pool.opened.gpus_per_node;
    for (DarkNodes& d : out_.dark)
      if (d.because.pool == because.pool && d.because.level == because.level) {
        d.gpus += gpus;
        return;
      }
    out_.dark.push_back({because, gpus});
  }

  // What the next node of the pool meets.
  MetLimit met(const PoolPlan& pool) const {
    const Hall& hall = halls_[pool.hall];
    ByLevel<std::optional<double>> room_kw;
    ByLevel<double> needs_kw{};
    const auto level = [&](PowerLevel l, double room_w, double needs_w) {
      if (l != PowerLevel::grid && hall.rows[at(l)] == nullptr) return;
      room_kw[at(l)] = kw(room_w);
      needs_kw[at(l)] = kw(needs_w);
    };
    if (const PowerLimitStep* row = hall.rows[at(PowerLevel::rack)])
      level(PowerLevel::rack, row->limit_kw * 1000, domain_w(pool));
    if (const PowerLimitStep* row = hall.rows[at(PowerLevel::busway)])
      level(PowerLevel::busway,
            next_rack_ && hall.busway_racks == 0 ? row->limit_kw * 1000 : hall.busway_w,
            node_w(pool));
    level(PowerLevel::hall, hall.room_w, node_w(pool));
    level(PowerLevel::substation, substation_w_, node_facility_w(pool));
    level(PowerLevel::grid, grid_w_, node_facility_w(pool));
    const std::optional<Binding> b = binding_limit(room_kw, needs_kw);
    CHECK(b);  // the grid is always there
    MetLimit out;
    out.level = b->level;
    out.pool = pool.opened.pool;
    const PowerLimitStep* row = hall.rows[at(b->level)];
    out.limit_kw = b->level == PowerLevel::grid ? kw(grid_limit_w_) : row->limit_kw;
    out.from = b->level == PowerLevel::grid ? grid_from_ : row->from;
    out.needs_kw = needs_kw[at(b->level)];
    out.room_kw = std::max(0.0, b->limit_kw);
    return out;
  }

  const Founding& f_;
  const SiteSpec& site_;
  const double share_;
  Date grid_from_;
  double grid_limit_w_ = 0, grid_w_ = 0, substation_w_ = 0;
  std::vector<Hall> halls_;
  const PoolPlan* last_ = nullptr;
  bool next_rack_ = false;
  SiteFeed out_;
};

}  // namespace

SiteFeed feed_site(const Scenario& scenario, const Founding& founding, SiteId site, Millis t) {
  return Feeder(scenario, founding, site, t).take();
}

Faults dark_by_power_limits(const Scenario& s, const Founding& founding, Millis t) {
  Faults out;
  if (s.power_limits.empty()) return out;
  const std::string share = decimal_text(s.policy.power_commit_share);
  for (std::uint32_t i = 0; i < s.sites.size(); ++i)
    for (const DarkNodes& d : feed_site(s, founding, SiteId{i}, t).dark) {
      const MetLimit& met = d.because;
      if (met.level == PowerLevel::grid) continue;
      const PoolPlan& pool = founding.pools[met.pool.index];
      const HardwareSpec& hardware = s.hardware[pool.opened.hardware.index];
      const bool rack = met.level == PowerLevel::rack;
      const double pue = met.level == PowerLevel::substation ? s.sites[i].pue : 1;
      const double nameplate_kw = kw(static_cast<double>(
          pool.node_max_w.count() * (rack ? std::int64_t{pool.opened.nodes_per_domain} : 1)));
      const std::string level(enum_name(met.level));
      out.push_back({"sites[" + s.sites[i].id + "].halls[" + s.sites[i].halls[pool.hall].id + "]",
                     "at most " + tenths(met.limit_kw) + " kW at the " + level + ", since " +
                         to_string(met.from) + " (power_limits)",
                     hardware.id + (rack ? ", an NVLink domain of which" : ", a node of which") +
                         " needs " + tenths(met.needs_kw) + " kW (" + tenths(nameplate_kw) +
                         " kW x " + share + (pue == 1 ? "" : " x PUE " + decimal_text(pue)) +
                         ") and has " + tenths(met.room_kw) + " kW",
                     std::to_string(d.gpus / units_of_one(pool.opened.device)) + " of " +
                         s.members[pool.opened.owner.index].id + " stand without power"});
    }
  return out;
}

}  // namespace dure
