// summary.json: every figure from whole numbers by one division, rounded to what its name can
// carry.
#include <cmath>

#include "app/command.h"
#include "app/results.h"
#include "app/results_acts.h"
#include "app/results_energy.h"
#include "app/results_feeder.h"
#include "app/results_money.h"
#include "app/results_network.h"
#include "app/results_numbers.h"
#include "app/results_physics.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

template <class Enum>
std::string name(Enum e) {
  return std::string(enum_name(e));
}

Json jobs(const Summary& s) {
  const JobFigures& j = s.jobs;
  Json refused = Json::object();
  for (std::size_t r = 1; r < j.refused.size(); ++r)
    if (j.refused[r] > 0) refused[to_string(static_cast<Reason>(r))] = j.refused[r];
  Json reasons = Json::object();
  for (std::size_t r = 1; r < j.waits_by_reason.size(); ++r)
    if (j.waits_by_reason[r] > 0) reasons[to_string(static_cast<Reason>(r))] = j.waits_by_reason[r];
  return {{"in_system_at_start", j.books.in_system_at_start},
          {"submitted", j.books.submitted},
          {"started", j.started},
          {"done", j.books.done},
          {"running_at_end", j.books.running},
          {"queued_at_end", j.books.queued},
          {"cancelled", j.books.cancelled},
          {"failed", j.books.failed},
          {"refused", refused},
          {"mean_wait_s", rounded(j.wait.mean_s, 3)},
          {"p50_wait_s", j.wait.p50_s},
          {"p95_wait_s", j.wait.p95_s},
          {"p99_wait_s", j.wait.p99_s},
          {"deadlines", j.deadlines},
          {"deadlines_met", j.deadlines_met},
          {"mean_bounded_slowdown", rounded(j.mean_bounded_slowdown, 6)},
          {"waits_by_reason", reasons}};
}

Json gpus(const Scenario& scenario, const Summary& s) {
  Json by_hardware = Json::array();
  for (const HardwareFigures& h : s.by_hardware) {
    if (h.installed_gpu_ms == 0) continue;
    by_hardware.push_back({{"hardware", scenario.hardware[h.hardware.index].id},
                           {"device", name(scenario.hardware[h.hardware.index].device)},
                           {"installed", h.installed},
                           {"utilization", ratio(h.used_gpu_ms, h.installed_gpu_ms)}});
  }
  return {{"installed_at_end", s.installed_at_end},
          {"announced_at_end", s.announced},
          {"unpowered_at_end", s.unpowered_at_end},
          {"installed_gpu_h", gpu_h(s.gpus.installed_ms)},
          {"used_gpu_h", gpu_h(s.gpus.used_ms)},
          {"idle_gpu_h", gpu_h(s.gpus.idle_ms)},
          {"down_gpu_h", gpu_h(s.gpus.down_ms)},
          {"reserved_gpu_h", gpu_h(s.books.reserved)},
          {"utilization", ratio(s.gpus.used_ms, s.gpus.installed_ms)},
          {"lent_gpu_h", gpu_h(s.lent_gpu_ms)},
          {"by_hardware", by_hardware}};
}

Json services(const Simulation& run, const Summary& s) {
  const Scenario& scenario = run.scenario();
  Json items = Json::array();
  std::int64_t wanted = 0, served = 0, slowed = 0;
  for (const ServiceFigures& f : s.services) {
    const DemandRow& row = run.demand().rows()[f.row];
    wanted += f.wanted_ms;
    served += f.served_ms;
    slowed += f.slowed_ms;
    items.push_back({{"workload", scenario.workloads[row.workload.index].id},
                     {"member", scenario.members[row.member.index].id},
                     {"replicas_mean", rounded(f.replicas_mean, 3)},
                     {"replicas_peak", f.replicas_peak},
                     {"satisfied", f.wanted_ms > 0 ? ratio(f.met_ms(), f.wanted_ms) : 1.0}});
  }
  return {{"modelled", true},
          {"count", s.services.size()},
          {"replica_h_wanted", gpu_h(wanted)},
          {"replica_h_served", gpu_h(served)},
          {"replica_h_slowed", gpu_h(slowed)},
          {"satisfied", wanted > 0 ? ratio(served - slowed, wanted) : 1.0},
          {"items", items}};
}

