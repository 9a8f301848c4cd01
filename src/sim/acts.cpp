#include "sim/acts.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

std::optional<double> sum(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

void add_known(const std::optional<double>& part, std::optional<double>& whole) {
  if (part) whole = whole.value_or(0) + *part;
}

}  // namespace

void ActList::add(Act act) {
  CHECK(act.to > act.from && act.kwh >= 0);  // invariant 1
  const auto last = std::find_if(acts_.rbegin(), acts_.rend(), [&](const Act& a) {
    return a.site == act.site && a.kind == act.kind && a.cause == act.cause;
  });
  if (last != acts_.rend()) {
    CHECK(last->to <= act.from);  // invariant 2
    if (last->to == act.from) {
      last->to = act.to;
      last->kwh += act.kwh;
      last->krw = sum(last->krw, act.krw);
      last->g_co2 = sum(last->g_co2, act.g_co2);
      return;
    }
  }
  acts_.push_back(std::move(act));
}

std::vector<Act> ActList::all() const {
  std::vector<Act> out = acts_;
  std::stable_sort(out.begin(), out.end(), [](const Act& a, const Act& b) {
    return std::tie(a.site, a.from, a.kind, a.cause) < std::tie(b.site, b.from, b.kind, b.cause);
  });
  return out;
}

std::vector<ActTotal> totals(const std::vector<Act>& acts) {
  std::vector<ActTotal> out;
  for (const Act& a : acts) {
    auto row = std::find_if(out.begin(), out.end(), [&](const ActTotal& t) {
      return t.site == a.site && t.kind == a.kind;
    });
    if (row == out.end()) row = out.insert(out.end(), {a.site, a.kind, 0, 0, 0, {}, {}});
    ++row->times;
    row->ms += (a.to - a.from).count();
    row->kwh += a.kwh;
    add_known(a.krw, row->krw);
    add_known(a.g_co2, row->g_co2);
  }
  std::sort(out.begin(), out.end(), [](const ActTotal& a, const ActTotal& b) {
    return std::tie(a.site, a.kind) < std::tie(b.site, b.kind);
  });
  return out;
}

}  // namespace dure
