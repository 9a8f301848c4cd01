#include "sim/energy_plan.h"

#include <algorithm>
#include <cmath>

#include "base/calendar.h"

namespace dure {
namespace {

struct Hour {
  double krw_per_kwh = 0, co2_g_per_kwh = 0, weight = 0;
  double over_mean = 1;  // weight over the mean of its day
};

Hour hour_of(const EnergyPolicySpec& policy, const Facility& facility, SiteId site, Millis at) {
  Hour h;
  h.krw_per_kwh = facility.tariff(site).price_at(at).marginal_krw_per_kwh();
  h.co2_g_per_kwh = facility.carbon().factor_g_per_kwh(date_of(at).year).value *
                    facility.carbon().signal_relative(at);
  h.weight = h.krw_per_kwh + policy.krw_per_t_co2 * h.co2_g_per_kwh / 1e6;
  return h;
}

std::vector<Hour> hours_of(const EnergyPolicySpec& policy, const Facility& facility, SiteId site,
                           Millis from, Millis to) {
  std::vector<Hour> hours;
  for (Millis at = from; at < to; at = at + Millis(kMsPerHour))
    hours.push_back(hour_of(policy, facility, site, at));
  // The mean of a day is that of its hours in the run.
  for (std::size_t first = 0; first < hours.size();) {
    const auto day = [&](std::size_t i) {
      return (from.count() + static_cast<std::int64_t>(i) * kMsPerHour) / kMsPerDay;
    };
    std::size_t end = first;
    double sum = 0;
    for (; end < hours.size() && day(end) == day(first); ++end) sum += hours[end].weight;
    const double mean = sum / static_cast<double>(end - first);
    for (; first < end; ++first)
      hours[first].over_mean = mean > 0 ? hours[first].weight / mean : 1;  // below 0: all alike
  }
  return hours;
}

// Told when price, carbon or the end of the dear hours change.
void tell_prices(const EnergyPolicySpec& policy, const std::vector<Hour>& hours, SiteId site,
                 Millis from, std::vector<Event>& out) {
  const auto at = [&](std::size_t i) {
    return from + Millis(static_cast<std::int64_t>(i) * kMsPerHour);
  };
  const auto dear = [&](std::size_t i) {
    return policy.shift_above > 0 && hours[i].over_mean > policy.shift_above;
  };
  std::optional<SiteEnergyTold> before;
  for (std::size_t i = 0; i < hours.size(); ++i) {
    SiteEnergyTold e;
    e.site = site;
    e.krw_per_mwh = static_cast<std::uint32_t>(
        std::llround(std::clamp(hours[i].krw_per_kwh, 0.0, 100'000.0) * 1000));
    e.co2_g_per_kwh =
        static_cast<std::uint32_t>(std::llround(std::clamp(hours[i].co2_g_per_kwh, 0.0, 10'000.0)));
    if (dear(i)) {
      std::size_t end = i;
      while (end < hours.size() && dear(end)) ++end;
      e.dear_until = at(end);
    }
    if (before && before->krw_per_mwh == e.krw_per_mwh &&
        before->co2_g_per_kwh == e.co2_g_per_kwh && before->dear_until == e.dear_until)
      continue;
    before = e;
    out.push_back({at(i), e});
  }
}

// What a cap leaves of a node's span, in permille of it.
std::uint32_t power_permille(const PoolPlan& pool, double committed, double share) {
  const auto idle = static_cast<double>(pool.node_idle_w.count()),
             most = static_cast<double>(pool.node_max_w.count());
  if (most <= idle) return 1000;
  const double p = (share * committed * most - idle) / (most - idle);
  return static_cast<std::uint32_t>(std::floor(std::clamp(p, 0.0, 1.0) * 1000 + 1e-6));
}

PoolCapped cap_of(const Scenario& s, const PoolPlan& pool, const PowerWindow& window) {
  PoolCapped cap;
  cap.pool = pool.opened.pool;
  cap.until = window.to;
  cap.because = window.because;
  cap.power_permille = power_permille(pool, s.policy.power_commit_share, window.share);
  const double p = static_cast<double>(cap.power_permille) / 1000;
  for (std::uint32_t w = 0; w < s.workloads.size(); ++w) {
    const WorkloadSpec& work = s.workloads[w];
    const double u = work.utilization;
    if (u <= p) continue;
    const double phi = std::pow(p / u, 1 / s.energy_policy->cap_exponent);
    const double speed = phi > 0 ? 1 / (u / phi + 1 - u) : 0;
    cap.slowed.push_back({WorkloadId{w}, static_cast<std::uint32_t>(std::clamp<std::int64_t>(
                                             std::llround(speed * 1000), 1, 1000))});
  }
  return cap;
}

// The windows of a site cut where one begins or ends; of each piece the one with the lowest share.
std::vector<PowerWindow> lowest(const std::vector<PowerWindow>& windows) {
  std::vector<Millis> cuts;
  for (const PowerWindow& w : windows) {
    cuts.push_back(w.from);
    cuts.push_back(w.to);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<PowerWindow> out;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const PowerWindow* least = nullptr;
    for (const PowerWindow& w : windows)
      if (w.from <= cuts[i] && cuts[i + 1] <= w.to && (least == nullptr || w.share < least->share))
        least = &w;
    if (least == nullptr) continue;
    PowerWindow piece = *least;
    piece.from = cuts[i];
    piece.to = cuts[i + 1];
    if (!out.empty() && out.back().to == piece.from && out.back().share == piece.share &&
        out.back().because == piece.because)
      out.back().to = piece.to;
    else
      out.push_back(piece);
  }
  return out;
}

void tell_caps(const Scenario& s, const Founding& f, SiteId site,
               const std::vector<PowerWindow>& windows, std::vector<Event>& out) {
  for (const PoolPlan& pool : f.pools) {
    if (pool.opened.site != site || pool.opened.device != Device::gpu ||
        pool.opened.gpus_per_node == 0)
      continue;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      out.push_back({windows[i].from, cap_of(s, pool, windows[i])});
      if (i + 1 == windows.size() || windows[i + 1].from > windows[i].to)
        out.push_back({windows[i].to, PoolCapped{pool.opened.pool, windows[i].to}});
    }
  }
}

}  // namespace

std::vector<Event> plan_energy(const Scenario& s, const Founding& f, const Facility& facility,
                               Millis from, Millis to, const std::vector<PowerWindow>& windows) {
  std::vector<Event> out;
  if (!s.energy_policy) return out;
  const EnergyPolicySpec& policy = *s.energy_policy;
  for (std::uint32_t i = 0; i < s.sites.size(); ++i) {
    const SiteId site{i};
    const std::vector<Hour> hours = hours_of(policy, facility, site, from, to);
    tell_prices(policy, hours, site, from, out);
    std::vector<PowerWindow> here;
    for (const PowerWindow& w : windows)
      if (w.site == site) here.push_back(w);
    for (std::size_t h = 0; h < hours.size(); ++h) {
      if (policy.cap_above == 0 || policy.cap_share >= 1 || hours[h].over_mean <= policy.cap_above)
        continue;
      const Millis at = from + Millis(static_cast<std::int64_t>(h) * kMsPerHour);
      here.push_back({site, at, at + Millis(kMsPerHour), policy.cap_share, CapCause::price});
    }
    tell_caps(s, f, site, lowest(here), out);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Event& a, const Event& b) { return a.at < b.at; });
  return out;
}

}  // namespace dure
