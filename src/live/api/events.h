// What happens, as server-sent events: each has the number of its entry of the record as its id, so
// a client that comes back with Last-Event-ID misses nothing that is still kept, and gets a `reset`
// where something is not.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "live/http/server.h"
#include "live/live_plant.h"

namespace dure {

class EventFeed final : public Followers {
 public:
  void stored(const std::vector<Entry>& entries, const Desk& desk) override;
  // What was stored before this start.
  void recall(const std::vector<Entry>& entries, const Desk& desk) override;
  // `after`: the last id that the client has seen; none: from now on.
  void join(std::shared_ptr<EventStream> stream, std::optional<std::uint64_t> after);
  void close();
  std::size_t streams() const;

 private:
  std::string keep(const std::vector<Entry>& entries, const Desk& desk);
  static constexpr std::size_t kKept = 50'000;
  struct Item {
    std::uint64_t id = 0;
    std::shared_ptr<const std::string> text;
  };
  mutable std::mutex mutex_;
  std::deque<Item> kept_;
  std::uint64_t first_known_ = 0;  // everything above it is in kept_
  bool any_ = false;
  std::vector<std::shared_ptr<EventStream>> streams_;
};

// "job.started" and its data as JSON; nothing for entries that are of no use to others.
std::optional<std::pair<std::string, std::string>> shown_event(const Entry& entry,
                                                               const Desk& desk);

}  // namespace dure
