#include "physics/power_limits.h"

namespace dure {

ByLevel<std::optional<double>> limits_kw(std::span<const PowerLimitStep> steps, Date day) {
  ByLevel<std::optional<double>> limits;
  ByLevel<Date> since{};
  for (const PowerLimitStep& s : steps) {
    const std::size_t i = at(s.level);
    if (s.from > day || (limits[i] && s.from < since[i])) continue;
    limits[i] = s.limit_kw;
    since[i] = s.from;
  }
  return limits;
}

std::optional<Binding> binding_limit(const ByLevel<std::optional<double>>& limits_kw,
                                     const ByLevel<double>& draws_kw) {
  std::optional<Binding> binding;
  for (std::size_t i = 0; i < kPowerLevels; ++i) {
    if (!limits_kw[i]) continue;
    const double room = *limits_kw[i] - draws_kw[i];
    if (!binding || room < binding->headroom_kw)
      binding = Binding{static_cast<PowerLevel>(i), room, *limits_kw[i]};
  }
  return binding;
}

}  // namespace dure
