#include "sim/workload_gen.h"

#include <algorithm>
#include <cmath>

#include "base/stream.h"

namespace dure {
namespace {

constexpr double kMsPerHourReal = 3'600'000.0;

std::int64_t ms_nearest(double hours) {
  return std::max<std::int64_t>(1, std::llround(hours * kMsPerHourReal));
}

// Weights, summed, over their total.
std::vector<double> cumulated(const std::vector<double>& weights) {
  std::vector<double> out;
  double sum = 0;
  for (const double w : weights) out.push_back(sum += w);
  for (double& c : out) c /= sum;
  return out;
}
std::size_t drawn(const std::vector<double>& cumulated, double u) {
  std::size_t i = 0;
  while (i + 1 < cumulated.size() && u >= cumulated[i]) ++i;
  return i;
}

}  // namespace

Arrivals::Arrivals(const Scenario& scenario, const Demand& demand, std::uint64_t seed)
    : demand_(demand), seed_(seed) {
  for (const DemandRow& row : demand.rows()) {
    if (row.service) continue;
    Source s;
    s.row = &row;
    s.work = &scenario.workloads[row.workload.index];
    s.per_day = demand.spec(row).arrivals_per_day;
    s.cumulated = cumulated(s.work->size->weights);
    std::vector<double> users;  // Zipf's law
    for (std::size_t u = 1; u <= row.users; ++u) users.push_back(1.0 / static_cast<double>(u));
    s.users_cumulated = cumulated(users);
    s.users = "users/" + row.name;
    if (const auto& array = s.work->array) {
      s.tasks_cumulated = cumulated(array->weights);
      s.tasks_mean = 0;
      double before = 0;
      for (std::size_t i = 0; i < array->tasks.size(); ++i) {
        s.tasks_mean += static_cast<double>(array->tasks[i]) * (s.tasks_cumulated[i] - before);
        before = s.tasks_cumulated[i];
      }
    }
    s.min_ms = ms_nearest(s.work->duration->min_hours);
    s.max_ms = ms_nearest(s.work->duration->max_hours);
    s.arrivals = "arrivals/" + row.name;
    s.tasks = "tasks/" + row.name;
    s.sizes = "sizes/" + row.name;
    s.runs = "runs/" + row.name;
    s.estimates = "estimates/" + row.name;
    sources_.push_back(std::move(s));
  }
}

double Arrivals::rate_per_hour(const Source& s, std::int64_t hour) const {
  return s.per_day / 24.0 * demand_.scale(s.row->member, Millis(hour * kMsPerHour)) *
         demand_.factor(s.row->pattern, hour);
}

void Arrivals::hour_of(const Source& s, std::int64_t hour, std::vector<Arrival>& out) const {
  const double rate = rate_per_hour(s, hour);
  if (!(rate > 0)) return;
  const double mean_gap_ms = kMsPerHourReal / rate * s.tasks_mean;
  const auto key = static_cast<std::uint64_t>(hour);
  Stream gaps(seed_, s.arrivals, key), tasks(seed_, s.tasks, key), sizes(seed_, s.sizes, key),
      runs(seed_, s.runs, key), estimates(seed_, s.estimates, key), users(seed_, s.users, key);
  const DurationLaw& law = *s.work->duration;
  for (double t = gaps.exponential() * mean_gap_ms; t < kMsPerHourReal;
       t += gaps.exponential() * mean_gap_ms) {
    const std::size_t size = drawn(s.cumulated, sizes.uniform());
    std::size_t user = 0;
    if (s.row->users > 1) user = drawn(s.users_cumulated, users.uniform());
    std::int64_t left = 1;
    if (s.work->array) left = s.work->array->tasks[drawn(s.tasks_cumulated, tasks.uniform())];
    for (; left > 0; --left) {
      const double hours = runs.lognormal(law.median_hours, law.sigma);
      const std::int64_t run = hours >= law.max_hours
                                   ? s.max_ms
                                   : std::max(s.min_ms, std::min(s.max_ms, ms_nearest(hours)));
      const double asked = static_cast<double>(run) *
                           (1.0 + (s.work->estimate.max_factor - 1.0) * estimates.uniform());
      const std::int64_t estimate = asked >= static_cast<double>(s.max_ms)
                                        ? s.max_ms
                                        : std::max(run, static_cast<std::int64_t>(asked));
      out.push_back({Millis(hour * kMsPerHour + static_cast<std::int64_t>(t)), Millis(run),
                     Millis(estimate), s.row->lanes[size * s.row->users + user],
                     static_cast<std::int32_t>(s.work->size->units()[size])});
    }
  }
}

void Arrivals::hour(std::int64_t hour, std::vector<Arrival>& out) const {
  out.clear();
  for (const Source& s : sources_) hour_of(s, hour, out);
  // Of one instant: in the order of the scenario's rows.
  std::stable_sort(out.begin(), out.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
}

std::vector<Arrival> Arrivals::still_running(Millis t) const {
  CHECK(t.count() % kMsPerHour == 0);
  struct Left {
    std::int64_t priority = 0;
    Arrival job;
  };
  std::vector<Left> left;
  std::vector<Arrival> hour;
  const std::int64_t now = t.count() / kMsPerHour;
  for (const Source& s : sources_) {
    const DurationLaw& law = *s.work->duration;
    // 5 sigma: 3 jobs of 10 million run longer.
    const double longest = std::min(
        law.max_hours, std::max(law.min_hours, law.median_hours * std::exp(5 * law.sigma)));
    for (std::int64_t h = now - static_cast<std::int64_t>(std::ceil(longest)); h < now; ++h) {
      hour.clear();
      hour_of(s, h, hour);
      for (Arrival& a : hour) {
        const Millis age = t - a.at;
        if (a.run <= age) continue;
        a.run -= age;
        a.estimate -= age;
        left.push_back({s.work->priority, a});
      }
    }
  }
  std::stable_sort(left.begin(), left.end(), [](const Left& a, const Left& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.job.at < b.job.at;
  });
  std::vector<Arrival> out;
  for (const Left& l : left) out.push_back(l.job);
  return out;
}

double Arrivals::expected(Millis from, Millis to) const {
  double jobs = 0;
  for (const Source& s : sources_)
    for (std::int64_t h = from.count() / kMsPerHour; h * kMsPerHour < to.count(); ++h)
      jobs += rate_per_hour(s, h);
  return jobs;
}

}  // namespace dure
