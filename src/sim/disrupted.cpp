#include "sim/disrupted.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dure {
namespace {

Millis hours(double h) { return Millis(std::llround(h * static_cast<double>(kMsPerHour))); }

}  // namespace

Disrupted::Disrupted(const Scenario& s, SiteId site, Millis run_from) : site_(s.sites[site.index]) {
  for (const DisruptionSpec& d : s.disruptions) {
    if (d.site != site_.id) continue;
    const Millis begins = midnight(d.first) + hours(d.hour);
    // What was so before the run is off a moment after it began.
    const Millis from = begins > run_from ? begins : std::max(begins, run_from + Millis(1));
    const Span span{from, begins + hours(d.hours), d.grid_mw.count(), d.hall};
    if (span.from >= span.to) continue;
    if (d.kind == Disruption::grid_limit) limits_.push_back(span);
    if (d.kind == Disruption::site_lost) lost_.push_back(span);
    if (d.kind == Disruption::hall_lost) lost_halls_.push_back(span);
  }
  std::sort(lost_.begin(), lost_.end(),
            [](const Span& a, const Span& b) { return a.from < b.from; });
}

std::int64_t Disrupted::limit_w(Millis from, Millis to) const {
  std::int64_t out = std::numeric_limits<std::int64_t>::max();
  for (const Span& s : limits_)
    if (s.from <= from && to <= s.to) out = std::min(out, s.limit_w);
  return out;
}

bool Disrupted::begins_in(Millis from, Millis to) const {
  return std::any_of(limits_.begin(), limits_.end(),
                     [&](const Span& s) { return from <= s.from && s.from < to; });
}

double Disrupted::works_share(Millis from, Millis to) const {
  std::int64_t lost = 0;
  Millis counted = from;
  for (const Span& s : lost_) {
    const Millis a = std::max(s.from, counted), b = std::min(s.to, to);
    if (a >= b) continue;
    lost += (b - a).count();
    counted = b;
  }
  return 1 - static_cast<double>(lost) / static_cast<double>((to - from).count());
}

bool Disrupted::hall_is_lost(std::size_t hall, Millis from, Millis to) const {
  return std::any_of(lost_halls_.begin(), lost_halls_.end(), [&](const Span& s) {
    return s.hall == site_.halls[hall].id && s.from <= from && to <= s.to;
  });
}

}  // namespace dure
