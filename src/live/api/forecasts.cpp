// When will it start, and what if? Explanations too: all that is worked out on a copy of the world.
#include <algorithm>

#include "live/api/api.h"
#include "live/api/forecast_answers.h"

namespace dure {
namespace {

constexpr Millis kFresh{10'000};       // a queue that was looked at is shown again for so long,
constexpr Millis kFreshPage{300'000};  // and its further pages

class GivenWork final : public Work {  // what callers were told comes back to be learnt from
 public:
  GivenWork(Hub& hub, Said said, Millis at) : hub_(hub), said_(std::move(said)), at_(at) {}
  bool writes() const override { return false; }
  bool round(const Desk& desk, Facts&) override {
    hub_.foresight().given(desk.world, said_, at_);
    return true;
  }
  void kept(const Desk&) override {}
  void failed(const Problem&) override {}

 private:
  Hub& hub_;
  const Said said_;
  const Millis at_;
};

// The answer of another thread to a copy of the world; or of this one, if `f` has it at once.
using OnCopy = std::function<HttpResponse(const WorldCopy&)>;
class LookWork final : public Work {
 public:
  // f, on the hub's thread: what to do with the copy, or the answer.
  using Begin = std::function<std::variant<OnCopy, HttpResponse>(const Desk&)>;
  LookWork(Api& api, Call call, Begin f)
      : api_(api), call_(std::make_shared<Call>(std::move(call))), f_(std::move(f)) {}
  bool writes() const override { return false; }
  bool round(const Desk&, Facts&) override { return true; }
  void kept(const Desk& d) override {
    std::variant<OnCopy, HttpResponse> begun = f_(d);
    if (auto* now = std::get_if<HttpResponse>(&begun)) return send(*call_, std::move(*now));
    const bool asked =
        api_.hub().foresight().ask(d.world, api_.hub().wall_clock().now(),
                                   [call = call_, f = std::move(std::get<OnCopy>(begun))](
                                       const WorldCopy& look) { send(*call, f(look)); });
    if (!asked)
      send(*call_, problem_answer({503,
                                   "overloaded",
                                   {"forecast", "fewer questions at once",
                                    std::to_string(Foresight::kMostAsked) + " are being worked on",
                                    "try again in some seconds"}},
                                  call_->id));
  }
  void failed(const Problem& p) override { send(*call_, problem_answer(p, call_->id)); }

 private:
  Api& api_;
  std::shared_ptr<Call> call_;
  Begin f_;
};

void look(Api& api, Call call, LookWork::Begin f) {
  const std::shared_ptr<Reply> reply = call.reply;
  const std::string id = call.id;
  if (!api.hub().plant().post(std::make_unique<LookWork>(api, std::move(call), std::move(f))))
    reply->send(problem_answer(
        {503, "overloaded", {"hub", "fewer requests", "a full queue", "try again in a second"}},
        id));
}

Problem no_such_job(const std::string& text) {
  return {404, "unknown_job", {"job", "the number of a job", text.substr(0, 60), "dure jobs"}};
}

struct Pages {  // the queue as it was last looked at
  std::mutex mutex;
  Millis at;
  std::int64_t hours = 0;
  std::shared_ptr<const QueueForecastView> view;
};

HttpResponse page(const QueueForecastView& all, std::int64_t from, std::int64_t limit) {
  QueueForecastView v = all;
  const auto size = static_cast<std::int64_t>(all.jobs.size());
  const std::int64_t first = std::min(from, size), last = std::min(first + limit, size);
  v.jobs.assign(all.jobs.begin() + first, all.jobs.begin() + last);
  v.next = last < size ? last : 0;
  return view_answer(v);
}

void of_job(Api& api, Call call, const std::string& text) {
  const std::string id = call.id;
  look(api, std::move(call), [&api, text, id](const Desk& d) -> std::variant<OnCopy, HttpResponse> {
    const std::optional<JobId> job = job_in(d, text);
    if (!job) return problem_answer(no_such_job(text), id);
    return OnCopy([&api, job = *job](const WorldCopy& l) {
      Said said;
      HttpResponse r = view_answer(job_forecast(l, job, said));
      api.hub().plant().post(
          std::make_unique<GivenWork>(api.hub(), std::move(said), l.world.now()));
      return r;
    });
  });
}

void forecast(Api& api, const std::shared_ptr<Pages>& pages, Call call) {
  if (const std::string* job = call.target.find("job")) {
    const std::string text = *job;
    return of_job(api, std::move(call), text);
  }
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const std::string* text = call.target.find(name);
    return text == nullptr ? std::optional(otherwise) : whole(*text);
  };
  const auto limit = number("limit", 100), from = number("from", 0), hours = number("hours", 24);
  if (!limit || *limit < 0 || *limit > 1'000 || !from || *from < 0 || !hours || *hours < 1 ||
      *hours > 168)
    return send(call, problem_answer({400,
                                      "invalid_query",
                                      {"limit, from, hours", "0 to 1000, 0 and more, 1 to 168",
                                       call.request.target.substr(0, 200), ""}},
                                     call.id));
  look(api, std::move(call),
       [&api, pages, limit = *limit, from = *from,
        hours = *hours](const Desk&) -> std::variant<OnCopy, HttpResponse> {
         const Millis now = api.hub().wall_clock().now();
         {
           const std::lock_guard lock(pages->mutex);
           if (pages->view && pages->hours == hours &&
               now - pages->at < (from > 0 ? kFreshPage : kFresh))
             return page(*pages->view, from, limit);
         }
         return OnCopy([&api, pages, limit, from, hours](const WorldCopy& l) {
           Said said;
           auto all = std::make_shared<const QueueForecastView>(queue_forecast(l, hours, said));
           {
             const std::lock_guard lock(pages->mutex);
             pages->at = l.world.now();
             pages->hours = hours;
             pages->view = all;
           }
           api.hub().plant().post(
               std::make_unique<GivenWork>(api.hub(), std::move(said), l.world.now()));
           return page(*all, from, limit);
         });
       });
}

void what_if_route(Api& api, Call call) {
  Outcome<ForecastBody> read = from_json<ForecastBody>(call.request.body, "body");
  if (!read) return send(call, problem_answer({400, "invalid_json", read.faults()[0]}, call.id));
  const std::string id = call.id;
  look(api, std::move(call),
       [body = std::move(read.value()), id](const Desk& d) -> std::variant<OnCopy, HttpResponse> {
         if (body.job > 0) {
           const std::optional<JobId> job = job_in(d, std::to_string(body.job));
           if (!job) return problem_answer(no_such_job(std::to_string(body.job)), id);
           const JobState state = d.world.job(*job).state;
           if (state != JobState::waiting && state != JobState::held)
             return problem_answer(
                 {422,
                  "job_not_waiting",
                  {"job", "a job that waits", std::to_string(body.job), "dure jobs"}},
                 id);
         }
         Answered<WhatIf> what = what_if(d, body.what_if);
         if (!what) return problem_answer(what.problem(), id);
         return OnCopy([body, what = std::move(what.value())](const WorldCopy& l) {
           return view_answer(what_if_answer(l, what, body));
         });
       });
}

void explain(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  look(api, std::move(call), [&api, text, id](const Desk& d) -> std::variant<OnCopy, HttpResponse> {
    const std::optional<JobId> job = job_in(d, text);
    if (!job) return problem_answer(no_such_job(text), id);
    return OnCopy([&api, job = *job](const WorldCopy& l) {
      return json_answer(api.extras().explain(l, job));
    });
  });
}

}  // namespace

void add_forecast_routes(Api& api, std::vector<Route>& routes) {
  const auto pages = std::make_shared<Pages>();
  routes.push_back({"GET",
                    "/api/v1/jobs/{job}/explain",
                    "Why it waits, pool by pool, and the least that would start it",
                    Needs::viewer,
                    {},
                    {},
                    {},
                    "application/json",
                    [&api](Call call) { explain(api, std::move(call)); }});
  routes.push_back({"GET",
                    "/api/v1/forecast",
                    "When the jobs of the queue will start, P50 and P90, and the next hours; with "
                    "?job only that job's (job, at, state, forecast)",
                    Needs::viewer,
                    {{"job", "its number; left out: the whole queue", {{1, kLastNumber}}},
                     {"limit", "at most so many jobs", {{0, 1000}}},
                     {"from", "go on from this place"},
                     {"hours", "of the outlook", {{1, 168}}}},
                    {},
                    describe_doc<QueueForecastView>,
                    "application/json",
                    [&api, pages](Call call) { forecast(api, pages, std::move(call)); }});
  routes.push_back({"POST",
                    "/api/v1/forecast",
                    "What if? The queue as things are, and with settings changed in a copy",
                    Needs::viewer,
                    {},
                    describe_doc<ForecastBody>,
                    describe_doc<WhatIfView>,
                    "application/json",
                    [&api](Call call) { what_if_route(api, std::move(call)); }});
}

}  // namespace dure
