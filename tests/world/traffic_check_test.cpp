// What is wrong with a row of `traffic`, and where.
#include "world/traffic_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "sim/network_scenario.h"

namespace dure {
namespace {

Scenario sound() {
  Scenario s = tiny::with_sites(2, 16);
  s.links = {tiny::link("l", "s0", "s1", 800, 1)};
  s.workloads = {tiny::gang("gang", 32, 12, 2), tiny::service("chat", 2)};
  ArtifactSpec set;
  set.id = "set";
  set.site = "s1";
  set.size_gb = 1000;
  s.artifacts = {set};
  s.workloads[0].inputs = {"set"};
  TrafficSpec t = tiny::traffic("gang");
  t.exchange = ExchangeSpec{Collective::all_reduce, 1, 8, 0.5};
  t.checkpoint = CheckpointSpec{900, 10, "s1"};
  t.read_share = 0.5;
  s.traffic = {t};
  return s;
}

std::string lines(const Scenario& s) {
  std::string all;
  for (const Finding& f : check_traffic(s).faults) {
    all += (all.empty() ? "" : "\n") + f.path + ": " + f.expected + "; " + f.found;
    if (!f.hint.empty()) all += " (" + f.hint + ")";
  }
  return all;
}

TEST(TrafficCheck, FindsNothingInASoundScenario) { EXPECT_EQ(lines(sound()), ""); }

TEST(TrafficCheck, FindsEachBreak) {
  struct Break {
    std::function<void(Scenario&)> edit;
    std::string finding;
  };
  const std::vector<Break> breaks{
      {[](Scenario& s) { s.traffic.push_back(s.traffic[0]); },
       "traffic[1].workload: each workload once; 'gang' again (first as traffic[0])"},
      {[](Scenario& s) { s.traffic[0] = tiny::traffic("gang"); },
       "traffic[0]: exchange, checkpoint or read_share; none of them"},
      {[](Scenario& s) { s.workloads[0].fabric_share = 0.2; },
       "workloads[0].fabric_share: nothing beside traffic[0].exchange, from which it follows; 0.2"},
      {[](Scenario& s) { s.workloads[0].sites_speed = 0.9; },
       "workloads[0].sites_speed: nothing beside traffic[0].exchange, from which it follows; 0.9"},
      {[](Scenario& s) {
         s.traffic[0].checkpoint.reset();
         s.traffic[0].read_share = 0;
         s.network.reset();
       },
       "traffic[0].exchange: a section network, for what is sent; none (include "
       "models/network.yaml)"},
      {[](Scenario& s) {
         s.traffic[0].exchange.reset();
         s.traffic[0].read_share = 0;
         s.network.reset();
       },
       "traffic[0].checkpoint.copy_to: a section network, for what is sent; none (include "
       "models/network.yaml)"},
      {[](Scenario& s) {
         s.traffic[0].exchange.reset();
         s.traffic[0].read_share = 0;
         s.traffic[0].checkpoint->copy_to.reset();
         s.network.reset();  // what stays needs none
       },
       ""},
      {[](Scenario& s) { s.network->fabrics[0].id = "hgx2"; },
       "network.fabrics: a row of hgx, on which gang exchanges; none (did you mean hgx2?)"},
      {[](Scenario& s) { s.hardware[0].device = Device::qpu; },
       "traffic[0].exchange: whole GPUs, which a gang is made of; hgx of device qpu"},
      {[](Scenario& s) {
         s.traffic[0].workload = "chat";
         s.traffic[0].read_share = 0;
         s.traffic[0].checkpoint.reset();
       },
       "traffic[0].exchange: work that runs and ends; kind service"},
      {[](Scenario& s) { s.workloads[0].checkpoint_hours = 0; },
       "traffic[0].checkpoint: checkpoint_hours above 0 of workload gang; 0: it never saves"},
      {[](Scenario& s) { s.traffic[0].checkpoint->storage_gb_per_s = 0.25; },
       "traffic[0].checkpoint.storage_gb_per_s: enough to write size_gb in less than "
       "checkpoint_hours, 1; 0.25"},
      {[](Scenario& s) {
         s.links.clear();
         s.traffic[0].read_share = 0;
       },
       "traffic[0].checkpoint.copy_to: a link at s1, where data come from or go to; none in links"},
      {[](Scenario& s) {
         s.links.clear();
         s.traffic[0].checkpoint.reset();
       },
       "traffic[0].read_share: a link at s1, where data come from or go to; none in links"},
      {[](Scenario& s) { s.workloads[0].inputs.clear(); },
       "traffic[0].read_share: inputs of workload gang; none (list artifacts there)"},
  };
  for (const Break& b : breaks) {
    Scenario s = sound();
    b.edit(s);
    EXPECT_EQ(lines(s), b.finding);
  }
}

TEST(TrafficCheck, IsAskedAtTheDoor) {
  Scenario s = sound();
  s.traffic[0].checkpoint->copy_to = "nowhere";
  s.workloads[0].fabric_share = 0.2;
  std::string all;
  for (const Finding& f : check_references(s).faults) all += f.path + "\n";
  EXPECT_NE(all.find("traffic[0].checkpoint.copy_to\n"), std::string::npos) << all;
  EXPECT_NE(all.find("workloads[0].fabric_share\n"), std::string::npos) << all;
}

}  // namespace
}  // namespace dure
