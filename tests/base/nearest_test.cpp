#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace dure {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
  EXPECT_EQ(edit_distance("ulsan", "ulsan"), 0U);
}

TEST(Nearest, FindsWhatWasMeant) {
  constexpr std::array<std::string_view, 3> known{"backfill", "order", "seed"};
  EXPECT_EQ(nearest("bakcfill", known), "backfill");
  EXPECT_EQ(nearest("ordr", known), "order");
  EXPECT_EQ(nearest("weather", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), known), "");
}

TEST(Nearest, HintsByNameOrList) {
  constexpr std::array<std::string_view, 2> known{"sk", "naver"};
  EXPECT_EQ(name_hint("navr", known), "did you mean naver?");
  EXPECT_EQ(name_hint("openai", known), "known: sk, naver");
  EXPECT_EQ(name_hint("openai", {}), "");
}

}  // namespace
}  // namespace dure
