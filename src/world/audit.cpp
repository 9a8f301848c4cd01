// Recounts World's numbered invariants from the jobs alone. Slow on purpose: it shares no index
// with what it checks.
#include <algorithm>
#include <map>
#include <tuple>

#include "world/world.h"

namespace dure {

namespace {

struct Recount {
  std::vector<std::int64_t> held, lent, stopping, running;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> by_member;
  std::map<std::pair<std::uint32_t, std::size_t>, std::int64_t> by_account;  // and device
  std::vector<std::int64_t> reserved;                                        // [reservation]: used
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::size_t>, std::int64_t> preemptible;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> preemptible_borrowed;
  std::vector<Timeline> timelines;
  std::vector<std::vector<Slice>> slices;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> by_site;  // [lane, site]
};

}  // namespace

// A condition that does not hold ends the recount with its text.
#define HOLDS(x)         \
  do {                   \
    if (!(x)) return #x; \
  } while (false)

const char* broken(const World& w) {
  Recount n;
  n.held.resize(w.pools_.size());
  n.lent.resize(w.pools_.size());
  n.stopping.resize(w.pools_.size());
  n.running.resize(w.pools_.size());
  n.timelines.resize(w.pools_.size());
  n.slices.resize(w.pools_.size());
  std::vector<std::int64_t> submitted(w.lanes_.size()), lane_waits(w.lanes_.size());
  n.reserved.resize(w.reservations_.size());
  std::vector<std::size_t> queued(w.lanes_.size());
  std::vector<std::int64_t> account_waits(w.accounts_.size());
  std::int64_t waiting = 0, waiting_milli = 0, running = 0, promises = 0, held_jobs = 0;
  const Millis forever(Timeline::kForever);
  for (std::uint32_t p = 0; p < w.pools_.size(); ++p)
    n.timelines[p].change(
        w.now_, forever,
        w.pools_[p].installed - (w.pools_[p].machines ? w.pools_[p].machines->owed() : 0));
  std::vector<std::int64_t> due(w.pools_.size());
  for (const PlannedChange& plan : w.plans_) {
    const CapacityPlanned& i = plan.info;
    if (!plan.over && (i.gpus.count() < 0 ? !plan.begun : i.to != forever)) ++due[i.pool.index];
    Timeline& t = n.timelines[i.pool.index];
    if (!plan.begun && !plan.over) t.change(std::max(i.from, w.now_), i.to, i.gpus.count());
    if (plan.begun && !plan.over && i.to != forever)
      t.change(std::max(i.to, w.now_), forever, -i.gpus.count());
  }
  for (const Reservation& r : w.reservations_)
    n.timelines[r.info.pool.index].change(std::max(r.info.from, w.now_),
                                          std::max(r.info.to, w.now_), -r.info.gpus.count());

  for (std::uint32_t i = 0; i < w.jobs_.size(); ++i) {
    const Job& job = w.jobs_[i];
    HOLDS(job.submit <= w.now_);
    ++submitted[job.lane.index];
    if (job.state == JobState::held) {
      ++held_jobs;
      HOLDS(w.blockers_.count(JobId{i}) == 1 && w.blockers_.at(JobId{i}) > 0);
    }
    if (job.state == JobState::waiting) {
      ++waiting;
      lane_waits[job.lane.index] += job.gpus;
      waiting_milli += Accounts::milli_gpus(w.device(job.lane), job.gpus);
      for (std::optional<AccountId> a = w.lane_accounts_[job.lane.index]; a;
           a = w.accounts_[*a].parent)
        ++account_waits[a->index];
      const LaneQueue& queue = w.queues_[job.lane.index];
      const std::size_t at = queue.find(JobId{i}, w.rank(job));  // invariants 2, 4
      HOLDS(queue.need(at) == job.gpus && queue.estimate(at) == job.estimate);
      HOLDS(at > 0 || queue.job(0) == JobId{i});
      if (w.lanes_[job.lane.index].within == Within::arrival)
        HOLDS(at == queued[job.lane.index]);  // in order of submission
      ++queued[job.lane.index];
      if (const std::int64_t promised = queue.promised_ms(at); promised != LaneQueue::kNoPromise) {
        ++promises;
        n.timelines[job.pool.index].change(std::max(Millis(promised), w.now_),
                                           w.limit(Millis(promised), job.estimate), -job.gpus);
      }
    }
    if (job.state != JobState::running) continue;
    ++running;
    HOLDS(job.start >= job.submit && job.start <= w.now_ && job.held > 0);
    const ReservationId* under = nullptr;
    if (job.under_reservation) {
      under = &w.under_.at(JobId{i});
      n.reserved[under->index] += job.held;
    }
    if (job.let_go) continue;
    std::vector<Part> parts{{job.pool, Gpus(job.held), {}}};
    if (w.pools_[job.pool.index].machines) parts[0].place = w.seats_[job.seat];
    for (const Part& part : w.more_parts(JobId{i})) parts.push_back(part);
    HOLDS(job.more_parts == (parts.size() > 1));
    for (const Part& part : parts) {
      const Pool& pool = w.pools_[part.pool.index];
      const std::int64_t gpus = part.gpus.count();
      n.held[part.pool.index] += gpus;
      ++n.running[part.pool.index];
      const Run& run = pool.running[w.run_of(part.pool, JobId{i})];
      HOLDS(run.job == JobId{i} && run.lane == job.lane && run.gpus == gpus);
      HOLDS(run.start == job.start && run.end == job.end && run.stopping == job.stopping);
      HOLDS(run.borrowed == job.borrowed && run.more_parts == job.more_parts);
      HOLDS(run.under_reservation == job.under_reservation);
      if (w.lanes_[job.lane.index].preemptible && !job.stopping && under == nullptr) {
        const LaneOpened& lane = w.lanes_[job.lane.index];
        n.preemptible[{part.pool.index, lane.member.index, static_cast<std::size_t>(lane.tier)}] +=
            gpus;
        if (job.borrowed) n.preemptible_borrowed[{part.pool.index, lane.member.index}] += gpus;
      }
      if (job.stopping) n.stopping[part.pool.index] += gpus;
      const MemberId user = w.lanes_[job.lane.index].member;
      n.by_member[{part.pool.index, user.index}] += gpus;
      if (w.lanes_[job.lane.index].site_permille < 1000 && pool.info.device == w.device(job.lane))
        n.by_site[{job.lane.index, pool.info.site.index}] += gpus;
      for (std::optional<AccountId> a = w.lane_accounts_[job.lane.index]; a;
           a = w.accounts_[*a].parent)
        n.by_account[{a->index, static_cast<std::size_t>(pool.info.device)}] += gpus;
      Timeline& t = n.timelines[part.pool.index];
      t.change(w.now_, std::max(w.now_, job.end), -gpus);
      if (under != nullptr) {
        const ReservationMade& r = w.reservations_[under->index].info;
        HOLDS(r.member == user);  // invariant 8
        if (r.pool == part.pool) t.change(w.now_, std::max(w.now_, std::min(job.end, r.to)), gpus);
      }
      if (!pool.machines) continue;
      std::int64_t placed = 0;
      for (const Slice& s : part.place) {
        placed += s.gpus();
        n.slices[part.pool.index].push_back(s);
      }
      HOLDS(placed == gpus);
    }
  }
  HOLDS(waiting == w.waiting_jobs_ && waiting_milli == w.waiting_milli_);
  HOLDS(running == w.running_jobs_ && promises == w.promises_ && held_jobs == w.held_jobs_);
  for (std::uint32_t l = 0; l < w.lanes_.size(); ++l) {
    HOLDS(w.queues_[l].size() == queued[l]);  // invariant 4
    HOLDS(w.lane_use_[l].submitted == submitted[l] && w.lane_use_[l].waiting == lane_waits[l]);
    std::int64_t held = 0;
    for (std::uint32_t site = 0; site < w.lane_use_[l].by_site.size(); ++site) {
      HOLDS(w.lane_use_[l].by_site[site] == n.by_site[std::pair(l, site)]);
      held += w.lane_use_[l].by_site[site];
    }
    HOLDS(held == w.lane_use_[l].held);
    HOLDS(w.waiting_lanes_.contains(l) == (queued[l] > 0));
  }
  for (std::uint32_t r = 0; r < w.reservations_.size(); ++r)
    HOLDS(n.reserved[r] == w.reservations_[r].used &&
          w.reservations_[r].left() >= 0);  // invariant 8
  std::vector<std::array<std::int64_t, kDevices>> entitled(w.members_.size());
  std::array<std::int64_t, kDevices> installed{};
  for (std::uint32_t p = 0; p < w.pools_.size(); ++p) {
    const Pool& pool = w.pools_[p];
    HOLDS(pool.free >= 0 && pool.free + n.held[p] == pool.installed);  // invariant 3
    HOLDS(pool.stopping == n.stopping[p] && std::ssize(pool.running) == n.running[p]);
    if (pool.machines) {
      HOLDS(pool.machines->free() == pool.free && pool.machines->installed() == pool.installed);
      pool.machines->audit(n.slices[p]);
    }
    HOLDS(pool.plans_due == due[p]);
    pool.timeline.audit();
    HOLDS(pool.timeline.same_from(w.now_, n.timelines[p]));  // invariant 5
    installed[static_cast<std::size_t>(pool.info.device)] += pool.installed;
    std::int64_t guaranteed = 0;
    for (const auto& [member, gpus] : pool.guarantees) guaranteed += gpus;
    HOLDS(guaranteed == pool.guaranteed);
    for (std::uint32_t m = 0; m < w.members_.size(); ++m) {
      const std::int64_t held = n.by_member[std::pair(p, m)];
      HOLDS(w.ledger_.in_use(PoolId{p}, MemberId{m}) == held);
      if (MemberId{m} != pool.info.owner)
        n.lent[p] += std::max<std::int64_t>(0, held - pool.entitled(MemberId{m}));
      entitled[m][static_cast<std::size_t>(pool.info.device)] += pool.entitled(MemberId{m});
    }
    HOLDS(pool.lent == n.lent[p]);
    for (std::uint32_t m = 0; m < pool.preemptible.size(); ++m) {
      for (std::size_t t = 0; t < 4; ++t)
        HOLDS(pool.preemptible[m][t] == n.preemptible[std::tuple(p, m, t)]);
      HOLDS(pool.preemptible_borrowed[m] == n.preemptible_borrowed[std::pair(p, m)]);
    }
  }
  HOLDS(entitled == w.entitled_ && installed == w.installed_);
  for (std::uint32_t a = 0; a < w.accounts_.size(); ++a) {
    HOLDS(account_waits[a] == w.accounts_[AccountId{a}].waiting);
    for (std::size_t d = 0; d < kDevices; ++d)
      HOLDS(w.accounts_.held(AccountId{a}, static_cast<Device>(d)) ==
            n.by_account[std::pair(a, d)]);  // invariant 7
  }
  w.ledger_.audit();  // invariant 6
  for (std::uint32_t l = 0; l < w.lanes_.size(); ++l) {
    HOLDS(w.lawful_[l].size() == w.pools_.size());
    for (std::uint32_t p = 0; p < w.pools_.size(); ++p)
      HOLDS(w.lawful(LaneId{l}, PoolId{p}) == w.law_.allowed(LaneId{l}, PoolId{p}));  // invariant 9
  }
  return nullptr;
}

#undef HOLDS

void audit(const World& w) {
  if (const char* what = broken(w)) check_failed(what, __FILE__, __LINE__);
}

}  // namespace dure
