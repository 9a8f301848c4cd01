// The K-AI hub's devices: each kind works, and what can be shared is.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "io/scenario_reader.h"
#include "sim/summary.h"
#include "source_dir.h"

namespace dure {
namespace {

Device device_of(const Simulation& run, PoolId pool) { return run.world().pool(pool).info.device; }

// Who sits on each GPU of the shared pools.
struct Seat {
  std::uint32_t pool, node, gpu;
  auto operator<=>(const Seat&) const = default;
};
struct Sitting {
  std::int64_t jobs = 0, milli = 0;
  std::set<std::string> work;
};
std::map<Seat, Sitting> seats(const Simulation& run) {
  const World& world = run.world();
  std::map<Seat, Sitting> out;
  for (std::uint32_t p = 0; p < world.pools(); ++p) {
    if (device_of(run, PoolId{p}) != Device::shared_gpu) continue;
    for (const Run& r : world.pool(PoolId{p}).running) {
      const WorkloadId work = world.lane(r.lane).workload;
      for (const Slice& s : world.placement(world.job(r.job)))
        for (std::uint32_t g = 0; g < 64; ++g) {
          if ((s.nodes >> g & 1) == 0) continue;
          Sitting& here = out[{p, s.rack, g}];
          ++here.jobs;
          here.milli += s.gpus_per_node;
          here.work.insert(run.scenario().workloads[work.index].id);
        }
    }
  }
  return out;
}

// A night of the nation: warmed up, until 07:00 when the cells come back and inference is not over
// yet.
TEST(HubDevices, AllFiveWorkAndGpusAreShared) {
  auto read = read_scenario(source_dir() + "/scenarios/k-ai-hub/hub.yaml", {}, nullptr);
  ASSERT_TRUE(read);
  const Scenario s = std::move(read).value();
  std::set<Device> kinds;
  for (const HardwareSpec& h : s.hardware) kinds.insert(h.device);
  EXPECT_EQ(kinds.size(), kDevices);
  SimulationOptions o;
  const Millis day = midnight({2030, 10, 2});
  o.window = {day, day + Millis(7 * kMsPerHour), s.run.step_ms};
  o.warmup_days = 1;
  o.policy = policy_from(s.policy);
  Simulation run(s, o);
  run.run();
  audit(run.world());
  const Summary sum = summarize(run);
  EXPECT_TRUE(sum.balanced);
  EXPECT_EQ(sum.books.violations, 0);
  EXPECT_EQ(sum.installed_at_end, 320'200);  // GPUs alone, shared ones among them
  std::map<Device, std::int64_t> used;
  for (const HardwareFigures& h : sum.by_hardware)
    used[s.hardware[h.hardware.index].device] += h.used_gpu_ms;
  for (const Device d : kinds) EXPECT_GT(used[d], 0) << enum_name(d);

  // Cells are served, each beside its place on the fronthaul of its own site.
  for (const ServiceFigures& f : sum.services)
    if (s.workloads[run.demand().rows()[f.row].workload.index].kind == WorkKind::ran) {
      EXPECT_GT(static_cast<double>(f.served_ms), 0.999 * static_cast<double>(f.wanted_ms));
    }
  std::int64_t cells = 0;
  for (std::uint32_t p = 0; p < run.world().pools(); ++p) {
    if (device_of(run, PoolId{p}) != Device::ran_cell) continue;
    for (const auto& r : run.world().pool(PoolId{p}).running) {
      ++cells;
      EXPECT_EQ(run.world().pool(run.world().job(r.job).pool).info.site,
                run.world().pool(PoolId{p}).info.site);
    }
  }
  EXPECT_GT(cells, 1'000);

  // Several on one GPU, none of it twice; cells and inference side by side.
  std::int64_t several = 0, mixed = 0;
  for (const auto& [seat, here] : seats(run)) {
    EXPECT_LE(here.milli, 1'000);
    several += here.jobs > 1 ? 1 : 0;
    mixed += here.work.size() > 1 ? 1 : 0;
  }
  EXPECT_GT(several, 500);
  EXPECT_GT(mixed, 20);

  // CPU nodes: several jobs on one, and jobs on several.
  std::map<std::uint32_t, std::int64_t> on_node;
  std::int64_t over_nodes = 0;
  for (std::uint32_t p = 0; p < run.world().pools(); ++p) {
    if (device_of(run, PoolId{p}) != Device::cpu) continue;
    for (const auto& r : run.world().pool(PoolId{p}).running) {
      const Placement& place = run.world().placement(run.world().job(r.job));
      for (const Slice& slice : place) ++on_node[slice.rack];
      over_nodes += place.size() > 1 ? 1 : 0;
    }
  }
  EXPECT_GT(over_nodes, 10);
  EXPECT_TRUE(
      std::any_of(on_node.begin(), on_node.end(), [](const auto& n) { return n.second > 1; }));
}

}  // namespace
}  // namespace dure
