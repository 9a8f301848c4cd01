// A site's meter with panels, battery, contract, programme and a grid that fails: a day by hand,
// and the books of random ones.
#include "sim/site_energy.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "base/stream.h"
#include "sim/energy_books.h"
#include "sim/shipped_physics.h"

namespace dure {
namespace {

constexpr SiteId kSite{0};

// 80 GPUs that serve day and night: about 105 kW, flat but for the weather.
Scenario flat_site(Date from, Date to) {
  Scenario s = tiny::with_physics(80);
  s.sites[0].grid_region = "metro";
  s.workloads = {tiny::service("serve", 20)};
  s.run.from = from;
  s.run.to = to;
  EnergyAssetsSpec a;
  a.site = "site";
  s.energy_assets = {a};
  return s;
}

SiteBatterySpec battery(double kwh, double kw) {
  SiteBatterySpec b;
  b.kind = "grid_lfp";
  b.kwh = kwh;
  b.charge_kw = b.discharge_kw = kw;
  b.first_charge = b.reserve_charge = 0.2;
  return b;
}

SiteDemandResponseSpec standard(double committed_kw) {
  SiteDemandResponseSpec d;
  d.programme = "kpx_standard_dr";
  d.committed_kw = committed_kw;
  return d;
}

struct Played {
  SiteFacility site;
  std::vector<Act> acts;
  Summary summary;
  OutagePlan plan;
};
Played play(const Scenario& s, Millis step = seconds(900)) {
  SimulationOptions o = tiny::options_of(s);
  o.window.step = step;
  const Result<Done> fits = check_physics(s, o);
  if (!fits) ADD_FAILURE() << to_string(fits.fault());
  CHECK(fits);
  Simulation run(s, o);
  run.run();
  Played p{run.site_facilities()[0], run.site_facilities()[0].acts.all(), summarize(run),
           run.outages()};
  EXPECT_EQ(tiny::failing(p.summary), std::vector<std::string>{});
  return p;
}

double kwh_of(const std::vector<Act>& acts, ActKind kind, const std::string& cause = "") {
  double kwh = 0;
  for (const Act& a : acts)
    if (a.kind == kind && (cause.empty() || a.cause == cause)) kwh += a.kwh;
  return kwh;
}

Millis at(Date day, double hour) {
  return midnight(day) + Millis(std::llround(hour * static_cast<double>(kMsPerHour)));
}

// An August afternoon: a call from 14 to 16 on a Wednesday, told at 13. The battery has a fifth of
// 300 kWh; told, it takes 100 kW for an hour, and then gives 30 kW for two.
TEST(SiteEnergy, ACallOnAnAugustAfternoonIsAnsweredByTheBattery) {
  const Date day{2027, 8, 11};
  Scenario s = flat_site({2027, 8, 4}, {2027, 8, 12});
  EnergyAssetsSpec& a = s.energy_assets[0];
  a.battery = battery(300, 100);
  a.demand_response = standard(30);
  a.demand_response->shed = false;
  a.demand_response->calls = {{day, 14, 2}};
  const Played p = play(s);
  const EnergyBook& e = *p.site.energy;

  // The four highest of the same hour on 4, 5, 6, 9 and 10 August; a weekend lies between.
  const auto baseline = [&](std::size_t h) {
    std::vector<double> last;
    for (const std::size_t days : {1U, 2U, 5U, 6U, 7U})
      last.push_back(e.grid_kwh_by_hour[h - 24 * days]);
    const double sum = last[0] + last[1] + last[2] + last[3] + last[4];
    return (sum - *std::min_element(last.begin(), last.end())) / 4;
  };
  const std::size_t hour = 7 * 24 + 14;
  EXPECT_NEAR(e.grid_kwh_by_hour[hour], baseline(hour) - 30, 1e-6);
  EXPECT_NEAR(e.grid_kwh_by_hour[hour + 1], baseline(hour + 1) - 30, 1e-6);
  EXPECT_EQ(e.calls, 1);
  EXPECT_NEAR(e.asked_kwh, 60, 1e-9);
  EXPECT_NEAR(e.delivered_kwh, 60, 1e-6);
  EXPECT_NEAR(e.response.energy_krw, 120 * 60, 1e-3);
  EXPECT_NEAR(e.response.capacity_krw, 40'000 * 30 * 8 / 365.0, 1e-3);
  EXPECT_NEAR(e.response.penalty_krw, 0, 1e-6);

  // It filled up at 13 for the call, and gave in it: two acts, and one of the programme.
  std::vector<Act> charged, given, called;
  for (const Act& act : p.acts) {
    if (act.cause != "kpx_standard_dr") continue;
    if (act.kind == ActKind::battery_charge) charged.push_back(act);
    if (act.kind == ActKind::battery_discharge) given.push_back(act);
    if (act.kind == ActKind::demand_response) called.push_back(act);
  }
  ASSERT_EQ(charged.size(), 1U);
  EXPECT_EQ(charged[0].from, at(day, 13));
  EXPECT_EQ(charged[0].to, at(day, 14));
  EXPECT_NEAR(charged[0].kwh, 100, 1e-9);
  EXPECT_LT(*charged[0].krw, 0);
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].from, at(day, 14));
  EXPECT_EQ(given[0].to, at(day, 16));
  ASSERT_EQ(called.size(), 1U);
  EXPECT_NEAR(called[0].kwh, 60, 1e-6);
  EXPECT_NEAR(*called[0].krw, 7200, 1e-3);
  EXPECT_TRUE(p.plan.outages.empty());  // nothing was switched off

