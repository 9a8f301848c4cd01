// Shadows beside live worlds in virtual time: with the live policy they start every job when the
// live world does; with another, the books of their worlds balance whatever the weather; what
// nobody can know yet has no influence.
//
// DURE_SHADOW_SEEDS=N plays N seeds, DURE_SHADOW_FIRST=S begins at S.
#include "live/shadow.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "sched/storm_plant.h"

namespace dure {
namespace {

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), otherwise);
  return otherwise;
}

// A live loop, and what it tells: the facts of a round and the wishes of its pass.
class Live final : private Listener {
 public:
  Live(std::uint64_t seed, std::int64_t jobs)
      : plant_(seed, world_, jobs), policy(plant_.policy()) {}

  bool round(ShadowRound& out) {
    facts_.clear();
    plant_.next(wake_, facts_);
    if (facts_.empty()) return false;
    told_ = &out;
    for (const Event& e : facts_) take(e);
    wake_ = decide(world_, policy, *this);
    return true;
  }
  const World& world() const { return world_; }
  const StormPlant& plant() const { return plant_; }

 private:
  void take(const Event& e) {
    told_->events.push_back(e);
    world_.apply(e);
  }
  void wish(Command&& command) override {
    const Event issued{world_.now(), CommandIssued{std::move(command)}};
    take(issued);
    plant_.ask(std::get<CommandIssued>(issued.what).wish);
  }
  void wait(JobId, Reason) override {}

  World world_;
  StormPlant plant_;
  std::vector<Event> facts_;
  ShadowRound* told_ = nullptr;
  Millis wake_{Timeline::kForever};

 public:
  Policy policy;
};

constexpr int kRounds = 20'000;  // a storm that goes on for ever is another test's

// Invariant 2. From the founding on, or from a copy of a world that is under way.
TEST(Shadow, StartsWhatTheLivePolicyStarts) {
  const std::uint64_t seeds = number("DURE_SHADOW_SEEDS", 300),
                      first = number("DURE_SHADOW_FIRST", 1);
  std::int64_t starts = 0, storms = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Live live(seed, 60);
    ++storms;
    Shadow whole(World{}, live.policy);
    std::optional<Shadow> late;
    for (int i = 0; i < kRounds; ++i) {
      if (i == 30) late.emplace(live.world(), live.policy);
      ShadowRound round;
      if (!live.round(round)) break;
      for (Shadow* shadow : {&whole, late ? &*late : nullptr}) {
        if (shadow == nullptr) continue;
        shadow->hear(round);
        ASSERT_EQ(shadow->stopped(), "") << "seed " << seed;
        ASSERT_EQ(shadow->world().jobs(), live.world().jobs()) << "seed " << seed;
        for (std::uint32_t j = 0; j < live.world().jobs(); ++j) {
          const std::optional<JobId> mine = shadow->here(JobId{j});
          ASSERT_TRUE(mine);
          const Job &a = live.world().job(JobId{j}), &b = shadow->world().job(*mine);
          ASSERT_TRUE(a.state == b.state && a.start == b.start && a.held == b.held &&
                      a.pool == b.pool && a.end == b.end && a.estimate == b.estimate)
              << "seed " << seed << ", job " << j << " at " << live.world().now().count();
        }
      }
    }
    audit(whole.world());
    EXPECT_EQ(whole.count().starts_here, whole.count().starts_live);
    EXPECT_TRUE(whole.count().largest().empty());
    EXPECT_EQ(whole.count().late_gpu_ms, 0);
    starts += whole.count().starts_here;
  }
  if (seeds >= 100) {
    EXPECT_GT(storms, static_cast<std::int64_t>(seeds / 3));
    EXPECT_GT(starts, 2'000);
  }
}

// Any policy, all weather: nothing CHECKs, the law holds (World refuses an unlawful start), and the
// books balance. What ends a shadow is said.
TEST(Shadow, KeepsItsBooksInAllWeather) {
  const std::uint64_t seeds = number("DURE_SHADOW_SEEDS", 400),
                      first = number("DURE_SHADOW_FIRST", 1);
  std::int64_t differ = 0, stopped = 0, stops = 0, late = 0, adopted = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    Live live(seed, 60);
    Policy other = live.policy;
    Stream s(seed, "another policy", 0);
    other.order = s.below(2) == 0   ? Order::fair
                  : s.below(2) == 0 ? Order::priority
                                    : Order::arrival;
    other.backfill = s.below(2) == 0 ? Backfill::easy : Backfill::none;
    other.preempt = s.below(2) == 0;
    Shadow shadow(World{}, other);
    std::uint64_t passes = 0;
    for (int i = 0; i < kRounds; ++i) {
      ShadowRound round;
      if (!live.round(round)) break;
      for (const Event& e : round.events) adopted += std::holds_alternative<JobAdopted>(e.what);
      shadow.hear(round);
      if (++passes % 16 == 0) audit(shadow.world());
      if (!shadow.stopped().empty()) break;
    }
    audit(shadow.world());
    stopped += shadow.stopped().empty() ? 0 : 1;
    if (!shadow.stopped().empty()) {
      EXPECT_TRUE(shadow.stopped().find("is in use here") != std::string::npos ||
                  shadow.stopped().find("reservation") != std::string::npos)
          << "seed " << seed << ": " << shadow.stopped();
    }
    differ += shadow.count().largest().empty() ? 0 : 1;
    stops += shadow.count().stops_here;
    late += shadow.count().late_gpu_ms;
  }
  if (seeds >= 100) {
    EXPECT_GT(differ, static_cast<std::int64_t>(seeds / 4));
    EXPECT_LT(stopped, static_cast<std::int64_t>(seeds / 10));
    EXPECT_GT(stops, 10);
    EXPECT_GT(late, 0);
    EXPECT_GT(adopted, 10);
  }
}

