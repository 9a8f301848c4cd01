#include "sim/swings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "physics/conversion.h"
#include "physics/gpu_power.h"
#include "physics/gpu_work.h"
#include "physics/power_swing.h"
#include "world/power_check.h"

namespace dure {
namespace {

// Watts at the meter for one more at the racks.
Result<double> slope_of(const Scenario& s, const SiteSpec& site) {
  for (const UtilitySpec& u : s.utilities) {
    if (u.site != site.id) continue;
    Result<Chain> chain = find_chain(*s.power, u.power_chain);
    if (!chain) return chain.fault();
    double slope = 1;
    for (const StageSpec& stage : chain.value().stages) slope /= stage.efficiency;
    return slope;
  }
  return 1.0;
}

Result<SwingModel::OfPool> pool_model(const PowerSpec& power, const SwingSpec& row) {
  TRY(gpu, find_row(power.gpus, row.gpu, "power.gpus"));
  TRY(train, find_row(power.phases, "train", "power.phases"));
  TRY(wait, find_row(power.phases, "communication", "power.phases"));
  double high_w = gpu_phase_w(*gpu, *train);
  if (row.cap_w > 0) high_w = std::min(high_w, row.cap_w);
  SwingModel::OfPool out;
  out.span_w = std::max(0.0, high_w - gpu_phase_w(*gpu, *wait));
  out.smoothing_s = row.smoothing_s;
  return out;
}

}  // namespace

Result<SwingModel> SwingModel::make(const Scenario& s, const Founding& founding) {
  SwingModel out;
  out.pools.resize(founding.pools.size());
  out.ramp_limits_w_per_s.resize(s.sites.size());
  for (std::size_t i = 0; i < s.sites.size(); ++i)
    for (const UtilitySpec& u : s.utilities)
      if (u.site == s.sites[i].id && u.ramp_limit_mw_per_s > 0)
        out.ramp_limits_w_per_s[i] = std::llround(u.ramp_limit_mw_per_s * 1e6);
  for (std::size_t w = 0; w < s.workloads.size(); ++w) {
    if (s.workloads[w].sync_step_s <= 0) continue;
    const std::string where = "workloads[" + s.workloads[w].id + "].sync_step_s";
    if (!s.power)
      return Fault{where, "the section power, for work that keeps step", "none",
                   "models/power.yaml has it"};
    out.any = true;
    out.sync_per_doubling = s.power->sync_per_doubling;
    for (const std::string& hardware : s.workloads[w].hardware) {
      const SwingSpec* row = nullptr;
      for (const SwingSpec& r : s.power->swings)
        if (std::find(r.hardware.begin(), r.hardware.end(), hardware) != r.hardware.end()) row = &r;
      if (row == nullptr)
        return Fault{where, "a row of power.swings for its hardware " + hardware, "none",
                     "its machines are in no row: add them to one"};
      TRY(of_pool, pool_model(*s.power, *row));
      for (std::size_t p = 0; p < founding.pools.size(); ++p) {
        const PoolOpened& pool = founding.pools[p].opened;
        if (s.hardware[pool.hardware.index].id != hardware) continue;
        TRY(slope, slope_of(s, s.sites[pool.site.index]));
        out.pools[p] = of_pool;
        out.pools[p].span_w *= slope;
        out.pools[p].gpus_per_node = pool.gpus_per_node;
      }
    }
  }
  return out;
}

Swings::Swings(const Scenario& scenario, const Founding& founding, const Demand& demand,
               const World& world, const Window& window)
    : scenario_(scenario),
      world_(world),
      window_(window),
      model_([&] {
        Result<SwingModel> model = SwingModel::make(scenario, founding);
        CHECK(model);  // the caller has asked
        return std::move(model.value());
      }()),
      work_of_lane_(founding.lanes.size()),
      levels_(scenario.sites.size()),
      figures_(scenario.sites.size()),
      now_(std::numeric_limits<std::int64_t>::min() / 2) {
  for (const PoolPlan& pool : founding.pools) site_of_pool_.push_back(pool.opened.site);
  for (const DemandRow& row : demand.rows())
    for (const LaneId lane : row.lanes) work_of_lane_[lane.index] = row.workload;
}

void Swings::append(const Event& e) {
  if (!model_.any) return;
  now_ = e.at.count();
  if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
    stop(ended->job);
  } else if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
    stop(stopped->job);
  } else if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
    if (const auto* wish = std::get_if<StartJob>(&issued->wish)) {
      const std::int64_t gpus = wish->gpus.count();
      start(wish->job, wish->pool, gpus == 0 ? world_.job(wish->job).gpus : gpus, wish->also);
    } else if (const auto* resize = std::get_if<ResizeJob>(&issued->wish)) {
      stop(resize->job);
      start(resize->job, world_.job(resize->job).pool, resize->gpus.count(),
            {world_.more_parts(resize->job).begin(), world_.more_parts(resize->job).end()});
    }
  }
}

