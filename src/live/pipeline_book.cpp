#include "live/pipeline_book.h"

#include <algorithm>

#include "io/describe_json.h"
#include "live/pipeline_spec.h"

namespace dure {

void PipelineBook::on(const PipelineAsked& e, Millis now) {
  CHECK(e.pipeline == static_cast<std::int64_t>(runs_.size()) + 1);
  const Outcome<PipelineSpec> spec = from_json<PipelineSpec>(e.spec, "record");
  CHECK(spec);  // it was written by us
  PipelineRun run;
  run.name = spec.value().name;
  run.user = e.user;
  run.site_user = e.site_user;
  run.member = spec.value().member;
  run.idempotency = e.idempotency;
  run.body_sha256 = e.body_sha256;
  run.spec = e.spec;
  run.asked = now;
  for (const StepSpec& s : spec.value().steps) {
    StepRun step;
    step.id = s.id;
    step.service = s.job.service;
    for (const std::string& need : s.needs) {
      const auto it = std::find_if(run.steps.begin(), run.steps.end(),
                                   [&](const StepRun& before) { return before.id == need; });
      CHECK(it != run.steps.end());  // invariant 2: the desk has put them in order
      step.needs.push_back(static_cast<std::uint32_t>(it - run.steps.begin()));
    }
    run.steps.push_back(std::move(step));
  }
  runs_.push_back(std::move(run));
  active_.insert(e.pipeline);
  if (!e.idempotency.empty()) told_[e.user + "\n" + e.idempotency] = e.pipeline;
}

std::int64_t PipelineBook::told(const std::string& user, const std::string& key) const {
  const auto it = key.empty() ? told_.end() : told_.find(user + "\n" + key);
  return it == told_.end() ? 0 : it->second;
}

void PipelineBook::step_submitted(const JobDescribed& e) {
  if (e.pipeline == 0) return;
  for (StepRun& step : runs_[static_cast<std::size_t>(e.pipeline - 1)].steps)
    if (step.id == e.step) {
      CHECK(step.job == 0);  // invariant 1
      step.job = e.job;
      step.count = e.count;
    }
}

void PipelineBook::on(const StepRefused& e) {
  for (StepRun& step : runs_[static_cast<std::size_t>(e.pipeline - 1)].steps)
    if (step.id == e.step) {
      step.code = e.code;
      step.detail = e.detail;
    }
}

void PipelineBook::on(const PipelineOver& e, Millis now) {
  PipelineRun& run = runs_[static_cast<std::size_t>(e.pipeline - 1)];
  run.outcome = e.outcome;
  run.over = now;
  run.spec.clear();
  active_.erase(e.pipeline);
}

}  // namespace dure