  // The bill is of the meter: with the battery's losses, and less what the call pays.
  const SiteFacility without = play(flat_site({2027, 8, 4}, {2027, 8, 12})).site;
  EXPECT_EQ(p.site.facility_wms(), without.facility_wms());
  EXPECT_NEAR(p.site.bills[0].energy_kwh,
              static_cast<double>(p.site.facility_wms()) / 3.6e9 + e.charge_kwh - e.discharge_kwh,
              1e-6);
  double bills = 0;
  for (const MonthBill& b : p.site.bills) bills += b.without_vat_krw();
  EXPECT_NEAR(energy_krw(p.site), bills - e.response.net_krw(), 1e-6);
}

// Without a battery machines are switched off for it, told an hour ahead.
TEST(SiteEnergy, WithoutABatteryACallShedsMachines) {
  const Date day{2027, 8, 11};
  Scenario s = flat_site({2027, 8, 10}, {2027, 8, 12});
  s.energy_assets[0].demand_response = standard(40);
  s.energy_assets[0].demand_response->calls = {{day, 14, 2}};
  const Played p = play(s);
  const auto cause = std::find_if(p.plan.causes.begin(), p.plan.causes.end(),
                                  [](const auto& c) { return c.id == "demand_response"; });
  ASSERT_NE(cause, p.plan.causes.end());
  EXPECT_FALSE(cause->name_en.empty() || cause->name_ko.empty());
  ASSERT_FALSE(p.plan.outages.empty());
  for (const Outage& o : p.plan.outages) {
    EXPECT_EQ(o.at, at(day, 14));
    EXPECT_EQ(o.known, at(day, 13));
    EXPECT_EQ(o.back, at(day, 16));
  }
  const EnergyBook& e = *p.site.energy;
  EXPECT_GT(e.delivered_kwh, 40);  // of 80: a call is sized by nameplate, machines draw less
  EXPECT_LE(e.delivered_kwh, 80);
  // What failed by the capacity price, at most what two days of capacity pay.
  EXPECT_NEAR(e.response.penalty_krw,
              std::min((80 - e.delivered_kwh) * 40'000 / 60, 40 * 40'000 * 2 / 365.0), 1e-3);
  EXPECT_GT(kwh_of(p.acts, ActKind::shed, "demand_response"), 0);
  EXPECT_EQ(kwh_of(p.acts, ActKind::cap), 0);

  // Where the policy lets GPUs be capped, that is enough, and nothing is switched off.
  Scenario with_caps = s;
  with_caps.energy_policy.emplace();
  with_caps.energy_policy->source = "assumption";
  with_caps.energy_policy->cap_exponent = 2;
  with_caps.energy_policy->least_cap_share = 0.5;
  const Played capped = play(with_caps);
  EXPECT_TRUE(capped.plan.outages.empty());
  EXPECT_GT(kwh_of(capped.acts, ActKind::cap, "demand_response"), 0);
  EXPECT_EQ(kwh_of(capped.acts, ActKind::shed), 0);

  s.energy_assets[0].demand_response->shed = false;
  const Played none = play(s);
  EXPECT_TRUE(none.plan.outages.empty());
  EXPECT_LT(none.site.energy->delivered_kwh, 5);  // a day is not like another
}

// Panels and a contract: the meter takes less, and of that the contract's part is not in the bill
// and not in the market's carbon, but in the demand charge.
TEST(SiteEnergy, SunBehindTheMeterAndSunByContract) {
  const Date from{2027, 5, 3}, to{2027, 5, 6};
  const SiteFacility plain = play(flat_site(from, to)).site;
  Scenario s = flat_site(from, to);
  s.energy_assets[0].ppa = SitePpaSpec{"solar_mid", 400, "honam"};
  const Played contract = play(s);
  const EnergyBook& c = *contract.site.energy;
  EXPECT_GT(c.ppa_kwh, 500);
  EXPECT_GT(c.ppa_sold_kwh, 100);  // 400 kWp at noon are more than the site takes
  EXPECT_NEAR(c.ppa_krw, c.ppa_kwh * (170 + 25), 1e-6);
  EXPECT_EQ(contract.site.bills[0].peak_kw, plain.bills[0].peak_kw);
  EXPECT_EQ(contract.site.bills[0].demand_krw, plain.bills[0].demand_krw);
  EXPECT_NEAR(contract.site.bills[0].energy_kwh, plain.bills[0].energy_kwh - c.ppa_kwh, 1e-6);
  EXPECT_NEAR(contract.site.location_g, plain.location_g, 1e-3);
  EXPECT_NEAR(contract.site.market_g, plain.location_g * (1 - c.ppa_kwh / c.grid_kwh), 1e-3);

  s.energy_assets[0].ppa.reset();
  s.energy_assets[0].solar = SiteSolarSpec{400, "honam"};
  s.energy_assets[0].export_kw = 50;
  const Played panels = play(s);
  const EnergyBook& e = *panels.site.energy;
  EXPECT_GT(e.export_kwh, 50);
  EXPECT_GT(e.solar_curtailed_kwh, 50);
  EXPECT_GT(e.export_krw, 0);
  EXPECT_NEAR(kwh_of(panels.acts, ActKind::solar_curtailed, "export_limit"), e.solar_curtailed_kwh,
              1e-6);
  EXPECT_LT(panels.site.location_g, plain.location_g);
  EXPECT_EQ(panels.site.market_g, panels.site.location_g);
}

// A battery that holds the meter below a target, for the demand charge.
TEST(SiteEnergy, ATargetCutsThePeakThatTheBillIsOf) {
  const Date from{2027, 8, 2}, to{2027, 8, 4};
  const SiteFacility plain = play(flat_site(from, to)).site;
  Scenario s = flat_site(from, to);
  s.energy_assets[0].battery = battery(400, 50);
  s.energy_assets[0].battery->first_charge = 0.9;
  s.energy_assets[0].battery->target_kw = plain.bills[0].peak_kw - 3;
  const Played p = play(s);
  EXPECT_NEAR(p.site.bills[0].peak_kw, plain.bills[0].peak_kw - 3, 1e-6);
  EXPECT_GT(kwh_of(p.acts, ActKind::battery_discharge, "peak"), 1);
}

// Orders to cut load, as often as once in two days. Told ahead they close hours, and then all of
// what the machines need is served; without a word the battery gives what it can and the rest is
// counted.
TEST(SiteEnergy, CutsAreClosedHoursWhenToldAndUnservedWhenNot) {
  Scenario s = flat_site({2027, 2, 1}, {2027, 2, 15});
  s.grid->reliability.metro_curtailments_per_year = 180;
  s.energy_assets[0].grid_events = SiteGridEventsSpec{true, 1, 0};
  const Played unsaid = play(s);
  const double cut = kwh_of(unsaid.acts, ActKind::grid_curtailment);
  EXPECT_GT(cut, 50);
  EXPECT_NEAR(unsaid.site.energy->unserved_kwh, cut, 1e-6);
  EXPECT_TRUE(unsaid.plan.outages.empty());

  s.energy_assets[0].battery = battery(400, 100);
  const Played carried = play(s);
  EXPECT_LT(carried.site.energy->unserved_kwh, 0.8 * cut);
  EXPECT_NEAR(carried.site.energy->unserved_kwh +
                  kwh_of(carried.acts, ActKind::battery_discharge, "grid_curtailment"),
              cut, 1e-6);

  s.energy_assets[0].battery.reset();
  s.energy_assets[0].grid_events->notice_minutes = 30;
  const Played told = play(s);
  EXPECT_FALSE(told.plan.outages.empty());
  for (const Outage& o : told.plan.outages) {
    EXPECT_TRUE(o.announced());
    EXPECT_EQ(told.plan.causes[o.cause].id, "grid_curtailment");
  }
  EXPECT_NEAR(told.site.energy->unserved_kwh, 0, 1e-6);
  EXPECT_LT(told.site.facility_wms(), unsaid.site.facility_wms());
  // Cuts overlap: what is off is told once, hour by hour.
  EXPECT_GT(kwh_of(told.acts, ActKind::shed, "grid_curtailment"), 0);
  double hours = 0, most = 0;
  for (const Act& act : told.acts) {
    if (act.kind != ActKind::shed) continue;
    const double h = static_cast<double>((act.to - act.from).count()) / kMsPerHour;
    hours += h;
    most = std::max(most, act.kwh / h);
  }
  EXPECT_LE(most, 10 * 10.4 * s.policy.power_commit_share + 1e-6);  // ten nodes
  EXPECT_LE(hours, 14 * 24);
}

// Lost lines are of a region: its sites have them at the same times.
TEST(SiteEnergy, ALostLineIsFeltByAllSitesOfItsRegion) {
  Scenario s = flat_site({2027, 2, 1}, {2027, 3, 1});
  s.grid->reliability.n_1_per_year = 120;
  for (const char* id : {"beside", "elsewhere"}) {
    SiteSpec site = s.sites[0];
    site.id = id;
    if (site.id == "elsewhere") site.grid_region = "honam";
    s.sites.push_back(site);
    s.utilities.push_back(tiny::utility_of(id, 1000));
    EnergyAssetsSpec row;
    row.site = id;
    s.energy_assets.push_back(row);
  }
  for (EnergyAssetsSpec& a : s.energy_assets) a.grid_events = SiteGridEventsSpec{false, 0.5, 0};
  const Founding founding = found(s);
  const Result<Facility> facility =
      Facility::make(s, founding, midnight(s.run.from), midnight(s.run.to), 3);
  ASSERT_TRUE(facility) << to_string(facility.fault());
  const auto times = [&](std::uint32_t site) {
    std::vector<std::pair<Millis, Millis>> out;
    for (const GridCut& c : facility.value().assets(SiteId{site})->cuts) {
      EXPECT_EQ(c.cause, "n_1");
      EXPECT_EQ(c.from.count() % kMsPerHour, 0);
      EXPECT_EQ(c.to.count() % kMsPerHour, 0);
      out.emplace_back(c.from, c.to);
    }
    return out;
  };
  EXPECT_FALSE(times(0).empty());
  EXPECT_EQ(times(0), times(1));
  EXPECT_NE(times(0), times(2));
}

// Calls are drawn by day: another window, or another site of the programme, has the same.
TEST(SiteEnergy, CallsAreOfTheProgrammeAndAllowed) {
  Scenario s = flat_site({2027, 1, 1}, {2028, 12, 31});
  s.energy_assets[0].demand_response = standard(10);
  s.energy_assets[0].demand_response->calls_per_year = 40;  // more than 60 hours allow
  const Founding founding = found(s);
  const auto calls = [&](Date from, Date to) {
    Result<Facility> f = Facility::make(s, founding, midnight(from), midnight(to), 7);
    EXPECT_TRUE(f);
    return f.value().assets(kSite)->calls;
  };
  const std::vector<DemandResponseCall> all = calls({2027, 1, 1}, {2028, 12, 31});
  double hours_2027 = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(call_allowed(s.grid->demand_response[0], all[i], 0));
    if (all[i].start < midnight({2028, 1, 1})) hours_2027 += all[i].hours;
    if (i > 0) {
      EXPECT_LT(all[i - 1].start, all[i].start);
    }
  }
  EXPECT_LE(hours_2027, 60);
  EXPECT_GT(hours_2027, 50);
  std::vector<Millis> march, of_march;
  for (const DemandResponseCall& c : calls({2027, 3, 1}, {2027, 4, 1})) march.push_back(c.start);
  for (const DemandResponseCall& c : all)
    if (midnight({2027, 3, 1}) <= c.start && c.start < midnight({2027, 4, 1}))
      of_march.push_back(c.start);
  EXPECT_FALSE(march.empty());
  EXPECT_EQ(march, of_march);
}

