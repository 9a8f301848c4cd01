// A hub, its API and agents whose sites run nothing: what is asked happens once and is kept, what
// is wrong is refused with its code and changes nothing, and a hub that comes back knows all.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

std::string store(const Folder& f) { return "sqlite:" + f.path("hub.db"); }

TEST(Hub, RunsJobsOfMembersWithinTheLawAndTheirLimits) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 6, 50);
  std::vector<std::int64_t> jobs;
  for (int i = 0; i < 30; ++i) {
    const char* member = i % 3 == 0 ? "samsung" : i % 3 == 1 ? "sk" : "naver";
    const HttpResponse r = hub.call(
        "POST", "/api/v1/jobs",
        job_body(member, 1 + i % 8, i % 2 == 0 ? R"(,"data_class":"company_secret")" : ""));
    ASSERT_EQ(r.status, 201) << r.body;
    jobs.push_back(number_in(r.body, "job"));
  }
  for (const std::int64_t job : jobs)
    eventually([&] { return hub.state(job) == "done"; }, "every job is done");
  hub.look([&](const Desk& d) {
    audit(d.world);
    EXPECT_EQ(d.world.running_jobs(), 0);
    for (const std::int64_t job : jobs) {
      const Job& j = d.world.job(job_of(job));
      const LaneOpened& lane = d.world.lane(j.lane);
      EXPECT_EQ(d.book.job(job_of(job)).attempts, 1);
      // A member's secrets stay at its own site.
      if (d.world.law().data_class(d.world.law().told(j.lane)->data_class).name ==
          "company_secret") {
        EXPECT_EQ(d.world.pool(j.pool).info.owner, lane.member);
      }
    }
  });
}

TEST(Hub, TheSameKeyAndBodyIsTheSameJob) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f);
  const std::string body = job_body("sk", 1);
  const HttpResponse first = hub.call("POST", "/api/v1/jobs", body, {{"Idempotency-Key", "a"}});
  const HttpResponse again = hub.call("POST", "/api/v1/jobs", body, {{"Idempotency-Key", "a"}});
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(number_in(again.body, "job"), number_in(first.body, "job"));
  const HttpResponse other =
      hub.call("POST", "/api/v1/jobs", job_body("sk", 2), {{"Idempotency-Key", "a"}});
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(text_in(other.body, "code"), "idempotency_key_reused");
}

// A job of a kind that was never queued is asked about the law, too, and leaves nothing behind.
TEST(Hub, ADryRunSaysWhatTheLawWouldSay) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f);
  const auto body_of = [](const std::string& site) {
    return job_body("samsung", 1, R"(,"data_class":"company_secret","sites":[")" + site + "\"]");
  };
  // First all that is asked only: a job that is meant goes on telling after its answer.
  const char* const sites[] = {"s1", "s2", "s3"};
  std::vector<HttpResponse> dry;
  std::uint64_t before = 0, after = 0;
  hub.look([&](const Desk& d) { before = d.world.events(); });
  for (const char* site : sites)
    dry.push_back(hub.call("POST", "/api/v1/jobs?dry_run=1", body_of(site)));
  hub.look([&](const Desk& d) { after = d.world.events(); });
  EXPECT_EQ(after, before);
  int refused = 0;
  for (std::size_t i = 0; i < std::size(sites); ++i) {
    const HttpResponse meant = hub.call("POST", "/api/v1/jobs", body_of(sites[i]));
    EXPECT_EQ(dry[i].status == 200, meant.status == 201) << dry[i].body << meant.body;
    if (dry[i].status == 200) continue;
    ++refused;
    EXPECT_EQ(dry[i].status, 422);
    EXPECT_EQ(text_in(dry[i].body, "code"), "member_sites");
    EXPECT_EQ(text_in(meant.body, "code"), "member_sites");
  }
  EXPECT_EQ(refused, 2);
}

