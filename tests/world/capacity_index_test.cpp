// CapacityIndex against a plain array of nodes that is scanned for every question.
//
// The rule that is checked, in words. Room for a gang of `gpus` = whole nodes and a part of one
// node:
//   anywhere, whole_racks_first: that many wholly free nodes, and for the part one more, or a
//   partly used
//     node that has it free.
//   one_domain: the same within one NVLink domain, where the part takes a wholly free node; a gang
//   that is
//     larger than a domain is placed as whole_racks_first. A gang smaller than a node is in one
//     anyway.
// Where it sits:
//   1. Less than a node: the partly used node with the least free that will do, and only if there
//   is none
//      a whole one, of the rack with the fewest.
//   2. If one rack has the nodes wholly free (one more for the part): in the rack with the fewest
//   such.
//   3. Else anywhere: racks are used up, those with the fewest first, and at most one is left
//   broken.
//   4. Else whole_racks_first, one_domain: as many complete racks as the gang can fill, while there
//   are any.
#include "world/capacity_index.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <vector>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "base/stream.h"

namespace dure {
namespace {

struct Shape {
  std::uint32_t gpus_per_node, nodes_per_rack, nodes_per_domain;
};

class Model {
 public:
  explicit Model(Shape s) : s_(s) {}

  void install(std::int64_t nodes) {
    for (; nodes > 0; --nodes) nodes_.push_back({s_.gpus_per_node, true, false, false});
  }
  // GPUs that go, or come back.
  std::int64_t drain(std::uint32_t rack, std::uint64_t which) {
    std::int64_t gone = 0;
    for_nodes(rack, which, [&](Node& n) {
      if (!n.exists || n.draining) return;
      gone += s_.gpus_per_node;
      n.held = s_.gpus_per_node - n.free;
      n.free = 0;
      n.draining = n.held > 0;
      n.drained = n.held == 0;
      n.exists = n.held > 0;
    });
    return gone;
  }
  std::int64_t out_of_service() const {
    std::int64_t n = 0;
    for (const Node& x : nodes_)
      if (x.draining || x.drained) n += s_.gpus_per_node - (x.draining ? x.held : 0);
    return n;
  }
  std::int64_t resume(std::uint32_t rack, std::uint64_t which) {
    std::int64_t back = 0;
    for_nodes(rack, which, [&](Node& n) {
      if (!n.draining && !n.drained) return;
      back += s_.gpus_per_node;
      n.free = s_.gpus_per_node - n.held;
      n.exists = true;
      n.draining = n.drained = false;
      n.held = 0;
      if (owed_ > 0 && n.free == s_.gpus_per_node) {
        n = {};
        --owed_;
      }
    });
    return back;
  }
  void retire(std::int64_t nodes) {
    owed_ += nodes;
    while (owed_ > 0) {  // a free node of the rack that has the fewest
      std::optional<std::size_t> best;
      std::uint32_t fewest = s_.nodes_per_rack + 1;
      const std::vector<std::uint32_t> whole = whole_by_rack();
      for (std::size_t n = 0; n < nodes_.size(); ++n)
        if (is_whole(n) && whole[n / s_.nodes_per_rack] < fewest) {
          best = n;
          fewest = whole[n / s_.nodes_per_rack];
        }
      if (!best) return;
      close(*best);
    }
  }
  bool fits(std::int64_t gpus, Spread spread) const {
    const std::int64_t nodes = gpus / s_.gpus_per_node, part = gpus % s_.gpus_per_node;
    if (nodes > 0 && spread == Spread::one_domain &&
        gpus <= std::int64_t{s_.gpus_per_node} * s_.nodes_per_domain) {
      std::map<std::size_t, std::int64_t> whole;
      for (std::size_t n = 0; n < nodes_.size(); ++n)
        if (is_whole(n)) ++whole[n / s_.nodes_per_domain];
      return std::any_of(whole.begin(), whole.end(),
                         [&](const auto& d) { return d.second >= nodes + (part > 0); });
    }
    std::int64_t whole = 0;
    bool part_elsewhere = part == 0;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (is_whole(n))
        ++whole;
      else if (nodes_[n].free >= part)
        part_elsewhere = true;
    }
    return whole >= nodes + (part_elsewhere ? 0 : 1);
  }
  void change(const Placement& place, bool take) {
    for (const Slice& s : place)
      for (std::uint32_t slot = 0; slot < s_.nodes_per_rack; ++slot) {
        if ((s.nodes >> slot & 1) == 0) continue;
        const std::size_t n = std::size_t{s.rack} * s_.nodes_per_rack + slot;
        if (!take && nodes_[n].draining) {
          nodes_[n].held -= s.gpus_per_node;
          if (nodes_[n].held > 0) continue;
          nodes_[n] = {};
          nodes_[n].drained = true;
          continue;
        }
        nodes_[n].free = take ? nodes_[n].free - s.gpus_per_node : nodes_[n].free + s.gpus_per_node;
        if (!take && owed_ > 0 && is_whole(n)) close(n);
      }
  }

