#include "app/results_network.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "app/results_numbers.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

double gb(std::int64_t mb) { return static_cast<double>(mb) / 1000; }
double hours(std::int64_t ms) { return rounded(static_cast<double>(ms) / 3.6e6, 3); }
std::int64_t sum(const ByKind& mb) {
  return std::accumulate(mb.begin(), mb.end(), std::int64_t{0});
}

Json links(const Simulation& run) {
  const NetworkRun& n = *run.network();
  const Window& w = run.meter().window();
  const auto window_ms = static_cast<double>((w.to - w.from).count());
  Json out = Json::array();
  for (std::size_t l = 0; l < n.links.size(); ++l) {
    const LinkSpec& spec = run.scenario().links[l];
    const LinkTraffic& t = n.links[l];
    if (sum(t.there_mb) + sum(t.back_mb) == 0) continue;
    Json row = {{"id", spec.id},
                {"from", spec.from_site},
                {"to", spec.to},
                {"gbit_per_s", spec.gbit_per_s},
                {"there_gb", gb(sum(t.there_mb))},
                {"back_gb", gb(sum(t.back_mb))}};
    for (std::size_t k = 0; k < kTrafficKinds; ++k)
      row[std::string(kTrafficNames[k]) + "_gb"] = gb(t.there_mb[k] + t.back_mb[k]);
    row["mean_utilization"] = rounded(t.busy_ms / window_ms, 6);
    row["peak_utilization"] = rounded(t.peak_share, 6);
    row["above_90_h"] = hours(t.above_90_ms);
    out.push_back(std::move(row));
  }
  return out;
}

Json flows(const Simulation& run) {
  Json out = Json::array();
  for (const FlowTraffic& f : run.network()->flows) {
    if (f.waiting_at_start_mb + f.sent_mb == 0) continue;  // only before the window
    out.push_back({{"kind", kTrafficNames[static_cast<std::size_t>(f.kind)]},
                   {"from", run.scenario().sites[f.from.index].id},
                   {"to", run.scenario().sites[f.to.index].id},
                   {"sent_gb", gb(f.sent_mb)},
                   {"arrived_gb", gb(f.arrived_mb)},
                   {"late_gb", gb(f.late_mb)},
                   {"lacking_gb", gb(f.lacking_mb)},
                   {"most_waiting_gb", gb(f.most_waiting_mb)},
                   {"short_h", hours(f.short_ms)},
                   {"no_way_h", hours(f.no_way_ms)},
                   {"least_rtt_ms", rounded(f.least_rtt_ms, 3)},
                   {"most_rtt_ms", rounded(f.most_rtt_ms, 3)}});
  }
  return out;
}

Json cuts(const Simulation& run) {
  const OutagePlan& plan = run.outages();
  Json out = Json::array();
  for (const CutTraffic& c : run.network()->cuts) {
    const LinkCut& cut = plan.cuts[c.cut];
    const OutageCause& cause = plan.causes[cut.cause];
    out.push_back({{"id", cause.id},
                   {"name_en", cause.name_en},
                   {"name_ko", cause.name_ko},
                   {"links", cut.links},
                   {"from", iso_kst(cut.at)},
                   {"to", iso_kst(cut.back)},
                   {"rerouted", c.rerouted},
                   {"longer", c.longer},
                   {"slower", c.slower},
                   {"lost", c.lost},
                   {"rerouted_gb", gb(c.rerouted_mb)},
                   {"most_extra_rtt_ms", rounded(c.most_extra_rtt_ms, 3)},
                   {"most_late_gb", gb(c.most_late_mb)},
                   {"late_h", hours(c.late_ms)},
                   {"lacking_gb", gb(c.lacking_mb)},
                   {"gangs_stopped", c.gangs_stopped},
                   {"gangs_went_on", c.gangs_went_on}});
  }
  return out;
}

// The speeds of the lanes, once a workload and size.
Json speeds(const Simulation& run) {
  std::set<std::tuple<std::uint32_t, std::int64_t, std::uint32_t, std::uint32_t>> seen;
  for (const LanePlan& lane : run.founding().lanes) {
    const TrafficSpec* t = traffic_of(run.scenario(), lane.opened.workload);
    if (t != nullptr && t->exchange && !lane.opened.pools.empty())
      seen.insert({lane.opened.workload.index, lane.opened.gpus.count(),
                   lane.opened.fabric_permille, lane.opened.sites_permille});
  }
  Json out = Json::array();
  for (const auto& [workload, gpus, fabric, sites] : seen)
    out.push_back({{"workload", run.scenario().workloads[workload].id},
                   {"gpus", gpus},
                   {"fabric_share", fabric / 1000.0},
                   {"sites_speed", sites / 1000.0}});
  return out;
}

}  // namespace

nlohmann::ordered_json network_json(const Simulation& run) {
  Json kinds = Json::array();
  for (std::size_t k = 0; k < kTrafficKinds; ++k) {
    std::int64_t waiting = 0, sent = 0, arrived = 0, late = 0, lacking = 0;
    for (const FlowTraffic& f : run.network()->flows) {
      if (static_cast<std::size_t>(f.kind) != k) continue;
      waiting += f.waiting_at_start_mb;
      sent += f.sent_mb;
      arrived += f.arrived_mb;
      late += f.late_mb;
      lacking += f.lacking_mb;
    }
    kinds.push_back({{"kind", kTrafficNames[k]},
                     {"waiting_at_start_gb", gb(waiting)},
                     {"sent_gb", gb(sent)},
                     {"arrived_gb", gb(arrived)},
                     {"late_gb", gb(late)},
                     {"lacking_gb", gb(lacking)}});
  }
  return {{"modelled", true},    {"kinds", kinds},    {"links", links(run)},
          {"flows", flows(run)}, {"cuts", cuts(run)}, {"speeds", speeds(run)}};
}

nlohmann::ordered_json checkpoints_json(const CheckpointCost& c) {
  return {{"written", c.written},
          {"write_s", rounded(c.write_s, 3)},
          {"write_h", hours(c.write_ms)},
          {"write_gpu_h", gpu_h(c.write_gpu_ms)},
          {"interrupts_per_hour", rounded(c.interrupts_per_hour, 6)},
          {"ettr", rounded(c.ettr, 6)},
          {"ettr_by_law", rounded(c.ettr_by_law, 6)},
          {"best_interval_h",
           c.best_interval_hours ? Json(rounded(*c.best_interval_hours, 4)) : Json()}};
}

}  // namespace dure
