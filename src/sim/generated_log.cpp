#include "sim/generated_log.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/calendar.h"
#include "base/check.h"
#include "base/stream.h"

namespace dure {

std::vector<BatchJob> generated_log(std::size_t jobs, std::int32_t procs, double load,
                                    std::uint64_t seed) {
  CHECK(procs >= 4 && load > 0);
  std::vector<BatchJob> log(jobs);
  Stream draw(seed, "generated_log/jobs", 0);
  const auto sizes = static_cast<std::uint64_t>(std::bit_width(static_cast<unsigned>(procs / 4)));
  double work = 0;
  for (std::size_t i = 0; i < jobs; ++i) {
    BatchJob& j = log[i];
    j.number = static_cast<std::int64_t>(i) + 1;
    j.procs = std::int32_t{1} << draw.below(sizes);
    const auto run =
        static_cast<std::int64_t>(std::clamp(draw.lognormal(1800, 1.8), 10.0, 172'800.0));
    const double factor = draw.uniform() < 0.1 ? 1.0 : 1.0 + 3.0 * draw.uniform();
    j.run = seconds(run);
    j.estimate = seconds(
        std::max(run, static_cast<std::int64_t>(std::llround(static_cast<double>(run) * factor))));
    work += static_cast<double>(run) * j.procs;
  }
  // Arrivals: exponential gaps, stretched so that the whole offers the load that was asked for.
  const double mean_gap = work / (load * procs * static_cast<double>(jobs));
  Stream gaps(seed, "generated_log/gaps", 0);
  double t = 0;
  for (BatchJob& j : log) {
    const int hour = hour_of_day(seconds(std::llround(t)));
    const double busy = hour >= 8 && hour < 20 ? 1.5 : 0.5;
    t += gaps.exponential() * mean_gap / busy;
    j.submit = seconds(std::llround(t));
  }
  return log;
}

}  // namespace dure
