// The runs of jobs that did not run in one piece: stopped and started again, resized, or split over
// pools. World remembers the last piece of a job only. Told of every event before it is applied.
// Invariant: 1. The pieces of a job, with the one that runs now, are what it held, each once.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "world/world.h"

namespace dure {

struct Segment {
  JobId job;
  PoolId pool;
  std::int64_t gpus = 0;
  Millis from, to;
};

class Segments {
 public:
  explicit Segments(const World& world) : world_(world) {}

  void append(const Event& e) {
    if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
      first_start_.try_emplace(stopped->job, world_.job(stopped->job).start);
      close(stopped->job, e.at);
    } else if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
      if (!world_.job(ended->job).more_parts && !since_.contains(ended->job)) return;
      close(ended->job, e.at);
      told_[ended->job] = true;
    } else if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
      const auto* resize = std::get_if<ResizeJob>(&issued->wish);
      if (resize == nullptr) return;
      close(resize->job, e.at);
      since_[resize->job] = e.at;
    }
  }

  const std::vector<Segment>& all() const { return all_; }
  // Is its last piece among them already, though it has ended?
  bool told(JobId job) const { return told_.contains(job); }
  Millis first_start(JobId id) const {
    const auto it = first_start_.find(id);
    return it == first_start_.end() ? world_.job(id).start : it->second;
  }
  // Since when a running job has had its present size.
  Millis since(JobId id) const {
    const auto it = since_.find(id);
    return it == since_.end() ? world_.job(id).start : it->second;
  }

 private:
  void close(JobId id, Millis now) {
    const Job& job = world_.job(id);
    const Millis from = since(id);
    all_.push_back({id, job.pool, job.held, from, now});
    for (const Part& part : world_.more_parts(id))
      all_.push_back({id, part.pool, part.gpus.count(), from, now});
    since_.erase(id);
  }

  const World& world_;
  std::vector<Segment> all_;
  std::map<JobId, Millis> since_, first_start_;
  std::map<JobId, bool> told_;
};

}  // namespace dure
