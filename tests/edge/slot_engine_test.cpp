// Slots one by one: small days by hand, what holds whatever comes, and the sums beside the engine.
#include "edge/slot_engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "edge/hour_law.h"

namespace dure {
namespace {

// Slots of 500 us; 100 us and 50 us for each grant in use, of four.
GroupWork small_group() { return {500'000, 450'000, 4, {{100'000, 50'000}}}; }

SlotTotals run_with(const GroupWork& work, const LendRule& rule, std::vector<std::int64_t> grants,
                    std::vector<SlotSegment>* seen = nullptr) {
  return run_slots(
      work, rule, static_cast<std::int64_t>(grants.size()),
      [&](std::int64_t k) { return grants[static_cast<std::size_t>(k)]; },
      [&](const SlotSegment& s) {
        if (seen != nullptr) seen->push_back(s);
      });
}

TEST(SlotEngine, AloneWorksThenIdles) {
  const SlotTotals t = run_with(small_group(), {}, {0, 4});
  EXPECT_EQ(t.cells_ns, 100'000 + 300'000);
  EXPECT_EQ(t.idle_ns, 400'000 + 200'000);
  EXPECT_EQ(t.missed, 0);
}

TEST(SlotEngine, WhatIsNotDoneByItsDeadlineIsGivenUp) {
  GroupWork work = small_group();
  work.cycle = {{100'000, 100'000}};  // 500 us at four grants
  const SlotTotals t = run_with(work, {}, {4, 0});
  EXPECT_EQ(t.missed, 1);
  EXPECT_EQ(t.late_ns, 450'000);
  EXPECT_EQ(t.cells_ns, 100'000);
  EXPECT_EQ(t.idle_ns, 50'000 + 400'000);
}

TEST(SlotEngine, GuardedLendsWholePiecesThatEndBefore) {
  // 500 - 100 - 2 x 10 = 380: seven pieces of 50 and 30 left over.
  const SlotTotals t = run_with(small_group(), {50'000, 0, 10'000, true}, {0});
  EXPECT_EQ(t.lent_ns, 350'000);
  EXPECT_EQ(t.switching_ns, 20'000);
  EXPECT_EQ(t.idle_ns, 30'000);
  EXPECT_EQ(t.reclaims, 0);
}

TEST(SlotEngine, GuardedLendsNothingWhereNoPieceFits) {
  const SlotTotals t = run_with(small_group(), {390'000, 0, 10'000, true}, {0});
  EXPECT_EQ(t.lent_ns, 0);
  EXPECT_EQ(t.switching_ns, 0);
  EXPECT_EQ(t.idle_ns, 400'000);
}

TEST(SlotEngine, UnguardedRunsOnToTheEndOfItsPiece) {
  // From 110 on pieces of 100: the fourth runs from 410 to 510, and the cells begin at 520.
  std::vector<SlotSegment> seen;
  const SlotTotals t = run_with(small_group(), {100'000, 0, 10'000, false}, {0, 0}, &seen);
  ASSERT_GE(seen.size(), 5U);
  EXPECT_EQ(seen[2].to, 510'000);
  EXPECT_EQ(seen[4].use, SlotUse::cells);
  EXPECT_EQ(seen[4].from, 520'000);
  EXPECT_EQ(t.reclaims, 1);
  EXPECT_EQ(t.reclaim_most_ns, 20'000);
}

TEST(SlotEngine, UnguardedIsStoppedAndItsPieceIsLost) {
  // The fourth piece, from 410 to 560, is stopped at 500 + 25: 115 us of it are lost.
  const SlotTotals t = run_with(small_group(), {150'000, 25'000, 10'000, false}, {0, 4});
  EXPECT_EQ(t.reclaim_most_ns, 35'000);
  // The second slot's work ends at 835; one piece from 845 to 995, and 30 us of the next are lost.
  EXPECT_EQ(t.lent_ns, 3 * 150'000);
  EXPECT_EQ(t.lost_ns, 115'000 + 30'000);
  EXPECT_EQ(t.missed, 0);
}

// Whatever is drawn: segments join, inference is over in time, time adds up.
TEST(SlotEngine, HoldsItsInvariantsUnderSeeds) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Stream s(seed, "edge/test", 0);
    GroupWork work;
    work.slot_ns = std::int64_t{125'000} << s.below(4);
    work.deadline_ns = work.slot_ns * static_cast<std::int64_t>(50 + s.below(51)) / 100;
    work.grants = static_cast<std::int64_t>(1 + s.below(30));
    for (std::uint64_t k = 0; k <= s.below(5); ++k)
      work.cycle.push_back({static_cast<std::int64_t>(1 + s.below(30'000)),
                            static_cast<std::int64_t>(s.below(20'000))});
    LendRule rule;
    rule.guard = s.below(2) == 0;
    rule.switch_ns = static_cast<std::int64_t>(s.below(8'000));
    rule.quantum_ns = static_cast<std::int64_t>(1 + s.below(50'000));
    rule.preempt_ns = static_cast<std::int64_t>(s.below(40'000));
    std::int64_t at = 0, worked = -1;
    const auto watch = [&](const SlotSegment& x) {
      EXPECT_EQ(x.from, at) << seed;
      at = x.to;
      const std::int64_t slot = x.from / work.slot_ns * work.slot_ns;
      if (x.use == SlotUse::lent || x.use == SlotUse::lost) {
        EXPECT_LE(x.to, slot + work.slot_ns + rule.stop_ns()) << seed;
        EXPECT_EQ(worked, slot) << "inference begins before the slot's work is done, seed " << seed;
      }
      if (x.use == SlotUse::cells || x.use == SlotUse::late) {
        EXPECT_LE(x.to, slot + work.deadline_ns) << seed;
        worked = slot;
      }
    };
    const SlotTotals t = run_slots_drawn(work, rule, 500, s.uniform(), s, watch);
    EXPECT_EQ(t.all_ns(), 500 * work.slot_ns + t.beyond_ns) << seed;
    EXPECT_EQ(at, t.all_ns()) << seed;
    EXPECT_LE(t.reclaim_most_ns, rule.reclaim_ns()) << seed;
    if (work.worst_ns() + rule.reclaim_ns() <= work.deadline_ns) {
      EXPECT_EQ(t.missed, 0) << seed;
    }
  }
}

TEST(SlotEngine, SameSeedSameTotals) {
  const auto run = [] {
    return run_slots_drawn(small_group(), {30'000, 20'000, 5'000, false}, 10'000, 0.4,
                           Stream(7, "edge/test", 1));
  };
  EXPECT_EQ(run().lent_ns, run().lent_ns);
  EXPECT_EQ(run().reclaim_sum_ns, run().reclaim_sum_ns);
}

// ---- the sums ----

TEST(HourLaw, IsExactWhereSlotsAreApart) {
  // One grant at load 0.25: 150 us in a quarter of slots, 100 in the rest; pieces of 100.
  const GroupWork work{500'000, 450'000, 1, {{100'000, 50'000}}};
  const HourLaw h = hour_law(work, {100'000, 0, 0, true}, 0.25);
  EXPECT_NEAR(h.cells, (0.75 * 100 + 0.25 * 150) / 500, 1e-12);
  EXPECT_NEAR(h.lent, (0.75 * 400 + 0.25 * 300) / 500, 1e-12);
  EXPECT_EQ(h.missed, 0);
}

TEST(HourLaw, MissesAreTheTailOfTheBinomial) {
  const GroupWork work{500'000, 260'000, 4, {{100'000, 50'000}}};  // late with four in use
  EXPECT_NEAR(hour_law(work, {}, 0.5).missed, 1.0 / 16, 1e-12);
}

TEST(HourLaw, NoSlotIsLateWhoseWorstCaseFits) {
  const GroupWork work = small_group();
  ASSERT_LE(work.worst_ns(), work.deadline_ns);
  for (const double load : {0.0, 0.3, 0.9, 1.0}) EXPECT_EQ(hour_law(work, {}, load).missed, 0);
}

TEST(HourLaw, AgreesWithTheEngineUnderSeeds) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Stream s(seed, "edge/law", 0);
    GroupWork work;
    work.slot_ns = 500'000;
    work.deadline_ns = 380'000 + static_cast<std::int64_t>(s.below(120'000));
    work.grants = static_cast<std::int64_t>(10 + s.below(40));
    for (int k = 0; k < 3; ++k)
      work.cycle.push_back({10'000 + static_cast<std::int64_t>(s.below(30'000)),
                            3'000 + static_cast<std::int64_t>(s.below(7'000))});
    const double load = 0.1 + 0.8 * s.uniform();
    LendRule rule{5'000 + static_cast<std::int64_t>(s.below(30'000)),
                  static_cast<std::int64_t>(s.below(30'000)),
                  static_cast<std::int64_t>(s.below(6'000)), seed % 2 == 0};
    constexpr std::int64_t kSlots = 30'000;
    const HourLaw h = hour_law(work, rule, load);
    const SlotTotals t = run_slots_drawn(work, rule, kSlots, load, s);
    const auto all = static_cast<double>(kSlots * work.slot_ns);
    const double used = static_cast<double>(t.cells_ns + t.late_ns) / all;
    const double lent = static_cast<double>(t.lent_ns) / all;
    EXPECT_NEAR(h.cells + h.lent + h.lost + h.switching + h.idle, 1, 1e-9) << seed;
    EXPECT_NEAR(used, h.cells, 0.01) << seed;
    EXPECT_NEAR(lent, h.lent, rule.guard ? 0.01 : 0.02) << seed;
    const auto missed = static_cast<double>(t.missed) / kSlots;
    const double sigma = std::sqrt(h.missed_most * (1 - h.missed_most) / kSlots) + 1e-4;
    EXPECT_GE(missed, h.missed_least - 5 * sigma) << seed;
    EXPECT_LE(missed, h.missed_most + 5 * sigma) << seed;
    EXPECT_LE(h.missed_least, h.missed + 1e-12) << seed;
    EXPECT_LE(h.missed, h.missed_most + 1e-12) << seed;
  }
}

TEST(SlotWork, CostsAreStatedAndRoundedUp) {
  CellRowSpec row;
  row.cells_per_group = 10;
  RadioSpec radio;
  radio.tdd = "DU";
  radio.layers_up = 2;
  radio.down_ns_per_prb_layer = 25;
  radio.up_ns_per_prb_layer = 75;
  radio.cell_us = 2;
  radio.launch_us = 10;
  const GroupWork work = group_work(row, radio, 1000);
  EXPECT_EQ(work.grants, 40);
  EXPECT_EQ(work.cycle[0].base_ns, 30'000);
  EXPECT_EQ(work.cycle[0].step_ns, 6'825);   // 273 x 4 x 25 / 4
  EXPECT_EQ(work.cycle[1].step_ns, 10'238);  // 273 x 2 x 75 / 4 = 10,237.5
  EXPECT_EQ(work.worst_ns(), 30'000 + 40 * 10'238);
  EXPECT_EQ(group_work(row, radio, 500).cycle[0].base_ns, 60'000);
  EXPECT_EQ(group_work(row, radio, 1000, 100).cycle[0].base_ns, 33'000);
}

TEST(SlotWork, BinomialSumsToOneAndHasItsMean) {
  for (const std::int64_t n : {1, 7, 40, 3600}) {
    for (const double p : {0.0, 1e-9, 0.3, 0.999999, 1.0}) {
      const std::vector<double> law = binomial(n, p);
      double sum = 0, mean = 0;
      for (std::size_t k = 0; k < law.size(); ++k) {
        sum += law[k];
        mean += law[k] * static_cast<double>(k);
      }
      EXPECT_NEAR(sum, 1, 1e-12);
      EXPECT_NEAR(mean, p * static_cast<double>(n), 1e-8 * static_cast<double>(n));
    }
  }
}

}  // namespace
}  // namespace dure
