// Work that waits for cheap hours, GPUs under a cap, and a site that is short of power by little:
// what runs when, how fast, with how much power, and what the list of acts says of it.
#include "sim/energy_acts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>

#include "sim/shipped_physics.h"

namespace dure {
namespace {

EnergyPolicySpec policy() {
  EnergyPolicySpec p;
  p.cap_exponent = 2;
  p.source = "assumption";
  return p;
}

// What was told, and when what started and ended.
struct Heard {
  std::vector<Event> told;
  std::map<JobId, Millis> submitted, started, ended;
  std::unique_ptr<Simulation> run;
  std::vector<Act> acts() const { return run->site_facilities()[0].acts.all(); }
};
Heard heard(const Scenario& s, SimulationOptions o) {
  std::vector<std::byte> bytes;
  o.record = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  const Result<Done> fits = check_physics(s, o);
  EXPECT_TRUE(fits) << to_string(fits.fault());
  Heard h;
  h.run = std::make_unique<Simulation>(s, o);
  h.run->run();
  EXPECT_EQ(tiny::failing(summarize(*h.run)), std::vector<std::string>{});
  Millis before;
  const Result<Done> read = decode(bytes, before, "record", [&](const Event& e) {
    if (std::holds_alternative<SiteEnergyTold>(e.what) ||
        std::holds_alternative<PoolCapped>(e.what))
      h.told.push_back(e);
    if (const auto* x = std::get_if<JobSubmitted>(&e.what)) h.submitted[x->job] = e.at;
    if (const auto* x = std::get_if<JobEnded>(&e.what)) h.ended[x->job] = e.at;
    if (const auto* x = std::get_if<CommandIssued>(&e.what))
      if (const auto* s = std::get_if<StartJob>(&x->wish)) h.started.emplace(s->job, e.at);
  });
  EXPECT_TRUE(read);
  return h;
}

Scenario roomy(double may_shift_hours) {
  Scenario s = tiny::with_physics(800);
  s.run.to = {2027, 1, 6};
  s.workloads = {tiny::batch("work", 200)};
  s.workloads[0].may_shift_hours = may_shift_hours;
  s.energy_policy = policy();
  s.energy_policy->shift_above = 1.05;
  return s;
}

TEST(EnergyActs, WorkWaitsForTheEndOfDearHoursAndNoLonger) {
  const Scenario s = roomy(10);
  const Heard h = heard(s, tiny::options_of(s));
  const auto dear_until = [&](Millis t) {
    Millis until{};
    for (const Event& e : h.told)
      if (const auto* x = std::get_if<SiteEnergyTold>(&e.what); x != nullptr && e.at <= t)
        until = x->dear_until;
    return until;
  };
  int waited = 0, at_once = 0, too_long = 0;
  for (const auto& [job, at] : h.started) {
    const Millis submit = h.submitted.at(job);
    const Millis latest = submit + Millis(10 * kMsPerHour);
    if (const Millis until = dear_until(at); until > at) {
      EXPECT_GT(until, latest) << "it started in a dear hour that it could have waited out";
      ++too_long;
    }
    if (at - submit > Millis(kMsPerHour)) {
      EXPECT_LE(at, latest);
      EXPECT_GT(dear_until(submit), submit);  // nothing else to wait for: there is room
      ++waited;
    } else {
      ++at_once;
    }
  }
  EXPECT_GT(waited, 20);
  EXPECT_GT(at_once, 20);
  double kwh = 0, krw = 0;
  int rows = 0;
  for (const Act& act : h.acts()) {
    EXPECT_EQ(act.kind, ActKind::shift);
    kwh += act.kwh;
    krw += *act.krw;
    ++rows;
  }
  EXPECT_GT(rows, 1);
  EXPECT_GT(kwh, 100);
  EXPECT_GT(krw, 0);  // it paid

  const Scenario rigid = roomy(0);
  const Heard without = heard(rigid, tiny::options_of(rigid));
  EXPECT_TRUE(without.acts().empty());
  const auto mean_price = [](const Simulation& r) {
    return r.site_facilities()[0].bills[0].energy_krw / r.site_facilities()[0].bills[0].energy_kwh;
  };
  EXPECT_LT(mean_price(*h.run), mean_price(*without.run));
  for (const auto& [job, at] : without.started)
    EXPECT_LE(at - without.submitted.at(job), Millis(60'000));
}

TEST(EnergyActs, ADeadlineIsKept) {
  Scenario s = roomy(100);
  s.workloads[0].deadline_hours = 14;
  const Heard h = heard(s, tiny::options_of(s));
  for (const auto& [job, at] : h.ended)
    EXPECT_LE(at, h.submitted.at(job) + Millis(14 * kMsPerHour + 60'000));
}

// One gang of all GPUs for a day: nothing else moves.
Scenario one_gang() {
  Scenario s = tiny::with_physics(8);
  s.workloads = {tiny::batch("work", 240)};
  s.workloads[0].size = SizeLaw{{8}, {1}};
  s.workloads[0].duration = DurationLaw{0.5, 0.0, 0.5, 0.5};
  s.workloads[0].utilization = 0.8;
  s.energy_policy = policy();
  s.energy_policy->cap_above = 1.05;
  s.energy_policy->cap_share = 0.7;
  s.policy.power_commit_share = 1;
  return s;
}

TEST(EnergyActs, ACapSlowsByTheLawAndHoldsPower) {
  const Scenario s = one_gang();
  const Heard h = heard(s, tiny::options_of(s));
  // (0.7 x 10,400 - 2,400) / 8,000 = 0.61 of the span; (0.61 / 0.8)^(1/2) = 0.873 of the clock,
  // which 0.8 of the time follows: 1 / (0.8 / 0.873 + 0.2) = 0.896.
  std::int64_t capped_ms = 0;
  Millis since{};
  for (const Event& e : h.told) {
    const auto* cap = std::get_if<PoolCapped>(&e.what);
    if (cap == nullptr) continue;
    if (cap->until > e.at) {
      EXPECT_EQ(cap->power_permille, 610u);
      ASSERT_EQ(cap->slowed.size(), 1u);
      EXPECT_EQ(cap->slowed[0].speed_permille, 896u);
      EXPECT_EQ(cap->because, CapCause::price);
      since = e.at;
    } else {
      capped_ms += (e.at - since).count();
    }
  }
  ASSERT_GT(capped_ms, 2 * kMsPerHour);
  // A run that lies within capped hours takes 0.5 h / 0.896; one outside 0.5 h; another between.
  int within = 0, outside = 0;
  for (const auto& [job, end] : h.ended) {
    if (h.submitted.at(job) == midnight(s.run.from)) continue;  // it ran before
    const std::int64_t took = (end - h.started.at(job)).count(), full = kMsPerHour / 2;
    EXPECT_GE(took, full);
    EXPECT_LE(took, full * 1000 / 896 + 1);
    within += took == (full * 1000 + 895) / 896;
    outside += took == full;
  }
  EXPECT_GT(within, 0);
  EXPECT_GT(outside, 0);
  double kwh = 0;
  for (const Act& act : h.acts()) {
    EXPECT_EQ(act.kind, ActKind::cap);
    EXPECT_EQ(act.cause, "price");
    kwh += act.kwh;
  }
  // Nearly always busy: (0.8 - 0.61) x 8 kW of what is capped.
  const double most = 0.19 * 8 * static_cast<double>(capped_ms) / kMsPerHour;
  EXPECT_LE(kwh, most + 1e-9);
  EXPECT_GT(kwh, 0.8 * most);
}

// Replicas do not end later: what they lack in speed is demand that was not met.
TEST(EnergyActs, ACapTakesFromWhatReplicasServe) {
  const auto lost = [](double utilization) {
    Scenario s = one_gang();
    s.workloads = {tiny::service("serve", 1), tiny::service("idle", 0)};
    s.workloads[0].gpus_per_replica = 8;
    s.workloads[0].utilization = utilization;
    const Heard h = heard(s, tiny::options_of(s));
    std::int64_t capped_ms = 0;
    for (const Event& e : h.told)
      if (const auto* cap = std::get_if<PoolCapped>(&e.what); cap != nullptr && cap->until > e.at)
        capped_ms += (cap->until - e.at).count();
    EXPECT_GT(capped_ms, 2 * kMsPerHour);
    const ServiceFigures f = summarize(*h.run).services.at(0);
    EXPECT_EQ(f.served_ms, f.wanted_ms);
    EXPECT_EQ(f.met_ms(), f.served_ms - f.slowed_ms);
    return static_cast<double>(f.slowed_ms) / static_cast<double>(capped_ms);
  };
  EXPECT_NEAR(lost(0.8), 1 - 0.896, 1e-6);
  EXPECT_EQ(lost(0.6), 0);  // it draws less than the cap leaves
}

// Racks that were given all of the limit as if nothing else drew: losses and cooling leave them
// some nine tenths. A cap is enough for that, if the policy lets it be; else the node goes.
TEST(EnergyActs, ALittleShortIsCappedAndMoreIsShed) {
  const auto kwh_at = [](double least_cap_share) {
    Scenario s = one_gang();
    s.energy_policy->cap_above = 0;
    s.energy_policy->least_cap_share = least_cap_share;
    s.sites[0].pue = 1;
    s.sites[0].grid[0].grid_mw = Watts(10'400);
    const Heard h = heard(s, tiny::options_of(s));
    EXPECT_LE(h.run->site_facilities()[0].most_above_limit_w, 0);
    std::map<ActKind, double> kwh;
    for (const Act& act : h.acts()) kwh[act.kind] += act.kwh;
    return kwh;
  };
  const auto capped = kwh_at(0.6), shed = kwh_at(1), too_deep = kwh_at(0.98);
  EXPECT_EQ(capped.count(ActKind::shed), 0u);
  EXPECT_GT(capped.at(ActKind::cap), 1);
  EXPECT_EQ(shed.count(ActKind::cap), 0u);
  EXPECT_GT(shed.at(ActKind::shed), capped.at(ActKind::cap));
  EXPECT_EQ(too_deep, shed);
}

// The grid gives less for an afternoon: what a cap can do, a cap does.
TEST(EnergyActs, ALimitOfTheGridIsMetByACap) {
  Scenario s = one_gang();
  s.energy_policy->cap_above = 0;
  s.energy_policy->least_cap_share = 0.5;
  DisruptionSpec d;
  d.id = "less";
  d.kind = Disruption::grid_limit;
  d.site = "site";
  d.first = {2027, 1, 4};
  d.hour = 12;
  d.hours = 5;
  d.grid_mw = Watts(10'400);
  s.disruptions = {d};
  const Heard h = heard(s, tiny::options_of(s));
  const std::vector<Act> acts = h.acts();
  ASSERT_EQ(acts.size(), 1u);
  EXPECT_EQ(acts[0].kind, ActKind::cap);
  EXPECT_EQ(acts[0].cause, "power_short");
  EXPECT_EQ(acts[0].from, midnight({2027, 1, 4}) + Millis(12 * kMsPerHour));
  EXPECT_EQ(acts[0].to, midnight({2027, 1, 4}) + Millis(17 * kMsPerHour));

  // Without leave to cap, nodes go, and the list names the row that asked for it.
  s.energy_policy->least_cap_share = 1;
  const Heard off = heard(s, tiny::options_of(s));
  ASSERT_EQ(off.acts().size(), 1u);
  EXPECT_EQ(off.acts()[0].kind, ActKind::shed);
  EXPECT_EQ(off.acts()[0].cause, "less");
  EXPECT_EQ(off.acts()[0].from, acts[0].from);
  EXPECT_EQ(off.acts()[0].to, acts[0].to);
}

DisruptionSpec afternoon(Disruption kind, const std::string& id) {
  DisruptionSpec d;
  d.id = d.name_en = d.name_ko = id;
  d.kind = kind;
  d.site = "site";
  d.first = {2027, 1, 4};
  d.hour = 12;
  d.hours = 5;
  d.source = "assumption";
  return d;
}
// Energy of the facility within [12, 17) and in the hour before; kWh.
std::pair<double, double> drawn(const Heard& h) {
  const SiteFacility& f = h.run->site_facilities()[0];
  const Window& w = h.run->meter().window();
  double within = 0, before = 0;
  for (std::size_t i = 0; i < w.steps(); ++i) {
    const Millis at = w.from + Millis(static_cast<std::int64_t>(i) * w.step.count());
    const std::int64_t hour = (at - midnight({2027, 1, 4})).count() / kMsPerHour;
    const double kwh = static_cast<double>(f.facility_wms_by_step[i]) / 3.6e9;
    if (hour == 11) before += kwh;
    if (hour >= 12 && hour < 17) within += kwh;
  }
  return {within, before};
}

// A site that is lost, a hall that is, or a grid that gives nothing: fans and transformers stand
// still with the machines.
TEST(EnergyActs, WhatHasNoPowerDrawsNone) {
  for (const Disruption kind :
       {Disruption::site_lost, Disruption::hall_lost, Disruption::grid_limit}) {
    Scenario s = one_gang();
    s.energy_policy.reset();
    s.disruptions = {afternoon(kind, "dark")};
    if (kind == Disruption::hall_lost) s.disruptions[0].hall = s.sites[0].halls[0].id;
    const Heard h = heard(s, tiny::options_of(s));
    const auto [within, before] = drawn(h);
    EXPECT_GT(before, 5);
    EXPECT_LT(within, 0.01) << static_cast<int>(kind);
    EXPECT_LT(h.run->site_facilities()[0].above_stated_kwh, 1e-6);
  }
}

// A loss that begins within a quarter of an hour, one on top of a limit, a limit that is older than
// the window, steps of a second: the books hold, and nothing lies above the limit.
TEST(EnergyActs, LossesAndLimitsMayBeginAnywhere) {
  Scenario s = one_gang();
  s.energy_policy.reset();
  DisruptionSpec limit = afternoon(Disruption::grid_limit, "limit"),
                 loss = afternoon(Disruption::site_lost, "loss");
  loss.hour = 14 + 7.0 / 60;
  s.disruptions = {limit, loss};
  {
    const Heard h = heard(s, tiny::options_of(s));
    EXPECT_LT(drawn(h).first, 0.01);
    EXPECT_LT(h.run->site_facilities()[0].above_stated_kwh, 1e-6);
  }
  s.disruptions = {loss};
  {
    const Heard h = heard(s, tiny::options_of(s));  // works for 7 of the 15 minutes
    const SiteFacility& f = h.run->site_facilities()[0];
    const Window& w = h.run->meter().window();
    const auto quarter = [&](int hour, int minute) {
      const Millis at = midnight({2027, 1, 4}) + Millis(hour * kMsPerHour + minute * 60'000);
      return static_cast<double>(
          f.facility_wms_by_step[static_cast<std::size_t>((at - w.from).count() / w.step.count())]);
    };
    EXPECT_NEAR(quarter(14, 0) / quarter(13, 45), 7.0 / 15, 0.01);
    EXPECT_EQ(quarter(14, 15), 0);
  }
  limit.first = {2026, 12, 1};
  limit.hours = 24 * 90;
  s.disruptions = {limit};
  const Heard dark = heard(s, tiny::options_of(s));
  const SiteFacility& f = dark.run->site_facilities()[0];
  EXPECT_LT(static_cast<double>(f.facility_wms()) / 3.6e9, 0.5);  // of the run's first quarter
  s.disruptions = {afternoon(Disruption::grid_limit, "seconds")};
  SimulationOptions o = tiny::options_of(s);
  o.window.step = Millis(1'000);
  EXPECT_LT(heard(s, o).run->site_facilities()[0].above_stated_kwh, 1e-6);
}

// Two limits at once switch the node off once; a site that burns has none to switch off.
TEST(EnergyActs, ANodeIsShedForOneReason) {
  const auto shed_kwh = [](std::vector<DisruptionSpec> rows) {
    Scenario s = one_gang();
    s.energy_policy.reset();
    s.disruptions = std::move(rows);
    const Heard h = heard(s, tiny::options_of(s));
    double kwh = 0;
    for (const Act& act : h.acts())
      if (act.kind == ActKind::shed) kwh += act.kwh;
    return kwh;
  };
  const DisruptionSpec one = afternoon(Disruption::grid_limit, "one");
  const DisruptionSpec two = afternoon(Disruption::grid_limit, "two");
  const double once = shed_kwh({one});
  EXPECT_GT(once, 10);
  EXPECT_EQ(shed_kwh({one, two}), once);
  EXPECT_EQ(shed_kwh({afternoon(Disruption::site_lost, "fire"), one}), 0);
}

// --step is of the series; what is paid is by the quarter of an hour.
TEST(EnergyActs, TheBillIsTheSameAtAnyStep) {
  const auto bill = [](std::int64_t step_ms) {
    const Scenario s = roomy(0);
    SimulationOptions o = tiny::options_of(s);
    o.window.step = Millis(step_ms);
    const Heard h = heard(s, o);
    const MonthBill& b = h.run->site_facilities()[0].bills[0];
    return std::pair(b.demand_krw, b.energy_krw);
  };
  const auto quarter = bill(900'000);
  for (const std::int64_t step : {1'800'000, 3'600'000, 7'200'000}) {
    EXPECT_DOUBLE_EQ(bill(step).first, quarter.first);
    EXPECT_NEAR(bill(step).second, quarter.second, 1e-6 * quarter.second);
  }
}

}  // namespace
}  // namespace dure
