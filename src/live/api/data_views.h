// What the API shows of data and pipelines; see views.h.
#pragma once

#include "live/api/views.h"

namespace dure {

struct DataView {
  std::string name, digest, data_class, made;
  std::vector<std::string> sites, inputs;
  std::int64_t bytes = 0, files = 0, job = 0;
  template <class S = DataView>
  static constexpr auto describe() {
    return Fields(Field("name", &S::name, "MEMBER/NAME"),
                  Field("digest", &S::digest, "SHA-256 of its manifest: which version"),
                  Field("data_class", &S::data_class, "of it and of all that it was made of"),
                  Field("made", &S::made, "when it was kept"),
                  Field("sites", &S::sites, "that have it"),
                  Field("inputs", &S::inputs, "what it was made of: MEMBER/NAME@DIGEST"),
                  Field("bytes", &S::bytes, "of it", range(0, kAny), dimensionless),
                  Field("files", &S::files, "of it", range(0, kAny)),
                  Field("job", &S::job, "that made it", range(0, kAny)));
  }
};
struct DataListView {
  std::vector<DataView> data;
  template <class S = DataListView>
  static constexpr auto describe() {
    return Fields(Field("data", &S::data, "the newest first"));
  }
};

struct StepView {
  std::string step, state, code, detail, url;
  std::vector<std::string> needs;
  std::int64_t job = 0, count = 0;
  template <class S = StepView>
  static constexpr auto describe() {
    return Fields(
        Field("step", &S::step, "its id"),
        Field("state", &S::state, "waiting, running, done, failed or skipped"),
        Field("code", &S::code, "why it was refused"),
        Field("detail", &S::detail, "for people", free_text),
        Field("url", &S::url, "of a service that serves"),
        Field("needs", &S::needs, "steps that come before it"),
        Field("job", &S::job, "its number; of several the first; 0: none yet", range(0, kAny)),
        Field("count", &S::count, "of its jobs", range(0, kAny)));
  }
};
struct PipelineView {
  std::int64_t pipeline = 0;
  std::string name, member, user, state, asked, over;
  bool repeated = false;
  std::vector<StepView> steps;
  template <class S = PipelineView>
  static constexpr auto describe() {
    return Fields(Field("pipeline", &S::pipeline, "its number", range(1, kAny)),
                  Field("name", &S::name, "for people"), Field("member", &S::member, "whose"),
                  Field("user", &S::user, "who asked for it"),
                  Field("state", &S::state, "running, done, failed or cancelled"),
                  Field("asked", &S::asked, "when"), Field("over", &S::over, "when"),
                  Field("repeated", &S::repeated,
                        "the same request with the same Idempotency-Key came before"),
                  Field("steps", &S::steps, "in the order in which they start"));
  }
};
struct PipelinesView {
  std::vector<PipelineView> pipelines;
  std::int64_t next = 0;
  template <class S = PipelinesView>
  static constexpr auto describe() {
    return Fields(
        Field("pipelines", &S::pipelines, "the newest first"),
        Field("next", &S::next, "go on with ?before=NEXT; 0: there are no more", range(0, kAny)));
  }
};

}  // namespace dure