TEST(Hub, WhatIsWrongIsRefusedAndChangesNothing) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f);
  std::uint64_t before = 0;
  hub.look([&](const Desk& d) { before = d.world.events(); });
  struct Case {
    const char* body;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {"{", 400, "invalid_json"},
      {"[]", 400, "invalid_json"},
      {R"({"command":["true"],"gpus":-1})", 400, "invalid_json"},
      {R"({"command":["true"],"gpu":1})", 400, "invalid_json"},
      {R"({"command":["true"],"gpus":1,"gpus":2})", 400, "invalid_json"},
      {R"({"script":"#!/bin/sh\necho \u0000","gpus":1})", 400, "invalid_json"},
      {R"({"command":["tr)"
       "\xff"
       R"(ue"]})",
       400, "invalid_json"},
      {R"({"gpus":1})", 422, "invalid_job"},
      {R"({"command":["true"],"script":"#!/bin/sh","gpus":1})", 422, "invalid_job"},
      {R"({"script":"echo","gpus":1})", 422, "invalid_job"},
      {R"({"command":["true"],"member":"samsng"})", 422, "unknown_member"},
      {R"({"command":["true"],"member":"삼성"})", 422, "unknown_member"},
      {R"({"command":["true"],"project":"x"})", 422, "unknown_project"},
      {R"({"command":["true"],"folder":"/a/../etc"})", 422, "invalid_job"},
      {R"({"command":["true"],"folder":"a"})", 422, "invalid_job"},
      {R"({"command":["true"],"environment":["1X=2"]})", 422, "invalid_job"},
      {R"({"command":["true"],"environment":["DURE_JOB=2"]})", 422, "invalid_job"},
      {R"({"command":["true"],"environment":["이름=2"]})", 422, "invalid_job"},
      {R"({"command":["true"],"after":[99]})", 422, "unknown_job"},
      {R"({"command":["true"],"service":true,"gpus":2,"most_gpus":4})", 422, "invalid_job"},
      {R"({"command":["true"],"hardware":["h100"]})", 422, "unknown_hardware"},
      {R"({"command":["true"],"data_class":"secret"})", 422, "unknown_data_class"},
  };
  for (const Case& c : cases) {
    const HttpResponse r = hub.call("POST", "/api/v1/jobs", c.body);
    EXPECT_EQ(r.status, c.status) << c.body << r.body;
    EXPECT_EQ(text_in(r.body, "code"), c.code) << c.body << r.body;
  }
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs/1").status, 404);
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs/..%2f..%2fetc").status, 404);
  EXPECT_EQ(hub.call("DELETE", "/api/v1/jobs/7").status, 404);
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs?limit=0").status, 400);
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs?state=zz").status, 400);
  EXPECT_EQ(text_in(hub.call("GET", "/api/v1/jobs?stat=done").body, "code"), "unknown_parameter");
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs?state=timed_out").status, 200);
  EXPECT_EQ(hub.call("PATCH", "/api/v1/jobs").status, 405);
  EXPECT_EQ(hub.call("GET", "/api/v2/jobs").status, 404);
  EXPECT_EQ(hub.call("POST", "/api/v1/sites/s9/nodes/n0/drain").status, 404);
  for (const char* which : {"1", "0", "-1", "x", "99999999999999999999"})
    EXPECT_EQ(
        text_in(hub.call("DELETE", std::string("/api/v1/reservations/") + which).body, "code"),
        "unknown_reservation")
        << which;
  EXPECT_EQ(hub.call("POST", "/api/v1/sites/s1/nodes/zz/drain").status, 404);
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs", "", {{"Authorization", "Bearer wrong"}}).status, 401);
  EXPECT_EQ(hub.call("GET", "/api/v1/jobs", "", {{"Origin", "http://evil"}}).status, 403);
  hub.look([&](const Desk& d) {
    EXPECT_EQ(d.world.events(), before);
    EXPECT_EQ(d.world.jobs(), 0u);
  });
}

