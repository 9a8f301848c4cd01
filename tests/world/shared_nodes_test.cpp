// SharedNodes against a plain list of nodes: what fits, where, and what is left, through thousands
// of random installs, drains, starts and ends.
#include "world/shared_nodes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/stream.h"

namespace dure {
namespace {

PackNode node(std::int64_t cores, std::int64_t mib, std::int32_t gpus) {
  return PackNode::empty(cores * 1000, mib, gpus, 0);
}

TEST(SharedNodes, SharesSitTogetherOnOneGpu) {
  SharedNodes n(node(32, 100, 4), 1);
  n.install(8000);
  EXPECT_EQ(n.free(), 8000);
  const Shape shape(Spread::anywhere, 2000, 10);
  for (int i = 0; i < 4; ++i) {
    const auto place = n.find(250, shape);
    ASSERT_TRUE(place);
    EXPECT_EQ((*place)[0], (Slice{0, 250, 1, 2000, 10})) << i;
    n.take(*place);
  }
  const auto next = n.find(250, shape);
  EXPECT_EQ((*next)[0], (Slice{0, 250, 2, 2000, 10}));  // the first GPU is full
  const auto whole = n.find(4000, shape);
  EXPECT_EQ((*whole)[0], (Slice{1, 1000, 15, 2000, 10}));  // four whole ones are elsewhere
}

TEST(SharedNodes, CpuAndMemoryRunOutFirst) {
  SharedNodes n(node(4, 100, 4), 1);
  n.install(4000);
  const Shape half(Spread::anywhere, 2000, 10), much(Spread::anywhere, 0, 90);
  n.take(*n.find(250, half));
  n.take(*n.find(250, half));
  EXPECT_FALSE(n.fits(250, half));  // no core is left
  EXPECT_TRUE(n.fits(250, Spread::anywhere));
  EXPECT_FALSE(n.fits(250, much));
  EXPECT_EQ(n.most(half), 0);
  EXPECT_EQ(n.most(Spread::anywhere), 3000);
}

TEST(SharedNodes, WhatNoNodeCouldEverGive) {
  SharedNodes n(node(4, 100, 4), 1);
  EXPECT_FALSE(n.request(1500, Spread::anywhere));  // neither a share nor whole
  EXPECT_FALSE(n.request(5000, Spread::anywhere));  // neither a node nor whole nodes
  EXPECT_TRUE(n.request(8000, Spread::anywhere));
  EXPECT_FALSE(n.request(100, Shape(Spread::anywhere, 4001)));
  EXPECT_FALSE(n.request(100, Shape(Spread::anywhere, 0, 101)));
  SharedNodes cores(node(64, 100, 0), 1);
  EXPECT_TRUE(cores.request(64, Spread::anywhere));
  EXPECT_FALSE(cores.request(65, Spread::anywhere));
  EXPECT_TRUE(cores.request(128, Spread::anywhere));
}

TEST(SharedNodes, CoresOfCpuNodes) {
  SharedNodes n(node(64, 256, 0), 1);
  n.install(192);
  const Shape shape(Spread::anywhere, 0, 100);
  n.take(*n.find(16, shape));
  n.take(*n.find(16, shape));
  EXPECT_EQ((*n.find(16, shape))[0].rack, 1u);  // no memory is left on the first
  EXPECT_EQ((*n.find(16, Spread::anywhere))[0].rack, 0u);
  const auto two = n.find(128, shape);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->size(), 2u);
  EXPECT_FALSE(n.fits(192, Spread::anywhere));
  EXPECT_EQ(n.most(shape), 128);
}

TEST(SharedNodes, DrainedAndRetiredNodesGoWhenTheyFallFree) {
  SharedNodes n(node(8, 100, 2), 2);
  n.install(6000);
  const auto place = n.find(500, Spread::anywhere);
  n.take(*place);
  EXPECT_EQ(n.out_of_service(), 0);
  EXPECT_EQ(n.drain(0, 3), 4000);
  EXPECT_EQ(n.out_of_service(), 3500);
  EXPECT_EQ(n.installed(), 2500);  // the held half GPU is still there
  EXPECT_EQ(n.free(), 2000);
  n.give(*place);
  EXPECT_EQ(n.installed(), 2000);
  EXPECT_EQ(n.out_of_service(), 4000);
  EXPECT_EQ(n.resume(0, 1), 2000);
  EXPECT_EQ(n.out_of_service(), 2000);
  EXPECT_EQ(n.free(), 4000);
  const auto a = n.find(2000, Spread::anywhere);
  n.take(*a);
  const auto b = n.find(2000, Spread::anywhere);
  n.take(*b);
  n.retire(2000);
  EXPECT_EQ(n.retiring(), 2000);
  n.give(*b);
  EXPECT_EQ(n.retiring(), 0);
  EXPECT_EQ(n.installed(), 2000);
  n.audit(std::vector<Slice>(a->begin(), a->end()));
}

// What a plain look at every node says.
struct Plain {
  PackNode full;
  std::int64_t units = 0;
  struct Node {
    PackNode left;
    bool open = true;
  };
  std::vector<Node> nodes;

