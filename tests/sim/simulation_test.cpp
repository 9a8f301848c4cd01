#include "sim/simulation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/stream.h"
#include "sim/summary.h"
#include "sim/tiny_scenario.h"

namespace dure {
namespace {

SimulationOptions options_of(const Scenario& s, std::uint64_t seed = 1) {
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), seconds(900)};
  o.warmup_days = s.run.warmup_days;
  o.seed = seed;
  o.policy = {s.policy.order, s.policy.backfill};
  return o;
}

Scenario mixed() {
  Scenario s = tiny::scenario(800);
  s.run.to = {2027, 1, 11};
  s.run.warmup_days = 1;
  s.workloads = {tiny::batch("work", 1500), tiny::service("serve", 30)};
  PatternSpec p = tiny::flat_pattern();
  p.id = "day";
  for (std::size_t h = 0; h < 24; ++h) p.hour[h] = 1 + 0.5 * std::sin(static_cast<double>(h) / 4);
  s.patterns.push_back(p);
  s.workloads[1].pattern = "day";
  s.workloads[1].min_factor = 0.7;
  s.workloads[1].max_factor = 1.4;
  return s;
}

std::vector<std::string> failing(const Summary& s) {
  std::vector<std::string> names;
  for (const Check& c : s.checks)
    if (!c.ok) names.push_back(c.name);
  return names;
}