TEST(Hub, ARoleMayDoWhatItMay) {
  Folder f;
  HubSpec spec = hub_of_three();
  const auto user = [&](const char* id, const char* member, Role role) {
    UserSpec u;
    u.id = id;
    u.member = member;
    u.role = role;
    Sha256 hash;
    hash.add(std::as_bytes(std::span(std::string_view(id))));
    u.token_sha256 = hash.hex();
    spec.users.push_back(u);
  };
  user("kim", "samsung", Role::user);
  user("lee", "sk", Role::member_admin);
  user("eye", "", Role::viewer);
  user("ops", "", Role::operator_);
  RunningHub hub(store(f), spec);
  three_sites(hub, f, 2, 100'000);
  const auto as = [&](const char* who, const char* method, const std::string& target,
                      const std::string& body = "") {
    return hub.call(method, target, body, {{"Authorization", std::string("Bearer ") + who}});
  };
  EXPECT_EQ(text_in(as("nobody", "GET", "/api/v1/jobs").body, "code"), "bad_token");
  EXPECT_EQ(as("eye", "GET", "/api/v1/jobs").status, 200);
  EXPECT_EQ(as("eye", "POST", "/api/v1/jobs", job_body("sk", 1)).status, 403);
  EXPECT_EQ(text_in(as("kim", "POST", "/api/v1/jobs", job_body("sk", 1)).body, "code"),
            "not_your_member");
  ASSERT_EQ(as("kim", "POST", "/api/v1/jobs", job_body("samsung", 1)).status, 201);
  EXPECT_EQ(text_in(as("lee", "DELETE", "/api/v1/jobs/1").body, "code"), "not_your_job");
  EXPECT_EQ(as("kim", "POST", "/api/v1/sites/s1/nodes/n0/drain").status, 403);
  EXPECT_EQ(as("ops", "POST", "/api/v1/sites/s1/nodes/n1/drain").status, 202);
  EXPECT_EQ(as("lee", "PUT", "/api/v1/quota/samsung/chips", R"({"limit_gpus":4})").status, 403);
  EXPECT_EQ(as("ops", "PUT", "/api/v1/quota/samsung/chips", R"({"limit_gpus":4})").status, 200);
  EXPECT_EQ(as("kim", "POST", "/api/v1/agents/s1/sync", "{}").status, 403);
  EXPECT_EQ(as("kim", "DELETE", "/api/v1/jobs/1").status, 202);
}

TEST(Hub, ComesBackWithAllItKnew) {
  Folder f;
  std::string digest;
  std::int64_t waiting = 0;
  {
    RunningHub hub(store(f));
    three_sites(hub, f, 2, 100'000);
    for (int i = 0; i < 12; ++i) {
      const HttpResponse r = hub.call("POST", "/api/v1/jobs", job_body("samsung", 4));
      ASSERT_EQ(r.status, 201) << r.body;
    }
    eventually(
        [&] {
          hub.look([&](const Desk& d) { waiting = d.world.waiting_jobs(); });
          return waiting > 0;
        },
        "some wait");
    hub.call("DELETE", "/api/v1/jobs/12");
  }
  {
    RunningHub hub(store(f));
    hub.look([&](const Desk& d) {
      EXPECT_EQ(d.world.jobs(), 12u);
      EXPECT_EQ(d.world.waiting_jobs(), waiting - 1);
      EXPECT_EQ(d.book.job(job_of(12)).outcome, JobOutcome::cancelled);
      audit(d.world);
    });
    EXPECT_EQ(hub.hub().epoch(), 2);
    hub.stop();
    hub.look_when_stopped([&](const Desk& d) { digest = d.world.digest(); });
  }
  auto opened = open_store_read_only(store(f));
  ASSERT_TRUE(opened);
  auto state = restore(*opened.value(), From::first_entry);
  ASSERT_TRUE(state);
  EXPECT_EQ(state.value()->world.digest(), digest);
}

TEST(Hub, ASnapshotAndTheRestAreTheWhole) {
  Folder f;
  HubSpec spec = hub_of_three();
  spec.snapshot_entries = 300;
  {
    RunningHub hub(store(f), spec);
    three_sites(hub, f, 6, 0);
    for (int i = 0; i < 150; ++i)
      ASSERT_EQ(
          hub.call("POST", "/api/v1/jobs", job_body(i % 2 == 0 ? "sk" : "naver", 1 + i % 4)).status,
          201);
    eventually(
        [&] {
          std::int64_t left = 1;
          hub.look([&](const Desk& d) { left = d.world.waiting_jobs() + d.world.running_jobs(); });
          return left == 0;
        },
        "all are over");
    eventually(
        [&] {
          auto reader = open_store_read_only(store(f));
          auto newest =
              reader ? reader.value()->newest() : Result<std::optional<Snapshot>>(Fault{});
          return newest && newest.value();
        },
        "a snapshot is taken");
    ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 1)).status, 201);
    eventually([&] { return hub.state(151) == "done"; }, "and something after it");
  }
  auto opened = open_store(store(f));
  ASSERT_TRUE(opened);
  auto whole = restore(*opened.value(), From::first_entry);
  ASSERT_TRUE(whole) << to_string(whole.fault());
  auto newest = opened.value()->newest();
  ASSERT_TRUE(newest && newest.value()) << "no snapshot was taken";
  auto quick = restore(*opened.value());
  ASSERT_TRUE(quick) << to_string(quick.fault());
  EXPECT_GT(quick.value()->snapshot, 0u);
  EXPECT_LT(quick.value()->entries, whole.value()->entries);
  EXPECT_EQ(quick.value()->world.digest(), whole.value()->world.digest());
  EXPECT_EQ(quick.value()->book.save(), whole.value()->book.save());
}

