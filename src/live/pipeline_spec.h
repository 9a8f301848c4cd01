// Steps of an "AI factory", each a job: the body of POST /api/v1/pipelines, and PIPELINE.yaml of
// `dure pipeline run`. A step starts once all that it needs is done (a service: serves); what an
// earlier step made is found under its name among the inputs.
#pragma once

#include "live/job_spec.h"

namespace dure {

struct StepSpec {
  std::string id;
  std::vector<std::string> needs;
  JobSpec job;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("id", &StepSpec::id, "unique within the pipeline", required, id_text, not_empty),
        Field("needs", &StepSpec::needs,
              "steps that come before it; those whose outputs it reads are needed anyway", id_text),
        Field("job", &StepSpec::job, "what it runs", required));
  }
};

struct PipelineSpec {
  std::string name, member, project, data_class;
  std::vector<StepSpec> steps;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("name", &PipelineSpec::name, "for people", required, not_empty),
        Field("member", &PipelineSpec::member, "of steps that name none; empty: the caller's own"),
        Field("project", &PipelineSpec::project, "of steps that name none"),
        Field("data_class", &PipelineSpec::data_class, "of steps that name none"),
        Field("steps", &PipelineSpec::steps, "at least one", required, not_empty));
  }
};

}  // namespace dure
