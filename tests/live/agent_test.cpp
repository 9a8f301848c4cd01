// The agent against a site that loses answers, forgets and restarts: what the hub ordered runs
// once, and its end is told, whatever breaks between two lines.
#include "live/agent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/stream.h"

namespace dure {
namespace {

// Outlives drivers and agents, as a cluster does.
struct FakeSite {
  struct Run {
    std::string remote;
    bool held = true, running = false, ended = false, claimed = false, stopped = false;
    int exit_code = 0;
    bool forgotten = false;  // by the site's head; what ran, ran
  };
  std::map<std::string, Run> runs;
  std::map<std::string, int> ran;  // how often the command of a key ran
  int next = 1;
  std::string boot = "1";
  bool silent = false;
  bool drained = false;  // its node: what is released waits
  // Of the next calls: the answer is lost; and whether it happened all the same.
  int lose_answers = 0;
  bool happens = true;

  void start(Run& r, const std::string& key) {
    if (r.claimed || ran[key] > 0) return;  // the claim
    r.claimed = r.running = true;
    ++ran[key];
  }
  void go_on() {  // what waited for the node
    for (auto& [key, r] : runs)
      if (!r.held && !r.ended) start(r, key);
  }
  void finish_all() {
    for (auto& [key, r] : runs)
      if (r.running) {
        r.running = false;
        r.ended = true;
      }
  }
};

class FakeDriver final : public Driver {
 public:
  explicit FakeDriver(FakeSite& site) : site_(site) {}
  std::string name() const override { return "fake"; }
  std::vector<Answer> submit_held(std::span<const RunOrder> orders) override {
    std::vector<Answer> out;
    for (const RunOrder& o : orders) {
      if (o.name == "bad") {
        out.push_back({Answer::refused, "", "bad_partition", "no such partition"});
        continue;
      }
      const bool lost = site_.lose_answers > 0;
      if (lost) --site_.lose_answers;
      if (!lost || site_.happens) {
        EXPECT_FALSE(site_.runs.contains(o.key) && !site_.runs[o.key].forgotten)
            << "submitted twice: " << o.key;
        site_.runs[o.key] = {std::to_string(site_.next++)};
      }
      if (lost)
        out.push_back({Answer::unknown, "", "timeout", "no answer"});
      else
        out.push_back({Answer::done, site_.runs[o.key].remote, "", ""});
    }
    return out;
  }
  std::vector<Answer> release(std::span<const Handle> attempts) override {
    std::vector<Answer> out;
    for (const Handle& h : attempts) {
      const auto it = site_.runs.find(h.key);
      if (it == site_.runs.end() || it->second.forgotten || it->second.remote != h.remote) {
        out.push_back({Answer::refused, "", "unknown_attempt", ""});
        continue;
      }
      const bool lost = site_.lose_answers > 0;
      if (lost) --site_.lose_answers;
      if (!lost || site_.happens) {
        it->second.held = false;
        if (!site_.drained) site_.start(it->second, h.key);
      }
      out.push_back({lost ? Answer::unknown : Answer::done, h.remote, "", ""});
    }
    return out;
  }
  std::vector<Answer> stop(std::span<const StopOrder> orders, std::span<const Handle>) override {
    for (const StopOrder& o : orders) {
      const auto it = site_.runs.find(o.key);
      if (it == site_.runs.end() || (o.unless_started && it->second.claimed)) continue;
      it->second.running = false;
      it->second.ended = it->second.stopped = true;
      it->second.exit_code = 143;
    }
    return std::vector<Answer>(orders.size(), Answer{Answer::done, "", "", ""});
  }
  Answer set_node(const NodeOrder&) override { return {Answer::done, "", "", ""}; }
  Result<Sweep> observe(std::span<const Handle>) override {
    if (site_.silent) return Fault{"site", "an answer", "silence", ""};
    Sweep s;
    s.boot = site_.boot;
    std::string listed = site_.boot;
    for (const auto& [key, r] : site_.runs) {
      if (r.forgotten) continue;
      s.attempts.push_back(seen(key, r));
      listed += " " + key + std::to_string(static_cast<int>(s.attempts.back().state)) + r.remote;
    }
    // As a site that says only what changed since it was last asked.
    s.complete = listed != listed_;
    listed_ = listed;
    if (!s.complete) s.attempts.clear();
    NodeReport n;
    n.name = "n1";
    n.gpus = 4;
    if (site_.drained) n.state = NodeState::drained;
    s.nodes.push_back(n);
    return s;
  }
  Result<std::optional<Seen>> trace(const std::string& key) override {
    const auto it = site_.runs.find(key);
    if (it == site_.runs.end() || !it->second.claimed) return std::optional<Seen>();
    return std::optional(seen(key, it->second));
  }
  Result<LogPart> read_log(const std::string&, LogStream, std::int64_t, std::int64_t) override {
    return LogPart{0, 3, "out"};
  }
  std::string listed_;
  std::set<std::string> forgot;
  void forget(const std::string& key) override { forgot.insert(key); }