TEST(Hub, DrainsANodeAndTakesItBack) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 2, 0);
  EXPECT_EQ(hub.call("POST", "/api/v1/sites/s1/nodes/n0/drain", R"({"reason":"fan"})").status, 202);
  const auto installed = [&] {
    std::int64_t n = 0;
    hub.look([&](const Desk& d) { n = d.world.pool(PoolId{0}).installed; });
    return n;
  };
  EXPECT_EQ(installed(), 4);
  // What needs the drained node waits for it; what needs one more would wait for ever.
  const auto secret = [&](int gpus) {
    return hub.call("POST", "/api/v1/jobs",
                    job_body("samsung", gpus, R"(,"data_class":"company_secret")"));
  };
  EXPECT_EQ(text_in(secret(9).body, "code"), "too_large");
  ASSERT_EQ(secret(8).status, 201);
  EXPECT_EQ(hub.state(1), "waiting");
  const auto reason = [&] { return text_in(hub.call("GET", "/api/v1/jobs/1").body, "reason"); };
  eventually([&] { return reason() == "nodes_out"; }, "it says that the drained node is missing");
  const auto nodes = nlohmann::json::parse(hub.call("GET", "/api/v1/sites/s1/nodes").body)["nodes"];
  for (const auto& n : nodes)
    if (n["pool"] == "suwon") {
      EXPECT_EQ(n["free"], n["node"] == "n0" ? 0 : 4) << n;
    }
  EXPECT_EQ(hub.call("POST", "/api/v1/sites/s1/nodes/n0/resume").status, 202);
  eventually([&] { return installed() == 8; }, "it takes work again");
  eventually([&] { return hub.state(1) == "done"; }, "what waited for it runs");
}

TEST(Hub, AFailedJobStopsThoseThatWaitForIt) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 2, 100'000);
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 1)).status, 201);
  const HttpResponse after = hub.call("POST", "/api/v1/jobs", job_body("sk", 1, R"(,"after":[1])"));
  ASSERT_EQ(after.status, 201) << after.body;
  EXPECT_EQ(hub.state(2), "held");
  eventually([&] { return hub.state(1) == "running"; }, "the first runs");
  EXPECT_EQ(hub.call("DELETE", "/api/v1/jobs/1").status, 202);
  eventually([&] { return hub.state(1) == "cancelled"; }, "it is stopped");
  eventually([&] { return hub.state(2) == "refused"; }, "and the other never runs");
  const std::string other = hub.call("GET", "/api/v1/jobs/2").body;
  EXPECT_EQ(text_in(other, "detail"), "dependency_failed: job 1");
  EXPECT_EQ(text_in(other, "started"), "") << other;
}

TEST(Hub, LendsAndTakesBackWhatIsLent) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 6, 100'000);
  // sk takes all that it has and may borrow, stoppable.
  for (int i = 0; i < 12; ++i)
    ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 4, R"(,"preemptible":true)")).status,
              201);
  std::int64_t lent = 0;
  eventually(
      [&] {
        hub.look([&](const Desk& d) { lent = d.world.pool(PoolId{0}).lent; });
        return lent > 0;
      },
      "samsung lends");
  // samsung wants its own back.
  std::vector<std::int64_t> own;
  for (int i = 0; i < 6; ++i)
    own.push_back(number_in(hub.call("POST", "/api/v1/jobs",
                                     job_body("samsung", 4, R"(,"data_class":"company_secret")"))
                                .body,
                            "job"));
  for (const std::int64_t job : own)
    eventually([&] { return hub.state(job) == "running"; }, "the owner's run at home", 90);
  hub.look([&](const Desk& d) {
    EXPECT_EQ(d.world.pool(PoolId{0}).lent, 0);
    audit(d.world);
  });
  const HttpResponse ledger = hub.call("GET", "/api/v1/ledger");
  EXPECT_EQ(number_in(ledger.body, "sum_krw"), 0) << ledger.body;
}