  // What the header of this file says of a placement; the model is as before it is taken.
  void check_place(const Placement& place, std::int64_t gpus, Spread spread) const {
    const std::uint32_t g = s_.gpus_per_node, r = s_.nodes_per_rack;
    const std::int64_t nodes = gpus / g, part = gpus % g;
    const std::vector<std::uint32_t> whole = whole_by_rack();
    std::map<std::uint32_t, std::uint32_t> taken;  // wholly free nodes by rack
    std::set<std::size_t> seen;
    std::int64_t sum = 0, whole_nodes = 0;
    std::optional<std::size_t> part_node;
    for (const Slice& s : place) {
      RC_ASSERT(s.nodes != 0u);
      RC_ASSERT(s.gpus_per_node >= 1u && s.gpus_per_node <= g);
      sum += s.gpus();
      for (std::uint32_t slot = 0; slot < 64; ++slot) {
        if ((s.nodes >> slot & 1) == 0) continue;
        RC_ASSERT(slot < r);
        const std::size_t n = std::size_t{s.rack} * r + slot;
        RC_ASSERT(n < nodes_.size() && nodes_[n].exists);
        RC_ASSERT(seen.insert(n).second);
        RC_ASSERT(nodes_[n].free >= s.gpus_per_node);
        if (s.gpus_per_node == g) {
          ++whole_nodes;
        } else {
          RC_ASSERT(!part_node.has_value());
          part_node = n;
        }
        if (is_whole(n)) ++taken[s.rack];
      }
    }
    RC_ASSERT(sum == gpus);
    RC_ASSERT(whole_nodes == nodes);
    RC_ASSERT(part_node.has_value() == (part > 0));

    if (nodes == 0) {  // rule 1
      std::uint32_t least = g;
      for (std::size_t n = 0; n < nodes_.size(); ++n)
        if (nodes_[n].free >= part) least = std::min(least, nodes_[n].free);
      RC_ASSERT(nodes_[*part_node].free == least);
      if (least == g) RC_ASSERT(whole[*part_node / r] == fewest(whole, 1));
      return;
    }
    const auto wanted =
        static_cast<std::uint32_t>(std::min<std::int64_t>(nodes + (part > 0), r + 1));
    const std::uint32_t tightest = fewest(whole, wanted);
    if (tightest <= r) {  // rule 2
      RC_ASSERT(taken.size() == 1u);
      RC_ASSERT(taken.begin()->second == wanted);
      RC_ASSERT(whole[taken.begin()->first] == tightest);
      return;
    }
    RC_ASSERT(spread != Spread::one_domain || gpus > std::int64_t{g} * s_.nodes_per_domain);
    // The part may come on top in any rack: leave it out of what follows.
    if (part_node && is_whole(*part_node) &&
        --taken[static_cast<std::uint32_t>(*part_node / r)] == 0)
      taken.erase(static_cast<std::uint32_t>(*part_node / r));
    std::uint32_t broken = 0, complete = 0, most_used_up = 0, fewest_left = r + 1,
                  complete_before = 0;
    for (const std::uint32_t w : whole) complete_before += w == r ? 1 : 0;
    for (std::uint32_t rack = 0; rack < whole.size(); ++rack) {
      const auto it = taken.find(rack);
      if (it == taken.end()) {
        if (whole[rack] > 0) fewest_left = std::min(fewest_left, whole[rack]);
        continue;
      }
      if (it->second < whole[rack]) {
        ++broken;
        continue;
      }
      if (it->second == r) ++complete;
      most_used_up = std::max(most_used_up, it->second);
    }
    RC_ASSERT(broken <= 1u);
    if (spread == Spread::anywhere)
      RC_ASSERT(most_used_up <= fewest_left);  // rule 3
    else
      RC_ASSERT(complete == std::min<std::int64_t>(complete_before, nodes / r));  // rule 4
  }

