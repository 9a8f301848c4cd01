#include "serving/advisor.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

ServiceFile small() {
  ServiceFile s;
  s.id = "small";
  s.model = {70, 35, 100'000, 0, 32'768};
  s.replica.gpus = 2;
  s.replica.reached_tflops = 500;
  s.replica.without_memory_usd = 30'000;
  s.replica.gpu_w = 1000;
  s.load.requests_per_s = 120;
  s.load.prompt_tokens = 4000;
  s.load.output_tokens = 300;
  s.load.ttft_ms = 3000;
  s.load.tpot_ms = 60;
  MemoryTierSpec hbm, dram, nvme;
  hbm.id = "hbm";
  hbm.step_gb = 24;
  hbm.most_gb = 144;
  hbm.tier_gb_per_s = 4800;
  hbm.bandwidth_by_size = true;
  hbm.holds_running = true;
  hbm.price_usd = 13;
  hbm.pj_per_bit = 4;
  dram.id = "dram";
  dram.step_gb = 64;
  dram.most_gb = 256;
  dram.tier_gb_per_s = 100;
  dram.latency_us = 1;
  dram.price_usd = 10;
  nvme.id = "nvme";
  nvme.step_gb = 1000;
  nvme.most_gb = 4000;
  nvme.tier_gb_per_s = 6;
  nvme.latency_us = 100;
  nvme.price_usd = 0.2;
  nvme.pj_per_bit = 150;
  s.memory_tiers = {hbm, dram, nvme};
  s.prefix_hits = {{10, 0.05}, {60, 0.2}, {300, 0.4}, {1200, 0.5}};
  return s;
}

// Every size on offer with every number of replicas, up to where it is dearer than the best.
MemoryPlan by_trying_all(const ServiceFile& s) {
  MemoryPlan best;
  for (double hbm = 24; hbm <= 144; hbm += 24)
    for (double dram = 0; dram <= 256; dram += 64)
      for (double nvme = 0; nvme <= 4000; nvme += 1000)
        for (std::int64_t n = 1; n < 400; ++n) {
          const MemoryPlan p = weigh_memory(s, {hbm, dram, nvme}, n);
          if (best.found && p.usd_per_h >= best.usd_per_h) break;
          if (!p.found) continue;
          best = p;
          break;
        }
  return best;
}

TEST(Advisor, IsTheBestOfAll) {
  for (const double tpot : {60.0, 25.0}) {
    ServiceFile s = small();
    s.load.tpot_ms = tpot;
    ASSERT_TRUE(check_service(s).empty());
    const Advice a = advise_memory(s);
    const MemoryPlan all = by_trying_all(s);
    ASSERT_TRUE(a.best.found && all.found);
    EXPECT_DOUBLE_EQ(a.best.usd_per_h, all.usd_per_h);
    EXPECT_EQ(a.best.replicas, all.replicas);
    for (std::size_t i = 0; i < all.tiers.size(); ++i)
      EXPECT_EQ(a.best.tiers[i].gb_per_gpu, all.tiers[i].gb_per_gpu);
    EXPECT_EQ(a.choices, 6 * 5 * 5);
    EXPECT_LT(a.weighed, a.choices);
  }
}

// What the plan says is what the request-level engine finds, and the parts add up.
TEST(Advisor, ThePlanServes) {
  const ServiceFile s = small();
  const Advice a = advise_memory(s);
  ASSERT_TRUE(a.best.found);
  const MemoryPlan& p = a.best;
  EXPECT_NEAR(p.usd_per_h, p.gpu_usd_per_h + p.memory_usd_per_h + p.power_usd_per_h, 1e-9);
  double hits = 0;
  for (const TierPlan& t : p.tiers) {
    EXPECT_LE(t.fetched_share, t.hit_share + 1e-12);
    hits += t.hit_share;
  }
  EXPECT_NEAR(hits, p.hit_share, 1e-12);
  EXPECT_LE(p.tpot_ms, s.load.tpot_ms);
  EXPECT_LE(p.load, s.load.most_load);
  // One fewer does not do.
  if (p.replicas > 1) {
    std::vector<double> gb;
    for (const TierPlan& t : p.tiers) gb.push_back(t.gb_per_gpu);
    EXPECT_FALSE(weigh_memory(s, gb, p.replicas - 1).found);
  }
}