TEST(Simulation, BooksBalanceAndServicesAreServed) {
  const Scenario s = mixed();
  Simulation run(s, options_of(s));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_GT(sum.jobs.books.done, 9'000);
  EXPECT_NEAR(static_cast<double>(sum.jobs.books.submitted), 10'500, 420);
  ASSERT_EQ(sum.services.size(), 1U);
  EXPECT_NEAR(sum.services[0].replicas_mean, 30.0, 4.0);
  EXPECT_GT(sum.services[0].served_ms, sum.services[0].wanted_ms * 99 / 100);
  EXPECT_LE(sum.services[0].served_ms, sum.services[0].wanted_ms);
  EXPECT_EQ(sum.members[0].used_gpu_ms, sum.books.used);
  EXPECT_EQ(sum.members[0].lent_gpu_ms, 0);
}

// Jobs that hold one of two sessions of a QPU beside their GPUs: GPU figures count GPUs only, the
// books every device, and never do more than two run.
TEST(Simulation, DevicesAreNotGpus) {
  Scenario s = tiny::scenario(800);
  s.run.to = {2027, 1, 8};
  HardwareSpec qpu = s.hardware[0];
  qpu.id = "qpu";
  qpu.device = Device::qpu;
  qpu.gpus_per_node = Gpus(2);
  qpu.nodes_per_rack = 1;
  s.hardware.push_back(qpu);
  InstallSpec machine = s.installs[0];
  machine.hardware = "qpu";
  machine.gpus = Gpus(2);
  s.installs.push_back(machine);
  s.workloads = {tiny::batch("work", 300), tiny::batch("hybrid", 40)};
  s.workloads[1].kind = WorkKind::hybrid;
  s.workloads[1].beside_hardware = "qpu";
  s.workloads[1].beside_units = 1;
  Simulation run(s, options_of(s));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.installed_at_end, 800);
  EXPECT_EQ(sum.sites[0].installed, 800);
  EXPECT_EQ(sum.members[0].owned, 800);
  EXPECT_EQ(sum.gpus.installed_ms, 800 * 4 * kMsPerDay);
  ASSERT_EQ(sum.by_hardware.size(), 2U);
  const HardwareFigures& sessions = sum.by_hardware[1];
  EXPECT_EQ(sessions.installed, 2);
  EXPECT_GT(sessions.used_gpu_ms, kMsPerDay);
  EXPECT_LE(sessions.used_gpu_ms, 2 * 4 * kMsPerDay);
  EXPECT_EQ(sum.books.used, sum.gpus.used_ms + sessions.used_gpu_ms);
  EXPECT_EQ(sum.members[0].used_gpu_ms, sum.gpus.used_ms);
  std::int64_t in_series = 0;
  for (const SiteStep& step : run.meter().sites()[0].series) in_series += step.used_gpu_ms;
  EXPECT_EQ(in_series, sum.gpus.used_ms);
  EXPECT_EQ(run.world().entitled(MemberId{0}), 800);
}

// GPUs that are shared in thousandths with CPU and memory, a service on them, and CPU nodes: the
// books balance, several jobs are on one GPU, and no node gives more than it has.
TEST(Simulation, SharedGpusAndCores) {
  Scenario s = tiny::scenario(80);
  s.run.to = {2027, 1, 8};
  HardwareSpec shared = s.hardware[0], cores = s.hardware[0];
  shared.id = "shared";
  shared.device = Device::shared_gpu;
  shared.node_cpus = 64;
  shared.node_memory_gb = 512;
  cores.id = "cores";
  cores.device = Device::cpu;
  cores.gpus_per_node = Gpus(128);
  cores.node_memory_gb = 512;
  s.hardware = {s.hardware[0], shared, cores};
  InstallSpec a = s.installs[0], b = a;
  a.hardware = "shared";
  b.hardware = "cores";
  b.gpus = Gpus(1280);
  s.installs.push_back(a);
  s.installs.push_back(b);
  s.members[0].demand_base_gpus = Gpus(160);
  s.workloads = {tiny::batch("whole", 300), tiny::batch("notebooks", 1500),
                 tiny::batch("prepare", 600), tiny::batch("chat", 0)};
  s.workloads[1].hardware = {"shared"};
  s.workloads[1].size = SizeLaw{{}, {3, 2, 1}, {250, 500, 1000}, {2, 4, 8}, {10, 20, 60}};
  s.workloads[2].hardware = {"cores"};
  s.workloads[2].size = SizeLaw{{8, 256}, {20, 1}, {}, {}, {40, 300}};
  WorkloadSpec& chat = s.workloads[3];
  chat.kind = WorkKind::service;
  chat.hardware = {"shared"};
  chat.duration.reset();
  chat.size = SizeLaw{{}, {1}, {125}, {1}, {4}};
  chat.demand[0].arrivals_per_day = 0;
  chat.demand[0].replicas_mean = 60;
  Simulation run(s, options_of(s));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.installed_at_end, 160);  // shared ones are GPUs too, cores are not
  EXPECT_EQ(sum.members[0].owned, 160);
  ASSERT_EQ(sum.by_hardware.size(), 3U);
  EXPECT_EQ(sum.by_hardware[1].installed, 80);
  EXPECT_EQ(sum.by_hardware[2].installed, 1280);
  const double days = 4.0 * static_cast<double>(kMsPerDay);
  const double shared_used = static_cast<double>(sum.by_hardware[1].used_gpu_ms) / days;
  EXPECT_GT(shared_used, 20);
  EXPECT_LE(shared_used, 80);
  EXPECT_NEAR(static_cast<double>(sum.rows[3].gpu_ms) / days, 60 * 0.125, 0.1);
  EXPECT_EQ(sum.rows[1].gpu_ms + sum.rows[3].gpu_ms, sum.by_hardware[1].used_gpu_ms);
  EXPECT_GT(sum.rows[2].gpu_ms, 0);
  EXPECT_EQ(sum.gpus.used_ms, sum.by_hardware[0].used_gpu_ms + sum.by_hardware[1].used_gpu_ms);
  // At the end: jobs by GPU.
  std::map<std::pair<std::uint32_t, std::uint64_t>, int> on;
  int most = 0;
  const World& w = run.world();
  for (std::uint32_t j = 0; j < w.jobs(); ++j) {
    const Job& job = w.job(JobId{j});
    if (job.state != JobState::running || w.device(job.lane) != Device::shared_gpu) continue;
    for (const Slice& x : w.placement(job))
      if (x.gpus_per_node < 1000) most = std::max(most, ++on[{x.rack, x.nodes}]);
  }
  EXPECT_GE(most, 4);
}

