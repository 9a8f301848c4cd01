#include "sim/meter.h"

#include <gtest/gtest.h>

#include "sim/balance.h"
#include "sim/tiny_scenario.h"

namespace dure {
namespace {

constexpr std::int64_t kHour = kMsPerHour;

// A run whose events are written by hand.
struct Hand {
  explicit Hand(Scenario s)
      : scenario(std::move(s)),
        founding(found(scenario)),
        demand(scenario, founding),
        window{midnight(scenario.run.from), midnight(scenario.run.to), seconds(900)},
        meter(scenario, founding, demand, world, window) {
    for (const Event& e : founding.events(window.from - Millis(kHour))) take(e);
  }
  void take(const Event& e) {
    meter.append(e);
    world.apply(e);
  }
  void at(std::int64_t ms, What what) { take({window.from + Millis(ms), std::move(what)}); }
  void start(std::int64_t ms, std::uint32_t job) {
    const Job& j = world.job(JobId{job});
    const LaneOpened& lane = world.lane(j.lane);
    const Placement place = *world.pool(lane.pools[0]).machines->find(j.gpus, lane.spread);
    at(ms, CommandIssued{StartJob{JobId{job}, lane.pools[0], place}});
  }
  Scenario scenario;
  Founding founding;
  Demand demand;
  World world;
  Window window;
  Meter meter;
};

Scenario one_node() {
  Scenario s = tiny::scenario(8);
  s.workloads = {tiny::batch("work", 1)};  // lanes of 1, 4 and 8 GPUs
  return s;
}

// docs/models/power.md, the worked example.
TEST(Meter, EnergyByHand) {
  Hand h(one_node());
  h.at(6 * kHour, JobSubmitted{JobId{0}, LaneId{1}, Gpus(4), Millis(3 * kHour)});
  h.start(6 * kHour, 0);
  h.at(8 * kHour, JobEnded{JobId{0}});
  h.meter.close();
  const PoolFigures& pool = h.meter.pools()[0];
  EXPECT_EQ(pool.used_gpu_ms, 4 * 2 * kHour);
  EXPECT_EQ(pool.installed_gpu_ms, 8 * 24 * kHour);
  EXPECT_EQ(pool.free_gpu_ms, (8 * 24 - 4 * 2) * kHour);
  EXPECT_EQ(static_cast<std::int64_t>(pool.it_wms / kHour), 61'600);  // Wh
  EXPECT_EQ(h.meter.sites()[0].peak_facility_uw, std::int64_t{5'500} * kPpm);
  EXPECT_EQ(h.meter.peak_facility_uw(), std::int64_t{5'500} * kPpm);
  EXPECT_EQ(h.meter.sites()[0].series[24].it_wms, std::int64_t{900'000} * (2'400 + 4 * 500));
  EXPECT_EQ(h.meter.sites()[0].series[23].it_wms, std::int64_t{900'000} * 2'400);
  EXPECT_EQ(h.meter.sites()[0].jobs_started, 1);
  EXPECT_EQ(h.meter.rows()[0].done, 1);
}

// What is before or after the window is followed, not counted; the window cuts what spans it.
TEST(Meter, CountsTheWindowOnly) {
  Hand h(one_node());
  h.at(-kHour / 2, JobSubmitted{JobId{0}, LaneId{0}, Gpus(1), Millis(50 * kHour)});
  h.start(-kHour / 2, 0);
  h.at(10 * kHour, JobSubmitted{JobId{1}, LaneId{2}, Gpus(8), Millis(50 * kHour)});  // waits
  h.meter.waits(JobId{1}, Reason::no_room);
  h.at(24 * kHour, JobEnded{JobId{0}});  // the window is over
  h.at(25 * kHour, JobSubmitted{JobId{2}, LaneId{0}, Gpus(1), Millis(kHour)});
  h.meter.close();
  const RowFigures& row = h.meter.rows()[0];
  EXPECT_EQ(row.in_system_at_start, 1);
  EXPECT_EQ(row.submitted, 1);
  EXPECT_EQ(row.started, 0);
  EXPECT_EQ(row.done, 0);
  EXPECT_EQ(row.running_at_end, 1);
  EXPECT_EQ(row.queued_at_end, 1);
  EXPECT_EQ(row.used_gpu_ms, 24 * kHour);
  EXPECT_EQ(h.meter.last_reason(JobId{1}), Reason::no_room);
  std::int64_t queued = 0;
  for (const QueueStep& q : h.meter.queue()) queued += q.gpu_ms;
  EXPECT_EQ(queued, 8 * 14 * kHour);
  EXPECT_EQ(h.meter.ledger_at_end().used_gpu_ms[0][0] - h.meter.ledger_at_start().used_gpu_ms[0][0],
            24 * kHour);
}

// ---- the books
// ---------------------------------------------------------------------------------------

Books good_books() {
  Books b;
  b.installed = 100, b.used = 60, b.idle = 30, b.down = 10;
  b.used_by_jobs = b.used_by_ledger = b.used_by_members = 60;
  b.jobs.in_system_at_start = 2, b.jobs.submitted = 8;
  b.jobs.done = 5, b.jobs.running = 3, b.jobs.queued = 1, b.jobs.refused = 1;
  b.in_system_by_world = 4;
  b.it_wms = b.it_wms_by_jobs = 1000;
  b.facility = 1250 * Exact{kPpm};
  b.cooling_and_losses = 250 * Exact{kPpm};
  b.cost_krw = 7;
  SiteBooks s;
  s.id = "site";
  s.it_wms = s.it_wms_of_series = 1000;
  s.facility = b.facility;
  s.cost_krw = 7;
  s.peak_w = 5, s.limit_w = 10, s.most_above_limit_uw = -5, s.draws = true;
  b.sites = {s};
  return b;
}

std::vector<std::string> failing(const Books& b) {
  std::vector<std::string> names;
  for (const Check& c : check_books(b))
    if (!c.ok) names.push_back(c.name);
  return names;
}

TEST(Balance, EveryEntryIsMissedByItsCheck) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(failing(good_books()), Names{});
  const auto broken = [](auto&& change) {
    Books b = good_books();
    change(b);
    return failing(b);
  };
  EXPECT_EQ(broken([](Books& b) { ++b.idle; }), Names{"gpu_time"});
  EXPECT_EQ(broken([](Books& b) { ++b.installed; }), Names{"gpu_time"});
  EXPECT_EQ(broken([](Books& b) { --b.used_by_jobs; }), Names{"gpu_time_of_jobs"});
  EXPECT_EQ(broken([](Books& b) { --b.used_by_ledger; }), Names{"gpu_time_of_ledger"});
  EXPECT_EQ(broken([](Books& b) { ++b.used_by_members; }), Names{"gpu_time_of_members"});
  EXPECT_EQ(broken([](Books& b) { b.ledger_sum = 1; }), Names{"ledger"});
  EXPECT_EQ(broken([](Books& b) { ++b.jobs.done; }), Names{"jobs"});
  EXPECT_EQ(broken([](Books& b) { ++b.replicas.submitted; }), Names{"replicas"});
  EXPECT_EQ(broken([](Books& b) { ++b.in_system_by_world; }), Names{"jobs_of_world"});
  EXPECT_EQ(broken([](Books& b) { ++b.cooling_and_losses; }), Names{"energy"});
  EXPECT_EQ(broken([](Books& b) { ++b.it_wms_by_jobs; }), Names{"energy_of_jobs"});
  EXPECT_EQ(broken([](Books& b) { ++b.sites[0].facility; }), Names{"energy_of_sites"});
  EXPECT_EQ(broken([](Books& b) { --b.sites[0].it_wms_of_series; }), Names{"energy_of_series"});
  EXPECT_EQ(broken([](Books& b) { b.cost_krw += 2; }), Names{"cost"});
  EXPECT_EQ(broken([](Books& b) { b.violations = 1; }), Names{"sovereignty"});
  EXPECT_EQ(broken([](Books& b) { b.sites[0].most_above_limit_uw = 1; }), Names{"grid_limit/site"});
}

}  // namespace
}  // namespace dure
