#include "live/drivers/slurm_watch.h"

#include <algorithm>

namespace dure {

void SlurmWatch::acknowledged(const Handle& attempt, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  acknowledged_[attempt.remote] = {attempt.key, now};
}

bool SlurmWatch::known(const Handle& attempt, Clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  if (const auto at = acknowledged_.find(attempt.remote);
      at != acknowledged_.end() && now - at->second.at < kKnownFor)
    return at->second.key == attempt.key;
  const auto at = swept_.find(attempt.remote);
  return at != swept_.end() && now - swept_at_ < kKnownFor && at->second == attempt.key;
}

void SlurmWatch::kill_after(const Handle& attempt, Clock::time_point when) {
  const std::scoped_lock lock(mutex_);
  const auto [at, fresh] = kills_.try_emplace(attempt.key, when);
  if (!fresh) at->second = std::min(at->second, when);
}

void SlurmWatch::forget(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  kills_.erase(key);
  claimed_.erase(key);
}

Sweep SlurmWatch::take(SlurmHear& heard, std::vector<Handle>& to_cancel, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  Sweep sweep;
  sweep.boot = heard.boot;
  sweep.complete = heard.jobs.has_value();  // invariant 1
  take_nodes(heard, sweep, now);
  swept_at_ = now;  // what did not change is as true as what was listed
  std::erase_if(acknowledged_, [&](const auto& a) { return now - a.second.at >= kKnownFor; });
  if (heard.jobs) {
    take_jobs(*heard.jobs, sweep, to_cancel, now);
  } else {
    for (const SlurmJob& job : doubtful_) {
      Seen seen = judge(job, now);
      if (seen.state != Seen::running) sweep.attempts.push_back(std::move(seen));
    }
  }
  if (now - pruned_at_ > kPruneEvery) {
    pruned_at_ = now;
    claims_.prune();
  }
  return sweep;
}

void SlurmWatch::take_nodes(SlurmHear& heard, Sweep& sweep, Clock::time_point now) {
  if (heard.nodes) {
    std::map<std::string, NodeReport> fresh;
    for (const SlurmNode& node : *heard.nodes) {
      NodeReport report = slurm_report(node);
      if (report.state == NodeState::down)
        back_since_.erase(report.name);
      else
        back_since_.try_emplace(report.name, now);
      const auto before = nodes_.find(report.name);
      if (!sweep.complete && (before == nodes_.end() || before->second != report))
        sweep.nodes.push_back(report);
      fresh.insert_or_assign(report.name, std::move(report));
    }
    nodes_ = std::move(fresh);
  }
  if (sweep.complete)
    for (const auto& [name, report] : nodes_) sweep.nodes.push_back(report);
}

void SlurmWatch::take_jobs(const std::vector<SlurmJob>& jobs, Sweep& sweep,
                           std::vector<Handle>& to_cancel, Clock::time_point now) {
  swept_.clear();
  doubtful_.clear();
  std::map<std::string, ForeignFact> foreign;
  std::set<std::pair<std::string, std::string>> listed;
  for (const SlurmJob& job : jobs) {
    if (!slurm_ours(job)) {
      ForeignFact fact = slurm_foreign(job);
      if (!fact.nodes.empty()) foreign.insert_or_assign(fact.remote, std::move(fact));
      continue;
    }
    const std::string number = std::to_string(job.id);
    swept_.insert_or_assign(number, job.name);
    listed.emplace(number, job.name);
    Seen seen = judge(job, now);
    look_for_overdue(job, seen.state == Seen::ended, to_cancel, now);
    if (job.state == "NODE_FAIL" && seen.state == Seen::running) doubtful_.push_back(job);
    sweep.attempts.push_back(std::move(seen));
  }
  std::erase_if(ended_, [&](const auto& entry) { return !listed.contains(entry.first); });
  std::erase_if(ghosts_, [&](const auto& entry) { return !swept_.contains(entry.first); });
  for (const auto& [remote, fact] : foreign) sweep.foreign.push_back(fact);
  for (auto& [remote, fact] : foreign_)
    if (!foreign.contains(remote)) {
      fact.nodes.clear();  // it gave them back
      sweep.foreign.push_back(std::move(fact));
    }
  foreign_ = std::move(foreign);
}

void SlurmWatch::look_for_overdue(const SlurmJob& job, bool over, std::vector<Handle>& to_cancel,
                                  Clock::time_point now) {
  const std::string number = std::to_string(job.id);
  if (!slurm_holds(job.state) || job.state == "COMPLETING") {
    ghosts_.erase(number);
    return;
  }
  bool due = false;
  if (const auto kill = kills_.find(job.name); kill != kills_.end() && now >= kill->second) {
    kills_.erase(kill);
    due = true;
  }
  if (over) {  // Slurm came back with it after a crash and waits for an end that was yesterday
    const auto [ghost, fresh] = ghosts_.try_emplace(number, now);
    if (now - ghost->second > kGhostFor) {
      ghost->second = now;
      due = true;
    }
  }
  if (due) to_cancel.push_back({job.name, number});
}

// Reads no more of the claims folder than it must: it may lie on another machine, and there may be
// thousands of jobs.
Seen SlurmWatch::judge(const SlurmJob& job, Clock::time_point now) {
  const auto place = std::pair(std::to_string(job.id), job.name);
  if (const auto known = ended_.find(place); known != ended_.end()) return known->second;
  SlurmTrace trace;
  const bool waits = !slurm_over(job.state) && !slurm_holds(job.state) && job.restarts == 0;
  if (waits) return slurm_seen(job, trace);
  const bool was_claimed = claimed_.contains(job.name);
  if (was_claimed && slurm_holds(job.state) && !claims_.has_end(job.name)) {
    trace.claimed = true;
    return slurm_seen(job, trace);
  }
  const bool may_not_have_run = job.state == "NODE_FAIL" || job.state == "BOOT_FAIL" ||
                                job.state == "COMPLETED" || job.state == "CANCELLED";
  Result<SlurmTrace> read = claims_.read(job.name);
  if (read && !read.value().claimed && !read.value().fenced && may_not_have_run) {
    const auto fenced = claims_.fence(job.name);
    // Fenced; or it claimed just now.
    if (fenced) read = claims_.read(job.name);
  }
  if (read) trace = read.value();
  if (trace.claimed) claimed_.insert(job.name);
  Seen seen = slurm_seen(job, trace);
  if (!read) {  // nothing is known of it but what Slurm says: not enough to call it over
    seen.state = slurm_over(job.state) ? Seen::running : seen.state;
    seen.detail = to_string(read.fault());
    return seen;
  }
  if (job.state == "NODE_FAIL" && seen.state == Seen::running && surely_dead(job, now)) {
    seen.state = Seen::lost;
    seen.detail = "its node failed, and nothing of it runs any more";
  }
  // Final: its own word, or Slurm's on one that left none.
  if (seen.state == Seen::lost || (seen.state == Seen::ended && slurm_over(job.state)))
    ended_.insert_or_assign(place, seen);
  return seen;
}

bool SlurmWatch::surely_dead(const SlurmJob& job, Clock::time_point now) const {
  if (beat_s_ > 0 && claims_.silent_s(job.name) > 3 * beat_s_) return true;
  return !job.shares.empty() &&
         std::all_of(job.shares.begin(), job.shares.end(), [&](const NodeShare& share) {
           const auto back = back_since_.find(share.node);
           return back != back_since_.end() && now - back->second >= kBackFor;
         });
}

}  // namespace dure
