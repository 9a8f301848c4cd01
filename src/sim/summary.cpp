#include "sim/summary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/energy_books.h"
#include "sim/network_books.h"
#include "sim/replay.h"

namespace dure {
namespace {

// GPU x ms, of units x ms: a shared GPU is 1000 units, and other devices are none.
std::int64_t gpu_ms_of(Device device, std::int64_t unit_ms) {
  return device == Device::gpu ? unit_ms : Accounts::milli_gpus(device, unit_ms) / 1000;
}

// What the jobs themselves say: one walk over all of them, apart from the meters.
struct JobScan {
  std::int64_t used_gpu_ms = 0;
  Exact dynamic_wms = 0;
  std::vector<std::vector<std::int64_t>> class_site_gpu_ms;  // [data class][site]
  std::vector<std::vector<std::int64_t>> row_waits_ms;       // [demand row], of jobs
  std::vector<std::int64_t> deadlines, deadlines_met;        // [demand row]
  std::vector<Exact> slowed_gpu_ms;  // [demand row], in permille: what caps took from its speed
  std::vector<std::int64_t> member_demand_gpu_ms;
  std::array<std::int64_t, kReasons> waits_by_reason{};
  double slowdown_sum = 0;
  std::int64_t slowdowns = 0;
};

class Scanner {
 public:
  explicit Scanner(const Simulation& run) : run_(run), meter_(run.meter()) {
    const Scenario& s = run.scenario();
    from_ = meter_.window().from.count();
    to_ = meter_.window().to.count();
    out.class_site_gpu_ms.assign(s.data_classes.size(), std::vector<std::int64_t>(s.sites.size()));
    out.row_waits_ms.resize(run.demand().rows().size());
    out.deadlines.resize(run.demand().rows().size());
    out.deadlines_met.resize(run.demand().rows().size());
    out.slowed_gpu_ms.resize(run.demand().rows().size());
    out.member_demand_gpu_ms.resize(s.members.size());
    for (const DemandRow& row : run.demand().rows()) {
      const std::string& id = s.workloads[row.workload.index].data_class;
      const auto it = std::find_if(s.data_classes.begin(), s.data_classes.end(),
                                   [&](const DataClassSpec& d) { return d.id == id; });
      classes_.push_back(static_cast<std::size_t>(it - s.data_classes.begin()));
    }
    take_caps();
  }
  void scan() {
    for (std::uint32_t i = 0; i < run_.world().jobs(); ++i) look(JobId{i});
    for (const Segment& s : run_.segments().all())
      held(run_.world().job(s.job).lane, s.pool, s.gpus, s.from, s.to);
  }
  JobScan out;

 private:
  bool within(Millis t) const { return from_ <= t.count() && t.count() < to_; }

  void look(JobId id) {
    const Job& job = run_.world().job(id);
    const std::uint32_t r = meter_.row_of(job.lane);
    const DemandRow& row = run_.demand().rows()[r];
    const bool ended = job.state == JobState::ended;
    if (job.state == JobState::running || (ended && !run_.segments().told(id))) {
      const Millis from = ended ? job.start : run_.segments().since(id),
                   to = ended ? job.end : Millis(to_);
      held(job.lane, job.pool, job.held, from, to);
      for (const Part& part : run_.world().more_parts(id))
        held(job.lane, part.pool, part.gpus.count(), from, to);
    }
    if (row.service) return;
    if (job.deadline.count() > 0 && within(job.deadline)) {
      ++out.deadlines[r];
      if (ended && job.end <= job.deadline) ++out.deadlines_met[r];
    }
    if (within(job.submit))
      out.member_demand_gpu_ms[row.member.index] +=
          gpu_ms_of(row.device, gpu_time(Gpus(job.gpus), run_.plant().run_of(id)).count());
    // What the pass at `to` started was still queued at the end of the window.
    const Millis start = run_.segments().first_start(id);
    const bool ran = ended || job.state == JobState::running || job.stops > 0;
    const bool queued = !ended && (!ran || start.count() >= to_) &&
                        (job.state == JobState::waiting || job.state == JobState::running);
    const bool started = ran && within(start);
    if (!started && !queued) {
      if (ended) slowdown(id);
      return;
    }
    if (const Reason why = meter_.last_reason(id); why != Reason::none)
      ++out.waits_by_reason[static_cast<std::size_t>(why)];
    if (started) out.row_waits_ms[r].push_back((start - job.submit).count());
    if (ended) slowdown(id);
  }

