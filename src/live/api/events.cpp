#include "live/api/events.h"

#include <algorithm>

#include "io/describe_json.h"
#include "live/live_record.h"
#include "live/projections.h"

namespace dure {
namespace {

// What an entry says of itself, not what has become of the job since: the same whenever it is
// shown.
std::string job_json(const Desk& desk, JobId id, const char* state) {
  std::string out = "{\"job\":" + std::to_string(number_of(id)) + ",\"state\":\"" + state + "\"";
  out += ",\"member\":";
  append_json_text(desk.world.members()[desk.world.lane(desk.world.job(id).lane).member.index],
                   out);
  return out + "}";
}

}  // namespace

std::optional<ShownEvent> shown_event(const Entry& entry, const Desk& desk) {
  const auto of_job = [&](const char* state, JobId id) {
    return std::optional(ShownEvent{"job." + std::string(state), job_json(desk, id, state)});
  };
  const auto over = [&](const char* state, JobId id) {
    return std::optional(ShownEvent{"job." + std::string(state), job_json(desk, id, state), id});
  };
  if (entry.kind == Entry::world) {
    const Result<Event> event = event_of(entry);
    CHECK(event);
    const What& what = event.value().what;
    if (const auto* e = std::get_if<JobSubmitted>(&what)) return of_job("submitted", e->job);
    if (const auto* e = std::get_if<JobEnded>(&what)) return over("ended", e->job);
    if (const auto* e = std::get_if<JobFailed>(&what)) return over("failed", e->job);
    if (const auto* e = std::get_if<JobCancelled>(&what)) return over("cancelled", e->job);
    if (const auto* e = std::get_if<JobStopped>(&what)) return of_job("stopped", e->job);
    if (const auto* e = std::get_if<JobAdopted>(&what)) return of_job("adopted", e->job);
    if (const auto* e = std::get_if<CommandIssued>(&what)) {
      if (const auto* start = std::get_if<StartJob>(&e->wish)) return of_job("started", start->job);
      if (const auto* stop = std::get_if<PreemptJob>(&e->wish))
        return of_job("preempted", stop->job);
      if (const auto* no = std::get_if<RefuseJob>(&e->wish)) return over("refused", no->job);
      if (const auto* size = std::get_if<ResizeJob>(&e->wish)) return of_job("resized", size->job);
    }
    return std::nullopt;
  }
  if (!entry.bytes.starts_with("{\"told\"")) return std::nullopt;
  const Result<LiveEvent> live = live_event_of(entry);
  CHECK(live);
  const LiveEvent& e = live.value();
  if (e.told && e.told->fact.node)
    return ShownEvent{"node.changed", "{\"site\":\"" + e.told->site +
                                          "\",\"node\":" + to_json(*e.told->fact.node) + "}"};
  if (e.told && e.told->fact.attempt && e.told->fact.attempt->state == AttemptState::started)
    return ShownEvent{"attempt.started", "{\"site\":\"" + e.told->site + "\",\"attempt\":" +
                                             to_json(*e.told->fact.attempt) + "}"};
  return std::nullopt;
}

void EventFeed::recall(const std::vector<Entry>& entries, const Desk& desk) {
  const std::lock_guard lock(mutex_);
  (void)keep(entries, desk, false);
}

// Shown and kept; all of it as one text.
std::string EventFeed::keep(const std::vector<Entry>& entries, const Desk& desk, bool counts) {
  std::string text;
  if (!any_ && !entries.empty()) {
    any_ = true;
    first_known_ = entries[0].number - 1;
  }
  for (const Entry& entry : entries) {
    last_ = entry.number;
    const auto shown = shown_event(entry, desk);
    if (!shown) continue;
    if (shown->over && counts) ++ended_[state_word(desk.world, desk.book, *shown->over)];
    std::string one = "id: " + std::to_string(entry.number) + "\nevent: " + shown->name +
                      "\ndata: " + shown->data + "\n\n";
    text += one;
    kept_.push_back({entry.number, std::make_shared<const std::string>(std::move(one))});
    if (kept_.size() > kKept) {
      first_known_ = kept_.front().id;
      kept_.pop_front();
    }
  }
  return text;
}

void EventFeed::stored(const std::vector<Entry>& entries, const Desk& desk) {
  const std::lock_guard lock(mutex_);
  std::string text = keep(entries, desk, true);
  if (text.empty()) return;
  const auto all = std::make_shared<const std::string>(std::move(text));
  std::erase_if(streams_, [&](const auto& stream) { return !stream->send(all); });
}

void EventFeed::join(std::shared_ptr<EventStream> stream, std::optional<std::uint64_t> after) {
  const std::lock_guard lock(mutex_);
  std::string text = "retry: 1000\n\n";
  if (after) {
    // Above the last: the client has seen another record.
    if (*after < first_known_ || *after > last_ || !any_)
      text += "event: reset\ndata: {\"why\":\"what happened since is not kept: read again\"}\n\n";
    for (const Item& item : kept_)
      if (item.id > *after) text += *item.text;
  }
  if (stream->send(std::make_shared<const std::string>(std::move(text))))
    streams_.push_back(std::move(stream));
}

void EventFeed::close() {
  const std::lock_guard lock(mutex_);
  for (const auto& stream : streams_) stream->close();
  streams_.clear();
}

std::map<std::string, std::int64_t> EventFeed::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::size_t EventFeed::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

}  // namespace dure
