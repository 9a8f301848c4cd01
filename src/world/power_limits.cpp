#include "world/power_limits.h"

#include <tuple>

namespace dure {

ByLevel<const PowerLimitStep*> limits_in_force(std::span<const PowerLimitStep> steps,
                                               std::string_view site, std::string_view hall,
                                               Date day) {
  ByLevel<const PowerLimitStep*> rows{};
  for (const PowerLimitStep& s : steps) {
    if (s.site != site || (!s.hall.empty() && s.hall != hall) || s.from > day) continue;
    const PowerLimitStep*& best = rows[at(s.level)];
    const auto rank = [](const PowerLimitStep& r) { return std::tuple(!r.hall.empty(), r.from); };
    if (best == nullptr || rank(s) >= rank(*best)) best = &s;
  }
  return rows;
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