TEST(Advisor, AShortageCostsMoreAndThenServesFewer) {
  const ServiceFile s = small();
  const MemoryPlan best = advise_memory(s).best;
  ASSERT_TRUE(best.found);
  const double shares[] = {1.0, 0.8, 0.5, 0.2, 0.01};
  double cost = 0, served = 1;
  for (const Shortage& x : memory_shortage(s, best, shares)) {
    const Advice& a = x.advice;
    if (a.best.found) {
      EXPECT_GE(a.best.usd_per_h, cost - 1e-9);
      EXPECT_LE(a.best.tiers[0].total_tb, x.supply_tb + 1e-9);
      cost = a.best.usd_per_h;
    } else {
      EXPECT_LT(a.servable_share, served);
      EXPECT_EQ(a.short_of, "hbm");
      served = a.servable_share;
    }
  }
  EXPECT_DOUBLE_EQ(memory_shortage(s, best, std::span(shares, 1))[0].advice.best.usd_per_h,
                   best.usd_per_h);
  EXPECT_LT(served, 0.5);  // of a hundredth of the HBM no half of the requests
}

// A tier from which fetching is slower than computing is not bought.
TEST(Advisor, ATierTooSlowIsNotBought) {
  ServiceFile s = small();
  s.memory_tiers = {s.memory_tiers[0], s.memory_tiers[2]};
  s.memory_tiers[1].tier_gb_per_s =
      0.1;  // 2 x 0.1 GB/s: a token of 100 kB takes 0.5 ms, computed 0.07
  const MemoryPlan p = advise_memory(s).best;
  ASSERT_TRUE(p.found);
  EXPECT_EQ(p.tiers[1].gb_per_gpu, 0);
}

TEST(Advisor, RefusesWithTheArithmetic) {
  const auto first = [](const ServiceFile& s) {
    const Faults f = check_service(s);
    return f.empty() ? std::string("none") : to_string(f.front());
  };
  ServiceFile s = small();
  EXPECT_EQ(first(s), "none");
  s.model.weights_gb = 500;
  EXPECT_EQ(first(s),
            "model.weights_gb: expected a model that fits: weights 500 GB + reserve 2 x 4 GB + the "
            "longest request 32768 tokens x 100000 bytes = 3.277 GB, together at most 2 GPUs x 144 "
            "GB = 288 GB, found 511.3 GB (replica.gpus=4 would hold it)");
  const auto begins = [&](const std::string& text) {
    EXPECT_EQ(first(s).substr(0, text.size()), text);
  };
  s = small();
  s.load.tpot_ms = 5;
  begins(
      "load.tpot_ms: expected at least what one sequence alone takes, 11.19 ms: weights 70 GB / (2 "
      "GPUs x 3840 GB/s) = 9.115 ms + fixed 2 ms");
  s = small();
  s.load.ttft_ms = 50;
  begins(
      "load.ttft_ms: expected at least what the mean prompt alone takes, 144.7 ms: 4000 tokens, 50 "
      "% of them found at best");
  s = small();
  s.memory_tiers[0].holds_running = false;
  EXPECT_EQ(first(s).substr(0, 29), "memory_tiers[0].holds_running");
  s = small();
  s.prefix_hits[2].hit_share = 0.1;
  EXPECT_EQ(first(s).substr(0, 14), "prefix_hits[2]");
  s = small();
  s.model.longest_tokens = 1000;
  EXPECT_EQ(first(s).substr(0, 20), "model.longest_tokens");
}

}  // namespace
}  // namespace dure
