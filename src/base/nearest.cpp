#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace dure {
namespace {
constexpr std::size_t kLongest = 64;  // bounds the work on hostile input
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
  std::size_t best = std::max<std::size_t>(1, std::min(name.size(), kLongest) / 3) + 1;
  std::string_view found;
  for (const std::string_view k : known) {
    const std::size_t d = edit_distance(name.substr(0, kLongest), k.substr(0, kLongest));
    if (d < best && d < k.size()) {
      best = d;
      found = k;
    }
  }
  return found;
}

std::string name_hint(std::string_view name, std::span<const std::string_view> known) {
  const std::string_view near = nearest(name, known);
  if (!near.empty()) return "did you mean " + std::string(near) + "?";
  std::string list;
  for (const std::string_view k : known) {
    if (list.size() + k.size() > 200) return list.empty() ? "" : "known: " + list + ", …";
    list += (list.empty() ? "" : ", ") + std::string(k);
  }
  return list.empty() ? "" : "known: " + list;
}

}  // namespace dure
