// The record of a live hub as it grows: every event of the world and every live one, in order, as
// entries that wait to be stored together. The book hears of each before the world does.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "live/book.h"
#include "live/store/store.h"
#include "world/world.h"

namespace dure {

// The world's time counts from midnight KST of 1970, Unix time from midnight UTC.
inline constexpr std::int64_t kKstAheadMs = 9 * 3'600'000;
inline std::int64_t unix_ms(Millis t) { return t.count() - kKstAheadMs; }
inline Millis world_time(std::int64_t unix) { return Millis(unix + kKstAheadMs); }

// An event of the world as the bytes of an entry, complete in themselves; and back.
std::string entry_bytes(const Event& e);
Result<Event> event_of(const Entry& entry);
Result<LiveEvent> live_event_of(const Entry& entry);

class LiveRecord {
 public:
  LiveRecord(const World& world, Book& book, std::uint64_t last)
      : world_(world), book_(book), last_(last) {}

  void append(const Event& e);  // Loop's; the world applies it next
  void append(const LiveEvent& e, Millis now);
  void waits(JobId job, Reason because);
  Reason why_waits(JobId job) const {
    return job.index < reasons_.size() ? reasons_[job.index] : Reason::none;
  }

  Book& book() { return book_; }
  const std::vector<Entry>& pending() const { return pending_; }
  std::uint64_t last() const { return last_; }  // number of the last entry, stored or not
  void stored() { pending_.clear(); }
  std::function<void(const Event&, const World&)> heard;  // of the world's, before it is applied

 private:
  const World& world_;
  Book& book_;
  std::uint64_t last_;
  std::vector<Entry> pending_;
  std::vector<Reason> reasons_;  // [job]: of the last pass that spoke of it
};

}  // namespace dure
