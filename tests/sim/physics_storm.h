// A small alliance drawn from a seed, with all of the physics on and most of it going wrong.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/stream.h"
#include "sim/shipped_physics.h"

namespace dure::tiny {

struct PhysicsStorm {
  Scenario scenario;
  SimulationOptions options;
  bool within_commitment = true;  // no machine draws more than power_commit_share of its nameplate
};

class PhysicsStormDraw {
 public:
  // Draws by names of their own: what is added to a storm moves nothing else in it.
  explicit PhysicsStormDraw(std::uint64_t seed)
      : draw_(seed, "physics storm", 0), more_(seed, "physics storm, money", 0), seed_(seed) {}

  PhysicsStorm storm() {
    Scenario& s = out_.scenario;
    s = tiny::scenario(8);
    add_shipped_physics(s);
    members_and_machines();
    window();
    sites();
    installs();
    grid();
    work();
    physics();
    failures();
    weather_events();
    disruptions();
    power_limits();
    swings();
    money();
    out_.options.policy = policy_from(s.policy);
    return std::move(out_);
  }

 private:
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(draw_.below(static_cast<std::uint64_t>(n)));
  }
  bool once_in(std::int64_t n) { return below(n) == 0; }
  double between(double low, double high) { return low + (high - low) * draw_.uniform(); }
  template <class T>
  T one_of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(below(static_cast<std::int64_t>(list.size())))];
  }
  Date day_in_window(double share) const {
    const Window& w = out_.options.window;
    return date_of(Millis(w.from.count() + std::llround(share * static_cast<double>(span_ms_))));
  }

  void members_and_machines() {
    Scenario& s = out_.scenario;
    s.policy.order = one_of<Order>({Order::fair, Order::arrival});
    s.policy.power_commit_share = one_of<double>({0.5, 0.8, 0.9, 1});
    MemberSpec other = s.members[0];
    other.id = "b";
    if (once_in(2)) s.members.push_back(other);
    if (s.members.size() > 1) {
      LendingSpec lend;
      lend.owner = "b";
      lend.reclaim_hours = once_in(2) ? 1 : 0;
      s.lending = {lend};
    }
    HardwareSpec rack = s.hardware[0];
    rack.id = "nvl";
    rack.gpus_per_node = Gpus(4);
    rack.nodes_per_domain = rack.nodes_per_rack = 18;
    rack.node_idle_w = Watts(1'500);
    rack.node_max_w = Watts(7'300);
    rack.rack_max_kw = Watts(132'000);
    rack.bf16_dense_tflops = 2'500;
    s.hardware[0].bf16_dense_tflops = 990;
    s.hardware.push_back(rack);
  }

  void window() {
    const std::vector<Date> days = {
        {2026, 4, 15}, {2026, 5, 31}, {2028, 2, 28}, {2026, 12, 31}, {2024, 10, 23}};
    Date day = one_of(days);
    if (!once_in(3))
      day = {2024 + static_cast<int>(below(10)), 1 + static_cast<int>(below(12)),
             1 + static_cast<int>(below(28))};
    const std::int64_t step_s = one_of<std::int64_t>({15, 60, 420, 900, 1500, 3600});
    const std::int64_t hours = step_s == 15 ? 1 + below(6) : 3 + below(step_s == 60 ? 21 : 69);
    Window& w = out_.options.window;
    w.from = midnight(day) + Millis((once_in(2) ? 0 : below(24)) * kMsPerHour);
    w.to = w.from + Millis(hours * kMsPerHour);
    w.step = Millis(step_s * 1000);
    span_ms_ = hours * kMsPerHour;
    out_.options.warmup_days = once_in(3) ? 1 : 0;
    out_.options.seed = seed_;
    out_.scenario.run.from = day;
    out_.scenario.run.to = date_of(w.to + Millis(kMsPerDay));
  }

  void sites() {
    Scenario& s = out_.scenario;
    std::vector<std::string> stations, coolings, tariffs, chains, waters;
    for (const ClimateStation& c : s.climate->stations) stations.push_back(c.id);
    for (const ClimateName& c : s.climate->names) stations.push_back(c.name);
    for (const CoolingKindSpec& k : s.cooling_kinds) coolings.push_back(k.id);
    for (const TariffRateSpec& r : s.tariff->rates) tariffs.push_back(r.tariff);
    for (const ChainSpec& c : s.power->chains) chains.push_back(c.id);
    for (const WaterSourceSpec& w : s.water_sources) waters.push_back(w.id);
    const SiteSpec first = s.sites[0];
    s.sites.clear();
    const std::int64_t sites = 1 + below(3);
    for (std::int64_t i = 0; i < sites; ++i) {
      SiteSpec site = first;
      site.id = "site" + std::to_string(i);
      site.climate_station = one_of(stations);
      site.pue = between(1, 1.5);
      site.halls[0].cooling = one_of(coolings);
      if (once_in(2)) {
        site.halls.push_back(site.halls[0]);
        site.halls[1].id = "hall2";
        site.halls[1].cooling = one_of(coolings);
      }
      s.sites.push_back(site);
      UtilitySpec u = utility_of(site.id, 0);
      u.tariff = one_of(tariffs);
      u.power_chain = one_of(chains);
      u.water_source = one_of(waters);
      u.drought_region = one_of<std::string>({"", "metro", "honam", "yeongnam", "gangwon"});
      const double most = one_of<double>({0, 0.001, 1, 20, 1000});
      for (double& m3 : u.water_m3_per_day) m3 = most * between(0.2, 1);
      u.water_storage_hours = one_of<double>({0, 0.5, 24, 200});
      s.utilities.push_back(u);
      for (std::int64_t to = 0; to < i; ++to) {
        LinkSpec link;
        link.id = "link" + std::to_string(to) + std::to_string(i);
        link.from_site = site.id;
        link.to = s.sites[static_cast<std::size_t>(to)].id;
        link.jurisdiction = kHome;
        link.rtt_ms = between(0.5, 8);
        link.gbit_per_s = between(1, 400);
        s.links.push_back(link);
      }
    }
  }

  void installs() {
    Scenario& s = out_.scenario;
    s.installs.clear();
    for (const SiteSpec& site : s.sites)
      for (const HallSpec& hall : site.halls)
        for (std::int64_t n = 1 + below(2); n > 0; --n) {
          InstallSpec in;
          in.site = site.id;
          in.hall = hall.id;
          in.owner = one_of(s.members).id;
          in.hardware = one_of(s.hardware).id;
          in.gpus = Gpus(8 * (1 + below(24)));
          in.month = once_in(5) ? day_in_window(between(0.2, 1)) : Date{2023, 6, 1};
          if (once_in(6)) {
            const Date gone = day_in_window(between(0.3, 1.2));
            if (in.month < gone) in.retire_month = gone;
          }
          s.installs.push_back(in);
        }
    for (MemberSpec& m : s.members) m.demand_base_gpus = Gpus(8);  // arrivals are as they stand
  }

  // From below idle power to plenty, and other limits from some day on.
  void grid() {
    Scenario& s = out_.scenario;
    for (SiteSpec& site : s.sites) {
      double nameplate_w = 0;
      for (const InstallSpec& in : s.installs) {
        const HardwareSpec& h = s.hardware[in.hardware == "nvl" ? 1 : 0];
        if (in.site == site.id)
          nameplate_w +=
              static_cast<double>(in.gpus.count() / h.gpus_per_node.count() * h.node_max_w.count());
      }
      const auto limit = [&] {
        return Watts(std::llround(nameplate_w * one_of<double>({0, 0.1, 0.6, 0.9, 1.1, 1.5, 3})));
      };
      site.grid[0].month = {2023, 1, 1};
      site.grid[0].grid_mw = once_in(3) ? limit() : Watts(std::llround(nameplate_w * 3));
      if (once_in(4)) {
        GridStep later = site.grid[0];
        later.month = day_in_window(between(0.1, 1));
        later.grid_mw = limit();
        // Racks that lose their power for good go when their jobs end, not before.
        if (later.grid_mw < site.grid[0].grid_mw) out_.within_commitment = false;
        site.grid.push_back(later);
      }
    }
  }

  void work() {
    Scenario& s = out_.scenario;
    double gpus = 0;
    for (const InstallSpec& in : s.installs) gpus += static_cast<double>(in.gpus.count());
    s.workloads = {batch("work", gpus * between(0.2, 1.5)), batch("gangs", gpus * between(0, 0.1)),
                   service("serve", gpus * between(0, 0.06))};
    s.workloads[0].duration = DurationLaw{between(0.1, 2), 1.0, 0.01, 12.0};
    s.workloads[1].size = SizeLaw{{16, 64}, {2, 1}};
    s.workloads[1].preemptible = true;
    s.workloads[1].checkpoint_hours = 0.25;
    s.workloads[1].duration = DurationLaw{3.0, 6.0, 0.5, 24.0};
    s.workloads[1].most_sites = 3;
    if (once_in(6)) out_.within_commitment = false;
    for (WorkloadSpec& w : s.workloads) {
      w.hardware = once_in(2) ? std::vector<std::string>{"hgx", "nvl"}
                              : std::vector<std::string>{"nvl", "hgx"};
      if (s.members.size() > 1) {
        w.demand.push_back(w.demand[0]);
        w.demand[1].member = "b";
      }
      double most = 1;
      if (out_.within_commitment)
        for (const HardwareSpec& h : s.hardware) {
          const auto max_w = static_cast<double>(h.node_max_w.count()),
                     idle_w = static_cast<double>(h.node_idle_w.count());
          most = std::min(
              most, (s.policy.power_commit_share * max_w - idle_w) / (max_w - idle_w) * 0.999);
        }
      w.utilization = most * one_of<double>({0.3, 0.7, 1});
    }
  }

  void physics() {
    PhysicsSpec& p = out_.scenario.physics;
    p.warmer_c = one_of<double>({-5, 0, 0, 2, 10});
    p.drought = once_in(2) ? DroughtReckoning::official : DroughtReckoning::planning;
    p.forecast_hours = one_of<double>({0, 1, 12, 48});
    p.failures = !once_in(3);
  }

  void failures() {
    const double times = one_of<double>({1, 10, 100});
    for (FailureCauseSpec& c : out_.scenario.failures->causes)
      c.faults_per_million_hours = std::min(
          1e6, c.faults_per_million_hours * (c.domain == FailureDomain::gpu ? times : 10 * times));
  }

  void weather_events() {
    for (std::int64_t n = below(3); n > 0; --n) {
      WeatherEventSpec e;
      e.id = "event" + std::to_string(n);
      e.kind = once_in(2) ? WeatherEventKind::heat_wave : WeatherEventKind::drought;
      e.from = day_in_window(-0.5);
      e.to = day_in_window(between(0, 2));
      if (once_in(2)) e.regions = {out_.scenario.climate->stations[0].region};
      e.add_c = e.kind == WeatherEventKind::heat_wave ? between(0.1, 15) : 0;
      e.stage = e.kind == WeatherEventKind::drought
                    ? one_of<DroughtStage>(
                          {DroughtStage::alert, DroughtStage::serious, DroughtStage::emergency})
                    : DroughtStage::normal;
      out_.scenario.weather_events.push_back(e);
    }
  }

  void disruptions() {
    Scenario& s = out_.scenario;
    for (std::int64_t n = below(4); n > 0; --n) {
      DisruptionSpec d;
      d.id = d.name_en = d.name_ko = "disruption" + std::to_string(n);
      d.kind =
          one_of<Disruption>({Disruption::grid_limit, Disruption::site_lost, Disruption::hall_lost,
                              Disruption::cooling_lost, Disruption::link_cut});
      d.first = day_in_window(between(-0.3, 1));
      d.hour = once_in(2) ? static_cast<double>(below(24)) : between(0, 24);
      d.hours = one_of<double>({1e-7, 0.01, 0.5, 6, 30, 500}) * between(0.5, 1);
      d.notice_hours = once_in(2) ? 0 : between(0, 24);
      if (d.kind == Disruption::link_cut) {
        if (s.links.empty()) continue;
        d.links = {one_of(s.links).id};
      } else {
        const SiteSpec& site = one_of(s.sites);
        d.site = site.id;
        if (d.kind == Disruption::hall_lost || d.kind == Disruption::cooling_lost)
          d.hall = one_of(site.halls).id;
        d.share_left = once_in(2) ? 0 : between(0, 1);
        d.grid_mw = Watts(std::llround(static_cast<double>(site.grid[0].grid_mw.count()) *
                                       one_of<double>({0, 0.1, 0.3, 0.5, 1})));
      }
      s.disruptions.push_back(d);
    }
  }

  std::int64_t more(std::int64_t n) {
    return static_cast<std::int64_t>(more_.below(static_cast<std::uint64_t>(n)));
  }

  // Limits below the grid, some of which hold from a day of the window on.
  void power_limits() {
    Scenario& s = out_.scenario;
    if (more(2) == 0) return;
    for (const SiteSpec& site : s.sites)
      for (std::int64_t n = more(3); n > 0; --n) {
        PowerLimitStep l;
        l.site = site.id;
        l.level = static_cast<PowerLevel>(more(4));
        if (l.level != PowerLevel::substation && more(2) == 0) l.hall = site.halls.back().id;
        if (l.level == PowerLevel::busway) l.racks = 1 + more(6);
        l.limit_kw = 5.0 * static_cast<double>(more(80));
        l.from =
            more(3) == 0 ? date_of(out_.options.window.from + Millis(kMsPerDay)) : Date{2023, 1, 1};
        // What is already there goes when its jobs end.
        if (l.from > Date{2023, 1, 1}) out_.within_commitment = false;
        s.power_limits.push_back(l);
      }
  }

  void swings() {
    Scenario& s = out_.scenario;
    s.power->swings = {{{"hgx"}, "h100_sxm", 0, 0.01, "assumption", ""},
                       {{"nvl"}, "gb300_nvl72", 900, 0.08, "assumption", ""}};
    if (more(2) == 0) s.workloads[1].sync_step_s = 2;
    if (more(2) == 0) s.utilities[0].ramp_limit_mw_per_s = 0.5;
  }

  void money() {
    Scenario& s = out_.scenario;
    if (more(4) == 0) return;
    s.finance = shipped_models().finance;
    MoneySpec m;
    m.prices = static_cast<PriceCase>(more(3));
    m.krw_per_mw_grid = 1e9 * static_cast<double>(more(3));
    if (more(2) == 0)
      m.tax_credit =
          s.finance->tax_credits[static_cast<std::size_t>(more(std::ssize(s.finance->tax_credits)))]
              .id;
    const auto rate = [&] {
      return s.finance
          ->discount_rates[static_cast<std::size_t>(more(std::ssize(s.finance->discount_rates)))]
          .id;
    };
    for (const MemberSpec& member : s.members)
      m.owners.push_back({member.id, rate(), static_cast<FirmSize>(more(3)), "assumption", ""});
    for (const SiteSpec& site : s.sites)
      m.sites.push_back({site.id, "gumi", more(2) == 0 ? "urban" : "rural",
                         10'000 * static_cast<double>(more(3)), "assumption", ""});
    m.hardware = {{"hgx", more(5) == 0 ? "" : "h100_sxm", "assumption", ""},
                  {"nvl", "gb300_nvl72", "assumption", ""}};
    for (const CoolingKindSpec& k : s.cooling_kinds)
      m.cooling.push_back({k.id, "liquid_dlc_tower", "assumption", ""});
    m.token_rates = {{"serve", "nvl", 400, "assumption", ""}};
    s.money = std::move(m);
    if (more(3) > 0)
      s.prices = {{"hgx", 2'500.5, "assumption", ""}, {"nvl", 4'300, "assumption", ""}};
    if (!s.lending.empty() && more(2) == 0) s.lending[0].price_krw_per_gpu_hour = 1'234.25;
  }

  Stream draw_, more_;
  const std::uint64_t seed_;
  std::int64_t span_ms_ = 0;
  PhysicsStorm out_;
};

}  // namespace dure::tiny
