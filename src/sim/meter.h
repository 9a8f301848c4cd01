// Reads the meters while a run goes on: GPU time, power, queues and counts, from the events alone,
// in whole numbers. It is told of every event before the event is applied, so what the world shows
// is what held until then. Figures cover [from, to) only; what is before is followed, not counted.
//
// Words: `used` GPUs are held by jobs or replicas; `installed` ones are open to the scheduler
// (powered, and those of retired racks until their last job ends); the rest of what stands has no
// grid power.
//
// Invariants: 1. busy GPUs of a pool >= 0, and with its free ones they are what is installed
// (checked by
//                balance.h over the whole window, not assumed).
//             2. The bins of a series sum to the total that is kept beside them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "physics/power.h"
#include "sim/demand.h"
#include "world/world.h"

namespace dure {

inline constexpr std::int64_t kPieceMs = kMsPerHour / 4;

struct Window {
  Millis from, to, step;  // from and to at whole hours
  std::size_t steps() const {
    return static_cast<std::size_t>(((to - from).count() + step.count() - 1) / step.count());
  }
  // Steps cut at whole quarters of an hour, of which demand is the mean, and so at the hours, where
  // weather, prices and limits change: the piece that t lies in.
  std::size_t piece(Millis t) const {
    const std::int64_t d = (t - from).count(), s = step.count();
    return static_cast<std::size_t>(d / s + d / kPieceMs - d / std::lcm(s, kPieceMs));
  }
  std::size_t pieces() const { return piece(to - Millis(1)) + 1; }
};

struct PoolFigures {  // over the window
  std::int64_t used_gpu_ms = 0, free_gpu_ms = 0, installed_gpu_ms = 0;
  std::int64_t failed_gpu_ms = 0;  // powered, but out of order or switched off
  std::int64_t installed_at_end = 0, failed_at_end = 0;
  Exact it_wms = 0;
};

struct CapFigures {  // of one cap, over the window
  PoolId pool;
  Millis from, to;
  CapCause because = CapCause::none;
  std::int64_t kept_wms = 0;  // what the machines would have drawn more at the same work
};

struct SiteStep {  // one bin of a site's series
  std::int64_t used_gpu_ms = 0, installed_gpu_ms = 0, it_wms = 0, running_job_ms = 0;
};
struct SiteFigures {
  std::vector<SiteStep> series;
  std::int64_t peak_facility_uw = 0;  // held for some time, not only touched
  std::int64_t most_above_limit_uw =
      std::numeric_limits<std::int64_t>::min();  // over the limit at the meter of that time
  std::int64_t jobs_started = 0;
};

struct RowFigures {  // of one demand row; jobs, or replicas of a service
  std::int64_t in_system_at_start = 0, submitted = 0, started = 0, done = 0, cancelled = 0;
  std::int64_t running_at_end = 0, queued_at_end = 0;
  std::int64_t refused_no_legal_site = 0, refused_lender_limit = 0, refused_other = 0;
  std::array<std::int64_t, kReasons> refused{};  // [Reason], all of these
  std::int64_t running_ms = 0, used_gpu_ms = 0;
  std::int64_t stopped = 0, lost_gpu_ms = 0;  // by preemption: work done again, and restarts
  std::int64_t interrupted = 0, interrupted_gpu_ms = 0;  // the same by failures and lack of power
};

struct QueueStep {  // jobs only; replicas that wait are the services' affair
  std::int64_t job_ms = 0, gpu_ms = 0;
};

struct LedgerView {                                    // the ledger as of one instant
  std::vector<std::vector<std::int64_t>> used_gpu_ms;  // [pool][member]
  std::uint64_t entries = 0;
  std::int64_t sum_gpu_ms = 0;  // of all accounts: 0
};

class Meter {
 public:
  Meter(const Scenario& scenario, const Founding& founding, const Demand& demand,
        const World& world, const Window& window);

  void append(const Event& e);  // before it is applied
  void waits(JobId job, Reason because);
  void close();  // after the run: the figures are whole

  const Window& window() const { return window_; }
  const std::vector<PoolFigures>& pools() const { return pool_figures_; }
  const std::vector<SiteFigures>& sites() const { return site_figures_; }
  // Of each pool by piece of the window: IT power x time, W x ms.
  const std::vector<std::vector<std::int64_t>>& pool_it_wms() const { return pool_it_wms_; }
  // In order of their ends; none that lie outside the window.
  const std::vector<CapFigures>& caps() const { return caps_; }
  const std::vector<RowFigures>& rows() const { return row_figures_; }
  const std::vector<std::vector<std::int64_t>>& member_used_gpu_ms() const {
    return member_series_;
  }
  // Units x ms in the window, of every device.
  std::int64_t member_unit_ms(std::uint32_t member) const { return member_unit_ms_[member]; }
  const std::vector<QueueStep>& queue() const { return queue_series_; }
  const LedgerView& ledger_at_start() const { return ledger_at_start_; }
  const LedgerView& ledger_at_end() const { return ledger_at_end_; }
  std::int64_t peak_facility_uw() const { return peak_facility_uw_; }
  std::int64_t waiting_at_end() const { return world_waiting_at_end_; }
  std::int64_t running_at_end() const { return world_running_at_end_; }
  Reason last_reason(JobId job) const;  // why it waited last; none if it never did
  std::uint32_t row_of(LaneId lane) const { return lanes_[lane.index].row; }
  // Of what a job holds there, beside the idle node, to the watt. A share of a GPU is a part of a
  // GPU's, cores are a part of the node's.
  std::int64_t dynamic_w(PoolId pool, WorkloadId workload, std::int64_t units) const {
    const std::int64_t one = pools_[pool.index].one;
    return (units * dynamic_w_[pool.index][workload.index] + one / 2) / one;
  }
  std::int64_t pue_ppm(SiteId site) const { return sites_[site.index].pue_ppm; }

