// Power of nodes, pools and machines: by hand, as exact sums, with balanced books.
#include "physics/node_power.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/stream.h"
#include "physics/gpu_work.h"
#include "shipped.h"

namespace dure {
namespace {

TEST(NodePower, PartsByHand) {
  NodePowerSpec n;
  n.gpus = 8;
  n.cpus = 2;
  n.cpu_idle_w = 100;
  n.cpu_max_w = 300;
  n.nics = 4;
  n.nic_w = 25;
  n.nvmes = 2;
  n.nvme_w = 10;
  n.switches = 4;
  n.switch_w = 50;
  n.memory_w = 80;
  n.base_w = 400;
  n.fan_idle_w = 100;
  n.fan_max_w = 500;
  GpuPowerSpec g;
  g.idle_w = 100;
  g.limit_w = 700;
  // 400 + 80 + 100 + 20 + 200 = 800 of parts that do not follow the load.
  EXPECT_DOUBLE_EQ(node_w(n, g, 100, 0), 800 + 200 + 800 + 100);
  EXPECT_DOUBLE_EQ(node_w(n, g, 700, 1), 800 + 600 + 5600 + 500);
  EXPECT_DOUBLE_EQ(node_w(n, g, 400, 0.5), 800 + 400 + 3200 + 100 + 400 * 0.125);
}

TEST(NodePower, TheShippedNodeIsTheMeteredOne) {  // an 8 x H100 node at the plug, issue 6
  const PowerSpec& spec = shipped_power();
  const NodeModel m = find_node(spec, "h100_hgx").value();
  const double idle = node_plug_w(spec, m.node, node_w(m.node, m.gpu, m.gpu.idle_w, 0)).value();
  const double train = node_plug_w(spec, m.node, training_node_w(spec, m, 1).value()).value();
  EXPECT_NEAR(idle, 2300, 0.08 * 2300);
  EXPECT_NEAR(train, 6850, 0.08 * 6850);
  const double many = training_node_w(spec, m, 64).value();
  EXPECT_LT(many, training_node_w(spec, m, 8).value()) << "GPUs that wait draw less";
  EXPECT_GT(many, node_w(m.node, m.gpu, m.gpu.idle_w, 0));
}

TEST(NodePower, EveryShippedNodeIsWithinItsDataSheet) {
  const PowerSpec& spec = shipped_power();
  const std::pair<const char*, double> most[] = {
      {"a100_hgx", 6500},    {"h100_hgx", 10200},   {"b200_hgx", 14300},        {"b300_hgx", 15000},
      {"gb200_nvl72", 7333}, {"gb300_nvl72", 7889}, {"vera_rubin_nvl72", 12778}};
  for (const auto& [id, limit] : most) {
    const PoolPower p = pool_power(spec, id).value();
    EXPECT_LE(p.span.max_w.count(), limit) << id;
    EXPECT_GE(p.span.max_w.count(), 0.6 * limit) << id;
    EXPECT_LT(p.span.idle_w, p.span.max_w) << id;
  }
}

TEST(NodePower, APoolIsTheSameWholeSumInAnyOrder) {
  const PowerSpec& spec = shipped_power();
  const PoolPower pool = pool_power(spec, "h100_hgx").value();
  ASSERT_EQ(pool.added_w.size(), spec.phases.size());
  EXPECT_EQ(pool.added_w[0], Watts(0)) << "the first phase is idle";
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Stream s(seed, "test/pool", 0);
    std::vector<std::int64_t> jobs_phase, counts(spec.phases.size());
    Watts one_by_one = idle_power(pool.span, 80'000);
    for (int i = 0; i < 1000; ++i) {
      const std::size_t phase = s.below(spec.phases.size());
      ++counts[phase];
      one_by_one += pool.added_w[phase];
    }
    EXPECT_EQ(pool_w(pool, 80'000, counts), one_by_one);  // invariant 1
  }
  // A full node in one phase is the node's own power, to half a watt a GPU.
  const NodeModel m = find_node(spec, "h100_hgx").value();
  for (std::size_t i = 0; i < spec.phases.size(); ++i) {
    std::vector<std::int64_t> counts(spec.phases.size());
    counts[i] = 8;
    const PhaseSpec& p = spec.phases[i];
    const double node =
        node_plug_w(spec, m.node, node_w(m.node, m.gpu, gpu_phase_w(m.gpu, p), p.cpu)).value();
    EXPECT_NEAR(static_cast<double>(pool_w(pool, 8, counts).count()), node, 5) << p.id;
  }
}

TEST(MachinePower, FrontierByHand) {
  const MachineModel m = find_machine(shipped_power(), "frontier").value();
  const MachineFlow idle = machine_power(m, {}).value();
  // A node: 90 + 4 x 88 + 74.26 + 4 x 20 + 30 = 626.26 W; (626.26 + 13) / 0.98 = 652.306 W;
  // four and a switch: (4 x 652.306 + 250 + 17) / 0.96 = 2,996.07 W; 2,368 of them and 25 CDUs.
  EXPECT_NEAR(idle.nodes_w, 9472 * 626.26, 1);
  EXPECT_NEAR(idle.input_w, 2368 * 2996.067 + 25 * 8473.47, 100);
  const NodeGroup all{9472, 1, 1};
  EXPECT_NEAR(machine_power(m, {&all, 1}).value().input_w, 28.2e6, 0.05e6) << "the twin's peak";
}

TEST(MachinePower, BooksBalanceAndTheLineIsTheSame) {
  const MachineModel m = find_machine(shipped_power(), "frontier").value();
  const MachineLine line = machine_line(m);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream s(seed, "test/machine", 0);
    std::vector<NodeGroup> groups;
    double gpu = 0, cpu = 0;
    for (std::int64_t left = m.machine.nodes; left > 0 && groups.size() < 20;) {
      const NodeGroup g{static_cast<std::int64_t>(s.below(static_cast<std::uint64_t>(left))) + 1,
                        s.uniform(), s.uniform()};
      left -= g.nodes;
      gpu += static_cast<double>(g.nodes) * g.gpu;
      cpu += static_cast<double>(g.nodes) * g.cpu;
      groups.push_back(g);
    }
    const MachineFlow f = machine_power(m, groups).value();
    const double books = f.nodes_w + f.switches_w + f.cdus_w + f.loss_w();  // invariant 2
    EXPECT_NEAR(f.input_w, books, 1e-6 * books);
    EXPECT_GT(f.node_loss_w, 0);
    EXPECT_GT(f.rack_loss_w, 0);
    EXPECT_NEAR(line.input_w(gpu, cpu), f.input_w, 1e-6 * f.input_w);
  }
}

TEST(MachinePower, BadInputIsRefused) {
  const MachineModel m = find_machine(shipped_power(), "frontier").value();
  const NodeGroup many[] = {{9000, 0.5, 0.5}, {473, 0.5, 0.5}};
  EXPECT_EQ(machine_power(m, many).fault().where, "groups[1].nodes");
  const NodeGroup hot{1, 1.01, 0};
  EXPECT_FALSE(machine_power(m, {&hot, 1}));
  EXPECT_FALSE(find_machine(shipped_power(), "summit"));
  EXPECT_FALSE(find_node(shipped_power(), "nothing"));
}

TEST(PowerCheck, TheShippedRowsHoldAndBrokenOnesAreNamed) {
  EXPECT_TRUE(check_power(shipped_power()).empty());
  EXPECT_TRUE(check_power(part_of_power()).empty());
  PowerSpec spec = shipped_power();
  spec.gpus[1].id = spec.gpus[0].id;
  spec.nodes[2].supply = "nothing";
  spec.machines[0].node = "nothing";
  spec.gpus[2].idle_w = 401;
  std::string where;
  for (const Fault& f : check_power(spec)) where += f.where + ' ';
  EXPECT_NE(where.find("gpus[1].id"), std::string::npos) << where;
  EXPECT_NE(where.find("nodes[2].supply"), std::string::npos) << where;
  EXPECT_NE(where.find("machines[0].node"), std::string::npos) << where;
  EXPECT_NE(where.find("gpus[2].idle_w"), std::string::npos) << where;
}

TEST(PowerFile, AWrongRowIsRefusedWithItsPlace) {
  const Outcome<PowerSpec> file = read_power(
      "sources: []\n"
      "power:\n"
      "  stages:\n"
      "    - {id: ups, name: UPS, unit_output_w: 1000, constant_loss_w: 10, efficiency: 1.2, "
      "source: assumption}\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.faults().size(), 1u);
  EXPECT_NE(to_string(file.faults()[0]).find("efficiency"), std::string::npos);
}

}  // namespace
}  // namespace dure
