// A scenario whose law contradicts itself is refused: each contradiction by its place and what was
// expected there.
#include "world/policy_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "world/scenario_samples.h"

namespace dure {
namespace {

DataClassSpec data_class(std::string id) {
  DataClassSpec c;
  c.id = std::move(id);
  c.korea_only = false;
  return c;
}
ArtifactSpec artifact(std::string id, std::string of_class, std::vector<std::string> made_of = {}) {
  ArtifactSpec a;
  a.id = std::move(id);
  a.owner = "sk";
  a.data_class = std::move(of_class);
  a.site = "ulsan";
  a.made_of = std::move(made_of);
  return a;
}
ApprovalSpec approval(std::string id, DataAction action) {
  ApprovalSpec a;
  a.id = std::move(id);
  a.action = action;
  a.requested = {2027, 1, 1};
  a.by = {"owner", "officer"};
  return a;
}

// A law with one of everything, and no contradiction.
Scenario lawful() {
  Scenario s = small_alliance();
  s.sovereignty.foreign = {"us", "eu"};
  s.sovereignty.adequate = {"eu"};
  s.certifications.resize(1);
  s.certifications[0].id = "isms";
  s.roles.resize(3);
  s.roles[0].id = "owner", s.roles[1].id = "officer", s.roles[2].id = "ministry";
  DataClassSpec secret = data_class("secret");
  secret.certifications = {"isms"};
  secret.korea_only.reset();
  secret.export_rule = ExportRule::deny;
  secret.operator_nationality = AnyNationality::kr_controlled;
  DataClassSpec asks = data_class("asks");
  asks.export_rule = ExportRule::approval;
  asks.lead_time_days = 45;
  asks.approved_by = {"owner", "officer"};
  s.data_classes.push_back(secret);
  s.data_classes.push_back(asks);
  s.operators[0].certifications = {"isms"};
  s.policy_rows.resize(1);
  s.policy_rows[0].id = "lower";
  s.policy_rows[0].action = DataAction::lower_class;
  s.policy_rows[0].approved_by = {"owner"};
  s.policy_rows[0].lead_time_days = 5;
  s.artifacts = {artifact("raw", "secret"), artifact("model", "open", {"raw"})};
  s.artifacts[1].lowered_to = "open";
  s.workloads = {work("train", {"sk"}, {"hgx"}, {8})};
  s.workloads[0].inputs = {"raw"};
  s.workloads[0].outputs = {"model"};
  s.approvals = {approval("lower", DataAction::lower_class),
                 approval("send", DataAction::transfer_abroad)};
  s.approvals[0].artifact = "model";
  s.approvals[1].data_class = "asks";
  s.approvals[1].to = "us";
  return s;
}

std::string lines(const Scenario& s) {
  std::string all;
  for (const Finding& f : check_policy(s, true).faults)
    all += (all.empty() ? "" : "\n") + f.path + ": " + f.expected + "; " + f.found;
  return all;
}

TEST(PolicyCheck, FindsNothingInALawfulOne) { EXPECT_EQ(lines(lawful()), ""); }

TEST(PolicyCheck, FindsEachContradiction) {
  struct Break {
    std::function<void(Scenario&)> edit;
    std::string finding;
  };
  const std::vector<Break> breaks{
      // 1. Words.
      {[](Scenario& s) { s.data_classes[1].certifications = {"ismz"}; },
       "data_classes[1].certifications[0]: an id of certifications; 'ismz'"},
      {[](Scenario& s) { s.operators[1].certifications = {"csap"}; },
       "operators[1].certifications[0]: an id of certifications; 'csap'"},
      {[](Scenario& s) {
         s.data_classes[2].approved_by = {"owner", "officier"};
       },
       "data_classes[2].approved_by[1]: an id of roles; 'officier'"},
      {[](Scenario& s) { s.policy_rows[0].approved_by = {"nobody"}; },
       "policy_rows[0].approved_by[0]: an id of roles; 'nobody'"},
      {[](Scenario& s) { s.approvals[1].by.push_back("king"); },
       "approvals[1].by[2]: an id of roles; 'king'"},
      {[](Scenario& s) { s.sites[0].jurisdiction = "mars"; },
       "sites[0].jurisdiction: kr or a jurisdiction of sovereignty.foreign; 'mars'"},
      {[](Scenario& s) { s.members[0].parent_jurisdiction = "mars"; },
       "members[0].parent_jurisdiction: kr or a jurisdiction of sovereignty.foreign; 'mars'"},
      {[](Scenario& s) { s.sovereignty.adequate = {"jp"}; },
       "sovereignty.adequate[0]: a jurisdiction of sovereignty.foreign; 'jp'"},
      {[](Scenario& s) {
         s.data_classes[1].jurisdictions = {"kr", "jp"};
       },
       "data_classes[1].jurisdictions[1]: kr or a jurisdiction of sovereignty.foreign; 'jp'"},
      // 2. Who approves.
      {[](Scenario& s) { s.data_classes[0].jurisdictions = {"kr"}; },
       "data_classes[0].korea_only: jurisdictions or korea_only, not both; both"},
      {[](Scenario& s) {
         s.data_classes[1].jurisdictions = {"any", "kr"};
       },
       "data_classes[1].jurisdictions: any alone, or named ones; any, kr"},
      {[](Scenario& s) {
         s.data_classes[2].approved_by.clear();
         s.approvals.pop_back();
       },
       "data_classes[2]: the key approved_by for export_rule approval; none"},
      {[](Scenario& s) { s.data_classes[1].approved_by = {"owner"}; },
       "data_classes[1].approved_by: nobody for export_rule deny; owner"},
      {[](Scenario& s) { s.data_classes[0].lead_time_days = 3; },
       "data_classes[0].lead_time_days: 0 for export_rule free; 3"},
      {[](Scenario& s) { s.policy_rows[0].approved_by.clear(); },
       "policy_rows[0]: the key approved_by for verdict needs_approval; none"},
      {[](Scenario& s) { s.policy_rows[0].action = DataAction::store; },
       "policy_rows[0].verdict: deny for action store; needs_approval"},
      // 3. What is asked for.
      {[](Scenario& s) { s.approvals[1].data_class = "secret"; },
       "approvals[1].action: an action that the rules let somebody approve for class secret; "
       "transfer_abroad, which they deny"},
      {[](Scenario& s) { s.approvals[1].data_class = "open"; },
       "approvals[1].action: an action that needs approval for class open; transfer_abroad, which "
       "needs none"},
      {[](Scenario& s) {
         s.approvals[1].data_class.reset();
         s.approvals[1].workload = "train";
       },
       "approvals[1].action: an action that the rules let somebody approve for work train; "
       "transfer_abroad, which they deny"},
      {[](Scenario& s) { s.approvals[1].by = {"owner"}; },
       "approvals[1].by: the signature of officer and owner; owner"},
      {[](Scenario& s) { s.approvals[1].workload = "train"; },
       "approvals[1]: one of the keys data_class, workload and artifact; 2"},
      {[](Scenario& s) { s.approvals[1].action = DataAction::lower_class; },
       "approvals[1].action: run or transfer_abroad for a class or work; lower_class"},
      {[](Scenario& s) { s.approvals[1].to = "moon"; },
       "approvals[1].to: a site, kr or a jurisdiction of sovereignty.foreign; 'moon'"},
      {[](Scenario& s) { s.policy_rows.clear(); },
       "approvals[0].action: an action that the rules let somebody approve for artifact model; "
       "lower_class, which they deny"},
      // 4. Artifacts.
      {[](Scenario& s) { s.artifacts[0].made_of = {"model"}; },
       "artifacts[0].made_of: artifacts that are made of others only; a cycle: raw <- model <- "
       "raw"},
      {[](Scenario& s) { s.workloads[0].inputs = {"model"}; },
       "artifacts[1].made_of: artifacts that are made of others only; a cycle: model <- work train "
       "<- model"},
      {[](Scenario& s) { s.approvals.erase(s.approvals.begin()); },
       "artifacts[1].lowered_to: a row of approvals with action lower_class and artifact model; "
       "none"},
      {[](Scenario& s) { s.artifacts[1].lowered_to.reset(); },
       "artifacts[1]: the key lowered_to, which an approval asks for; none"},
      {[](Scenario& s) {
         s.data_classes.push_back(data_class("apart"));
         s.data_classes.back().isolation = Isolation::physical;
         s.artifacts[1].lowered_to = "apart";
       },
       "artifacts[1].lowered_to: a class that asks for less in every field; 'apart'"},
      {[](Scenario& s) {
         s.operators[0].nationality = Nationality::kr_entity;
         s.artifacts.pop_back();
         s.approvals.erase(s.approvals.begin());
         s.workloads.clear();
       },
       "artifacts[0].site: a site where artifact raw may be kept; 'ulsan'"},
  };
  for (const Break& b : breaks) {
    Scenario s = lawful();
    b.edit(s);
    EXPECT_EQ(lines(s), b.finding);
  }
}

}  // namespace
}  // namespace dure
