// Streams: named independence, and laws that have the moments they claim.
#include "base/stream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace dure {
namespace {

TEST(Stream, IsAFunctionOfSeedNameAndKey) {
  Stream a(7, "failures/gpu", 3), b(7, "failures/gpu", 3);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a.next(), b.next());
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    for (const char* name : {"a", "b", "aa", "ab", "ba", "failures/gpu", "failures/gpv"})
      for (std::uint64_t key = 0; key < 64; ++key) firsts.insert(Stream(seed, name, key).next());
  EXPECT_EQ(firsts.size(), 8u * 7 * 64);
  // Chance by name: without one, seed and key could be exchanged.
  EXPECT_EQ(Stream(1, "", 2).next(), Stream(2, "", 1).next());
}

// Written down once: a run of last year must come out the same today, on every compiler.
TEST(Stream, KnownValues) {
  Stream s(1, "golden", 2);
  const std::vector<std::uint64_t> found{s.next(), s.next(), s.next()};
  EXPECT_EQ(found, (std::vector<std::uint64_t>{0x805f17f47684e8f4, 0xe739aa16d4bae27a,
                                               0x3f88d546d67ffc0e}));
}

TEST(Stream, NeighboursAreUncorrelated) {
  // Same seed, neighbouring keys; neighbouring seeds; names that differ in a letter.
  const auto correlation = [](auto make_a, auto make_b) {
    constexpr int n = 20'000;
    double sum = 0;
    for (std::uint64_t i = 0; i < n; ++i)
      sum += (make_a(i).uniform() - 0.5) * (make_b(i).uniform() - 0.5);
    return sum / n * 12;
  };
  const auto at = [](std::uint64_t seed, const char* name, std::uint64_t step) {
    return [=](std::uint64_t i) { return Stream(seed, name, i + step); };
  };
  // Standard error 1/sqrt(20,000) = 0.007.
  EXPECT_NEAR(correlation(at(1, "x", 0), at(1, "x", 1)), 0, 0.03);
  EXPECT_NEAR(correlation(at(1, "x", 0), at(2, "x", 0)), 0, 0.03);
  EXPECT_NEAR(correlation(at(1, "x", 0), at(1, "y", 0)), 0, 0.03);
}

struct Moments {
  double mean = 0, variance = 0;
};
template <class Draw>
Moments moments(Draw draw) {
  constexpr int n = 200'000;
  Stream s(11, "moments", 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = draw(s);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n;
  return {mean, squares / n - mean * mean};
}

TEST(Stream, Moments) {
  const Moments u = moments([](Stream& s) { return s.uniform(); });
  EXPECT_NEAR(u.mean, 0.5, 0.003);
  EXPECT_NEAR(u.variance, 1.0 / 12, 0.001);
  const Moments e = moments([](Stream& s) { return s.exponential(); });
  EXPECT_NEAR(e.mean, 1, 0.01);
  EXPECT_NEAR(e.variance, 1, 0.03);
  const Moments g = moments([](Stream& s) { return s.normal(); });
  EXPECT_NEAR(g.mean, 0, 0.01);
  EXPECT_NEAR(g.variance, 1, 0.02);
  // Lognormal: the logarithm is normal around the logarithm of the median.
  const Moments l = moments([](Stream& s) { return std::log(s.lognormal(3, 0.5)); });
  EXPECT_NEAR(l.mean, std::log(3), 0.006);
  EXPECT_NEAR(l.variance, 0.25, 0.006);
}

TEST(Stream, BelowIsEvenAndBelow) {
  Stream s(5, "below", 0);
  std::vector<int> seen(7);
  for (int i = 0; i < 70'000; ++i) {
    const std::uint64_t x = s.below(7);
    ASSERT_LT(x, 7u);
    ++seen[static_cast<std::size_t>(x)];
  }
  for (const int n : seen) EXPECT_NEAR(n, 10'000, 400);
  EXPECT_EQ(s.below(1), 0u);
}

TEST(Stream, UniformStaysBelowOne) {
  Stream s(6, "uniform", 0);
  for (int i = 0; i < 100'000; ++i) {
    const double x = s.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
  }
}

}  // namespace
}  // namespace dure
