#include "sim/gpu_replay.h"

#include <algorithm>
#include <functional>
#include <map>

#include "sched/loop.h"

namespace dure {
namespace {

// Adds up from the events alone, sharing nothing with the plant: when a job first started, and the
// GPU-time it held.
class HeldRecord {
 public:
  explicit HeldRecord(std::size_t jobs) : first_(jobs, kNone), since_(jobs), gpus_(jobs) {}
  void append(const Event& e) {
    if (const auto* job = std::get_if<JobSubmitted>(&e.what)) {
      gpus_[job->job.index] = job->gpus;
    } else if (const auto* wish = std::get_if<CommandIssued>(&e.what)) {
      const auto* start = std::get_if<StartJob>(&wish->wish);
      if (start == nullptr) return;
      since_[start->job.index] = e.at;
      if (first_[start->job.index] == kNone) first_[start->job.index] = e.at;
    } else if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
      left(stopped->job, e.at);
    } else if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
      left(ended->job, e.at);
    }
  }
  void waits(JobId, Reason) {}
  Millis first_start(std::size_t job) const { return first_[job]; }
  std::int64_t held_gpu_ms() const { return held_.count(); }

 private:
  static constexpr Millis kNone{std::numeric_limits<std::int64_t>::min()};
  void left(JobId job, Millis at) { held_ += gpu_time(gpus_[job.index], at - since_[job.index]); }
  std::vector<Millis> first_, since_;
  std::vector<Gpus> gpus_;
  GpuMillis held_;
};

double in_seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }
double gpu_hours(std::int64_t gpu_ms) { return static_cast<double>(gpu_ms) / 3'600'000; }

}  // namespace

GpuSetup gpu_setup(GpuPolicy policy, const GpuCluster& cluster, Millis checkpoint, Millis restart) {
  GpuSetup s;
  s.cluster = cluster;
  s.telling.checkpoint = checkpoint;
  s.telling.restart = restart;
  s.policy.every_job = true;
  s.policy.grace = Millis(0);  // what a stop costs is all in checkpoint and restart
  switch (policy) {
    case GpuPolicy::fcfs: s.policy.every_job = false; break;  // one lane: its head is all there is
    case GpuPolicy::easy: s.policy.backfill = Backfill::easy; break;
    case GpuPolicy::fair:
      s.policy.every_job = false;
      s.policy.order = Order::fair;
      s.policy.backfill = Backfill::easy;
      s.telling.lanes = GpuTelling::Lanes::one_a_user_and_size;
      break;
    case GpuPolicy::srtf:
      s.policy.order = Order::shortest;
      s.policy.preempt = true;
      s.policy.ladder.stretch = 0;
      s.telling.knows = GpuTelling::Knows::run_times;
      break;
    case GpuPolicy::dure:
      s.policy.order = Order::attained;
      s.policy.preempt = true;
      s.policy.patience = Millis(3'600'000);
      s.telling.lanes = GpuTelling::Lanes::one_a_user;
      s.telling.knows = GpuTelling::Knows::nothing;
      s.telling.min_run = Millis(1'800'000);
      break;
  }
  return s;
}

std::string_view knows(GpuPolicy policy) {
  switch (policy) {
    case GpuPolicy::fcfs: return "nothing";
    case GpuPolicy::easy:
    case GpuPolicy::fair: return "the log's estimates; the true run times where it has none";
    case GpuPolicy::srtf: return "the true run times";
    case GpuPolicy::dure: return "deadlines; nothing of run times";
  }
  CHECK(!"a GpuPolicy");
}

std::vector<double> exclusive_share_ms(const std::vector<BatchJob>& jobs, std::int64_t gpus) {
  // Gangs of one size run at one rate: how far such a gang has come since the start of the log, and
  // at how much of that each of them is done.
  struct Size {
    double done = 0;
    std::vector<std::pair<double, std::size_t>> heap;  // least first
  };
  std::map<std::int32_t, Size> sizes;
  for (const BatchJob& j : jobs) sizes[j.procs];
  std::vector<double> out(jobs.size());
  double now = static_cast<double>(jobs.front().submit.count());
  std::size_t next = 0, active = 0;
  const auto rate = [&](std::int32_t size) {
    return std::min(1.0, static_cast<double>(gpus) / (static_cast<double>(active) * size));
  };
  while (next < jobs.size() || active > 0) {
    double at = std::numeric_limits<double>::infinity();
    Size* first = nullptr;
    for (auto& [size, s] : sizes) {
      if (s.heap.empty()) continue;
      const double end = now + std::max(0.0, s.heap.front().first - s.done) / rate(size);
      if (end >= at) continue;
      at = end;
      first = &s;
    }
    const bool comes = next < jobs.size() && static_cast<double>(jobs[next].submit.count()) <= at;
    if (comes) at = static_cast<double>(jobs[next].submit.count());
    if (active > 0)
      for (auto& [size, s] : sizes) s.done += (at - now) * rate(size);
    now = at;
    if (comes) {
      Size& s = sizes[jobs[next].procs];
      s.heap.emplace_back(s.done + static_cast<double>(jobs[next].run.count()), next);
      std::push_heap(s.heap.begin(), s.heap.end(), std::greater<>());
      ++next;
      ++active;
    } else {
      std::pop_heap(first->heap.begin(), first->heap.end(), std::greater<>());
      const std::size_t job = first->heap.back().second;
      first->heap.pop_back();
      --active;
      out[job] = now - static_cast<double>(jobs[job].submit.count());
    }
  }
  return out;
}

