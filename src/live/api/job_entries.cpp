// What the record says of a job: GET /api/v1/jobs/{job}/entries.
#include <cstdio>

#include "live/api/api.h"
#include "live/api/store_reader.h"
#include "live/trace_job.h"

namespace dure {
namespace {

// To the millisecond, as the ledger reckons: 2026-11-30T15:00:26.132+09:00.
std::string iso_with_ms(std::int64_t at_ms) {
  std::string text = iso(world_time(at_ms));
  char ms[8];
  std::snprintf(ms, sizeof ms, ".%03d", static_cast<int>(at_ms % 1000));
  return text.insert(text.size() - std::string_view("+09:00").size(), ms);
}

JobEntriesView view_of(std::int64_t job, std::vector<JobEntry> entries) {
  JobEntriesView v;
  v.job = job;
  for (JobEntry& e : entries)
    v.entries.push_back({static_cast<std::int64_t>(e.entry), iso_with_ms(e.at_ms),
                         std::move(e.what), std::move(e.pool), std::move(e.site), std::move(e.user),
                         std::move(e.key), e.gpus, std::move(e.code), std::move(e.detail)});
  return v;
}

void entries(Api& api, Call call) {
  const std::string id = call.id;
  const std::optional<std::int64_t> job = whole(call.path[0]);
  const auto unknown = [text = call.path[0].substr(0, 60), id] {
    return problem_answer({404, "unknown_job", {"job", "the number of a job", text, "dure jobs"}},
                          id);
  };
  if (!job || *job < 1 || *job > std::int64_t{0xffffffff}) return send(call, unknown());
  const auto shared = std::make_shared<Call>(std::move(call));
  const auto task = [shared, unknown, job = *job](Result<std::unique_ptr<Store>> store) {
    const auto failed = [&](const Fault& fault) {
      send(*shared, problem_answer({503, "store_unavailable", fault}, shared->id));
    };
    if (!store) return failed(store.fault());
    Result<std::vector<JobEntry>> found = trace_job(*store.value(), job);
    if (!found) return failed(found.fault());
    if (found.value().empty()) return send(*shared, unknown());
    send(*shared, view_answer(view_of(job, std::move(found.value()))));
  };
  if (!api.reader().post(task))
    send(*shared, problem_answer({503,
                                  "overloaded",
                                  {"hub", "fewer readings of the record", "a full queue",
                                   "try again in a second"}},
                                 id));
}

}  // namespace

void add_job_entry_routes(Api& api, std::vector<Route>& routes) {
  routes.push_back({"GET",
                    "/api/v1/jobs/{job}/entries",
                    "What the record says of a job, entry by entry",
                    Needs::viewer,
                    {},
                    {},
                    describe_doc<JobEntriesView>,
                    "application/json",
                    [&api](Call call) { entries(api, std::move(call)); }});
}

}  // namespace dure
