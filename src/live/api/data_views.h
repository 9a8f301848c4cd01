// What the API shows of data and pipelines; see views.h.
#pragma once

#include "live/api/views.h"

namespace dure {

struct DataView {
  std::string name, digest, data_class, made;
  std::vector<std::string> sites, inputs;
  std::int64_t bytes = 0, files = 0, job = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(
        Field("name", &DataView::name, "MEMBER/NAME"),
        Field("digest", &DataView::digest, "SHA-256 of its manifest: which version"),
        Field("data_class", &DataView::data_class, "of it and of all that it was made of"),
        Field("made", &DataView::made, "when it was kept"),
        Field("sites", &DataView::sites, "that have it"),
        Field("inputs", &DataView::inputs, "what it was made of: MEMBER/NAME@DIGEST"),
        Field("bytes", &DataView::bytes, "of it", range(0, kAny), dimensionless),
        Field("files", &DataView::files, "of it", range(0, kAny)),
        Field("job", &DataView::job, "that made it", range(0, kAny)));
  }
};
struct DataListView {
  std::vector<DataView> data;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("data", &DataListView::data, "the newest first"));
  }
};

struct StepView {
  std::string step, state, code, detail, url;
  std::vector<std::string> needs;
  std::int64_t job = 0, count = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("step", &StepView::step, "its id"),
                      Field("state", &StepView::state, "waiting, running, done, failed or skipped"),
                      Field("code", &StepView::code, "why it was refused"),
                      Field("detail", &StepView::detail, "for people", free_text),
                      Field("url", &StepView::url, "of a service that serves"),
                      Field("needs", &StepView::needs, "steps that come before it"),
                      Field("job", &StepView::job, "its number; of several the first; 0: none yet",
                            range(0, kAny)),
                      Field("count", &StepView::count, "of its jobs", range(0, kAny)));
  }
};
struct PipelineView {
  std::int64_t pipeline = 0;
  std::string name, member, user, state, asked, over;
  bool repeated = false;
  std::vector<StepView> steps;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("pipeline", &PipelineView::pipeline, "its number", range(1, kAny)),
                      Field("name", &PipelineView::name, "for people"),
                      Field("member", &PipelineView::member, "whose"),
                      Field("user", &PipelineView::user, "who asked for it"),
                      Field("state", &PipelineView::state, "running, done, failed or cancelled"),
                      Field("asked", &PipelineView::asked, "when"),
                      Field("over", &PipelineView::over, "when"),
                      Field("repeated", &PipelineView::repeated,
                            "the same request with the same Idempotency-Key came before"),
                      Field("steps", &PipelineView::steps, "in the order in which they start"));
  }
};
struct PipelinesView {
  std::vector<PipelineView> pipelines;
  std::int64_t next = 0;
  template <class = void>
  static constexpr auto describe() {
    return std::tuple(Field("pipelines", &PipelinesView::pipelines, "the newest first"),
                      Field("next", &PipelinesView::next,
                            "go on with ?before=NEXT; 0: there are no more", range(0, kAny)));
  }
};

}  // namespace dure
