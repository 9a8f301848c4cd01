#include "live/foresight.h"

namespace dure {

void Foresight::begin(const Desk& desk) {
  ForecastOptions options;
  options.step = Millis(1'000);  // as close as passes of a live loop need be told apart
  forecaster_.emplace(options);
  forecaster_->recall(desk.world, kRecalled,
                      [&](JobId job) { return !desk.book.job(job).foreign; });
}

bool Foresight::ask(const World& world, Millis now, std::function<void(const WorldCopy&)> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || asked_.size() >= kMostAsked) return false;  // invariant 2
  }
  // Only this thread adds: there is still room once the copy is made.
  Asked asked{{world, policy_, *forecaster_}, std::move(work)};
  if (asked.look.world.now() < now) asked.look.world.apply({now, TimeReached{}});
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return false;
    asked_.push_back(std::move(asked));
    if (!thread_.joinable()) thread_ = std::thread([this] { this->work(); });
  }
  wakes_.notify_one();
  return true;
}

void Foresight::work() {
  for (;;) {
    Asked* next = nullptr;
    {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [this] { return stopped_ || !asked_.empty(); });
      if (stopped_) return;    // invariant 3
      next = &asked_.front();  // a deque's items stay where they are
    }
    next->work(next->look);
    std::optional<Asked> done;  // its world goes without the lock
    const std::lock_guard lock(mutex_);
    done.emplace(std::move(asked_.front()));
    asked_.pop_front();
  }
}

void Foresight::given(const World& world, const std::vector<std::pair<JobId, Forecast>>& said,
                      Millis at) {
  for (const auto& [job, forecast] : said)
    if (job.index < world.jobs() && !forecaster_->waits_for(job))
      forecaster_->given(world, job, forecast, at);
}

void Foresight::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wakes_.notify_one();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  asked_.clear();  // replies that are dropped say so to their callers
}

}  // namespace dure
