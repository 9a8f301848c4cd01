// Recounts World's numbered invariants from the jobs alone. Slow on purpose: it shares no index
// with what it checks.
#include <algorithm>
#include <map>

#include "world/world.h"

namespace dure {

void audit(const World& w) {
  std::vector<std::int64_t> held(w.pools_.size()), lent(w.pools_.size());
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> by_member;
  std::vector<std::size_t> queued(w.lanes_.size());
  std::vector<Timeline> timelines(w.pools_.size());
  std::int64_t waiting = 0, waiting_gpus = 0, running = 0, promises = 0;
  for (std::uint32_t p = 0; p < w.pools_.size(); ++p)
    timelines[p].change(
        w.now_, Millis(Timeline::kForever),
        w.pools_[p].installed - (w.pools_[p].racks ? w.pools_[p].racks->owed() : 0));

  for (std::uint32_t i = 0; i < w.jobs_.size(); ++i) {
    const Job& job = w.jobs_[i];
    CHECK(job.submit <= w.now_);
    if (job.state == JobState::waiting) {
      ++waiting;
      waiting_gpus += job.gpus;
      const LaneQueue& queue = w.queues_[job.lane.index];
      const std::size_t at = queue.find(JobId{i});  // invariants 2, 4
      CHECK(queue.need(at) == job.gpus && queue.estimate(at) == job.estimate);
      CHECK(at == queued[job.lane.index]++);  // in order of submission
      if (const std::int64_t promised = queue.promised_ms(at); promised != LaneQueue::kNoPromise) {
        ++promises;
        timelines[job.pool.index].change(std::max(Millis(promised), w.now_),
                                         w.limit(Millis(promised), job.estimate), -job.gpus);
      }
    }
    if (job.state == JobState::running) {
      ++running;
      CHECK(job.start >= job.submit && job.start <= w.now_);
      if (job.let_go) continue;
      held[job.pool.index] += job.gpus;
      const MemberId user = w.lanes_[job.lane.index].member;
      by_member[{job.pool.index, user.index}] += job.gpus;
      if (user != w.pools_[job.pool.index].info.owner) lent[job.pool.index] += job.gpus;
      timelines[job.pool.index].change(w.now_, job.end, -job.gpus);
      if (w.pools_[job.pool.index].racks) {
        std::int64_t gpus = 0;
        for (const Slice& s : w.seats_[job.seat]) gpus += s.gpus();
        CHECK(gpus == job.gpus);
      }
    }
  }
  CHECK(waiting == w.waiting_jobs_ && waiting_gpus == w.waiting_gpus_);
  CHECK(running == w.running_jobs_ && promises == w.promises_);
  for (std::uint32_t l = 0; l < w.lanes_.size(); ++l) {
    CHECK(w.queues_[l].size() == queued[l]);  // invariant 4
    CHECK(w.waiting_lanes_.contains(l) == (queued[l] > 0));
  }
  for (std::uint32_t p = 0; p < w.pools_.size(); ++p) {
    const Pool& pool = w.pools_[p];
    CHECK(pool.free >= 0 && pool.free + held[p] == pool.installed);  // invariant 3
    CHECK(pool.lent == lent[p]);
    if (pool.racks) {
      CHECK(pool.racks->free() == pool.free && pool.racks->installed() == pool.installed);
      pool.racks->audit();
    }
    pool.timeline.audit();
    CHECK(pool.timeline.same_from(w.now_, timelines[p]));  // invariant 5
    for (std::uint32_t m = 0; m < w.members_.size(); ++m)
      CHECK(w.ledger_.in_use(PoolId{p}, MemberId{m}) == by_member[std::pair(p, m)]);
  }
  w.ledger_.audit();  // invariant 6
}

}  // namespace dure