// A frequency call of minutes lies within a step, and is settled all the same.
TEST(SiteEnergy, ACallOfTenMinutes) {
  Scenario s = flat_site({2027, 8, 10}, {2027, 8, 12});
  s.energy_assets[0].battery = battery(100, 50);
  s.energy_assets[0].battery->first_charge = 0.9;
  s.energy_assets[0].demand_response = standard(20);
  s.energy_assets[0].demand_response->programme = "kpx_fast_dr";
  s.energy_assets[0].demand_response->calls = {{{2027, 8, 11}, 3, 0.17}};
  for (const std::int64_t step_s : {900, 3600}) {
    const Played p = play(s, seconds(step_s));
    EXPECT_NEAR(p.site.energy->asked_kwh, 20 * 0.17, 1e-6);
    EXPECT_NEAR(p.site.energy->delivered_kwh, 20 * 0.17, 0.2);
  }
}

// Without assets nothing of this is in the results.
TEST(SiteEnergy, NothingIsThereWithoutAssets) {
  Scenario s = flat_site({2027, 2, 1}, {2027, 2, 2});
  s.energy_assets.clear();
  const Played p = play(s);
  EXPECT_FALSE(p.site.energy);
  EXPECT_TRUE(p.acts.empty());
  EXPECT_TRUE(p.summary.books.assets.empty());
  EXPECT_EQ(p.site.market_g, p.site.location_g);
}

