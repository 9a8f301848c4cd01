// The node of scenarios/frontier.yaml is the node of models/frontier.yaml.
#include <gtest/gtest.h>

#include <cmath>

#include "io/scenario_reader.h"
#include "physics/node_power.h"
#include "source_dir.h"
#include "world/by_id.h"

namespace dure {
namespace {

TEST(FrontierScenario, NodeIsThatOfTheModel) {
  const Outcome<Scenario> read =
      read_scenario(source_dir() + "/scenarios/frontier.yaml", {}, nullptr);
  ASSERT_TRUE(read && read.value().power);
  const Scenario& s = read.value();
  const auto found = find_machine(*s.power, "frontier");
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
  // Its CDUs' pumps are those of the cooling kind.
  const auto row = find_id(s.cooling_kinds, "frontier_cdus");
  ASSERT_TRUE(row);
  const CoolingKindSpec& kind = s.cooling_kinds[*row];
  const double design_w = static_cast<double>(m.machine.nodes * node.node_max_w.count());
  EXPECT_NEAR(kind.liquid->pump_share * design_w,
              m.machine.cdu_w * static_cast<double>(m.machine.cdus),
              0.001 * design_w * kind.liquid->pump_share);
}

}  // namespace
}  // namespace dure
