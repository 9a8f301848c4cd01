// A hub that looks ahead: forecasts of the queue, what-ifs that change nothing, shadows.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "live/live_record.h"
#include "live/shadows.h"
#include "live/what_if.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

using Json = nlohmann::json;

std::string store(const Folder& f) { return "sqlite:" + f.path("hub.db"); }

std::int64_t submit(RunningHub& hub, const std::string& body) {
  const HttpResponse r = hub.call("POST", "/api/v1/jobs", body);
  EXPECT_EQ(r.status, 201) << r.body;
  return number_in(r.body, "job");
}

const char* kHour = R"(,"time_limit_s":3600,"data_class":"company_secret")";

// sk's only node is taken for an hour; two more of its jobs, and one of two GPUs, wait.
struct Jam {
  std::int64_t runs, first, second, small;
  explicit Jam(RunningHub& hub) {
    runs = submit(hub, job_body("sk", 4, kHour));
    eventually([&] { return hub.state(runs) == "running"; }, "the first runs");
    first = submit(hub, job_body("sk", 4, kHour));
    second = submit(hub, job_body("sk", 4, kHour));
    small = submit(hub, job_body("sk", 2, kHour));
  }
};

TEST(LookingAhead, ForecastsTheQueueAndTheNextHours) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 1, 3'600'000);
  const Jam jam(hub);
  const HttpResponse r = hub.call("GET", "/api/v1/forecast?hours=6");
  ASSERT_EQ(r.status, 200) << r.body;
  const Json j = Json::parse(r.body);
  EXPECT_EQ(j["waiting_jobs"], 3);
  ASSERT_EQ(j["jobs"].size(), 3u);
  std::set<std::int64_t> seen;
  std::string before;
  for (const Json& row : j["jobs"]) {
    seen.insert(row["job"].get<std::int64_t>());
    ASSERT_TRUE(row.contains("p50")) << r.body;
    EXPECT_LE(before, row["p50"].get<std::string>());  // who starts first, first
    EXPECT_LE(row["p50"].get<std::string>(), row["p90"].get<std::string>());
    EXPECT_GE(row["p50"].get<std::string>(), j["at"].get<std::string>());
    before = row["p50"].get<std::string>();
  }
  EXPECT_EQ(seen, (std::set<std::int64_t>{jam.first, jam.second, jam.small}));
  ASSERT_EQ(j["outlook"].size(), 6u);
  const Json& last = j["outlook"][5];
  ASSERT_EQ(last["members"].size(), 3u);
  ASSERT_EQ(last["sites"].size(), 3u);
  for (const Json& m : last["members"]) EXPECT_EQ(m["waiting_jobs"], 0) << last;

  const HttpResponse page = hub.call("GET", "/api/v1/forecast?hours=6&limit=2");
  const Json first = Json::parse(page.body);
  EXPECT_EQ(first["jobs"].size(), 2u);
  EXPECT_EQ(first["next"], 2);
  const Json rest = Json::parse(hub.call("GET", "/api/v1/forecast?hours=6&limit=2&from=2").body);
  ASSERT_EQ(rest["jobs"].size(), 1u);
  EXPECT_EQ(rest["jobs"][0], j["jobs"][2]);  // of the same look
  EXPECT_EQ(rest["next"], 0);

  const HttpResponse one = hub.call("GET", "/api/v1/forecast?job=" + std::to_string(jam.first));
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(text_in(one.body, "state"), "waiting");
  EXPECT_TRUE(Json::parse(one.body)["forecast"].contains("p90")) << one.body;
  EXPECT_EQ(hub.call("GET", "/api/v1/forecast?job=99").status, 404);
  EXPECT_EQ(hub.call("GET", "/api/v1/forecast?limit=-1").status, 400);
  EXPECT_EQ(hub.call("GET", "/api/v1/forecast?hours=0").status, 400);
  const HttpResponse why =
      hub.call("GET", "/api/v1/jobs/" + std::to_string(jam.first) + "/explain");
  EXPECT_EQ(why.status, 200) << why.body;
}

