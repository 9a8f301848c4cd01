// Limits below the grid: which rows hold, which level binds, and which racks stand dark for it.
#include "world/power_feed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/stream.h"
#include "world/scenario_samples.h"

namespace dure {
namespace {

constexpr PoolId kFirst{0}, kSecond{1};

Millis month(int year, int m) { return midnight({year, m, 1}); }

PowerLimitStep limit(PowerLevel level, Date from, double kw, std::string site = "ulsan",
                     std::string hall = "") {
  PowerLimitStep l;
  l.site = std::move(site);
  l.hall = std::move(hall);
  l.level = level;
  l.from = from;
  l.limit_kw = kw;
  l.source = "assumption";
  return l;
}

TEST(PowerLimits, ByDateAndWhichBinds) {
  const PowerLimitStep steps[] = {limit(PowerLevel::substation, {2028, 1, 1}, 40'000),
                                  limit(PowerLevel::substation, {2026, 1, 1}, 10'000),
                                  limit(PowerLevel::hall, {2026, 1, 1}, 9'000),
                                  limit(PowerLevel::hall, {2026, 1, 1}, 1, "sejong")};
  const auto on = [&](Date day) {
    ByLevel<std::optional<double>> out;
    const auto rows = limits_in_force(steps, "ulsan", "a", day);
    for (std::size_t i = 0; i < kPowerLevels; ++i)
      if (rows[i] != nullptr) out[i] = rows[i]->limit_kw;
    return out;
  };
  EXPECT_FALSE(binding_limit(on({2025, 12, 31}), {})) << "nothing is known";
  ByLevel<double> draw{};
  draw[at(PowerLevel::hall)] = 7'000;
  draw[at(PowerLevel::substation)] = 8'500;
  const Binding b = binding_limit(on({2027, 6, 1}), draw).value();
  EXPECT_EQ(b.level, PowerLevel::substation);
  EXPECT_DOUBLE_EQ(b.headroom_kw, 1'500);
  const Binding later = binding_limit(on({2028, 1, 1}), draw).value();
  EXPECT_EQ(later.level, PowerLevel::hall);
  EXPECT_DOUBLE_EQ(later.headroom_kw, 2'000);
  draw[at(PowerLevel::substation)] = 10'500;
  EXPECT_DOUBLE_EQ(binding_limit(on({2027, 6, 1}), draw).value().headroom_kw, -500)
      << "broken is said";
}

TEST(PowerLimits, ARowOfTheHallGoesBeforeOneOfTheSite) {
  const PowerLimitStep steps[] = {limit(PowerLevel::rack, {2026, 1, 1}, 30, "ulsan", "a"),
                                  limit(PowerLevel::rack, {2028, 1, 1}, 60),
                                  limit(PowerLevel::rack, {2028, 1, 1}, 70)};
  EXPECT_EQ(limits_in_force(steps, "ulsan", "a", {2029, 1, 1})[0]->limit_kw, 30);
  EXPECT_EQ(limits_in_force(steps, "ulsan", "b", {2029, 1, 1})[0]->limit_kw, 70) << "the later row";
  EXPECT_EQ(limits_in_force(steps, "ulsan", "b", {2027, 1, 1})[0], nullptr);
}

// By hand: a rack of 18 nodes of 7,333 W is 132 kW, at 0.9 of it 118.8 kW.
Scenario racks_of_132_kw(double rack_kw) {
  Scenario s = small_alliance();
  s.policy.power_commit_share = 0.9;
  s.hardware[1].node_max_w = Watts(7'333);
  s.sites[0].pue = 1.2;
  s.sites[0].grid = {grid(2027, 1, 1'000'000)};
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "nvl", 4 * 72),
                install({2027, 2, 1}, "sk", "ulsan", "hgx", 40)};
  s.power_limits = {limit(PowerLevel::rack, {2027, 1, 1}, rack_kw)};
  return s;
}

TEST(PowerFeed, ARackThatItsHallCannotCoolStaysDark) {
  const Scenario s = racks_of_132_kw(100);
  const Founding f = found(s);
  EXPECT_EQ(f.delivered(kFirst, month(2027, 2)), 4 * 72);
  EXPECT_EQ(f.powered(kFirst, month(2027, 2)), 0);
  EXPECT_EQ(f.powered(kSecond, month(2027, 2)), 40)
      << "nodes of 9 kW fit, and it keeps their power";
  const SiteFeed feed = feed_site(s, f, SiteId{0}, month(2027, 2));
  ASSERT_EQ(feed.dark.size(), 1u);
  EXPECT_EQ(feed.dark[0].gpus, 4 * 72);
  ASSERT_TRUE(feed.binding);
  EXPECT_EQ(feed.binding->level, PowerLevel::rack);
  EXPECT_EQ(feed.binding->limit_kw, 100);
  EXPECT_EQ(feed.binding->from, (Date{2027, 1, 1}));
  EXPECT_NEAR(feed.binding->needs_kw, 118.8, 0.01);
  const Faults said = dark_by_power_limits(s, f, month(2027, 2));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].where, "sites[ulsan].halls[a]");
  EXPECT_NE(said[0].found.find("needs 118.8 kW (132 kW x 0.9) and has 100 kW"), std::string::npos)
      << said[0].found;
  EXPECT_NE(said[0].hint.find("288 of sk"), std::string::npos) << said[0].hint;
}

TEST(PowerFeed, ALaterRowOfTheRackFeedsWhatStoodDark) {
  Scenario s = racks_of_132_kw(100);
  s.power_limits.push_back(limit(PowerLevel::rack, {2028, 1, 1}, 118.8));
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kFirst, month(2027, 12)), 0);
  EXPECT_EQ(f.powered(kFirst, month(2028, 1)), 4 * 72);
  EXPECT_TRUE(dark_by_power_limits(s, f, month(2028, 1)).empty());
}

// Nodes that are no part of a domain go one to a rack where two would be too much: more racks, and
// none is dark.
TEST(PowerFeed, SmallDomainsTakeMoreRacks) {
  Scenario s = small_alliance();  // four nodes of 10 kW to a rack
  s.installs = {install({2027, 1, 1}, "naver", "sejong", "hgx", 8 * 8)};
  s.power_limits = {limit(PowerLevel::rack, {2027, 1, 1}, 15, "sejong")};
  EXPECT_EQ(found(s).powered(kFirst, month(2027, 1)), 8 * 8);
  // Busways of three racks and 25 kW: with 15 kW a rack each rack has a node, and of three
  // nodes of 10 kW two are fed. Of eight nodes the last two stand on a busway of their own.
  PowerLimitStep busway = limit(PowerLevel::busway, {2027, 1, 1}, 25, "sejong");
  busway.racks = 3;
  s.power_limits.push_back(busway);
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kFirst, month(2027, 1)), 8 * 6);
  const SiteFeed feed = feed_site(s, f, SiteId{1}, month(2027, 1));
  ASSERT_EQ(feed.dark.size(), 1u);
  EXPECT_EQ(feed.dark[0].because.level, PowerLevel::busway);
  EXPECT_EQ(feed.dark[0].because.room_kw, 5);
  EXPECT_EQ(feed.dark[0].gpus, 16);
}

