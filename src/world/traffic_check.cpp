#include "world/traffic_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/nearest.h"
#include "world/by_id.h"

namespace dure {
namespace {

class Checker {
 public:
  explicit Checker(const Scenario& s) : s_(s) {
    std::map<std::string_view, std::size_t> first;
    for (std::size_t i = 0; i < s.traffic.size(); ++i) {
      const TrafficSpec& t = s.traffic[i];
      const std::string here = row(i);
      const auto [there, fresh] = first.emplace(t.workload, i);
      if (!fresh)
        fault(here + ".workload", "each workload once", "'" + t.workload + "' again",
              "first as " + row(there->second));
      const auto work = find_id(s.workloads, t.workload);
      if (!work) continue;  // told already
      if (!t.exchange && !t.checkpoint && t.read_share == 0)
        fault(here, "exchange, checkpoint or read_share", "none of them");
      if (t.exchange) exchange(s.workloads[*work], *work, here);
      if (t.checkpoint) checkpoint(s.workloads[*work], *t.checkpoint, here + ".checkpoint");
      if (t.read_share > 0) reads(s.workloads[*work], here);
    }
  }
  Findings found;

 private:
  static std::string row(std::size_t i) { return "traffic[" + std::to_string(i) + "]"; }
  void fault(std::string path, std::string expected, std::string what, std::string hint = "") {
    found.faults.push_back(
        {std::move(path), std::move(expected), std::move(what), std::move(hint)});
  }

  // Where bandwidths come from.
  bool network(const std::string& here) {
    if (s_.network) return true;
    fault(here, "a section network, for what is sent", "none", "include models/network.yaml");
    return false;
  }

  void exchange(const WorkloadSpec& w, std::size_t index, const std::string& here) {
    const std::string at = here + ".exchange", of = "workloads[" + std::to_string(index) + "]";
    const std::string both = "nothing beside " + at + ", from which it follows";
    if (w.fabric_share > 0) fault(of + ".fabric_share", both, decimal_text(w.fabric_share));
    if (w.sites_speed) fault(of + ".sites_speed", both, decimal_text(*w.sites_speed));
    if (w.kind == WorkKind::service || w.kind == WorkKind::ran)
      fault(at, "work that runs and ends", "kind " + std::string(enum_name(w.kind)));
    if (!network(at)) return;
    std::vector<std::string_view> rows;
    for (const FabricSpec& f : s_.network->fabrics) rows.push_back(f.id);
    for (const std::string& id : w.hardware) {
      const auto h = find_id(s_.hardware, id);
      if (!h) continue;  // told already
      if (s_.hardware[*h].device != Device::gpu)
        fault(at, "whole GPUs, which a gang is made of",
              id + " of device " + std::string(enum_name(s_.hardware[*h].device)));
      else if (std::find(rows.begin(), rows.end(), id) == rows.end())
        fault("network.fabrics", "a row of " + id + ", on which " + w.id + " exchanges", "none",
              name_hint(id, rows));
    }
  }

  void checkpoint(const WorkloadSpec& w, const CheckpointSpec& c, const std::string& here) {
    const double write_hours = c.size_gb / c.storage_gb_per_s / 3600;
    if (w.kind == WorkKind::service || w.kind == WorkKind::ran)
      fault(here, "work that runs and ends", "kind " + std::string(enum_name(w.kind)));
    else if (w.checkpoint_hours == 0)
      fault(here, "checkpoint_hours above 0 of workload " + w.id, "0: it never saves");
    else if (write_hours >= w.checkpoint_hours)
      fault(here + ".storage_gb_per_s",
            "enough to write size_gb in less than checkpoint_hours, " +
                decimal_text(w.checkpoint_hours),
            decimal_text(c.storage_gb_per_s));
    if (c.copy_to && network(here + ".copy_to")) linked(*c.copy_to, here + ".copy_to");
  }

  void reads(const WorkloadSpec& w, const std::string& here) {
    if (w.inputs.empty())
      fault(here + ".read_share", "inputs of workload " + w.id, "none", "list artifacts there");
    if (!network(here + ".read_share")) return;
    for (const std::string& input : w.inputs) {
      const auto a = find_id(s_.artifacts, input);
      const bool stays = a && w.only_sites.size() == 1 && w.only_sites[0] == s_.artifacts[*a].site;
      if (a && !stays) linked(s_.artifacts[*a].site, here + ".read_share");
    }
  }

  void linked(const std::string& site, const std::string& here) {
    const bool has = std::any_of(s_.links.begin(), s_.links.end(), [&](const LinkSpec& l) {
      return l.from_site == site || l.to == site;
    });
    if (!has) fault(here, "a link at " + site + ", where data come from or go to", "none in links");
  }

  const Scenario& s_;
};

}  // namespace

Findings check_traffic(const Scenario& scenario) { return Checker(scenario).found; }

}  // namespace dure
