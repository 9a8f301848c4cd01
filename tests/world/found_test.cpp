// Founding: which racks have power when, and which pools a lane may use in which order.
#include "world/found.h"

#include <gtest/gtest.h>

#include <cmath>

#include "world/scenario_samples.h"
#include "world/world.h"

namespace dure {
namespace {

constexpr PoolId kFirst{0}, kSecond{1};

Millis month(int year, int m) { return midnight({year, m, 1}); }

TEST(Power, GridSteps) {
  SiteSpec s = site("ulsan", "sk", "skt", {grid(2027, 1, 100), grid(2028, 7, 300)});
  EXPECT_EQ(grid_limit(s, month(2026, 12)), Watts(0));
  EXPECT_EQ(grid_limit(s, month(2027, 1)), Watts(100));
  EXPECT_EQ(grid_limit(s, month(2028, 7) - Millis(1)), Watts(100));
  EXPECT_EQ(grid_limit(s, month(2028, 7)), Watts(300));
}

TEST(Power, InOrderOfDelivery) {
  Scenario s = small_alliance();  // ulsan: 100 kW, 10 nodes of 8 GPUs
  s.installs = {
      install({2027, 3, 1}, "naver", "ulsan", "hgx", 64),  // later in time, first in the file
      install({2027, 1, 1}, "sk", "ulsan", "hgx", 48)};
  const Founding f = found(s);
  ASSERT_EQ(f.pools.size(), 2u);
  EXPECT_EQ(f.pools[0].opened.owner, MemberId{1});  // pools in order of the file
  EXPECT_EQ(f.powered(kSecond, month(2027, 1)), 48);
  EXPECT_EQ(f.delivered(kFirst, month(2027, 2)), 0);
  // 8 more nodes arrive, 4 find power.
  EXPECT_EQ(f.delivered(kFirst, month(2027, 3)), 64);
  EXPECT_EQ(f.powered(kFirst, month(2027, 3)), 32);
  EXPECT_EQ(f.powered(kSecond, month(2027, 3)), 48);  // who came first keeps it
}

TEST(Power, AGridStepFeedsWhatStandsDark) {
  Scenario s = small_alliance();
  s.sites[0].grid = {grid(2027, 1, 25'000), grid(2027, 6, 1'000'000)};
  s.installs = {install({2026, 1, 1}, "sk", "ulsan", "hgx", 64)};  // before there is any grid
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kFirst, month(2026, 12)), 0);
  EXPECT_EQ(f.delivered(kFirst, month(2026, 12)), 64);
  EXPECT_EQ(f.powered(kFirst, month(2027, 1)), 16);  // 2.5 nodes: whole ones only
  EXPECT_EQ(f.powered(kFirst, month(2027, 6)), 64);
}

TEST(Power, RetirementMakesRoom) {
  Scenario s = small_alliance();
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 64),
                install({2027, 2, 1}, "naver", "ulsan", "hgx", 64)};
  s.installs[0].retire_month = Date{2028, 1, 1};
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kSecond, month(2027, 2)), 16);
  EXPECT_EQ(f.powered(kFirst, month(2028, 1) - Millis(1)), 64);
  EXPECT_EQ(f.powered(kFirst, month(2028, 1)), 0);
  EXPECT_EQ(f.delivered(kFirst, month(2028, 1)), 0);
  EXPECT_EQ(f.powered(kSecond, month(2028, 1)), 64);
}

TEST(Power, APoolGrowsByRows) {
  Scenario s = small_alliance();
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 16),
                install({2027, 2, 1}, "sk", "ulsan", "hgx", 24)};
  s.installs[0].retire_month = Date{2027, 3, 1};
  const Founding f = found(s);
  ASSERT_EQ(f.pools.size(), 1u);
  EXPECT_EQ(f.powered(kFirst, month(2027, 1)), 16);
  EXPECT_EQ(f.powered(kFirst, month(2027, 2)), 40);
  EXPECT_EQ(f.powered(kFirst, month(2027, 3)), 24);
  ASSERT_EQ(f.steps.size(), 3u);
  EXPECT_EQ(f.steps[2].powered_gpus, -16);
  EXPECT_EQ(f.steps[2].delivered_gpus, -16);
}

