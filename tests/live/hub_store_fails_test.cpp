// A hub whose store takes nothing for a while: what could not be stored has not happened, for
// readers, for agents and for the jobs that come later.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "live/drivers/null.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

struct Ills {
  std::atomic<bool> full = false, unreadable = false;
};

class IllStore final : public Store {
 public:
  IllStore(std::unique_ptr<Store> store, Ills& ills) : store_(std::move(store)), ills_(ills) {}
  std::string name() const override { return store_->name(); }
  Result<std::optional<std::int64_t>> lead(const std::string& holder, std::int64_t now_ms,
                                           std::int64_t for_ms) override {
    return store_->lead(holder, now_ms, for_ms);
  }
  Result<Done> release_lead() override { return store_->release_lead(); }
  Result<Done> append(const Batch& batch) override {
    if (ills_.full) return fault(kStoreFull);
    return store_->append(batch);
  }
  Result<std::uint64_t> last() override { return store_->last(); }
  Result<std::uint64_t> first() override { return store_->first(); }
  Result<Done> read(std::uint64_t after, const std::function<bool(const Entry&)>& take) override {
    if (ills_.unreadable) return fault(kStoreDown);
    return store_->read(after, take);
  }
  Result<Done> save(const Snapshot& snapshot) override { return store_->save(snapshot); }
  Result<std::optional<Snapshot>> newest() override { return store_->newest(); }
  Result<Done> truncate(std::uint64_t up_to) override { return store_->truncate(up_to); }
  Result<Done> clear_projections() override { return store_->clear_projections(); }
  Result<Done> probe() override { return ills_.full ? fault(kStoreFull) : store_->probe(); }

 private:
  static Fault fault(std::string_view found) { return {"store", "", std::string(found), ""}; }
  std::unique_ptr<Store> store_;
  Ills& ills_;
};

struct Told {  // the names of all jobs that a site was asked to run
  std::mutex mutex;
  std::vector<std::string> names;
};

class TellingDriver final : public Driver {
 public:
  TellingDriver(Told& told, std::int64_t nodes) : told_(told), driver_(null_site(nodes)) {}
  std::string name() const override { return driver_->name(); }
  std::vector<Answer> submit_held(std::span<const RunOrder> orders) override {
    const std::lock_guard lock(told_.mutex);
    for (const RunOrder& o : orders) told_.names.push_back(o.name);
    return driver_->submit_held(orders);
  }
  std::vector<Answer> release(std::span<const Handle> a) override { return driver_->release(a); }
  std::vector<Answer> stop(std::span<const StopOrder> o, std::span<const Handle> a) override {
    return driver_->stop(o, a);
  }
  Answer set_node(const NodeOrder& order) override { return driver_->set_node(order); }
  Result<Sweep> observe(std::span<const Handle> a) override { return driver_->observe(a); }
  Result<std::optional<Seen>> trace(const std::string& k) override { return driver_->trace(k); }
  Result<LogPart> read_log(const std::string& key, LogStream stream, std::int64_t offset,
                           std::int64_t most) override {
    return driver_->read_log(key, stream, offset, most);
  }
  void forget(const std::string& key) override { driver_->forget(key); }

 private:
  Told& told_;
  std::unique_ptr<Driver> driver_;
};

std::string named(const std::string& name) {
  return job_body("samsung", 1, R"(,"name":")" + name + "\"");
}

TEST(HubWhoseStoreFails, WhatWasRefusedNeverHappened) {
  Folder f;
  Ills ills;
  Told told;
  auto store = open_store("sqlite:" + f.path("hub.db"));
  ASSERT_TRUE(store);
  RunningHub hub(std::make_unique<IllStore>(std::move(store.value()), ills));
  hub.agent("s1", std::make_unique<TellingDriver>(told, 2), f.path("journal"));
  const auto jobs = [&] { return number_in(hub.call("GET", "/api/v1/status").body, "jobs"); };
  eventually(
      [&] {
        return hub.call("GET", "/api/v1/sites").body.find(R"("installed":8)") != std::string::npos;
      },
      "two nodes have joined");
  std::vector<std::string> kept;
  for (int i = 0; i < 10; ++i) {
    // It is started before it would be stored, and the agent waits for something to do.
    ills.full = true;
    ills.unreadable = i % 2 == 1;
    const HttpResponse refused = hub.call("POST", "/api/v1/jobs", named("never"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(text_in(refused.body, "code"), "store_unavailable");
    EXPECT_EQ(hub.call("GET", "/readyz").status, 503);
    if (ills.unreadable) {  // the hub has no world to show, and says so
      EXPECT_EQ(hub.call("GET", "/api/v1/jobs").status, 503);
      ills.unreadable = false;
    }
    eventually([&] { return jobs() == static_cast<std::int64_t>(kept.size()); },
               "readers see what is stored, while the store is full");
    EXPECT_EQ(hub.call("GET", "/readyz").status, 503);
    ills.full = false;
    eventually([&] { return hub.call("GET", "/readyz").status == 200; }, "the hub goes on");
    // The next job gets the number, and the key, that the refused one would have had.
    kept.push_back("kept-" + std::to_string(i));
    const HttpResponse taken = hub.call("POST", "/api/v1/jobs", named(kept.back()));
    ASSERT_EQ(taken.status, 201) << taken.body;
    EXPECT_EQ(number_in(taken.body, "job"), static_cast<std::int64_t>(kept.size()));
    eventually([&] { return hub.state(static_cast<std::int64_t>(kept.size())) == "done"; },
               "the next job is done");
  }
  const std::lock_guard lock(told.mutex);
  EXPECT_EQ(told.names, kept);
}

}  // namespace
}  // namespace dure::live_test