 private:
  struct LaneView {
    std::uint32_t row = 0;
    MemberId member;
    WorkloadId workload;
    bool service = false;
    Device device = Device::gpu;
    Reason said = Reason::none;  // the last "no" to its first in the queue
    Millis said_at{std::numeric_limits<std::int64_t>::min()};
  };
  struct PoolView {
    SiteId site;
    NodePower power;
    std::int64_t one = 1;         // units that dynamic_w_ is of
    Device device = Device::gpu;  // others than GPUs are not in the site's GPU figures
    std::int64_t busy = 0, dynamic_w = 0, free = 0, installed = 0, running_jobs = 0;
    std::int64_t due = 0, failed = 0;   // due: what was added less what was retired
    std::int64_t it_w = 0, kept_w = 0;  // kept_w: by its cap
    std::int64_t since = 0;
    std::vector<std::int64_t> units;  // [workload] that hold it
    std::optional<CapFigures> cap;
    std::int64_t cap_w = 0;  // dynamic power of PoolView::one under it, at most
  };
  struct SiteView {
    std::int64_t pue_ppm = kPpm;
    std::int64_t facility_uw = 0, since = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> limits_uw;  // from when, how much
  };
  struct Level {  // what is summed over time; of members and of the queue in 1/1000 GPU
    std::int64_t jobs = 0, gpus = 0, since = 0, units = 0;
  };

  void open_window();
  void close_window();
  LedgerView view_ledger(std::int64_t at) const;
  template <class F>
  void over_steps(std::int64_t since, F&& add) const;
  void settle_pool(std::uint32_t pool);
  void settle_queue();
  void settle_row(std::uint32_t row);
  void settle_member(std::uint32_t member);
  void refresh();
  void note_peaks(std::uint32_t site);
  void refresh(std::uint32_t pool);
  std::int64_t capped_dynamic_w(std::uint32_t pool) const;
  void end_cap(PoolView& pool);
  void hold(const LaneView& lane, PoolId pool, std::int64_t gpus);
  void runs(const LaneView& lane, PoolId pool, std::int64_t sign);
  void leaves(JobId job);
  void out_of_queue(const Job& job);

  template <class Other>
  void on(const Other&) {}  // says nothing of use or power
  void on(const JobSubmitted& e);
  void on(const JobEnded& e);
  void on(const JobFailed&) { CHECK(!"the twin's jobs end well"); }
  void on(const JobAdopted&) { CHECK(!"nobody starts jobs in the twin but we"); }
  void on(const JobCancelled& e);
  void on(const CapacityAdded& e);
  void on(const CapacityRetired& e);
  void on(const NodesDrained& e);
  void on(const NodesResumed& e);
  void on(const PoolCapped& e);
  void on(const JobStopped& e);
  void on(const CommandIssued& e);
  void asked(const StartJob& wish);
  void asked(const RefuseJob& wish);
  void asked(const PromiseStart&) {}
  void asked(const PreemptJob& wish) { asked_to_stop_.insert(wish.job.index); }
  void asked(const ResizeJob& wish);
  bool counted() const { return opened_ && !closed_; }

  const World& world_;
  const Window window_;
  std::vector<LaneView> lanes_;
  std::vector<PoolView> pools_;
  std::vector<SiteView> sites_;
  Level queue_;                     // jobs that wait
  std::vector<Level> row_running_;  // [demand row]
  std::vector<Level> member_busy_;  // [member]
  std::vector<std::int64_t> row_waiting_;
  std::vector<std::vector<std::int32_t>> dynamic_w_;  // [pool][workload], of PoolView::one
  std::vector<std::int64_t> full_w_;                  // [pool]: dynamic at full use
  std::vector<Reason> reasons_;                       // [job], once it is out of the queue
  std::unordered_set<std::uint32_t> asked_to_stop_;   // jobs that run, and were preempted

  std::int64_t now_;
  std::vector<std::uint32_t> changed_pools_;  // by the last event: the world shows how
  bool opened_ = false, closed_ = false;
  std::int64_t facility_uw_ = 0, facility_since_ = 0, peak_facility_uw_ = 0;

  std::vector<PoolFigures> pool_figures_;
  std::vector<std::vector<std::int64_t>> pool_it_wms_;  // [pool][piece]
  std::vector<SiteFigures> site_figures_;
  std::vector<CapFigures> caps_;
  std::vector<RowFigures> row_figures_;
  std::vector<std::vector<std::int64_t>> member_series_;  // [member][step]
  std::vector<std::int64_t> member_unit_ms_;              // [member], of every device
  std::vector<QueueStep> queue_series_;
  LedgerView ledger_at_start_, ledger_at_end_;
  std::int64_t world_waiting_at_end_ = 0, world_running_at_end_ = 0;
};

}  // namespace dure
