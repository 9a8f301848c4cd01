#include "live/api/store_reader.h"

#include <utility>

namespace dure {
namespace {

constexpr std::size_t kMostWaiting = 16;

}  // namespace

StoreReader::StoreReader(Open open) : open_(std::move(open)), thread_([this] { run(); }) {}
StoreReader::~StoreReader() { stop(); }

bool StoreReader::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || tasks_.size() >= kMostWaiting) return false;  // invariant 1
    tasks_.push_back(std::move(task));
  }
  wakes_.notify_one();
  return true;
}

void StoreReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wakes_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void StoreReader::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wakes_.wait(lock, [&] { return stop_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    const bool stopping = stop_;
    lock.unlock();
    if (stopping)
      task(Fault{"hub", "to go on", "it stops", "try again in a second"});
    else
      task(open_());  // invariant 2
  }
}

}  // namespace dure