 private:
  static Seen seen(const std::string& key, const FakeSite::Run& r) {
    Seen s;
    s.key = key;
    s.remote = r.remote;
    s.claimed = r.claimed;
    s.stopped = r.stopped;
    s.exit_code = r.exit_code;
    s.state = r.ended     ? Seen::ended
              : r.running ? Seen::running
              : r.held    ? Seen::held
                          : Seen::pending;
    return s;
  }
  FakeSite& site_;
};

class MemoryJournal final : public Journal {
 public:
  JournalState kept;
  int fail_writes = 0;
  Result<JournalState> load() override {
    if (kept.agent.empty()) kept.agent = "a";
    return kept;
  }
  Result<Done> write(const JournalWrite& w) override {
    if (fail_writes > 0 && fail_writes-- > 0) return Fault{"journal", "room", "none", ""};
    kept.epoch = w.epoch;
    kept.commands_done = w.commands_done;
    kept.facts_made = w.facts_made;
    for (const KeptAttempt* a : w.put) kept.attempts[a->run.key] = *a;
    for (const std::string& key : w.drop) kept.attempts.erase(key);
    for (const SiteFact& f : w.facts) kept.facts.push_back(f);
    std::erase_if(kept.facts, [&](const SiteFact& f) { return f.number <= w.facts_kept; });
    for (const ForeignFact& f : w.foreign)
      if (f.nodes.empty())
        kept.foreign.erase(f.remote);
      else
        kept.foreign[f.remote] = f;
    return Done{};
  }
};

// The hub's side of the protocol, and no more.
struct FakeHub {
  std::int64_t epoch = 1, facts_kept = 0;
  std::vector<SiteCommand> commands;
  std::vector<SiteFact> facts;
  void run(const std::string& key, const std::string& name = "job") {
    SiteCommand c;
    c.number = static_cast<std::int64_t>(commands.size()) + 1;
    c.run.emplace();
    c.run->key = key;
    c.run->name = name;
    c.run->command = {"true"};
    c.run->nodes = {{"n1", 1, 1}};
    commands.push_back(c);
  }
  void stop(const std::string& key) {
    SiteCommand c;
    c.number = static_cast<std::int64_t>(commands.size()) + 1;
    c.stop = StopOrder{key, 1, "test", false};
    commands.push_back(c);
  }
  SyncReply answer(const SyncRequest& r) {
    for (const SiteFact& f : r.facts)
      if (f.number == facts_kept + 1) {
        facts.push_back(f);
        ++facts_kept;
      }
    SyncReply reply;
    reply.epoch = epoch;
    reply.facts_kept = facts_kept;
    for (const SiteCommand& c : commands)
      if (c.number > r.commands_done) reply.commands.push_back(c);
    return reply;
  }
  int told(const std::string& key, AttemptState state) const {
    return static_cast<int>(std::count_if(facts.begin(), facts.end(), [&](const SiteFact& f) {
      return f.attempt && f.attempt->key == key && f.attempt->state == state;
    }));
  }
};

struct Story {
  FakeSite site;
  FakeHub hub;
  MemoryJournal journal;
  std::unique_ptr<FakeDriver> driver;
  std::unique_ptr<Agent> agent;
  std::int64_t now = 1'000'000;

  Story() { start(); }
  void start() {  // again: what is not in the journal is lost
    agent.reset();
    driver = std::make_unique<FakeDriver>(site);
    AgentOptions o;
    o.site = "s1";
    auto opened = Agent::open(o, *driver, journal);
    CHECK(opened);
    agent = std::move(opened.value());
  }
  void talk() { (void)agent->take(hub.answer(agent->request(0)), now); }
  void step() {
    talk();
    (void)agent->work(now);
    now += 1'000;
  }
  void steps(int n) {
    for (int i = 0; i < n; ++i) step();
  }
};

TEST(Agent, RunsWhatIsOrderedAndTellsItsEnd) {
  Story s;
  s.hub.run("h-1.1");
  s.steps(3);
  EXPECT_EQ(s.site.ran["h-1.1"], 1);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::accepted), 1);
  s.site.finish_all();
  s.steps(3);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::started), 1);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
  EXPECT_TRUE(s.driver->forgot.contains("h-1.1"));
  EXPECT_TRUE(s.journal.kept.attempts.empty());
  EXPECT_TRUE(s.journal.kept.facts.empty());
}