TEST(Power, WhatExactlyFitsIsFed) {
  // Whatever the PUE and the share, a limit of exactly n nodes feeds n nodes: no node is lost to
  // rounding.
  for (const double pue : {1.0, 1.1, 1.2, 1.25, 1.3, 1.4})
    for (const double share : {0.6, 0.7, 0.8, 0.9, 1.0})
      for (int nodes = 1; nodes <= 40; ++nodes) {
        Scenario s = small_alliance();
        s.sites[0].pue = pue;
        s.policy.power_commit_share = share;
        s.sites[0].grid = {grid(2027, 1, std::llround(10'000 * nodes * pue * share))};
        s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 8 * 100)};
        ASSERT_EQ(found(s).powered(kFirst, month(2027, 1)), 8 * nodes) << pue << ' ' << share;
      }
}

TEST(Power, SitesDoNotShareAGrid) {
  Scenario s = small_alliance();
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 800),
                install({2027, 1, 1}, "sk", "sejong", "hgx", 800)};
  const Founding f = found(s);
  EXPECT_EQ(f.powered(kFirst, month(2027, 1)), 80);
  EXPECT_EQ(f.powered(kSecond, month(2027, 1)), 800);
}

TEST(Power, HalfANodeIsNoNode) {
  Scenario s = small_alliance();
  s.installs = {install({2027, 1, 1}, "sk", "ulsan", "hgx", 20)};
  EXPECT_EQ(found(s).powered(kFirst, month(2027, 1)), 16);
}

// Two members, two kinds of hardware, a pool of each for each member.
Scenario four_pools() {
  Scenario s = small_alliance();
  s.sites[0].grid = {grid(2027, 1, 100'000'000)};
  s.sites[1].grid = s.sites[0].grid;
  for (const char* what : {"hgx", "nvl"})
    for (const char* who : {"sk", "naver"})
      s.installs.push_back(
          install({2027, 1, 1}, who, std::string(who) == "sk" ? "ulsan" : "sejong", what, 144));
  return s;  // pools: 0 sk hgx, 1 naver hgx, 2 sk nvl, 3 naver nvl
}

TEST(Lanes, OwnRacksFirstThenLentOnesByTasteInHardware) {
  Scenario s = four_pools();
  s.lending = {lends("sk", 0.5)};
  s.workloads = {work("train", {"naver", "sk"}, {"nvl", "hgx"}, {4, 8, 72})};
  s.workloads[0].priority = 70;
  s.workloads[0].topology = Topology::nvlink_domain;
  const Founding f = found(s);
  ASSERT_EQ(f.lanes.size(), 6u);  // a lane for each demand row and size
  for (std::uint32_t l = 0; l < 6; ++l) {
    EXPECT_EQ(f.lanes[l].opened.lane, LaneId{l});
    EXPECT_EQ(f.lanes[l].opened.gpus, Gpus(std::vector<int>{4, 8, 72}[l % 3]));
    EXPECT_EQ(f.lanes[l].opened.priority, 70);
    EXPECT_EQ(f.lanes[l].opened.spread, Spread::one_domain);
    EXPECT_EQ(f.lanes[l].demand, l / 3);
  }
  EXPECT_EQ(f.lanes[0].opened.pools,
            (std::vector<PoolId>{PoolId{3}, PoolId{1}, PoolId{2}, PoolId{0}}));
  EXPECT_EQ(f.lanes[3].opened.pools,
            (std::vector<PoolId>{PoolId{2}, PoolId{0}}));  // naver does not lend
  EXPECT_EQ(f.pools[0].opened.lend_permille, 500u);
  EXPECT_EQ(f.pools[1].opened.lend_permille, 0u);
}

TEST(Lanes, WhyThereIsNoPool) {
  Scenario s = four_pools();
  s.members.push_back(member("lg"));
  s.sites.push_back(site("busan", "sk", "skt", {}));  // without racks
  s.workloads = {work("borrow", {"lg"}, {"hgx"}, {8}), work("unlawful", {"lg"}, {"hgx"}, {8})};
  s.workloads[1].only_sites = {"busan"};
  const Founding f = found(s);
  EXPECT_TRUE(f.lanes[0].opened.pools.empty());
  EXPECT_EQ(f.lanes[0].refused, Reason::lender_limit);
  EXPECT_TRUE(f.lanes[1].opened.pools.empty());
  EXPECT_EQ(f.lanes[1].refused, Reason::no_legal_site);
}

TEST(Lanes, TheLawTakesPoolsAway) {
  Scenario s = four_pools();
  s.lending = {lends("sk", 1), lends("naver", 1)};
  s.data_classes.push_back({});
  s.data_classes[1].id = "secret";
  s.data_classes[1].certifications = {"csap"};
  s.operators[1].certifications = {"csap"};
  s.workloads = {work("secret", {"sk"}, {"hgx", "nvl"}, {8})};
  s.workloads[0].data_class = "secret";
  const Founding f = found(s);
  EXPECT_EQ(f.lanes[0].opened.pools, (std::vector<PoolId>{PoolId{1}, PoolId{3}}));
}

