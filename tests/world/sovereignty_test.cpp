// Artifacts, approvals and starts: what World refuses, what the auditor counts, and that the two,
// which share no rule, say the same of any law.
#include "world/sovereignty_audit.h"

#include <gtest/gtest.h>

#include "base/stream.h"
#include "world/law_facts.h"
#include "world/world.h"

namespace dure {
namespace {

constexpr std::int64_t kDay = 86'400'000;

// Members 0 sk and 1 naver, each with a site; pool p stands at site p and is member p's. Class 0 is
// open, class 1 a secret that stays with its owner, class 2 asks for consent (30 days) to leave.
class Sovereignty : public testing::Test {
 protected:
  Sovereignty() {
    at(0, MemberJoined{MemberId{0}, "sk"});
    at(0, MemberJoined{MemberId{1}, "naver"});
    at(0, SiteOpened{SiteId{0}, "ulsan"});
    at(0, SiteOpened{SiteId{1}, "tokyo"});
    at(0, facts::data_class(0));
    ClassOpened secret = facts::data_class(1, "secret");
    secret.may_leave_member_sites = 0;
    at(0, secret);
    ClassOpened asks = facts::data_class(2, "asks");
    asks.leaving = ExportRule::consent;
    asks.lead_days = 30;
    at(0, asks);
    at(0, facts::row(0, DataAction::lower_class, 5));
    for (std::uint32_t p = 0; p < 2; ++p) {
      HallOpened hall = facts::hall(p, p, Nationality::kr_controlled);
      hall.site_owner = MemberId{p};
      if (p == 1) hall.jurisdiction = "jp";
      at(0, hall);
      at(0, facts::pool(p, p, p));
      at(0, PoolHoused{PoolId{p}, HallId{p}});
      at(0, CapacityAdded{PoolId{p}, Gpus(8)});
    }
  }
  void at(std::int64_t t, What what) {
    events_.push_back({Millis(t), what});
    world_.apply(events_.back());
    audit_.take(events_.back());
    audit(world_);
  }
  void lane(std::uint32_t id, std::uint32_t member, LaneLabelled label) {
    at(now(), facts::lane(id, member, id));
    label.lane = LaneId{id};
    at(now(), label);
  }
  std::int64_t now() const { return world_.now().count(); }
  JobId submit(std::uint32_t lane) {
    const JobId id{static_cast<std::uint32_t>(world_.jobs())};
    at(now(), JobSubmitted{id, LaneId{lane}, Gpus(1), Millis(1000)});
    return id;
  }
  void start(JobId job, std::uint32_t pool) {
    at(now(), CommandIssued{StartJob{job, PoolId{pool}, {}}});
  }
  // The auditor reads the same record with a start in it that World would not take.
  SovereigntyAudit::Figures forged(JobId job, std::uint32_t pool) const {
    SovereigntyAudit reader;
    for (const Event& e : events_) reader.take(e);
    reader.take({world_.now(), CommandIssued{StartJob{job, PoolId{pool}, {}}}});
    return reader.figures();
  }
  ApprovalGranted consent(std::int64_t requested) const {
    ApprovalGranted g;
    g.action = DataAction::transfer_abroad;
    g.data_class = ClassId{2};
    g.requested = Millis(requested);
    return g;
  }
  std::vector<Event> events_;
  World world_;
  SovereigntyAudit audit_;
};
using SovereigntyDeathTest = Sovereignty;

TEST_F(SovereigntyDeathTest, AnUnlawfulStartIsNotApplied) {
  lane(0, 0, facts::label(0, 1));
  const JobId good = submit(0), bad = submit(0);
  start(good, 0);
  EXPECT_DEATH(world_.apply({world_.now(), CommandIssued{StartJob{bad, PoolId{1}, {}}}}),
               "CHECK failed: lawful");
  EXPECT_DEATH(world_.apply({world_.now(), CommandIssued{PromiseStart{bad, PoolId{1}, Millis(9)}}}),
               "CHECK failed: lawful");
  EXPECT_EQ(audit_.figures().placements, 1);
  EXPECT_EQ(audit_.figures().violations, 0);
}

TEST_F(Sovereignty, TheAuditorCountsExactlyTheForgedStart) {
  lane(0, 0, facts::label(0, 1));
  start(submit(0), 0);
  const JobId bad = submit(0);
  const SovereigntyAudit::Figures f = forged(bad, 1);
  EXPECT_EQ(f.placements, 2);
  EXPECT_EQ(f.violations, 1);
  ASSERT_EQ(f.first.size(), 1u);
  EXPECT_EQ(f.first[0].job, bad);
  EXPECT_EQ(f.first[0].event, events_.size());
  EXPECT_EQ(f.first[0].because, "member_sites");
  EXPECT_EQ(f.first[0].hall, "hall1");
  EXPECT_EQ(f.by_class[1].violations, 1);
  EXPECT_FALSE(f.clean());
  // What it cannot follow is no proof of lawfulness.
  EXPECT_EQ(forged(JobId{99}, 0).first.at(0).because, "unknown_job");
  EXPECT_EQ(forged(bad, 9).first.at(0).because, "unknown_pool");
}

// Nobody asked us: World takes the fact, the auditor says that the law forbids it, and that it was
// not we.
TEST_F(Sovereignty, WhatOthersStartedIsCountedApart) {
  lane(0, 0, facts::label(0, 1));
  at(now(), JobAdopted{JobId{0}, LaneId{0}, Gpus(2), Millis(1000), PoolId{0}, {}});
  at(now(), JobAdopted{JobId{1}, LaneId{0}, Gpus(3), Millis(1000), PoolId{1}, {}});
  EXPECT_EQ(world_.job(JobId{1}).state, JobState::running);
  const JobId ours = submit(0);
  start(ours, 0);
  const SovereigntyAudit::Figures f = audit_.figures();
  EXPECT_EQ(f.jobs, 3u);
  EXPECT_EQ(f.adopted, 2);
  EXPECT_EQ(f.adopted_unlawful, 1);
  ASSERT_EQ(f.first_adopted.size(), 1u);
  EXPECT_EQ(f.first_adopted[0].job, JobId{1});
  EXPECT_EQ(f.first_adopted[0].because, "member_sites");
  EXPECT_EQ(f.first_adopted[0].hall, "hall1");
  EXPECT_EQ(f.placements, 1);
  EXPECT_EQ(f.violations, 0);
  EXPECT_TRUE(f.clean());
  EXPECT_EQ(forged(ours, 1).violations, 1);  // the ids of later jobs are still right
}

TEST_F(Sovereignty, LanePoolsAreNotBelieved) {
  LaneOpened lying = facts::lane(0, 0);
  lying.pools = {PoolId{0}, PoolId{1}};
  at(0, lying);
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{0}));  // no label yet
  at(0, facts::label(0, 1));
  EXPECT_TRUE(world_.lawful(LaneId{0}, PoolId{0}));
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{1}));
}

