// Jobs: submit, list, show, cancel, explain, log, events.
#include <algorithm>

#include "base/base64.h"
#include "base/hash.h"
#include "live/api/api.h"
#include "live/api/events.h"
#include "live/projections.h"

namespace dure {
namespace {

constexpr std::int64_t kMostListed = 1'000;
constexpr std::uint32_t kMostLookedAt = 50'000;  // of jobs, for one page of a list

Problem no_such_job(const std::string& text) {
  return {404, "unknown_job", {"job", "the number of a job", text.substr(0, 60), "dure jobs"}};
}

JobView view_of(Hub& hub, const Desk& d, JobId id) {
  const Job& job = d.world.job(id);
  const LiveJob& live = d.book.job(id);
  const LaneOpened& lane = d.world.lane(job.lane);
  const bool waits = job.state == JobState::waiting || job.state == JobState::held;
  const bool placed = job.state == JobState::running ||
                      (job.state == JobState::ended && live.outcome != JobOutcome::refused);
  JobView v;
  v.job = number_of(id);
  v.name = d.book.text(live.name);
  v.member = d.world.members()[lane.member.index];
  v.project = d.world.accounts()[d.world.account(job.lane)].name;
  v.user = d.book.text(live.user);
  v.state = state_word(d.world, d.book, id);
  if (waits) v.reason = to_string(hub.why_waits(id));
  v.detail = d.book.text(live.detail);
  if (placed) {
    v.site = d.world.sites()[d.world.pool(job.pool).info.site.index];
    v.pool = d.world.pool(job.pool).info.name;
  }
  if (const Attempt* a = d.book.attempt(id)) {
    v.nodes = nodes_text(a->nodes);
    v.key = a->key;
    v.remote = a->remote;
  } else if (live.attempts > 0) {
    v.key = d.book.hub_id() + "-" + std::to_string(v.job) + "." + std::to_string(live.attempts);
  }
  (lane.device == Device::gpu ? v.gpus : v.cpus) = job.gpus;
  if (job.state == JobState::running && lane.device == Device::gpu) v.held_gpus = job.held;
  v.attempts = live.attempts;
  v.exit_code = live.exit_code;
  v.signal = live.signal;
  v.array_index = live.array_index;
  v.service = job.estimate >= kUntilCancelled && !live.foreign;
  v.time_limit_s = job.estimate >= kUntilCancelled ? 0 : job.estimate.count() / 1000;
  v.priority = lane.priority;
  v.tier = to_string(lane.tier);
  v.submitted = iso(job.submit);
  if (placed) v.started = iso(job.start);
  if (!waits && job.state != JobState::running) v.ended = iso(job.end);
  v.foreign = live.foreign;
  if (v.service) v.url = service_url(d, id);
  return v;
}

void submit(Api& api, Call call) {
  Outcome<JobSpec> spec = from_json<JobSpec>(call.request.body, "body");
  if (!spec) {
    Fault f = spec.faults()[0];
    if (spec.faults().size() > 1)
      f.hint += (f.hint.empty() ? "" : "; ") + std::string("and ") +
                std::to_string(spec.faults().size() - 1) + " more faults";
    return send(call, problem_answer({400, "invalid_json", f}, call.id));
  }
  Submission asked;
  asked.spec = std::move(spec.value());
  asked.caller = call.caller;
  const std::string_view key = call.request.header("idempotency-key");
  if (key.size() > 200)
    return send(call, problem_answer({400,
                                      "invalid_idempotency_key",
                                      {"Idempotency-Key", "at most 200 bytes", "more", ""}},
                                     call.id));
  asked.idempotency = key;
  if (!asked.idempotency.empty()) {
    Sha256 hash;
    hash.add(std::as_bytes(std::span(call.request.body)));
    asked.body_sha256 = hash.hex();
  }
  const std::string* dry = call.target.find("dry_run");
  const std::string id = call.id;
  if (dry != nullptr && *dry == "1")
    return api.read(std::move(call), [asked = std::move(asked), id](const Desk& d) {
      if (auto problem = d.check(asked)) return problem_answer(*problem, id);
      SubmittedView v;
      v.count = asked.spec.array;
      v.dry_run = true;
      return view_answer(v);
    });
  api.write(
      std::move(call),
      [asked = std::move(asked), id](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
        std::optional<Answered<Submitted>> done = d.submit(asked, facts);
        if (!done) return std::nullopt;
        if (!*done) return problem_answer(done->problem(), id);
        SubmittedView v;
        v.job = number_of(done->value().first);
        v.count = done->value().count;
        v.repeated = done->value().repeated;
        HttpResponse r = view_answer(v, v.repeated ? 200 : 201);
        r.headers.emplace_back("Location", "/api/v1/jobs/" + std::to_string(v.job));
        return r;
      });
}

void list(Api& api, Call call) {
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const std::string* text = call.target.find(name);
    return text == nullptr ? std::optional(otherwise) : whole(*text);
  };
  const auto limit = number("limit", 100), before = number("before", 0);
  if (!limit || *limit < 1 || *limit > kMostListed || !before || *before < 0)
    return send(call, problem_answer({400,
                                      "invalid_query",
                                      {"limit, before", "limit 1 to 1000, before a job's number",
                                       call.request.target.substr(0, 200), ""}},
                                     call.id));
  const auto word = [&](const char* name) {
    const std::string* text = call.target.find(name);
    return text == nullptr ? std::string() : *text;
  };
  if (const std::string* state = call.target.find("state"); state != nullptr && !is_state(*state))
    return send(call, problem_answer({400,
                                      "invalid_query",
                                      {"state",
                                       "waiting, held, starting, running, stopping, or how "
                                       "a job ended: done, failed, cancelled, …",
                                       state->substr(0, 60), ""}},
                                     call.id));
  const std::string state = word("state"), member = word("member"), user = word("user"),
                    site = word("site"), name = word("name");
  Hub& hub = api.hub();
  api.read(std::move(call), [=, &hub](const Desk& d) {
    JobsView out;
    auto at = static_cast<std::int64_t>(d.world.jobs());
    if (*before > 0) at = std::min(at, *before - 1);
    std::uint32_t looked = 0;
    for (; at >= 1 && static_cast<std::int64_t>(out.jobs.size()) < *limit && looked < kMostLookedAt;
         --at, ++looked) {
      const JobId id = job_of(at);
      const LiveJob& live = d.book.job(id);
      const LaneOpened& lane = d.world.lane(d.world.job(id).lane);
      if (!member.empty() && d.world.members()[lane.member.index] != member) continue;
      if (!user.empty() && d.book.text(live.user) != user) continue;
      if (!name.empty() && d.book.text(live.name) != name) continue;
      if (!state.empty() && state_word(d.world, d.book, id) != state) continue;
      JobView v = view_of(hub, d, id);
      if (!site.empty() && v.site != site) continue;
      out.jobs.push_back(std::move(v));
    }
    out.next = at >= 1 ? at + 1 : 0;
    return view_answer(out);
  });
}

void show(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  api.read(std::move(call), [&api, text, id](const Desk& d) {
    const std::optional<JobId> job = job_in(d, text);
    if (!job) return problem_answer(no_such_job(text), id);
    return view_answer(view_of(api.hub(), d, *job));
  });
}

void spec_of(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  api.read(std::move(call), [text, id](const Desk& d) {
    const std::optional<JobId> job = job_in(d, text);
    if (!job) return problem_answer(no_such_job(text), id);
    const auto spec = d.book.spec_text(*job);
    if (!spec)
      return problem_answer({410, "forgotten", {"job", "one that is not over", text, ""}}, id);
    return json_answer(*spec);
  });
}

void cancel(Api& api, Call call) {
  const std::string text = call.path[0], id = call.id;
  const Caller caller = call.caller;
  Hub& hub = api.hub();
  api.write(std::move(call),
            [&hub, text, id, caller](const Desk& d, Facts& facts) -> std::optional<HttpResponse> {
              const std::optional<JobId> job = job_in(d, text);
              if (!job) return problem_answer(no_such_job(text), id);
              const Answered<Done> done = d.cancel(*job, caller, facts);
              if (!done) return problem_answer(done.problem(), id);
              return view_answer(view_of(hub, d, *job), 202);
            });
}

// The agent is asked, and answers with its next call.
class LogWork final : public Work {
 public:
  LogWork(Api& api, Call call, LogQuery query)
      : api_(api), call_(std::make_shared<Call>(std::move(call))), query_(std::move(query)) {}
  bool writes() const override { return false; }
  bool round(const Desk& d, Facts&) override {
    const std::optional<JobId> job = job_in(d, call_->path[0]);
    if (!job) {
      problem_ = no_such_job(call_->path[0]);
      return true;
    }
    const JobView v = view_of(api_.hub(), d, *job);
    const bool own = call_->caller.role >= Role::operator_ || call_->caller.member == v.member;
    if (!own) {
      problem_ = Problem{403, "not_your_job", {"job", "one of your member", call_->path[0], ""}};
    } else if (v.key.empty() || v.site.empty()) {
      problem_ = Problem{409, "not_started", {"job", "one that has started", v.state, ""}};
    } else {
      query_.key = v.key;
      api_.hub().plant().query(v.site, query_, [call = call_, state = v.state](const LogAnswer& a) {
        if (!a.fault.empty())
          return send(*call,
                      problem_answer({504, "no_log", {"log", "its bytes", a.fault, ""}}, call->id));
        std::optional<std::string> bytes = from_base64(a.base64);
        HttpResponse r;
        r.headers.emplace_back("Content-Type", "application/octet-stream");
        r.headers.emplace_back("X-Offset", std::to_string(a.offset));
        r.headers.emplace_back("X-Size", std::to_string(a.size));
        r.headers.emplace_back("X-Job-State", state);
        r.body = bytes ? std::move(*bytes) : "";
        send(*call, std::move(r));
      });
    }
    return true;
  }
  void kept(const Desk&) override {
    if (problem_) send(*call_, problem_answer(*problem_, call_->id));
  }
  void failed(const Problem& p) override { send(*call_, problem_answer(p, call_->id)); }

