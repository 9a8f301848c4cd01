// BitTree against std::set, while it grows through its levels.
#include "base/bit_tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace dure {
namespace {

void same(const BitTree& tree, const std::set<std::uint32_t>& model) {
  RC_ASSERT(tree.empty() == model.empty());
  if (!model.empty()) RC_ASSERT(tree.first() == *model.begin());
  std::vector<std::uint32_t> walked;
  tree.for_each([&](std::uint32_t i) { walked.push_back(i); });
  RC_ASSERT(walked == std::vector<std::uint32_t>(model.begin(), model.end()));
}

TEST(BitTree, AsASet) {
  EXPECT_TRUE(rc::check("insert, erase, first, for_each and contains as std::set has them", [] {
    // Sizes on both sides of 64, 64^2 and 64^3: where a level is added.
    const auto sizes = *rc::gen::container<std::vector<std::uint32_t>>(
        rc::gen::element(1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 262144u, 262145u));
    BitTree tree;
    std::set<std::uint32_t> model;
    std::uint32_t n = 0;
    for (const std::uint32_t size : sizes) {
      n = std::max(n, size);
      tree.resize(n);
      const auto steps =
          *rc::gen::container<std::vector<std::pair<bool, std::uint32_t>>>(rc::gen::pair(
              rc::gen::arbitrary<bool>(),
              rc::gen::oneOf(rc::gen::inRange(0u, n), rc::gen::inRange(0u, std::min(n, 8u)),
                             rc::gen::inRange(n - std::min(n, 8u), n))));
      for (const auto& [in, i] : steps) {
        if (in) {
          tree.insert(i);
          model.insert(i);
        } else {
          tree.erase(i);
          model.erase(i);
        }
        RC_ASSERT(tree.contains(i) == in);
      }
      same(tree, model);
    }
  }));
}

TEST(BitTree, TakenFromTheFrontItComesInOrder) {
  BitTree tree;
  tree.resize(300'000);
  std::set<std::uint32_t> model;
  for (std::uint32_t i = 0; i < 300'000; i += 1 + i % 977) {
    tree.insert(i);
    model.insert(i);
  }
  for (; !tree.empty(); tree.erase(tree.first())) {
    ASSERT_EQ(tree.first(), *model.begin());
    model.erase(model.begin());
  }
  EXPECT_TRUE(model.empty());
}

TEST(BitTree, Nothing) {
  BitTree tree;
  EXPECT_TRUE(tree.empty());
  EXPECT_FALSE(tree.contains(0));
  tree.for_each([](std::uint32_t) { FAIL(); });
  tree.resize(0);
  EXPECT_TRUE(tree.empty());
  EXPECT_FALSE(tree.contains(1000));
  EXPECT_DEATH(tree.first(), "CHECK failed");
}

}  // namespace
}  // namespace dure