TEST_F(SovereigntyDeathTest, ALabelIsGivenOnce) {
  lane(0, 0, facts::label(0, 1));
  EXPECT_DEATH(world_.apply({world_.now(), facts::label(0, 0)}), "CHECK failed");
  SovereigntyAudit reader;
  for (const Event& e : events_) reader.take(e);
  reader.take({world_.now(), facts::label(0, 0)});
  EXPECT_EQ(reader.figures().unreadable, 1);
  EXPECT_FALSE(reader.figures().clean());
}

TEST_F(Sovereignty, ArtifactsHandTheirClassesOn) {
  at(0, facts::artifact(0, 1, {ClassId{1}}));                   // naver's secret
  at(0, facts::artifact(1, 0, {ClassId{0}}, {ArtifactId{0}}));  // an open set of it
  at(0, facts::artifact(2, 0, {ClassId{0}}, {ArtifactId{1}}));  // and one of that
  lane(0, 0, facts::label(0, 0, {ArtifactId{2}}));
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{0}));
  EXPECT_TRUE(world_.lawful(LaneId{0}, PoolId{1}));
  EXPECT_EQ(forged(submit(0), 0).first.at(0).because, "member_sites");
  lane(1, 0, facts::label(1, 1, {ArtifactId{2}}));  // with sk's own secret: nowhere
  EXPECT_FALSE(world_.lawful(LaneId{1}, PoolId{0}));
  EXPECT_FALSE(world_.lawful(LaneId{1}, PoolId{1}));
  EXPECT_EQ(forged(submit(1), 0).violations, 1);
  EXPECT_EQ(forged(JobId{1}, 1).violations, 1);
}

