// Timeline against what is free at each single instant, kept in an array.
#include "world/timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace dure {
namespace {

constexpr std::int64_t kEnd = 40;  // from here on nothing changes any more
constexpr Millis kForever(Timeline::kForever);

struct Model {
  std::vector<std::int64_t> free = std::vector<std::int64_t>(kEnd + 1);  // the last: for ever
  std::int64_t now = 0;

  std::int64_t at(std::int64_t t) const {
    return free[static_cast<std::size_t>(std::min(t, kEnd))];
  }
  void change(std::int64_t from, std::int64_t to, std::int64_t delta) {
    for (std::int64_t t = from; t <= kEnd; ++t)
      if (t < to) free[static_cast<std::size_t>(t)] += delta;
  }
  bool room(std::int64_t from, std::int64_t to, std::int64_t need) const {
    for (std::int64_t t = from; t < std::min(to, kEnd + 1); ++t)
      if (at(t) < need) return false;
    return at(from) >= need;
  }
  std::int64_t earliest(std::int64_t from, std::int64_t duration, std::int64_t need) const {
    for (std::int64_t s = from; s <= kEnd; ++s)
      if (room(s, s + duration, need)) return s;
    return Timeline::kForever;
  }
};

struct Pair {
  Timeline timeline{0};
  Model model;
};

Pair some_pair() {
  Pair p;
  const auto changes = *rc::gen::inRange(0, 25);
  for (int i = 0; i < changes; ++i) {
    const auto from = *rc::gen::inRange<std::int64_t>(p.model.now, kEnd + 1);
    const bool forever = *rc::gen::inRange(0, 4) == 0;
    const auto to = *rc::gen::inRange<std::int64_t>(p.model.now, kEnd + 1);
    const auto delta = *rc::gen::inRange<std::int64_t>(-3, 6);
    p.timeline.change(Millis(from), forever ? kForever : Millis(to), delta);
    p.model.change(from, forever ? Timeline::kForever : to, delta);
    p.timeline.audit();
    if (*rc::gen::inRange(0, 5) == 0) {
      p.model.now = *rc::gen::inRange<std::int64_t>(p.model.now, kEnd / 2);
      p.timeline.advance(Millis(p.model.now));
    }
  }
  return p;
}

TEST(Timeline, AsAnArrayOfInstants) {
  EXPECT_TRUE(rc::check("free_at, earliest, first_with and most_free", [] {
    const Pair p = some_pair();
    const Timeline& t = p.timeline;
    for (std::int64_t i = p.model.now; i <= kEnd + 2; ++i)
      RC_ASSERT(t.free_at(Millis(i)) == p.model.at(i));
    for (std::int64_t from = p.model.now; from <= kEnd; from += 3)
      for (const std::int64_t need : {-1, 0, 1, 2, 3, 5, 9}) {
        for (const std::int64_t duration : {1, 2, 5, 17, 100})
          RC_ASSERT(t.earliest(Millis(from), Millis(duration), need).count() ==
                    p.model.earliest(from, duration, need));
        std::int64_t there = -99;
        const Millis first = t.first_with(Millis(from), need, there);
        const std::int64_t expected = p.model.earliest(from, 1, need);
        RC_ASSERT(first.count() == expected);
        RC_ASSERT(there == (expected == Timeline::kForever ? 0 : p.model.at(expected)));
      }
    for (std::int64_t lo = p.model.now; lo <= kEnd; ++lo)
      for (std::int64_t hi = lo + 1; hi <= kEnd + 1; hi += 2) {
        std::int64_t most = p.model.at(lo);
        for (std::int64_t i = lo; i < hi; ++i) most = std::max(most, p.model.at(i));
        RC_ASSERT(t.most_free(Millis(lo), Millis(hi)) == most);
      }
    // As long as for ever, and so long that the sum would overflow.
    for (const std::int64_t need : {0, 1, 3})
      for (const Millis endless : {kForever, Millis(Timeline::kForever / 2)})
        RC_ASSERT(t.earliest(Millis(p.model.now), endless, need).count() ==
                  p.model.earliest(p.model.now, 10 * kEnd, need));
  }));
}

TEST(Timeline, EarlierThan) {
  EXPECT_TRUE(rc::check("is the earliest start of a job that gives its own place up", [] {
    Pair p = some_pair();
    const std::int64_t now = p.model.now;
    const auto machine = *rc::gen::inRange<std::int64_t>(0, 14);
    p.timeline.change(Millis(now), kForever, machine);
    p.model.change(now, Timeline::kForever, machine);
    // A job takes a place where there is room for it, as a promise does.
    const auto need = *rc::gen::inRange<std::int64_t>(1, 5);
    const auto duration = *rc::gen::inRange<std::int64_t>(1, 12);
    const auto from = *rc::gen::inRange<std::int64_t>(now, kEnd + 1);
    const std::int64_t own = p.model.earliest(from, duration, need);
    RC_PRE(own != Timeline::kForever);
    Model without = p.model;
    p.timeline.change(Millis(own), Millis(own + duration), -need);
    p.model.change(own, own + duration, -need);
    // Then something becomes free (an end before its estimate, another job's promise that moved).
    const auto lo = *rc::gen::inRange<std::int64_t>(now, kEnd + 1);
    const auto hi = *rc::gen::inRange<std::int64_t>(lo, kEnd + 2);
    const auto gain = *rc::gen::inRange<std::int64_t>(0, 5);
    const std::int64_t before = without.earliest(now, duration, need);
    p.timeline.change(Millis(lo), Millis(hi), gain);
    p.model.change(lo, hi, gain);
    without.change(lo, hi, gain);

    // Everything is looked at: the plain answer.
    const std::int64_t expected = std::min(own, without.earliest(now, duration, need));
    RC_ASSERT(p.timeline
                  .earlier_than(Millis(own), Millis(now), Millis(duration), need, Millis(now),
                                Millis(own))
                  .count() == expected);
    // Only the gain is looked at: the same, if there was nothing better without it.
    const std::int64_t hinted =
        p.timeline
            .earlier_than(Millis(own), Millis(now), Millis(duration), need, Millis(lo), Millis(hi))
            .count();
    if (before >= own) RC_ASSERT(hinted == expected);
    // In any case it is a place that will do.
    RC_ASSERT(hinted >= now && hinted <= own);
    RC_ASSERT(hinted == own || without.room(hinted, hinted + duration, need));
  }));
}

TEST(Timeline, SameFrom) {
  EXPECT_TRUE(rc::check("does not depend on the order of the changes", [] {
    const Pair p = some_pair();
    Timeline rebuilt(0);
    for (std::int64_t t = kEnd; t >= p.model.now; --t)
      rebuilt.change(Millis(t), t == kEnd ? kForever : Millis(t + 1), p.model.at(t));
    rebuilt.audit();
    for (std::int64_t t = p.model.now; t <= kEnd; ++t) {
      RC_ASSERT(p.timeline.same_from(Millis(t), rebuilt));
      RC_ASSERT(rebuilt.same_from(Millis(t), p.timeline));
    }
    const auto where = *rc::gen::inRange<std::int64_t>(p.model.now, kEnd + 1);
    rebuilt.change(Millis(where), Millis(where + 1), 1);
    for (std::int64_t t = p.model.now; t <= kEnd; ++t)
      RC_ASSERT(p.timeline.same_from(Millis(t), rebuilt) == (t > where));
  }));
}

TEST(Timeline, StaysShort) {
  Timeline t(100);
  for (std::int64_t i = 0; i < 10'000; ++i) {
    t.advance(Millis(i));
    t.change(Millis(i), Millis(i + 5), -1);
    t.audit();
    ASSERT_LE(t.steps(), 8u);
  }
  t.advance(Millis(20'000));
  EXPECT_EQ(t.steps(), 1u);
  EXPECT_EQ(t.free_at(Millis(20'000)), 100);
  EXPECT_EQ(t.free_at(kForever), 100);
}

TEST(Timeline, WhatGoesAndComesLeavesNoTrace) {
  Timeline t(10);
  t.change(Millis(5), Millis(9), -4);
  t.change(Millis(5), Millis(9), 4);
  EXPECT_EQ(t.steps(), 1u);
  t.change(Millis(5), Millis(9), -4);
  t.change(Millis(9), Millis(12), -4);
  EXPECT_EQ(t.steps(), 3u);  // neighbours that are equal are one step
  t.change(Millis(7), Millis(7), -4);
  t.change(Millis(8), Millis(7), -4);
  t.change(Millis(7), Millis(8), 0);
  EXPECT_EQ(t.steps(), 3u);
}

}  // namespace
}  // namespace dure
