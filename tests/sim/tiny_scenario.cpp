#include "sim/tiny_scenario.h"

namespace dure::tiny {
PatternSpec flat_pattern() {
  PatternSpec p;
  p.id = "flat";
  p.hour.assign(24, 1.0);
  p.weekday.assign(7, 1.0);
  return p;
}

Scenario scenario(std::int64_t gpus) {
  Scenario s;
  s.id = "tiny";
  s.run.from = {2027, 1, 4};  // a Monday
  s.run.to = {2027, 1, 5};
  s.run.warmup_days = 0;
  s.accounts.energy_krw_per_kwh = 100;
  MemberSpec member;
  member.id = "a";
  member.demand_base_gpus = Gpus(gpus);
  s.members = {member};
  OperatorSpec op;
  op.id = "op";
  s.operators = {op};
  DataClassSpec open;
  open.id = "open";
  s.data_classes = {open};
  HardwareSpec hardware;
  hardware.id = "hgx";
  hardware.node_idle_w = Watts(2'400);
  hardware.node_max_w = Watts(10'400);
  s.hardware = {hardware};
  SiteSpec site;
  site.id = "site";
  site.owner = "a";
  site.pue = 1.25;
  GridStep grid;
  grid.month = {2026, 1, 1};
  grid.grid_mw = Watts(100'000'000);
  site.grid = {grid};
  HallSpec hall;
  hall.id = "hall";
  hall.operated_by = "op";
  site.halls = {hall};
  s.sites = {site};
  InstallSpec racks;
  racks.month = {2026, 1, 1};
  racks.owner = "a";
  racks.site = "site";
  racks.hall = "hall";
  racks.hardware = "hgx";
  racks.gpus = Gpus(gpus);
  s.installs = {racks};
  s.patterns = {flat_pattern()};
  return s;
}

WorkloadSpec batch(std::string id, double per_day) {
  WorkloadSpec w;
  w.id = std::move(id);
  w.kind = WorkKind::batch;
  w.size = SizeLaw{{1, 4, 8}, {2, 1, 1}};
  w.duration = DurationLaw{1.0, 1.0, 0.1, 12.0};
  DemandSpec d;
  d.member = "a";
  d.arrivals_per_day = per_day;
  w.demand = {d};
  w.pattern = "flat";
  w.data_class = "open";
  w.hardware = {"hgx"};
  w.utilization = 0.5;
  return w;
}

WorkloadSpec service(std::string id, double replicas) {
  WorkloadSpec w = batch(std::move(id), 0);
  w.kind = WorkKind::service;
  w.size.reset();
  w.duration.reset();
  w.gpus_per_replica = 4;
  w.demand[0].replicas_mean = replicas;
  w.priority = 90;
  return w;
}

}  // namespace dure::tiny