 private:
  Api& api_;
  std::shared_ptr<Call> call_;
  LogQuery query_;
  std::optional<Problem> problem_;
};

void log(Api& api, Call call) {
  LogQuery query;
  const std::string* stream = call.target.find("stream");
  const std::string* offset = call.target.find("offset");
  const std::optional<std::int64_t> from = offset == nullptr ? 0 : whole(*offset);
  if (!from || *from < 0 || (stream != nullptr && *stream != "out" && *stream != "err"))
    return send(call,
                problem_answer(
                    {400, "invalid_query", {"stream, offset", "out or err; a byte", "another", ""}},
                    call.id));
  query.offset = *from;
  query.stream = stream != nullptr && *stream == "err" ? LogStream::err : LogStream::out;
  const std::shared_ptr<Reply> reply = call.reply;
  const std::string id = call.id;
  if (!api.hub().plant().post(std::make_unique<LogWork>(api, std::move(call), query)))
    reply->send(
        problem_answer({503, "overloaded", {"hub", "fewer requests", "a full queue", ""}}, id));
}

void events(Api& api, Call call) {
  std::optional<std::uint64_t> after;
  const std::string header(call.request.header("last-event-id"));
  const std::string* query = call.target.find("after");
  const std::string text = query != nullptr ? *query : header;
  if (!text.empty()) {
    const std::optional<std::int64_t> n = whole(text);
    if (!n || *n < 0)
      return send(call,
                  problem_answer({400,
                                  "invalid_query",
                                  {"Last-Event-ID", "the id of an event", text.substr(0, 60), ""}},
                                 call.id));
    after = static_cast<std::uint64_t>(*n);
  }
  api.feed().join(call.reply->stream({{"Cache-Control", "no-store"}, {"X-Request-Id", call.id}}),
                  after);
}

}  // namespace

