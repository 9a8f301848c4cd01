// The audit of a hub's store: clean while the hub runs and after, and each kind of forgery found by
// the check that is there for it.
#include "live/store_audit.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <nlohmann/json.hpp>

#include "live/live_record.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

class StoreAuditTest : public testing::Test {
 protected:
  std::string url() const { return "sqlite:" + folder_.path("hub.db"); }
  OpenStore open() const {
    return [this] { return open_store_read_only(url()); };
  }
  StoreAudit audited(Replay replay = Replay::in_child) const {
    Result<StoreAudit> a = audit_store(open(), replay);
    EXPECT_TRUE(a) << to_string(a.fault());
    return a ? std::move(a.value()) : StoreAudit{};
  }
  static std::string text(const StoreAudit& a) {
    std::string out;
    for (const AuditCheck& c : a.checks)
      for (const std::string& f : c.first) out += c.name + ": " + f + "\n";
    return out;
  }
  static std::int64_t violations(const StoreAudit& a, const std::string& check) {
    for (const AuditCheck& c : a.checks)
      if (c.name == check) return c.violations;
    return -1;
  }
  void run_a_hub(int jobs, HubSpec spec = hub_of_three()) {
    RunningHub hub(url(), std::move(spec));
    for (const char* site : {"s1", "s2", "s3"})
      hub.agent(site, null_site(2, 10), folder_.path(std::string("journal-") + site));
    eventually(
        [&] {
          std::int64_t installed = 0;
          hub.look([&](const Desk& d) { installed = d.world.installed(Device::gpu); });
          return installed == 24;
        },
        "all nodes have joined");
    std::vector<std::int64_t> numbers;
    for (int i = 0; i < jobs; ++i) {
      const char* member = i % 3 == 0 ? "samsung" : i % 3 == 1 ? "sk" : "naver";
      const std::string more = i % 4 == 0 ? R"(,"data_class":"company_secret")" : "";
      const HttpResponse r = hub.call("POST", "/api/v1/jobs", job_body(member, 1 + i % 8, more));
      ASSERT_EQ(r.status, 201) << r.body;
      numbers.push_back(number_in(r.body, "job"));
      if (i % 5 == 0) (void)hub.call("DELETE", "/api/v1/jobs/" + std::to_string(numbers.back()));
    }
    for (const std::int64_t job : numbers)
      eventually(
          [&] {
            const std::string s = hub.state(job);
            return s == "done" || s == "cancelled";
          },
          "every job is over");
    if (hub.hub().spec().snapshot_entries > 1000) return;
    eventually(
        [&] {
          const auto newest = open_store_read_only(url()).value()->newest();
          return newest && newest.value().has_value();
        },
        "the hub takes a snapshot");
  }
  void sql(const std::string& text) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.path("hub.db").c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error << text;
    sqlite3_close(db);
  }
  // The entries, each as `change` would have it.
  template <class F>
  void forge(F&& change) {
    std::string update;
    auto store = open_store_read_only(url());
    ASSERT_TRUE(store);
    EXPECT_TRUE(store.value()->read(0, [&](const Entry& e) {
      if (e.kind != Entry::world) return true;
      Event event = event_of(e).value();
      if (!change(event)) return true;
      std::string hex;
      for (const char c : entry_bytes(event)) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(c)));
        hex += two;
      }
      update += "UPDATE entries SET bytes = x'" + hex +
                "' WHERE number = " + std::to_string(e.number) + ";";
      return true;
    }));
    ASSERT_FALSE(update.empty());
    sql(update);
  }
  const Folder folder_;
};

TEST_F(StoreAuditTest, WhatAHubLeavesIsClean) {
  run_a_hub(40);
  const StoreAudit a = audited();
  EXPECT_TRUE(a.clean()) << text(a);
  ASSERT_EQ(a.checks.size(), 8u);
  for (const AuditCheck& c : a.checks)
    if (c.name != "snapshot") {
      EXPECT_GT(c.counted, 0) << c.name;
    }
  EXPECT_EQ(a.jobs, 40u);
  EXPECT_EQ(a.first_entry, 1u);
  EXPECT_EQ(a.ledger_sum_gpu_ms, 0);
  auto store = open_store_read_only(url());
  ASSERT_TRUE(store);
  EXPECT_EQ(a.last_entry, store.value()->last().value());
  EXPECT_EQ(a.world_sha256, restore(*store.value(), From::first_entry).value()->world.digest());
}

TEST_F(StoreAuditTest, ItIsCleanWhileTheHubRuns) {
  RunningHub hub(url());
  for (const char* site : {"s1", "s2", "s3"})
    hub.agent(site, null_site(2, 5), folder_.path(std::string("journal-") + site));
  std::uint64_t before = 0;
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 6; ++j)
      (void)hub.call("POST", "/api/v1/jobs", job_body(j % 2 == 0 ? "sk" : "naver", 1 + j));
    // One that waits for another.
    (void)hub.call("POST", "/api/v1/jobs",
                   job_body("sk", 4, ",\"after\":[" + std::to_string(i * 7 + 1) + "]"));
    const StoreAudit a = audited(Replay::here);
    EXPECT_TRUE(a.clean()) << text(a);
    EXPECT_GE(a.last_entry, before);
    before = a.last_entry;
  }
}

