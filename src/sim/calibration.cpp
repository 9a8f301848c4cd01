#include "sim/calibration.h"

#include <algorithm>
#include <array>
#include <map>

#include "sched/loop.h"
#include "sim/log_plant.h"

namespace dure {
namespace {

// Between the loop and the plant: learns from each fact, asks after each pass.
class Asking final : public Plant {
 public:
  Asking(World& world, Plant& plant, const Policy& policy, std::size_t jobs, std::size_t sample,
         const ForecastOptions& options)
      : world_(world),
        plant_(plant),
        policy_(policy),
        jobs_(jobs),
        sample_(sample),
        forecaster_(options) {}

  Calibration out;

  void append(const Event& e) {  // of the record
    forecaster_.hear(world_, e);
    if (const auto* submitted = std::get_if<JobSubmitted>(&e.what)) {
      if (chosen(submitted->job.index)) fresh_.push_back(submitted->job);
    } else if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
      const auto* start = std::get_if<StartJob>(&issued->wish);
      if (start == nullptr) return;
      const auto it = open_.find(start->job);
      if (it == open_.end()) return;
      ForecastPair pair = it->second;
      pair.actual = (e.at - world_.job(start->job).submit).count();
      out.pairs.push_back(pair);
      open_.erase(it);
    }
  }
  void waits(JobId, Reason) {}

  void ask(const Command& wish) override { plant_.ask(wish); }
  void next(Millis wake, std::vector<Event>& facts) override {
    for (const JobId job : fresh_) {
      ++out.asked;
      if (world_.job(job).state != JobState::waiting) {
        ++out.at_once;
        continue;
      }
      const Forecast f = forecaster_.forecast(world_, policy_, job);
      if (!f.p90) {
        ++out.unseen;
        continue;
      }
      forecaster_.given(world_, job, f);
      const Millis now = world_.now();
      open_[job] = {job.index,
                    (*f.p50 - now).count(),
                    (*f.p90 - now).count(),
                    (*f.raw_p50 - now).count(),
                    (*f.raw_p90 - now).count(),
                    0};
    }
    fresh_.clear();
    plant_.next(wake, facts);
  }

 private:
  bool chosen(std::size_t i) const {
    return sample_ == 0 || sample_ >= jobs_ || (i + 1) * sample_ / jobs_ != i * sample_ / jobs_;
  }

  World& world_;
  Plant& plant_;
  const Policy policy_;
  const std::size_t jobs_, sample_;
  Forecaster forecaster_;
  std::vector<JobId> fresh_;
  std::map<JobId, ForecastPair> open_;
};

}  // namespace

void count_shares(Calibration& c, std::size_t from) {
  const std::size_t n = c.pairs.size() > from ? c.pairs.size() - from : 0;
  if (n == 0) return;
  std::array<std::size_t, 4> over{};
  std::vector<std::int64_t> waits;
  std::vector<double> errors;
  for (std::size_t i = from; i < c.pairs.size(); ++i) {
    const ForecastPair& p = c.pairs[i];
    over[0] += p.actual > p.p50;
    over[1] += p.actual > p.p90;
    over[2] += p.actual > p.raw50;
    over[3] += p.actual > p.raw90;
    waits.push_back(p.actual);
    errors.push_back(static_cast<double>(std::abs(p.p50 - p.actual)) /
                     static_cast<double>(std::max<std::int64_t>(p.actual, 1)));
  }
  const auto share = [&](std::size_t k) {
    return static_cast<double>(over[k]) / static_cast<double>(n);
  };
  c.over_p50 = share(0);
  c.over_p90 = share(1);
  c.raw_over_p50 = share(2);
  c.raw_over_p90 = share(3);
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(n / 2),
                   errors.end());
  c.median_error = errors[n / 2];
  c.median_wait_s = static_cast<double>(percentile(waits, 0.5)) / 1000;
}

Calibration calibrate(const std::vector<BatchJob>& jobs, std::int64_t procs, ReplayPolicy name,
                      std::size_t sample, const ForecastOptions& options) {
  const Policy policy = policy_of(name);
  World world;
  world.reserve_jobs(jobs.size());
  LogPlant plant(jobs, procs, name == ReplayPolicy::dure ? Lanes::one_a_size : Lanes::one);
  Asking asking(world, plant, policy, jobs.size(), sample, options);
  Loop<Asking>(world, policy, asking, asking).run();
  asking.out.jobs = jobs.size();
  count_shares(asking.out);
  return std::move(asking.out);
}

}  // namespace dure
