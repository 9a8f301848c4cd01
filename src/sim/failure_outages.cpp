#include "sim/failure_outages.h"

#include <algorithm>
#include <map>
#include <vector>

#include "physics/failures.h"
#include "physics/repairs.h"

namespace dure {
namespace {

// Long repairs are under way when a run begins: faults are drawn from so long before.
constexpr std::int64_t kBeforeMs = 60 * kMsPerDay;

bool has_liquid(const Scenario& s, const HallSpec& hall) {
  for (const CoolingKindSpec& kind : s.cooling_kinds)
    if (kind.id == hall.cooling ||
        std::find(kind.words.begin(), kind.words.end(), hall.cooling) != kind.words.end())
      return kind.liquid_share > 0;
  return false;
}

// The grounds, and which pool each of their pools is.
struct Grounds {
  FailureGrounds grounds;
  std::vector<std::vector<std::vector<PoolId>>> pools;  // [site][hall][pool]
};

Grounds grounds_of(const Scenario& s, const Founding& f, Millis from, Millis to) {
  Grounds out;
  for (const SiteSpec& spec : s.sites) {
    FailureSite site;
    site.id = spec.id;
    for (const HallSpec& hall : spec.halls) site.halls.push_back({spec.id + "/" + hall.id, {}});
    out.grounds.sites.push_back(std::move(site));
    out.pools.emplace_back(spec.halls.size());
  }
  for (const PoolPlan& plan : f.pools) {
    const PoolOpened& pool = plan.opened;
    const HardwareSpec& hardware = s.hardware[pool.hardware.index];
    if (hardware.device != Device::gpu && hardware.device != Device::shared_gpu) continue;
    std::int64_t most = f.powered(pool.pool, from);
    std::optional<Millis> first;
    for (const CapacityStep& step : f.steps) {
      if (step.pool != pool.pool || step.at >= to) continue;
      if (step.powered_gpus > 0 && !first) first = step.at;
      most = std::max(most, f.powered(pool.pool, step.at));
    }
    if (most == 0 || !first) continue;
    FailurePool p;
    p.id = pool.name;
    p.hardware = hardware.id;
    p.nodes = most / pool.gpus_per_node;
    p.gpus_per_node = hardware.gpus_per_node.count();
    p.nodes_per_rack = pool.nodes_per_rack;
    p.liquid = has_liquid(s, s.sites[pool.site.index].halls[plan.hall]);
    p.nvlink_rack = pool.nodes_per_domain > 1;
    p.from = *first;
    out.grounds.sites[pool.site.index].halls[plan.hall].pools.push_back(std::move(p));
    out.pools[pool.site.index][plan.hall].push_back(pool.pool);
  }
  return out;
}

class Mender {
 public:
  Mender(const Scenario& s, const Founding& f, const Grounds& grounds, Millis from, Millis to)
      : spec_(s.failures), founding_(f), grounds_(grounds), from_(from), to_(to) {}

  // Of one site, in order of detection.
  Result<Done> mend(std::uint32_t site, const std::vector<FailureEvent>& faults,
                    std::vector<Outage>& out) {
    std::int64_t nodes = 0;
    for (const FailureHall& hall : grounds_.grounds.sites[site].halls)
      for (const FailurePool& pool : hall.pools) nodes += pool.nodes;
    if (nodes == 0) return Done{};
    TRY(shop, RepairShop::make(spec_, nodes));
    for (const FailureEvent& e : faults) {
      if (already_out(site, e)) continue;
      const RepairShop::Repair repair = shop.take(spec_, e);
      if (repair.back <= from_ || e.at >= to_) continue;
      for (std::uint32_t hall = 0; hall < grounds_.pools[site].size(); ++hall) {
        if (e.hall && *e.hall != hall) continue;
        for (std::uint32_t pool = 0; pool < grounds_.pools[site][hall].size(); ++pool)
          if (!e.pool || *e.pool == pool)
            take_out(grounds_.pools[site][hall][pool], e, repair.back, out);
      }
    }
    return Done{};
  }

 private:
  bool already_out(std::uint32_t site, const FailureEvent& e) const {
    if (!e.pool || e.nodes != 1) return false;
    const PoolId pool = grounds_.pools[site][*e.hall][*e.pool];
    const auto it = out_until_.find({pool.index, e.first_node});
    return it != out_until_.end() && e.at < it->second;
  }

  void take_out(PoolId pool, const FailureEvent& e, Millis back, std::vector<Outage>& out) {
    const PoolOpened& opened = founding_.pools[pool.index].opened;
    const std::int64_t there = founding_.powered(pool, e.at) / opened.gpus_per_node;
    const std::int64_t first = e.pool ? e.first_node : 0,
                       last = std::min(there, e.pool ? first + e.nodes : there);
    // What broke before stands there broken when the run begins.
    const bool before = e.at <= from_;
    const Millis at = before ? from_ + Millis(1) : e.at;
    const Millis known = before ? from_ : std::max(e.detected, e.at + Millis(1));
    const Millis until = std::max({back, at + Millis(1), known + Millis(1)});
    const std::int64_t per_rack = opened.nodes_per_rack;
    for (std::int64_t n = first; n < last;) {
      const std::int64_t rack = n / per_rack, end = std::min(last, (rack + 1) * per_rack);
      std::uint64_t nodes = 0;
      for (; n < end; ++n) {
        nodes |= std::uint64_t{1} << (n % per_rack);
        Millis& held = out_until_[{pool.index, n}];
        held = std::max(held, until);
      }
      out.push_back({at, known, until, pool, static_cast<std::uint32_t>(rack), nodes, e.cause});
    }
  }

  const FailureSpec& spec_;
  const Founding& founding_;
  const Grounds& grounds_;
  const Millis from_, to_;
  std::map<std::pair<std::uint32_t, std::int64_t>, Millis> out_until_;  // [pool, node]
};

}  // namespace

Result<OutagePlan> outages_of_failures(const Scenario& s, const Founding& f, Millis from, Millis to,
                                       std::uint64_t seed) {
  OutagePlan plan;
  for (const FailureCauseSpec& cause : s.failures.causes)
    plan.causes.push_back({cause.id, cause.id, cause.id});
  const Grounds grounds = grounds_of(s, f, from, to);
  TRY(model, FailureModel::make(s.failures, grounds.grounds, seed));
  std::vector<FailureEvent> faults;
  const std::int64_t first_hour =
      std::max<std::int64_t>(0, (from.count() - kBeforeMs) / kMsPerHour);
  for (std::int64_t hour = first_hour; hour < to.count() / kMsPerHour; ++hour)
    model.add_hour(hour, faults);
  std::stable_sort(faults.begin(), faults.end(), [](const FailureEvent& a, const FailureEvent& b) {
    return a.detected < b.detected;
  });
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