GpuResult gpu_replay(const std::vector<BatchJob>& jobs, const GpuSetup& setup) {
  CHECK(!jobs.empty());
  World world;
  world.reserve_jobs(jobs.size());
  GpuPlant plant(jobs, setup.cluster, setup.telling);
  HeldRecord record(jobs.size());
  Loop<HeldRecord>(world, setup.policy, plant, record).run();
  CHECK(world.jobs() == jobs.size() && world.waiting_jobs() == 0 && world.running_jobs() == 0);

  GpuResult out;
  out.events = world.events();
  const std::vector<double> shares = exclusive_share_ms(jobs, setup.cluster.gpus);
  std::vector<std::int64_t> jcts, waits;
  std::vector<double> rhos;
  long double jct_sum = 0, wait_sum = 0, slowdown_sum = 0, rho_sum = 0;
  std::int64_t last_end = 0, useful = 0, lost = 0;
  std::size_t unfair = 0;
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    const BatchJob& log = jobs[i];
    const Millis end = world.job(JobId{i}).end, start = record.first_start(i);
    const GpuPlant::Course& course = plant.courses()[i];
    CHECK(course.useful == log.run.count() * log.procs);  // invariant 1
    useful += course.useful;
    lost += course.lost;
    out.stops += course.stops;
    out.jobs_stopped += course.stops > 0;
    out.jobs.push_back({start, end});
    jcts.push_back((end - log.submit).count());
    waits.push_back((start - log.submit).count());
    const auto jct = static_cast<long double>(jcts.back());
    jct_sum += jct;
    wait_sum += static_cast<long double>(waits.back());
    slowdown_sum += std::max(
        1.0L, jct / static_cast<long double>(std::max<std::int64_t>(10'000, log.run.count())));
    // A millisecond is within what the sums of doubles lose.
    rhos.push_back(static_cast<double>(jcts.back()) / std::max(shares[i], 1.0));
    rho_sum += rhos.back();
    unfair += static_cast<double>(jcts.back()) > shares[i] + 1.0;
    last_end = std::max(last_end, end.count());
    if (log.deadline.count() == 0) continue;
    ++out.deadlines;
    out.deadlines_met += end <= log.deadline;
  }
  CHECK(record.held_gpu_ms() == useful + lost);  // invariant 1
  const auto n = static_cast<long double>(jobs.size());
  const std::int64_t span = last_end - jobs.front().submit.count();
  out.mean_jct_s = static_cast<double>(jct_sum / n / 1000);
  out.p50_jct_s = in_seconds(percentile(jcts, 0.50));
  out.p99_jct_s = in_seconds(percentile(jcts, 0.99));
  out.mean_wait_s = static_cast<double>(wait_sum / n / 1000);
  out.p50_wait_s = in_seconds(percentile(waits, 0.50));
  out.p95_wait_s = in_seconds(percentile(waits, 0.95));
  out.p99_wait_s = in_seconds(percentile(waits, 0.99));
  out.mean_bounded_slowdown = static_cast<double>(slowdown_sum / n);
  out.makespan_s = in_seconds(span);
  out.utilization = static_cast<double>(static_cast<long double>(useful) /
                                        (static_cast<long double>(setup.cluster.gpus) * span));
  std::sort(rhos.begin(), rhos.end());
  out.fairness_mean = static_cast<double>(rho_sum / n);
  out.fairness_p99 = rhos[std::min(rhos.size() - 1, rhos.size() * 99 / 100)];
  out.fairness_max = rhos.back();
  out.unfair_share = static_cast<double>(unfair) / static_cast<double>(jobs.size());
  out.held_gpu_h = gpu_hours(record.held_gpu_ms());
  out.useful_gpu_h = gpu_hours(useful);
  out.lost_gpu_h = gpu_hours(lost);
  return out;
}

}  // namespace dure
