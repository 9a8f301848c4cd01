// What a run's traffic does to its links: by hand, by properties over random networks, and in a
// whole run.
#include "sim/network_run.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "sim/checkpoint_cost.h"
#include "sim/network_books.h"
#include "sim/network_scenario.h"
#include "sim/summary.h"

namespace dure {
namespace {

Millis at(double hours) {
  return midnight({2027, 1, 4}) + Millis(static_cast<std::int64_t>(hours * 3'600'000));
}

// A piece of work that a test places itself: a gang of lane 0 on equal parts.
Stay stay_at(std::uint32_t job, double from, double to, std::vector<std::uint32_t> sites) {
  Stay s{JobId{job}, LaneId{0}, PoolId{sites[0]}, at(from), at(to), {}};
  for (const std::uint32_t site : sites) s.parts.push_back({SiteId{site}, 8});
  return s;
}

std::vector<std::string> broken(const Scenario& s, const NetworkRun& run, Millis from, Millis to) {
  Books books;
  books.network = network_books(s, run, from, to);
  std::vector<std::string> names;
  for (const Check& c : check_books(books))
    if (!c.ok) names.push_back(c.name);
  return names;
}

const FlowTraffic& flow(const NetworkRun& run, TrafficKind kind, std::uint32_t from,
                        std::uint32_t to) {
  for (const FlowTraffic& f : run.flows)
    if (f.kind == kind && f.from.index == from && f.to.index == to) return f;
  ADD_FAILURE() << "no flow from " << from << " to " << to;
  static const FlowTraffic none;
  return none;
}

// 900 GB an hour from s0 to s2 by s1, and a longer way of their own.
Scenario copying(double gbit_per_s) {
  Scenario s = tiny::with_sites(3, 16);
  s.links = {tiny::link("a", "s0", "s1", gbit_per_s, 1), tiny::link("b", "s2", "s1", gbit_per_s, 1),
             tiny::link("c", "s0", "s2", gbit_per_s / 2, 5)};
  s.workloads = {tiny::gang("gang", 8, 12, 2)};
  TrafficSpec t = tiny::traffic("gang");
  t.checkpoint = CheckpointSpec{900, 10, "s2"};
  s.traffic = {t};
  return s;
}

NetworkRun network_of(const Scenario& s, std::vector<Stay> stays, std::vector<LinkCut> cuts = {},
                      double from = 0, double to = 6) {
  NetworkRun run =
      run_network(s, found_with_speeds(s), cuts, std::move(stays), {at(0), at(from), at(to)});
  EXPECT_EQ(broken(s, run, at(from), at(to)), std::vector<std::string>{});
  return run;
}

// Saved at 1:30, 2:30, 3:30, 4:30; 8 Gbit/s carry 3,600 GB an hour.
TEST(NetworkRun, CopiesGoTheShortestWay) {
  const NetworkRun run = network_of(copying(8), {stay_at(0, 0.5, 5.5, {0})});
  const FlowTraffic& f = flow(run, TrafficKind::checkpoint, 0, 2);
  EXPECT_EQ(f.sent_mb, 3'600'000);
  EXPECT_EQ(f.arrived_mb, 3'600'000);
  EXPECT_EQ(f.late_mb + f.lacking_mb + f.short_ms + f.most_waiting_mb, 0);
  EXPECT_EQ(f.most_rtt_ms, 2);
  EXPECT_EQ(run.links[0].there_mb[0], 3'600'000);  // s0 -> s1
  EXPECT_EQ(run.links[1].back_mb[0], 3'600'000);   // written s2 to s1
  EXPECT_EQ(run.links[0].first_mb[0], 3'600'000);
  EXPECT_EQ(run.links[1].first_mb[0], 0);
  EXPECT_EQ(run.links[2].there_mb[0], 0);
  EXPECT_DOUBLE_EQ(run.links[0].peak_share, 0.25);
  EXPECT_DOUBLE_EQ(run.links[0].busy_ms, 1.0 * kMsPerHour);
  EXPECT_EQ(run.links[0].above_90_ms, 0);
  // Only from 2:00 on.
  EXPECT_EQ(flow(network_of(copying(8), {stay_at(0, 0.5, 5.5, {0})}, {}, 2),
                 TrafficKind::checkpoint, 0, 2)
                .sent_mb,
            2'700'000);
}

// 1 Gbit/s is 450 GB an hour: 450, 900, 1350, 1800 wait, then 1350 at the end.
TEST(NetworkRun, WhatDoesNotFitIsLate) {
  const NetworkRun run = network_of(copying(1), {stay_at(0, 0.5, 5.5, {0})});
  const FlowTraffic& f = flow(run, TrafficKind::checkpoint, 0, 2);
  EXPECT_EQ(f.arrived_mb, 2'250'000);
  EXPECT_EQ(f.late_mb, 1'350'000);
  EXPECT_EQ(f.most_waiting_mb, 1'800'000);
  EXPECT_EQ(f.short_ms, 5 * kMsPerHour);
  EXPECT_EQ(run.links[0].above_90_ms, 5 * kMsPerHour);
  EXPECT_DOUBLE_EQ(run.links[0].peak_share, 1);
  const NetworkRun later = network_of(copying(1), {stay_at(0, 0.5, 5.5, {0})}, {}, 3);
  EXPECT_EQ(flow(later, TrafficKind::checkpoint, 0, 2).waiting_at_start_mb, 900'000);
  EXPECT_EQ(flow(later, TrafficKind::checkpoint, 0, 2).late_mb, 1'350'000);
}

// From 2:15 to 4:00 link a is cut: what is saved at 2:30 and 3:30 goes over c, 3 ms longer. At half
// of 1 Gbit/s it carries 168.75 + 225 GB of them, where a would have carried 337.5 + 450.
TEST(NetworkRun, ACutReroutes) {
  const LinkCut cut{at(2.25), at(4), {"a"}, 0};
  const NetworkRun wide = network_of(copying(8), {stay_at(0, 0.5, 5.5, {0})}, {cut});
  ASSERT_EQ(wide.cuts.size(), 1U);
  EXPECT_EQ(wide.cuts[0].rerouted, 1);
  EXPECT_EQ(wide.cuts[0].longer, 1);
  EXPECT_EQ(wide.cuts[0].slower, 0);
  EXPECT_EQ(wide.cuts[0].lost, 0);
  EXPECT_EQ(wide.cuts[0].rerouted_mb, 1'800'000);
  EXPECT_EQ(wide.cuts[0].most_extra_rtt_ms, 3);
  EXPECT_EQ(wide.cuts[0].most_late_mb + wide.cuts[0].late_ms, 0);
  EXPECT_EQ(flow(wide, TrafficKind::checkpoint, 0, 2).most_rtt_ms, 5);
  EXPECT_EQ(wide.links[2].there_mb[0], 1'800'000);
  const NetworkRun thin = network_of(copying(1), {stay_at(0, 0.5, 5.5, {0})}, {cut});
  EXPECT_EQ(thin.cuts[0].slower, 1);
  EXPECT_EQ(thin.cuts[0].rerouted_mb, 168'750 + 225'000);
  EXPECT_EQ(thin.cuts[0].most_late_mb, 168'750 + 225'000);
  EXPECT_EQ(thin.cuts[0].late_ms, 3.75 * kMsPerHour);  // until the end: the link stays full
}

TEST(NetworkRun, ACutWithoutAnotherWay) {
  Scenario s = copying(8);
  s.links.pop_back();
  const NetworkRun run = network_of(s, {stay_at(0, 0.5, 5.5, {0})}, {{at(2.25), at(4), {"b"}, 0}});
  EXPECT_EQ(run.cuts[0].lost, 1);
  EXPECT_EQ(run.cuts[0].rerouted, 0);
  EXPECT_EQ(run.cuts[0].most_late_mb, 1'800'000);
  EXPECT_EQ(run.cuts[0].late_ms, 1.75 * kMsPerHour);  // 4:00: all goes in that hour
  EXPECT_EQ(flow(run, TrafficKind::checkpoint, 0, 2).no_way_ms, 1.75 * kMsPerHour);
  EXPECT_EQ(flow(run, TrafficKind::checkpoint, 0, 2).late_mb, 0);
}

// Data of a Korean site take no way over another country, though the packets could.
TEST(NetworkRun, NoWayThroughAnotherCountry) {
  Scenario s = copying(8);
  s.links = {tiny::link("x", "s0", "us_west", 8, 100), tiny::link("y", "s2", "us_west", 8, 100)};
  for (LinkSpec& l : s.links) l.jurisdiction = "us";
  s.links.push_back(tiny::link("z", "s2", "s1", 8, 1));
  const NetworkRun run = network_of(s, {stay_at(0, 0.5, 5.5, {0})});
  EXPECT_EQ(flow(run, TrafficKind::checkpoint, 0, 2).late_mb, 3'600'000);
  s.links[0].jurisdiction = s.links[1].jurisdiction = "kr";
  EXPECT_EQ(flow(network_of(s, {stay_at(0, 0.5, 5.5, {0})}), TrafficKind::checkpoint, 0, 2).late_mb,
            0);
}

// A gang over s0 and s1 steps once in 1.32 s (network_speed_test.cpp), and 8 GB go each way in it.
TEST(NetworkRun, ASplitGangExchangesBothWays) {
  Scenario s = tiny::with_sites(2, 16);
  s.links = {tiny::link("l", "s0", "s1", 800, 0)};
  s.workloads = {tiny::gang("gang", 32, 12, 2)};
  TrafficSpec t = tiny::traffic("gang");
  t.exchange = ExchangeSpec{Collective::all_reduce, 1, 8, 0};
  s.traffic = {t};
  const NetworkRun run = network_of(s, {stay_at(0, 1, 3, {0, 1})});
  const double steps = 2 * 3600 / (1.29 / 0.977);
  for (const auto& [a, b] : {std::pair(0U, 1U), std::pair(1U, 0U)}) {
    const FlowTraffic& f = flow(run, TrafficKind::exchange, a, b);
    EXPECT_NEAR(static_cast<double>(f.sent_mb), 8000 * steps, 1);
    EXPECT_EQ(f.arrived_mb, f.sent_mb);
  }
  EXPECT_NEAR(run.links[0].peak_share, 8 / (1.29 / 0.977) / 100, 1e-6);
  // On a tenth of the link one steps in 2.04 s: three of them want 11.8 of its 10 GB/s. They lack
  // the rest, and nothing waits.
  s.links[0].gbit_per_s = 80;
  const NetworkRun thin =
      network_of(s, {stay_at(0, 1, 3, {0, 1}), stay_at(1, 1, 3, {0, 1}), stay_at(2, 1, 3, {0, 1})});
  const FlowTraffic& f = flow(thin, TrafficKind::exchange, 0, 1);
  EXPECT_EQ(f.late_mb, 0);
  EXPECT_EQ(f.arrived_mb, 2 * 3600 * 10 * 1000);
  EXPECT_GT(f.lacking_mb, 0);
  EXPECT_EQ(f.arrived_mb + f.lacking_mb, f.sent_mb);
}

// An input of 1,000 GB lies at s0, of which a job reads a tenth when it comes to another site: not
// at s0, not again where it was before, and not who ran already when the run began.
TEST(NetworkRun, InputsAreReadWhereTheyAreNot) {
  Scenario s = copying(8);
  ArtifactSpec set;
  set.id = "set";
  set.owner = s.members[0].id;
  set.data_class = s.data_classes[0].id;
  set.site = "s0";
  set.size_gb = 1000;
  s.artifacts = {set};
  s.workloads[0].inputs = {"set"};
  s.traffic[0].checkpoint.reset();
  s.traffic[0].read_share = 0.1;
  const NetworkRun run =
      network_of(s, {stay_at(0, 1, 2, {1}), stay_at(0, 3, 4, {1}), stay_at(0, 4, 5, {2}),
                     stay_at(1, 1, 2, {0}), stay_at(2, 0, 5, {1}), stay_at(3, 2, 3, {1, 2})});
  EXPECT_EQ(flow(run, TrafficKind::data_set, 0, 1).sent_mb, 150'000);
  EXPECT_EQ(flow(run, TrafficKind::data_set, 0, 2).sent_mb, 150'000);
  EXPECT_EQ(run.flows.size(), 2U);
}

// Random links, cuts and work of every kind: the books hold, no link carries more than fits, and
// what is sent is what a slow count over every checkpoint says.
TEST(NetworkRun, BooksHoldOnRandomNetworks) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Stream draw(seed, "network books", 0);
    const auto sites = static_cast<std::uint32_t>(3 + draw.below(4));
    Scenario s = tiny::with_sites(sites, 16);
    s.network->wan_efficiency = 0.9;
    const auto site = [&](std::uint64_t i) { return "s" + std::to_string(i); };
    for (std::uint32_t i = 0; i < sites + 2; ++i) {
      const std::uint64_t a = draw.below(sites), b = draw.below(sites + 1);
      if (a == b) continue;
      s.links.push_back(tiny::link("l" + std::to_string(i), site(a), b == sites ? "hub" : site(b),
                                   1 + static_cast<double>(draw.below(20)),
                                   static_cast<double>(draw.below(9))));
    }
    s.links.push_back(tiny::link("last", site(0), "hub", 3, 1));
    s.workloads = {tiny::gang("gang", 16, 12, 2)};
    ArtifactSpec set;
    set.id = "set";
    set.owner = s.members[0].id;
    set.data_class = s.data_classes[0].id;
    set.site = site(draw.below(sites));
    set.size_gb = 500;
    s.artifacts = {set};
    s.workloads[0].inputs = {"set"};
    TrafficSpec t = tiny::traffic("gang");
    t.exchange = ExchangeSpec{draw.below(2) == 0 ? Collective::all_reduce : Collective::all_to_all,
                              1 + static_cast<double>(draw.below(9)), 2, 0.1};
    t.checkpoint = CheckpointSpec{1 + static_cast<double>(draw.below(2000)), 10, site(1)};
    t.read_share = 1.5;
    s.traffic = {t};
    std::vector<Stay> stays;
    std::int64_t copied_mb = 0;
    const double from = 2, to = 9;
    for (std::uint32_t job = 0; job < 12; ++job) {
      const double begin = static_cast<double>(draw.below(600)) / 100,
                   end = begin + 0.01 + static_cast<double>(draw.below(500)) / 100;
      std::vector<std::uint32_t> where{static_cast<std::uint32_t>(draw.below(sites))};
      if (draw.below(2) == 0) where.push_back((where[0] + 1) % sites);
      stays.push_back(stay_at(job, begin, end, where));
      const Stay& stay = stays.back();
      for (Millis save = stay.from + Millis(kMsPerHour); save < std::min(stay.to, at(to));
           save = save + Millis(kMsPerHour))
        for (const std::uint32_t w : where)
          if (w != 1 && save >= at(from))
            copied_mb +=
                std::llround(t.checkpoint->size_gb * 1000 / static_cast<double>(where.size()));
    }
    std::vector<LinkCut> cuts;
    for (int i = 0; i < 3; ++i) {
      const double begin = static_cast<double>(draw.below(900)) / 100;
      cuts.push_back({at(begin),
                      at(begin + 0.5 + static_cast<double>(draw.below(300)) / 100),
                      {s.links[draw.below(s.links.size())].id},
                      0});
    }
    const NetworkRun run = network_of(s, stays, cuts, from, to);
    std::int64_t copies_mb = 0;
    for (const FlowTraffic& f : run.flows) {
      if (f.kind == TrafficKind::checkpoint) copies_mb += f.sent_mb;
      EXPECT_GE(std::min({f.waiting_at_start_mb, f.arrived_mb, f.late_mb, f.lacking_mb}), 0);
      EXPECT_TRUE(f.kind == TrafficKind::exchange ? f.late_mb == 0 : f.lacking_mb == 0);
    }
    EXPECT_EQ(copies_mb, copied_mb) << seed;
    for (const LinkTraffic& l : run.links) EXPECT_LE(l.peak_share, 1 + 1e-9) << seed;
  }
}

// ---- whole runs

SimulationOptions options_of(const Scenario& s) {
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), seconds(900)};
  o.warmup_days = s.run.warmup_days;
  o.policy = {s.policy.order, s.policy.backfill};
  return o;
}

std::vector<std::string> failing(const Summary& s) {
  std::vector<std::string> names;
  for (const Check& c : s.checks)
    if (!c.ok) names.push_back(c.name);
  return names;
}

// One gang fills both sites from its start on; the shorter way is cut for three hours, and the
// longer carries on what it exchanges.
Scenario whole() {
  Scenario s = tiny::with_sites(2, 16);
  s.run.to = {2027, 1, 6};
  s.links = {tiny::link("trench", "s0", "s1", 800, 1), tiny::link("round", "s0", "s1", 400, 5)};
  s.workloads = {tiny::gang("gang", 32, 12, 12)};
  TrafficSpec t = tiny::traffic("gang");
  t.exchange = ExchangeSpec{Collective::all_reduce, 1, 8, 0.5};
  t.checkpoint = CheckpointSpec{900, 10, "s0"};
  s.traffic = {t};
  DisruptionSpec cut;
  cut.id = "digger";
  cut.kind = Disruption::link_cut;
  cut.links = {"trench"};
  cut.first = {2027, 1, 5};
  cut.hour = 6;
  cut.hours = 3;
  s.disruptions = {cut};
  return s;
}

TEST(NetworkRun, AWholeRunKeepsItsBooks) {
  Scenario s = whole();
  Simulation run(s, options_of(s));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  ASSERT_NE(run.network(), nullptr);
  ASSERT_EQ(run.network()->cuts.size(), 1U);
  const CutTraffic& cut = run.network()->cuts[0];
  EXPECT_EQ(cut.gangs_went_on, 1);
  EXPECT_EQ(cut.gangs_stopped, 0);
  EXPECT_EQ(cut.rerouted, 3);  // the exchange both ways, and the copies
  EXPECT_EQ(cut.longer, 3);
  EXPECT_EQ(cut.most_extra_rtt_ms, 4);
  EXPECT_GT(cut.rerouted_mb, 0);
  // A job's stay is what its GPU time says.
  std::int64_t gpu_ms = 0;
  for (const Stay& stay : run.network()->stays)
    for (const StayPart& p : stay.parts)
      gpu_ms += p.gpus * (stay.to - std::max(stay.from, midnight(s.run.from))).count();
  EXPECT_EQ(gpu_ms, sum.gpus.used_ms);
  // Without a word on traffic there is nothing of it, and no check more.
  s.traffic.clear();
  Simulation plain(s, options_of(s));
  plain.run();
  EXPECT_EQ(plain.network(), nullptr);
  EXPECT_EQ(failing(summarize(plain)), std::vector<std::string>{});
  EXPECT_EQ(summarize(plain).checks.size() + 9, sum.checks.size());
}

TEST(NetworkRun, ACutThatPartsAGangIsCounted) {
  Scenario s = whole();
  s.links.pop_back();
  Simulation run(s, options_of(s));
  run.run();
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.interrupted, 1);
  ASSERT_EQ(run.network()->cuts.size(), 1U);
  EXPECT_EQ(run.network()->cuts[0].gangs_stopped, 1);
  EXPECT_EQ(run.network()->cuts[0].gangs_went_on, 0);
}