TEST(PowerFeed, HallAndSubstation) {
  Scenario s = small_alliance();
  s.sites[1].pue = 1.25;
  s.installs = {install({2027, 1, 1}, "naver", "sejong", "hgx", 8 * 20)};
  s.power_limits = {limit(PowerLevel::hall, {2027, 1, 1}, 120, "sejong", "a")};
  EXPECT_EQ(found(s).powered(kFirst, month(2027, 1)), 8 * 12);
  s.power_limits.push_back(limit(PowerLevel::substation, {2027, 1, 1}, 100, "sejong"));
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kFirst, month(2027, 1)), 8 * 8) << "100 kW with a PUE of 1.25";
  const MetLimit met = feed_site(s, f, SiteId{1}, month(2027, 1)).binding.value();
  EXPECT_EQ(met.level, PowerLevel::substation);
  EXPECT_EQ(met.limit_kw, 100);
  EXPECT_EQ(met.needs_kw, 12.5);
}

TEST(PowerFeed, WithoutRowsTheGridBinds) {
  Scenario s = small_alliance();
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 8 * 4)};
  const SiteFeed some = feed_site(s, found(s), SiteId{0}, month(2027, 1));
  EXPECT_TRUE(some.dark.empty());
  EXPECT_EQ(some.binding->level, PowerLevel::grid);
  EXPECT_EQ(some.binding->room_kw, 60);
  EXPECT_EQ(some.binding->limit_kw, 100);
  EXPECT_FALSE(feed_site(s, found(s), SiteId{1}, month(2027, 1)).binding) << "nothing stands";
}

