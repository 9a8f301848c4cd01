#include "live/projections.h"

#include "live/live_record.h"

namespace dure {

std::string state_word(const World& world, const Book& book, JobId id) {
  const Job& job = world.job(id);
  const LiveJob& live = book.job(id);
  switch (job.state) {
    case JobState::waiting: return "waiting";
    case JobState::held: return "held";
    case JobState::running: {
      if (live.foreign) return "running";
      const Attempt* a = book.attempt(id);
      if (live.cancel_asked || job.stopping || (a != nullptr && a->stop_asked)) return "stopping";
      return a != nullptr && a->stage == Stage::started ? "running" : "starting";
    }
    case JobState::ended:
    case JobState::cancelled:
    case JobState::refused: break;
  }
  if (live.outcome != JobOutcome::none) return std::string(enum_name(live.outcome));
  return job.state == JobState::ended       ? "done"
         : job.state == JobState::cancelled ? "cancelled"
                                            : "refused";
}

bool is_state(std::string_view word) {
  for (const char* state : {"waiting", "held", "starting", "running", "stopping", "done", "failed",
                            "timed_out", "cancelled", "lost", "refused"})
    if (word == state) return true;
  return false;
}

std::string nodes_text(const std::vector<NodeShare>& nodes) {
  std::string out;
  for (const NodeShare& n : nodes) {
    if (!out.empty()) out += ',';
    out += n.node;
    if (n.gpus > 0) out += '(' + std::to_string(n.gpus) + ')';
  }
  return out;
}

std::string month_of(Millis t) { return to_string(date_of(t)).substr(0, 7); }

JobRow job_row(const World& world, const Book& book, JobId id) {
  const Job& job = world.job(id);
  const LiveJob& live = book.job(id);
  const LaneOpened& lane = world.lane(job.lane);
  const bool placed = job.state == JobState::running || job.state == JobState::ended;
  JobRow row;
  row.job = number_of(id);
  row.name = book.text(live.name);
  row.user = book.text(live.user);
  row.member = world.members()[lane.member.index];
  row.account = world.accounts()[world.account(job.lane)].name;
  row.state = state_word(world, book, id);
  row.reason = book.text(live.detail);
  if (placed) row.site = world.sites()[world.pool(job.pool).info.site.index];
  if (const Attempt* a = book.attempt(id)) row.nodes = nodes_text(a->nodes);
  row.gpus = lane.device == Device::gpu ? job.gpus : 0;
  row.submitted_ms = unix_ms(job.submit);
  if (placed) row.started_ms = unix_ms(job.start);
  if (job.state != JobState::running && job.state != JobState::waiting &&
      job.state != JobState::held)
    row.ended_ms = unix_ms(job.end);
  row.attempts = live.attempts;
  row.exit_code = live.exit_code;
  return row;
}

NodeRow node_row(const World& world, const Book& book, const NodeSeat& seat) {
  const LiveNode& node = book.nodes(seat.pool)[seat.index];
  const PoolOpened& pool = world.pool(seat.pool).info;
  NodeRow row;
  row.site = world.sites()[pool.site.index];
  row.node = node.name;
  row.pool = pool.name;
  row.state = enum_name(node.report.state);
  if (node.asked_drain && node.report.state == NodeState::up) row.state = "draining";
  row.reason = node.report.reason;
  row.gpus = node.report.gpus;
  return row;
}

std::vector<UseRow> use_rows(const World& world, const Book& book, const std::string& month,
                             Millis now) {
  std::vector<UseRow> out;
  for (const MonthUse& use : book.month_use(month, world, now)) {
    const PoolOpened& pool = world.pool(use.pool).info;
    out.push_back({month, pool.name, world.members()[pool.owner.index],
                   world.members()[use.member.index], use.gpu_ms});
  }
  return out;
}

Projections project(const World& world, Book& book) {
  Projections out;
  for (const JobId id : book.take_changed()) out.jobs.push_back(job_row(world, book, id));
  for (const NodeSeat& seat : book.take_changed_nodes())
    out.nodes.push_back(node_row(world, book, seat));
  return out;
}

}  // namespace dure
