// The shipped models against the published power: every table is there, its rows are answered, and
// its error is what docs/models/node-power.md says.
#include "validate/power_tables.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "shared_folder.h"
#include "shipped.h"

namespace dure {
namespace {

std::string truth_csv() { return shared_folder() + "/data/truth/power.csv"; }

// MAPE that the documentation prints; a model that gets worse turns this red.
void expect_within(const ValidationTable& t, const std::map<std::string, double>& most) {
  const TableVerdict v = verdict(t);
  std::printf("%-34s %5zu rows  %zu unanswered  MAPE %6.2f %%  P90 %6.2f  bias %6.2f  %s\n",
              t.table.c_str(), v.rows, v.unanswered, v.mape_pct, v.p90_ape_pct, v.bias_pct,
              v.ok ? "ok" : "over the bar");
  if (std::getenv("DURE_GROUPS") != nullptr) {
    for (const GroupVerdict& g : verdict_by_group(t))
      std::printf("    %-30s %5zu  MAPE %6.2f %%  bias %6.2f\n", g.group.c_str(), g.verdict.rows,
                  g.verdict.mape_pct, g.verdict.bias_pct);
  }
  EXPECT_EQ(v.unanswered, 0u) << t.table;
  const auto limit = most.find(t.table);
  ASSERT_NE(limit, most.end()) << t.table;
  EXPECT_LE(v.mape_pct, limit->second) << t.table;
}

TEST(PowerTables, PublishedFiguresOfNodesAndMachines) {
  const auto tables = published_power_tables(shipped_power());
  ASSERT_TRUE(tables) << to_string(tables.fault());
  EXPECT_EQ(tables.value().size(), 4u);
  for (const ValidationTable& t : tables.value()) {
    expect_within(t, {{"machine_power", 2.5},
                      {"machine_losses", 1},
                      {"node_power_published", 4},
                      {"power_cap_by_phase", 4}});
    for (const ValidationRow& r : t.rows)
      std::printf("    %-24s %8.4f  published %8.4f\n", r.id.c_str(), r.predicted.value_or(-1),
                  r.measured);
  }
}

TEST(PowerTables, MeasuredRows) {
  ASSERT_TRUE(is_shared(truth_csv())) << truth_csv() << kSetShared;
  const auto tables = power_tables(truth_csv(), shipped_power(), part_of_power());
  ASSERT_TRUE(tables) << to_string(tables.fault());
  for (const ValidationTable& t : tables.value())
    expect_within(t, {{"power_cap_speed", 5.5},
                      {"power_cap_speed_other_gpu", 6},
                      {"power_under_cap", 7},
                      {"llm_gpu_power", 8},
                      {"llm_gpu_power_unseen_families", 10},
                      {"image_gpu_power", 8},
                      {"image_gpu_power_unseen_families", 9.2},
                      {"splitwise_gpu_power", 6.5},
                      {"node_training_power", 3.5},
                      {"node_inference_power", 11}});
}

}  // namespace
}  // namespace dure
