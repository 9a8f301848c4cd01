#include "live/live_record.h"

#include <cstddef>
#include <span>

#include "io/describe_json.h"
#include "world/record.h"

namespace dure {

std::string entry_bytes(const Event& e) {
  std::vector<std::byte> bytes;
  encode(e, Millis(0), bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Event> event_of(const Entry& entry) {
  std::optional<Event> out;
  Millis before(0);
  const std::string where = "record: entry " + std::to_string(entry.number);
  TRY(done, decode(std::as_bytes(std::span(entry.bytes)), before, where,
                   [&](const Event& e) { out = e; }));
  (void)done;
  if (!out) return Fault{where, "an event", "nothing", ""};
  return std::move(*out);
}

Result<LiveEvent> live_event_of(const Entry& entry) {
  Outcome<LiveEvent> out =
      from_json<LiveEvent>(entry.bytes, "record: entry " + std::to_string(entry.number));
  if (!out) return out.faults()[0];
  return std::move(out.value());
}

void LiveRecord::append(const Event& e) {
  pending_.push_back({++last_, unix_ms(e.at), Entry::world, entry_bytes(e)});
  book_.before(e, world_);
  if (heard) heard(e, world_);
}

void LiveRecord::append(const LiveEvent& e, Millis now) {
  pending_.push_back({++last_, unix_ms(now), Entry::live, to_json(e)});
  book_.apply(e, now);
}

void LiveRecord::waits(JobId job, Reason because) {
  if (reasons_.size() <= job.index) reasons_.resize(world_.jobs(), Reason::none);
  reasons_[job.index] = because;
}

}  // namespace dure