  std::int64_t free() const {
    std::int64_t n = 0;
    for (const Node& x : nodes_) n += x.free;
    return n;
  }
  std::int64_t installed() const {
    std::int64_t n = 0;
    for (const Node& x : nodes_)
      if (x.exists) n += x.draining ? x.held : s_.gpus_per_node;
    return n;
  }
  std::int64_t free_nodes() const {
    std::int64_t n = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) n += is_whole(i);
    return n;
  }
  std::int64_t owed() const {
    std::int64_t n = owed_ * s_.gpus_per_node;
    for (const Node& x : nodes_) n += x.draining ? x.held : 0;
    return n;
  }
  std::size_t racks() const { return whole_by_rack().size(); }

 private:
  struct Node {
    std::uint32_t free = 0;
    bool exists = false;
    bool draining = false, drained = false;
    std::uint32_t held = 0;  // while it drains
  };
  template <class F>
  void for_nodes(std::uint32_t rack, std::uint64_t which, F&& f) {
    for (std::uint32_t slot = 0; slot < s_.nodes_per_rack; ++slot)
      if (const std::size_t n = std::size_t{rack} * s_.nodes_per_rack + slot;
          (which >> slot & 1) != 0 && n < nodes_.size())
        f(nodes_[n]);
  }
  bool is_whole(std::size_t n) const {
    return nodes_[n].exists && nodes_[n].free == s_.gpus_per_node;
  }
  void close(std::size_t n) {
    nodes_[n] = {};
    --owed_;
  }
  std::vector<std::uint32_t> whole_by_rack() const {
    std::vector<std::uint32_t> whole((nodes_.size() + s_.nodes_per_rack - 1) / s_.nodes_per_rack);
    for (std::size_t n = 0; n < nodes_.size(); ++n) whole[n / s_.nodes_per_rack] += is_whole(n);
    return whole;
  }
  // The least count that is at least `least`; nodes_per_rack + 1 if there is none.
  std::uint32_t fewest(const std::vector<std::uint32_t>& whole, std::uint32_t least) const {
    std::uint32_t best = s_.nodes_per_rack + 1;
    for (const std::uint32_t w : whole)
      if (w >= least) best = std::min(best, w);
    return best;
  }

  Shape s_;
  std::vector<Node> nodes_;
  std::int64_t owed_ = 0;
};

Shape some_shape() {
  const auto gpus = *rc::gen::element(1u, 2u, 3u, 4u, 8u);
  const auto rack = *rc::gen::element(1u, 2u, 3u, 4u, 18u, 64u);
  return {gpus, rack, *rc::gen::arbitrary<bool>() ? rack : 1u};
}

constexpr Spread kSpreads[] = {Spread::anywhere, Spread::one_domain, Spread::whole_racks_first};