TEST_F(SovereigntyDeathTest, ArtifactsFormNoCycle) {
  EXPECT_DEATH(world_.apply({Millis(0), facts::artifact(0, 0, {ClassId{0}}, {ArtifactId{0}})}),
               "CHECK failed");
}

TEST_F(Sovereignty, ConsentOpensAPoolInItsTime) {
  lane(0, 0, facts::label(0, 2));
  EXPECT_TRUE(world_.lawful(LaneId{0}, PoolId{0}));
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{1}));
  const JobId job = submit(0);
  EXPECT_EQ(forged(job, 1).first.at(0).because, "not_approved");
  at(29 * kDay, consent(0));  // a day too soon
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{1}));
  EXPECT_EQ(forged(job, 1).violations, 1);
  ApprovalGranted elsewhere = consent(0);
  elsewhere.to = "us";
  at(30 * kDay, elsewhere);
  EXPECT_FALSE(world_.lawful(LaneId{0}, PoolId{1}));
  ApprovalGranted there = consent(0);
  there.to = "jp";
  at(30 * kDay, there);
  EXPECT_TRUE(world_.lawful(LaneId{0}, PoolId{1}));
  at(30 * kDay, LaneWidened{LaneId{0}, {PoolId{1}, PoolId{0}}});
  EXPECT_EQ(world_.lane(LaneId{0}).pools.size(), 2u);
  start(job, 1);
  EXPECT_EQ(audit_.figures().violations, 0);
}

TEST_F(SovereigntyDeathTest, ALaneIsNotWidenedAgainstTheLaw) {
  lane(0, 0, facts::label(0, 2));
  EXPECT_DEATH(world_.apply({Millis(0), LaneWidened{LaneId{0}, {PoolId{1}}}}), "CHECK failed");
}

TEST_F(SovereigntyDeathTest, AClassIsLoweredWithAnApprovalOnly) {
  at(0, facts::artifact(0, 1, {ClassId{1}}));
  lane(0, 0, facts::label(0, 0, {ArtifactId{0}}));
  const JobId job = submit(0);
  const ArtifactLowered lowered{ArtifactId{0}, ClassId{0}, ApprovalId{0}};
  EXPECT_DEATH(world_.apply({Millis(0), lowered}), "CHECK failed");
  ApprovalGranted grant;
  grant.action = DataAction::lower_class;
  grant.artifact = ArtifactId{0};
  grant.requested = Millis(0);
  at(4 * kDay, grant);  // before its time
  EXPECT_DEATH(world_.apply({Millis(4 * kDay), lowered}), "CHECK failed");
  SovereigntyAudit reader;  // a forged lowering lowers nothing
  for (const Event& e : events_) reader.take(e);
  reader.take({Millis(4 * kDay), lowered});
  reader.take({Millis(4 * kDay), CommandIssued{StartJob{job, PoolId{0}, {}}}});
  EXPECT_EQ(reader.figures().lowered_without_approval, 1);
  EXPECT_EQ(reader.figures().violations, 1);
  at(5 * kDay, grant);
  at(5 * kDay, lowered);
  EXPECT_TRUE(world_.lawful(LaneId{0}, PoolId{0}));
  start(job, 0);
  EXPECT_TRUE(audit_.figures().clean());
}