// ---- stories of one pool of 8 counted GPUs

class Story {
 public:
  explicit Story(const Policy& shadow) : shadow_(World{}, shadow) {
    ShadowRound round;
    at_ = Millis(1'000'000);
    for (What what : std::vector<What>{
             MemberJoined{MemberId{0}, "a", 1000, Gpus(0)}, SiteOpened{SiteId{0}, "s"},
             PoolOpened{PoolId{0}, SiteId{0}, MemberId{0}, HardwareId{0}},
             LaneOpened{
                 LaneId{0}, MemberId{0}, WorkloadId{0}, Gpus(0), Spread::anywhere, 0, {PoolId{0}}},
             CapacityAdded{PoolId{0}, Gpus(8), {}}})
      round.events.push_back({at_, std::move(what)});
    shadow_.hear(round);
  }
  void at(std::int64_t s) { at_ = Millis(1'000'000 + s * 1000); }
  void live_ends(JobId job) { tell_all({JobEnded{job}}); }
  void tell_all(std::vector<What> whats) {
    ShadowRound round;
    for (What& what : whats) round.events.push_back({at_, std::move(what)});
    shadow_.hear(round);
  }
  Shadow& shadow() { return shadow_; }
  JobState state(JobId job) { return shadow_.world().job(job).state; }
  std::int64_t start_s(JobId job) {
    return (shadow_.world().job(job).start.count() - 1'000'000) / 1000;
  }
  std::int64_t end_s(JobId job) {
    return (shadow_.world().job(job).end.count() - 1'000'000) / 1000;
  }

 private:
  Millis at_;
  Shadow shadow_;
};

Policy fcfs() { return {}; }
Policy easy() {
  Policy p;
  p.backfill = Backfill::easy;
  return p;
}