std::string ask(std::int64_t job, const std::vector<std::string>& settings) {
  return Json{{"job", job}, {"what_if", settings}}.dump();
}

TEST(LookingAhead, WhatIfShowsBothSidesAndChangesNothing) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 1, 3'600'000);
  const Jam jam(hub);
  std::string digest;
  std::uint64_t entries = 0, events = 0;
  const auto settle = [&](std::string& sha, std::uint64_t& n, std::uint64_t& m) {
    hub.look([&](const Desk& d) {
      sha = d.world.digest();
      n = hub.hub().last_entry();
      m = d.world.events();
    });
  };
  // The start of the first job has been told in full.
  eventually(
      [&] {
        std::uint64_t again = 0;
        settle(digest, entries, events);
        hub.look([&](const Desk& d) {
          const Attempt* a = d.book.attempt(job_of(jam.runs));
          again = a != nullptr && a->stage == Stage::started ? hub.hub().last_entry() : 0;
        });
        return again == entries;
      },
      "nothing more is to be told");
  const std::vector<std::pair<std::vector<std::string>, bool>> cases = {
      {{"pools.ulsan.nodes=+1"}, true},
      {{"pools[ulsan].nodes=2"}, true},
      {{"members.sk.limit_gpus=2"}, false},
      {{"policy.backfill=none", "policy.preempt=false"}, false},
      {{"lending.samsung.max_share=1", "lending.naver.reclaim_hours=1"}, false},
      {{"jobs." + std::to_string(jam.second) + ".cancelled=true"}, false},
      {{"jobs." + std::to_string(jam.first) + ".priority=5"}, false},
      {{"jobs." + std::to_string(jam.first) + ".gpus=2",
        "jobs." + std::to_string(jam.first) + ".time_limit_s=60"},
       false},
      {{"pools.ulsan.nodes=-1"}, false},
      {{}, false},
  };
  for (const auto& [settings, earlier] : cases) {
    const HttpResponse all = hub.call("POST", "/api/v1/forecast", ask(0, settings));
    ASSERT_EQ(all.status, 200) << all.body;
    const Json j = Json::parse(all.body);
    ASSERT_EQ(j["members"][0]["member"], "all");
    if (earlier) {
      EXPECT_GE(j["members"][0]["earlier"].get<int>(), 1) << all.body;
      EXPECT_LT(j["members"][0]["after"]["mean_wait_s"].get<int>(),
                j["members"][0]["before"]["mean_wait_s"].get<int>());
    }
    if (settings.empty()) {
      for (const Json& row : j["jobs"]) EXPECT_EQ(row["earlier_s"], 0);
    }
    const HttpResponse one = hub.call("POST", "/api/v1/forecast", ask(jam.first, settings));
    ASSERT_EQ(one.status, 200) << one.body;
    const Json row = Json::parse(one.body)["jobs"][0];
    EXPECT_EQ(row["job"], jam.first);
    EXPECT_TRUE(!earlier || row["earlier_s"].get<int>() > 60) << one.body;
  }
  std::string digest_now;
  std::uint64_t entries_now = 0, events_now = 0;
  settle(digest_now, entries_now, events_now);
  EXPECT_EQ(digest_now, digest);
  EXPECT_EQ(entries_now, entries);
  EXPECT_EQ(events_now, events);
}