void add_job_routes(Api& api, std::vector<Route>& routes) {
  const auto with = [&api](void (*f)(Api&, Call)) {
    return [&api, f](Call call) { f(api, std::move(call)); };
  };
  routes.push_back({"POST",
                    "/api/v1/jobs",
                    "Submit a job",
                    Needs::user,
                    {{"dry_run", "1: check it, and queue nothing"}},
                    describe_doc<JobSpec>,
                    describe_doc<SubmittedView>,
                    "application/json",
                    with(submit)});
  routes.push_back({"GET",
                    "/api/v1/jobs",
                    "Jobs, the newest first",
                    Needs::viewer,
                    {{"limit", "at most so many", {{1, kMostListed}}},
                     {"before", "go on below this number", {{0, kLastNumber}}},
                     {"state", "only in this state"},
                     {"member", "only of this member"},
                     {"user", "only of this user"},
                     {"site", "only at this site"},
                     {"name", "only of this name"}},
                    {},
                    describe_doc<JobsView>,
                    "application/json",
                    with(list)});
  routes.push_back({"GET",
                    "/api/v1/jobs/{job}",
                    "A job",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<JobView>,
                    "application/json",
                    with(show)});
  routes.push_back({"GET",
                    "/api/v1/jobs/{job}/spec",
                    "What it asked for, until it is over",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<JobSpec>,
                    "application/json",
                    with(spec_of)});
  routes.push_back({"DELETE",
                    "/api/v1/jobs/{job}",
                    "Cancel a job",
                    Needs::user,
                    {},
                    {},
                    describe_doc<JobView>,
                    "application/json",
                    with(cancel)});
  routes.push_back({"GET",
                    "/api/v1/jobs/{job}/log",
                    "Bytes of its output",
                    Needs::viewer,
                    {{"stream", "out or err"}, {"offset", "from this byte on", {{0, kLastNumber}}}},
                    {},
                    {},
                    "application/octet-stream",
                    with(log)});
  routes.push_back({"GET",
                    "/api/v1/events",
                    "What happens, as server-sent events",
                    Needs::viewer,
                    {{"after", "as Last-Event-ID", {{0, kLastNumber}}}},
                    {},
                    {},
                    "text/event-stream",
                    with(events)});
}

}  // namespace dure