Json sovereignty(const Scenario& scenario, const Summary& s) {
  Json by_class = Json::array();
  for (const ClassFigures& f : s.by_class)
    if (f.gpu_ms > 0)
      by_class.push_back({{"class", scenario.data_classes[f.data_class].id},
                          {"gpu_h", gpu_h(f.gpu_ms)},
                          {"sites", f.sites}});
  return {{"placements_checked", s.books.placements_checked},
          {"violations", s.books.violations},
          {"jobs_refused", s.jobs_refused_by_law},
          {"by_class", by_class}};
}

std::string month_of(const Date& d) {
  return std::to_string(d.year) + (d.month < 10 ? "-0" : "-") + std::to_string(d.month);
}

Json ledger(const Simulation& run, const Summary& s) {
  const Scenario& scenario = run.scenario();
  Json lent = Json::array(), lines = Json::array(), settlement = Json::array();
  for (std::size_t owner = 0; owner < s.lending.size(); ++owner)
    for (std::size_t user = 0; user < s.lending.size(); ++user)
      if (owner != user && s.lending[owner][user] > 0)
        lent.push_back({{"owner", scenario.members[owner].id},
                        {"borrower", scenario.members[user].id},
                        {"gpu_h", gpu_h(s.lending[owner][user])}});
  for (const SettlementLine& l : run.fairness().settlement())
    lines.push_back(
        {{"month", month_of(l.month)},
         {"owner", scenario.members[l.owner.index].id},
         {"borrower", scenario.members[l.borrower.index].id},
         {"hardware", scenario.hardware[l.hardware.index].id},
         {"site", scenario.sites[l.site.index].id},
         {"gpu_h", gpu_h(l.gpu_ms / units_of_one(scenario.hardware[l.hardware.index].device))},
         {"krw", l.krw}});
  for (std::size_t m = 0; m < s.members.size(); ++m)
    settlement.push_back({{"member", scenario.members[m].id},
                          {"received_krw", s.members[m].received_krw},
                          {"paid_krw", s.members[m].paid_krw},
                          {"net_krw", s.members[m].received_krw - s.members[m].paid_krw}});
  return {{"entries", s.ledger_entries},
          {"sum_gpu_ms", s.books.ledger_sum},
          {"lent", lent},
          {"lines", lines},
          {"settlement", settlement}};
}

Json fairness(const Simulation& run, const Summary& s) {
  const Window& w = run.meter().window();
  const double hours = static_cast<double>((w.to - w.from).count()) / 3.6e6;
  Json members = Json::array();
  std::int64_t times = 0, within = 0;
  for (std::size_t i = 0; i < s.members.size(); ++i) {
    const MemberSummary& m = s.members[i];
    times += m.reclaims.times;
    within += m.reclaims.within_bound;
    const double used = static_cast<double>(m.used_gpu_ms) / 3.6e6 / hours;
    members.push_back(
        {{"id", run.scenario().members[i].id},
         {"entitled_gpus", m.entitled},
         {"used_gpus_mean", rounded(used, 3)},
         {"share",
          m.entitled > 0 ? Json(rounded(used / static_cast<double>(m.entitled), 6)) : Json()},
         {"reclaims", m.reclaims.times},
         {"reclaims_within_bound", m.reclaims.within_bound},
         {"reclaim_p50_s", static_cast<double>(m.reclaims.p50_ms) / 1000},
         {"reclaim_p95_s", static_cast<double>(m.reclaims.p95_ms) / 1000},
         {"reclaim_max_s", static_cast<double>(m.reclaims.most_ms) / 1000},
         {"stopped", m.stopped},
         {"lost_gpu_h", gpu_h(m.lost_gpu_ms)}});
  }
  return {{"reclaims", times},
          {"reclaims_within_bound", within},
          {"guarantee_hits", times > 0 ? ratio(within, times) : 1.0},
          {"stopped", s.stopped},
          {"lost_gpu_h", gpu_h(s.lost_gpu_ms)},
          {"free_nodes_in_whole_racks", rounded(run.fairness().free_nodes_in_whole_racks(), 6)},
          {"members", members}};
}

