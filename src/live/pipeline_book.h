// The pipelines and how far they came: part of the book, a function of the record alone.
// Numbers count from 1.
// Invariants: 1. A step has at most one job. 2. What a step needs comes before it in `steps`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "live/live_event.h"

namespace dure {

struct StepRun {
  std::string id;
  std::vector<std::uint32_t> needs;  // indices of steps
  std::int64_t job = 0;              // its number; of an array the first; 0: none yet
  std::int64_t count = 0;            // of its jobs
  bool service = false;
  std::string code, detail;  // why it was refused
};

struct PipelineRun {
  std::string name, user, site_user, member, idempotency, body_sha256;
  std::string spec;  // JSON of a PipelineSpec, until it is over
  std::vector<StepRun> steps;
  PipelineOutcome outcome = PipelineOutcome::none;
  Millis asked, over;
};

class PipelineBook {
 public:
  void on(const PipelineAsked& e, Millis now);
  void on(const StepRefused& e);
  void on(const PipelineOver& e, Millis now);
  void step_submitted(const JobDescribed& e);

  const std::vector<PipelineRun>& all() const { return runs_; }  // [number - 1]
  const std::set<std::int64_t>& active() const { return active_; }
  // The number of the one that came with this key; 0: none.
  std::int64_t told(const std::string& user, const std::string& idempotency) const;

 private:
  friend struct BookArchive;
  std::vector<PipelineRun> runs_;
  std::map<std::string, std::int64_t> told_;  // [user, key]
  std::set<std::int64_t> active_;
};

}  // namespace dure
