// What an agent makes of looks at a service: it tells once that it serves, gives it time to come
// up, and ends it when it has not answered so many times in a row.
#include <gtest/gtest.h>

#include <optional>

#include "live/agent.h"
#include "live/drivers/null.h"
#include "temp_folder.h"

namespace dure {
namespace {

struct FakeProber final : Prober {
  explicit FakeProber(std::vector<Look>& next, std::vector<Watched>& watched)
      : next_(next), watched_(watched) {}
  void watch(std::vector<Watched> services) override { watched_ = std::move(services); }
  std::vector<Look> looks() override { return std::exchange(next_, {}); }
  std::vector<Look>& next_;
  std::vector<Watched>& watched_;
};

class AgentProbe : public testing::Test {
 protected:
  AgentProbe()
      : driver_([this] {
          NullOptions o;
          o.nodes = 1;
          o.gpus = 4;
          o.run_ms = 1'000'000'000;
          o.now_ms = [this] { return now_; };
          return o;
        }()) {
    open();
    RunOrder run;
    run.key = "hub-1.1";
    run.command = {"serve"};
    run.nodes = {{"node-1", 1, 0}};
    run.probe = Probe{"node-1", "/healthz", 20'000, 1, 3, 60};
    SyncReply reply;
    reply.epoch = 1;
    reply.commands.push_back({1, false, run, {}, {}, {}});
    CHECK(agent_->take(reply, now_));
    for (int i = 0; i < 4; ++i) work();
  }
  void open() {
    auto journal = open_journal(temp_ / "journal.db");
    CHECK(journal);
    journal_ = std::move(journal.value());
    SiteTools tools;
    tools.prober = std::make_unique<FakeProber>(looks_, watched_);
    auto agent = Agent::open({.site = "s"}, driver_, *journal_, std::move(tools));
    CHECK(agent);
    agent_ = std::move(agent.value());
  }
  void work() {
    now_ += 1'000;
    ASSERT_TRUE(agent_->work(now_));
    for (const SiteFact& f : agent_->request(0).facts) {
      if (f.number <= heard_) continue;
      heard_ = f.number;
      if (f.attempt) told_.push_back(*f.attempt);
    }
  }
  void look(bool well) {
    looks_ = {{"hub-1.1", well, well ? "" : "status 500"}};
    work();
    work();  // what was asked to end is seen to have ended
  }
  int count(AttemptState s) const {
    int n = 0;
    for (const AttemptFact& f : told_) n += f.state == s ? 1 : 0;
    return n;
  }

  TempFolder temp_;
  std::int64_t now_ = 1'000'000, heard_ = 0;
  std::vector<Look> looks_;
  std::vector<Watched> watched_;
  NullDriver driver_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Agent> agent_;
  std::vector<AttemptFact> told_;
};

TEST_F(AgentProbe, TellsOnceThatItServes) {
  ASSERT_EQ(watched_.size(), 1U);
  EXPECT_EQ(watched_[0].probe.port, 20'000);
  look(true);
  look(true);
  EXPECT_EQ(count(AttemptState::serving), 1);
  open();  // an agent that comes back does not tell it again
  look(true);
  EXPECT_EQ(count(AttemptState::serving), 1);
  EXPECT_EQ(count(AttemptState::ended), 0);
}

TEST_F(AgentProbe, EndsWhatDoesNotAnswerThreeTimesInARow) {
  look(true);
  look(false);
  look(false);
  look(true);  // well again: it counts anew
  look(false);
  look(false);
  EXPECT_EQ(count(AttemptState::ended), 0);
  look(false);
  ASSERT_EQ(count(AttemptState::ended), 1);
  EXPECT_EQ(told_.back().code, "unwell");
  EXPECT_NE(told_.back().detail.find("status 500"), std::string::npos) << told_.back().detail;
  work();
  EXPECT_TRUE(watched_.empty());
}

TEST_F(AgentProbe, GivesItTimeToComeUpAndNoMore) {
  for (int i = 0; i < 20; ++i) look(false);  // within 60 s
  EXPECT_EQ(count(AttemptState::ended), 0);
  now_ += 60'000;
  look(false);
  EXPECT_EQ(count(AttemptState::ended), 1);
  EXPECT_EQ(count(AttemptState::serving), 0);
}

}  // namespace
}  // namespace dure
