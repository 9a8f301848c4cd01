#include "quantum/hybrid_engine.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <queue>
#include <tuple>

#include "base/check.h"

namespace dure {
namespace {

// At one instant ends come before beginnings, so that what is given back can be given out.
enum class Tick { classical_end, step_end, calibration_end, resumed, want_gpus, arrival, wake };

struct TickAt {
  std::int64_t at;
  Tick what;
  std::size_t job;
  auto operator<=>(const TickAt&) const = default;
};

enum class Gpu { none, computing, held, resuming };
enum class Quantum { none, queued, running, done };

struct JobState {
  Gpu gpu = Gpu::none;
  Quantum quantum = Quantum::none;
  std::int64_t done = 0;    // iterations
  std::int64_t queued = 0;  // number of its step at the QPU
  bool wants_gpus = false;
};

class HybridEngine {
 public:
  HybridEngine(const std::vector<HybridJob>& jobs, std::int64_t gpus, const QpuCalendar& calendar,
               const HybridRules& rules, const QpuWatch& watch)
      : jobs_(jobs), calendar_(calendar), rules_(rules), watch_(watch), free_(gpus), gpus_(gpus) {
    states_.resize(jobs.size());
    totals.jobs.resize(jobs.size());
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      CHECK(j == 0 || jobs[j - 1].arrive_ms <= jobs[j].arrive_ms);
      CHECK(jobs[j].gpus <= gpus && jobs[j].quantum_ms <= calendar.longest_step_ms());
      ticks_.push({jobs[j].arrive_ms, Tick::arrival, j});
    }
    if (!jobs.empty()) totals.from_ms = totals.to_ms = now_ = jobs.front().arrive_ms;
    fresh_at_ = now_;
    if (const std::int64_t end = calendar.out_of_window(now_); end > now_) calibrate(end);
  }

  void run() {
    while (left() > 0) {
      CHECK(!ticks_.empty());
      spend_until(ticks_.top().at);
      while (!ticks_.empty() && ticks_.top().at == now_) {
        const TickAt t = ticks_.top();
        ticks_.pop();
        on(t);
      }
      begin();
    }
    totals.to_ms = now_;
  }

  HybridTotals totals;

 private:
  std::size_t left() const { return jobs_.size() - ended_; }

  // ---- time ----

  void spend_until(std::int64_t t) {
    const std::int64_t ms = t - now_;
    CHECK(ms >= 0 && free_ >= 0);
    CHECK(free_ + computing_ + held_ + resuming_ == gpus_);  // invariant 2
    totals.free_ms += ms * free_, totals.computing_ms += ms * computing_;
    totals.held_ms += ms * held_, totals.resuming_ms += ms * resuming_;
    if (qpu_ == QpuState::step)
      totals.steps_ms += ms;
    else if (qpu_ == QpuState::calibration)
      totals.calibration_ms += ms;
    else if (owner_)
      totals.qpu_held_ms += ms;
    else
      totals.qpu_free_ms += ms;
    now_ = t;
  }
  std::int64_t& count(Gpu g) {
    switch (g) {
      case Gpu::computing: return computing_;
      case Gpu::held: return held_;
      case Gpu::resuming: return resuming_;
      case Gpu::none: break;
    }
    return free_;
  }
  void turn(std::size_t j, Gpu to) {
    count(states_[j].gpu) -= jobs_[j].gpus;
    count(to) += jobs_[j].gpus;
    states_[j].gpu = to;
  }

  // ---- what ends ----

  void on(const TickAt& t) {
    switch (t.what) {
      case Tick::arrival: waiting_.push_back(t.job); break;
      case Tick::classical_end: classical_end(t.job); break;
      case Tick::step_end: step_end(t.job); break;
      case Tick::calibration_end:
        qpu_ = QpuState::idle;
        fresh_at_ = now_;
        break;
      case Tick::resumed:
        turn(t.job, Gpu::held);
        compute_if_ready(t.job);
        break;
      case Tick::want_gpus:
        states_[t.job].wants_gpus = true;
        resuming_jobs_.push_back(t.job);
        break;
      case Tick::wake: break;
    }
  }

