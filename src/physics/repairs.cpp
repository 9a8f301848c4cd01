#include "physics/repairs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "base/check.h"

namespace dure {
namespace {

constexpr double kHourInMs = 3'600'000.0;
constexpr std::size_t kMostCrews = 1'000'000;

}  // namespace

Result<RepairShop> RepairShop::make(const FailureSpec& spec, std::int64_t nodes) {
  CHECK(nodes >= 0);
  RepairShop shop;
  const double thousands = static_cast<double>(nodes) / 1000.0;
  if (spec.crews_per_1000_nodes > 0) {
    const double crews = std::max(1.0, std::round(spec.crews_per_1000_nodes * thousands));
    shop.crew_free_.resize(std::min(static_cast<std::size_t>(crews), kMostCrews));
  }
  shop.shelf_of_cause_.assign(spec.causes.size(), -1);
  for (std::size_t i = 0; i < spec.stock.size(); ++i) {
    const PartStockSpec& stock = spec.stock[i];
    const std::string where = "failures.stock[" + std::to_string(i) + "]";
    bool used = false;
    for (std::size_t c = 0; c < spec.causes.size(); ++c) {
      if (spec.causes[c].part != stock.part) continue;
      if (shop.shelf_of_cause_[c] >= 0)
        return Fault{where, "a part that stands once", stock.part, ""};
      shop.shelf_of_cause_[c] = static_cast<std::int64_t>(shop.shelves_.size());
      used = true;
    }
    if (!used) return Fault{where, "a part that a cause names", stock.part, ""};
    const auto n = static_cast<std::size_t>(std::round(stock.per_1000_nodes * thousands));
    shop.shelves_.emplace_back(n, Millis(0));
  }
  return shop;
}

RepairShop::Repair RepairShop::take(const FailureSpec& spec, const FailureEvent& fault) {
  CHECK(fault.detected >= last_);  // invariant 1
  CHECK(fault.cause < shelf_of_cause_.size());
  last_ = fault.detected;
  const FailureCauseSpec& cause = spec.causes[fault.cause];
  const Millis out = fault.out_until - fault.detected;
  const Millis hands_on(
      std::min(std::llround(cause.crew_hours * kHourInMs), static_cast<long long>(out.count())));
  Repair r;
  r.begun = fault.detected;
  const bool crew = !crew_free_.empty() && cause.crew_hours > 0 && !fault.link;
  const auto later = std::greater<Millis>{};  // a heap whose front is the earliest
  if (crew) {
    std::pop_heap(crew_free_.begin(), crew_free_.end(), later);
    r.begun = std::max(r.begun, crew_free_.back());
  }
  r.back = r.begun + out;
  const std::int64_t shelf = shelf_of_cause_[fault.cause];
  if (shelf >= 0 && !shelves_[static_cast<std::size_t>(shelf)].empty()) {
    auto& parts = shelves_[static_cast<std::size_t>(shelf)];
    const Millis there = std::max(r.begun, parts.front());
    if (there + hands_on <= r.back) {
      std::pop_heap(parts.begin(), parts.end(), later);
      parts.back() = there + std::max(out, hands_on);  // the broken one, mended
      std::push_heap(parts.begin(), parts.end(), later);
      r.back = there + hands_on;
      r.from_stock = true;
    }
  }
  if (crew) {
    crew_free_.back() = r.begun + hands_on;  // a part that is late is fitted by another visit
    std::push_heap(crew_free_.begin(), crew_free_.end(), later);
  }
  return r;
}

}  // namespace dure
