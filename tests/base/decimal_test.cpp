#include "base/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace dure {
namespace {

std::int64_t whole(std::string_view text, std::int64_t scale = 1) {
  const auto n = whole_number(text, scale);
  return std::holds_alternative<std::int64_t>(n) ? std::get<std::int64_t>(n) : -999;
}
NumberFault why(std::string_view text, std::int64_t scale = 1) {
  return std::get<NumberFault>(whole_number(text, scale));
}

TEST(Decimal, IsExact) {
  EXPECT_EQ(whole("41.5", 1'000'000), 41'500'000);
  EXPECT_EQ(whole("0.000001", 1'000'000), 1);
  EXPECT_EQ(whole("-2.5e1"), -25);
  EXPECT_EQ(whole("1e3"), 1000);
  EXPECT_EQ(whole("+7"), 7);
  EXPECT_EQ(whole("0"), 0);
  EXPECT_EQ(whole("-0.0"), 0);
  EXPECT_EQ(whole("0e999999999999"), 0);
  EXPECT_EQ(whole("1.000000000000000000000000000000000000000"), 1);
  EXPECT_EQ(whole("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(whole("9.223372036854775807", 1'000'000'000), -999);  // not whole
  EXPECT_EQ(whole("0.5", 86'400'000), 43'200'000);
}

TEST(Decimal, SaysWhyNot) {
  for (const char* text : {"", "-", ".5", "5.", "1e", "0x10", "010", "1_000", "1,5", " 1", "1 ",
                           "nan", ".inf", "inf", "1e5.5", "--1", "41.5MW"})
    EXPECT_EQ(why(text), NumberFault::not_a_number) << text;
  for (const char* text : {"1.5", "1e-1", "0.1", "1e-999999999999999999999",
                           "1.00000000000000000000000000000000000000001"})
    EXPECT_EQ(why(text), NumberFault::not_whole) << text;
  EXPECT_EQ(why("0.0000001", 1'000'000), NumberFault::not_whole);
  for (const char* text : {"9223372036854775808", "1e19", "1e999999999999999999999",
                           "99999999999999999999999999999999999999999999999999"})
    EXPECT_EQ(why(text), NumberFault::too_large) << text;
  EXPECT_EQ(why("9223372036855", 1'000'000), NumberFault::too_large);
}

TEST(Decimal, RealNumbersAreFinite) {
  EXPECT_EQ(real_number("1.5"), 1.5);
  EXPECT_EQ(real_number("+1e3"), 1000.0);
  EXPECT_EQ(real_number("1e309"), std::nullopt);
  EXPECT_EQ(real_number(".nan"), std::nullopt);
  EXPECT_EQ(real_number("inf"), std::nullopt);
  EXPECT_EQ(real_number("0x1p3"), std::nullopt);
}

TEST(Decimal, WritesTheShortest) {
  EXPECT_EQ(decimal_text(0.1), "0.1");
  EXPECT_EQ(decimal_text(-0.0), "0");
  EXPECT_EQ(decimal_text(1e7), "10000000");
  EXPECT_EQ(decimal_text(1e-7), "1e-07");
  EXPECT_EQ(decimal_text(41'500'000, 1'000'000), "41.5");
  EXPECT_EQ(decimal_text(-1, 1'000'000), "-0.000001");
  EXPECT_EQ(decimal_text(-1'500'000, 1'000'000), "-1.5");
  EXPECT_EQ(decimal_text(0, 1000), "0");
  EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min(), 1), "-9223372036854775808");
}

RC_GTEST_PROP(Decimal, ReadsBackWhatItWrites, (std::int64_t n, double x)) {
  for (const std::int64_t scale : {1, 1'000, 1'000'000, 1'000'000'000}) {
    if (n != std::numeric_limits<std::int64_t>::min())
      RC_ASSERT(std::get<std::int64_t>(whole_number(decimal_text(n, scale), scale)) == n);
  }
  RC_ASSERT(real_number(decimal_text(x)).value() == x);
}

RC_GTEST_PROP(Decimal, TakesAnyBytes, (const std::string& text)) {
  const bool is = is_decimal(text);
  RC_ASSERT(is || !real_number(text));
  RC_ASSERT(is == !(std::holds_alternative<NumberFault>(whole_number(text, 1'000)) &&
                    std::get<NumberFault>(whole_number(text, 1'000)) == NumberFault::not_a_number));
}

}  // namespace
}  // namespace dure