TEST(Hub, EventsGoOnWhereTheyWereLeft) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 2, 0);
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 1)).status, 201);
  eventually([&] { return hub.state(1) == "done"; }, "it is done");
  const auto follow = [&](const std::string& target, const std::string& until) {
    auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(hub.port()));
    std::string all;
    HttpCall call;
    call.target = target;
    call.deadline_ms = 5'000;
    auto response = client.value()->stream(call, [&](std::string_view part) {
      all += part;
      return all.find(until) == std::string::npos;
    });
    return all;
  };
  const std::string all = follow("/api/v1/events?after=0", "event: job.ended");
  EXPECT_NE(all.find("event: job.submitted"), std::string::npos) << all;
  EXPECT_NE(all.find("event: job.started"), std::string::npos);
  const std::size_t at = all.find("event: job.submitted");
  const std::size_t id = all.rfind("id: ", at) + 4;
  const std::string last = all.substr(id, all.find('\n', id) - id);
  const std::string rest = follow("/api/v1/events?after=" + last, "event: job.ended");
  EXPECT_EQ(rest.find("job.submitted"), std::string::npos) << rest;
  EXPECT_NE(rest.find("job.started"), std::string::npos);
  // An id of another record: the client is told to read again.
  EXPECT_NE(follow("/api/v1/events?after=99999999", "event: reset").find("event: reset"),
            std::string::npos);
}

// What is kept is kept for its member; dropped, it is anybody's at once, and who used it runs on.
TEST(Hub, AReservationIsKeptAndDropped) {
  Folder f;
  HubSpec spec = hub_of_three();
  for (const auto& [id, member, role] :
       {std::tuple("lee", "sk", Role::member_admin), std::tuple("kim", "samsung", Role::user),
        std::tuple("jin", "naver", Role::member_admin)}) {
    UserSpec u;
    u.id = id;
    u.member = member;
    u.role = role;
    Sha256 hash;
    hash.add(std::as_bytes(std::span(std::string_view(id))));
    u.token_sha256 = hash.hex();
    spec.users.push_back(u);
  }
  RunningHub hub(store(f), spec);
  three_sites(hub, f, 2, 100'000);
  const auto as = [&](const char* who, const char* method, const std::string& target,
                      const std::string& body = "") {
    return hub.call(method, target, body, {{"Authorization", std::string("Bearer ") + who}});
  };
  const std::int64_t now = now_unix();
  const std::string kept = R"({"member":"sk","pool":"ulsan","gpus":6,"from_ms":)" +
                           std::to_string(now - 1000) + R"(,"to_ms":)" +
                           std::to_string(now + 7'200'000) + "}";
  ASSERT_EQ(hub.call("POST", "/api/v1/reservations", kept).status, 201);
  const std::string at_ulsan = R"(,"sites":["s2"])";
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 4, at_ulsan)).status, 201);
  eventually([&] { return hub.state(1) == "running"; }, "it runs in what is kept");
  // Two are left of what is kept, and two that nobody keeps.
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 4, at_ulsan)).status, 201);
  EXPECT_EQ(hub.state(2), "waiting");
  const auto used = [&] {
    const auto list =
        nlohmann::json::parse(hub.call("GET", "/api/v1/reservations").body)["reservations"];
    return list.empty() ? -1 : list[0]["used"].get<int>();
  };
  EXPECT_EQ(used(), 4);
  EXPECT_EQ(as("kim", "DELETE", "/api/v1/reservations/1").status, 403);
  EXPECT_EQ(as("jin", "DELETE", "/api/v1/reservations/1").status, 403);
  EXPECT_EQ(as("lee", "DELETE", "/api/v1/reservations/1").status, 200);
  EXPECT_EQ(used(), -1) << "none is listed";
  EXPECT_EQ(text_in(as("lee", "DELETE", "/api/v1/reservations/1").body, "code"), "already_over");
  eventually([&] { return hub.state(2) == "running"; }, "the room is anybody's");
  EXPECT_EQ(hub.state(1), "running");
  hub.look([](const Desk& d) { audit(d.world); });
}

