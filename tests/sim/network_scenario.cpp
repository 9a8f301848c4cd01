#include "sim/network_scenario.h"

namespace dure::tiny {
LinkSpec link(std::string id, std::string from, std::string to, double gbit_per_s, double rtt_ms) {
  LinkSpec l;
  l.id = std::move(id);
  l.from_site = std::move(from);
  l.to = std::move(to);
  l.jurisdiction = "kr";
  l.gbit_per_s = gbit_per_s;
  l.rtt_ms = rtt_ms;
  return l;
}

Scenario with_sites(std::size_t sites, std::int64_t gpus) {
  Scenario s = scenario(gpus);
  const SiteSpec like = s.sites[0];
  const InstallSpec racks = s.installs[0];
  s.sites.clear();
  s.installs.clear();
  for (std::size_t i = 0; i < sites; ++i) {
    s.sites.push_back(like);
    s.installs.push_back(racks);
    s.sites.back().id = s.installs.back().site = "s" + std::to_string(i);
  }
  NetworkSpec n;
  FabricSpec f;
  f.id = "hgx";
  f.nvlink_gb_per_s = 100;
  f.nic_gbit_per_s = 80;
  n.fabrics = {f};
  n.nvlink_efficiency = n.nic_efficiency = n.wan_efficiency = 1;
  n.nvlink_step_us = n.rail_step_us = n.spine_step_us = 0;
  s.network = n;
  return s;
}

WorkloadSpec gang(std::string id, std::int64_t gpus, double hours, double per_day) {
  WorkloadSpec w = batch(std::move(id), per_day);
  w.size = SizeLaw{{gpus}, {1}};
  w.duration = DurationLaw{hours, hours, 0.0, hours};
  w.topology = Topology::any;
  w.most_sites = 2;
  w.checkpoint_hours = 1;
  w.restart_hours = 0;
  return w;
}

TrafficSpec traffic(std::string workload) {
  TrafficSpec t;
  t.workload = std::move(workload);
  return t;
}

}  // namespace dure::tiny