void Swings::close() {
  now_ = window_.to.count();
  for (std::uint32_t s = 0; s < levels_.size(); ++s) settle(SiteId{s});
}

void Swings::start(JobId job, PoolId pool, std::int64_t gpus, const std::vector<Part>& also) {
  const WorkloadSpec& work = scenario_.workloads[work_of_lane_[world_.job(job).lane.index].index];
  if (work.sync_step_s <= 0) return;
  std::vector<std::pair<PoolId, std::int64_t>> parts{{pool, gpus}};
  for (const Part& part : also) parts.emplace_back(part.pool, part.gpus.count());
  double nodes = 0;
  for (const auto& [where, n] : parts)
    if (model_.pools[where.index].span_w > 0)
      nodes += static_cast<double>(n) / model_.pools[where.index].gpus_per_node;
  StepLoad one;  // GPU
  one.gpus = 1;
  one.step_s = work.sync_step_s;
  one.high_share = 1 - sync_share(model_.sync_per_doubling, std::max(1.0, nodes));
  std::vector<Swinging> swinging;
  for (const auto& [where, n] : parts) {
    const SwingModel::OfPool& of_pool = model_.pools[where.index];
    if (of_pool.span_w <= 0) continue;  // a device beside the GPUs
    one.high_w = of_pool.span_w;
    const Result<Swing> swing = feeder_swing(one, of_pool.smoothing_s);
    CHECK(swing);  // positive by describe() and make()
    Swinging part{site_of_pool_[where.index],
                  std::llround(static_cast<double>(n) * swing.value().peak_to_peak_w),
                  std::llround(static_cast<double>(n) * swing.value().ramp_w_per_s)};
    if (part.swing_w == 0) continue;
    // Parts of a gang keep step: at one site they are one swing.
    const auto same = std::find_if(swinging.begin(), swinging.end(),
                                   [&](const Swinging& x) { return x.site == part.site; });
    if (same == swinging.end()) {
      swinging.push_back(part);
    } else {
      same->swing_w += part.swing_w;
      same->ramp_w_per_s += part.ramp_w_per_s;
    }
  }
  if (swinging.empty()) return;
  for (const Swinging& part : swinging) add(part, 1);
  CHECK(running_.emplace(job, std::move(swinging)).second);
}

void Swings::stop(JobId job) {
  const auto it = running_.find(job);
  if (it == running_.end()) return;
  for (const Swinging& part : it->second) add(part, -1);
  running_.erase(it);
}

void Swings::add(const Swinging& part, std::int64_t sign) {
  settle(part.site);
  Level& level = levels_[part.site.index];
  level.gangs += sign;
  level.swing_w += sign * part.swing_w;
  level.ramp_w_per_s += sign * part.ramp_w_per_s;
  level.squares_w2 += sign * Exact{part.swing_w} * part.swing_w;
  CHECK(level.gangs >= 0 && level.swing_w >= 0 && level.squares_w2 >= 0);  // invariant 1
  if (level.gangs == 0)
    CHECK(level.swing_w == 0 && level.ramp_w_per_s == 0 && level.squares_w2 == 0);  // invariant 1
}

// What was held until now.
void Swings::settle(SiteId site) {
  Level& level = levels_[site.index];
  const std::int64_t ms =
      std::min(now_, window_.to.count()) - std::max(level.since, window_.from.count());
  level.since = now_;
  if (ms <= 0) return;  // invariant 2
  SwingFigures& f = figures_[site.index];
  if (level.swing_w > f.worst_w) {
    f.worst_w = level.swing_w;
    f.gangs_at_worst = level.gangs;
  }
  const std::int64_t expected_w = std::llround(std::sqrt(static_cast<double>(level.squares_w2)));
  f.expected_w = std::max(f.expected_w, expected_w);
  f.worst_ramp_w_per_s = std::max(f.worst_ramp_w_per_s, level.ramp_w_per_s);
  const std::optional<std::int64_t>& limit = model_.ramp_limits_w_per_s[site.index];
  if (limit && level.ramp_w_per_s > *limit) f.over_limit_ms += ms;
}

}  // namespace dure
