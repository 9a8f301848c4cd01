// A plant that plays a plan: what comes when, and how long each job runs once it is started. And a
// run of it through the one loop, watched: audit(world) after every instant, and each wish checked
// against the rules before it is applied. For storms (plans drawn from a seed) and for all tiny
// worlds.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "sched/loop.h"
#include "world/record.h"
#include "world/text_of.h"

namespace dure {

struct Plan {
  struct Job {
    std::int64_t submit = 0, gpus = 1, estimate = 1, run = 1;
    std::uint32_t lane = 0;
    bool limit_told = false;  // run = estimate: LimitReached comes, and the end `late` after it
    std::int64_t late = 0;
    std::int64_t cancel = -1;  // if it has not started by then
  };
  struct Change {  // of capacity, in GPUs; less than 0 retires
    std::int64_t at = 0, gpus = 0;
    std::uint32_t pool = 0;
  };
  std::vector<std::string> members{"all"};
  std::vector<PoolOpened> pools;
  std::vector<std::int64_t> gpus;  // of each pool at 0
  std::vector<LaneOpened> lanes;
  std::vector<Job> jobs;  // by submit
  std::vector<Change> changes;
  Policy policy;
  std::int64_t decide_every = 1;  // facts of one such interval come together

  bool classical() const {
    return policy.order == Order::arrival && lanes.size() == 1 && lanes[0].pools.size() == 1 &&
           pools[lanes[0].pools[0].index].gpus_per_node == 0;
  }
};

class PlanPlant final : public Plant {
 public:
  explicit PlanPlant(const Plan& plan)
      : plan_(plan), gone_(plan.jobs.size()), standing_(plan.gpus) {
    for (std::uint32_t j = 0; j < plan.jobs.size(); ++j) {
      agenda_.emplace(plan.jobs[j].submit, Item{Item::submit, j});
      if (plan.jobs[j].cancel >= 0) agenda_.emplace(plan.jobs[j].cancel, Item{Item::cancel, j});
    }
    for (std::uint32_t c = 0; c < plan.changes.size(); ++c)
      agenda_.emplace(plan.changes[c].at, Item{Item::change, c});
  }

  void ask(const Command& wish) override {
    if (const auto* r = std::get_if<RefuseJob>(&wish)) gone_[r->job.index] = true;
    const auto* s = std::get_if<StartJob>(&wish);
    if (s == nullptr) return;
    const std::uint32_t j = s->job.index;
    ASSERT_FALSE(gone_[j]) << "job " << j << " was started twice, or after it left";
    gone_[j] = true;
    const Plan::Job& job = plan_.jobs[j];
    const std::int64_t end = now_ + job.run;
    if (job.limit_told && job.run == job.estimate) {
      agenda_.emplace(end, Item{Item::limit, j});
      agenda_.emplace(end + job.late, Item{Item::end, j});
    } else {
      agenda_.emplace(end, Item{Item::end, j});
    }
  }

  void next(Millis wake, std::vector<Event>& facts) override {
    if (!founded_) return found(facts);
    while (facts.empty()) {
      if (agenda_.empty()) return;
      const std::int64_t first = agenda_.begin()->first;
      if (wake.count() < first) {
        now_ = wake.count();
        facts.push_back({wake, TimeReached{}});
        return;
      }
      // All that happens before the interval is over, as far as the wake.
      const std::int64_t until =
          std::min(first - first % plan_.decide_every + plan_.decide_every - 1, wake.count());
      while (!agenda_.empty() && agenda_.begin()->first <= until) {
        now_ = agenda_.begin()->first;
        const Item item = agenda_.begin()->second;
        agenda_.erase(agenda_.begin());
        tell(item, facts);
      }
      if (!facts.empty()) now_ = facts.back().at.count();  // a cancel that came too late is no fact
    }
  }

 private:
  struct Item {
    enum Kind { submit, cancel, change, limit, end } kind;
    std::uint32_t index;
  };

