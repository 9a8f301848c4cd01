// Nodes that fail under running work: nobody runs on a dead node, nothing is lost or counted twice,
// and the books balance.
#include "sim/outage.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "sim/simulation.h"
#include "sim/summary.h"
#include "sim/tiny_scenario.h"

namespace dure {
namespace {

SimulationOptions options_of(const Scenario& s, std::vector<Outage> outages) {
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), seconds(900)};
  o.warmup_days = s.run.warmup_days;
  o.policy = {s.policy.order, s.policy.backfill};
  o.outages = std::move(outages);
  return o;
}

Outage outage(std::int64_t at_min, std::int64_t known_min, std::int64_t back_min,
              std::uint32_t rack, std::uint64_t nodes) {
  const std::int64_t day = midnight({2027, 1, 4}).count();
  return {Millis(day + at_min * 60'000),
          Millis(day + known_min * 60'000),
          Millis(day + back_min * 60'000),
          PoolId{0},
          rack,
          nodes,
          0};
}

std::vector<std::string> failing(const Summary& s) {
  std::vector<std::string> names;
  for (const Check& c : s.checks)
    if (!c.ok) names.push_back(c.name);
  return names;
}

// One node of 8 GPUs, one job of 8 for 10 hours that saves every hour. The node dies in the middle
// of an hour, somebody sees it a quarter of an hour later, and it is back 2 hours after that.
TEST(Outage, AJobDoesAgainWhatItHadNotSaved) {
  Scenario s = tiny::scenario(8);
  s.run.to = {2027, 1, 6};
  s.workloads = {tiny::batch("work", 24)};
  s.workloads[0].size = SizeLaw{{8}, {1}};
  s.workloads[0].duration = DurationLaw{10.0, 10.0, 0.0, 10.0};
  s.workloads[0].preemptible = true;
  s.workloads[0].checkpoint_hours = 1;
  s.workloads[0].restart_hours = 0;
  Simulation run(s, options_of(s, {outage(24 * 60, 24 * 60 + 15, 26 * 60 + 15, 0, 1)}));
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.interrupted, 1);
  EXPECT_EQ(sum.stopped, 0);
  // Down for two hours; the job held it dead for a quarter, and lost at most an hour before.
  EXPECT_EQ(sum.gpus.failed_ms, 8 * 2 * kMsPerHour);
  EXPECT_GE(sum.interrupted_gpu_ms, 8 * kMsPerHour / 4);
  EXPECT_LE(sum.interrupted_gpu_ms, 8 * kMsPerHour * 5 / 4);
}

TEST(Outage, WhoeverIsWarnedLosesNothingButTheRestart) {
  Scenario s = tiny::scenario(8);
  s.run.to = {2027, 1, 6};
  s.workloads = {tiny::batch("work", 24)};
  s.workloads[0].size = SizeLaw{{8}, {1}};
  s.workloads[0].duration = DurationLaw{10.0, 10.0, 0.0, 10.0};
  s.workloads[0].preemptible = true;
  s.workloads[0].checkpoint_hours = 1;
  s.workloads[0].restart_hours = 0;
  Simulation run(s, options_of(s, {outage(24 * 60, 23 * 60, 26 * 60, 0, 1)}));
  run.run();
  const Summary sum = summarize(run);
  EXPECT_EQ(failing(sum), std::vector<std::string>{});
  EXPECT_EQ(sum.interrupted, 1);
  EXPECT_LE(sum.interrupted_gpu_ms, 8 * 2);
  EXPECT_EQ(sum.gpus.failed_ms, 8 * 2 * kMsPerHour);
}

// A gang over two sites stops when no way joins them as it needs, waits until the link is mended,
// and does again only what it had not saved. A way that is left and wide enough keeps it running.
TEST(Outage, ACutLinkStopsAGangThatIsSplitOverIt) {
  for (const bool way_round : {false, true}) {
    Scenario s = tiny::scenario(16);
    s.run.to = {2027, 1, 6};
    SiteSpec other = s.sites[0];
    other.id = "other";
    s.sites.push_back(other);
    InstallSpec racks = s.installs[0];
    racks.site = "other";
    s.installs.push_back(racks);
    LinkSpec link;
    link.id = "trench";
    link.from_site = "site";
    link.to = "other";
    link.gbit_per_s = 800;
    link.rtt_ms = 1;
    s.links = {link};
    if (way_round) {
      link.id = "round";
      link.rtt_ms = 5;
      s.links.push_back(link);
    }
    s.workloads = {tiny::batch("gang", 12)};
    s.workloads[0].size = SizeLaw{{32}, {1}};  // both sites whole
    s.workloads[0].duration = DurationLaw{12.0, 12.0, 0.0, 12.0};
    s.workloads[0].topology = Topology::any;
    s.workloads[0].most_sites = 2;
    s.workloads[0].sites_gbit_per_s = 400;
    DisruptionSpec cut;
    cut.id = "digger";
    cut.kind = Disruption::link_cut;
    cut.links = {"trench"};
    cut.first = {2027, 1, 5};
    cut.hour = 6;
    cut.hours = 3;
    s.disruptions = {cut};
    Simulation run(s, options_of(s, {}));
    run.run();
    audit(run.world());
    const Summary sum = summarize(run);
    EXPECT_EQ(failing(sum), std::vector<std::string>{});
    EXPECT_EQ(sum.interrupted, way_round ? 0 : 1);
    std::int64_t busy_ms = 0;  // while it is cut
    const std::size_t first = (24 + 6) * 4, steps = 3 * 4;
    for (const SiteFigures& f : run.meter().sites())
      for (std::size_t i = first; i < first + steps; ++i) busy_ms += f.series[i].used_gpu_ms;
    EXPECT_EQ(busy_ms, way_round ? 32 * 3 * kMsPerHour : 0);
    EXPECT_EQ(sum.gpus.failed_ms, 0);  // the machines are in order
  }
}

// Overlapping outages of nodes, racks and the whole hall, noticed at once or late, with services
// and preemption: the world stays sound, and what is down is what the outages say.
TEST(Outage, StormsKeepTheBooks) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Scenario s = tiny::scenario(320);  // 40 nodes, 10 racks
    s.run.to = {2027, 1, 7};
    s.run.warmup_days = 1;
    s.workloads = {tiny::batch("work", 900), tiny::batch("long", 60), tiny::service("serve", 20)};
    s.workloads[1].preemptible = true;
    s.workloads[1].checkpoint_hours = 0.5;
    s.workloads[1].duration = DurationLaw{4.0, 8.0, 0.5, 24.0};
    s.workloads[1].size = SizeLaw{{16, 64}, {1, 1}};
    Stream draw(seed, "outage storm", 0);
    std::vector<Outage> outages;
    for (int i = 0; i < 60; ++i) {
      const auto at = static_cast<std::int64_t>(draw.below(3 * 24 * 60 - 60));
      const std::int64_t late =
          draw.below(3) == 0 ? -30 : static_cast<std::int64_t>(draw.below(90));
      const std::int64_t length = 100 + static_cast<std::int64_t>(draw.below(900));
      const auto rack = static_cast<std::uint32_t>(draw.below(10));
      outages.push_back(outage(at, at + late, at + length, rack,
                               draw.below(4) == 0 ? 15 : std::uint64_t{1} << draw.below(4)));
    }
    for (std::uint32_t rack = 0; rack < 10; ++rack)
      outages.push_back(outage(2000, 2001, 2300, rack, 15));
    Simulation run(s, options_of(s, outages));
    run.run();
    audit(run.world());
    const Summary sum = summarize(run);
    EXPECT_EQ(failing(sum), std::vector<std::string>{}) << seed;
    EXPECT_GT(sum.interrupted, 20) << seed;
    // The union of what is drained, minute by minute.
    std::int64_t down = 0;
    const std::int64_t from = midnight(s.run.from).count(), to = midnight(s.run.to).count();
    for (std::uint32_t rack = 0; rack < 10; ++rack)
      for (std::uint32_t node = 0; node < 4; ++node)
        for (std::int64_t t = from; t < to; t += 60'000)
          for (const Outage& o : outages)
            if (o.rack == rack && (o.nodes >> node & 1) != 0 &&
                std::max(o.at, o.known).count() <= t && t < o.back.count()) {
              down += 8 * 60'000;
              break;
            }
    EXPECT_EQ(sum.gpus.failed_ms, down) << seed;
  }
}

}  // namespace
}  // namespace dure
