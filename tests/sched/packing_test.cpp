// Placement scores: hand-worked cases from the definitions, and the slow answer beside the fast
// one.
#include "sched/packing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

namespace dure {
namespace {

PackRequest share(std::int64_t cpu_milli, std::int32_t gpu_milli) {
  return {cpu_milli, 0, 1, gpu_milli, kAnyGpuModel};
}
PackRequest whole(std::int64_t cpu_milli, std::int32_t gpus) {
  return {cpu_milli, 0, gpus, kWholeGpu, kAnyGpuModel};
}
PackRequest cpu_only(std::int64_t cpu_milli) { return {cpu_milli, 0, 0, 0, kAnyGpuModel}; }
PackNode node(std::int64_t cpu_milli, std::int32_t gpus) {
  return PackNode::empty(cpu_milli, 1'000'000, gpus, 1);
}
std::int64_t score_of(Packing policy, const PackNode& on, const PackRequest& request,
                      const std::vector<PackRequest>& seen = {}) {
  const auto fit = PackingScore(policy, seen, {on}).fit(on, request);
  return fit ? fit->score : -1'000'000;
}

TEST(PackNode, FitsAsksForCpuMemoryModelAndGpus) {
  PackNode n = PackNode::empty(8'000, 1'000, 2, 2);
  EXPECT_TRUE(fits(n, whole(8'000, 2)));
  EXPECT_FALSE(fits(n, whole(8'001, 2)));
  EXPECT_FALSE(fits(n, whole(8'000, 3)));
  EXPECT_FALSE(fits(n, {1'000, 1'001, 0, 0, kAnyGpuModel}));
  EXPECT_TRUE(fits(n, {1'000, 0, 1, kWholeGpu, 2 | 4}));
  EXPECT_FALSE(fits(n, {1'000, 0, 1, kWholeGpu, 4}));
  EXPECT_TRUE(fits(n, {1'000, 0, 0, 0, 4})) << "without GPUs no model is asked for";
  take(n, share(1'000, 300), gpu_slot(0));
  EXPECT_FALSE(fits(n, whole(1'000, 2)));
  EXPECT_TRUE(fits(n, share(1'000, 700)));
  EXPECT_EQ(tightest_slots(n, share(1'000, 700)), gpu_slot(0));
  EXPECT_EQ(tightest_slots(n, share(1'000, 701)), gpu_slot(1));
  EXPECT_EQ(tightest_slots(n, whole(1'000, 1)), gpu_slot(1));
}

TEST(TypicalMix, KeepsTheCommonestUntilThePercentIsReached) {
  std::vector<PackRequest> seen(6, share(1'000, 500));
  seen.insert(seen.end(), 3, whole(2'000, 1));
  seen.push_back(cpu_only(3'000));
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i].memory_mib = static_cast<std::int64_t>(i);
  const TypicalMix mix = typical_mix(seen, 90);  // memory does not tell requests apart
  ASSERT_EQ(mix.requests.size(), 2U);
  EXPECT_EQ(mix.requests[0].count, 6);
  EXPECT_EQ(mix.requests[1].request, whole(2'000, 1));
  EXPECT_EQ(mix.total, 9);
  EXPECT_EQ(typical_mix(seen, 91).requests.size(), 3U);
  EXPECT_TRUE(typical_mix({}, 95).requests.empty());
}

TEST(Packing, FgdPrefersTheGpuThatLeavesLessFragmented) {
  const std::vector<PackRequest> seen = {share(1'000, 500), whole(1'000, 1)};
  PackNode n = node(10'000, 2);
  take(n, share(1'000, 500), gpu_slot(1));
  const TypicalMix mix = typical_mix(seen, 95);
  EXPECT_EQ(fragments(n, mix), 500);  // the share can use all, the whole one not the half: F = 0.25
  const auto fit = PackingScore(Packing::fgd, seen, {}).fit(n, share(1'000, 500));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->slots, gpu_slot(1));  // on GPU 0 F would rise to 0.5
  EXPECT_EQ(fit->score, 56);           // int(100 sigmoid(0.25))
  // Whole GPUs: {500, 500} left of {1000, 500} is not possible; {0, 500} is: F = (0 + 500) / 2.
  EXPECT_EQ(score_of(Packing::fgd, n, whole(1'000, 1), seen), 50);
  // No CPU left: all that is free is lost to both, F from 0.25 to (500 + 500) / 2 / 1000.
  EXPECT_EQ(score_of(Packing::fgd, n, whole(9'000, 1), seen), 43);
}

TEST(Packing, OfGpusThatAreEquallyGoodTheFirstIsTaken) {
  // F falls by the same step whether 0.1 is taken of 0.4 or of 0.3: nothing of the mix fits either.
  const std::vector<PackRequest> seen = {whole(1'000, 1)};
  PackNode n = node(10'000, 3);
  n.free = {400, 300, 350};
  const auto fit = PackingScore(Packing::fgd, seen, {}).fit(n, share(1'000, 100));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->slots, gpu_slot(0));
}

TEST(Packing, FgdCountsAllThatIsFreeAsLostToRequestsWithoutGpus) {
  EXPECT_EQ(fragments(node(10'000, 4), typical_mix({cpu_only(1'000)}, 95)), 4'000);
}

TEST(Packing, BestFitWeighsWhatIsLeft) {
  EXPECT_EQ(score_of(Packing::bestfit, node(64'000, 4), whole(32'000, 2)), 75);
  EXPECT_EQ(score_of(Packing::bestfit, node(32'000, 2), whole(32'000, 2)), 100);
}

TEST(Packing, DotProductPrefersLittleRoomAlongTheRequest) {
  EXPECT_EQ(score_of(Packing::dotprod, node(64'000, 4), whole(32'000, 2)), 87);  // 1 - 0.25 / 2
  EXPECT_EQ(score_of(Packing::dotprod, node(128'000, 8), whole(128'000, 8)), 0);
}

TEST(Packing, ClusteringKeepsKindsTogether) {
  PackNode n = node(64'000, 8);
  EXPECT_EQ(score_of(Packing::clustering, n, share(1'000, 500)), 25);  // nobody there, nothing full
  EXPECT_EQ(score_of(Packing::clustering, node(64'000, 2), share(1'000, 500)), 25 + 18);
  take(n, share(1'000, 500), gpu_slot(0));
  EXPECT_EQ(score_of(Packing::clustering, n, share(1'000, 300)), 75 + 1);
  EXPECT_EQ(score_of(Packing::clustering, n, whole(1'000, 1)), 1);
  take(n, whole(1'000, 1), gpu_slot(1));
  EXPECT_EQ(score_of(Packing::clustering, n, whole(1'000, 1)), 50 + 4);
  EXPECT_EQ(score_of(Packing::clustering, n, whole(1'000, 2)), 4);
  EXPECT_EQ(score_of(Packing::clustering, n, cpu_only(1'000)), 0);
}

TEST(Packing, PackingTakesSharedThenUsedThenFree) {
  EXPECT_EQ(score_of(Packing::packing, node(64'000, 8), share(1'000, 500)), 33 - 8);
  EXPECT_EQ(score_of(Packing::packing, node(64'000, 2), share(1'000, 500)), 33 - 2);
  PackNode n = node(64'000, 4);
  take(n, share(1'000, 500), gpu_slot(2));
  EXPECT_EQ(score_of(Packing::packing, n, share(1'000, 300)), 100 - 5);
  EXPECT_EQ(score_of(Packing::packing, n, share(1'000, 600)), 50 - 1);
  EXPECT_EQ(score_of(Packing::packing, n, whole(1'000, 3)), 50 - 3);
  EXPECT_EQ(score_of(Packing::packing, n, cpu_only(1'000)), 0);
}

TEST(Packing, RandomIsFairAmongNodesAndGpusThatFit) {
  const PackingScore score(Packing::random, {}, {});
  PackedCluster cluster({node(500, 2), node(64'000, 2), node(64'000, 1), node(64'000, 0)}, score);
  Stream chance(1, "test", 0);
  int first = 0, slot0 = 0;
  for (int i = 0; i < 4'000; ++i) {
    const auto place = cluster.choose(share(1'000, 400), chance);
    ASSERT_TRUE(place);
    ASSERT_TRUE(place->node == 1 || place->node == 2);
    first += place->node == 1;
    slot0 += place->node == 1 && place->slots == gpu_slot(0);
  }
  EXPECT_NEAR(first, 2'000, 150);
  EXPECT_NEAR(slot0, 1'000, 120);
}

TEST(Packing, NamesAreRead) {
  for (std::size_t i = 0; i < kPackingNames.size(); ++i)
    EXPECT_EQ(parse_packing(kPackingNames[i]), static_cast<Packing>(i));
  EXPECT_FALSE(parse_packing("FGD"));
}

// Small worlds by chance.
PackRequest any_request(Stream& chance) {
  PackRequest r;
  r.cpu_milli = static_cast<std::int64_t>(chance.below(9)) * 1'000;
  r.memory_mib = static_cast<std::int64_t>(chance.below(5)) * 100;
  const auto kind = chance.below(10);
  if (kind == 0) return r;
  r.gpus = kind < 7 ? 1 : static_cast<std::int32_t>(1 + chance.below(4));
  r.gpu_milli = kind < 6 ? static_cast<std::int32_t>(1 + chance.below(20)) * 50 : kWholeGpu;
  if (chance.below(4) == 0) r.models = 1 + chance.below(3);
  return r;
}
PackNode any_node(Stream& chance) {
  return PackNode::empty(static_cast<std::int64_t>(4 + chance.below(30)) * 1'000, 2'000,
                         static_cast<std::int32_t>(chance.below(5)), 1 + chance.below(2));
}
std::vector<PackRequest> any_requests(Stream& chance, std::size_t most) {
  std::vector<PackRequest> out(1 + chance.below(most));
  for (PackRequest& r : out) r = any_request(chance);
  return out;
}

// F by its definition (paper, equations 1 and 2): what task m cannot use of each GPU.
double slow_fragments(const PackNode& n, const TypicalMix& mix) {
  double f = 0;
  for (const TypicalRequest& t : mix.requests) {
    const PackRequest& m = t.request;
    std::vector<std::int64_t> free(n.free.begin(), n.free.begin() + n.gpus);
    const auto with_room =
        std::count_if(free.begin(), free.end(), [&](auto g) { return g >= m.gpu_milli; });
    const bool runs = m.gpus > 0 && m.cpu_milli <= n.cpu_milli && with_room >= m.gpus &&
                      (m.models == kAnyGpuModel || (m.models & n.model) != 0);
    for (const auto g : free)
      if (!runs || g < m.gpu_milli)
        f += static_cast<double>(g) * static_cast<double>(t.count) / static_cast<double>(mix.total);
  }
  return f;
}

TEST(Packing, FragmentsAreThoseOfTheDefinition) {
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Stream chance(seed, "fragments", 0);
    PackNode n = any_node(chance);
    for (const PackRequest& r : any_requests(chance, 6))
      if (fits(n, r)) take(n, r, tightest_slots(n, r));
    const TypicalMix mix = typical_mix(any_requests(chance, 12), 95);
    ASSERT_NEAR(static_cast<double>(fragments(n, mix)) / static_cast<double>(mix.total),
                slow_fragments(n, mix), 1e-6)
        << seed;
  }
}

// The cluster's kept scores beside a full look at every node; no node beyond its bounds; and all
// given back is as it was.
TEST(Packing, KeptScoresAreTheScores) {
  for (std::uint64_t seed = 0; seed < 140; ++seed) {
    Stream chance(seed, "cluster", 0);
    const auto policy = static_cast<Packing>(seed % kPackingNames.size());
    std::vector<PackNode> nodes(1 + chance.below(8));
    for (PackNode& n : nodes) n = any_node(chance);
    const std::vector<PackRequest> pool = any_requests(chance, 8);
    const PackingScore score(policy, pool, nodes);
    PackedCluster cluster(nodes, score);
    std::vector<std::pair<PackRequest, PackedCluster::Place>> held;
    for (int step = 0; step < 60; ++step) {
      if (!held.empty() && chance.below(4) == 0) {
        const auto k = static_cast<std::ptrdiff_t>(chance.below(held.size()));
        cluster.remove(held[static_cast<std::size_t>(k)].first,
                       held[static_cast<std::size_t>(k)].second);
        held.erase(held.begin() + k);
        continue;
      }
      const PackRequest& r = pool[chance.below(pool.size())];
      const auto place = cluster.choose(r, chance);
      std::optional<PackFit> best;
      std::size_t at = 0;
      for (std::size_t n = 0; n < nodes.size(); ++n)
        if (const auto fit = score.fit(cluster.nodes()[n], r);
            fit && (!best || fit->score > best->score)) {
          best = fit;
          at = n;
        }
      ASSERT_EQ(place.has_value(), best.has_value()) << seed;
      if (!place) continue;
      if (policy != Packing::random) {
        ASSERT_EQ(place->node, at) << seed;
        ASSERT_EQ(place->slots, best->slots) << seed;
      }
      cluster.place(r, *place);
      held.emplace_back(r, *place);
      for (std::size_t n = 0; n < nodes.size(); ++n) {
        const PackNode& now = cluster.nodes()[n];
        ASSERT_TRUE(now.cpu_milli >= 0 && now.cpu_milli <= nodes[n].cpu_milli);
        ASSERT_TRUE(now.memory_mib >= 0 && now.memory_mib <= nodes[n].memory_mib);
        for (std::size_t g = 0; g < now.free.size(); ++g)
          ASSERT_TRUE(now.free[g] >= 0 && now.free[g] <= nodes[n].free[g]);
      }
    }
    for (const auto& [r, place] : held) cluster.remove(r, place);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      ASSERT_EQ(cluster.nodes()[n].free, nodes[n].free) << seed;
      ASSERT_EQ(cluster.nodes()[n].cpu_milli, nodes[n].cpu_milli) << seed;
      ASSERT_EQ(cluster.nodes()[n].kinds, nodes[n].kinds) << seed;
    }
  }
}

// The most that a free share can earn, item by item, each net of its rent.
std::int64_t slow_fill(const std::vector<std::pair<int, std::int64_t>>& items, int steps) {
  std::int64_t best = 0;
  for (const auto& [size, net] : items)
    if (size <= steps) best = std::max(best, net + slow_fill(items, steps - size));
  return best;
}

TEST(PackingPrices, WithCpuToSpareTheWorthIsTheBestFillOfEachGpu) {
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    Stream chance(seed, "prices", 0);
    std::vector<PackRequest> seen;
    for (std::size_t i = 0; i < 4; ++i)
      seen.insert(seen.end(), 1 + chance.below(20),
                  share(1'000, static_cast<std::int32_t>(15 + chance.below(80)) * 10));
    const PackNode empty = node(1'000'000, 4);
    const PackingPrices prices(typical_mix(seen, 100), {empty, empty});
    std::vector<std::pair<int, std::int64_t>> items;
    for (const PackRequest& r : std::set<PackRequest>(seen.begin(), seen.end())) {
      const std::int64_t rent = prices.rent_milli(r);
      ASSERT_TRUE(rent >= 0 && rent <= r.gpu_milli) << seed;  // invariant 3
      items.emplace_back(r.gpu_milli / 10, (r.gpu_milli - rent) * 1'000);
    }
    PackNode n = empty;
    std::int64_t expected = 0;
    for (int g = 0; g < 4; ++g) {
      const int used = static_cast<int>(chance.below(101)) * 10;
      n.free[static_cast<std::size_t>(g)] = static_cast<std::int16_t>(kWholeGpu - used);
      expected += slow_fill(items, (kWholeGpu - used) / 10);
    }
    ASSERT_EQ(prices.worth(n), expected) << seed;
  }
}

TEST(PackingPrices, WorthRisesWithRoomAndIsNoughtWhereNothingFits) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Stream chance(seed, "worth", 0);
    std::vector<PackNode> nodes(1 + chance.below(4));
    for (PackNode& n : nodes) n = any_node(chance);
    const std::vector<PackRequest> seen = any_requests(chance, 10);
    const PackingPrices prices(typical_mix(seen, 100), nodes);
    ASSERT_TRUE(prices.bound() >= 0 && prices.bound() <= 1) << seed;
    for (int i = 0; i < 100; ++i) {
      PackNode n = nodes[chance.below(nodes.size())];
      n.cpu_milli =
          static_cast<std::int64_t>(chance.below(static_cast<std::uint64_t>(n.cpu_milli)));
      for (std::int32_t g = 0; g < n.gpus; ++g)
        n.free[static_cast<std::size_t>(g)] = static_cast<std::int16_t>(chance.below(1'001));
      const std::int64_t worth = prices.worth(n);
      ASSERT_GE(worth, 0);
      PackNode more = n;
      more.cpu_milli += static_cast<std::int64_t>(chance.below(3'000));
      ASSERT_GE(prices.worth(more), worth) << seed;  // invariant 2
      for (std::int32_t g = 0; g < n.gpus; ++g) {
        auto& free = more.free[static_cast<std::size_t>(g)];
        free = static_cast<std::int16_t>(
            std::min<int>(kWholeGpu, free + static_cast<int>(chance.below(400))));
      }
      ASSERT_GE(prices.worth(more), worth) << seed;  // invariant 2
      n.cpu_milli = 0;
      const bool some_need_none = std::any_of(seen.begin(), seen.end(), [](const PackRequest& r) {
        return r.gpus > 0 && r.cpu_milli == 0;
      });
      if (some_need_none) continue;
      ASSERT_EQ(prices.worth(n), 0) << seed;  // invariant 1
    }
  }
}

TEST(PackingPrices, BoundOfAClusterThatCanBeWorkedOut) {
  // 0.6 of each GPU, whatever is asked for.
  EXPECT_NEAR(PackingPrices(typical_mix({share(1'000, 600)}, 100), {node(64'000, 4)}).bound(), 0.6,
              0.01);
  // 0.6 and 0.4 pair up.
  EXPECT_NEAR(
      PackingPrices(typical_mix({share(1'000, 600), share(1'000, 400)}, 100), {node(64'000, 4)})
          .bound(),
      1.0, 0.01);
  // Half of the CPU that four GPUs would need.
  EXPECT_NEAR(PackingPrices(typical_mix({whole(8'000, 1)}, 100), {node(16'000, 4)}).bound(), 0.5,
              0.03);  // CPU prices are a quarter apart
  EXPECT_EQ(PackingPrices(typical_mix({cpu_only(1'000)}, 100), {node(16'000, 4)}).bound(), 0);
}

TEST(PackingPrices, WhatFillsACommonGapHasARentWhereItIsRare) {
  // Four GPUs; for nine shares of 0.8 comes one of 0.2. A GPU takes one 0.8; the gap is worth
  // nothing, as few 0.2 come: (4 x 0.8 + 4 / 7.4 x 0.2) / 4 of the GPUs.
  std::vector<PackRequest> seen(9, share(1'000, 800));
  seen.push_back(share(1'000, 200));
  const PackNode empty = node(1'000'000, 4);
  const PackingPrices prices(typical_mix(seen, 100), {empty});
  EXPECT_NEAR(prices.bound(), (3.2 + 4 / 7.4 * 0.2) / 4, 0.01);
  EXPECT_LE(prices.rent_milli(share(1'000, 800)), 20);
  EXPECT_GE(prices.rent_milli(share(1'000, 200)), 150);
  PackNode gap = empty;
  gap.free = {200};
  EXPECT_LE(prices.worth(gap), 50'000);
}

TEST(PackingPrices, LittleCpuGoesToWhatNeedsLittle) {
  // Half of the requests need 2 cores, half 14; one node has 2 cores a GPU, one 14. Either request
  // fits either node; what needs 14 cores must go where they are.
  std::vector<PackRequest> seen = {whole(2'000, 1), whole(14'000, 1)};
  const std::vector<PackNode> nodes = {node(16'000, 8), node(112'000, 8)};
  const PackingScore score(Packing::dure, seen, nodes);
  PackedCluster cluster(nodes, score);
  Stream chance(1, "test", 0);
  for (int i = 0; i < 8; ++i)
    for (const PackRequest& r : {seen[1], seen[0]}) {
      const auto place = cluster.choose(r, chance);
      ASSERT_TRUE(place) << i;
      cluster.place(r, *place);
    }
  for (const PackNode& n : cluster.nodes()) EXPECT_EQ(n.free_gpu_milli(), 0);
}

}  // namespace
}  // namespace dure
