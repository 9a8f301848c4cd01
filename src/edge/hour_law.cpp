#include "edge/hour_law.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dure {
namespace {

// What a piece that is left running does to a slot and gains; r of it is left, uniform on [0, q).
struct Stop {
  double q, p, w;  // piece, longest run on, switch
  double mean() const { return p * p / (2 * q) + p * (1 - p / q); }
  double gained() const {  // beyond the slot's end, less what is thrown away of the last piece
    return p * p / (2 * q) - (q - p) * (q - p) / (2 * q);
  }
  double lost() const { return (q - p) * (q - p) / (2 * q) + p * (q - p) / q; }
  double longer_than(double y) const {  // P(it runs on for more than y)
    if (y < 0) return 1;
    return y < p ? 1 - y / q : 0;
  }
};

}  // namespace

HourLaw hour_law(const GroupWork& work, const LendRule& rule, double load) {
  const std::vector<double> law = binomial(work.grants, load);
  const auto slot = static_cast<double>(work.slot_ns);
  const bool runs_on = rule.lends() && !rule.guard;
  const Stop stop{static_cast<double>(std::max<std::int64_t>(rule.quantum_ns, 1)),
                  static_cast<double>(rule.stop_ns()), static_cast<double>(rule.switch_ns)};
  HourLaw h;
  for (const SlotKindWork& kind : work.cycle) {
    for (std::size_t k = 0; k < law.size(); ++k) {
      const double p = law[k] / static_cast<double>(work.cycle.size());
      if (p == 0) continue;
      const std::int64_t need = kind.at(static_cast<std::int64_t>(k));
      const std::int64_t slack = work.deadline_ns - need;
      const bool never = slack < 0;
      h.missed_least += never ? p : 0;
      h.missed_most += slack < rule.reclaim_ns() ? p : 0;
      if (!runs_on) {
        const std::int64_t used = std::min(need, work.deadline_ns);
        const std::int64_t room = work.slot_ns - used - 2 * rule.switch_ns;
        h.missed += never ? p : 0;
        h.cells += p * static_cast<double>(used) / slot;
        if (!rule.lends() || room < rule.quantum_ns) continue;
        h.lent += p * static_cast<double>(room / rule.quantum_ns * rule.quantum_ns) / slot;
        h.switching += p * 2 * stop.w / slot;
      } else {
        const double late = stop.mean() + stop.w;  // the slot before was lent from
        const double used =
            std::min(static_cast<double>(need), static_cast<double>(work.deadline_ns) - late);
        h.missed += p * stop.longer_than(static_cast<double>(slack) - stop.w);
        h.cells += p * used / slot;
        const double room = slot - late - used - stop.w;
        if (room <= 0) continue;
        h.lent += p * (room + stop.gained()) / slot;
        h.lost += p * stop.lost() / slot;
        h.switching += p * 2 * stop.w / slot;
      }
    }
  }
  h.lent = std::max(0.0, h.lent);
  h.idle = std::max(0.0, 1 - h.cells - h.lent - h.lost - h.switching);
  return h;
}

}  // namespace dure
