#include "sim/site_assets.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/calendar.h"
#include "base/stream.h"
#include "physics/grid_events.h"
#include "world/by_id.h"

namespace dure {
namespace {

constexpr double kMsHour = static_cast<double>(kMsPerHour);

double hours_between(Millis from, Millis to) {
  return static_cast<double>((to - from).count()) / kMsHour;
}
Millis hours(double h) { return Millis(std::llround(h * kMsHour)); }
Millis minutes(std::int64_t m) { return Millis(m * 60'000); }
Millis nearest_hour(Millis t) {
  return Millis((t.count() + kMsPerHour / 2) / kMsPerHour * kMsPerHour);
}

std::vector<GridCut> drawn_cuts(const Scenario& s, const EnergyAssetsSpec& row,
                                const AssetTimes& times) {
  std::vector<GridCut> out;
  const SiteGridEventsSpec& spec = *row.grid_events;
  const std::uint32_t site = index_of(s.sites, row.site);
  const auto& regions = s.grid->interconnection.regions;
  GridEventKey key;
  key.seed = times.seed;
  key.site = site;
  key.region = index_of(regions, s.sites[site].grid_region);
  key.metro = regions[key.region].metro;
  const Millis first = midnight(Date{date_of(times.from).year, 1, 1});
  for (const GridEvent& e : grid_events(s.grid->reliability, key, first, times.to)) {
    const bool cut = e.kind == GridEventKind::curtailment;
    if (cut ? !spec.curtailments : spec.n_1_share_left >= 1) continue;
    const Millis from = nearest_hour(e.at),
                 to = std::max(from + Millis(kMsPerHour), nearest_hour(e.at + e.length));
    if (to <= times.from || from >= times.to) continue;
    const double left = cut ? 1 - e.depth : spec.n_1_share_left;
    const double kw = left * times.committed_kw(std::max(from, times.from));
    if (cut)
      out.push_back({from, to, kw, minutes(spec.notice_minutes), "grid_curtailment",
                     "Grid operator cuts load", "전력당국의 부하 감축 지시"});
    else
      out.push_back({from, to, kw, minutes(spec.notice_minutes), "n_1",
                     "A line or a plant of the region is lost (N-1)",
                     "권역의 송전선·발전기 한 곳 상실(N-1)"});
  }
  return out;
}

void add_stated_cuts(const Scenario& s, const EnergyAssetsSpec& row, std::vector<GridCut>& cuts) {
  for (const DisruptionSpec& d : s.disruptions) {
    if (d.kind != Disruption::grid_limit || d.site != row.site) continue;
    const Millis from = midnight(d.first) + hours(d.hour);
    cuts.push_back({from, from + hours(d.hours), static_cast<double>(d.grid_mw.count()) / 1000,
                    Millis(0), d.id, d.name_en, d.name_ko});
  }
}

// The calls of a programme at a site, day by day and year by year.
class Calls {
 public:
  Calls(const SiteDemandResponseSpec& spec, const DemandResponseSpec& programme,
        const std::string& site, const AssetTimes& times)
      : spec_(spec), programme_(programme), site_(site), times_(times) {
    const double days = 365.25 * (programme.weekdays_only ? 5.0 / 7 : 1);
    chance_ = spec.calls_per_year / days;
  }

  Result<std::vector<DemandResponseCall>> all() {
    const Date last = date_of(times_.to - Millis(1));
    for (int year = date_of(times_.from).year; year <= last.year; ++year) {
      used_hours_ = 0;  // 2: of the year
      const std::int64_t end = days_from_epoch(Date{year + 1, 1, 1});
      for (std::int64_t day = days_from_epoch(Date{year, 1, 1}); day < end; ++day) {
        const Millis begin(day * kMsPerDay);
        if (begin >= times_.to) break;
        TRY(stated, take_stated(begin));
        if (!stated) draw(begin, day);
      }
    }
    std::erase_if(out_, [&](const DemandResponseCall& c) {
      return c.start + hours(c.hours) <= times_.from || c.start >= times_.to;
    });
    return std::move(out_);
  }

 private:
  DemandResponseCall call(Millis start, double h) const {
    return {start - minutes(programme_.notice_minutes), start, h};
  }

  Result<bool> take_stated(Millis day) {  // whether there was one
    bool any = false;
    for (std::size_t i = 0; i < spec_.calls.size(); ++i) {
      const StatedCallSpec& s = spec_.calls[i];
      if (midnight(s.day) != day) continue;
      const DemandResponseCall c = call(day + hours(s.hour), s.hours);
      const std::string where =
          "energy_assets[" + site_ + "].demand_response.calls[" + std::to_string(i) + "]";
      if (!out_.empty() && c.start < out_.back().start + hours(out_.back().hours))
        return Fault{where, "a call after the one before it", iso_kst(c.start),
                     "calls of a day stand in their order"};
      if (const auto allowed = call_allowed(programme_, c, used_hours_); !allowed)
        return Fault{where, allowed.fault().expected, allowed.fault().found,
                     "as " + programme_.id + " of grid.demand_response has it"};
      take(c);
      any = true;
    }
    return any;
  }

  void draw(Millis begin, std::int64_t day) {
    Stream stream(times_.seed, "energy/demand_response/" + programme_.id,
                  static_cast<std::uint64_t>(day));
    if (stream.uniform() >= chance_) return;
    const auto more =
        static_cast<std::uint64_t>(programme_.most_call_hours - programme_.least_call_hours);
    const double h = programme_.least_call_hours + static_cast<double>(stream.below(more + 1));
    std::vector<DemandResponseCall> may;
    for (std::int64_t hour = 0; hour < 24; ++hour) {
      const DemandResponseCall c = call(begin + Millis(hour * kMsPerHour), h);
      if (call_allowed(programme_, c, used_hours_)) may.push_back(c);
    }
    if (!may.empty()) take(may[stream.below(may.size())]);
  }

  void take(const DemandResponseCall& c) {
    used_hours_ += c.hours;
    out_.push_back(c);
  }

  const SiteDemandResponseSpec& spec_;
  const DemandResponseSpec& programme_;
  const std::string& site_;
  const AssetTimes& times_;
  double chance_ = 0, used_hours_ = 0;
  std::vector<DemandResponseCall> out_;
};

BatteryPlant plant_of(const BatterySpec& kind, const SiteBatterySpec& b) {
  return {b.kwh, b.charge_kw, b.discharge_kw, kind.round_trip, kind.least_charge, kind.most_charge};
}

BatteryRule rule_of(const SiteBatterySpec& b) {
  BatteryRule rule;
  rule.target_kw = b.target_kw.value_or(kNoLimit);
  rule.reserve_charge = b.reserve_charge;
  rule.charge_below_krw_per_kwh = b.charge_below_krw_per_kwh.value_or(-kNoLimit);
  rule.discharge_above_krw_per_kwh = b.discharge_above_krw_per_kwh.value_or(kNoLimit);
  return rule;
}

double given_kw(const BatteryPlant& p, double stored_kwh, double hours) {
  return std::min(p.discharge_kw, std::max(0.0, stored_kwh) * std::sqrt(p.round_trip) / hours);
}

}  // namespace

double SiteAssets::sure_in_cut_kw(double hours) const {
  return given_kw(battery, (rule.reserve_charge - battery.least_charge) * battery.kwh, hours);
}

double SiteAssets::sure_in_call_kw(double hours) const {
  const double eta = std::sqrt(battery.round_trip),
               room = (battery.most_charge - rule.reserve_charge) * battery.kwh,
               notice_h = programme ? static_cast<double>(programme->notice_minutes) / 60 : 0;
  return given_kw(battery, std::min(room, battery.charge_kw * notice_h * eta), hours);
}

Result<SiteAssets> find_assets(const Scenario& s, const EnergyAssetsSpec& row,
                               const AssetTimes& times) {
  const GridSpec& grid = *s.grid;
  SiteAssets out;
  out.spec = row;
  TRY(market, Market::of(grid.market));
  out.market = std::move(market);
  if (row.solar) {
    TRY(solar, Solar::of(grid.solar, row.solar->region));
    out.solar = std::move(solar);
  }
  if (row.ppa) {
    TRY(solar, Solar::of(grid.solar, row.ppa->region));
    out.ppa_solar = std::move(solar);
    out.ppa = grid.ppas[index_of(grid.ppas, row.ppa->id)];
  }
  if (row.battery) {
    out.battery =
        plant_of(grid.batteries[index_of(grid.batteries, row.battery->kind)], *row.battery);
    out.rule = rule_of(*row.battery);
  }
  if (row.grid_events) out.cuts = drawn_cuts(s, row, times);
  add_stated_cuts(s, row, out.cuts);
  std::stable_sort(out.cuts.begin(), out.cuts.end(),
                   [](const GridCut& a, const GridCut& b) { return a.from < b.from; });
  if (row.demand_response) {
    const std::string& id = row.demand_response->programme;
    out.programme = grid.demand_response[index_of(grid.demand_response, id)];
    TRY(calls, Calls(*row.demand_response, *out.programme, row.site, times).all());
    out.calls = std::move(calls);
  }
  return out;
}

std::vector<ToldLimit> told_limits(const SiteAssets& a, const AssetTimes& times) {
  std::vector<ToldLimit> out;
  const auto limit = [&](std::string id, Millis from, double h, Millis notice, double kw) {
    DisruptionSpec d;
    d.id = std::move(id);
    d.kind = Disruption::grid_limit;
    d.site = a.spec.site;
    d.first = date_of(from);
    d.hour = hours_between(midnight(d.first), from);
    d.hours = h;
    d.notice_hours = hours_between(Millis(0), notice);
    d.grid_mw = Watts(std::llround(std::max(0.0, kw) * 1000));
    d.source = a.spec.source;
    return d;
  };
  for (const GridCut& c : a.cuts) {
    if (c.notice <= Millis(0)) continue;
    const double h = hours_between(c.from, c.to);
    DisruptionSpec d = limit(c.cause, c.from, h, c.notice, c.kw + a.sure_in_cut_kw(h));
    d.name_en = c.name_en;
    d.name_ko = c.name_ko;
    out.push_back({std::move(d), CapCause::power_short});
  }
  for (const DemandResponseCall& c : a.calls) {
    const double rest = a.spec.demand_response->committed_kw - a.sure_in_call_kw(c.hours);
    if (!a.spec.demand_response->shed || c.start <= c.noticed || rest <= 0) continue;
    const double may = times.committed_kw(std::max(c.start, times.from));
    DisruptionSpec d = limit("demand_response", c.start, c.hours, c.start - c.noticed, may - rest);
    d.name_en = "Demand response call";
    d.name_ko = "수요반응 감축 요청";
    out.push_back({std::move(d), CapCause::demand_response});
  }
  return out;
}

}  // namespace dure