TEST(LookingAhead, WhatIsWrongWithAWhatIfIsSaidWithTheNearestName) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 1, 3'600'000);
  const Jam jam(hub);
  struct Case {
    std::string setting;
    int status;
    const char *code, *hint;
  };
  const std::string number = std::to_string(jam.first);
  const Case cases[] = {
      {"pols.ulsan.nodes=+1", 422, "invalid_what_if", "pools"},
      {"pools.ulsn.nodes=+1", 422, "invalid_what_if", "ulsan"},
      {"pools.ulsan.node=+1", 422, "invalid_what_if", "nodes"},
      {"pools.ulsan.nodes=many", 422, "invalid_what_if", ""},
      {"pools.ulsan.nodes=-9", 422, "invalid_what_if", ""},
      {"members.skk.limit_gpus=4", 422, "invalid_what_if", "sk"},
      {"members.sk.limit_gpu=4", 422, "invalid_what_if", "limit_gpus"},
      {"members.sk.limit_gpus=-4", 422, "invalid_what_if", ""},
      {"policy.backfil=none", 422, "invalid_what_if", "backfill"},
      {"policy.backfill=nothing", 422, "invalid_what_if", ""},
      {"policy.backfill=conservative", 422, "invalid_what_if", ""},
      {"policy.notice_days=1", 422, "invalid_what_if", "order"},
      {"lending.kt.max_share=1", 422, "invalid_what_if", "sk"},
      {"lending.sk.max_share=2", 422, "invalid_what_if", ""},
      {"sites.s2.drain=nobody", 422, "invalid_what_if", ""},
      {"sites.s9.drain=n1", 422, "invalid_what_if", "s1"},
      {"jobs.99.gpus=1", 404, "unknown_job", ""},
      {"jobs.x.gpus=1", 404, "unknown_job", ""},
      {"jobs." + std::to_string(jam.runs) + ".gpus=1", 422, "job_not_waiting", ""},
      {"jobs." + number + ".gpus=400", 422, "too_large", ""},
      {"jobs." + number + ".gpus=0", 422, "invalid_what_if", ""},
      {"nonsense", 422, "invalid_what_if", ""},
      {"=", 422, "invalid_what_if", ""},
  };
  for (const Case& c : cases) {
    const HttpResponse r = hub.call("POST", "/api/v1/forecast", ask(0, {c.setting}));
    EXPECT_EQ(r.status, c.status) << c.setting << r.body;
    EXPECT_EQ(text_in(r.body, "code"), c.code) << c.setting << r.body;
    EXPECT_NE(text_in(r.body, "hint").find(c.hint), std::string::npos) << c.setting << r.body;
  }
  EXPECT_EQ(hub.call("POST", "/api/v1/forecast", ask(99, {})).status, 404);
  EXPECT_EQ(hub.call("POST", "/api/v1/forecast", ask(jam.runs, {})).status, 422);
  EXPECT_EQ(hub.call("POST", "/api/v1/forecast", "{\"what\":1}").status, 400);
}

// Every change in the queue is drawn for the same weather: without one there is no difference, and
// a drained site is worse for those who wait there.
TEST(LookingAhead, ADrainedNodeDelaysThoseWhoWaitForIt) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 1, 3'600'000);
  const Jam jam(hub);
  std::string node;
  hub.look([&](const Desk& d) {
    for (std::uint32_t p = 0; p < d.world.pools(); ++p)
      if (d.world.pool(PoolId{p}).info.name == "ulsan") node = d.book.nodes(PoolId{p})[0].name;
  });
  const HttpResponse r =
      hub.call("POST", "/api/v1/forecast", ask(jam.first, {"sites.s2.drain=" + node}));
  ASSERT_EQ(r.status, 200) << r.body;
  const Json row = Json::parse(r.body)["jobs"][0];
  EXPECT_TRUE(row.contains("before_p50")) << r.body;
  EXPECT_FALSE(row.contains("after_p50")) << r.body;  // it may run nowhere else
  EXPECT_LT(row["earlier_s"].get<std::int64_t>(), 0);
}

