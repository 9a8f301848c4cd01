#include "sim/meter.h"

#include <algorithm>

namespace dure {

Meter::Meter(const Scenario& scenario, const Founding& founding, const Demand& demand,
             const World& world, const Window& window)
    : world_(world), window_(window), now_(std::numeric_limits<std::int64_t>::min() / 2) {
  CHECK(window.from.count() % kMsPerHour == 0);  // of pieces
  const std::size_t steps = window.steps();
  lanes_.resize(founding.lanes.size());
  for (std::uint32_t r = 0; r < demand.rows().size(); ++r) {
    const DemandRow& row = demand.rows()[r];
    for (const LaneId lane : row.lanes) {
      LaneView& view = lanes_[lane.index];
      view.row = r;
      view.member = row.member;
      view.workload = row.workload;
      view.service = row.service;
      view.device = founding.lanes[lane.index].opened.device;
    }
  }
  for (const PoolPlan& plan : founding.pools) {
    PoolView& pool = pools_.emplace_back();
    pool.site = plan.opened.site;
    pool.device = plan.opened.device;
    pool.power = {plan.node_idle_w, plan.node_max_w, plan.opened.gpus_per_node};
    NodePower of_whole = pool.power;
    pool.one = pool.device == Device::cpu ? std::int64_t{plan.opened.gpus_per_node}
                                          : units_of_one(pool.device);
    of_whole.gpus_per_node /= pool.one;
    auto& dynamic = dynamic_w_.emplace_back();
    pool.units.resize(scenario.workloads.size());
    full_w_.push_back(gpu_dynamic_nearest(of_whole, 1).count());
    for (const WorkloadSpec& w : scenario.workloads)
      dynamic.push_back(
          static_cast<std::int32_t>(gpu_dynamic_nearest(of_whole, w.utilization).count()));
  }
  for (const SiteSpec& spec : scenario.sites) {
    SiteView& site = sites_.emplace_back();
    site.pue_ppm = pue_ppm_nearest(spec.pue);
    for (const GridStep& g : spec.grid)
      site.limits_uw.emplace_back(midnight(g.month).count(), g.grid_mw.count() * kPpm);
    site_figures_.emplace_back().series.resize(steps);
  }
  row_running_.resize(demand.rows().size());
  row_waiting_.resize(demand.rows().size());
  row_figures_.resize(demand.rows().size());
  member_busy_.resize(scenario.members.size());
  member_series_.assign(scenario.members.size(), std::vector<std::int64_t>(steps));
  member_unit_ms_.resize(scenario.members.size());
  pool_figures_.resize(pools_.size());
  pool_it_wms_.assign(pools_.size(), std::vector<std::int64_t>(window.pieces()));
  queue_series_.resize(steps);
}

// ---- sums over time
// --------------------------------------------------------------------------------

// Cuts [since, now) at the window, its steps and its pieces, and hands each cut on.
template <class F>
void Meter::over_steps(std::int64_t since, F&& add) const {
  const std::int64_t from = window_.from.count(), step = window_.step.count();
  std::int64_t at = std::max(since, from);
  const std::int64_t end = std::min(now_, window_.to.count());
  if (at >= end) return;
  auto i = static_cast<std::size_t>((at - from) / step);
  std::size_t piece = window_.piece(Millis(at));
  std::int64_t next_step = from + static_cast<std::int64_t>(i + 1) * step;
  std::int64_t next_cut = (at / kPieceMs + 1) * kPieceMs;
  while (at < end) {
    const std::int64_t until = std::min({next_step, next_cut, end});
    add(i, piece++, until - at);
    at = until;
    if (at == next_cut) next_cut += kPieceMs;
    if (at != next_step) continue;
    next_step += step;
    ++i;
  }
}

void Meter::settle_pool(std::uint32_t index) {
  PoolView& pool = pools_[index];
  PoolFigures& sum = pool_figures_[index];
  std::vector<SiteStep>& series = site_figures_[pool.site.index].series;
  std::vector<std::int64_t>& of_pool = pool_it_wms_[index];
  over_steps(pool.since, [&](std::size_t i, std::size_t piece, std::int64_t ms) {
    sum.used_gpu_ms += pool.busy * ms;
    sum.free_gpu_ms += pool.free * ms;
    sum.installed_gpu_ms += pool.installed * ms;
    sum.failed_gpu_ms += pool.failed * ms;
    sum.it_wms += Exact{pool.it_w} * ms;
    SiteStep& bin = series[i];
    bin.used_gpu_ms += Accounts::milli_gpus(pool.device, pool.busy) * ms / 1000;
    bin.installed_gpu_ms += Accounts::milli_gpus(pool.device, pool.installed) * ms / 1000;
    bin.it_wms += pool.it_w * ms;
    of_pool[piece] += pool.it_w * ms;
    if (pool.cap) pool.cap->kept_wms += pool.kept_w * ms;
    bin.running_job_ms += pool.running_jobs * ms;
  });
  pool.since = now_;
}

void Meter::settle_queue() {
  over_steps(queue_.since, [&](std::size_t i, std::size_t, std::int64_t ms) {
    queue_series_[i].job_ms += queue_.jobs * ms;
    queue_series_[i].gpu_ms += queue_.gpus * ms / 1000;
  });
  queue_.since = now_;
}

void Meter::settle_row(std::uint32_t row) {
  Level& level = row_running_[row];
  const std::int64_t from = std::max(level.since, window_.from.count());
  const std::int64_t ms = std::min(now_, window_.to.count()) - from;
  if (ms > 0) {
    row_figures_[row].running_ms += level.jobs * ms;
    row_figures_[row].used_gpu_ms += level.gpus * ms;
  }
  level.since = now_;
}

void Meter::settle_member(std::uint32_t member) {
  Level& level = member_busy_[member];
  over_steps(level.since, [&](std::size_t i, std::size_t, std::int64_t ms) {
    member_series_[member][i] += level.gpus * ms / 1000;
    member_unit_ms_[member] += level.units * ms;
  });
  level.since = now_;
}

// ---- power, and what the last event changed
// ----------------------------------------------------------

// A peak counts if it was held for some time: several events of one instant are one change.
void Meter::note_peaks(std::uint32_t index) {
  SiteView& site = sites_[index];
  const std::int64_t from = window_.from.count(), end = std::min(now_, window_.to.count());
  if (end > std::max(site.since, from)) {
    SiteFigures& out = site_figures_[index];
    out.peak_facility_uw = std::max(out.peak_facility_uw, site.facility_uw);
    std::int64_t limit = 0;
    for (const auto& [at, uw] : site.limits_uw)
      if (at <= std::max(site.since, from)) limit = uw;
    out.most_above_limit_uw = std::max(out.most_above_limit_uw, site.facility_uw - limit);
  }
  site.since = now_;
  if (end > std::max(facility_since_, from))
    peak_facility_uw_ = std::max(peak_facility_uw_, facility_uw_);
  facility_since_ = now_;
}

void Meter::refresh() {
  for (const std::uint32_t index : changed_pools_) refresh(index);
  changed_pools_.clear();
}

void Meter::refresh(std::uint32_t index) {
  PoolView& pool = pools_[index];
  const Pool& truth = world_.pool(PoolId{index});
  pool.installed = truth.installed;
  pool.free = truth.free;
  // What is to be retired still stands while a job holds it.
  const std::int64_t retiring = truth.machines ? truth.machines->retiring() : 0;
  pool.failed = truth.machines ? pool.due + retiring - pool.installed : 0;
  CHECK(pool.failed >= 0);
  const std::int64_t dynamic_w = pool.cap ? capped_dynamic_w(index) : pool.dynamic_w;
  pool.kept_w = pool.dynamic_w - dynamic_w;
  const std::int64_t it_w = idle_power(pool.power, pool.installed).count() + dynamic_w;
  if (it_w == pool.it_w) return;
  SiteView& site = sites_[pool.site.index];
  note_peaks(pool.site.index);
  const std::int64_t delta_uw = (it_w - pool.it_w) * site.pue_ppm;
  site.facility_uw += delta_uw;
  facility_uw_ += delta_uw;
  pool.it_w = it_w;
}

// Each GPU draws what its work draws, or what the cap leaves.
std::int64_t Meter::capped_dynamic_w(std::uint32_t index) const {
  const PoolView& pool = pools_[index];
  std::int64_t w = pool.dynamic_w;
  for (std::size_t work = 0; work < pool.units.size(); ++work) {
    const std::int64_t over = std::int64_t{dynamic_w_[index][work]} - pool.cap_w;
    if (over > 0) w -= pool.units[work] * over / pool.one;
  }
  return w;
}

// ---- events
// ------------------------------------------------------------------------------------------

void Meter::append(const Event& e) {
  refresh();  // the world has taken the event before this one
  if (!opened_ && e.at >= window_.from) open_window();
  if (!closed_ && e.at >= window_.to) close_window();
  now_ = e.at.count();
  std::visit([this](const auto& what) { on(what); }, e.what);
}

void Meter::open_window() {
  opened_ = true;
  ledger_at_start_ = view_ledger(window_.from.count());
  for (std::size_t r = 0; r < row_figures_.size(); ++r)
    row_figures_[r].in_system_at_start = row_waiting_[r] + row_running_[r].jobs;
}

void Meter::close_window() {
  closed_ = true;
  now_ = window_.to.count();
  for (std::uint32_t p = 0; p < pools_.size(); ++p) {
    settle_pool(p);
    pool_figures_[p].installed_at_end = pools_[p].installed;
    pool_figures_[p].failed_at_end = pools_[p].failed;
    end_cap(pools_[p]);
  }
  for (std::uint32_t s = 0; s < sites_.size(); ++s) note_peaks(s);
  for (std::uint32_t r = 0; r < row_figures_.size(); ++r) {
    settle_row(r);
    row_figures_[r].running_at_end = row_running_[r].jobs;
    row_figures_[r].queued_at_end = row_waiting_[r];
  }
  for (std::uint32_t m = 0; m < member_busy_.size(); ++m) settle_member(m);
  settle_queue();
  ledger_at_end_ = view_ledger(window_.to.count());
  world_waiting_at_end_ = world_.waiting_jobs();
  world_running_at_end_ = world_.running_jobs();
}

void Meter::close() {
  refresh();
  if (!opened_) open_window();
  if (!closed_) close_window();
}

LedgerView Meter::view_ledger(std::int64_t at) const {
  LedgerView view;
  const Ledger& ledger = world_.ledger();
  view.used_gpu_ms.assign(pools_.size(), std::vector<std::int64_t>(member_busy_.size()));
  // Without a warm-up the window opens before the alliance is founded: then the lines are empty.
  for (std::uint32_t p = 0; p < world_.pools(); ++p)
    for (std::uint32_t m = 0; m < world_.members().size(); ++m)
      view.used_gpu_ms[p][m] = ledger.used(PoolId{p}, MemberId{m}, Millis(at)).count();
  for (std::uint32_t m = 0; m < world_.members().size(); ++m)
    view.sum_gpu_ms += ledger.balance(MemberId{m}).count();
  view.entries = ledger.entries();
  return view;
}

void Meter::on(const JobSubmitted& e) {
  const LaneView& lane = lanes_[e.lane.index];
  CHECK(reasons_.size() == e.job.index);
  reasons_.push_back(Reason::none);
  if (counted()) ++row_figures_[lane.row].submitted;
  ++row_waiting_[lane.row];
  if (lane.service) return;
  settle_queue();
  ++queue_.jobs;
  queue_.gpus += Accounts::milli_gpus(lane.device, e.gpus.count());
}

void Meter::out_of_queue(const Job& job) {
  const LaneView& lane = lanes_[job.lane.index];
  --row_waiting_[lane.row];
  if (lane.service) return;
  settle_queue();
  --queue_.jobs;
  queue_.gpus -= Accounts::milli_gpus(lane.device, job.gpus);
}

// So many GPUs of the pool are in use by the lane from now on, or no longer if negative.
void Meter::hold(const LaneView& lane, PoolId id, std::int64_t gpus) {
  settle_pool(id.index);
  settle_row(lane.row);
  settle_member(lane.member.index);
  PoolView& pool = pools_[id.index];
  pool.busy += gpus;
  CHECK(pool.busy >= 0);  // invariant 1
  const std::int64_t held = gpus < 0 ? -gpus : gpus;
  pool.dynamic_w += (gpus < 0 ? -1 : 1) * dynamic_w(id, lane.workload, held);
  pool.units[lane.workload.index] += gpus;
  if (pool.device == lane.device) row_running_[lane.row].gpus += gpus;
  member_busy_[lane.member.index].units += gpus;
  member_busy_[lane.member.index].gpus += Accounts::milli_gpus(pool.device, gpus);
  changed_pools_.push_back(id.index);
}

void Meter::runs(const LaneView& lane, PoolId id, std::int64_t sign) {
  settle_pool(id.index);
  settle_row(lane.row);
  if (!lane.service) pools_[id.index].running_jobs += sign;
  row_running_[lane.row].jobs += sign;
}

void Meter::leaves(JobId id) {
  const Job& job = world_.job(id);
  CHECK(!job.let_go);  // the twin's jobs end before or at their limit
  const LaneView& lane = lanes_[job.lane.index];
  runs(lane, job.pool, -1);
  hold(lane, job.pool, -job.held);
  for (const Part& part : world_.more_parts(id)) hold(lane, part.pool, -part.gpus.count());
}

void Meter::on(const JobEnded& e) {
  asked_to_stop_.erase(e.job.index);
  leaves(e.job);
  if (counted()) ++row_figures_[lanes_[world_.job(e.job).lane.index].row].done;
}

void Meter::on(const JobStopped& e) {
  const Job& job = world_.job(e.job);
  const LaneView& lane = lanes_[job.lane.index];
  leaves(e.job);
  ++row_waiting_[lane.row];
  // Nobody asked for it: its machine failed, or its power went.
  const bool preempted = asked_to_stop_.erase(e.job.index) > 0;
  if (counted()) {
    RowFigures& row = row_figures_[lane.row];
    ++(preempted ? row.stopped : row.interrupted);
    // What it had done since it started, less what is off its estimate, is lost.
    const Exact span = Exact{(Millis(now_) - job.start).count()} * job.held;
    const Exact kept = Exact{(job.estimate - e.left).count()} * job.gpus;
    (preempted ? row.lost_gpu_ms : row.interrupted_gpu_ms) +=
        static_cast<std::int64_t>(span - kept);
  }
  if (lane.service) return;
  settle_queue();
  ++queue_.jobs;
  queue_.gpus += Accounts::milli_gpus(lane.device, job.gpus);
}

void Meter::on(const JobCancelled& e) {
  const Job& job = world_.job(e.job);
  out_of_queue(job);
  if (counted()) ++row_figures_[lanes_[job.lane.index].row].cancelled;
}

void Meter::on(const CapacityAdded& e) {
  settle_pool(e.pool.index);
  pools_[e.pool.index].due += e.gpus.count();
  changed_pools_.push_back(e.pool.index);
}

void Meter::on(const NodesDrained& e) {
  settle_pool(e.pool.index);
  changed_pools_.push_back(e.pool.index);
}

void Meter::on(const NodesResumed& e) {
  settle_pool(e.pool.index);
  changed_pools_.push_back(e.pool.index);
}

void Meter::end_cap(PoolView& pool) {
  if (!pool.cap) return;
  CapFigures cap = *pool.cap;
  pool.cap.reset();
  cap.from = std::max(cap.from, window_.from);
  cap.to = std::min(Millis(now_), window_.to);
  if (cap.from < cap.to) caps_.push_back(cap);
}

void Meter::on(const PoolCapped& e) {
  settle_pool(e.pool.index);
  PoolView& pool = pools_[e.pool.index];
  end_cap(pool);
  if (e.until.count() > now_) {
    pool.cap = CapFigures{e.pool, Millis(now_), e.until, e.because, 0};
    pool.cap_w = full_w_[e.pool.index] * e.power_permille / 1000;
  }
  changed_pools_.push_back(e.pool.index);
}

void Meter::on(const CapacityRetired& e) {
  settle_pool(e.pool.index);
  pools_[e.pool.index].due -= e.gpus.count();
  changed_pools_.push_back(e.pool.index);
}

void Meter::on(const CommandIssued& e) {
  std::visit([this](const auto& wish) { asked(wish); }, e.wish);
}

void Meter::asked(const StartJob& wish) {
  const Job& job = world_.job(wish.job);
  const LaneView& lane = lanes_[job.lane.index];
  if (reasons_[wish.job.index] == Reason::none && lane.said_at >= job.submit)
    reasons_[wish.job.index] = lane.said;
  out_of_queue(job);
  runs(lane, wish.pool, 1);
  hold(lane, wish.pool, wish.gpus.count() == 0 ? job.gpus : wish.gpus.count());
  for (const Part& part : wish.also) hold(lane, part.pool, part.gpus.count());
  if (!counted() || job.stops > 0) return;  // started again
  ++row_figures_[lane.row].started;
  if (!lane.service) ++site_figures_[pools_[wish.pool.index].site.index].jobs_started;
}

void Meter::asked(const ResizeJob& wish) {
  const Job& job = world_.job(wish.job);
  hold(lanes_[job.lane.index], job.pool, wish.gpus.count() - job.held);
}

void Meter::asked(const RefuseJob& wish) {
  const Job& job = world_.job(wish.job);
  out_of_queue(job);
  reasons_[wish.job.index] = wish.because;
  if (!counted()) return;
  RowFigures& row = row_figures_[lanes_[job.lane.index].row];
  ++row.refused[static_cast<std::size_t>(wish.because)];
  if (wish.because == Reason::lender_limit)
    ++row.refused_lender_limit;
  else if (wish.because >= Reason::no_legal_site && wish.because <= Reason::approval_pending)
    ++row.refused_no_legal_site;  // one of the law's reasons
  else
    ++row.refused_other;
}

// Policies say "no" to the first of a lane's queue and mean those behind it too.
void Meter::waits(JobId job, Reason because) {
  reasons_[job.index] = because;
  LaneView& lane = lanes_[world_.job(job).lane.index];
  lane.said = because;
  lane.said_at = world_.now();
}

Reason Meter::last_reason(JobId id) const {
  if (reasons_[id.index] != Reason::none) return reasons_[id.index];
  const Job& job = world_.job(id);
  const LaneView& lane = lanes_[job.lane.index];
  if (job.state == JobState::waiting && lane.said_at >= job.submit) return lane.said;
  return Reason::none;
}

}  // namespace dure