  void tell(const Item& item, std::vector<Event>& facts) {
    const Millis now(now_);
    const JobId id{item.index};
    switch (item.kind) {
      case Item::submit: {
        const Plan::Job& job = plan_.jobs[item.index];
        facts.push_back(
            {now, JobSubmitted{id, LaneId{job.lane}, Gpus(job.gpus), Millis(job.estimate)}});
        return;
      }
      case Item::cancel:
        if (!gone_[item.index]) facts.push_back({now, JobCancelled{id}});
        gone_[item.index] = true;
        return;
      case Item::limit: facts.push_back({now, LimitReached{id}}); return;
      case Item::end: facts.push_back({now, JobEnded{id}}); return;
      case Item::change: {
        const Plan::Change& c = plan_.changes[item.index];
        std::int64_t& standing = standing_[c.pool];
        const std::int64_t gpus = std::max(c.gpus, -standing);
        standing += gpus;
        if (gpus > 0) facts.push_back({now, CapacityAdded{PoolId{c.pool}, Gpus(gpus)}});
        if (gpus < 0) facts.push_back({now, CapacityRetired{PoolId{c.pool}, Gpus(-gpus)}});
        return;
      }
    }
  }

  void found(std::vector<Event>& facts) {
    founded_ = true;
    const Millis t(0);
    for (std::uint32_t m = 0; m < plan_.members.size(); ++m)
      facts.push_back({t, MemberJoined{MemberId{m}, plan_.members[m]}});
    facts.push_back({t, SiteOpened{SiteId{0}, "site"}});
    for (const PoolOpened& p : plan_.pools) {
      facts.push_back({t, p});
      if (const std::int64_t n = plan_.gpus[p.pool.index]; n > 0)
        facts.push_back({t, CapacityAdded{p.pool, Gpus(n)}});
    }
    for (const LaneOpened& l : plan_.lanes) facts.push_back({t, l});
  }

  const Plan& plan_;
  std::multimap<std::int64_t, Item> agenda_;  // equal times: in order of insertion
  std::vector<bool> gone_;                    // started, cancelled or refused
  std::vector<std::int64_t> standing_;  // GPUs of each pool that are not retired or to be retired
  std::int64_t now_ = 0;
  bool founded_ = false;
};

// Between the loop and the plant: what must hold after each pass, and of each wish.
class Watch final : public Plant {
 public:
  // restarts: the world is saved and loaded after every so many passes; 0: never.
  Watch(const Plan& plan, World& world, std::uint64_t restarts = 0)
      : plan_(plan), world_(world), plant_(plan), restarts_(restarts) {}

  // Of the record.
  void append(const Event& e) {
    hash_.append(e);
    if (std::getenv("DURE_STORM_TRACE") != nullptr) std::puts(text_of(e).c_str());
    const auto* issued = std::get_if<CommandIssued>(&e.what);
    if (issued == nullptr) return;
    if (plan_.policy.backfill == Backfill::conservative && plan_.classical()) {
      if (wishes_.empty()) expected_ = replaced();
      wishes_.push_back(text_of(e));
    }
    if (const auto* s = std::get_if<StartJob>(&issued->wish)) check(*s);
    if (const auto* r = std::get_if<RefuseJob>(&issued->wish)) {
      EXPECT_TRUE(world_.lane(world_.job(r->job).lane).pools.empty());
    }
  }
  void waits(JobId job, Reason because) {
    EXPECT_EQ(world_.job(job).state, JobState::waiting);
    EXPECT_NE(because, Reason::none);
    waits_.push_back(job);
  }

  // Of the plant.
  void ask(const Command& wish) override { plant_.ask(wish); }
  void next(Millis wake, std::vector<Event>& facts) override {
    after_pass();
    plant_.next(wake, facts);
  }

  std::string sha256() { return hash_.sha256(); }
  const std::vector<std::byte>& file() const { return file_; }
  std::uint64_t passes() const { return passes_; }

