// What a hub's log says, and that a flood of one kind costs a bounded number of lines.
#include "app/hub_log.h"

#include <gtest/gtest.h>

namespace dure {
namespace {

struct Said {
  std::vector<std::string> lines;
  std::int64_t now_ms = 5'000;
  HubLog log{nullptr, [this] { return now_ms; },
             [this](const char* event, const LogFields& fields) {
               std::string line = event;
               for (const auto& [name, value] : fields)
                 line += std::string(" ") + name + "=" + value;
               lines.push_back(line);
             }};
};

TEST(HubLog, SaysWhoChangedWhatAndWhoWasRefused) {
  Said s;
  s.log.note({"r1", "kim", "POST", "/api/v1/sites/s1/nodes/n0/drain", "", 202});
  s.log.note({"r2", "", "GET", "/api/v1/jobs", "bad_token", 401});
  s.log.turned(HubState::degraded, "store_full");
  EXPECT_EQ(s.lines,
            (std::vector<std::string>{
                "call caller=kim method=POST path=/api/v1/sites/s1/nodes/n0/drain status=202 "
                "request_id=r1",
                "refused caller=unknown method=GET path=/api/v1/jobs code=bad_token status=401 "
                "request_id=r2",
                "hub state=degraded why=store_full"}));
}

TEST(HubLog, AFloodOfOneKindIsCountedAndHidesNoOther) {
  Said s;
  for (int i = 0; i < 1000; ++i) s.log.note({"r", "", "GET", "/api/v1/jobs", "bad_token", 401});
  EXPECT_EQ(s.lines.size(), static_cast<std::size_t>(HubLog::kMostASecond));
  s.log.note({"r", "ops", "POST", "/api/v1/sites/s1/nodes/n0/drain", "", 202});
  EXPECT_EQ(s.lines.size(), static_cast<std::size_t>(HubLog::kMostASecond) + 1);
  s.now_ms += 1'000;
  s.log.note({"r", "", "GET", "/api/v1/jobs", "bad_token", 401});
  ASSERT_EQ(s.lines.size(), static_cast<std::size_t>(HubLog::kMostASecond) + 3);
  EXPECT_EQ(s.lines[s.lines.size() - 2], "more of=bad_token count=990");
}

// Node facts and ends of jobs that did not go well; what ended well is for the record alone.
TEST(HubLog, SaysWhatFailedAndWhichNodesAreOut) {
  Said s;
  const World world;
  const Book book;
  const Scenario scenario;
  const HubSpec hub;
  const Desk desk{world, book, scenario, hub};
  const auto entry = [](const LiveEvent& e) { return Entry{1, 0, Entry::live, to_json(e)}; };
  const auto node = [&](NodeState state) {
    LiveEvent e;
    e.told.emplace();
    e.told->site = "s1";
    e.told->agent = "journal";
    e.told->fact.number = 1;
    e.told->fact.node.emplace();
    e.told->fact.node->name = "n0";
    e.told->fact.node->state = state;
    return entry(e);
  };
  const auto judged = [&](JobOutcome outcome) {
    LiveEvent e;
    e.judged.emplace();
    e.judged->job = 7;
    e.judged->outcome = outcome;
    e.judged->detail = "exit status 3";
    return entry(e);
  };
  s.log.stored({node(NodeState::up), node(NodeState::up), judged(JobOutcome::done)}, desk);
  EXPECT_TRUE(s.lines.empty()) << s.lines[0];
  s.log.stored({node(NodeState::down), node(NodeState::down), judged(JobOutcome::failed),
                node(NodeState::up)},
               desk);
  EXPECT_EQ(s.lines, (std::vector<std::string>{"node site=s1 node=n0 state=down",
                                               "job job=7 outcome=failed why=exit status 3",
                                               "node site=s1 node=n0 state=up"}));
}

}  // namespace
}  // namespace dure