  void classical_end(std::size_t j) {
    JobState& s = states_[j];
    turn(j, Gpu::held);
    s.quantum = Quantum::queued;
    s.queued = steps_queued_++;
    queue_.push_back(j);
    if (rules_.may_release && worth_releasing(j)) {
      turn(j, Gpu::none);
      ++totals.releases, ++totals.jobs[j].releases;
    }
  }
  bool last(std::size_t j) const { return states_[j].done + 1 == jobs_[j].iterations; }
  bool worth_releasing(std::size_t j) const {
    if (last(j)) return true;
    std::int64_t work = jobs_[j].quantum_ms;
    for (const std::size_t k : queue_)
      if (k != j && before(k, j)) work += jobs_[k].quantum_ms;
    const std::int64_t idle = calendar_.earliest_done(std::max(now_, qpu_until_), work) - now_;
    return idle * 1000 > jobs_[j].resume_ms * rules_.release_above_permille;
  }

  void step_end(std::size_t j) {
    JobState& s = states_[j];
    qpu_ = QpuState::idle;
    CHECK(s.quantum == Quantum::running);  // invariant 3
    s.quantum = Quantum::done;
    if (++s.done == jobs_[j].iterations) {
      if (s.gpu != Gpu::none) turn(j, Gpu::none);
      if (owner_ == j) owner_.reset();
      totals.jobs[j].end_ms = now_;
      ++ended_;
    } else {
      compute_if_ready(j);
    }
  }
  void compute_if_ready(std::size_t j) {
    JobState& s = states_[j];
    if (s.quantum != Quantum::done || s.gpu != Gpu::held) return;
    s.quantum = Quantum::none;
    compute(j);
  }
  void compute(std::size_t j) {
    turn(j, Gpu::computing);
    ticks_.push({now_ + jobs_[j].classical_ms, Tick::classical_end, j});
  }

  // ---- what begins ----

  void begin() {
    begin_on_qpu();
    while (!resuming_jobs_.empty() && jobs_[resuming_jobs_.front()].gpus <= free_) {
      const std::size_t j = resuming_jobs_.front();
      resuming_jobs_.pop_front();
      states_[j].wants_gpus = false;
      turn(j, Gpu::resuming);
      ticks_.push({now_ + jobs_[j].resume_ms, Tick::resumed, j});
    }
    if (!resuming_jobs_.empty()) return;  // invariant 4
    while (!waiting_.empty() && jobs_[waiting_.front()].gpus <= free_ &&
           !(rules_.hold_qpu && owner_)) {
      const std::size_t j = waiting_.front();
      waiting_.pop_front();
      if (rules_.hold_qpu) owner_ = j;
      totals.jobs[j].start_ms = now_;
      compute(j);
    }
  }