// ---- random sites ----

struct Draw {
  Stream stream;
  double between(double low, double high) { return low + (high - low) * stream.uniform(); }
  bool once_in(std::uint64_t n) { return stream.below(n) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *(list.begin() + stream.below(list.size()));
  }
};

Scenario random_site(std::uint64_t seed, Millis& step) {
  Draw d{Stream(seed, "random site", 0)};
  Date from{2026 + static_cast<int>(d.stream.below(3)), 1 + static_cast<int>(d.stream.below(12)),
            1 + static_cast<int>(d.stream.below(28))};
  if (d.once_in(8)) from = {2027, 12, 30};
  Scenario s = flat_site(
      from, date_of(midnight(from) +
                    Millis(kMsPerDay * static_cast<std::int64_t>(1 + d.stream.below(5)))));
  s.run.warmup_days = d.once_in(2) ? 1 : 0;
  s.run.seed = static_cast<std::int64_t>(seed);
  s.sites[0].grid_region = d.one_of({"metro", "honam", "jeju"});
  s.workloads.push_back(tiny::batch("work", d.between(0, 200)));
  s.physics.failures = d.once_in(3);
  step = seconds(d.one_of<std::int64_t>({300, 900, 1500, 3600, 7200}));
  ReliabilitySpec& r = s.grid->reliability;
  r.metro_curtailments_per_year = r.other_curtailments_per_year = d.between(0, 300);
  r.n_1_per_year = d.between(0, 300);
  for (MarketYearSpec& y : s.grid->market.years)
    if (d.once_in(3)) y.mean_krw_per_kwh = d.between(-100, 300);
  EnergyAssetsSpec& a = s.energy_assets[0];
  if (d.once_in(2)) a.solar = SiteSolarSpec{d.between(1, 800), "honam"};
  if (d.once_in(2)) a.ppa = SitePpaSpec{"solar_high", d.between(1, 800), "jeju"};
  if (!d.once_in(3)) {
    a.battery = battery(d.between(1, 1000), d.between(1, 200));
    a.battery->discharge_kw = d.between(1, 200);
    a.battery->kind = d.one_of({"grid_lfp", "ups_lithium"});
    a.battery->first_charge = d.between(0.05, 0.95);
    a.battery->reserve_charge = d.between(0.05, 0.95);
    if (d.once_in(2)) a.battery->target_share = d.between(0, 1);
    if (d.once_in(2)) a.battery->charge_below_krw_per_kwh = d.between(80, 150);
    if (d.once_in(2)) a.battery->discharge_above_krw_per_kwh = d.between(150, 250);
  }
  if (d.once_in(2)) {
    a.demand_response = standard(d.between(1, 150));
    a.demand_response->programme = d.one_of({"kpx_standard_dr", "kpx_fast_dr", "kpx_voluntary_dr"});
    a.demand_response->calls_per_year = d.between(0, 366);
    a.demand_response->shed = d.once_in(2);
  }
  if (d.once_in(2))
    a.grid_events =
        SiteGridEventsSpec{d.once_in(2), d.between(0, 1), d.one_of<std::int64_t>({0, 30, 720})};
  a.export_kw = d.one_of({0.0, 20.0, 1000.0});
  if (d.once_in(4)) {
    DisruptionSpec cut;
    cut.id = cut.name_en = cut.name_ko = "substation";
    cut.kind = Disruption::grid_limit;
    cut.site = "site";
    cut.first = from;
    cut.hour = d.between(0, 20);
    cut.hours = d.between(0.2, 8);
    cut.notice_hours = d.one_of({0.0, 2.0});
    cut.grid_mw = Watts(static_cast<std::int64_t>(d.between(0, 120'000)));
    s.disruptions = {cut};
  }
  return s;
}

TEST(SiteEnergy, BooksBalanceForRandomSites) {
  rc::check("the books of a random site balance, twice the same", [] {
    const auto seed = *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000);
    Millis step;
    const Scenario s = random_site(seed, step);
    SimulationOptions o = tiny::options_of(s);
    o.seed = seed;
    o.window.step = step;
    const Result<Done> fits = check_physics(s, o);
    if (!fits) RC_FAIL(to_string(fits.fault()));
    Simulation run(s, o);
    run.run();
    const Summary sum = summarize(run);
    for (const std::string& broken : tiny::failing(sum)) RC_FAIL(broken);
    const SiteFacility& f = run.site_facilities()[0];
    const EnergyBook& e = *f.energy;
    RC_ASSERT(e.unserved_kwh >= 0);
    RC_ASSERT(e.ppa_kwh <= e.grid_kwh + 1e-6);
    const BatteryPlant& b = run.facility()->assets(kSite)->battery;
    RC_ASSERT(e.stored_kwh >= b.least_charge * b.kwh - 1e-6);
    RC_ASSERT(e.stored_kwh <= b.most_charge * b.kwh + 1e-6);
    for (const Act& a : f.acts.all()) {
      RC_ASSERT(a.from >= o.window.from);
      RC_ASSERT(a.to <= o.window.to);
    }
  });
}

// The step of the series changes little: power is not straight in load, and nothing else.
TEST(SiteEnergy, TheStepOfTheSeriesChangesLittle) {
  Scenario s = flat_site({2027, 8, 9}, {2027, 8, 12});
  EnergyAssetsSpec& a = s.energy_assets[0];
  a.solar = SiteSolarSpec{60, "metro"};
  a.battery = battery(200, 40);
  a.battery->charge_below_krw_per_kwh = 120;
  a.battery->discharge_above_krw_per_kwh = 160;
  a.demand_response = standard(20);
  a.demand_response->calls = {{{2027, 8, 11}, 10, 2}};
  const SiteFacility quarter = play(s).site;
  for (const std::int64_t step_s : {1500, 3600, 86400}) {
    const SiteFacility f = play(s, seconds(step_s)).site;
    EXPECT_NEAR(f.energy->grid_kwh, quarter.energy->grid_kwh, 2e-3 * quarter.energy->grid_kwh);
    EXPECT_NEAR(f.energy->discharge_kwh, quarter.energy->discharge_kwh,
                2e-2 * quarter.energy->discharge_kwh);
    EXPECT_NEAR(energy_krw(f), energy_krw(quarter), 5e-3 * energy_krw(quarter));
  }
}

}  // namespace
}  // namespace dure