 private:
  void after_pass() {
    audit(world_);
    ++passes_;
    if (restarts_ > 0 && passes_ % restarts_ == 0) {
      Result<World> loaded = World::load(world_.save(), "restart");
      ASSERT_TRUE(loaded) << to_string(loaded.fault());
      world_ = std::move(loaded).value();
    }
    if (world_.lanes() == 0) return;
    if (plan_.policy.backfill == Backfill::conservative && plan_.classical()) {
      if (wishes_.empty()) expected_ = replaced();
      EXPECT_EQ(wishes_, expected_) << "at " << world_.now().count();
      wishes_.clear();
    }
    if (!plan_.classical()) {  // every head that stays has been told why
      std::vector<JobId> heads;
      world_.waiting_lanes().for_each(
          [&](std::uint32_t l) { heads.push_back(world_.queue(LaneId{l}).job(0)); });
      std::sort(heads.begin(), heads.end());
      std::sort(waits_.begin(), waits_.end());
      EXPECT_EQ(waits_, heads);
    }
    waits_.clear();
  }

  void check(const StartJob& s) const {
    const Job& job = world_.job(s.job);
    const LaneOpened& lane = world_.lane(job.lane);
    const Pool& pool = world_.pool(s.pool);
    EXPECT_TRUE(std::count(lane.pools.begin(), lane.pools.end(), s.pool) == 1)
        << "an unlawful pool";
    EXPECT_LE(job.gpus, pool.free);
    if (!plan_.classical()) {
      EXPECT_EQ(world_.queue(job.lane).job(0), s.job) << "it overtook in its lane";
      EXPECT_TRUE(lane.member == pool.info.owner ||
                  (pool.lent + job.gpus) * 1000 <=
                      pool.installed * std::int64_t{pool.info.lend_permille});
    }
    if (!pool.machines) {
      EXPECT_TRUE(s.place.empty());
      return;
    }
    const std::uint32_t g = pool.info.gpus_per_node;
    if (lane.spread == Spread::one_domain &&
        job.gpus <= std::int64_t{g} * pool.info.nodes_per_domain) {
      std::uint64_t nodes = 0;
      for (const Slice& slice : s.place) {
        EXPECT_EQ(slice.rack, s.place[0].rack);
        nodes |= slice.nodes;
      }
      EXPECT_TRUE(pool.info.nodes_per_domain > 1 || std::popcount(nodes) == 1)
          << "not in one domain";
    }
  }

  // Conservative without short cuts: what the pass must wish for, job by job, all others standing.
  std::vector<std::string> replaced() const {
    std::vector<std::string> out;
    const PoolId pool = plan_.lanes[0].pools[0];
    Timeline t = world_.pool(pool).timeline;
    const LaneQueue& queue = world_.queue(LaneId{0});
    const Millis now = world_.now();
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::int64_t promised = queue.promised_ms(i);
      const Millis estimate = queue.estimate(i), own(promised);
      const auto book = [&](Millis at, std::int64_t delta) { t.change(at, at + estimate, delta); };
      Millis start = own;
      if (promised == LaneQueue::kNoPromise) {
        start = t.earliest(now, estimate, queue.need(i));
        if (start.count() == Timeline::kForever) continue;  // larger than the machine
        book(start, -queue.need(i));
      } else if (promised > now.count() && world_.gains().after_end) {
        book(own, queue.need(i));
        start = t.earliest(now, estimate, queue.need(i));
        book(start, -queue.need(i));
      }
      if (start == now)
        out.push_back(text_of(Event{now, CommandIssued{StartJob{queue.job(i), pool, {}}}}));
      else if (start.count() != promised)
        out.push_back(text_of(Event{now, CommandIssued{PromiseStart{queue.job(i), pool, start}}}));
    }
    return out;
  }

  const Plan& plan_;
  World& world_;
  PlanPlant plant_;
  std::uint64_t restarts_;
  std::vector<std::byte> file_{record_magic().begin(), record_magic().end()};
  RecordHash hash_{[this](std::span<const std::byte> payload) {
    const std::vector<std::byte> framed = frame(payload);
    file_.insert(file_.end(), framed.begin(), framed.end());
  }};
  std::vector<std::string> wishes_, expected_;
  std::vector<JobId> waits_;
  std::uint64_t passes_ = 0;
};

}  // namespace dure
