#include "sim/service_gen.h"

#include <algorithm>
#include <cmath>

namespace dure {

Services::Services(const Demand& demand) : demand_(demand) {
  for (std::uint32_t i = 0; i < demand.rows().size(); ++i)
    if (demand.rows()[i].service) rows_.push_back(i);
  std::stable_sort(rows_.begin(), rows_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return demand.workload(demand.rows()[a]).priority > demand.workload(demand.rows()[b]).priority;
  });
}

LaneId Services::lane(std::size_t i) const { return demand_.rows()[rows_[i]].lanes[0]; }

std::int64_t Services::gpus(std::size_t i) const {
  return demand_.workload(demand_.rows()[rows_[i]]).sizes()[0];
}

std::int64_t Services::wanted(std::size_t i, Millis t) const {
  const DemandRow& row = demand_.rows()[rows_[i]];
  const WorkloadSpec& work = demand_.workload(row);
  const Millis step(t.count() - t.count() % kStepMs);
  const double factor = std::max(
      work.min_factor, std::min(work.max_factor, demand_.smooth_factor(row.pattern, step)));
  return std::llround(demand_.spec(row).replicas_mean * demand_.scale(row.member, step) * factor);
}

}  // namespace dure