  void held(LaneId lane, PoolId pool, std::int64_t gpus, Millis from, Millis to) {
    const std::int64_t ms = std::min(to_, to.count()) - std::max(from_, from.count());
    if (ms <= 0) return;
    const std::uint32_t r = meter_.row_of(lane);
    const PoolOpened& where = run_.founding().pools[pool.index].opened;
    out.used_gpu_ms += gpus * ms;
    const WorkloadId work = run_.demand().rows()[r].workload;
    out.dynamic_wms += Exact{ms} * meter_.dynamic_w(pool, work, gpus);
    if (const auto caps = caps_.find(pool); caps != caps_.end())
      for (const Cap& cap : caps->second) {
        const std::int64_t under = std::min({to_, to.count(), cap.to.count()}) -
                                   std::max({from_, from.count(), cap.from.count()});
        if (under <= 0) continue;
        const std::int64_t over = meter_.dynamic_w(pool, work, 1) - cap.gpu_w;
        if (over > 0) out.dynamic_wms -= Exact{under} * gpus * over;
        out.slowed_gpu_ms[r] += Exact{under} * gpus * (1000 - pace_of(*cap.told, work).permille);
      }
    out.class_site_gpu_ms[classes_[r]][where.site.index] += gpu_ms_of(where.device, gpus * ms);
  }

  // What each GPU of a pool may draw beside its idle node, by the facts that were told.
  struct Cap {
    Millis from, to;
    std::int64_t gpu_w = 0;
    const PoolCapped* told = nullptr;
  };
  void take_caps() {
    for (const Event& e : run_.plant().energy_facts()) {
      const auto* told = std::get_if<PoolCapped>(&e.what);
      if (told == nullptr) continue;
      std::vector<Cap>& caps = caps_[told->pool];
      if (!caps.empty()) caps.back().to = std::min(caps.back().to, e.at);
      if (told->until <= e.at) continue;
      const PoolPlan& pool = run_.founding().pools[told->pool.index];
      const NodePower node{pool.node_idle_w, pool.node_max_w, pool.opened.gpus_per_node};
      caps.push_back({e.at, told->until,
                      gpu_dynamic_nearest(node, 1).count() * told->power_permille / 1000, told});
    }
  }

