#include "physics/grid_events.h"

#include <algorithm>
#include <cmath>

#include "base/calendar.h"
#include "base/check.h"
#include "base/stream.h"

namespace dure {

namespace {

constexpr double kP90Normal = 1.2815515655446004;  // 90th percentile of the standard normal
constexpr double kMsPerYear = 365.25 * static_cast<double>(kMsPerDay);

double sigma_of(double p50, double p90) { return p90 > p50 ? std::log(p90 / p50) / kP90Normal : 0; }

// One arrival a draw, so that a longer span only adds events.
template <class Draw>
void arrivals(Stream& stream, double per_year, Millis from, Millis to, Draw draw) {
  if (!(per_year > 0)) return;
  auto at = static_cast<double>(from.count());
  for (;;) {
    at += stream.exponential() / per_year * kMsPerYear;
    if (at >= static_cast<double>(to.count())) return;
    draw(Millis(static_cast<std::int64_t>(at)));
  }
}

Millis length_of(double hours) {
  return Millis(std::max<std::int64_t>(
      1, static_cast<std::int64_t>(hours * static_cast<double>(kMsPerHour))));
}

}  // namespace

std::vector<GridEvent> grid_events(const ReliabilitySpec& spec, const GridEventKey& key,
                                   Millis from, Millis to) {
  std::vector<GridEvent> out;
  Stream cuts(key.seed, "grid/curtailment", key.site);
  arrivals(cuts, key.metro ? spec.metro_curtailments_per_year : spec.other_curtailments_per_year,
           from, to, [&](Millis at) {
             GridEvent e{GridEventKind::curtailment, at, {}, 0, false};
             const double depth =
                 cuts.lognormal(spec.depth_p50, sigma_of(spec.depth_p50, spec.depth_p90));
             e.depth = std::min(1.0, depth);
             e.beyond_range = depth > 1;
             e.length = length_of(
                 cuts.lognormal(spec.p50_hours, sigma_of(spec.p50_hours, spec.p90_hours)));
             out.push_back(e);
           });
  Stream ties(key.seed, "grid/n_1", key.region);
  arrivals(ties, spec.n_1_per_year, from, to, [&](Millis at) {
    const double hours =
        ties.lognormal(spec.n_1_p50_hours, sigma_of(spec.n_1_p50_hours, spec.n_1_p90_hours));
    out.push_back({GridEventKind::n_1, at, length_of(hours), 0, false});
  });
  std::stable_sort(out.begin(), out.end(),
                   [](const GridEvent& a, const GridEvent& b) { return a.at < b.at; });
  return out;
}

std::optional<std::string_view> reserve_stage(const ReliabilitySpec& spec, double reserve_mw) {
  std::optional<std::string_view> gravest;
  double lowest = 0;
  for (const ReserveStageSpec& s : spec.stages) {
    if (reserve_mw < s.below_mw && (!gravest || s.below_mw < lowest)) {
      gravest = s.id;
      lowest = s.below_mw;
    }
  }
  return gravest;
}

}  // namespace dure
