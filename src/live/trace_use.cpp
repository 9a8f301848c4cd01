#include "live/trace_use.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/calendar.h"
#include "live/hub.h"
#include "live/live_record.h"

namespace dure {
namespace {

class Tracer {
 public:
  Tracer(Millis month_start, Millis month_end) : start_(month_start), end_(month_end) {}

  // Names and jobs, as a snapshot knows them: of a truncated record, whose first entries tell of
  // jobs and lanes that came before.
  void knows(const World& w) {
    for (std::uint32_t p = 0; p < w.pools(); ++p) out.pools.push_back(w.pool(PoolId{p}).info);
    out.members = w.members();
    for (std::uint32_t l = 0; l < w.lanes(); ++l) lanes_.push_back(w.lane(LaneId{l}).member);
    for (std::uint32_t j = 0; j < w.jobs(); ++j)
      jobs_.push_back({w.job(JobId{j}).lane, w.job(JobId{j}).gpus});
  }

  // At the snapshot's time: what the month had by then and no entry is left to tell of becomes
  // parts of no job, and jobs whose start is gone are held from here on.
  void reconcile(const Restored& state, const std::string& month) {
    const World& w = state.world;
    now_ = std::max(now_, w.now());
    std::map<std::pair<PoolId, MemberId>, std::int64_t> traced;
    for (const UsePart& p : out.parts) traced[{p.pool, p.member}] += p.gpu_ms;
    const Millis until = std::min(w.now(), end_);
    for (const auto& [key, h] : held_)
      if (const Millis from = std::max(h.since, start_); from < until)
        traced[{key.second, member_of(key.first)}] += gpu_time(Gpus(h.gpus), until - from).count();
    for (const MonthUse& u : state.book.month_use(month, w, w.now())) {
      const std::int64_t rest = u.gpu_ms - traced[{u.pool, u.member}];
      if (rest == 0 || out.pools[u.pool.index].device != Device::gpu) continue;
      out.parts.push_back({0, u.pool, u.member, start_, until, 0, rest, 0, 0});  // invariant 3
    }
    for (std::uint32_t j = 0; j < w.jobs(); ++j) {
      const Job& job = w.job(JobId{j});
      if (job.state != JobState::running || job.let_go) continue;
      if (held_.contains({JobId{j}, job.pool})) continue;
      hold(JobId{j}, job.pool, job.held, 0);
      for (const Part& part : w.more_parts(JobId{j}))
        hold(JobId{j}, part.pool, part.gpus.count(), 0);
    }
  }

  void take(const Event& e, std::uint64_t entry) {
    now_ = e.at;
    entry_ = entry;
    std::visit([&](const auto& what) { on(what); }, e.what);
  }

  void finish(Millis now) {
    now_ = std::max(now_, now);
    entry_ = 0;
    while (!held_.empty()) let_go(held_.begin()->first.first);
    std::sort(out.parts.begin(), out.parts.end(), [](const UsePart& a, const UsePart& b) {
      return std::tuple(a.first_entry, a.pool, a.job, a.from) <
             std::tuple(b.first_entry, b.pool, b.job, b.from);
    });
    out.from = start_;
    out.to = std::clamp(now_, start_, end_);
  }

  TracedUse out;

 private:
  struct Held {
    std::int64_t gpus = 0;
    Millis since;
    std::uint64_t entry = 0;
  };
  struct Asked {
    LaneId lane;
    std::int64_t gpus = 0;
  };

