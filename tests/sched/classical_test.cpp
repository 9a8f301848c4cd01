// The classical policies against slow_classical.h on thousands of small logs that are full of ties:
// times of a few units, submissions without a gap, estimates that are the run time. Every start is
// equal.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "base/stream.h"
#include "sched/loop.h"
#include "sched/slow_classical.h"
#include "sim/log_plant.h"
#include "sim/replay.h"

namespace dure {
namespace {

struct Log {
  std::vector<BatchJob> jobs;
  std::int64_t procs = 1;
};

struct Shape {
  std::uint64_t jobs, procs, longest, gap;
};

Log draw(std::uint64_t seed, const Shape& most) {
  Stream s(seed, "classical", 0);
  Log log;
  log.procs = 1 + static_cast<std::int64_t>(s.below(most.procs));
  const std::uint64_t exact = s.below(5);  // of 4: how often the estimate is the run time
  std::int64_t t = static_cast<std::int64_t>(s.below(3));
  for (std::uint64_t n = 1 + s.below(most.jobs); n > 0; --n) {
    BatchJob j;
    j.number = static_cast<std::int64_t>(log.jobs.size());
    if (s.below(2) == 0) t += static_cast<std::int64_t>(s.below(most.gap + 1));
    j.submit = Millis(t);
    j.run = Millis(1 + static_cast<std::int64_t>(s.below(most.longest)));
    j.estimate = s.below(4) < exact
                     ? j.run
                     : j.run + Millis(static_cast<std::int64_t>(s.below(2 * most.longest)));
    j.procs = static_cast<std::int32_t>(1 + s.below(static_cast<std::uint64_t>(log.procs)));
    log.jobs.push_back(j);
  }
  return log;
}

bool equal(const Log& log, ReplayPolicy policy) {
  const ReplayResult fast = replay(log.jobs, log.procs, policy);
  const std::vector<std::int64_t> slow = SlowScheduler(log.jobs, log.procs, policy).starts();
  for (std::size_t i = 0; i < log.jobs.size(); ++i)
    if (fast.jobs[i].start.count() != slow[i] ||
        fast.jobs[i].end != fast.jobs[i].start + log.jobs[i].run)
      return false;
  return true;
}

// A log that fails with as few jobs as leaving them out one by one finds.
Log shrunk(Log log, ReplayPolicy policy) {
  for (std::size_t i = 0; i < log.jobs.size();) {
    Log less = log;
    less.jobs.erase(less.jobs.begin() + static_cast<std::ptrdiff_t>(i));
    if (less.jobs.empty() || equal(less, policy))
      ++i;
    else
      log = std::move(less), i = 0;
  }
  return log;
}

std::string show(const Log& log, ReplayPolicy policy) {
  std::ostringstream out;
  const ReplayResult fast = replay(log.jobs, log.procs, policy);
  const std::vector<std::int64_t> slow = SlowScheduler(log.jobs, log.procs, policy).starts();
  out << log.procs << " processors\njob submit run estimate procs  start  by hand\n";
  for (std::size_t i = 0; i < log.jobs.size(); ++i) {
    const BatchJob& j = log.jobs[i];
    out << i << "  " << j.submit.count() << ' ' << j.run.count() << ' ' << j.estimate.count() << ' '
        << j.procs << "  " << fast.jobs[i].start.count() << "  " << slow[i] << '\n';
  }
  return out.str();
}

class Classical : public testing::TestWithParam<ReplayPolicy> {
 protected:
  void compare(std::uint64_t first, std::uint64_t logs, const Shape& most) {
    for (std::uint64_t seed = first; seed < first + logs; ++seed) {
      const Log log = draw(seed, most);
      if (!equal(log, GetParam())) {
        FAIL() << "seed " << seed << ": " << show(shrunk(log, GetParam()), GetParam());
      }
    }
  }
};

TEST_P(Classical, SmallLogs) { compare(1, 4000, {12, 6, 6, 4}); }
TEST_P(Classical, FewProcessorsManyTies) { compare(100'000, 2000, {16, 3, 3, 2}); }
TEST_P(Classical, LongQueues) { compare(200'000, 100, {80, 16, 12, 3}); }
TEST_P(Classical, Busy) { compare(300'000, 60, {120, 40, 20, 8}); }

INSTANTIATE_TEST_SUITE_P(Policies, Classical,
                         testing::Values(ReplayPolicy::fcfs, ReplayPolicy::easy,
                                         ReplayPolicy::conservative),
                         [](const auto& info) {
                           return info.param == ReplayPolicy::fcfs   ? "fcfs"
                                  : info.param == ReplayPolicy::easy ? "easy"
                                                                     : "conservative";
                         });

// Conservative keeps its word: a promise only ever moves to earlier, and is kept to the instant.
TEST(Conservative, PromisesMoveToEarlierOnly) {
  struct Record {
    std::vector<std::int64_t> promised;
    int made = 0, moved = 0;
    void append(const Event& e) {
      if (std::holds_alternative<JobSubmitted>(e.what)) promised.push_back(Timeline::kForever);
      const auto* issued = std::get_if<CommandIssued>(&e.what);
      if (issued == nullptr) return;
      if (const auto* p = std::get_if<PromiseStart>(&issued->wish)) {
        std::int64_t& before = promised[p->job.index];
        ++made;
        moved += before != Timeline::kForever;
        EXPECT_LT(p->at.count(), before);
        EXPECT_GT(p->at, e.at);
        before = p->at.count();
      }
      const auto* s = std::get_if<StartJob>(&issued->wish);
      EXPECT_TRUE(s == nullptr || e.at.count() <= promised[s->job.index]);
    }
    void waits(JobId, Reason) {}
  };
  int made = 0, moved = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Log log = draw(seed, {40, 8, 8, 3});
    World world;
    LogPlant plant(log.jobs, log.procs, Lanes::one);
    Record record;
    Loop<Record>(world, {Order::arrival, Backfill::conservative}, plant, record).run();
    made += record.made;
    moved += record.moved;
  }
  EXPECT_GT(made, 1000);
  EXPECT_GT(moved, 200);
}

TEST(Replay, Figures) {
  // Two jobs of one processor each on one: 10 s and 20 s, both submitted at 5 s.
  std::vector<BatchJob> jobs(2);
  jobs[0].submit = jobs[1].submit = seconds(5);
  jobs[0].run = jobs[0].estimate = seconds(10);
  jobs[1].run = jobs[1].estimate = seconds(20);
  jobs[0].procs = jobs[1].procs = 1;
  const ReplayResult r = replay(jobs, 1, ReplayPolicy::fcfs);
  EXPECT_DOUBLE_EQ(r.mean_wait_s, 5);
  EXPECT_DOUBLE_EQ(r.mean_bounded_slowdown, (1.0 + 1.5) / 2);
  EXPECT_DOUBLE_EQ(r.p50_wait_s, 10);  // index floor(0.5 x 2) of {0, 10}
  EXPECT_DOUBLE_EQ(r.makespan_s, 30);
  EXPECT_DOUBLE_EQ(r.utilization, 1);
}

TEST(Percentile, IsTheValueAtFloorOfPTimesN) {
  std::vector<std::int64_t> v;
  EXPECT_EQ(percentile(v, 0.5), 0);
  for (std::int64_t i = 99; i >= 0; --i) v.push_back(i);
  EXPECT_EQ(percentile(v, 0), 0);
  EXPECT_EQ(percentile(v, 0.5), 50);
  EXPECT_EQ(percentile(v, 0.95), 95);
  EXPECT_EQ(percentile(v, 0.999), 99);
}

}  // namespace
}  // namespace dure
