#include "live/attempt_audit.h"

#include <algorithm>
#include <charconv>

#include "base/describe.h"

namespace dure {
namespace {

std::string at(std::uint64_t entry, std::int64_t job) {
  return "entry " + std::to_string(entry) + ": job " + std::to_string(job);
}
int stage_of(AttemptState s) {
  switch (s) {
    case AttemptState::accepted: return 1;
    case AttemptState::started:
    case AttemptState::serving: return 2;
    case AttemptState::ended:
    case AttemptState::refused:
    case AttemptState::lost: return 3;
  }
  CHECK(!"an AttemptState");
}

}  // namespace

AttemptAudit::OfJob& AttemptAudit::job(std::int64_t number) {
  const auto index = static_cast<std::size_t>(number - 1);
  if (jobs_.size() <= index) jobs_.resize(index + 1);
  return jobs_[index];
}

void AttemptAudit::known(std::int64_t number, std::int64_t attempts, bool under_way,
                         AttemptState so_far) {
  job(number) = {attempts, under_way, false, under_way ? stage_of(so_far) : 3};
}

void AttemptAudit::order(std::int64_t number, std::uint64_t entry) {
  OfJob& j = job(number);
  ++check_.counted;
  if (j.under_way)
    check_.found(at(entry, number) + ": attempt " + std::to_string(j.attempts + 1) +
                 " is ordered while the one before is under way");
  ++j.attempts;
  j.under_way = true;
  j.stage = 0;
}

void AttemptAudit::over(std::int64_t number) { job(number).under_way = false; }

void AttemptAudit::take(const Event& e, std::uint64_t entry) {
  if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
    if (const auto* start = std::get_if<StartJob>(&issued->wish))
      order(std::int64_t{start->job.index} + 1, entry);
  } else if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
    over(std::int64_t{ended->job.index} + 1);
  } else if (const auto* failed = std::get_if<JobFailed>(&e.what)) {
    over(std::int64_t{failed->job.index} + 1);
  } else if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
    over(std::int64_t{stopped->job.index} + 1);
  }
}

void AttemptAudit::take(const LiveEvent& e, std::uint64_t entry) {
  if (e.founded) hub_ = e.founded->id;
  if (e.foreign) job(e.foreign->job).foreign = true;
  if (e.judged && e.judged->outcome == JobOutcome::none) over(e.judged->job);
  if (e.again) {  // the world never saw it stop: an end and an order in one
    if (!job(e.again->job).under_way)
      check_.found(at(entry, e.again->job) + " goes on at another size, but nothing is under way");
    over(e.again->job);
    order(e.again->job, entry);
  }
  if (e.told && e.told->fact.attempt) told(*e.told->fact.attempt, entry);
}

void AttemptAudit::told(const AttemptFact& fact, std::uint64_t entry) {
  // HUB-NUMBER.ATTEMPT; of another hub's it is said nothing.
  const std::string front = hub_ + "-";
  if (!fact.key.starts_with(front)) return;
  std::int64_t number = 0, attempt = 0;
  const char* const end = fact.key.data() + fact.key.size();
  const auto [dot, bad] = std::from_chars(fact.key.data() + front.size(), end, number);
  if (bad != std::errc{} || dot == end || *dot != '.') return;
  if (std::from_chars(dot + 1, end, attempt).ec != std::errc{}) return;
  ++check_.counted;
  const std::string where = at(entry, number) + ": attempt " + std::to_string(attempt);
  if (number < 1 || static_cast<std::size_t>(number) > jobs_.size() || attempt < 1 ||
      attempt > job(number).attempts)
    return check_.found(where + " was never ordered");
  OfJob& j = job(number);
  const int stage = stage_of(fact.state);
  if (attempt < j.attempts) {
    // Its end may be told late, or again by an agent that lost its journal; a start may not.
    if (fact.state == AttemptState::started)
      check_.found(where + " starts after another was ordered");
    return;
  }
  if (j.stage == 3 && stage < 3)
    check_.found(where + " is " + std::string(enum_name(fact.state)) + " after its end");
  j.stage = std::max(j.stage, stage);
}

}  // namespace dure
