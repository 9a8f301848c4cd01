#include "app/results_feeder.h"

#include "app/results_numbers.h"
#include "world/power_feed.h"

namespace dure {

using Json = nlohmann::ordered_json;

nlohmann::ordered_json binding_limit_json(const Simulation& run, std::size_t site) {
  const Scenario& s = run.scenario();
  const SiteFeed feed = feed_site(s, run.founding(), SiteId{static_cast<std::uint32_t>(site)},
                                  run.meter().window().to - Millis(1));
  if (!feed.binding) return nullptr;
  const MetLimit& met = *feed.binding;
  const PoolPlan& pool = run.founding().pools[met.pool.index];
  Json dark = Json::object();
  for (const DarkNodes& d : feed.dark) {
    const std::string level(enum_name(d.because.level));
    const Device device = run.founding().pools[d.because.pool.index].opened.device;
    if (device != Device::gpu && device != Device::shared_gpu) continue;
    dark[level] = dark.value(level, std::int64_t{0}) + d.gpus / units_of_one(device);
  }
  return {{"level", std::string(enum_name(met.level))},
          {"limit_mw", rounded(met.limit_kw / 1000, 6)},
          {"from", to_string(met.from)},
          {"hall", s.sites[site].halls[pool.hall].id},
          {"hardware", s.hardware[pool.opened.hardware.index].id},
          {"needs_kw", rounded(met.needs_kw, 3)},
          {"room_kw", rounded(met.room_kw, 3)},
          {"dark_gpus", dark}};
}

nlohmann::ordered_json swing_json(const Simulation& run, std::size_t site) {
  if (!run.swings().modelled()) return nullptr;
  const SwingFigures& f = run.swings().sites()[site];
  const auto limit = run.swings().ramp_limit_w_per_s(SiteId{static_cast<std::uint32_t>(site)});
  return {{"worst_mw", mw(f.worst_w)},
          {"expected_mw", mw(f.expected_w)},
          {"gangs_at_worst", f.gangs_at_worst},
          {"worst_ramp_mw_per_s", mw(f.worst_ramp_w_per_s)},
          {"ramp_limit_mw_per_s", limit ? Json(mw(*limit)) : Json()},
          {"over_ramp_limit_h", limit ? Json(gpu_h(f.over_limit_ms)) : Json()}};
}

}  // namespace dure