// Halls of one site may have several operators: each once, joined by +.
std::string operators_of(const SiteSpec& site) {
  std::vector<std::string> ids;
  std::string joined;
  for (const HallSpec& h : site.halls) {
    if (std::find(ids.begin(), ids.end(), h.operated_by) != ids.end()) continue;
    ids.push_back(h.operated_by);
    joined += (joined.empty() ? "" : "+") + h.operated_by;
  }
  return joined;
}

Json sites(const Simulation& run, const Summary& s) {
  const Scenario& scenario = run.scenario();
  const Window& w = run.meter().window();
  Json out = Json::array();
  for (std::size_t i = 0; i < scenario.sites.size(); ++i) {
    const SiteSpec& spec = scenario.sites[i];
    const SiteSummary& f = s.sites[i];
    std::string status;
    for (const GridStep& g : spec.grid)
      if (midnight(g.month) < w.to) status = name(g.status);
    Json hardware = Json::array();
    for (const HardwareFigures& h : f.hardware)
      if (h.installed > 0)
        hardware.push_back(
            {{"hardware", scenario.hardware[h.hardware.index].id}, {"gpus", h.installed}});
    const double mean_mw = static_cast<double>(f.facility) / static_cast<double>(kPpm) /
                           static_cast<double>((w.to - w.from).count()) / 1e6;
    out.push_back({{"id", spec.id},
                   {"name_en", spec.name_en},
                   {"name_ko", spec.name_ko},
                   {"owner", spec.owner},
                   {"operator", operators_of(spec)},
                   {"province", spec.province},
                   {"lat_deg", spec.lat_deg},
                   {"lon_deg", spec.lon_deg},
                   {"installed_gpus", f.installed},
                   {"unpowered_gpus", f.unpowered},
                   {"used_gpu_h", gpu_h(f.used_gpu_ms)},
                   {"utilization", ratio(f.used_gpu_ms, f.installed_gpu_ms)},
                   {"grid_mw", mw(f.limit_w)},
                   {"grid_status", status},
                   {"peak_mw", mw(f.peak_w)},
                   {"mean_mw", rounded(mean_mw, 6)},
                   {"energy_mwh", facility_mwh(f.facility)},
                   {"pue", run.facility() == nullptr ? Json(spec.pue) : pue_json(run, i)},
                   {"jobs_started", f.jobs_started},
                   {"hardware", hardware}});
    out.back()["binding_limit"] = binding_limit_json(run, i);
    if (run.swings().modelled()) out.back()["swing"] = swing_json(run, i);
    if (run.facility() != nullptr) out.back()["physics"] = site_physics_json(run, i);
  }
  return out;
}

Json members(const Scenario& scenario, const Summary& s) {
  Json out = Json::array();
  for (std::size_t i = 0; i < scenario.members.size(); ++i) {
    const MemberSpec& spec = scenario.members[i];
    const MemberSummary& m = s.members[i];
    std::int64_t of_owned = 0;
    for (const std::int64_t gpu_ms : s.lending[i]) of_owned += gpu_ms;
    out.push_back({{"id", spec.id},
                   {"name_en", spec.name_en},
                   {"name_ko", spec.name_ko},
                   {"owned_gpus", m.owned},
                   {"announced_gpus", spec.announced_gpus.count()},
                   {"demand_gpu_h", gpu_h(m.demand_gpu_ms)},
                   {"used_gpu_h", gpu_h(m.used_gpu_ms)},
                   {"used_own_gpu_h", gpu_h(m.used_own_gpu_ms)},
                   {"borrowed_gpu_h", gpu_h(m.borrowed_gpu_ms)},
                   {"lent_gpu_h", gpu_h(m.lent_gpu_ms)},
                   {"jobs_submitted", m.jobs_submitted},
                   {"jobs_done", m.jobs_done},
                   {"mean_wait_s", rounded(m.wait.mean_s, 3)},
                   {"p50_wait_s", m.wait.p50_s},
                   {"p95_wait_s", m.wait.p95_s},
                   {"utilization_of_owned", ratio(of_owned, m.owned_gpu_ms)}});
  }
  return out;
}