TEST(Agent, ALostAnswerIsLookedForNotAskedAgain) {
  for (const bool happens : {true, false}) {
    Story s;
    s.site.lose_answers = 1;
    s.site.happens = happens;
    s.hub.run("h-1.1");
    s.steps(5);
    if (!happens) {
      EXPECT_FALSE(s.site.runs.contains("h-1.1")) << "asked again before the site had settled";
    }
    s.steps(60);
    s.site.finish_all();
    s.steps(3);
    EXPECT_EQ(s.site.ran["h-1.1"], 1) << happens;
    EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
  }
}

TEST(Agent, SilenceIsNotDeath) {
  Story s;
  s.hub.run("h-1.1");
  s.steps(3);
  s.site.silent = true;
  s.steps(300);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::lost), 0);
  s.site.silent = false;
  s.site.finish_all();
  s.steps(3);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
}

TEST(Agent, WhatTheSiteForgotBeforeItRanIsSubmittedOnceMore) {
  Story s;
  s.site.lose_answers = 0;
  s.hub.run("h-1.1");
  s.talk();
  s.site.lose_answers = 2;  // the release is lost, and did not happen
  s.site.happens = false;
  (void)s.agent->work(s.now);
  s.site.lose_answers = 0;
  for (auto& [key, r] : s.site.runs) r.forgotten = true;  // the head fell and forgot it
  s.site.boot = "2";
  s.steps(60);
  s.site.finish_all();
  s.steps(3);
  EXPECT_EQ(s.site.ran["h-1.1"], 1);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
}

TEST(Agent, WhatRanAndWasForgottenIsKnownByItsTrace) {
  Story s;
  s.hub.run("h-1.1");
  s.hub.run("h-2.1");
  s.steps(3);
  s.site.runs["h-1.1"].running = false;
  s.site.runs["h-1.1"].ended = true;
  for (auto& [key, r] : s.site.runs) r.forgotten = true;
  s.steps(3);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1) << "its own end says more than the site";
  EXPECT_EQ(s.hub.told("h-2.1", AttemptState::lost), 0) << "not so soon";
  s.steps(60);
  EXPECT_EQ(s.hub.told("h-2.1", AttemptState::lost), 1);
  EXPECT_EQ(s.site.ran["h-2.1"], 1);
}

TEST(Agent, WhatWaitsForANodeThatTakesNoWorkIsTakenBack) {
  Story s;
  s.site.drained = true;
  s.hub.run("h-1.1");
  s.steps(8);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::refused), 0) << "the node may come back";
  s.steps(12);
  EXPECT_EQ(s.site.ran["h-1.1"], 0);
  ASSERT_EQ(s.hub.told("h-1.1", AttemptState::refused), 1);
  EXPECT_EQ(s.hub.facts.back().attempt->code, kNodeUnavailable);
  s.site.drained = false;
  s.site.go_on();
  s.steps(5);
  EXPECT_EQ(s.site.ran["h-1.1"], 0) << "what was taken back never runs";
}

TEST(Agent, WhatRunsOnANodeThatDrainsIsLeftAlone) {
  Story s;
  s.hub.run("h-1.1");
  s.steps(4);
  s.site.drained = true;
  s.steps(40);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::refused), 0);
  s.site.finish_all();
  s.steps(3);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
}

TEST(Agent, RefusesAnOlderEpoch) {
  Story s;
  s.hub.epoch = 5;
  s.step();
  s.hub.epoch = 4;
  s.hub.run("h-1.1");
  s.steps(5);
  EXPECT_EQ(s.site.runs.size(), 0u);
  s.hub.epoch = 6;
  s.steps(5);
  EXPECT_EQ(s.site.ran["h-1.1"], 1);
}

TEST(Agent, WhatTheSiteRefusesNeverRan) {
  Story s;
  s.hub.run("h-1.1", "bad");
  s.steps(3);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::refused), 1);
}

