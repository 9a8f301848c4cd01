#include "live/trace_job.h"

#include <map>
#include <optional>
#include <string_view>

#include "base/calendar.h"
#include "live/live_event.h"
#include "live/live_record.h"
#include "live/projections.h"

namespace dure {
namespace {

class JobTracer {
 public:
  explicit JobTracer(std::int64_t job)
      : number_(job), job_(job_of(job)), key_("-" + std::to_string(job) + ".") {}

  void take(const Entry& entry, const Event& e) {
    begin(entry);
    std::visit([this](const auto& what) { on(what); }, e.what);
  }
  void take(const Entry& entry, const LiveEvent& e) {
    begin(entry);
    if (e.job && e.job->job <= number_ && number_ < e.job->job + e.job->count) {
      next_.user = e.job->user;
      tell("asked");
    } else if (e.cancel && e.cancel->job == number_) {
      next_.user = e.cancel->user;
      tell("cancel_asked");
    } else if (e.judged && e.judged->job == number_) {
      next_.code = enum_name(e.judged->outcome);
      next_.detail = e.judged->detail;
      tell("judged");
    } else if (e.told && e.told->fact.attempt &&
               e.told->fact.attempt->key.find(key_) != std::string::npos) {
      const AttemptFact& a = *e.told->fact.attempt;
      next_.site = e.told->site;
      next_.key = a.key;
      next_.code = a.code;
      next_.detail = a.detail;
      tell("attempt_" + std::string(enum_name(a.state)));
    }
  }
  // Most entries are of other jobs: only those that may be of ours are worth reading as JSON.
  bool may_concern(const std::string& live) const {
    return live.starts_with("{\"told\"")
               ? live.find(key_) != std::string::npos
               : live.starts_with("{\"job\"") || live.starts_with("{\"cancel\"") ||
                     live.starts_with("{\"judged\"");
  }
  bool over() const { return over_; }

  std::vector<JobEntry> out;

 private:
  void begin(const Entry& entry) {
    next_ = {};
    next_.entry = entry.number;
    next_.at_ms = entry.at_ms;
  }
  void tell(std::string what) {
    next_.what = std::move(what);
    out.push_back(next_);
  }
  std::string pool(PoolId id) const {
    const auto it = pools_.find(id);
    return it == pools_.end() ? "" : it->second;
  }

  template <class Other>
  void on(const Other&) {}
  void on(const PoolOpened& e) { pools_.emplace(e.pool, e.name); }
  void on(const JobSubmitted& e) {
    if (e.job != job_) return;
    asked_ = next_.gpus = e.gpus.count();
    tell("submitted");
  }
  void on(const JobAdopted& e) {
    if (e.job != job_) return;
    next_.gpus = e.gpus.count();
    next_.pool = pool(e.pool);
    tell("adopted");
  }
  void on(const LimitReached& e) {
    if (e.job == job_) tell("limit_reached");
  }
  void on(const JobEnded& e) {
    if (e.job == job_) last("ended");
  }
  void on(const JobFailed& e) {
    if (e.job == job_) last("failed");
  }
  void on(const JobCancelled& e) {
    if (e.job == job_) last("cancelled");
  }
  void on(const JobStopped& e) {
    if (e.job == job_) tell("stopped");
  }
  void on(const CommandIssued& e) {
    std::visit([this](const auto& wish) { asked(wish); }, e.wish);
  }
  void asked(const StartJob& wish) {
    if (wish.job != job_) return;
    const auto held = [&](PoolId where, std::int64_t gpus) {  // each pool that it holds GPUs of
      next_.pool = pool(where);
      next_.gpus = gpus;
      tell("started");
    };
    held(wish.pool, wish.gpus.count() > 0 ? wish.gpus.count() : asked_);
    for (const Part& part : wish.also) held(part.pool, part.gpus.count());
  }
  void asked(const ResizeJob& wish) {
    if (wish.job != job_) return;
    next_.gpus = wish.gpus.count();
    tell("resized");
  }
  void asked(const PromiseStart& wish) {
    if (wish.job != job_) return;
    next_.pool = pool(wish.pool);
    next_.detail = iso_kst(wish.at);
    tell("promised");
  }
  void asked(const PreemptJob& wish) {
    if (wish.job != job_) return;
    next_.detail = std::to_string(number_of(wish.for_job));
    tell("preempted");
  }
  void asked(const RefuseJob& wish) {
    if (wish.job != job_) return;
    next_.code = to_string(wish.because);
    last("refused");
  }
  void last(std::string what) {
    tell(std::move(what));
    over_ = true;
  }

  const std::int64_t number_;
  const JobId job_;
  const std::string key_;  // HUB-JOB.ATTEMPT: what all its attempts' keys hold
  std::map<PoolId, std::string> pools_;
  JobEntry next_;
  std::int64_t asked_ = 0;  // GPUs
  bool over_ = false;
};

}  // namespace

Result<std::vector<JobEntry>> trace_job(Store& store, std::int64_t job) {
  JobTracer tracer(job);
  std::optional<Fault> fault;
  TRY(first, store.first());
  TRY(read, store.read(first - 1, [&](const Entry& entry) {
    if (entry.kind == Entry::world) {
      const Result<Event> event = event_of(entry);
      if (event)
        tracer.take(entry, event.value());
      else
        fault = event.fault();
    } else if (tracer.may_concern(entry.bytes)) {
      const Result<LiveEvent> live = live_event_of(entry);
      if (live)
        tracer.take(entry, live.value());
      else
        fault = live.fault();
    }
    return !fault && !tracer.over();
  }));
  (void)read;
  if (fault) return *fault;
  return std::move(tracer.out);
}

}  // namespace dure