TEST(Lanes, AServiceHasOneLaneADemandRow) {
  Scenario s = four_pools();
  s.workloads = {work("chat", {"sk", "naver"}, {"hgx"}, {1})};
  s.workloads[0].size.reset();
  s.workloads[0].kind = WorkKind::service;
  s.workloads[0].gpus_per_replica = 2;
  s.workloads[0].topology = Topology::hall;
  const Founding f = found(s);
  ASSERT_EQ(f.lanes.size(), 2u);
  EXPECT_EQ(f.lanes[1].opened.gpus, Gpus(2));
  EXPECT_EQ(f.lanes[1].opened.spread, Spread::whole_racks_first);
}

// Sites are joined by their own link, or over a place that both are linked to: the lesser of the
// two bandwidths, both round trips. A way is left out if another carries as much in less time.
TEST(Founding, SitesAreJoinedByTheirLinks) {
  Scenario s = small_alliance();
  const auto link = [&](const char* from, const char* to, double gbit, double rtt) {
    LinkSpec l;
    l.from_site = from;
    l.to = to;
    l.gbit_per_s = gbit;
    l.rtt_ms = rtt;
    s.links.push_back(l);
  };
  link("ulsan", "seoul", 1600, 4);
  link("sejong", "seoul", 800, 1.5);
  link("ulsan", "busan", 400, 1);
  link("sejong", "busan", 400, 1);
  const Founding f = found(s);
  ASSERT_EQ(f.links.size(), 2U);
  EXPECT_EQ(f.links[0].mbit_per_s, 800'000U);
  EXPECT_EQ(f.links[0].rtt_us, 5500U);
  EXPECT_EQ(f.links[1].mbit_per_s, 400'000U);  // less, but nearer
  EXPECT_EQ(f.links[1].rtt_us, 2000U);
}

TEST(Founding, ItsEventsMakeAWorld) {
  Scenario s = four_pools();
  s.installs.push_back(install({2028, 1, 1}, "sk", "ulsan", "hgx", 16));
  s.lending = {lends("sk", 0.5)};
  s.workloads = {work("train", {"naver", "sk"}, {"nvl", "hgx"}, {4, 8, 72})};
  const Founding f = found(s);
  World world;
  for (const Event& e : f.events(month(2027, 5))) world.apply(e);
  audit(world);
  EXPECT_EQ(world.now(), month(2027, 5));
  EXPECT_EQ(world.members(), (std::vector<std::string>{"sk", "naver"}));
  EXPECT_EQ(world.sites(), (std::vector<std::string>{"ulsan", "sejong"}));
  EXPECT_EQ(world.lanes(), 6u);
  ASSERT_EQ(world.pools(), 4u);
  for (std::uint32_t p = 0; p < 4; ++p) EXPECT_EQ(world.pool(PoolId{p}).free, 144);
  EXPECT_EQ(world.pool(PoolId{2}).info.name, "ulsan/a/sk/nvl");
  // And the steps lead from there to any later day.
  for (const CapacityStep& step : f.steps)
    if (step.at > world.now())
      world.apply({step.at, CapacityAdded{step.pool, Gpus(step.powered_gpus)}});
  EXPECT_EQ(world.pool(PoolId{0}).free, 160);
}

// Racks without power can be neither kept nor maintained, and what is away is kept for nobody:
// maintenance first, then reservations in the order of their rows, each cut to what is left.
TEST(Founding, WhatIsKeptIsCutToWhatIsThere) {
  Scenario s = four_pools();
  const PoolOpened first = found(s).pools[0].opened;
  const std::string owner = s.members[first.owner.index].id, site = s.sites[first.site.index].id,
                    hardware = s.hardware[first.hardware.index].id;
  s.maintenance = {{owner, site, hardware, Gpus(80), {2027, 6, 2}, {2027, 6, 4}, "book", ""}};
  const auto keep = [&](const char* id, std::int64_t gpus, int day) {
    ReservationSpec r;
    r.id = id;
    r.member = r.owner = owner;
    r.site = site;
    r.hardware = hardware;
    r.gpus = Gpus(gpus);
    r.first = {2027, 6, day};
    r.hours = 24;
    return r;
  };
  s.reservations = {keep("a", 100, 1), keep("b", 100, 2), keep("c", 100, 3), keep("d", 100, 3)};
  const Founding f = found(s);
  ASSERT_EQ(f.maintenance.size(), 1u);
  EXPECT_EQ(f.maintenance[0].gpus, 80);
  ASSERT_EQ(f.reservations.size(), 3u);
  EXPECT_EQ(f.reservations[0].gpus, 100);
  EXPECT_EQ(f.reservations[1].gpus, 144 - 80);
  EXPECT_EQ(f.reservations[2].gpus, 144 - 80);  // nothing is left for the fourth
}

}  // namespace
}  // namespace dure
