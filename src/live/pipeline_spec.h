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
  template <class S = StepSpec>
  static constexpr auto describe() {
    return Fields(
        Field("id", &S::id, "unique within the pipeline", required, id_text, not_empty),
        Field("needs", &S::needs,
              "steps that come before it; those whose outputs it reads are needed anyway", id_text),
        Field("job", &S::job, "what it runs", required));
  }
};

struct PipelineSpec {
  std::string name, member, project, data_class;
  std::vector<StepSpec> steps;
  template <class S = PipelineSpec>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "for people", required, not_empty),
                  Field("member", &S::member, "of steps that name none; empty: the caller's own"),
                  Field("project", &S::project, "of steps that name none"),
                  Field("data_class", &S::data_class, "of steps that name none"),
                  Field("steps", &S::steps, "at least one", required, not_empty));
  }
};

}  // namespace dure
