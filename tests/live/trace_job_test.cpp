// What the record says of a job, over the API: in order, and between the entries that a part of a
// statement names.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "live_fixture.h"

namespace dure::live_test {
namespace {

using nlohmann::json;

TEST(TraceJob, TellsAJobFromItsRequestToItsEnd) {
  Folder f;
  RunningHub hub("sqlite:" + f.path("hub.db"));
  three_sites(hub, f, 2, 50);
  const std::int64_t first =
      number_in(hub.call("POST", "/api/v1/jobs", job_body("sk", 2)).body, "job");
  const std::int64_t job =
      number_in(hub.call("POST", "/api/v1/jobs", job_body("sk", 3)).body, "job");
  for (const std::int64_t n : {first, job})
    eventually([&] { return hub.state(n) == "done"; }, "it is done");
  const std::string path = "/api/v1/jobs/" + std::to_string(job) + "/entries";
  const HttpResponse r = hub.call("GET", path);
  ASSERT_EQ(r.status, 200) << r.body;
  const json told = json::parse(r.body);
  EXPECT_EQ(told["job"], job);
  std::vector<std::string> what;
  std::int64_t last = 0, began = 0, ended = 0;
  for (const json& e : told["entries"]) {
    what.push_back(e["what"]);
    EXPECT_GT(e["entry"], last) << e;
    last = e["entry"];
    if (e["what"] == "asked") {
      EXPECT_EQ(e["user"], "me") << e;
    }
    if (e["what"] == "submitted") {
      EXPECT_EQ(e["gpus"], 3) << e;
    }
    if (e["what"] == "started") {
      EXPECT_EQ(e["gpus"], 3) << e;
      EXPECT_EQ(e["pool"], "ulsan") << e;
      began = last;
    }
    if (e["what"] == "ended") ended = last;
    if (e["what"] == "judged") {
      EXPECT_EQ(e["code"], "done") << e;
    }
  }
  for (const char* word : {"asked", "submitted", "started", "attempt_accepted", "attempt_started",
                           "attempt_ended", "judged"})
    EXPECT_EQ(std::count(what.begin(), what.end(), word), 1) << word << " of " << told;
  ASSERT_FALSE(what.empty());
  EXPECT_EQ(what.front(), "asked");
  EXPECT_EQ(what.back(), "ended");
  // The statement's part of it begins and ends with these entries.
  bool found = false;
  const json lines = json::parse(hub.call("GET", "/api/v1/ledger/lines").body);
  for (const json& p : lines["parts"]) {
    if (p["job"] != job) continue;
    found = true;
    EXPECT_EQ(p["first_entry"], began);
    EXPECT_EQ(p["last_entry"], ended);
  }
  EXPECT_TRUE(found) << lines;
}

TEST(TraceJob, OfAJobThatIsNotThereIsAProblem) {
  Folder f;
  RunningHub hub("sqlite:" + f.path("hub.db"));
  three_sites(hub, f);
  for (const char* job : {"1", "0", "-1", "x", "99999999999"}) {
    const HttpResponse r = hub.call("GET", std::string("/api/v1/jobs/") + job + "/entries");
    EXPECT_EQ(r.status, 404) << job;
    EXPECT_EQ(text_in(r.body, "code"), "unknown_job") << job;
  }
}

}  // namespace
}  // namespace dure::live_test
