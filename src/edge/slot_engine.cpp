#include "edge/slot_engine.h"

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace dure {
namespace {

class SlotEngine {
 public:
  SlotEngine(const GroupWork& work, const LendRule& rule, const SlotWatch& watch)
      : work_(work), rule_(rule), watch_(watch) {
    CHECK(work.deadline_ns <= work.slot_ns && rule.reclaim_ns() < work.deadline_ns);
  }

  void slot(std::int64_t grants) {
    const std::int64_t at = totals.slots * work_.slot_ns, next = at + work_.slot_ns;
    const auto kind = static_cast<std::size_t>(totals.slots) % work_.cycle.size();
    const std::int64_t start = std::max(at, now_);
    const std::int64_t need = work_.cycle[kind].at(grants);
    const bool late = start + need > at + work_.deadline_ns;
    if (start > at) {
      ++totals.reclaims;
      totals.reclaim_sum_ns += start - at;
      totals.reclaim_most_ns = std::max(totals.reclaim_most_ns, start - at);
    }
    spend(late ? SlotUse::late : SlotUse::cells,
          late ? at + work_.deadline_ns : start + need);  // invariant 2
    totals.missed += late ? 1 : 0;
    ++totals.slots;
    if (rule_.lends()) {
      rule_.guard ? lend_guarded(next) : lend_until_asked(next);
    }
    if (now_ < next) spend(SlotUse::idle, next);
  }

  SlotTotals totals;

  void close() { totals.beyond_ns = now_ - totals.slots * work_.slot_ns; }

 private:
  void lend_guarded(std::int64_t next) {
    const std::int64_t room = next - now_ - 2 * rule_.switch_ns;
    if (room < rule_.quantum_ns) return;
    spend(SlotUse::switching, now_ + rule_.switch_ns);
    spend(SlotUse::lent, now_ + room / rule_.quantum_ns * rule_.quantum_ns);
    spend(SlotUse::switching, now_ + rule_.switch_ns);
    CHECK(now_ <= next);  // invariant 4
  }
  void lend_until_asked(std::int64_t next) {
    if (now_ + rule_.switch_ns >= next) return;
    spend(SlotUse::switching, now_ + rule_.switch_ns);
    const std::int64_t whole = (next - now_) / rule_.quantum_ns * rule_.quantum_ns;
    const std::int64_t begun = next - now_ - whole;  // of the piece that runs when the slot comes
    const std::int64_t left = begun > 0 ? rule_.quantum_ns - begun : 0;
    if (left <= rule_.stop_ns()) {
      spend(SlotUse::lent, next + left);
    } else {
      spend(SlotUse::lent, now_ + whole);
      spend(SlotUse::lost, next + rule_.stop_ns());
    }
    CHECK(now_ <= next + rule_.stop_ns());  // invariant 3
    spend(SlotUse::switching, now_ + rule_.switch_ns);
  }
  void spend(SlotUse use, std::int64_t until) {  // invariant 1
    CHECK(until >= now_);
    if (until == now_) return;
    if (watch_) watch_({use, now_, until});
    const std::int64_t ns = until - now_;
    switch (use) {
      case SlotUse::idle: totals.idle_ns += ns; break;
      case SlotUse::cells: totals.cells_ns += ns; break;
      case SlotUse::late: totals.late_ns += ns; break;
      case SlotUse::lent: totals.lent_ns += ns; break;
      case SlotUse::lost: totals.lost_ns += ns; break;
      case SlotUse::switching: totals.switching_ns += ns; break;
    }
    now_ = until;
  }

  const GroupWork& work_;
  const LendRule rule_;
  const SlotWatch& watch_;
  std::int64_t now_ = 0;
};

}  // namespace

SlotTotals run_slots(const GroupWork& work, const LendRule& rule, std::int64_t slots,
                     const GrantsOf& grants, const SlotWatch& watch) {
  SlotEngine engine(work, rule, watch);
  for (std::int64_t k = 0; k < slots; ++k) engine.slot(grants(k));
  engine.close();
  return engine.totals;
}

SlotTotals run_slots_drawn(const GroupWork& work, const LendRule& rule, std::int64_t slots,
                           double load, Stream stream, const SlotWatch& watch) {
  std::vector<double> up_to = binomial(work.grants, load);
  for (std::size_t k = 1; k < up_to.size(); ++k) up_to[k] += up_to[k - 1];
  const auto draw = [&](std::int64_t) {
    const auto at = std::ranges::upper_bound(up_to, stream.uniform());
    return std::min<std::int64_t>(at - up_to.begin(), work.grants);
  };
  return run_slots(work, rule, slots, draw, watch);
}

}  // namespace dure
