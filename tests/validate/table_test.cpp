#include "validate/table.h"

#include <gtest/gtest.h>

#include <limits>

namespace dure {
namespace {

ValidationTable of(std::vector<ValidationRow> rows, double bar_pct) {
  ValidationTable t;
  t.bar_pct = bar_pct;
  t.rows = std::move(rows);
  return t;
}

TEST(TableVerdict, MeansAndPercentileByHand) {
  // Errors +10 %, -20 %, 0, of values of either sign.
  const TableVerdict v =
      verdict(of({{"a", "x", 110.0, 100}, {"b", "x", 80.0, 100}, {"c", "y", -50.0, -50}}, 10.1));
  EXPECT_EQ(v.rows, 3u);
  EXPECT_NEAR(v.mape_pct, 10, 1e-9);
  EXPECT_NEAR(v.bias_pct, -10.0 / 3, 1e-9);
  EXPECT_NEAR(v.p90_ape_pct, 20, 1e-9);
  EXPECT_TRUE(v.ok);
}

TEST(TableVerdict, ARowWithoutANumberCountsAgainstTheTable) {
  std::vector<ValidationRow> rows(20, {"a", "x", 1.0, 1});
  rows[0].predicted.reset();
  EXPECT_TRUE(verdict(of(rows, 1)).ok);  // 5 %
  rows[1].predicted = -std::numeric_limits<double>::infinity();
  EXPECT_FALSE(verdict(of(rows, 1)).ok);
  EXPECT_EQ(verdict(of(rows, 1)).unanswered, 2u);
}

TEST(TableVerdict, AMeasuredZeroHasNoErrorAndCountsAsUnanswered) {
  const TableVerdict v = verdict(of({{"a", "x", 1.0, 1}, {"b", "x", 1.0, 0}}, 1));
  EXPECT_EQ(v.unanswered, 1u);
  EXPECT_EQ(v.mape_pct, 0);
  EXPECT_FALSE(v.ok);
}

TEST(TableVerdict, AnEmptyTableIsNotOk) { EXPECT_FALSE(verdict(of({}, 100)).ok); }

TEST(TableVerdict, ByGroup) {
  const auto groups = verdict_by_group(of({{"a", "y", 2.0, 1}, {"b", "x", 1.0, 1}}, 10));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].group, "x");
  EXPECT_TRUE(groups[0].verdict.ok);
  EXPECT_FALSE(groups[1].verdict.ok);
}

}  // namespace
}  // namespace dure
