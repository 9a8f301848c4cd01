#include "sim/replay.h"

#include <algorithm>

#include "sched/loop.h"
#include "sim/log_plant.h"

namespace dure {

Policy policy_of(ReplayPolicy p) {
  switch (p) {
    case ReplayPolicy::fcfs: return {Order::arrival, Backfill::none};
    case ReplayPolicy::easy: return {Order::arrival, Backfill::easy};
    case ReplayPolicy::conservative: return {Order::arrival, Backfill::conservative};
    case ReplayPolicy::dure: return {Order::priority, Backfill::easy};
  }
  CHECK(!"a ReplayPolicy");
}

std::int64_t percentile(std::vector<std::int64_t>& values, double p) {
  if (values.empty()) return 0;
  const auto n = static_cast<std::ptrdiff_t>(
      std::min(static_cast<double>(values.size() - 1), p * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + n, values.end());
  return values[static_cast<std::size_t>(n)];
}

ReplayResult replay(const std::vector<BatchJob>& jobs, std::int64_t procs, ReplayPolicy policy) {
  CHECK(!jobs.empty());
  ReplayResult out;
  World world;
  world.reserve_jobs(jobs.size());
  LogPlant plant(jobs, procs, policy == ReplayPolicy::dure ? Lanes::one_a_size : Lanes::one);
  NoRecord record;
  Loop<NoRecord>(world, policy_of(policy), plant, record).run();
  CHECK(world.jobs() == jobs.size() && world.waiting_jobs() == 0 && world.running_jobs() == 0);

  out.events = world.events();
  out.jobs.reserve(jobs.size());
  std::vector<std::int64_t> waits;
  waits.reserve(jobs.size());
  long double wait_sum = 0, slowdown_sum = 0, work = 0;
  std::int64_t last_end = 0;
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    const Job& job = world.job(JobId{i});
    out.jobs.push_back({job.start, job.end});
    const std::int64_t wait = (job.start - job.submit).count();
    const std::int64_t run = jobs[i].run.count();
    waits.push_back(wait);
    wait_sum += static_cast<long double>(wait);
    slowdown_sum +=
        std::max(1.0L, static_cast<long double>(wait + run) /
                           static_cast<long double>(std::max<std::int64_t>(10'000, run)));
    work += static_cast<long double>(run) * jobs[i].procs;
    last_end = std::max(last_end, job.end.count());
  }
  const auto n = static_cast<long double>(jobs.size());
  const std::int64_t span = last_end - jobs.front().submit.count();
  out.mean_wait_s = static_cast<double>(wait_sum / n / 1000);
  out.mean_bounded_slowdown = static_cast<double>(slowdown_sum / n);
  out.p50_wait_s = static_cast<double>(percentile(waits, 0.50)) / 1000;
  out.p95_wait_s = static_cast<double>(percentile(waits, 0.95)) / 1000;
  out.p99_wait_s = static_cast<double>(percentile(waits, 0.99)) / 1000;
  out.makespan_s = static_cast<double>(span) / 1000;
  out.utilization = static_cast<double>(work / (static_cast<long double>(procs) * span));
  return out;
}

}  // namespace dure
