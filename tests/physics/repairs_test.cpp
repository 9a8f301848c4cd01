// Crews and parts: by hand, and the numbered invariants under a storm of faults.
#include "physics/repairs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shipped.h"

namespace dure {
namespace {

constexpr std::int64_t kHour = 3'600'000;

FailureSpec one_cause(double crews, double stock) {
  FailureSpec s;
  FailureCauseSpec c;
  c.id = "gpu";
  c.crew_hours = 2;
  c.part = "gpu";
  s.causes = {c};
  s.crews_per_1000_nodes = crews;
  if (stock >= 0) s.stock = {{"gpu", stock, "assumption"}};
  return s;
}

FailureEvent fault(std::int64_t detected_h, std::int64_t out_h) {
  FailureEvent e;
  e.at = e.detected = Millis(detected_h * kHour);
  e.out_until = Millis((detected_h + out_h) * kHour);
  return e;
}

Millis h(std::int64_t n) { return Millis(n * kHour); }

TEST(Repairs, WithCrewsToSpareAndNoPartsTheyTakeWhatWasDrawn) {
  const FailureSpec s = one_cause(0, -1);
  RepairShop shop = RepairShop::make(s, 1000).value();
  for (int i = 0; i < 10; ++i) {
    const auto r = shop.take(s, fault(0, 50));
    EXPECT_EQ(r.begun, h(0));
    EXPECT_EQ(r.back, h(50));
    EXPECT_FALSE(r.from_stock);
  }
}

TEST(Repairs, OneCrewOneAfterTheOther) {
  const FailureSpec s = one_cause(1, -1);
  RepairShop shop = RepairShop::make(s, 1000).value();
  EXPECT_EQ(shop.take(s, fault(0, 50)).back, h(50));
  const auto second = shop.take(s, fault(1, 50));  // begins when the crew is free, at 2 h
  EXPECT_EQ(second.begun, h(2));
  EXPECT_EQ(second.back, h(52));
  EXPECT_EQ(shop.take(s, fault(10, 1)).back, h(11));  // shorter than the crew's 2 h
  EXPECT_EQ(shop.take(s, fault(10, 50)).begun, h(11));
}

TEST(Repairs, APartFromTheShelfAndBackOnIt) {
  const FailureSpec s = one_cause(0, 1);
  RepairShop shop = RepairShop::make(s, 1000).value();
  const auto first = shop.take(s, fault(0, 100));
  EXPECT_TRUE(first.from_stock);
  EXPECT_EQ(first.back, h(2));
  const auto second = shop.take(s, fault(10, 50));  // shelf empty until 100 h: its own repair
  EXPECT_FALSE(second.from_stock);
  EXPECT_EQ(second.back, h(60));
  const auto third = shop.take(s, fault(90, 50));  // the mended part comes at 100 h: sooner
  EXPECT_TRUE(third.from_stock);
  EXPECT_EQ(third.back, h(102));
}

TEST(Repairs, MoreCrewsAndMorePartsAreNeverWorse) {
  FailureSpec spec = shipped_models().failures;
  FailurePool p;
  p.id = "p";
  p.nodes = 3000;
  FailureGrounds g;
  g.sites = {{"s", "", {{"h", {p}}}}};
  const FailureModel model = FailureModel::make(spec, g, 3).value();
  std::vector<FailureEvent> all;
  for (std::int64_t hour = 0; hour < 4000; ++hour) model.add_hour(hour, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.detected < b.detected; });
  const auto hours_out = [&](double crews, double stock) {
    FailureSpec s = spec;
    s.crews_per_1000_nodes = crews;
    for (auto& part : s.stock) part.per_1000_nodes = stock;
    RepairShop shop = RepairShop::make(s, 3000).value();
    double sum = 0;
    for (const FailureEvent& e : all) {
      const auto r = shop.take(s, e);
      EXPECT_GE(r.begun, e.detected);  // invariant 3
      EXPECT_GE(r.back, r.begun);
      sum += static_cast<double>((r.back - e.at).count()) / kHour;
    }
    return sum;
  };
  const double none = hours_out(0, 0), stocked = hours_out(0, 20), few = hours_out(0.34, 0);
  EXPECT_LT(stocked, 0.7 * none);
  EXPECT_GT(few, none);
  EXPECT_GE(hours_out(0.34, 20), stocked);
}

TEST(Repairs, BadStockIsRefused) {
  FailureSpec s = one_cause(0, 1);
  s.stock[0].part = "wheel";
  EXPECT_FALSE(RepairShop::make(s, 10));
  s = one_cause(0, 1);
  s.stock.push_back(s.stock[0]);
  EXPECT_FALSE(RepairShop::make(s, 10));
}

TEST(RepairsDeathTest, OrdersComeInOrder) {
  const FailureSpec s = one_cause(0, -1);
  RepairShop shop = RepairShop::make(s, 10).value();
  static_cast<void>(shop.take(s, fault(5, 1)));
  EXPECT_DEATH(static_cast<void>(shop.take(s, fault(4, 1))), "CHECK");
}

}  // namespace
}  // namespace dure
