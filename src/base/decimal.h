// Numbers as people write them in text, taken exactly: 41.5 in MW is 41,500,000 W, never
// 41,499,999. Grammar: [+-] digits [. digits] [e [+-] digits], without leading zeros; no hex, no
// inf, no nan, no blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dure {

bool is_decimal(std::string_view text);

enum class NumberFault { not_a_number, not_whole, too_large };

// text x scale as a whole number; scale is 1 to 10^10.
std::variant<std::int64_t, NumberFault> whole_number(std::string_view text, std::int64_t scale = 1);

// The nearest double; nothing when the text is not a decimal or beyond the range of double.
std::optional<double> real_number(std::string_view text);

// The shortest text that reads back as the same value. n / scale exactly (scale is a product of 2s
// and 5s or divides n), e.g. 41,500,000 / 10^6 is "41.5".
std::string decimal_text(double value);
std::string decimal_text(std::int64_t n, std::int64_t scale);

}  // namespace dure
