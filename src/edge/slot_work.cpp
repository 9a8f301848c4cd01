#include "edge/slot_work.h"

#include <algorithm>
#include <cmath>

namespace dure {

std::int64_t GroupWork::worst_ns() const {
  std::int64_t worst = 0;
  for (const SlotKindWork& k : cycle) worst = std::max(worst, k.at(grants));
  return worst;
}

double GroupWork::mean_ns(double load) const {
  double dearest = 0;
  for (const SlotKindWork& k : cycle)
    dearest = std::max(
        dearest, static_cast<double>(k.base_ns) + static_cast<double>(k.step_ns * grants) * load);
  return dearest;
}

double GroupWork::average_ns(double load) const {
  double sum = 0;
  for (const SlotKindWork& k : cycle)
    sum += static_cast<double>(k.base_ns) + static_cast<double>(k.step_ns * grants) * load;
  return sum / static_cast<double>(cycle.size());
}

GroupWork group_work(const CellRowSpec& row, const RadioSpec& radio, std::int64_t share_milli,
                     std::int64_t slow_milli) {
  const auto ceil_div = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  // At most 200 cells x 275 x 64 x 1e5 ns x 11,000: fits with room.
  const auto on_share = [&](std::int64_t ns) {
    return ceil_div(ceil_div(ns * (1000 + slow_milli), 1000) * 1000, share_milli);
  };
  GroupWork work;
  work.slot_ns = radio.slot_us * 1000;
  work.deadline_ns = radio.deadline_us * 1000;
  work.grants = row.cells_per_group * radio.grants;
  const std::int64_t base = (radio.launch_us + row.cells_per_group * radio.cell_us) * 1000;
  for (const char c : radio.tdd) {
    const bool up = c == 'U';
    const std::int64_t cell = radio.prbs * (up ? radio.layers_up : radio.layers_down) *
                              (up ? radio.up_ns_per_prb_layer : radio.down_ns_per_prb_layer);
    work.cycle.push_back({on_share(base), on_share(ceil_div(cell, radio.grants))});
  }
  return work;
}

std::vector<double> binomial(std::int64_t n, double p) {
  std::vector<double> law(static_cast<std::size_t>(n) + 1, 0.0);
  if (p <= 0 || p >= 1) {
    (p <= 0 ? law.front() : law.back()) = 1;
    return law;
  }
  // From the mode outwards, so that nothing underflows before it matters.
  const auto mode = std::min(static_cast<std::size_t>(std::floor(static_cast<double>(n + 1) * p)),
                             law.size() - 1);
  law[mode] = 1;
  const double odds = p / (1 - p);
  for (std::size_t k = mode; k + 1 < law.size(); ++k)
    law[k + 1] =
        law[k] * odds * static_cast<double>(law.size() - 1 - k) / static_cast<double>(k + 1);
  for (std::size_t k = mode; k > 0; --k)
    law[k - 1] = law[k] / odds * static_cast<double>(k) / static_cast<double>(law.size() - k);
  double sum = 0;
  for (const double x : law) sum += x;
  for (double& x : law) x /= sum;
  return law;
}

}  // namespace dure