TEST(CapacityIndex, AsAnArrayOfNodes) {
  EXPECT_TRUE(rc::check("take, give, install, retire, drain and resume at random", [] {
    const Shape shape = some_shape();
    CapacityIndex index(shape.gpus_per_node, shape.nodes_per_rack, shape.nodes_per_domain);
    Model model(shape);
    std::vector<Placement> held;
    const std::int64_t g = shape.gpus_per_node;
    const auto size = [&] {  // small, about a node, about a rack, some racks
      return *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1, 2 * g + 2),
                             rc::gen::inRange<std::int64_t>(1, g * shape.nodes_per_rack + g + 1),
                             rc::gen::inRange<std::int64_t>(1, 4 * g * shape.nodes_per_rack + 1));
    };
    const auto steps = *rc::gen::inRange(1, 60);
    for (int step = 0; step < steps; ++step) {
      switch (*rc::gen::weightedElement<int>({{1, 0}, {1, 1}, {6, 2}, {4, 3}, {2, 4}, {2, 5}})) {
        case 0: {
          const auto nodes = *rc::gen::inRange<std::int64_t>(0, 2 * shape.nodes_per_rack + 3);
          index.install(nodes * g);
          model.install(nodes);
          break;
        }
        case 1: {  // also nodes that are busy, never more than stand and are not owed yet
          const auto nodes =
              *rc::gen::inRange<std::int64_t>(0, (index.installed() - index.owed()) / g + 1);
          index.retire(nodes * g);
          model.retire(nodes);
          break;
        }
        case 2: {
          const std::int64_t gpus = size();
          const Spread spread = kSpreads[*rc::gen::inRange(0, 3)];
          const auto place = index.find(gpus, spread);
          RC_ASSERT(place.has_value() == model.fits(gpus, spread));
          if (!place) break;
          model.check_place(*place, gpus, spread);
          index.take(*place);
          model.change(*place, true);
          held.push_back(*place);
          break;
        }
        case 4:
        case 5: {
          const auto rack =
              *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(model.racks()) + 2);
          const auto which =
              *rc::gen::arbitrary<std::uint64_t>() & *rc::gen::arbitrary<std::uint64_t>();
          if (*rc::gen::arbitrary<bool>())
            RC_ASSERT(index.drain(rack, which) == model.drain(rack, which));
          else
            RC_ASSERT(index.resume(rack, which) == model.resume(rack, which));
          break;
        }
        default: {
          if (held.empty()) break;
          const auto i = *rc::gen::inRange<std::size_t>(0, held.size());
          index.give(held[i]);
          model.change(held[i], false);
          held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      index.audit();
      RC_ASSERT(index.free() == model.free());
      RC_ASSERT(index.installed() == model.installed());
      RC_ASSERT(index.free_nodes() == model.free_nodes());
      RC_ASSERT(index.out_of_service() == model.out_of_service());
      RC_ASSERT(index.owed() == model.owed());
      for (const Spread spread : kSpreads)
        for (const std::int64_t gpus :
             {std::int64_t{1}, g, g + 1, g * shape.nodes_per_rack - 1, g * shape.nodes_per_rack,
              g * shape.nodes_per_rack + 1, index.free(), index.free() + 1}) {
          if (gpus <= 0) continue;
          RC_ASSERT(index.fits(gpus, spread) == model.fits(gpus, spread));
          const auto place = index.find(gpus, spread);
          RC_ASSERT(place.has_value() == model.fits(gpus, spread));
          if (place) model.check_place(*place, gpus, spread);
        }
    }
    for (const Placement& place : held) {
      index.give(place);
      model.change(place, false);
    }
    index.audit();
    RC_ASSERT(index.owed() == model.owed());  // a drained node pays for no retirement
    RC_ASSERT(index.free() == index.installed());
    RC_ASSERT(index.free() == model.free());
  }));
}

TEST(CapacityIndex, NothingFitsNothing) {
  CapacityIndex index(4, 18, 18);
  for (const Spread spread : kSpreads) {
    EXPECT_FALSE(index.fits(1, spread));
    EXPECT_FALSE(index.find(1, spread).has_value());
    EXPECT_FALSE(index.find(0, spread).has_value());
    EXPECT_FALSE(index.find(-4, spread).has_value());
  }
  index.retire(0);
  index.install(0);
  index.audit();
}

TEST(CapacityIndex, ADomainIsKeptWhole) {
  CapacityIndex index(4, 18, 18);  // NVL72
  index.install(3 * 72);
  index.take(*index.find(4, Spread::one_domain));  // breaks the first rack
  const Placement domain = *index.find(72, Spread::one_domain);
  EXPECT_EQ(domain, (Placement{{1, 4, (1u << 18) - 1}}));
  index.take(domain);
  // 68 fit the broken rack exactly; 70 need 17 nodes and a part, and so a whole rack.
  EXPECT_EQ((*index.find(68, Spread::one_domain))[0].rack, 0u);
  EXPECT_EQ((*index.find(70, Spread::one_domain))[0].rack, 2u);
  index.take(*index.find(4, Spread::one_domain));
  index.take(*index.find(72, Spread::one_domain));
  // 64 are free in one rack: a gang of 68 finds no domain, and elsewhere neither.
  EXPECT_FALSE(index.fits(68, Spread::one_domain));
  EXPECT_TRUE(index.fits(64, Spread::one_domain));
}