TEST_F(SovereigntyDeathTest, WithoutALabelNothingStartsInAHall) {
  at(0, facts::lane(0, 0));
  const JobId job = submit(0);
  EXPECT_DEATH(world_.apply({Millis(0), CommandIssued{StartJob{job, PoolId{0}, {}}}}),
               "CHECK failed: lawful");
  EXPECT_EQ(forged(job, 0).first.at(0).because, "no_label");
}

// ---- any law: World and the auditor, rule by rule apart, say the same of every lane and pool

template <class E>
E one_of(Stream& r, int n) {
  return static_cast<E>(r.below(static_cast<std::uint64_t>(n)));
}
std::vector<std::string> some(Stream& r, const std::vector<std::string>& of) {
  std::vector<std::string> out;
  for (const std::string& word : of)
    if (r.below(3) > 0) out.push_back(word);
  return out;
}

TEST(SovereigntyStorm, WorldAndTheAuditorAgree) {
  std::int64_t lawful = 0, unlawful = 0;
  for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
    Stream r(seed, "sovereignty", 0);
    World world;
    SovereigntyAudit reader;
    const auto tell = [&](std::int64_t t, What what) {
      const Event e{Millis(t), std::move(what)};
      world.apply(e);
      reader.take(e);
    };
    for (std::uint32_t m = 0; m < 3; ++m) tell(0, MemberJoined{MemberId{m}, "m"});
    for (std::uint32_t s = 0; s < 3; ++s) tell(0, SiteOpened{SiteId{s}, "s" + std::to_string(s)});
    for (std::uint32_t c = 0; c < 4; ++c) {
      ClassOpened e = facts::data_class(c);
      if (r.below(2) == 0) e.jurisdictions = some(r, {"eu", "kr", "us"});
      e.run_by = r.below(2) == 0 ? AnyNationality::any : one_of<AnyNationality>(r, 4);
      if (r.below(3) == 0) e.certifications = some(r, {"csap", "isms"});
      e.isolation = r.below(2) == 0 ? Isolation::shared : one_of<Isolation>(r, 7);
      e.leaving = one_of<ExportRule>(r, 4);
      e.lead_days = static_cast<std::int64_t>(r.below(20));
      e.may_leave_member_sites = r.below(3) == 0 ? 0 : 1;
      e.may_leave_locked_sites = r.below(4) == 0 ? 0 : 1;
      tell(0, e);
    }
    for (std::uint32_t i = 0; i < 3; ++i) {
      RowOpened e = facts::row(i, one_of<DataAction>(r, 4), static_cast<std::int64_t>(r.below(20)));
      if (e.action == DataAction::store) e.action = DataAction::lower_class;
      if (r.below(2) == 0) e.classes = {ClassId{one_of<std::uint32_t>(r, 4)}};
      if (r.below(2) == 0) e.tenant_parents = {r.below(2) == 0 ? "foreign" : "kr"};
      if (r.below(3) == 0) e.jurisdictions = {r.below(2) == 0 ? "foreign" : "us"};
      e.verdict = r.below(3) == 0 ? RowVerdict::deny : RowVerdict::needs_approval;
      e.from_eflop = static_cast<std::int64_t>(r.below(3));
      tell(0, e);
    }
    for (std::uint32_t h = 0; h < 4; ++h) {
      HallOpened e = facts::hall(h, h % 3, one_of<Nationality>(r, 4));
      e.jurisdiction = std::vector<std::string>{"kr", "kr", "eu", "us"}[r.below(4)];
      e.certifications = some(r, {"csap", "isms"});
      if (r.below(4) == 0) e.foreign_law = {"us"};
      if (r.below(2) == 0) e.isolation = one_of<Isolation>(r, 7);
      if (r.below(4) > 0) e.site_owner = MemberId{one_of<std::uint32_t>(r, 3)};
      tell(0, e);
    }
    for (std::uint32_t p = 0; p < 4; ++p) {
      tell(0, facts::pool(p, p % 3, one_of<std::uint32_t>(r, 3)));
      tell(0, CapacityAdded{PoolId{p}, Gpus(1000)});
      if (r.below(10) > 0) tell(0, PoolHoused{PoolId{p}, HallId{p}});
    }
    for (std::uint32_t a = 0; a < 4; ++a) {
      ArtifactMade e =
          facts::artifact(a, one_of<std::uint32_t>(r, 3), {ClassId{one_of<std::uint32_t>(r, 4)}});
      for (std::uint32_t b = 0; b < a; ++b)
        if (r.below(3) == 0) e.made_of.push_back(ArtifactId{b});
      e.only_sites = {SiteId{one_of<std::uint32_t>(r, 3)}};
      tell(0, e);
    }
    for (std::uint32_t l = 0; l < 4; ++l) {
      tell(0, facts::lane(l, one_of<std::uint32_t>(r, 3), l % 2));
      LaneLabelled e = facts::label(l, one_of<std::uint32_t>(r, 4));
      for (std::uint32_t a = 0; a < 4; ++a)
        if (r.below(4) == 0) e.inputs.push_back(ArtifactId{a});
      if (r.below(3) == 0) e.only_sites = {SiteId{0}, SiteId{2}};
      e.tenant_parent = r.below(2) == 0 ? "us" : "kr";
      e.eflop = static_cast<std::int64_t>(r.below(3));
      if (r.below(20) > 0) tell(0, e);
    }
    std::int64_t t = 0;
    for (int step = 0; step < 4; ++step) {
      for (std::uint32_t l = 0; l < 4; ++l)
        for (std::uint32_t p = 0; p < 4; ++p) {
          SovereigntyAudit forged = reader;
          const JobId job{static_cast<std::uint32_t>(world.jobs())};
          forged.take({Millis(t), JobSubmitted{job, LaneId{l}, Gpus(1), Millis(1)}});
          forged.take({Millis(t), CommandIssued{StartJob{job, PoolId{p}, {}}}});
          const bool ok = world.lawful(LaneId{l}, PoolId{p});
          ASSERT_EQ(forged.figures().violations, ok ? 0 : 1)
              << seed << " lane " << l << " pool " << p << " step " << step << ": "
              << (ok ? "" : "World says no");
          ++(ok ? lawful : unlawful);
        }
      t += static_cast<std::int64_t>(r.below(20)) * kDay;
      ApprovalGranted g;
      g.approval = ApprovalId{static_cast<std::uint32_t>(step)};
      g.action = one_of<DataAction>(r, 4);
      if (g.action == DataAction::lower_class)
        g.artifact = ArtifactId{one_of<std::uint32_t>(r, 4)};
      else if (r.below(2) == 0)
        g.data_class = ClassId{one_of<std::uint32_t>(r, 4)};
      else
        g.workload = WorkloadId{one_of<std::uint32_t>(r, 2)};
      if (r.below(4) == 0) g.to = r.below(2) == 0 ? "us" : "s1";
      g.requested = Millis(0);
      tell(t, g);
      if (!g.artifact) continue;
      const auto days = world.law().lowering_days(*g.artifact);
      const ArtifactLowered lowered{*g.artifact, ClassId{one_of<std::uint32_t>(r, 4)}, g.approval};
      SovereigntyAudit forged = reader;
      forged.take({Millis(t), lowered});
      const bool ok = days && t >= *days * kDay;
      ASSERT_EQ(forged.figures().lowered_without_approval, ok ? 0 : 1) << seed;
      if (ok) tell(t, lowered);
    }
    ASSERT_EQ(reader.figures().unreadable, 0);
    audit(world);
  }
  EXPECT_GT(lawful, 2'000);
  EXPECT_GT(unlawful, 2'000);
}

}  // namespace
}  // namespace dure