// 90 s to write 900 GB every hour; a run of 12 h does so 11 times, which is 2.3 % of it.
TEST(CheckpointCost, TimeToWriteIsNotTraining) {
  Scenario s = whole();
  s.disruptions.clear();
  Simulation run(s, options_of(s));
  run.run();
  const auto cost = checkpoint_cost(run, 0);
  ASSERT_TRUE(cost);
  EXPECT_DOUBLE_EQ(cost->write_s, 90);
  EXPECT_EQ(cost->write_ms, cost->written * 90'000);
  EXPECT_EQ(cost->write_gpu_ms, 32 * cost->write_ms);
  std::int64_t written = 0;
  for (const Stay& stay : run.network()->stays)
    written += ((stay.to - stay.from).count() - 1) / kMsPerHour;
  EXPECT_EQ(cost->written, written);
  EXPECT_GT(written, 30);
  const double used = static_cast<double>(run.meter().rows()[0].used_gpu_ms);
  EXPECT_DOUBLE_EQ(cost->ettr, 1 - static_cast<double>(cost->write_gpu_ms) / used);
  EXPECT_DOUBLE_EQ(cost->ettr_by_law, 0.975);
  EXPECT_FALSE(cost->best_interval_hours);
  s.traffic[0].checkpoint.reset();
  Simulation none(s, options_of(s));
  none.run();
  EXPECT_FALSE(checkpoint_cost(none, 0));
}

TEST(Traffic, CopiesGoOnlyWhereTheWorkMayRun) {
  Scenario s = copying(8);
  EXPECT_TRUE(check_copies(s, found_with_speeds(s)));
  s.workloads[0].only_sites = {"s0", "s1"};
  s.data_classes[0].may_leave_locked_sites = false;
  const Result<Done> refused = check_copies(s, found_with_speeds(s));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.fault().where, "traffic[0].checkpoint.copy_to");
  EXPECT_EQ(refused.fault().found, "s2");
  EXPECT_EQ(refused.fault().hint, "such as s0, s1");
}

}  // namespace
}  // namespace dure
