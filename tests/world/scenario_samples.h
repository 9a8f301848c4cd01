// A small alliance in code, for the tests of law and founding: each test changes what it is about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "world/scenario.h"

namespace dure {

inline MemberSpec member(std::string id) {
  MemberSpec m;
  m.id = std::move(id);
  return m;
}

inline OperatorSpec run_by(std::string id, Nationality nationality,
                           std::vector<std::string> certifications = {}) {
  OperatorSpec o;
  o.id = std::move(id);
  o.nationality = nationality;
  o.certifications = std::move(certifications);
  return o;
}

inline HardwareSpec hardware(std::string id, std::int64_t gpus_per_node,
                             std::int64_t nodes_per_rack, std::int64_t nodes_per_domain,
                             std::int64_t node_max_w) {
  HardwareSpec h;
  h.id = std::move(id);
  h.gpus_per_node = Gpus(gpus_per_node);
  h.nodes_per_rack = nodes_per_rack;
  h.nodes_per_domain = nodes_per_domain;
  h.node_max_w = Watts(node_max_w);
  h.bf16_dense_tflops = 990;
  h.mem_gb = 80;
  return h;
}

inline GridStep grid(int year, int month, std::int64_t watts) {
  GridStep g;
  g.month = {year, month, 1};
  g.grid_mw = Watts(watts);
  return g;
}

inline SiteSpec site(std::string id, std::string owner, std::string operated_by,
                     std::vector<GridStep> steps) {
  SiteSpec s;
  s.id = std::move(id);
  s.owner = std::move(owner);
  s.pue = 1;
  s.grid = std::move(steps);
  HallSpec hall;
  hall.id = "a";
  hall.operated_by = std::move(operated_by);
  s.halls = {std::move(hall)};
  return s;
}

inline InstallSpec install(Date month, std::string owner, std::string where, std::string what,
                           std::int64_t gpus) {
  InstallSpec i;
  i.month = month;
  i.owner = std::move(owner);
  i.site = std::move(where);
  i.hall = "a";
  i.hardware = std::move(what);
  i.gpus = Gpus(gpus);
  return i;
}

inline LendingSpec lends(std::string owner, double share, std::vector<std::string> to = {},
                         std::vector<std::string> sites = {}) {
  LendingSpec l;
  l.owner = std::move(owner);
  l.max_share = share;
  l.to = std::move(to);
  l.sites = std::move(sites);
  return l;
}

inline WorkloadSpec work(std::string id, std::vector<std::string> members,
                         std::vector<std::string> hardware, std::vector<std::int64_t> sizes) {
  WorkloadSpec w;
  w.id = std::move(id);
  w.data_class = "open";
  w.hardware = std::move(hardware);
  w.size = SizeLaw{sizes, std::vector<double>(sizes.size(), 1)};
  for (std::string& m : members) {
    DemandSpec d;
    d.member = std::move(m);
    w.demand.push_back(std::move(d));
  }
  return w;
}

// Members sk and naver, each with a site of its own; nodes of 10 kW; one open data class.
inline Scenario small_alliance() {
  Scenario s;
  s.members = {member("sk"), member("naver")};
  s.operators = {run_by("skt", Nationality::kr_controlled),
                 run_by("ncloud", Nationality::kr_controlled)};
  DataClassSpec open;
  open.id = "open";
  open.korea_only = false;
  s.data_classes = {open};
  s.hardware = {hardware("hgx", 8, 4, 1, 10'000), hardware("nvl", 4, 18, 18, 7'000)};
  s.sites = {site("ulsan", "sk", "skt", {grid(2027, 1, 100'000)}),
             site("sejong", "naver", "ncloud", {grid(2027, 1, 1'000'000)})};
  s.policy.power_commit_share = 1;
  return s;
}

}  // namespace dure
