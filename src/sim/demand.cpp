#include "sim/demand.h"

#include <algorithm>

#include "world/by_id.h"

namespace dure {

Demand::Demand(const Scenario& scenario, const Founding& founding) : scenario_(scenario) {
  for (std::uint32_t w = 0; w < scenario.workloads.size(); ++w) {
    const WorkloadSpec& work = scenario.workloads[w];
    for (std::uint32_t d = 0; d < work.demand.size(); ++d) {
      DemandRow row;
      row.workload = WorkloadId{w};
      row.member = MemberId{index_of(scenario.members, work.demand[d].member)};
      row.demand = d;
      row.name = work.id + "/" + work.demand[d].member;
      // A member's second row of a workload draws apart from its first.
      const auto same = std::count_if(rows_.begin(), rows_.end(), [&](const DemandRow& r) {
        return r.workload == row.workload && r.member == row.member;
      });
      if (same > 0) row.name += "/" + std::to_string(same + 1);
      row.pattern = index_of(scenario.patterns, work.pattern);
      row.service = work.kind == WorkKind::service || work.kind == WorkKind::ran;
      rows_.push_back(std::move(row));
    }
  }
  for (DemandRow& row : rows_) {
    const WorkloadSpec& work = workload(row);
    const auto first =
        std::find_if(founding.lanes.begin(), founding.lanes.end(), [&](const LanePlan& l) {
          return l.opened.workload == row.workload && l.demand == row.demand;
        });
    CHECK(first != founding.lanes.end());
    row.device = first->opened.device;
    row.users = static_cast<std::size_t>(std::max<std::int64_t>(1, spec(row).users));
    for (std::uint32_t i = 0; i < work.sizes().size() * row.users;
         ++i)  // found() opens them in a row
      row.lanes.push_back(LaneId{first->opened.lane.index + i});
  }
  delivered_.resize(scenario.members.size());
  for (const CapacityStep& step : founding.steps) {
    const Device device = founding.pools[step.pool.index].opened.device;
    if (device != Device::gpu && device != Device::shared_gpu) continue;
    auto& of_owner = delivered_[founding.pools[step.pool.index].opened.owner.index];
    const std::int64_t before = of_owner.empty() ? 0 : of_owner.back().gpus;
    if (of_owner.empty() || of_owner.back().at < step.at) of_owner.push_back({step.at, before});
    of_owner.back().gpus += step.delivered_gpus / units_of_one(device);
  }
  holidays_.resize(scenario.patterns.size());
  for (const HolidaySpec& h : scenario.holidays)
    holidays_[index_of(scenario.patterns, h.pattern)].push_back(
        {days_from_epoch(h.first), days_from_epoch(h.last), h.factor});
}

double Demand::scale(MemberId member, Millis t) const {
  const std::int64_t base = scenario_.members[member.index].demand_base_gpus.count();
  const auto& steps = delivered_[member.index];
  const auto after = std::upper_bound(steps.begin(), steps.end(), t,
                                      [](Millis x, const Delivered& d) { return x < d.at; });
  if (base == 0 || after == steps.begin()) return 0;
  // Beyond the build-out that the rows were written for (older racks among them) work does not
  // grow.
  return std::min(1.0, static_cast<double>(std::prev(after)->gpus) / static_cast<double>(base));
}

double Demand::factor(std::uint32_t pattern, std::int64_t hour) const {
  const PatternSpec& p = scenario_.patterns[pattern];
  const Millis t(hour * kMsPerHour);
  const std::int64_t day = days_from_epoch(date_of(t));
  double f = p.hour[static_cast<std::size_t>(hour_of_day(t))] *
             p.weekday[static_cast<std::size_t>(weekday_of(t))];
  for (const Holiday& h : holidays_[pattern])
    if (h.first <= day && day <= h.last) f *= h.factor;
  return f;
}

double Demand::smooth_factor(std::uint32_t pattern, Millis t) const {
  const std::int64_t shifted = t.count() - kMsPerHour / 2;  // whole hours: the middles
  const std::int64_t hour = shifted / kMsPerHour - (shifted % kMsPerHour < 0 ? 1 : 0);
  const double part = static_cast<double>(shifted - hour * kMsPerHour) / kMsPerHour;
  const double a = factor(pattern, hour), b = factor(pattern, hour + 1);
  return a + (b - a) * part;
}

}  // namespace dure
