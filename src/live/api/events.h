// What happens, as server-sent events: each has the number of its entry of the record as its id, so
// a client that comes back with Last-Event-ID misses nothing that is still kept, and gets a `reset`
// where something is not.
#pragma once

#include <deque>
#include <map>
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
  // Jobs that ended while it was told of what is stored, by how: done, failed, cancelled, …
  std::map<std::string, std::int64_t> ended() const;

 private:
  std::string keep(const std::vector<Entry>& entries, const Desk& desk, bool counts);
  static constexpr std::size_t kKept = 50'000;
  struct Item {
    std::uint64_t id = 0;
    std::shared_ptr<const std::string> text;
  };
  mutable std::mutex mutex_;
  std::deque<Item> kept_;
  std::uint64_t first_known_ = 0;  // everything above it is in kept_
  std::uint64_t last_ = 0;         // entry that was stored
  bool any_ = false;
  std::vector<std::shared_ptr<EventStream>> streams_;
  std::map<std::string, std::int64_t> ended_;
};

struct ShownEvent {
  std::string name, data;          // "job.started", and JSON
  std::optional<JobId> over = {};  // the job that has ended by it
};
// Nothing for entries that are of no use to others.
std::optional<ShownEvent> shown_event(const Entry& entry, const Desk& desk);

}  // namespace dure