TEST(CapacityIndex, LargerThanADomainSpreadsOverDomains) {
  CapacityIndex index(4, 18, 18);
  index.install(3 * 72);
  const Placement place = *index.find(73, Spread::one_domain);
  std::int64_t gpus = 0;
  for (const Slice& s : place) gpus += s.gpus();
  EXPECT_EQ(gpus, 73);
  EXPECT_EQ(place[0].nodes, (1u << 18) - 1);
  EXPECT_FALSE(index.fits(217, Spread::one_domain));
  EXPECT_TRUE(index.fits(216, Spread::one_domain));
}

TEST(CapacityIndex, RetiredWhileBusy) {
  CapacityIndex index(8, 4, 1);
  index.install(2 * 32);
  const Placement a = *index.find(12, Spread::anywhere);  // a node and a half
  index.take(a);
  const Placement b = *index.find(4, Spread::anywhere);  // the other half
  index.take(b);
  index.retire(64);
  EXPECT_EQ(index.installed(), 16);
  EXPECT_EQ(index.owed(), 16);
  EXPECT_EQ(index.free(), 0);
  index.give(a);  // the shared node is still half used
  EXPECT_EQ(index.installed(), 8);
  EXPECT_EQ(index.free(), 4);
  EXPECT_EQ(index.owed(), 8);
  index.give(b);
  EXPECT_EQ(index.installed(), 0);
  EXPECT_EQ(index.free(), 0);
  EXPECT_EQ(index.owed(), 0);
  index.install(16);  // and then new ones
  EXPECT_EQ(index.free(), 16);
  index.audit();
}

TEST(CapacityIndex, NodesOfOneGpuAndRacksOf64) {
  CapacityIndex index(1, 64, 64);
  index.install(130);
  EXPECT_EQ(*index.find(64, Spread::one_domain), (Placement{{0, 1, ~std::uint64_t{0}}}));
  const Placement all = *index.find(130, Spread::anywhere);
  index.take(all);
  EXPECT_EQ(index.free(), 0);
  EXPECT_FALSE(index.fits(1, Spread::anywhere));
  index.audit();
  index.give(all);
  index.audit();
  EXPECT_EQ(index.free(), 130);
}

TEST(CapacityIndexDeathTest, OurOwnBugs) {
  CapacityIndex index(4, 2, 2);
  index.install(8);
  const Placement place = *index.find(4, Spread::anywhere);
  EXPECT_DEATH(index.give(place), "CHECK failed");  // it was not taken
  index.take(place);
  EXPECT_DEATH(index.take(place), "CHECK failed");  // twice
  EXPECT_DEATH(index.take({{7, 4, 1}}), "CHECK failed");
  EXPECT_DEATH(index.take({{0, 4, 4}}), "CHECK failed");  // no such node
  EXPECT_DEATH(index.install(3), "CHECK failed");
  EXPECT_DEATH(index.retire(12), "CHECK failed");  // more than stand
  index.retire(8);                                 // one goes now, the busy one later
  EXPECT_DEATH(index.retire(4), "CHECK failed");   // it is on its way already
  EXPECT_DEATH(CapacityIndex(4, 65, 1), "CHECK failed");
  EXPECT_DEATH(CapacityIndex(4, 18, 6), "CHECK failed");
  EXPECT_DEATH(CapacityIndex(0, 18, 1), "CHECK failed");
}