  void begin_on_qpu() {
    if (qpu_ != QpuState::idle) return;
    const QpuCalendar::Span window = calendar_.next_window(now_);
    if (window.from == now_) return calibrate(window.to);
    if (window.from != woken_for_ && window.from < QpuCalendar::kNever) {
      ticks_.push({window.from, Tick::wake, 0});
      woken_for_ = window.from;
    }
    if (queue_.empty()) return;
    const std::int64_t drift =
        calendar_.drift_ms() > 0 ? fresh_at_ + calendar_.drift_ms() : QpuCalendar::kNever;
    std::ranges::sort(queue_, [&](std::size_t a, std::size_t b) { return before(a, b); });
    const std::size_t tried = rules_.fill_gaps ? queue_.size() : 1;
    for (std::size_t i = 0; i < tried; ++i) {
      const std::size_t j = queue_[i];
      if (now_ + jobs_[j].quantum_ms > std::min(window.from, drift)) continue;
      queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(i));
      return run_step(j);
    }
    // Nothing fits before drift: calibrate now if something then fits before the window.
    const std::int64_t fresh = now_ + calendar_.drift_length_ms();
    for (std::size_t i = 0; i < tried && drift < window.from; ++i)
      if (fresh + jobs_[queue_[i]].quantum_ms <= window.from) return calibrate(fresh);
  }
  void calibrate(std::int64_t until) {
    qpu_ = QpuState::calibration;
    qpu_until_ = until;
    ++totals.calibrations;
    ticks_.push({until, Tick::calibration_end, 0});
    if (watch_) watch_({QpuUse::calibration, 0, now_, until});
  }
  void run_step(std::size_t j) {
    JobState& s = states_[j];
    CHECK(s.quantum == Quantum::queued);  // invariants 1, 3
    s.quantum = Quantum::running;
    qpu_ = QpuState::step;
    qpu_until_ = now_ + jobs_[j].quantum_ms;
    ticks_.push({qpu_until_, Tick::step_end, j});
    if (s.gpu == Gpu::none && !last(j))  // back in time for the next classical step
      ticks_.push({std::max(now_, qpu_until_ - jobs_[j].resume_ms), Tick::want_gpus, j});
    if (watch_) watch_({QpuUse::step, j, now_, qpu_until_});
  }
  bool before(std::size_t a, std::size_t b) const {
    const auto left = [&](std::size_t j) {
      return (jobs_[j].iterations - states_[j].done) *
             (jobs_[j].classical_ms + jobs_[j].quantum_ms);
    };
    switch (rules_.order) {
      case QpuOrder::longest_left:
        if (left(a) != left(b)) return left(a) > left(b);
        break;
      case QpuOrder::shortest_left:
        if (left(a) != left(b)) return left(a) < left(b);
        break;
      case QpuOrder::arrival: break;
    }
    if (rules_.by_step) return states_[a].queued < states_[b].queued;
    return a < b;
  }

  enum class QpuState { idle, step, calibration };

  const std::vector<HybridJob>& jobs_;
  const QpuCalendar& calendar_;
  const HybridRules& rules_;
  const QpuWatch& watch_;
  std::vector<JobState> states_;
  std::priority_queue<TickAt, std::vector<TickAt>, std::greater<>> ticks_;
  std::deque<std::size_t> waiting_, resuming_jobs_;
  std::vector<std::size_t> queue_;
  std::optional<std::size_t> owner_;
  QpuState qpu_ = QpuState::idle;
  std::int64_t qpu_until_ = 0, fresh_at_ = 0, woken_for_ = -1, steps_queued_ = 0;
  std::int64_t now_ = 0, free_, computing_ = 0, held_ = 0, resuming_ = 0;
  const std::int64_t gpus_;
  std::size_t ended_ = 0;
};

}  // namespace

HybridTotals run_hybrids(const std::vector<HybridJob>& jobs, std::int64_t gpus,
                         const QpuCalendar& calendar, const HybridRules& rules,
                         const QpuWatch& watch) {
  HybridEngine engine(jobs, gpus, calendar, rules, watch);
  engine.run();
  return std::move(engine.totals);
}

std::int64_t least_end_ms(const std::vector<HybridJob>& jobs, std::int64_t gpus,
                          const QpuCalendar& calendar) {
  struct Part {  // of a job, from when it can begin
    std::int64_t from, work;
  };
  std::vector<Part> qpu, pool;
  std::int64_t end = 0, least_step = QpuCalendar::kNever;
  for (const HybridJob& j : jobs) {
    qpu.push_back({j.arrive_ms + j.classical_ms, j.iterations * j.quantum_ms});
    pool.push_back({j.arrive_ms, j.iterations * j.classical_ms * j.gpus});
    end = std::max(end, j.arrive_ms + j.alone_ms());
    least_step = std::min(least_step, j.quantum_ms);
  }
  const auto latest_first = [](const Part& a, const Part& b) { return a.from > b.from; };
  std::ranges::stable_sort(qpu, latest_first);
  std::ranges::stable_sort(pool, latest_first);
  std::int64_t work = 0;
  for (const Part& p : qpu) end = std::max(end, calendar.earliest_done(p.from, work += p.work));
  work = 0;
  for (const Part& p : pool) end = std::max(end, p.from + (work += p.work) / gpus + least_step);
  return end;
}

}  // namespace dure