// A deadline is met by whoever ends by it; that of a job that still waits is missed.
TEST(Simulation, Deadlines) {
  Scenario s = tiny::scenario(80);
  s.run.to = {2027, 1, 11};
  s.workloads = {tiny::batch("work", 900)};
  s.workloads[0].deadline_hours = 4;
  Simulation run(s, options_of(s));
  run.run();
  const Summary sum = summarize(run);
  const World& w = run.world();
  std::int64_t due = 0, met = 0;
  for (std::uint32_t j = 0; j < w.jobs(); ++j) {
    const Job& job = w.job(JobId{j});
    EXPECT_EQ(job.deadline - job.submit, Millis(4 * kMsPerHour));
    if (job.deadline < midnight(s.run.from) || job.deadline >= midnight(s.run.to)) continue;
    ++due;
    if (job.state == JobState::ended && job.end <= job.deadline) ++met;
  }
  EXPECT_EQ(sum.jobs.deadlines, due);
  EXPECT_EQ(sum.jobs.deadlines_met, met);
  EXPECT_EQ(sum.rows[0].deadlines, due);
  EXPECT_GT(met, 0);
  EXPECT_LT(met, due);  // some run longer than that
}

TEST(Simulation, SameSeedSameRecordAnotherSeedAnother) {
  const Scenario s = mixed();
  Simulation a(s, options_of(s)), b(s, options_of(s)), c(s, options_of(s, 2));
  a.run(), b.run(), c.run();
  EXPECT_EQ(a.record_sha256(), b.record_sha256());
  EXPECT_NE(a.record_sha256(), c.record_sha256());
  EXPECT_EQ(a.record_events(), b.record_events());
}

// What is counted starts warm: the first hours are as busy as the last days.
TEST(Simulation, StartsWarm) {
  Scenario s = tiny::scenario(800);
  s.run.to = {2027, 1, 18};
  s.workloads = {tiny::batch("work", 1000)};
  s.workloads[0].duration = DurationLaw{2.0, 1.2, 0.1, 100.0};
  double first = 0, later = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Simulation run(s, options_of(s, seed));
    run.run();
    const auto& series = run.meter().sites()[0].series;
    for (std::size_t i = 0; i < 4; ++i) first += static_cast<double>(series[i].used_gpu_ms) / 4;
    for (std::size_t i = 96; i < series.size(); ++i)
      later += static_cast<double>(series[i].used_gpu_ms) / static_cast<double>(series.size() - 96);
  }
  EXPECT_GT(later, 0);
  EXPECT_NEAR(first / later, 1.0, 0.06);
}