TEST(LookingAhead, LearnsFromWhatItHearsAndFromWhatTheWorldRemembers) {
  Folder f;
  std::int64_t runs = 0;
  const auto answer = [&](RunningHub& hub, std::int64_t job) {
    return hub.call("GET", "/api/v1/forecast?job=" + std::to_string(job)).body;
  };
  // Jobs that take a fiftieth of what they ask for: 40 have ended.
  const auto wait_of = [&](const std::string& body) {
    const Json j = Json::parse(body);
    EXPECT_TRUE(j["forecast"].contains("p50")) << body;
    return j["forecast"].value("p50", "");
  };
  std::string in_an_hour, heard;
  std::int64_t waits = 0;
  {
    RunningHub hub(store(f));
    three_sites(hub, f, 1, 100);
    std::vector<std::int64_t> jobs;
    for (int i = 0; i < 40; ++i) jobs.push_back(submit(hub, job_body("sk", 4, kHour)));
    for (const std::int64_t job : jobs)
      eventually([&] { return hub.state(job) == "done"; }, "it has ended", 60);
  }
  RunningHub hub(store(f));  // no agents: what is ordered does not end
  runs = submit(hub, job_body("sk", 4, kHour));
  waits = submit(hub, job_body("sk", 4, kHour));
  EXPECT_NE(hub.state(runs), "waiting");
  heard = wait_of(answer(hub, waits));
  // Nobody has run longer than a second or so of an hour: it will start within minutes.
  hub.look([&](const Desk& d) { in_an_hour = iso(d.world.now() + Millis(600'000)); });
  EXPECT_LT(heard, in_an_hour);
}

TEST(Shadows, WithThePolicyOfTheHubDoWhatTheHubDoes) {
  Folder f;
  HubSpec spec = hub_of_three();
  spec.shadow.push_back({"same", ShadowPolicy::live, {}});
  spec.shadow.push_back({"first_come", ShadowPolicy::fcfs, {}});
  spec.shadow.push_back({"patient", ShadowPolicy::live, {"policy.preempt=false"}});
  RunningHub hub(store(f), spec);
  three_sites(hub, f, 2, 60);
  std::vector<std::int64_t> jobs;
  for (int i = 0; i < 40; ++i) {
    const char* member = i % 3 == 0 ? "samsung" : i % 3 == 1 ? "sk" : "naver";
    jobs.push_back(submit(
        hub, job_body(member, 1 + i % 8, i % 2 == 0 ? R"(,"data_class":"company_secret")" : "")));
  }
  for (const std::int64_t job : jobs)
    eventually([&] { return hub.state(job) == "done"; }, "every job is done", 60);
  const HttpResponse r = hub.call("GET", "/api/v1/shadow");
  ASSERT_EQ(r.status, 200) << r.body;
  const Json j = Json::parse(r.body);
  ASSERT_EQ(j["shadows"].size(), 3u);
  for (const Json& s : j["shadows"]) {
    EXPECT_EQ(s["stopped"], "") << s;
    EXPECT_EQ(s["live"]["started"], 40) << s;
    EXPECT_EQ(s["live"]["waiting_jobs"], 0);
    EXPECT_EQ(s["members"].size(), 3u);
  }
  const Json& same = j["shadows"][0];
  EXPECT_EQ(same["shadow"], "same");
  EXPECT_EQ(same["compared_jobs"], 40) << same;
  EXPECT_TRUE(same["jobs"].empty()) << same;
  EXPECT_EQ(same["live"], same["beside"]) << same;
  EXPECT_EQ(same["late_gpu_hours"], 0.0);
}

TEST(Shadows, BadRowsAreRefusedAtTheDoor) {
  Folder f;
  const auto fault_of = [&](ShadowSpec row) {
    HubSpec spec = hub_of_three();
    spec.shadow.push_back(std::move(row));
    auto opened = open_store(store(f));
    CHECK(opened);
    HubOptions options;
    options.holder = "test";
    auto hub =
        Hub::open(std::move(spec), alliance(), std::move(opened.value()), Clock::real(), options);
    return hub ? std::string() : to_string(hub.faults()[0]);
  };
  EXPECT_EQ(fault_of({"a", ShadowPolicy::easy, {}}), "");
  EXPECT_NE(fault_of({"a", ShadowPolicy::easy, {"policy.backfil=none"}}).find("backfill"),
            std::string::npos);
  EXPECT_NE(fault_of({"a", ShadowPolicy::easy, {"pools.suwon.nodes=+1"}}), "");
}

}  // namespace
}  // namespace dure::live_test
