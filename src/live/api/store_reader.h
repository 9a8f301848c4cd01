// Answers that are read from the stored record, on a thread and a connection of their own: they may
// take seconds, and neither the hub nor other callers wait for them.
// Invariants: 1. One task at a time; a few wait, more are turned away.
//             2. The store is opened read-only, anew for each task, and closed after it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "live/store/store.h"

namespace dure {

class StoreReader {
 public:
  using Open = std::function<Result<std::unique_ptr<Store>>()>;
  using Task = std::function<void(Result<std::unique_ptr<Store>> store)>;

  explicit StoreReader(Open open);
  ~StoreReader();
  // false: too many wait. A task that is taken is run, at the latest by stop(), with a Fault then.
  bool post(Task task);
  void stop();

 private:
  void run();

  const Open open_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<Task> tasks_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace dure