// Random sites: no level carries more than its limit, counted again from the pools; what is dark is
// what is delivered and not powered.
TEST(PowerFeed, NoLevelCarriesMoreThanItsLimit) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Stream draw(seed, "power feed", 0);
    const auto below = [&](int n) {
      return static_cast<int>(draw.below(static_cast<std::uint64_t>(n)));
    };
    Scenario s = small_alliance();
    s.policy.power_commit_share = 0.5 + 0.1 * below(6);
    s.sites[0].pue = 1 + 0.1 * below(4);
    s.sites[0].halls.push_back(s.sites[0].halls[0]);
    s.sites[0].halls[1].id = "b";
    s.sites[0].grid = {grid(2027, 1, 50'000 + 10'000 * below(200))};
    for (int i = 0; i < 5; ++i) {
      const bool nvl = below(2) == 0;
      InstallSpec in = install({2027, 1 + below(6), 1}, below(2) == 0 ? "sk" : "naver", "ulsan",
                               nvl ? "nvl" : "hgx", (nvl ? 72 : 8) * (1 + below(12)));
      in.hall = below(2) == 0 ? "a" : "b";
      if (below(3) == 0) in.retire_month = Date{2027, 9, 1};
      s.installs.push_back(in);
    }
    for (int step = 0; step < 5; ++step) {
      if (step > 0) {
        const PowerLevel level = static_cast<PowerLevel>(below(4));
        PowerLimitStep l = limit(level, {2027, 1 + below(8), 1}, 5 + 5 * below(60));
        if (level != PowerLevel::substation && below(2) == 0) l.hall = below(2) == 0 ? "a" : "b";
        if (level == PowerLevel::busway) l.racks = 1 + below(5);
        s.power_limits.push_back(l);
      }
      const Founding f = found(s);
      for (int m = 1; m <= 10; ++m) {
        const SiteFeed feed = feed_site(s, f, SiteId{0}, month(2027, m));
        std::int64_t dark = 0, delivered = 0, powered = 0;
        double site_kw = 0, hall_kw[2] = {0, 0};
        for (const auto& [id, standing] : feed.pools) {
          const PoolPlan& pool = f.pools[id.index];
          delivered += standing.delivered;
          powered += standing.powered;
          ASSERT_EQ(standing.powered, f.powered(id, month(2027, m)));
          ASSERT_EQ(standing.delivered, f.delivered(id, month(2027, m)));
          const double kw = static_cast<double>(standing.powered / pool.opened.gpus_per_node *
                                                pool.node_max_w.count()) /
                            1000 * s.policy.power_commit_share;
          hall_kw[pool.hall] += kw;
          site_kw += kw * s.sites[0].pue;
          const auto rows = limits_in_force(s.power_limits, "ulsan", s.sites[0].halls[pool.hall].id,
                                            {2027, m, 1});
          if (rows[0] != nullptr && standing.powered > 0) {
            ASSERT_LE(static_cast<double>(pool.node_max_w.count() * pool.opened.nodes_per_domain) /
                          1000 * s.policy.power_commit_share,
                      rows[0]->limit_kw + 0.001);
          }
        }
        for (std::uint32_t h = 0; h < 2; ++h) {
          const auto rows =
              limits_in_force(s.power_limits, "ulsan", s.sites[0].halls[h].id, {2027, m, 1});
          if (rows[at(PowerLevel::hall)] != nullptr) {
            ASSERT_LE(hall_kw[h], rows[at(PowerLevel::hall)]->limit_kw + 0.01) << seed;
          }
          if (rows[at(PowerLevel::substation)] != nullptr) {
            ASSERT_LE(site_kw, rows[at(PowerLevel::substation)]->limit_kw + 0.01) << seed;
          }
        }
        ASSERT_LE(site_kw, static_cast<double>(s.sites[0].grid[0].grid_mw.count()) / 1000 + 0.01);
        for (const DarkNodes& d : feed.dark) dark += d.gpus;
        ASSERT_EQ(dark, delivered - powered) << seed;
      }
    }
  }
}

}  // namespace
}  // namespace dure