  template <class Other>
  void on(const Other&) {}
  template <class List, class Id, class Item>
  static void put(List& list, Id id, Item item) {  // it may be known: see knows()
    CHECK(id.index <= list.size());
    if (id.index == list.size()) list.push_back(std::move(item));
  }
  void on(const MemberJoined& e) { put(out.members, e.member, e.name); }
  void on(const PoolOpened& e) { put(out.pools, e.pool, e); }
  void on(const LaneOpened& e) { put(lanes_, e.lane, e.member); }
  void on(const JobSubmitted& e) { put(jobs_, e.job, Asked{e.lane, e.gpus.count()}); }
  void on(const JobAdopted& e) {
    put(jobs_, e.job, Asked{e.lane, e.gpus.count()});
    hold(e.job, e.pool, e.gpus.count(), entry_);
  }
  void on(const CommandIssued& e) {
    if (const auto* start = std::get_if<StartJob>(&e.wish)) {
      const std::int64_t gpus = start->gpus.count();
      hold(start->job, start->pool, gpus > 0 ? gpus : jobs_[start->job.index].gpus, entry_);
      for (const Part& part : start->also) hold(start->job, part.pool, part.gpus.count(), entry_);
    } else if (const auto* resize = std::get_if<ResizeJob>(&e.wish)) {
      const auto it = held_.lower_bound({resize->job, PoolId{0}});
      if (it == held_.end() || it->first.first != resize->job) return;  // its start is gone
      const PoolId pool = it->first.second;
      let_go(resize->job);
      hold(resize->job, pool, resize->gpus.count(), entry_);
    }
  }
  void on(const LimitReached& e) { let_go(e.job); }
  void on(const JobEnded& e) { let_go(e.job); }
  void on(const JobFailed& e) { let_go(e.job); }
  void on(const JobStopped& e) { let_go(e.job); }

  MemberId member_of(JobId job) const { return lanes_[jobs_[job.index].lane.index]; }
  void hold(JobId job, PoolId pool, std::int64_t gpus, std::uint64_t entry) {
    Held& h = held_[{job, pool}];
    if (h.gpus > 0) tell(job, pool, h);  // a second part of it in the same pool
    h = {h.gpus + gpus, now_, entry};
  }
  void let_go(JobId job) {
    for (auto it = held_.lower_bound({job, PoolId{0}}); it != held_.end() && it->first.first == job;
         it = held_.erase(it))
      tell(job, it->first.second, it->second);
  }
  void tell(JobId job, PoolId pool, const Held& h) {
    if (out.pools[pool.index].device != Device::gpu) return;
    const Millis from = std::max(h.since, start_), to = std::min(now_, end_);
    if (from >= to) return;
    UsePart part{number_of(job),
                 pool,
                 member_of(job),
                 from,
                 to,
                 h.gpus,
                 gpu_time(Gpus(h.gpus), to - from).count(),
                 h.entry,
                 now_ < end_ ? entry_ : 0};
    out.parts.push_back(part);
  }

  const Millis start_, end_;
  Millis now_;
  std::uint64_t entry_ = 0;
  std::vector<MemberId> lanes_;  // [lane]: whose
  std::vector<Asked> jobs_;
  std::map<std::pair<JobId, PoolId>, Held> held_;
};

}  // namespace

Result<TracedUse> trace_use(Store& store, const std::string& month, Millis now) {
  const auto first_day = month.size() == 7 ? parse_date(month) : std::nullopt;
  if (!first_day) return Fault{"month", "as 2026-11", month, ""};
  const Date next = first_day->month == 12 ? Date{first_day->year + 1, 1, 1}
                                           : Date{first_day->year, first_day->month + 1, 1};
  const Millis month_end = midnight(next);
  Tracer tracer(midnight(*first_day), month_end);
  std::optional<Restored> snapshot;  // of a truncated record
  TRY(first, store.first());
  if (first > 1) {
    TRY(newest, store.newest());
    if (!newest)
      return Fault{store.name(), "a snapshot of entry " + std::to_string(first - 1) + " or later",
                   "none", "the record is truncated: restore the store from its backup"};
    snapshot.emplace();
    TRY(unpacked, unpack_snapshot(*newest, *snapshot));
    (void)unpacked;
    tracer.knows(snapshot->world);
    now = std::max(now, snapshot->world.now());
  }
  bool reconciled = !snapshot;
  const auto reconcile = [&] {
    if (!reconciled) tracer.reconcile(*snapshot, month);
    reconciled = true;
  };
  std::optional<Fault> fault;
  TRY(read, store.read(first - 1, [&](const Entry& entry) {
    if (snapshot && entry.number > snapshot->last) reconcile();
    if (entry.kind != Entry::world) return true;
    Result<Event> event = event_of(entry);
    if (!event) {
      fault = event.fault();
      return false;
    }
    // Later entries change nothing before: holdings are finished as they stand.
    if (event.value().at > now || event.value().at >= month_end) return false;
    tracer.take(event.value(), entry.number);
    return true;
  }));
  (void)read;
  if (fault) return *fault;
  reconcile();
  tracer.finish(now);
  return std::move(tracer.out);
}

}  // namespace dure
