// What an event stream still has to send. Any thread puts in; the connection's strand takes out.
//
// Invariants: 1. At most `largest` bytes wait, besides one message for a client that has all before
//                it.
//             2. Between a push() that says `wake` and the take() that comes back empty, no other
//                push() says it: the strand is woken once.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace dure::http_inner {

using Events = std::vector<std::shared_ptr<const std::string>>;

class EventQueue {
 public:
  explicit EventQueue(std::size_t largest) : largest_(largest) {}

  enum class Pushed { wake, queued, closed, overflow };  // overflow: closed by this very push
  Pushed push(std::shared_ptr<const std::string> bytes) {
    const std::scoped_lock lock(mutex_);
    if (!open_) return Pushed::closed;
    if (bytes->empty()) return Pushed::queued;  // an empty chunk would end the stream
    if (bytes_ > 0 && bytes_ + bytes->size() > largest_) {
      open_ = false;
      return Pushed::overflow;
    }
    bytes_ += bytes->size();
    waiting_.push_back(std::move(bytes));
    return std::exchange(awake_, true) ? Pushed::queued : Pushed::wake;
  }
  // All that waits; it counts as waiting until sent() is told.
  Events take() {
    const std::scoped_lock lock(mutex_);
    awake_ = !waiting_.empty();
    return std::exchange(waiting_, {});
  }
  void sent(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    bytes_ -= bytes;
  }
  bool open() const {
    const std::scoped_lock lock(mutex_);
    return open_;
  }
  // Nothing more goes in. True for the first who says so.
  bool close() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(open_, false);
  }

 private:
  mutable std::mutex mutex_;
  const std::size_t largest_;
  Events waiting_;
  std::size_t bytes_ = 0;
  bool open_ = true, awake_ = false;
};

}  // namespace dure::http_inner
