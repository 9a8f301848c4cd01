// The law of the K-AI hub, over all that it has: classes, halls, owners, lanes; and the work that
// tries to break it.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "io/scenario_reader.h"
#include "sim/summary.h"
#include "source_dir.h"
#include "world/found_law.h"
#include "world/law.h"
#include "world/sovereignty_audit.h"

namespace dure {
namespace {

Scenario read(const std::string& file) {
  auto read = read_scenario(source_dir() + "/scenarios/k-ai-hub/" + file, {}, nullptr);
  EXPECT_TRUE(read) << (read ? "" : to_string(read.faults().at(0)));
  return read ? std::move(read).value() : Scenario{};
}

// What is lawful for a mix of two classes is lawful for each: every pair, hall and owner.
TEST(HubLaw, AMixIsNeverFreerThanItsParts) {
  const Scenario s = read("options/adversarial.yaml");
  std::vector<RowOpened> rows;
  for (std::uint32_t i = 0; i < s.policy_rows.size(); ++i) rows.push_back(row_of(s, i));
  const std::vector<HallOpened> halls = halls_of(s);
  std::vector<Label> labels;
  const std::vector<SiteId> only{SiteId{0}, SiteId{11}};
  for (std::uint32_t c = 0; c < s.data_classes.size(); ++c)
    for (const MemberId owner : {MemberId{0}, MemberId{1}})
      labels.push_back(label_of(class_of(s, c), owner, only));
  std::int64_t asked = 0, lawful = 0;
  for (const HallOpened& hall : halls)
    for (std::uint32_t m = 0; m < 3; ++m) {
      std::vector<bool> alone;
      const Venue place{hall, MemberId{m}};
      for (const Label& l : labels)
        alone.push_back(judge(l, DataAction::run, place, {}, rows).allowed());
      for (std::size_t a = 0; a < labels.size(); ++a)
        for (std::size_t b = 0; b < labels.size(); ++b) {
          ++asked;
          if (!judge(join(labels[a], labels[b]), DataAction::run, place, {}, rows).allowed())
            continue;
          ++lawful;
          ASSERT_TRUE(alone[a] && alone[b]) << hall.name << ' ' << a << ' ' << b;
        }
    }
  EXPECT_GT(asked, 100'000);
  EXPECT_GT(lawful, 1'000);
}

// World and the auditor say the same of every lane in every pool, after every grant.
TEST(HubLaw, WorldAndTheAuditorAgreeOnEveryLaneAndPool) {
  const Scenario s = read("options/adversarial.yaml");
  const Founding f = found(s);
  World world;
  SovereigntyAudit reader;
  const auto compare = [&] {
    std::int64_t lawful = 0;
    SovereigntyAudit forged = reader;
    for (std::uint32_t l = 0; l < world.lanes(); ++l) {
      forged.take({world.now(), JobSubmitted{JobId{l}, LaneId{l}, Gpus(1), Millis(1)}});
      for (std::uint32_t p = 0; p < world.pools(); ++p) {
        const std::int64_t before = forged.figures().violations;
        forged.take({world.now(), CommandIssued{StartJob{JobId{l}, PoolId{p}, {}}}});
        const bool ok = forged.figures().violations == before;
        EXPECT_EQ(ok, world.lawful(LaneId{l}, PoolId{p}))
            << s.workloads[world.lane(LaneId{l}).workload.index].id << " in "
            << world.pool(PoolId{p}).info.name;
        lawful += ok ? 1 : 0;
      }
      // What lanes were drawn up with is lawful.
      for (const PoolId p : world.lane(LaneId{l}).pools) EXPECT_TRUE(world.lawful(LaneId{l}, p));
    }
    return lawful;
  };
  for (const Event& e : f.events(midnight({2025, 11, 1}))) world.apply(e), reader.take(e);
  const std::int64_t before = compare();
  for (const Event& e : f.law_steps) world.apply(e), reader.take(e);
  const std::int64_t after = compare();
  EXPECT_GT(before, 1'000);
  EXPECT_GT(after, before);
  EXPECT_TRUE(reader.figures().clean());
  EXPECT_GT(f.law_steps.size(), 10u);
}

// The codes that stand in options/adversarial.yaml, from a run of the nation.
TEST(HubLaw, WorkThatBreaksTheLawIsRefusedOrWaits) {
  const Scenario s = read("options/adversarial.yaml");
  SimulationOptions o;
  o.window = {midnight(s.run.from), midnight(s.run.to), s.run.step_ms};
  o.warmup_days = 0;
  o.policy = {s.policy.order, s.policy.backfill};
  Simulation run(s, o);
  run.run();
  const Summary sum = summarize(run);
  EXPECT_TRUE(sum.balanced);
  EXPECT_EQ(sum.books.violations, 0);
  EXPECT_GT(sum.books.placements_checked, 100'000);
  EXPECT_TRUE(run.sovereignty().figures().clean());
  const std::map<std::string, Reason> refused{
      {"adv_state_secret_at_aws", Reason::foreign_law_reach},
      {"adv_core_technology_at_aws", Reason::foreign_law_reach},
      {"adv_sensitive_at_aws", Reason::foreign_law_reach},
      {"adv_map_data_abroad", Reason::jurisdiction},
      {"adv_credit_abroad", Reason::jurisdiction},
      {"adv_foreign_users_abroad", Reason::consent_missing},
      {"adv_government_at_carrier", Reason::certification_missing},
      {"adv_air_gap", Reason::isolation_missing},
      {"adv_mix_of_fab_images", Reason::member_sites},
      {"adv_two_owners", Reason::member_sites},
      {"adv_relabelled_scans", Reason::certification_missing},
      {"adv_tenant_of_d5", Reason::tenant_parent_blocked},
      {"adv_above_1e26", Reason::ai_act_threshold}};
  const std::set<std::string> later{"adv_pseudonymised_abroad", "adv_lowered_scans",
                                    "adv_above_1e26_asked"};
  const Millis granted = midnight({2030, 10, 2});
  std::map<std::string, std::int64_t> jobs;
  std::set<std::string> started;
  for (std::uint32_t j = 0; j < run.world().jobs(); ++j) {
    const Job& job = run.world().job(JobId{j});
    const std::string& id = s.workloads[run.world().lane(job.lane).workload.index].id;
    if (!id.starts_with("adv_")) continue;
    ++jobs[id];
    if (const auto it = refused.find(id); it != refused.end()) {
      ASSERT_EQ(job.state, JobState::refused) << id;
      ASSERT_EQ(run.meter().last_reason(JobId{j}), it->second) << id;
    } else if (id == "adv_too_late_abroad") {
      ASSERT_EQ(job.state, JobState::waiting) << id;
      ASSERT_EQ(run.meter().last_reason(JobId{j}), Reason::approval_pending);
    } else {
      ASSERT_TRUE(later.contains(id)) << id;
      if (job.state == JobState::ended || job.state == JobState::running) {
        ASSERT_GE(job.start, granted) << id;
        started.insert(id);
      }
    }
  }
  EXPECT_EQ(jobs.size(), refused.size() + later.size() + 1);
  EXPECT_EQ(started, later);
}

}  // namespace
}  // namespace dure