TEST(Simulation, DecisionsComeOnceAnInterval) {
  const Scenario s = mixed();
  Simulation run(s, options_of(s));
  run.run();
  for (std::uint32_t i = 0; i < run.world().jobs(); ++i) {
    const Job& job = run.world().job(JobId{i});
    if (job.state != JobState::ended && job.state != JobState::running) continue;
    EXPECT_EQ(job.start.count() % 30'000, 0);
    if (job.state != JobState::ended || run.plant().is_replica(JobId{i})) continue;
    EXPECT_EQ(job.end - job.start, run.plant().run_of(JobId{i}));
  }
}

TEST(Simulation, WorkThatTheLawForbidsIsRefusedAndCounted) {
  Scenario s = mixed();
  DataClassSpec secret;
  secret.id = "secret";
  secret.certifications = {"none_has_it"};
  s.data_classes.push_back(secret);
  s.workloads.push_back(tiny::batch("forbidden", 50));
  s.workloads.push_back(tiny::service("forbidden_service", 5));
  s.workloads[2].data_class = s.workloads[3].data_class = "secret";
  Simulation run(s, options_of(s));
  run.run();
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_GT(sum.jobs.refused_no_legal_site, 200);
  EXPECT_EQ(sum.jobs.refused[static_cast<std::size_t>(Reason::certification_missing)],
            sum.jobs.refused_no_legal_site);
  EXPECT_EQ(sum.services[1].served_ms, 0);
  EXPECT_GT(sum.services[1].wanted_ms, 0);
  EXPECT_EQ(sum.rows[2].gpu_ms, 0);
}

TEST(Simulation, RacksWithoutGridPowerAreDown) {
  Scenario s = mixed();
  s.sites[0].grid[0].grid_mw = Watts(800'000);
  Simulation run(s, options_of(s));
  run.run();
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.installed_at_end, 800);
  EXPECT_GT(sum.unpowered_at_end, 200);
  EXPECT_EQ(sum.books.down, sum.unpowered_at_end * 7 * kMsPerDay);
  EXPECT_EQ(sum.books.installed, 800 * 7 * kMsPerDay);
}

// ---- storms
// --------------------------------------------------------------------------------------------

Scenario stormy(std::uint64_t seed) {
  Stream draw(seed, "storm", 0);
  const auto pick = [&](std::uint64_t lo, std::uint64_t hi) {
    return static_cast<std::int64_t>(lo + draw.below(hi - lo + 1));
  };
  Scenario s = tiny::scenario(8 * pick(4, 30));
  s.run.to = {2027, 1, static_cast<int>(pick(5, 7))};
  s.run.warmup_days = pick(0, 2);
  s.policy.order = pick(0, 1) == 0 ? Order::arrival : Order::priority;
  s.policy.backfill = pick(0, 1) == 0 ? Backfill::none : Backfill::easy;
  s.policy.decide_every_ms = Millis(pick(1, 4) == 1 ? pick(1, 3'600'000) : 30'000);
  HardwareSpec nvl = s.hardware[0];
  nvl.id = "nvl";
  nvl.gpus_per_node = Gpus(4);
  nvl.nodes_per_domain = nvl.nodes_per_rack = 18;
  s.hardware.push_back(nvl);
  for (int m = 1; m <= pick(0, 2); ++m) {
    MemberSpec member = s.members[0];
    member.id = "m" + std::to_string(m);
    s.members.push_back(member);
    SiteSpec site = s.sites[0];
    site.id = "site" + std::to_string(m);
    site.owner = member.id;
    s.sites.push_back(site);
  }
  for (int i = 0; i < pick(1, 5); ++i) {
    InstallSpec racks = s.installs[0];
    racks.owner = s.members[draw.below(s.members.size())].id;
    racks.site = s.sites[draw.below(s.sites.size())].id;
    racks.hardware = s.hardware[draw.below(2)].id;
    racks.gpus = Gpus(racks.hardware == "nvl" ? 72 * pick(1, 4) : 8 * pick(1, 20));
    if (pick(0, 3) == 0) racks.month = {2027, 1, static_cast<int>(pick(3, 6))};
    if (pick(0, 3) == 0) racks.retire_month = Date{2027, 1, static_cast<int>(pick(7, 8))};
    s.installs.push_back(racks);
  }
  if (pick(0, 1) == 0) {
    LendingSpec lending;
    lending.owner = "a";
    lending.max_share = 0.5;
    s.lending.push_back(lending);
  }
  DataClassSpec home = s.data_classes[0];
  home.id = "home";
  home.may_leave_member_sites = false;
  s.data_classes.push_back(home);
  for (int w = 0; w < pick(1, 4); ++w) {
    const std::string id = "w" + std::to_string(w);
    WorkloadSpec work = pick(0, 3) == 0 ? tiny::service(id, static_cast<double>(pick(1, 20)))
                                        : tiny::batch(id, static_cast<double>(pick(1, 600)));
    work.topology = static_cast<Topology>(pick(0, 3));
    work.hardware =
        pick(0, 1) == 0 ? std::vector<std::string>{"hgx", "nvl"} : std::vector<std::string>{"nvl"};
    work.data_class = s.data_classes[draw.below(2)].id;
    work.priority = pick(0, 100);
    work.demand[0].member = s.members[draw.below(s.members.size())].id;
    if (work.size && pick(0, 1) == 0) work.size = SizeLaw{{8, 32, 128}, {3, 2, 1}};
    s.workloads.push_back(work);
  }
  return s;
}

TEST(Simulation, Storm) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("storm seed " + std::to_string(seed));
    const Scenario s = stormy(seed);
    Simulation run(s, options_of(s, seed));
    run.run();
    audit(run.world());
    run.world().ledger().audit();
    for (const std::string& name : failing(summarize(run))) ADD_FAILURE() << name;
    if (seed % 10 != 0) continue;
    Simulation again(s, options_of(s, seed));
    again.run();
    EXPECT_EQ(run.record_sha256(), again.record_sha256());
  }
}

}  // namespace
}  // namespace dure
