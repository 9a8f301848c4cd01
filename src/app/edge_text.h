// Numbers and files of the results of scenarios of one machine.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace dure {

struct EdgeFile {
  std::string name, text;
};

// 2650123.4 as 2,650,123.
inline std::string with_commas(double v, int decimals = 0) {
  std::string s = fmt::format("{:.{}f}", v, decimals);
  const std::size_t dot = std::min(s.find('.'), s.size());
  for (std::size_t i = dot; i > 3 && s[i - 4] != '-'; i -= 3) s.insert(i - 3, 1, ',');
  return s;
}

}  // namespace dure