// A job whose turn comes, but for which there is no room, waits: also in the table.
TEST_F(StoreAuditTest, WhoWaitedForAnotherWaitsInTheTableToo) {
  RunningHub hub(url());
  hub.agent("s1", null_site(1, 3'600'000), folder_.path("journal-1"));
  hub.agent("s2", null_site(1, 200), folder_.path("journal-2"));
  eventually(
      [&] {
        std::int64_t installed = 0;
        hub.look([&](const Desk& d) { installed = d.world.installed(Device::gpu); });
        return installed == 8;
      },
      "both sites have joined");
  const std::string jobs[] = {job_body("samsung", 4, R"(,"sites":["s1"])"),
                              job_body("sk", 4, R"(,"sites":["s2"])"),
                              job_body("samsung", 4, R"(,"sites":["s1"],"after":[2])")};
  for (const std::string& job : jobs) ASSERT_EQ(hub.call("POST", "/api/v1/jobs", job).status, 201);
  EXPECT_EQ(hub.state(3), "held");
  eventually([&] { return hub.state(1) == "running"; }, "the first has its node");
  eventually([&] { return hub.state(2) == "done"; }, "the second is done");
  EXPECT_EQ(hub.state(3), "waiting");
  const StoreAudit a = audited(Replay::here);
  EXPECT_TRUE(a.clean()) << text(a);
}

TEST_F(StoreAuditTest, TablesThatSaySomethingElse) {
  run_a_hub(6);
  sql("UPDATE jobs SET state = 'lost' WHERE job = 2");
  sql("UPDATE jobs SET gpus = 99, account = 'x' WHERE job = 3");
  sql("DELETE FROM jobs WHERE job = 4");
  sql("UPDATE nodes SET gpus = 1 WHERE site = 's2'");
  const StoreAudit a = audited();
  EXPECT_EQ(violations(a, "jobs table"), 4) << text(a);
  EXPECT_EQ(violations(a, "nodes table"), 2) << text(a);
  for (const char* good : {"entries", "law", "attempts", "world", "ledger", "snapshot"})
    EXPECT_EQ(violations(a, good), 0) << good;
}

TEST_F(StoreAuditTest, EntriesThatAreTornMissingOrOutOfTime) {
  run_a_hub(3);
  sql("UPDATE entries SET at_ms = 5 WHERE number = 40");
  EXPECT_GE(violations(audited(), "entries"), 1);
  sql("UPDATE entries SET bytes = x'00ff' WHERE number = 30");
  EXPECT_GE(violations(audited(), "entries"), 2);
  sql("DELETE FROM entries WHERE number = 20");
  const StoreAudit a = audited();
  EXPECT_GE(violations(a, "entries"), 1);
  EXPECT_NE(text(a).find("20"), std::string::npos) << text(a);
  EXPECT_FALSE(a.clean());
  EXPECT_EQ(a.world_sha256, "");
}

TEST_F(StoreAuditTest, AForgedStartAgainstTheLaw) {
  run_a_hub(12);
  forge([](Event& e) {
    auto* c = std::get_if<ClassOpened>(&e.what);
    if (c == nullptr || c->name != "company_secret") return false;
    c->run_by = AnyNationality::state;
    return true;
  });
  const StoreAudit a = audited();
  EXPECT_GT(violations(a, "law"), 0) << text(a);
  EXPECT_NE(text(a).find("operator_nationality"), std::string::npos) << text(a);
  EXPECT_EQ(violations(a, "entries"), 0) << text(a);
}

TEST_F(StoreAuditTest, AJobThatStartsTwice) {
  run_a_hub(3);
  // The first job's start in the place of the others'.
  forge([&, at = std::optional<Event>()](Event& e) mutable {
    const auto* issued = std::get_if<CommandIssued>(&e.what);
    if (issued == nullptr || !std::holds_alternative<StartJob>(issued->wish)) return false;
    if (!at) {
      at = e;
      return false;
    }
    e.what = at->what;
    return true;
  });
  const StoreAudit a = audited();  // no world takes it: a child of this process finds that out
  EXPECT_GT(violations(a, "attempts"), 0) << text(a);
  EXPECT_EQ(violations(a, "world"), 1) << text(a);
}

TEST_F(StoreAuditTest, ASnapshotThatTheRecordDoesNotMake) {
  HubSpec spec = hub_of_three();
  spec.snapshot_entries = 50;
  run_a_hub(20, spec);
  const StoreAudit good = audited();
  EXPECT_TRUE(good.clean()) << text(good);
  EXPECT_EQ(good.checks.back().name, "snapshot");
  EXPECT_EQ(good.checks.back().counted, 1) << "the hub made one";
  sql("UPDATE snapshots SET number = number - 1");
  const StoreAudit bad = audited();
  EXPECT_EQ(violations(bad, "snapshot"), 1) << text(bad);
}

TEST_F(StoreAuditTest, ATruncatedRecordIsCheckedFromItsSnapshot) {
  run_a_hub(10);
  {
    auto store = open_store(url());
    ASSERT_TRUE(store);
    ASSERT_TRUE(store.value()->lead("test", 0, 1'000'000).value());
    const auto state = restore(*store.value(), From::first_entry);
    ASSERT_TRUE(state);
    const std::uint64_t last = state.value()->last;
    ASSERT_TRUE(
        store.value()->save({last, pack_snapshot(state.value()->world, state.value()->book)}));
    ASSERT_TRUE(store.value()->truncate(last));
    ASSERT_TRUE(store.value()->release_lead());
  }
  run_a_hub(10);
  const StoreAudit a = audited();
  EXPECT_TRUE(a.clean()) << text(a);
  EXPECT_GT(a.first_entry, 1u);
  EXPECT_GT(a.checks[1].counted, 0) << "placements since";
  sql("UPDATE jobs SET state = 'lost' WHERE job = 2");
  EXPECT_EQ(violations(audited(), "jobs table"), 1);
}

TEST_F(StoreAuditTest, NoStore) { EXPECT_FALSE(audit_store(open(), Replay::here)); }

}  // namespace
}  // namespace dure::live_test
