// What of the shipped scenarios can fail, and a year of it.
#include "physics/failure_grounds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "io/scenario_reader.h"
#include "shipped.h"
#include "source_dir.h"

namespace dure {
namespace {

Scenario hub() {
  const auto read = read_scenario(source_dir() + "/scenarios/k-ai-hub/hub.yaml", {});
  EXPECT_TRUE(read);
  return read.value();
}

TEST(FailureGrounds, EveryRackOfTheHubStandsSomewhere) {
  const Scenario s = hub();
  const auto network = shipped_models().network;
  const FailureGrounds g = failure_grounds(s, network);
  ASSERT_EQ(g.sites.size(), s.sites.size());
  std::int64_t nodes = 0, wanted = 0, nvlink = 0;
  for (const auto& row : s.installs) {
    for (const auto& h : s.hardware) {
      if (h.id == row.hardware && h.device != Device::qpu && h.device != Device::ran_cell)
        wanted += (row.gpus.count() + h.gpus_per_node.count() - 1) / h.gpus_per_node.count();
    }
  }
  for (const auto& site : g.sites) {
    for (const auto& hall : site.halls) {
      for (const auto& p : hall.pools) {
        nodes += p.nodes;
        nvlink += p.nvlink_rack ? p.nodes : 0;
        EXPECT_EQ(s.installs[p.row].hardware, p.hardware);
        if (p.nvlink_rack) {
          EXPECT_TRUE(p.liquid) << p.id;
        }
      }
    }
  }
  EXPECT_EQ(nodes, wanted);
  EXPECT_GT(nvlink, 0);
  for (const auto& l : g.links) {
    EXPECT_GE(l.km, 0);
    EXPECT_LT(l.km, 1500) << l.id;  // inside the country
  }
  const auto spec = shipped_models().failures;
  const Result<FailureModel> m = FailureModel::make(spec, g, 1);
  ASSERT_TRUE(m);
  double mean = 0;
  std::vector<FailureEvent> year;
  const std::int64_t first = midnight({2029, 1, 1}).count() / kMsPerHour;
  for (std::int64_t h = first; h < first + 8760; ++h) {
    m.value().add_hour(h, year);
    mean += m.value().mean_faults(h);
  }
  EXPECT_NEAR(static_cast<double>(year.size()) / mean, 1, 0.1);
}

TEST(FailureGrounds, ARowMoreMovesNoOtherRowsFaults) {
  Scenario s = hub();
  const auto network = shipped_models().network;
  const auto spec = shipped_models().failures;
  const auto faults = [&](const Scenario& x, std::uint32_t from_row) {
    const FailureGrounds g = failure_grounds(x, network);
    const FailureModel m = FailureModel::make(spec, g, 5).value();
    std::vector<FailureEvent> all;
    const std::int64_t first = midnight({2029, 1, 1}).count() / kMsPerHour;
    for (std::int64_t h = first; h < first + 200; ++h) m.add_hour(h, all);
    std::vector<std::tuple<std::uint32_t, Millis, std::int64_t, Millis>> out;
    for (const auto& e : all) {
      if (!e.pool) continue;
      const std::uint32_t row = g.sites[*e.site].halls[*e.hall].pools[*e.pool].row;
      if (row >= from_row) out.emplace_back(row - from_row, e.at, e.first_node, e.out_until);
    }
    return out;
  };
  const auto before = faults(s, 0);
  InstallSpec more = s.installs[0];
  more.owner = s.installs[0].owner + "_too";  // ids of their own; not checked here
  s.installs.insert(s.installs.begin(), more);
  EXPECT_GT(before.size(), 10U);
  auto after = faults(s, 1);
  EXPECT_EQ(after, before);
}

TEST(FailureGrounds, LinksAreAsLongAsTheirRoundTrip) {
  Scenario s = hub();
  NetworkSpec network;
  LinkSpec l;
  l.id = "x";
  l.jurisdiction = kHome;
  l.rtt_ms = 4.614;
  s.links = {l, l, l};
  s.links[1].rtt_ms = 0.1;
  s.links[2].jurisdiction = "jp";
  const auto links = failure_grounds(s, network).links;
  ASSERT_EQ(links.size(), 2U);
  EXPECT_NEAR(links[0].km, 430, 1e-9);
  EXPECT_EQ(links[1].km, 0);
}

}  // namespace
}  // namespace dure
