// What a run came to: the figures of docs/formats/results.md, as plain data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/balance.h"
#include "sim/money_run.h"
#include "sim/simulation.h"

namespace dure {

struct WaitFigures {  // of jobs that started in the window
  std::int64_t jobs = 0;
  double mean_s = 0, p50_s = 0, p95_s = 0, p99_s = 0;
};

struct JobFigures {
  JobBooks books;
  std::int64_t started = 0;
  std::int64_t refused_no_legal_site = 0, refused_lender_limit = 0, refused_other = 0;
  WaitFigures wait;
  std::int64_t deadlines = 0, deadlines_met = 0;  // that fell into the window
  double mean_bounded_slowdown = 0;  // of jobs that ended in the window, bounded at 10 s
  std::array<std::int64_t, kReasons> refused{};  // [Reason]
  std::array<std::int64_t, kReasons>
      waits_by_reason{};  // [Reason]: started or still queued, by why they waited last
};

struct HardwareFigures {
  HardwareId hardware;
  std::int64_t installed = 0;  // at the end, powered or not
  std::int64_t used_gpu_ms = 0, installed_gpu_ms = 0;
};

struct GpuTime {  // of GPUs; the books hold every kind of device
  std::int64_t installed_ms = 0, used_ms = 0, idle_ms = 0;
  std::int64_t down_ms = 0;    // without grid power, or out of order
  std::int64_t failed_ms = 0;  // the latter
};

struct ServiceFigures {
  std::uint32_t row = 0;  // index in Demand::rows()
  double replicas_mean = 0;
  std::int64_t replicas_peak = 0, wanted_ms = 0, served_ms = 0;
  std::int64_t slowed_ms = 0;  // of those served, what caps of power took from their speed
  std::int64_t met_ms() const { return served_ms - slowed_ms; }
};

struct ClassFigures {
  std::uint32_t data_class = 0;
  std::int64_t gpu_ms = 0, sites = 0;
};

struct SiteSummary {
  std::int64_t installed = 0, unpowered = 0;  // GPUs at the end; installed includes unpowered
  std::int64_t used_gpu_ms = 0, installed_gpu_ms = 0;
  Exact facility = 0;  // W x ms x ppm
  std::int64_t peak_w = 0, limit_w = 0, jobs_started = 0;
  std::vector<HardwareFigures> hardware;
};

struct MemberSummary {
  std::int64_t owned = 0;  // at the end
  std::int64_t demand_gpu_ms = 0, used_gpu_ms = 0, used_own_gpu_ms = 0, borrowed_gpu_ms = 0;
  std::int64_t lent_gpu_ms = 0, owned_gpu_ms = 0;
  std::int64_t jobs_submitted = 0, jobs_done = 0;
  std::int64_t stopped = 0, lost_gpu_ms = 0;    // its own jobs
  std::int64_t entitled = 0;                    // at the end
  std::int64_t paid_krw = 0, received_krw = 0;  // in the settlement
  ReclaimFigures reclaims;
  WaitFigures wait;
  std::vector<std::int64_t> wait_histogram;  // by kWaitEdges, one more
};

struct RowSummary {  // one workload of one member
  std::int64_t submitted = 0, done = 0, gpu_ms = 0;
  std::int64_t deadlines = 0, deadlines_met = 0;  // that fell into the window
  WaitFigures wait;
};

struct Summary {
  JobFigures jobs;
  Books books;
  std::vector<Check> checks;
  bool balanced = false;
  std::int64_t installed_at_end = 0, unpowered_at_end = 0, announced = 0, lent_gpu_ms = 0;
  GpuTime gpus;
  std::vector<HardwareFigures> by_hardware;  // of every device
  std::int64_t peak_facility_w = 0;
  std::vector<ServiceFigures> services;
  std::int64_t jobs_refused_by_law = 0;
  std::vector<ClassFigures> by_class;
  std::uint64_t ledger_entries = 0;
  std::vector<std::vector<std::int64_t>> lending;  // [owner][user], gpu_ms
  std::vector<SiteSummary> sites;
  std::vector<MemberSummary> members;
  std::vector<RowSummary> rows;                          // as Demand::rows()
  std::int64_t stopped = 0, lost_gpu_ms = 0;             // by preemption
  std::int64_t interrupted = 0, interrupted_gpu_ms = 0;  // by failures and lack of power
  std::optional<MoneyRun> money;                         // where the scenario reckons with it
};

inline constexpr std::int64_t kWaitEdgesS[] = {0, 60, 300, 900, 3600, 14400, 43200, 86400, 259200};

Summary summarize(const Simulation& run);

// Energy to money, to the nearest won.
std::int64_t cost_krw_nearest(Exact facility_wms_ppm, double krw_per_kwh);

}  // namespace dure