TEST(Hub, TheDescriptionNamesEveryRoute) {
  Folder f;
  RunningHub hub(store(f));
  const HttpResponse r = hub.call("GET", "/api/v1/openapi.json");
  EXPECT_EQ(r.status, 200);
  for (const char* path :
       {"\"/api/v1/jobs\"", "\"/api/v1/jobs/{job}/log\"", "\"/metrics\"", "\"openapi\":\"3.1.0\""})
    EXPECT_NE(r.body.find(path), std::string::npos) << path;
  const auto paths = nlohmann::json::parse(r.body)["paths"];
  for (const char* status : {"2XX", "400", "401", "403", "409", "422", "429", "503", "default"})
    EXPECT_TRUE(paths["/api/v1/jobs"]["post"]["responses"].contains(status)) << status;
  EXPECT_FALSE(paths["/api/v1/jobs"]["get"]["responses"].contains("409"));
  EXPECT_EQ(paths["/api/v1/jobs"]["get"]["parameters"][0]["schema"]["type"], "integer");
  const std::string tag(r.header("etag"));
  EXPECT_FALSE(tag.empty());
  EXPECT_EQ(hub.call("GET", "/api/v1/openapi.json", "", {{"If-None-Match", tag}}).status, 304);
}

// A site without meters: 100 W a node that idles, 1,000 W one whose GPUs are all held.
TEST(Hub, WorksOutThePowerThatNobodyMeasures) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f, 6, 3'600'000);
  const auto watts = [&] {
    const auto sites = nlohmann::json::parse(hub.call("GET", "/api/v1/sites").body)["sites"];
    EXPECT_EQ(sites[0]["modelled_nodes"], 6);
    EXPECT_EQ(sites[0]["measured_nodes"], 0);
    return sites[0]["power_w"].get<int>();
  };
  EXPECT_EQ(watts(), 600);
  const std::string at_s1 = R"(,"sites":["s1"])";
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("samsung", 6, at_s1)).status, 201);
  eventually([&] { return hub.state(1) == "running"; }, "it runs");
  EXPECT_EQ(watts(), 600 + 1350);
  int sum = 0;
  const auto nodes = nlohmann::json::parse(hub.call("GET", "/api/v1/sites/s1/nodes").body);
  for (const auto& n : nodes["nodes"]) {
    EXPECT_EQ(n["power_source"], "model");
    if (n["pool"] == "suwon") sum += n["power_w"].get<int>();  // its cores are a pool beside
  }
  EXPECT_EQ(sum, 1950);
}

// As the format has it: a family's lines stand together below its TYPE, every line is of one, and
// no series comes twice.
TEST(Hub, MetricsAreWellFormed) {
  Folder f;
  RunningHub hub(store(f));
  three_sites(hub, f);
  ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job_body("sk", 1)).status, 201);
  ASSERT_EQ(hub.call("GET", "/nowhere").status, 404);
  eventually([&] { return hub.state(1) == "done"; }, "it is done");
  const HttpResponse r = hub.call("GET", "/metrics");
  ASSERT_EQ(r.status, 200);
  std::istringstream lines(r.body);
  std::set<std::string> families, series;
  std::string line, family;
  while (std::getline(lines, line)) {
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (!line.starts_with("#")) {
      EXPECT_TRUE(line.starts_with(family)) << line << " below " << family;
      EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  for (const char* name :
       {"dure_up", "dure_jobs", "dure_pool_units{pool=\"suwon\",kind=\"installed\"} 24",
        "dure_site_connected{site=\"s1\"} 1", "dure_http_request_duration_seconds_bucket",
        "dure_http_requests_total{route=\"refused\",status=\"4xx\"} 1",
        "dure_jobs_ended_total{outcome=\"done\"} 1", "dure_store_commit_entries_sum"})
    EXPECT_NE(r.body.find(name), std::string::npos) << name << "\n" << r.body;
}

}  // namespace
}  // namespace dure::live_test