Json workloads(const Simulation& run, const Summary& s) {
  Json out = Json::array();
  for (std::size_t r = 0; r < s.rows.size(); ++r) {
    const DemandRow& row = run.demand().rows()[r];
    const WorkloadSpec& work = run.demand().workload(row);
    const RowSummary& f = s.rows[r];
    Json item = {{"id", work.id},
                 {"kind", name(work.kind)},
                 {"title_en", work.title_en},
                 {"title_ko", work.title_ko},
                 {"member", run.scenario().members[row.member.index].id},
                 {"jobs_submitted", row.service ? 0 : f.submitted},
                 {"jobs_done", row.service ? 0 : f.done},
                 {"gpu_h", gpu_h(f.gpu_ms)},
                 {"device", name(row.device)}};
    // Of nobody who started there is no wait to tell; replicas are in services.items.
    item["mean_wait_s"] = f.wait.jobs > 0 ? Json(rounded(f.wait.mean_s, 3)) : Json();
    if (f.deadlines > 0) {
      item["deadlines"] = f.deadlines;
      item["deadlines_met"] = f.deadlines_met;
    }
    item["p95_wait_s"] = f.wait.jobs > 0 ? Json(f.wait.p95_s) : Json();
    if (const auto cost = checkpoint_cost(run, static_cast<std::uint32_t>(r)))
      item["checkpoints"] = checkpoints_json(*cost);
    out.push_back(std::move(item));
  }
  return out;
}

Json balance(const Summary& s) {
  Json checks = Json::array();
  for (const Check& c : s.checks)
    checks.push_back({{"name", c.name},
                      {"ok", c.ok},
                      {"left", c.left},
                      {"right", c.right},
                      {"unit", c.unit},
                      {"what", c.what}});
  return {{"ok", s.balanced}, {"checks", checks}};
}

}  // namespace

nlohmann::ordered_json summary_json(const Simulation& run, const Summary& s,
                                    const RunLabels& labels) {
  const Scenario& scenario = run.scenario();
  const Window& w = run.meter().window();
  Json out = {{"schema", "dure.summary/1"},
              {"scenario", scenario.id},
              {"title_en", scenario.name_en},
              {"title_ko", scenario.name_ko},
              {"scenario_sha256", labels.scenario_sha256},
              {"from", iso_kst(w.from)},
              {"to", iso_kst(w.to)},
              {"seed", run.options().seed},
              {"policy", labels.policy},
              {"jobs", jobs(s)},
              {"gpus", gpus(scenario, s)},
              {"energy", energy_json(run, s)},
              {"water", water_json(run)},
              {"carbon", carbon_json(run, s)},
              {"cost", cost_json(run, s)},
              {"services", services(run, s)},
              {"failures", failures_json(run, s)},
              {"sovereignty", sovereignty(scenario, s)},
              {"ledger", ledger(run, s)},
              {"fairness", fairness(run, s)},
              {"sites", sites(run, s)},
              {"members", members(scenario, s)},
              {"workloads", workloads(run, s)},
              {"balance", balance(s)},
              {"record_events", labels.record_events},
              {"record_sha256", labels.record_sha256}};
  if (Json response = demand_response_json(run); !response.is_null())
    out["demand_response"] = std::move(response);
  if (Json acts = acts_json(run); !acts.empty()) out["acts"] = std::move(acts);
  if (s.money) out["money"] = money_json(run, *s.money);
  return out;
}

nlohmann::ordered_json comparison_json(const Simulation& run, const Summary& s,
                                       const RunLabels& labels) {
  return {{"policy", labels.policy},
          {"jobs", jobs(s)},
          {"utilization", ratio(s.gpus.used_ms, s.gpus.installed_ms)},
          {"services_satisfied", services(run, s)["satisfied"]},
          {"sovereignty_violations", s.books.violations},
          {"fairness", fairness(run, s)},
          {"members", members(run.scenario(), s)},
          {"balance_ok", s.balanced},
          {"record_sha256", labels.record_sha256}};
}

void with_cost(nlohmann::ordered_json& summary) {
  summary["cpu_s"] = rounded(cpu_seconds(), 3);
  summary["peak_rss_mb"] = peak_rss_mb();
}

}  // namespace dure