TEST(Agent, StopsWhatRunsAndWhatHasNotBegun) {
  Story s;
  s.hub.run("h-1.1");
  s.steps(3);
  s.hub.stop("h-1.1");
  s.hub.run("h-2.1");
  s.hub.stop("h-2.1");
  s.steps(20);
  EXPECT_EQ(s.hub.told("h-1.1", AttemptState::ended), 1);
  EXPECT_EQ(s.hub.told("h-2.1", AttemptState::ended) + s.hub.told("h-2.1", AttemptState::refused),
            1);
  EXPECT_EQ(s.site.ran["h-2.1"], 0);
}

TEST(Agent, AJournalThatCannotBeWrittenTakesNothing) {
  Story s;
  s.journal.fail_writes = 1;
  s.hub.run("h-1.1");
  s.talk();
  EXPECT_EQ(s.agent->request(0).commands_done, 0);
  s.start();  // nothing was journalled: the hub sends it again
  s.steps(3);
  EXPECT_EQ(s.site.ran["h-1.1"], 1);
}

TEST(Agent, AnswersWhatALogSays) {
  Story s;
  s.step();
  SyncReply reply = s.hub.answer(s.agent->request(0));
  LogQuery q;
  q.id = 7;
  q.key = "h-1.1";
  reply.queries.push_back(q);
  ASSERT_TRUE(s.agent->take(reply, s.now));
  const SyncRequest r = s.agent->request(0);
  ASSERT_EQ(r.answers.size(), 1u);
  EXPECT_EQ(r.answers[0].id, 7);
  EXPECT_EQ(r.answers[0].base64, "b3V0");
}

// Seeded storms: answers are lost, the agent falls between any two steps, the site's head forgets,
// the journal fails, calls are lost or repeated. In the end every attempt has run at most once, its
// end was told once, and what ran was told.
TEST(Agent, StormsLoseNothingAndRunNothingTwice) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Stream draw(seed, "agent", 0);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story s;
    int jobs = 0;
    std::set<std::string> stopped;
    for (int i = 0; i < 300; ++i) {
      switch (draw.next() % 16) {
        case 0: s.hub.run("h-" + std::to_string(++jobs) + ".1"); break;
        case 1: s.site.finish_all(); break;
        case 2:
          s.site.lose_answers = static_cast<int>(draw.next() % 3);
          s.site.happens = draw.next() % 2 == 0;
          break;
        case 3: s.start(); break;
        case 4: s.site.silent = draw.next() % 4 == 0; break;
        case 5: s.journal.fail_writes = static_cast<int>(draw.next() % 2); break;
        case 6:
          if (jobs > 0 && draw.next() % 3 == 0) {
            const std::string key =
                "h-" + std::to_string(1 + draw.next() % static_cast<std::uint64_t>(jobs)) + ".1";
            stopped.insert(key);
            s.hub.stop(key);
          }
          break;
        case 7: {  // a call whose answer is lost, and one that comes twice
          const SyncReply reply = s.hub.answer(s.agent->request(0));
          if (draw.next() % 2 == 0) {
            (void)s.agent->take(reply, s.now);
            (void)s.agent->take(reply, s.now);
          }
          break;
        }
        case 8:
          if (draw.next() % 4 == 0)
            for (auto& [key, r] : s.site.runs)
              if (draw.next() % 2 == 0) r.forgotten = true;
          s.site.boot = std::to_string(draw.next() % 5);
          break;
        case 9:
          s.site.drained = draw.next() % 4 == 0;
          if (!s.site.drained) s.site.go_on();
          break;
        default: s.step();
      }
    }
    s.site.silent = s.site.drained = false;
    s.site.go_on();
    s.site.lose_answers = 0;
    s.journal.fail_writes = 0;
    for (int i = 0; i < 150; ++i) {
      s.site.finish_all();
      s.step();
    }
    for (int j = 1; j <= jobs; ++j) {
      const std::string key = "h-" + std::to_string(j) + ".1";
      const int ends = s.hub.told(key, AttemptState::ended) + s.hub.told(key, AttemptState::lost) +
                       s.hub.told(key, AttemptState::refused);
      ASSERT_EQ(ends, 1) << key << " seed " << seed;
      ASSERT_LE(s.site.ran[key], 1) << key << " seed " << seed;
      if (!stopped.contains(key) && s.hub.told(key, AttemptState::refused) == 0) {
        ASSERT_EQ(s.site.ran[key], 1) << key << " seed " << seed;
      }
      if (s.hub.told(key, AttemptState::refused) > 0) {
        ASSERT_EQ(s.site.ran[key], 0) << key << " seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace dure
