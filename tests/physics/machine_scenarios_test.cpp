// Scenarios of real machines: their nodes are those of models/frontier.yaml and
// models/machines.yaml, and Summit's towers do without chillers for as much of the year as was
// said.
#include <gtest/gtest.h>

#include <cmath>

#include "io/scenario_reader.h"
#include "physics/cooling.h"
#include "physics/node_power.h"
#include "physics/weather.h"
#include "source_dir.h"
#include "world/by_id.h"

namespace dure {
namespace {

struct Shipped {
  const char *file, *machine;
};

class MachineScenario : public ::testing::TestWithParam<Shipped> {};

Scenario read(const char* file) {
  Outcome<Scenario> read = read_scenario(source_dir() + "/scenarios/" + file, {}, nullptr);
  for (const Fault& f : read ? Faults{} : read.faults()) ADD_FAILURE() << to_string(f);
  return std::move(read.value());
}

TEST_P(MachineScenario, NodeIsThatOfTheModel) {
  const Scenario s = read(GetParam().file);
  const auto found = find_machine(*s.power, GetParam().machine);
  ASSERT_TRUE(found);
  const MachineModel& m = found.value();
  const double switch_w = m.machine.switch_w * static_cast<double>(m.machine.switches) /
                          static_cast<double>(m.machine.nodes);
  const auto whole_w = [&](double gpu_w, double cpu_load) {
    return std::llround(node_w(m.node.node, m.node.gpu, gpu_w, cpu_load) + switch_w);
  };
  const HardwareSpec& node = s.hardware.front();
  EXPECT_EQ(node.node_idle_w.count(), whole_w(m.node.gpu.idle_w, 0));
  EXPECT_EQ(node.node_max_w.count(), whole_w(m.node.gpu.limit_w, 1));
  EXPECT_EQ(node.gpus_per_node.count(), m.node.node.gpus);
  EXPECT_EQ(s.installs.front().gpus.count(), m.machine.nodes * m.node.node.gpus);
}

INSTANTIATE_TEST_SUITE_P(Shipped, MachineScenario,
                         ::testing::Values(Shipped{"frontier.yaml", "frontier"},
                                           Shipped{"marconi-like.yaml", "marconi100"},
                                           Shipped{"summit.yaml", "summit"}));

TEST(FrontierScenario, PumpsOfTheCdusAreThoseOfTheModel) {
  const Scenario s = read("frontier.yaml");
  const auto found = find_machine(*s.power, "frontier");
  ASSERT_TRUE(found);
  const MachineModel& m = found.value();
  const HardwareSpec& node = s.hardware.front();
  const auto row = find_id(s.cooling_kinds, "frontier_cdus");
  ASSERT_TRUE(row);
  const CoolingKindSpec& kind = s.cooling_kinds[*row];
  const double design_w = static_cast<double>(m.machine.nodes * node.node_max_w.count());
  EXPECT_NEAR(kind.liquid->pump_share * design_w,
              m.machine.cdu_w * static_cast<double>(m.machine.cdus),
              0.001 * design_w * kind.liquid->pump_share);
}

// Said before it was built: no chillers for 80 to 85 % of the year. Ours is lower, as
// docs/models/machines.md tells; the bounds hold it where it is known to be.
TEST(SummitScenario, ChillersStandStillForMostOfTheYear) {
  const Scenario s = read("summit.yaml");
  const CoolingPlant plant =
      find_plant({s.coolers, s.chillers, s.thermal_masses, s.cooling_kinds}, "summit_water")
          .value();
  WeatherOptions o;
  o.first_hour = hour_of({2020, 1, 1});
  o.hours = hour_of({2021, 1, 1}) - o.first_hour;
  const Weather weather = std::move(Weather::make(*s.climate, o)).value();
  const std::size_t place = *weather.place("oak_ridge");
  int still = 0;
  for (std::int64_t h = 0; h < o.hours; ++h) {
    const HourlyWeather w = weather.at(place, o.first_hour + h);
    const Outdoor outdoor{w.dry_bulb_c, w.wet_bulb_c, w.pressure_kpa, w.wet_bulb_c};
    still += cool(plant, split_load(plant, 6000, 11850), outdoor).free_cooling ? 1 : 0;
  }
  const double percent = 100.0 * still / static_cast<double>(o.hours);
  RecordProperty("without_chillers_percent", std::to_string(percent));
  EXPECT_GT(percent, 60) << percent;
  EXPECT_LT(percent, 85) << percent;
}

}  // namespace
}  // namespace dure