// The size of the nation: 75,000 nodes. Gangs of 8 to 8,192 fill it up, leave in another order, and
// the count of free nodes by rack, kept here by hand, always agrees.
class Nation : public testing::TestWithParam<Shape> {};
TEST_P(Nation, FillsUpAndEmpties) {
  const Shape shape = GetParam();
  const std::int64_t g = shape.gpus_per_node;
  CapacityIndex index(shape.gpus_per_node, shape.nodes_per_rack, shape.nodes_per_domain);
  index.install(75'000 * g);
  std::vector<std::uint32_t> free(75'000 + 64, shape.gpus_per_node);
  Stream s(1, "nation", shape.nodes_per_rack);
  std::vector<Placement> held;
  std::int64_t in_use = 0;
  const auto change = [&](const Placement& place, bool take) {
    std::int64_t gpus = 0;
    for (const Slice& slice : place)
      for (std::uint64_t left = slice.nodes; left != 0; left &= left - 1) {
        std::uint32_t& node = free[slice.rack * shape.nodes_per_rack +
                                   static_cast<std::size_t>(std::countr_zero(left))];
        ASSERT_TRUE(!take || node >= slice.gpus_per_node);
        node = take ? node - slice.gpus_per_node : node + slice.gpus_per_node;
        ASSERT_LE(node, shape.gpus_per_node);
        gpus += slice.gpus_per_node;
      }
    in_use += take ? gpus : -gpus;
    ASSERT_EQ(index.free() + in_use, 75'000 * g);
  };
  for (int round = 0; round < 3; ++round) {
    int refused = 0;
    while (refused < 200) {
      const std::int64_t gpus = std::int64_t{8} << s.below(11);
      const Spread spread = kSpreads[s.below(3)];
      const auto place = index.find(gpus, spread);
      ASSERT_EQ(place.has_value(), index.fits(gpus, spread));
      if (!place) {
        ++refused;
        continue;
      }
      std::int64_t sum = 0;
      for (const Slice& slice : *place) sum += slice.gpus();
      ASSERT_EQ(sum, gpus);
      const bool one = spread == Spread::one_domain && gpus <= g * shape.nodes_per_domain;
      ASSERT_TRUE(!one || place->size() == 1u);
      index.take(*place);
      change(*place, true);
      held.push_back(*place);
    }
    EXPECT_GT(in_use, 75'000 * g * 95 / 100);
    const std::size_t keep = round == 2 ? 0 : held.size() / 2;
    while (held.size() > keep) {
      std::swap(held[s.below(held.size())], held.back());
      index.give(held.back());
      change(held.back(), false);
      held.pop_back();
    }
  }
  index.audit();
  EXPECT_EQ(index.free_nodes(), 75'000);
}
INSTANTIATE_TEST_SUITE_P(CapacityIndex, Nation,
                         testing::Values(Shape{4, 18, 18}, Shape{8, 4, 1}, Shape{1, 64, 64},
                                         Shape{8, 1, 1}),
                         [](const auto& info) {
                           return "g" + std::to_string(info.param.gpus_per_node) + "r" +
                                  std::to_string(info.param.nodes_per_rack);
                         });

// A gang of several racks sits on one group of leaf switches wherever one has room for it.
TEST(CapacityIndex, OneLeafIfItCan) {
  std::uint64_t near = 0, far = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Stream s(seed, "leaves", 0);
    const auto gpus = static_cast<std::uint32_t>(1 + s.below(4));
    const auto nodes = static_cast<std::uint32_t>(1 + s.below(4));
    const auto per_leaf = static_cast<std::uint32_t>(1 + s.below(4));
    CapacityIndex racks(gpus, nodes, nodes, per_leaf);
    racks.install(std::int64_t{gpus} * nodes * static_cast<std::int64_t>(2 + s.below(12)));
    std::vector<Placement> held;
    for (int step = 0; step < 120; ++step) {
      if (!held.empty() && s.below(3) == 0) {
        std::swap(held[s.below(held.size())], held.back());
        racks.give(held.back());
        held.pop_back();
        continue;
      }
      const auto n = static_cast<std::int64_t>(1 + s.below(gpus * nodes * 4));
      const auto place = racks.find(n, static_cast<Spread>(s.below(3)));
      if (!place) continue;
      std::int64_t placed = 0;
      std::set<std::uint32_t> leaves;
      for (const Slice& x : *place) {
        placed += x.gpus();
        leaves.insert(x.rack / per_leaf);
      }
      ASSERT_EQ(placed, n) << seed;
      ASSERT_TRUE(racks.can_take(*place)) << seed;
      if (n > std::int64_t{gpus} * nodes) {
        // Was there a leaf with as many wholly free nodes?
        const std::int64_t wanted = (n + gpus - 1) / gpus;
        bool room = false;
        for (std::uint32_t l = 0; l < 16; ++l) {
          std::int64_t whole = 0;
          for (std::uint32_t r = l * per_leaf; r < (l + 1) * per_leaf; ++r)
            for (std::uint32_t k = 0; k < nodes; ++k)
              whole += racks.can_take({{r, gpus, std::uint64_t{1} << k}});
          room = room || whole >= wanted;
        }
        if (room) {
          ASSERT_EQ(leaves.size(), 1u) << seed;
        }
        ++(room ? near : far);
      }
      racks.take(*place);
      held.push_back(*place);
    }
    racks.audit();
  }
  EXPECT_GT(near, 1000u);
  EXPECT_GT(far, 200u);
}

}  // namespace
}  // namespace dure