  bool takes(const Node& n, std::int64_t each, const Shape& shape) const {
    if (!n.open || n.left.memory_mib < shape.memory_mib) return false;
    if (full.gpus == 0) return n.left.cpu_milli >= each * 1000;
    if (n.left.cpu_milli < shape.cpu_milli) return false;
    std::int64_t whole = 0, most = 0;
    for (std::int32_t g = 0; g < full.gpus; ++g) {
      whole += n.left.free_of(g) == 1000;
      most = std::max<std::int64_t>(most, n.left.free_of(g));
    }
    return each < 1000 ? most >= each : whole * 1000 >= each;
  }
  bool fits(std::int64_t n, const Shape& shape) const {
    const std::int64_t each = std::min(n, units), wanted = std::max<std::int64_t>(1, n / units);
    if (n > units && n % units != 0) return false;
    if (full.gpus > 0 && each > 1000 && each % 1000 != 0) return false;
    std::int64_t will_do = 0;
    for (const Node& node : nodes) will_do += takes(node, each, shape);
    return will_do >= wanted;
  }
  void hold(const Slice& s, std::int64_t sign) {
    PackNode& left = nodes[s.rack].left;
    left.cpu_milli -= sign * s.cpu_milli;
    left.memory_mib -= sign * s.memory_mib;
    for (std::int32_t g = 0; g < full.gpus; ++g)
      if ((s.nodes >> g & 1) != 0)
        left.free[static_cast<std::size_t>(g)] = static_cast<std::int16_t>(
            left.free_of(g) - sign * static_cast<std::int64_t>(s.gpus_per_node));
  }
  std::int64_t free() const {
    std::int64_t sum = 0;
    for (const Node& n : nodes)
      if (n.open) sum += full.gpus > 0 ? n.left.free_gpu_milli() : n.left.cpu_milli / 1000;
    return sum;
  }
};

TEST(SharedNodes, AsAPlainListOfNodes) {
  constexpr std::int64_t kUnits[] = {1,   50,   100,  125,  250,  300,  500, 750,
                                     999, 1000, 1500, 2000, 3000, 4000, 8000};
  std::uint64_t placed = 0, refused = 0, drained = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Stream s(seed, "shared nodes", 0);
    const bool cores = s.below(4) == 0;
    Plain plain;
    plain.full = node(static_cast<std::int64_t>(4 + s.below(13)), 64,
                      cores ? 0 : static_cast<std::int32_t>(1 + s.below(4)));
    plain.units = cores ? plain.full.cpu_milli / 1000 : plain.full.gpus * 1000;
    const auto per_rack = static_cast<std::uint32_t>(1 + s.below(3));
    SharedNodes nodes(plain.full, per_rack);
    std::vector<Placement> held;
    for (int step = 0; step < 200; ++step) {
      const std::uint64_t what = s.below(20);
      if (what == 0) {
        nodes.install(plain.units * 2);
        plain.nodes.resize(plain.nodes.size() + 2, {plain.full, true});
      } else if (what == 1 && !plain.nodes.empty()) {
        const auto n = static_cast<std::uint32_t>(s.below(plain.nodes.size()));
        const bool was = plain.nodes[n].open;
        EXPECT_EQ(nodes.drain(n / per_rack, std::uint64_t{1} << (n % per_rack)),
                  was ? plain.units : 0);
        plain.nodes[n].open = false;
        ++drained;
      } else if (what == 2 && !plain.nodes.empty()) {
        const auto n = static_cast<std::uint32_t>(s.below(plain.nodes.size()));
        nodes.resume(n / per_rack, std::uint64_t{1} << (n % per_rack));
        plain.nodes[n].open = true;
      } else if (what < 8 && !held.empty()) {
        std::swap(held[s.below(held.size())], held.back());
        for (const Slice& x : held.back()) plain.hold(x, -1);
        nodes.give(held.back());
        held.pop_back();
      } else {
        std::int64_t n = kUnits[s.below(15)];
        if (cores) n = static_cast<std::int64_t>(1 + s.below(20));
        const Shape shape(Spread::anywhere, static_cast<std::uint32_t>(s.below(6) * 1000),
                          static_cast<std::uint32_t>(s.below(30)));
        const bool fits = plain.fits(n, shape);
        ASSERT_EQ(nodes.fits(n, shape), fits) << seed << ' ' << step << ' ' << n;
        const auto place = nodes.find(n, shape);
        ASSERT_EQ(place.has_value(), fits);
        if (!fits) {
          ++refused;
          continue;
        }
        ASSERT_TRUE(nodes.can_take(*place));
        nodes.take(*place);
        for (const Slice& x : *place) {
          ASSERT_TRUE(plain.nodes[x.rack].open);
          plain.hold(x, 1);
          ASSERT_GE(plain.nodes[x.rack].left.cpu_milli, 0);
          ASSERT_GE(plain.nodes[x.rack].left.memory_mib, 0);
          for (std::int32_t g = 0; g < plain.full.gpus; ++g)
            ASSERT_GE(plain.nodes[x.rack].left.free_of(g), 0);
        }
        held.push_back(*place);
        ++placed;
      }
      ASSERT_EQ(nodes.free(), plain.free()) << seed << ' ' << step;
      if (step % 20 == 0) {
        std::vector<Slice> all;
        for (const Placement& p : held) all.insert(all.end(), p.begin(), p.end());
        nodes.audit(all);
      }
    }
  }
  EXPECT_GT(placed, 5000u);
  EXPECT_GT(refused, 5000u);
  EXPECT_GT(drained, 500u);
}

}  // namespace
}  // namespace dure
