// Fading against long double, and the tree of accounts against its whole history.
#include "world/accounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/stream.h"

namespace dure {
namespace {

TEST(Fading, AsThePowerOfTwo) {
  Stream s(1, "fading", 0);
  long double worst = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto half = static_cast<std::int64_t>(1 + s.below(round % 2 == 0 ? 100 : 10'000'000'000));
    const Fading fading{Millis(half)};
    std::uint64_t before = std::uint64_t{1} << 32;
    EXPECT_EQ(fading.after(Millis(0)), before);
    std::int64_t dt = 0;
    for (int i = 0; i < 50; ++i) {
      dt += static_cast<std::int64_t>(s.below(static_cast<std::uint64_t>(half)));
      const std::uint64_t found = fading.after(Millis(dt));
      EXPECT_LE(found, before);  // it only fades
      before = found;
      const long double right =
          std::exp2(32.0L - static_cast<long double>(dt) / static_cast<long double>(half));
      worst = std::max(worst, std::abs(static_cast<long double>(found) - right));
    }
    EXPECT_EQ(fading.after(Millis(half)), std::uint64_t{1} << 31);
    EXPECT_EQ(fading.after(Millis(half * 40)), 0u);
  }
  // A straight line between two of 1024 points of a half-life is off by at most (ln 2 / 1024)^2 / 8
  // of the value: 246 of 2^32. The rest is rounding.
  EXPECT_LT(worst, 250.0L);
}

TEST(Accounts, AsTheWholeHistory) {
  Stream s(1, "accounts", 0);
  for (int round = 0; round < 300; ++round) {
    const auto half = static_cast<std::int64_t>(10 + s.below(2000));
    Accounts accounts;
    accounts.set_half_life(Millis(half), Millis(0));
    struct Span {
      std::int64_t from, to, units;
    };
    std::vector<std::optional<std::uint32_t>> parent;
    for (std::uint32_t a = 0; a < 6; ++a) {
      Account account;
      if (a > 0 && s.below(3) != 0)
        account.parent = AccountId{static_cast<std::uint32_t>(s.below(a))};
      parent.push_back(account.parent ? std::optional(account.parent->index) : std::nullopt);
      accounts.open(account);
    }
    std::vector<std::vector<Span>> spans(6);
    std::vector<std::int64_t> held(6);
    std::int64_t t = 0;
    for (int i = 0; i < 40; ++i) {
      t += static_cast<std::int64_t>(s.below(static_cast<std::uint64_t>(half)));
      const auto a = static_cast<std::uint32_t>(s.below(6));
      const std::int64_t own = held[a];
      const std::int64_t delta =
          own > 0 && s.below(2) == 0
              ? -static_cast<std::int64_t>(1 + s.below(static_cast<std::uint64_t>(own)))
              : static_cast<std::int64_t>(s.below(500));
      accounts.change(AccountId{a}, Device::gpu, delta, Millis(t));
      held[a] += delta;
      for (std::optional<std::uint32_t> up = a; up; up = parent[*up])
        spans[*up].push_back({t, -1, delta});
      for (std::uint32_t b = 0; b < 6; ++b) {
        std::int64_t sum = 0;
        // What came at `from` counts by how much of the past lies after it.
        long double mean = 0;
        for (const Span& x : spans[b]) {
          sum += x.units;
          mean += static_cast<long double>(x.units) *
                  (1.0L - std::exp2(-static_cast<long double>(t - x.from) /
                                    static_cast<long double>(half)));
        }
        ASSERT_EQ(accounts.held(AccountId{b}, Device::gpu), sum);
        // Each change rounds once, and the table is off by 6e-8 of what is held.
        ASSERT_NEAR(static_cast<double>(accounts.mean_micro(AccountId{b}, Device::gpu, Millis(t))),
                    static_cast<double>(mean * 1e6L), 2000.0);
      }
    }
  }
}

TEST(Accounts, AnotherHalfLifeChangesNothingThatWas) {
  Accounts accounts;
  accounts.set_half_life(Millis(1000), Millis(0));
  accounts.open({});
  accounts.change(AccountId{0}, Device::gpu, 8, Millis(0));
  const std::int64_t before = accounts.mean_micro(AccountId{0}, Device::gpu, Millis(1000));
  EXPECT_EQ(before, 4'000'000);
  accounts.set_half_life(Millis(10), Millis(1000));
  EXPECT_EQ(accounts.mean_micro(AccountId{0}, Device::gpu, Millis(1000)), before);
  EXPECT_EQ(accounts.mean_micro(AccountId{0}, Device::gpu, Millis(1010)), 6'000'000);
}

}  // namespace
}  // namespace dure
