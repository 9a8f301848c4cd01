#include "base/decimal.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace dure {
namespace {

struct Parts {
  bool negative = false;
  std::string_view whole, fraction;
  std::int64_t exponent = 0;  // cut to +-100,000: far beyond any number we take
};

std::string_view take_digits(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && s[n] >= '0' && s[n] <= '9') ++n;
  const std::string_view digits = s.substr(0, n);
  s.remove_prefix(n);
  return digits;
}

bool take_sign(std::string_view& s) {
  const bool negative = !s.empty() && s[0] == '-';
  if (!s.empty() && (s[0] == '-' || s[0] == '+')) s.remove_prefix(1);
  return negative;
}

std::optional<Parts> parse(std::string_view s) {
  Parts p;
  p.negative = take_sign(s);
  p.whole = take_digits(s);
  if (p.whole.empty() || (p.whole.size() > 1 && p.whole[0] == '0')) return std::nullopt;
  if (!s.empty() && s[0] == '.') {
    s.remove_prefix(1);
    p.fraction = take_digits(s);
    if (p.fraction.empty()) return std::nullopt;
  }
  if (!s.empty() && (s[0] == 'e' || s[0] == 'E')) {
    s.remove_prefix(1);
    const bool negative = take_sign(s);
    const std::string_view digits = take_digits(s);
    if (digits.empty()) return std::nullopt;
    for (const char c : digits) {
      if (p.exponent < 100'000) p.exponent = p.exponent * 10 + (c - '0');
    }
    if (negative) p.exponent = -p.exponent;
  }
  if (!s.empty()) return std::nullopt;
  return p;
}

}  // namespace

bool is_decimal(std::string_view text) { return parse(text).has_value(); }

std::variant<std::int64_t, NumberFault> whole_number(std::string_view text, std::int64_t scale) {
  CHECK(scale >= 1 && scale <= 10'000'000'000);
  const std::optional<Parts> parts = parse(text);
  if (!parts) return NumberFault::not_a_number;
  std::string digits(parts->whole);
  digits += parts->fraction;
  std::int64_t exponent = parts->exponent - static_cast<std::int64_t>(parts->fraction.size());
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return 0;
  // The value is digits x 10^exponent x scale, and digits does not end in 0.
  if (static_cast<std::int64_t>(digits.size()) + exponent > 19) return NumberFault::too_large;
  if (digits.size() > 28) return NumberFault::not_whole;  // scale has at most 10 factors of ten
  __int128 n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  n *= scale;  // < 10^38
  for (; exponent < 0; ++exponent) {
    if (n % 10 != 0) return NumberFault::not_whole;
    n /= 10;
  }
  constexpr __int128 most = std::numeric_limits<std::int64_t>::max();
  for (; exponent > 0 && n <= most; --exponent) n *= 10;
  if (n > most) return NumberFault::too_large;
  return static_cast<std::int64_t>(parts->negative ? -n : n);
}

std::optional<double> real_number(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string decimal_text(double value) {
  CHECK(std::isfinite(value));
  if (std::abs(value) < 1e15 && value == std::floor(value))  // 10000000, not 1e+07
    return std::to_string(static_cast<std::int64_t>(value));
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  CHECK(error == std::errc{});
  return {buffer, end};
}

std::string decimal_text(std::int64_t n, std::int64_t scale) {
  CHECK(scale >= 1);
  std::string text = std::to_string(n / scale);
  if (n < 0 && n / scale == 0) text = "-0";
  std::int64_t rest = n % scale;
  if (rest == 0) return n / scale == 0 ? "0" : text;
  text += '.';
  for (int place = 0; rest != 0; ++place) {
    CHECK(place < 19);  // scale has other factors than 2 and 5
    rest *= 10;
    text += static_cast<char>('0' + (rest < 0 ? -(rest / scale) : rest / scale));
    rest %= scale;
  }
  return text;
}

}  // namespace dure