  void slowdown(JobId id) {
    const Job& job = run_.world().job(id);
    if (!within(job.end)) return;
    const auto run = static_cast<double>((job.end - job.start).count());
    const auto all = static_cast<double>((job.end - job.submit).count());
    out.slowdown_sum += std::max(1.0, all / std::max(10'000.0, run));
    ++out.slowdowns;
  }

  const Simulation& run_;
  const Meter& meter_;
  std::int64_t from_ = 0, to_ = 0;
  std::vector<std::size_t> classes_;  // [demand row]
  std::map<PoolId, std::vector<Cap>> caps_;
};

WaitFigures wait_figures(std::vector<std::int64_t> waits_ms) {
  WaitFigures w;
  w.jobs = static_cast<std::int64_t>(waits_ms.size());
  if (waits_ms.empty()) return w;
  Exact sum = 0;
  for (const std::int64_t ms : waits_ms) sum += ms;
  w.mean_s = static_cast<double>(sum) / static_cast<double>(w.jobs) / 1000;
  w.p50_s = static_cast<double>(percentile(waits_ms, 0.50)) / 1000;
  w.p95_s = static_cast<double>(percentile(waits_ms, 0.95)) / 1000;
  w.p99_s = static_cast<double>(percentile(waits_ms, 0.99)) / 1000;
  return w;
}

void add(JobBooks& b, const RowFigures& r) {
  b.in_system_at_start += r.in_system_at_start;
  b.submitted += r.submitted;
  b.done += r.done;
  b.running += r.running_at_end;
  b.queued += r.queued_at_end;
  b.cancelled += r.cancelled;
  b.refused += r.refused_no_legal_site + r.refused_lender_limit + r.refused_other;
}

// GPU x ms of racks without grid power in the window, by pool.
std::vector<std::int64_t> unpowered_gpu_ms(const Simulation& run) {
  const Window& w = run.meter().window();
  std::vector<std::int64_t> sum(run.founding().pools.size()), gpus(sum.size());
  std::vector<std::int64_t> since(sum.size(), w.from.count());
  for (const CapacityStep& s : run.founding().steps) {
    if (s.at >= w.to) break;
    const std::uint32_t p = s.pool.index;
    if (s.at.count() > since[p]) {
      sum[p] += gpus[p] * (s.at.count() - since[p]);
      since[p] = s.at.count();
    }
    gpus[p] += s.delivered_gpus - s.powered_gpus;
  }
  for (std::size_t p = 0; p < sum.size(); ++p) sum[p] += gpus[p] * (w.to.count() - since[p]);
  return sum;
}

std::int64_t used_in_window(const Meter& m, std::size_t pool, std::size_t member) {
  return m.ledger_at_end().used_gpu_ms[pool][member] -
         m.ledger_at_start().used_gpu_ms[pool][member];
}

class Summarizer {
 public:
  explicit Summarizer(const Simulation& run)
      : run_(run),
        scenario_(run.scenario()),
        meter_(run.meter()),
        scanner_(run),
        down_gpu_ms_(unpowered_gpu_ms(run)) {
    scanner_.scan();
  }

  Summary all() {
    out_.sites.resize(scenario_.sites.size());
    out_.members.resize(scenario_.members.size());
    pools();
    sites();
    rows();
    services();
    lending();
    fairness();
    members();
    classes();
    figures();
    if (run_.network() != nullptr)
      out_.books.network =
          network_books(scenario_, *run_.network(), meter_.window().from, meter_.window().to);
    money();
    out_.checks = check_books(out_.books);
    out_.balanced =
        std::all_of(out_.checks.begin(), out_.checks.end(), [](const Check& c) { return c.ok; });
    return std::move(out_);
  }

 private:
  Millis last_instant() const { return meter_.window().to - Millis(1); }

  static HardwareFigures& of_hardware(std::vector<HardwareFigures>& list, HardwareId hardware) {
    for (HardwareFigures& h : list)
      if (h.hardware == hardware) return h;
    list.push_back({hardware, 0, 0, 0});
    return list.back();
  }

  Device device(std::uint32_t pool) const { return run_.founding().pools[pool].opened.device; }

  void pools() {
    for (std::uint32_t p = 0; p < run_.founding().pools.size(); ++p) {
      const PoolPlan& plan = run_.founding().pools[p];
      const PoolFigures& f = meter_.pools()[p];
      const std::int64_t unpowered = run_.founding().delivered(PoolId{p}, last_instant()) -
                                     run_.founding().powered(PoolId{p}, last_instant());
      const std::int64_t installed = f.installed_at_end + f.failed_at_end + unpowered;
      const std::int64_t down_ms = down_gpu_ms_[p] + f.failed_gpu_ms;
      const std::int64_t installed_ms = f.installed_gpu_ms + down_ms;
      const std::int64_t one = units_of_one(plan.opened.device);
      SiteSummary& site = out_.sites[plan.opened.site.index];
      for (auto* list : {&site.hardware, &out_.by_hardware}) {
        HardwareFigures& h = of_hardware(*list, plan.opened.hardware);
        h.installed += installed / one;
        h.used_gpu_ms += f.used_gpu_ms / one;
        h.installed_gpu_ms += installed_ms / one;
      }
      if (device(p) == Device::gpu || device(p) == Device::shared_gpu) {
        site.installed += installed / one;
        site.unpowered += unpowered / one;
        site.used_gpu_ms += f.used_gpu_ms / one;
        site.installed_gpu_ms += installed_ms / one;
        MemberSummary& owner = out_.members[plan.opened.owner.index];
        owner.owned += installed / one;
        owner.owned_gpu_ms += installed_ms / one;
        out_.installed_at_end += installed / one;
        out_.unpowered_at_end += unpowered / one;
        out_.gpus.installed_ms += installed_ms / one;
        out_.gpus.used_ms += f.used_gpu_ms / one;
        out_.gpus.idle_ms += f.free_gpu_ms / one;
        out_.gpus.down_ms += down_ms / one;
        out_.gpus.failed_ms += f.failed_gpu_ms / one;
      }
      Books& b = out_.books;
      b.installed += installed_ms;
      b.used += f.used_gpu_ms;
      b.idle += f.free_gpu_ms;
      b.down += down_ms;
      b.it_wms += f.it_wms;
      b.it_wms_by_jobs +=
          Exact{f.installed_gpu_ms} / plan.opened.gpus_per_node * plan.node_idle_w.count();
      if (run_.facility() != nullptr) continue;  // site by site, below
      b.facility += f.it_wms * meter_.pue_ppm(plan.opened.site);
      b.cooling_and_losses += f.it_wms * (meter_.pue_ppm(plan.opened.site) - kPpm);
    }
    out_.books.it_wms_by_jobs += scanner_.out.dynamic_wms;
    out_.books.used_by_jobs = scanner_.out.used_gpu_ms;
  }

  void sites() {
    Books& b = out_.books;
    for (std::uint32_t s = 0; s < scenario_.sites.size(); ++s) {
      const SiteFigures& f = meter_.sites()[s];
      SiteBooks books;
      books.id = scenario_.sites[s].id;
      for (const SiteStep& bin : f.series) books.it_wms_of_series += bin.it_wms;
      for (std::uint32_t p = 0; p < run_.founding().pools.size(); ++p)
        if (run_.founding().pools[p].opened.site.index == s)
          books.it_wms += meter_.pools()[p].it_wms;
      books.facility = books.it_wms * meter_.pue_ppm(SiteId{s});
      books.cost_krw = cost_krw_nearest(books.facility, scenario_.accounts.energy_krw_per_kwh);
      books.peak_w = f.peak_facility_uw / kPpm;
      books.limit_w = grid_limit(scenario_.sites[s], last_instant()).count();
      books.most_above_limit_uw = f.most_above_limit_uw;
      books.draws = f.peak_facility_uw > 0;
      if (run_.facility() != nullptr) physics(s, books);
      SiteSummary& site = out_.sites[s];
      site.facility = books.facility;
      site.peak_w = books.peak_w;
      site.limit_w = books.limit_w;
      site.jobs_started = f.jobs_started;
      b.sites.push_back(std::move(books));
    }
    if (run_.facility() != nullptr) {
      for (const SiteBooks& site : b.sites) b.cost_krw += site.cost_krw;
      out_.peak_facility_w = peak_of_all();
      return;
    }
    b.cost_krw = cost_krw_nearest(b.facility, scenario_.accounts.energy_krw_per_kwh);
    out_.peak_facility_w = meter_.peak_facility_uw() / kPpm;
  }

  // The same site, by weather and hour.
  void physics(std::uint32_t s, SiteBooks& books) {
    const SiteFacility& f = run_.site_facilities()[s];
    books.facility = f.facility_wms() * kPpm;
    out_.books.facility += books.facility;
    out_.books.cooling_and_losses += (f.facility_wms() - f.it_wms) * kPpm;
    SitePhysicsBooks p;
    p.id = books.id;
    p.facility_wms = f.facility_wms();
    for (std::size_t i = 0; i < f.facility_wms_by_step.size(); ++i) {
      const double kwh = f.energy ? f.billed_kwh_by_step[i]
                                  : static_cast<double>(f.facility_wms_by_step[i]) / 3.6e9;
      p.facility_wms_of_series += f.facility_wms_by_step[i];
      p.facility_kwh += kwh;
      p.krw_of_series += kwh * static_cast<double>(f.krw_per_kwh[i]);
    }
    for (const MonthBill& bill : f.bills) {
      p.bill_kwh += bill.energy_kwh;
      const double of_energy = bill.energy_krw + bill.climate_fuel_krw;
      if (of_energy != 0)
        p.bill_krw += of_energy * (1 + bill.fund_krw / (of_energy + bill.demand_krw));
      p.carbon_g_of_bills += run_.facility()
                                 ->carbon()
                                 .account(bill.month / 12, bill.energy_kwh + bill.supplied_kwh, 0)
                                 .location_g;
    }
    p.carbon_g = f.location_g;
    p.makeup_m3 = static_cast<double>(f.evaporation_ml + f.blowdown_ml + f.drift_ml) / 1e6;
    p.given_m3 = run_.facility()->water(SiteId{s}).once_through
                     ? std::numeric_limits<double>::infinity()
                     : f.given_m3;
    const Result<Done> band =
        physical_band(run_.facility()->water_band(), f.water_book, "sites[" + p.id + "]");
    if (!band) p.outside_band = band.fault().expected + ", not " + band.fault().found;
    books.cost_krw = std::llround(energy_krw(f));
    // At the meter, which is what the limit is of.
    books.peak_w = f.energy ? std::llround(f.energy->peak_grid_kw * 1000) : f.peak_w;
    books.most_above_limit_uw = f.most_above_limit_w;
    if (f.peak_w > 0) out_.books.physics.push_back(std::move(p));
    if (f.energy) out_.books.assets.push_back(energy_books(run_, SiteId{s}));
  }

  std::int64_t peak_of_all() const {
    const Window& w = meter_.window();
    std::int64_t most = 0;
    for (std::size_t i = 0; i < w.steps(); ++i) {
      const std::int64_t begin = static_cast<std::int64_t>(i) * w.step.count();
      const std::int64_t ms = std::min(w.step.count(), (w.to - w.from).count() - begin);
      std::int64_t wms = 0;
      for (const SiteFacility& f : run_.site_facilities()) wms += f.facility_wms_by_step[i];
      most = std::max(most, wms / ms);
    }
    return most;
  }

  void rows() {
    std::vector<std::int64_t> all;
    std::vector<std::vector<std::int64_t>> by_member(scenario_.members.size());
    for (std::uint32_t r = 0; r < run_.demand().rows().size(); ++r) {
      const DemandRow& row = run_.demand().rows()[r];
      const RowFigures& f = meter_.rows()[r];
      RowSummary& out = out_.rows.emplace_back();
      out.submitted = f.submitted;
      out.done = f.done;
      out.gpu_ms = f.used_gpu_ms / units_of_one(row.device);
      out_.jobs_refused_by_law += f.refused_no_legal_site;
      add(row.service ? out_.books.replicas : out_.books.jobs, f);
      if (row.service) continue;
      out_.jobs.started += f.started;
      out_.jobs.refused_no_legal_site += f.refused_no_legal_site;
      for (std::size_t i = 0; i < kReasons; ++i) out_.jobs.refused[i] += f.refused[i];
      out_.jobs.refused_lender_limit += f.refused_lender_limit;
      out_.jobs.refused_other += f.refused_other;
      MemberSummary& member = out_.members[row.member.index];
      member.jobs_submitted += f.submitted;
      member.jobs_done += f.done;
      const auto& waits = scanner_.out.row_waits_ms[r];
      auto& of_member = by_member[row.member.index];
      of_member.insert(of_member.end(), waits.begin(), waits.end());
      all.insert(all.end(), waits.begin(), waits.end());
      out.wait = wait_figures(waits);
      out.deadlines = scanner_.out.deadlines[r];
      out.deadlines_met = scanner_.out.deadlines_met[r];
      out_.jobs.deadlines += out.deadlines;
      out_.jobs.deadlines_met += out.deadlines_met;
    }
    for (std::size_t m = 0; m < by_member.size(); ++m) {
      auto& histogram = out_.members[m].wait_histogram;
      histogram.resize(std::size(kWaitEdgesS) + 1);
      for (const std::int64_t ms : by_member[m]) {
        const auto* edge = std::find_if(std::begin(kWaitEdgesS), std::end(kWaitEdgesS),
                                        [&](std::int64_t s) { return ms <= s * 1000; });
        ++histogram[static_cast<std::size_t>(edge - std::begin(kWaitEdgesS))];
      }
      out_.members[m].wait = wait_figures(std::move(by_member[m]));
    }
    out_.jobs.books = out_.books.jobs;
    out_.jobs.wait = wait_figures(std::move(all));
    out_.jobs.waits_by_reason = scanner_.out.waits_by_reason;
    if (scanner_.out.slowdowns > 0)
      out_.jobs.mean_bounded_slowdown =
          scanner_.out.slowdown_sum / static_cast<double>(scanner_.out.slowdowns);
  }

  void services() {
    const Window& w = meter_.window();
    for (std::size_t i = 0; i < run_.services().size(); ++i) {
      ServiceFigures f;
      f.row = run_.services().row(i);
      for (std::int64_t t = w.from.count(); t < w.to.count(); t += Services::kStepMs) {
        const std::int64_t wanted = run_.services().wanted(i, Millis(t));
        f.wanted_ms += wanted * std::min(Services::kStepMs, w.to.count() - t);
        f.replicas_peak = std::max(f.replicas_peak, wanted);
      }
      f.replicas_mean =
          static_cast<double>(f.wanted_ms) / static_cast<double>((w.to - w.from).count());
      f.served_ms = meter_.rows()[f.row].running_ms;
      f.slowed_ms = static_cast<std::int64_t>(scanner_.out.slowed_gpu_ms[f.row] / 1000 /
                                              run_.services().gpus(i));
      const DemandRow& row = run_.demand().rows()[f.row];
      out_.members[row.member.index].demand_gpu_ms +=
          gpu_ms_of(row.device, f.wanted_ms * run_.services().gpus(i));
      out_.services.push_back(f);
    }
    std::sort(out_.services.begin(), out_.services.end(),
              [](const ServiceFigures& a, const ServiceFigures& b) { return a.row < b.row; });
  }

  void fairness() {
    for (std::uint32_t r = 0; r < run_.demand().rows().size(); ++r) {
      const RowFigures& f = meter_.rows()[r];
      const DemandRow& row = run_.demand().rows()[r];
      MemberSummary& m = out_.members[row.member.index];
      const std::int64_t lost = gpu_ms_of(row.device, f.lost_gpu_ms);
      m.stopped += f.stopped;
      m.lost_gpu_ms += lost;
      out_.stopped += f.stopped;
      out_.lost_gpu_ms += lost;
      out_.interrupted += f.interrupted;
      out_.interrupted_gpu_ms += gpu_ms_of(row.device, f.interrupted_gpu_ms);
    }
    for (std::uint32_t m = 0; m < out_.members.size(); ++m) {
      out_.members[m].reclaims = run_.fairness().reclaims()[m];
      out_.members[m].entitled =
          run_.world().entitled(MemberId{m}) +
          run_.world().entitled(MemberId{m}, Device::shared_gpu) / units_of_one(Device::shared_gpu);
    }
    for (const SettlementLine& line : run_.fairness().settlement()) {
      out_.members[line.borrower.index].paid_krw += line.krw;
      out_.members[line.owner.index].received_krw += line.krw;
      out_.books.settled_gpu_ms += line.gpu_ms;
    }
    for (const MemberSummary& m : out_.members)
      out_.books.settlement_krw += m.paid_krw - m.received_krw;
  }

  void lending() {
    const std::size_t members = scenario_.members.size();
    out_.lending.assign(members, std::vector<std::int64_t>(members));
    for (std::uint32_t p = 0; p < run_.founding().pools.size(); ++p) {
      const std::uint32_t owner = run_.founding().pools[p].opened.owner.index;
      for (std::size_t user = 0; user < members; ++user) {
        const std::int64_t gpu_ms = used_in_window(meter_, p, user);
        out_.books.used_by_ledger += gpu_ms;
        if (owner != user) out_.books.lent_gpu_ms += gpu_ms;
        out_.lending[owner][user] += gpu_ms_of(device(p), gpu_ms);
      }
    }
    for (std::size_t owner = 0; owner < members; ++owner)
      for (std::size_t user = 0; user < members; ++user) {
        const std::int64_t gpu_ms = out_.lending[owner][user];
        out_.members[user].used_gpu_ms += gpu_ms;
        if (owner == user) {
          out_.members[user].used_own_gpu_ms += gpu_ms;
        } else {
          out_.members[user].borrowed_gpu_ms += gpu_ms;
          out_.members[owner].lent_gpu_ms += gpu_ms;
          out_.lent_gpu_ms += gpu_ms;
        }
      }
    out_.books.ledger_sum = meter_.ledger_at_end().sum_gpu_ms;
    out_.ledger_entries = meter_.ledger_at_end().entries - meter_.ledger_at_start().entries;
  }

  void members() {
    for (std::size_t m = 0; m < scenario_.members.size(); ++m) {
      out_.announced += scenario_.members[m].announced_gpus.count();
      out_.members[m].demand_gpu_ms += scanner_.out.member_demand_gpu_ms[m];
      out_.books.used_by_members += meter_.member_unit_ms(static_cast<std::uint32_t>(m));
    }
  }

  void classes() {
    for (std::uint32_t c = 0; c < scenario_.data_classes.size(); ++c) {
      ClassFigures f{c, 0, 0};
      for (const std::int64_t gpu_ms : scanner_.out.class_site_gpu_ms[c]) {
        f.gpu_ms += gpu_ms;
        if (gpu_ms > 0) ++f.sites;
      }
      out_.by_class.push_back(f);
    }
  }

  void figures() {
    out_.books.in_system_by_world = meter_.waiting_at_end() + meter_.running_at_end();
    out_.books.placements_checked = run_.sovereignty().figures().placements;
    out_.books.violations = run_.sovereignty().figures().violations;
  }

  void money() {
    std::vector<std::int64_t> energy_krw;
    for (const SiteBooks& site : out_.books.sites) energy_krw.push_back(site.cost_krw);
    out_.money = run_money(run_, energy_krw);
    if (out_.money)
      out_.books.money = money_books(run_, *out_.money, energy_krw, out_.gpus.installed_ms);
  }

  const Simulation& run_;
  const Scenario& scenario_;
  const Meter& meter_;
  Scanner scanner_;
  const std::vector<std::int64_t> down_gpu_ms_;
  Summary out_;
};

}  // namespace

std::int64_t cost_krw_nearest(Exact facility_wms_ppm, double krw_per_kwh) {
  const std::int64_t milli_krw = std::llround(krw_per_kwh * 1000);
  const Exact per_krw = kWmsPerMwh / 1000 * kPpm * 1000;  // W x ms x ppm x thousandths of a won
  return static_cast<std::int64_t>((facility_wms_ppm * milli_krw + per_krw / 2) / per_krw);
}

Summary summarize(const Simulation& run) { return Summarizer(run).all(); }

}  // namespace dure