// Live (easy) lets the small job overtake; in the shadow (fcfs) it waits for the large one.
TEST(Shadow, FirstComeWaitsAtLeastAsLong) {
  Story story(fcfs());
  story.at(0);
  story.tell_all({JobSubmitted{JobId{0}, LaneId{0}, Gpus(6), Millis(100'000)},
                  CommandIssued{StartJob{JobId{0}, PoolId{0}, {}}}});
  story.at(10);
  story.tell_all({JobSubmitted{JobId{1}, LaneId{0}, Gpus(8), Millis(100'000)}});
  story.at(20);
  story.tell_all({JobSubmitted{JobId{2}, LaneId{0}, Gpus(2), Millis(50'000)},
                  CommandIssued{StartJob{JobId{2}, PoolId{0}, {}}}});
  EXPECT_EQ(story.state(JobId{0}), JobState::running);
  EXPECT_EQ(story.state(JobId{2}), JobState::waiting);
  story.at(60);
  story.live_ends(JobId{2});  // after 40 s
  story.at(90);
  story.tell_all({JobEnded{JobId{0}}, CommandIssued{StartJob{JobId{1}, PoolId{0}, {}}}});
  EXPECT_EQ(story.start_s(JobId{1}), 90);
  story.at(150);
  story.live_ends(JobId{1});
  EXPECT_EQ(story.start_s(JobId{2}), 150);
  EXPECT_EQ(story.state(JobId{2}), JobState::running);
  story.shadow().advance(Millis(1'000'000 + 500'000));
  EXPECT_EQ(story.state(JobId{2}), JobState::ended);
  EXPECT_EQ(story.end_s(JobId{2}), 190);  // later than live: after the same 40 s
  const ShadowCount& c = story.shadow().count();
  EXPECT_EQ(c.all.jobs, 3);
  EXPECT_EQ(c.all.live_ms, 80'000);
  EXPECT_EQ(c.all.here_ms, 80'000 + 130'000);
  ASSERT_EQ(c.largest().size(), 1u);
  EXPECT_EQ(c.largest()[0].job, JobId{2});
  EXPECT_EQ(c.largest()[0].gain(), -130'000);
  EXPECT_EQ(c.live().p95, 80'000);
  EXPECT_EQ(c.here().p95, 130'000);
  EXPECT_EQ(c.slowdowns, 3);
}

// The shadow (easy) is earlier: how long the job runs is known only when the live world tells its
// end; until then it keeps its machines, but not past its limit.
TEST(Shadow, WhoIsEarlierEndsWhenItIsKnown) {
  Story story(easy());
  story.at(0);
  story.tell_all({JobSubmitted{JobId{0}, LaneId{0}, Gpus(6), Millis(100'000)},
                  CommandIssued{StartJob{JobId{0}, PoolId{0}, {}}}});
  story.at(10);
  story.tell_all({JobSubmitted{JobId{1}, LaneId{0}, Gpus(8), Millis(100'000)}});
  story.at(20);
  story.tell_all({JobSubmitted{JobId{2}, LaneId{0}, Gpus(1), Millis(30'000)}});
  story.tell_all({JobSubmitted{JobId{3}, LaneId{0}, Gpus(1), Millis(70'000)}});
  EXPECT_EQ(story.start_s(JobId{2}), 20);
  EXPECT_EQ(story.start_s(JobId{3}), 20);
  story.shadow().advance(Millis(1'000'000 + 50'000));
  // 30 s after its start its limit is over: its room is free, its end is not yet known.
  EXPECT_TRUE(story.shadow().world().job(JobId{2}).let_go);
  EXPECT_EQ(story.state(JobId{2}), JobState::running);
  EXPECT_EQ(story.shadow().world().pool(PoolId{0}).free, 1);
  story.at(60);
  story.tell_all({JobEnded{JobId{0}}, CommandIssued{StartJob{JobId{1}, PoolId{0}, {}}}});
  EXPECT_EQ(story.state(JobId{1}), JobState::waiting);  // job 3 is still there, as far as is known
  story.at(65);
  story.tell_all({JobEnded{JobId{1}}, CommandIssued{StartJob{JobId{2}, PoolId{0}, {}}},
                  CommandIssued{StartJob{JobId{3}, PoolId{0}, {}}}});
  EXPECT_EQ(story.state(JobId{1}), JobState::waiting);
  story.at(75);
  story.tell_all({JobEnded{JobId{3}}});  // it ran for 10 s: it would have ended at 30
  EXPECT_EQ(story.end_s(JobId{3}), 75);
  EXPECT_EQ(story.shadow().count().late_gpu_ms, 45'000);
  EXPECT_EQ(story.start_s(JobId{1}), 75);
  story.shadow().advance(Millis(1'000'000 + 80'000));
  EXPECT_EQ(story.end_s(JobId{1}), 80);  // it ran for 5 s
  story.at(90);
  story.tell_all(
      {JobFailed{JobId{2}}});  // after 25 s: by its limit its room had been free since 50
  EXPECT_EQ(story.state(JobId{2}), JobState::ended);
  EXPECT_TRUE(story.shadow().world().job(JobId{2}).failed);
  EXPECT_EQ(story.shadow().count().late_gpu_ms, 45'000 + 5'000);
  audit(story.shadow().world());
}

TEST(Shadow, WhatItsUserCancelsEndsHereToo) {
  Story story(fcfs());
  story.at(0);
  story.tell_all({JobSubmitted{JobId{0}, LaneId{0}, Gpus(8), Millis(100'000)},
                  CommandIssued{StartJob{JobId{0}, PoolId{0}, {}}}});
  story.at(5);
  story.tell_all({JobSubmitted{JobId{1}, LaneId{0}, Gpus(8), Millis(100'000)},
                  JobSubmitted{JobId{2}, LaneId{0}, Gpus(8), Millis(100'000)}});
  story.at(8);
  story.tell_all({JobCancelled{JobId{1}}});
  EXPECT_EQ(story.state(JobId{1}), JobState::cancelled);
  ShadowRound asked;
  asked.cancels = {JobId{0}};
  story.shadow().hear(asked);
  story.at(9);
  story.tell_all({JobFailed{JobId{0}}, CommandIssued{StartJob{JobId{2}, PoolId{0}, {}}}});
  EXPECT_EQ(story.state(JobId{0}), JobState::ended);
  EXPECT_EQ(story.start_s(JobId{2}), 9);
}

TEST(Shadow, WhatComesOutOfTurnEndsItWithAText) {
  Story story(easy());
  story.at(0);
  story.tell_all({JobSubmitted{JobId{7}, LaneId{0}, Gpus(8), Millis(100'000)}});
  EXPECT_NE(story.shadow().stopped(), "");
  story.at(1);
  story.tell_all({JobEnded{JobId{7}}});  // and it takes no more
  EXPECT_EQ(story.shadow().world().jobs(), 0u);
}

}  // namespace
}  // namespace dure
