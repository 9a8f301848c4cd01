// Pipelines: run, list, show, cancel.
#include "base/hash.h"
#include "live/api/api.h"
#include "live/api/data_views.h"
#include "live/live_record.h"

namespace dure {
namespace {

constexpr std::int64_t kMostListed = 1'000;

Problem no_such_pipeline(const std::string& text) {
  return {404,
          "unknown_pipeline",
          {"pipeline", "the number of a pipeline", text.substr(0, 60), "dure pipeline"}};
}

PipelineView view_of(const Desk& d, std::int64_t number) {
  const PipelineRun& run = d.book.pipelines().all()[static_cast<std::size_t>(number - 1)];
  PipelineView v;
  v.pipeline = number;
  v.name = run.name;
  v.member = run.member;
  v.user = run.user;
  v.state = run.outcome == PipelineOutcome::none ? "running" : std::string(enum_name(run.outcome));
  v.asked = iso(run.asked);
  v.over = iso(run.over);
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const StepRun& step = run.steps[i];
    StepView s;
    s.step = step.id;
    s.state = to_string(step_state(d, run, i));
    s.code = step.code;
    s.detail = step.detail;
    for (const std::uint32_t need : step.needs) s.needs.push_back(run.steps[need].id);
    s.job = step.job;
    s.count = step.count;
    if (step.job != 0) s.url = service_url(d, job_of(step.job));
    v.steps.push_back(std::move(s));
  }
  return v;
}

std::optional<std::int64_t> pipeline_in(const Desk& d, const std::string& text) {
  const std::optional<std::int64_t> n = whole(text);
  if (!n || *n < 1 || *n > static_cast<std::int64_t>(d.book.pipelines().all().size()))
    return std::nullopt;
  return n;
}

void run(Api& api, Call call) {
  Outcome<PipelineSpec> spec = from_json<PipelineSpec>(call.request.body, "body");
  if (!spec) return send(call, problem_answer({400, "invalid_json", spec.faults()[0]}, call.id));
  Submission asked;
  asked.caller = call.caller;
  asked.idempotency = call.request.header("idempotency-key");
  if (asked.idempotency.size() > 200)
    return send(call, problem_answer({400,
                                      "invalid_idempotency_key",
                                      {"Idempotency-Key", "at most 200 bytes", "more", ""}},
                                     call.id));
  Sha256 hash;
  hash.add(std::as_bytes(std::span(call.request.body)));
  asked.body_sha256 = hash.hex();
  const std::string id = call.id;
  // Two rounds: the second sees it in the book.
  const auto number = std::make_shared<std::int64_t>(0);
  api.write(std::move(call),
            [spec = std::move(spec.value()), asked = std::move(asked), id, number](
                const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
              const bool fresh = *number != 0;
              if (!fresh) {
                Answered<std::int64_t> done = d.run_pipeline(spec, asked, facts);
                if (!done) return problem_answer(done.problem(), id);
                *number = done.value();
                if (!facts.empty()) return std::nullopt;
              }
              PipelineView v = view_of(d, *number);
              v.repeated = !fresh;
              HttpResponse r = view_answer(v, fresh ? 201 : 200);
              r.headers.emplace_back("Location", "/api/v1/pipelines/" + std::to_string(*number));
              return r;
            });
}

void list(Api& api, Call call) {
  const std::string* text = call.target.find("before");
  const std::optional<std::int64_t> before = text == nullptr ? 0 : whole(*text);
  if (!before || *before < 0)
    return send(call,
                problem_answer({400, "invalid_query", {"before", "a pipeline's number", *text, ""}},
                               call.id));
  api.read(std::move(call), [before](const Desk& d) {
    PipelinesView out;
    std::int64_t at = static_cast<std::int64_t>(d.book.pipelines().all().size());
    if (*before > 0) at = std::min(at, *before - 1);
    for (; at >= 1 && static_cast<std::int64_t>(out.pipelines.size()) < kMostListed; --at)
      out.pipelines.push_back(view_of(d, at));
    out.next = at >= 1 ? at + 1 : 0;
    return view_answer(out);
  });
}

void show(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  api.read(std::move(call), [text, id](const Desk& d) {
    const auto number = pipeline_in(d, text);
    if (!number) return problem_answer(no_such_pipeline(text), id);
    return view_answer(view_of(d, *number));
  });
}

void cancel(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  const Caller caller = call.caller;
  api.write(std::move(call),
            [text, id, caller](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
              const auto number = pipeline_in(d, text);
              if (!number) return problem_answer(no_such_pipeline(text), id);
              std::optional<Answered<Done>> done = d.cancel_pipeline(*number, caller, facts);
              if (!done) return std::nullopt;
              if (!*done) return problem_answer(done->problem(), id);
              return view_answer(view_of(d, *number), 202);
            });
}

}  // namespace

void add_pipeline_routes(Api& api, std::vector<Route>& routes) {
  const auto with = [&api](void (*f)(Api&, Call)) {
    return [&api, f](Call call) { f(api, std::move(call)); };
  };
  routes.push_back({"POST",
                    "/api/v1/pipelines",
                    "Run a pipeline",
                    Needs::user,
                    {},
                    describe_doc<PipelineSpec>,
                    describe_doc<PipelineView>,
                    "application/json",
                    with(run)});
  routes.push_back({"GET",
                    "/api/v1/pipelines",
                    "Pipelines, the newest first",
                    Needs::viewer,
                    {{"before", "go on below this number", {{0, kLastNumber}}}},
                    {},
                    describe_doc<PipelinesView>,
                    "application/json",
                    with(list)});
  routes.push_back({"GET",
                    "/api/v1/pipelines/{pipeline}",
                    "A pipeline, step by step",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<PipelineView>,
                    "application/json",
                    with(show)});
  routes.push_back({"DELETE",
                    "/api/v1/pipelines/{pipeline}",
                    "Start no more of its steps, and cancel its jobs, services too",
                    Needs::user,
                    {},
                    {},
                    describe_doc<PipelineView>,
                    "application/json",
                    with(cancel)});
}

}  // namespace dure
