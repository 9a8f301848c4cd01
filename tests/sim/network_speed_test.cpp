// A lane's speeds from the network, beside what one reckons by hand.
#include "sim/network_speed.h"

#include <gtest/gtest.h>

#include "sim/network_scenario.h"

namespace dure {
namespace {

// All-reduce of 8 GB in a step of 1 s, 32 GPUs, NVLink domains of 8.
Scenario exchanging(double overlap_share) {
  Scenario s = tiny::with_sites(2, 16);
  s.links = {tiny::link("l", "s0", "s1", 800, 0)};
  s.workloads = {tiny::gang("gang", 32, 12, 2)};
  TrafficSpec t = tiny::traffic("gang");
  t.exchange = ExchangeSpec{Collective::all_reduce, 1, 8, overlap_share};
  s.traffic = {t};
  return s;
}

// One site: 2 x 7/8 x 8/100 in the domains, 2 x 3/4 x 1/10 among 4 of them: 0.29 s.
// Two sites: 0.14, 2 x 1/2 x 1/10 among 2 domains, 2 x 1/2 x 0.5/(100/16) between the sites: 0.32.
TEST(NetworkSpeed, OfAGangThatIsSplit) {
  const Founding plain = found_with_speeds(exchanging(0));
  EXPECT_EQ(plain.lanes[0].opened.sites_permille, 977U);  // 1.29 / 1.32
  EXPECT_EQ(plain.lanes[0].opened.fabric_permille, 0U);   // no leaf switches
  // 0.3 s of it hide behind computing: at one site all.
  EXPECT_EQ(found_with_speeds(exchanging(0.3)).lanes[0].opened.sites_permille, 980U);  // 1 / 1.02
  EXPECT_EQ(found_with_speeds(exchanging(1)).lanes[0].opened.sites_permille, 1000U);
  EXPECT_DOUBLE_EQ(
      step_s_at_one_site(exchanging(0), *exchanging(0).traffic[0].exchange, HardwareId{0}, 32),
      1.29);
}

TEST(NetworkSpeed, TheSlowestPairByItsBestWay) {
  Scenario s = exchanging(0);
  s.links.push_back(tiny::link("thin", "s0", "s1", 100, 0));  // nobody takes it
  EXPECT_EQ(found_with_speeds(s).lanes[0].opened.sites_permille, 977U);
  Scenario three = tiny::with_sites(3, 16);
  three.links = {tiny::link("l", "s0", "s1", 800, 0), tiny::link("m", "s1", "s2", 100, 0)};
  three.workloads = s.workloads;
  three.traffic = s.traffic;
  // Over 100 Gbit/s the sites take 8 x 0.08 s: 1.29 / 1.88.
  EXPECT_EQ(found_with_speeds(three).lanes[0].opened.sites_permille, 686U);
  three.workloads[0].sites_gbit_per_s = 400;  // so thin a way joins none of its gangs
  EXPECT_EQ(found_with_speeds(three).lanes[0].opened.sites_permille, 977U);
}

// Two groups of 16 GPUs, 4 to 1: 0.14, 0.1 within a group, 2 x 1/2 x 0.5/2.5 between them: 0.44 s.
TEST(NetworkSpeed, OfAGangOnSeveralLeaves) {
  Scenario s = exchanging(0);
  for (SiteSpec& site : s.sites) {
    site.halls[0].leaf_racks = 1;  // of 32 GPUs: one would do, and it may still sit on two
    site.halls[0].oversubscription = 4;
  }
  const Founding f = found_with_speeds(s);
  EXPECT_EQ(f.lanes[0].opened.fabric_permille, 39U);  // (1.44 / 1.29 - 1) / 3
  s.traffic[0].exchange->overlap_share = 1;
  EXPECT_EQ(found_with_speeds(s).lanes[0].opened.fabric_permille, 0U);
}

TEST(NetworkSpeed, WhoExchangesNothingIsFoundAsBefore) {
  Scenario s = exchanging(0);
  s.traffic.clear();
  EXPECT_EQ(found_with_speeds(s).lanes[0].opened.sites_permille, 900U);
  EXPECT_EQ(found_with_speeds(s).lanes[0].opened.sites_mbit_per_s, 0U);
  s.workloads[0].sites_speed = 0.8;
  EXPECT_EQ(found_with_speeds(s).lanes[0].opened.sites_permille, 800U);
}

}  // namespace
}  // namespace dure
