// Quantities: units do not mix, sums do not wrap.
#include "base/quantity.h"

#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

namespace dure {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

template <class A, class B>
concept Adds = requires(A a, B b) {
  a + b;
};
static_assert(Adds<Watts, Watts> && !Adds<Watts, Millis> && !Adds<Watts, std::int64_t>);
static_assert(!std::is_convertible_v<std::int64_t, Watts> &&
              !std::is_constructible_v<Watts, double>);

TEST(Quantity, AddsSubtractsCompares) {
  EXPECT_EQ((Watts(5) + Watts(7)).count(), 12);
  EXPECT_EQ((Watts(5) - Watts(7)).count(), -2);
  EXPECT_LT(Watts(5), Watts(7));
  EXPECT_EQ((Watts(kMost - 1) + Watts(1)).count(), kMost);
  EXPECT_EQ((Watts(kLeast + 1) - Watts(1)).count(), kLeast);
  EXPECT_EQ(seconds(-3), Millis(-3000));
  EXPECT_EQ(gpu_time(Gpus(300'000), Millis(30LL * 366 * 86'400'000)).count(),
            284'601'600'000'000'000);
}

TEST(QuantityDeathTest, NothingWraps) {
  EXPECT_DEATH(Watts(kMost) + Watts(1), "CHECK failed");
  EXPECT_DEATH(Watts(kLeast) + Watts(-1), "CHECK failed");
  EXPECT_DEATH(Watts(kLeast) - Watts(1), "CHECK failed");
  EXPECT_DEATH(Watts(0) - Watts(kLeast), "CHECK failed");
  EXPECT_DEATH(seconds(kMost / 999), "CHECK failed");
  EXPECT_DEATH(gpu_time(Gpus(300'000), Millis(kMost / 1000)), "CHECK failed");
}

TEST(Quantity, EnergyOfAGigawattForAYear) {
  constexpr Millis year(365LL * 86'400'000);
  EXPECT_EQ(energy_floor(Watts(1'000'000'000), year).count(), 31'536'000'000'000'000);
  EXPECT_EQ(energy_floor(Watts(999), Millis(1)).count(), 0);
  EXPECT_EQ(energy_floor(Watts(1001), Millis(1)).count(), 1);
}

}  // namespace
}  // namespace dure
