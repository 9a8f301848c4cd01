// Power caps from the API to the machine: a local site whose processors can be limited, by a folder
// that stands for /sys, and sites that cannot.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/drivers/local.h"
#include "live_fixture.h"
#include "local_driver_fixture.h"

namespace dure::live_test {
namespace {

struct Machine {  // with a meter and a limit, or without
  explicit Machine(const Folder& f, bool caps)
      : limit(f.path(kZone) + "constraint_0_power_limit_uw") {
    options.folder = f.path("state");
    options.runner = {"/proc/self/exe", "attempt"};
    options.nodes = {"n1"};
    options.cpus = 8;
    options.memory_mib = 65'536;
    options.pretended_gpus = 4;
    options.meter.system_root = f.path("system");
    options.now_ms = now_unix;
    if (!caps) return;
    spill(f.path(kZone) + "name", "package-0\n");
    spill(f.path(kZone) + "energy_uj", "0\n");
    spill(f.path(kZone) + "max_energy_range_uj", "1000000000\n");
    spill(f.path(kZone) + "constraint_0_max_power_uw", "270000000");
    spill(limit, "270000000");
  }
  std::unique_ptr<Driver> driver() const {
    auto opened = LocalDriver::open(options);
    CHECK(opened);
    return std::move(opened.value());
  }
  static constexpr const char* kZone = "system/sys/class/powercap/intel-rapl:0/";
  LocalOptions options;
  std::string limit;
};

nlohmann::json node_of(RunningHub& hub, const std::string& site) {
  const auto j = nlohmann::json::parse(hub.call("GET", "/api/v1/sites/" + site + "/nodes").body);
  return j["nodes"].empty() ? nlohmann::json() : j["nodes"][0];
}
void joined(RunningHub& hub, const std::string& site) {
  eventually([&] { return !node_of(hub, site).is_null(); }, "the node has joined");
}
constexpr const char* kCap = "/api/v1/sites/s1/nodes/n1/cap";

TEST(Cap, ReachesTheMachineAndIsKept) {
  Folder f;
  const Machine machine(f, true);
  const std::string store = "sqlite:" + f.path("hub.db");
  {
    RunningHub hub(store);
    hub.agent("s1", machine.driver(), f.path("journal"));
    joined(hub, "s1");
    EXPECT_EQ(node_of(hub, "s1")["cap_state"], "");
    const HttpResponse r = hub.call("POST", kCap, R"({"cap_w":200})");
    ASSERT_EQ(r.status, 202) << r.body;
    eventually([&] { return node_of(hub, "s1")["cap_state"] == "set"; }, "the site has set it");
    EXPECT_EQ(slurp(machine.limit), "200000000");
    EXPECT_EQ(node_of(hub, "s1")["cap_w"], 200);
  }
  RunningHub hub(store);  // the record knows it
  EXPECT_EQ(node_of(hub, "s1")["cap_w"], 200);
  EXPECT_EQ(node_of(hub, "s1")["cap_state"], "set");
  hub.agent("s1", machine.driver(), f.path("journal"));
  eventually([&] { return hub.call("POST", kCap, R"({"cap_w":0})").status == 202; },
             "the agent says again that it can");
  eventually([&] { return slurp(machine.limit) == "270000000"; }, "no cap: its own limit again");
}

TEST(Cap, ALostJournalIsToldAgain) {
  Folder f;
  const Machine machine(f, true);
  const std::string store = "sqlite:" + f.path("hub.db");
  {
    RunningHub hub(store);
    hub.agent("s1", machine.driver(), f.path("journal"));
    joined(hub, "s1");
    ASSERT_EQ(hub.call("POST", kCap, R"({"cap_w":150})").status, 202);
    eventually([&] { return node_of(hub, "s1")["cap_state"] == "set"; }, "it is set");
  }
  spill(machine.limit, "270000000");  // the machine was reset, its agent's journal went with it
  RunningHub hub(store);
  hub.agent("s1", machine.driver(), f.path("another-journal"));
  eventually([&] { return slurp(machine.limit) == "150000000"; }, "it is set once more");
}

TEST(Cap, IsRefusedByCode) {
  Folder f;
  const Machine machine(f, false);
  RunningHub hub("sqlite:" + f.path("hub.db"));
  hub.agent("s1", machine.driver(), f.path("journal"));
  hub.agent("s2", null_site(1), f.path("journal2"));
  joined(hub, "s1");
  joined(hub, "s2");
  const auto entries = [&] { return number_in(hub.call("GET", "/api/v1/status").body, "entries"); };
  const std::int64_t before = entries();
  const auto refused = [&](const std::string& target, const char* body, int status,
                           const char* code) {
    const HttpResponse r = hub.call("POST", target, body);
    EXPECT_EQ(r.status, status) << r.body;
    EXPECT_EQ(text_in(r.body, "code"), code) << r.body;
  };
  refused(kCap, R"({"cap_w":200})", 409, "no_power_cap");
  refused("/api/v1/sites/s2/nodes/" + node_of(hub, "s2")["node"].get<std::string>() + "/cap",
          R"({"cap_w":200})", 409, "no_power_cap");
  refused("/api/v1/sites/s1/nodes/zz/cap", R"({"cap_w":200})", 404, "unknown_node");
  refused("/api/v1/sites/s9/nodes/n1/cap", R"({"cap_w":200})", 404, "unknown_site");
  refused(kCap, R"({"cap_w":-1})", 400, "invalid_json");
  refused(kCap, "{}", 400, "invalid_json");
  EXPECT_EQ(entries(), before) << "nothing of it is in the record";
}

TEST(Cap, WhatTheMachineRefusesIsShown) {
  Folder f;
  const Machine machine(f, true);
  RunningHub hub("sqlite:" + f.path("hub.db"));
  hub.agent("s1", machine.driver(), f.path("journal"));
  joined(hub, "s1");
  std::filesystem::remove(std::filesystem::path(machine.limit));  // it goes between look and write
  std::filesystem::create_directories(machine.limit);
  ASSERT_EQ(hub.call("POST", kCap, R"({"cap_w":200})").status, 202);
  eventually([&] { return node_of(hub, "s1")["cap_state"] == "cap_refused"; }, "its site says no");
  EXPECT_NE(node_of(hub, "s1")["cap_detail"], "");
}

}  // namespace
}  // namespace dure::live_test
