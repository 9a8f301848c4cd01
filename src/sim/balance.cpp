#include "sim/balance.h"

#include <algorithm>
#include <cmath>

namespace dure {
namespace {

// Rounded down, to be shown; what is compared is exact.
std::int64_t joules(Exact wms) { return static_cast<std::int64_t>(wms / 1000); }

class Checks {
 public:
  void equal(std::string name, std::int64_t left, std::int64_t right, std::string unit,
             std::string what) {
    checks.push_back(
        {std::move(name), left == right, left, right, std::move(unit), std::move(what)});
  }
  void energy(std::string name, Exact left, Exact right, Exact per_wms, std::string what) {
    checks.push_back({std::move(name), left == right, joules(left / per_wms),
                      joules(right / per_wms), "J", std::move(what)});
  }
  void close(std::string name, double left, double right, double tolerance, std::string unit,
             std::string what) {
    const double most = std::max(std::abs(left), std::abs(right));
    checks.push_back({std::move(name), std::abs(left - right) <= tolerance * most,
                      std::llround(left), std::llround(right), std::move(unit), std::move(what)});
  }
  std::vector<Check> checks;
};

void check_jobs(const std::string& name, const JobBooks& j, Checks& out) {
  out.equal(
      name, j.in_system_at_start + j.submitted,
      j.done + j.running + j.queued + j.cancelled + j.failed + j.refused, name,
      "in system at start + submitted = done + running + queued + cancelled + failed + refused");
}

// Sums of doubles: equal to a part in 10^9; the series hold prices as floats, a part in 10^6.
constexpr double kSums = 1e-9, kPrices = 1e-6;

void check_physics(const SitePhysicsBooks& s, Checks& out) {
  out.energy("energy_of_facility/" + s.id, s.facility_wms, s.facility_wms_of_series, 1,
             "machines + conversion + fans + pumps + compressors = its time series");
  out.close("energy_of_bill/" + s.id, s.bill_kwh, s.facility_kwh, kSums, "kwh",
            "what the meter was billed for = what it drew");
  out.close("money/" + s.id, s.bill_krw, s.krw_of_series, kPrices, "krw",
            "energy, climate, fuel and fund of the bill = each step's energy x its price");
  out.close("carbon/" + s.id, s.carbon_g, s.carbon_g_of_bills, kSums, "g",
            "step by step = each month's energy x the factor of its year");
  // Evaporation, blowdown and drift are each rounded to the millilitre.
  out.checks.push_back({"water_permit/" + s.id, s.makeup_m3 <= s.given_m3 * (1 + kSums) + 1.5e-6,
                        std::llround(s.makeup_m3), std::llround(std::min(s.given_m3, 1e15)), "m3",
                        "water taken <= permit, drought and tank"});
  out.checks.push_back(
      {"water_band/" + s.id, s.outside_band.empty(), std::llround(s.makeup_m3),
       std::llround(s.makeup_m3), "m3",
       s.outside_band.empty() ? "water per kWh of heat is physically possible" : s.outside_band});
}

void check_network(const NetworkBooks& n, Checks& out) {
  std::int64_t arrived = 0, places = 0;
  for (const NetworkBooks::Kind& k : n.kinds) {
    arrived += k.arrived_mb;
    out.equal("traffic/" + k.kind, k.waiting_at_start_mb + k.sent_mb,
              k.arrived_mb + k.late_mb + k.lacking_mb, "mb",
              "waiting at start + sent = arrived + late + lacking");
    out.equal("traffic_of_jobs/" + k.kind, k.sent_mb, k.sent_by_jobs_mb, "mb",
              "sent = what each job's times say");
  }
  for (const NetworkBooks::Place& p : n.places)
    if (p.out_mb - p.in_mb == p.sent_mb - p.arrived_mb) ++places;
  out.equal("traffic_of_places", places, static_cast<std::int64_t>(n.places.size()), "places",
            "where links carried away - to = what was sent from there - to there");
  out.equal("traffic_of_links", arrived, n.first_mb, "mb",
            "arrived = what links carried as the first of a way");
  out.checks.push_back({"link_capacity", n.most_above_mb <= 0, n.most_above_mb, 0, "mb",
                        "no link carries more than fits"});
}

void check_assets(const SiteEnergyBooks& s, Checks& out) {
  out.close("energy_of_sources/" + s.id, s.metered_kwh + s.solar_kwh + s.discharge_kwh,
            s.facility_kwh - s.unserved_kwh + s.charge_kwh + s.export_kwh, kSums, "kwh",
            "meter + panels + discharge = facility - unserved + charge + export");
  out.close("energy_of_hours/" + s.id, s.metered_kwh, s.kwh_of_hours, kSums, "kwh",
            "the bills' energy and the contract's = the meter's hours");
  out.close("sun/" + s.id, s.solar_kwh + s.solar_curtailed_kwh, s.sun_kwh, kSums, "kwh",
            "used + curtailed = what the panels make in these hours");
  out.close("plant/" + s.id, s.plant_kwh, s.plant_sun_kwh, kSums, "kwh",
            "of the contracted plant: taken + sold + curtailed = what it makes in these hours");
  out.close("battery/" + s.id, s.stored_and_given_kwh, s.first_and_taken_kwh, kSums, "kwh",
            "stored at the end + what left it = stored at the start + what reached it");
  out.close("acts_of_charge/" + s.id, s.charge_kwh, s.charge_kwh_of_acts, kSums, "kwh",
            "charged = sum of its acts");
  out.close("acts_of_discharge/" + s.id, s.discharge_kwh, s.discharge_kwh_of_acts, kSums, "kwh",
            "discharged = sum of its acts");
  out.checks.push_back({"unserved/" + s.id, s.unserved_kwh <= s.cut_kwh * (1 + kSums) + 1e-6,
                        std::llround(s.unserved_kwh), std::llround(s.cut_kwh), "kwh",
                        "not served <= what lay above the limit of a cut"});
  out.close("carbon_by_contract/" + s.id, s.market_g, s.market_g_of_bills, kSums, "g",
            "step by step = each month's billed energy x the factor of its year");
  out.close("calls/" + s.id, s.asked_kwh, s.asked_kwh_of_calls, kSums, "kwh",
            "asked for, hour by hour = committed power x the hours of the calls");
  out.checks.push_back({"delivered/" + s.id, s.delivered_kwh <= s.asked_kwh * (1 + kSums),
                        std::llround(s.delivered_kwh), std::llround(s.asked_kwh), "kwh",
                        "delivered <= asked for"});
  out.close("money_of_assets/" + s.id, s.krw, s.krw_of_parts, kSums, "krw",
            "what is paid = bills + contract - export - demand response");
}

void check_money(const MoneyBooks& m, Checks& out) {
  out.equal("money_gpu_time", m.charged_gpu_ms, m.stood_gpu_ms, "gpu_ms",
            "GPU time that is charged = GPU time that stood");
  out.close("money_of_sites", m.cost_krw, m.of_sites_krw, kSums, "krw",
            "what the run cost = sum of the sites");
  out.close("money_of_classes", m.of_gpus_krw, m.of_classes_krw, kSums, "krw",
            "what GPUs cost = sum of their classes");
  out.close("money_of_members", m.cost_krw, m.net_of_members_krw, kSums, "krw",
            "what the run cost = what each member bears, paid and not received");
  out.close("money_of_machines", m.machines_krw, m.machines_by_hour_krw, kSums, "krw",
            "the charge of what stands = GPU-hours x the yearly charge of one GPU");
  out.close("money_of_bills", m.bills_of_money_krw, m.bills_krw, kSums, "krw",
            "energy and water in the money = the sites' bills");
  out.equal("money_lent", m.net_lent_krw, 0, "krw", "what is received for loans = what is paid");
  for (const MoneyBooks::Member& x : m.members)
    out.checks.push_back(
        {"money_lent/" + x.id,
         std::abs(static_cast<double>(x.settled_krw) - x.by_ledger_krw) <=
             0.5 * static_cast<double>(x.roundings) + kSums * std::abs(x.by_ledger_krw),
         x.settled_krw, std::llround(x.by_ledger_krw), "krw",
         "received less paid = GPU time of the ledger x prices, each rounded to the won"});
}

}  // namespace

std::vector<Check> check_books(const Books& b) {
  Checks out;
  out.equal("gpu_time", b.installed, b.used + b.idle + b.down + b.reserved, "gpu_ms",
            "installed = used + idle + down + reserved");
  out.equal("gpu_time_of_jobs", b.used, b.used_by_jobs, "gpu_ms",
            "used = each job's GPUs x its time in the window");
  out.equal("gpu_time_of_ledger", b.used, b.used_by_ledger, "gpu_ms",
            "used = what the ledger accrued");
  out.equal("gpu_time_of_members", b.used, b.used_by_members, "gpu_ms",
            "used = sum of the members");
  out.equal("ledger", b.ledger_sum, 0, "gpu_ms", "debits and credits sum to zero");
  out.equal("settlement_gpu_time", b.settled_gpu_ms, b.lent_gpu_ms, "gpu_ms",
            "the settlement's lines = what the ledger says was lent");
  out.equal("settlement", b.settlement_krw, 0, "krw", "what is paid = what is received");
  check_jobs("jobs", b.jobs, out);
  check_jobs("replicas", b.replicas, out);
  out.equal("jobs_of_world",
            b.jobs.running + b.jobs.queued + b.replicas.running + b.replicas.queued,
            b.in_system_by_world, "jobs", "running + queued = what the world holds at the end");
  out.energy("energy", b.facility, b.it_wms * kPpm + b.cooling_and_losses, kPpm,
             "facility = IT + cooling and losses");
  out.energy("energy_of_jobs", b.it_wms, b.it_wms_by_jobs, 1,
             "IT = idle nodes x their time + each job's power x its time");
  Exact facility = 0, series = 0;
  std::int64_t cost = 0;
  for (const SiteBooks& s : b.sites) {
    facility += s.facility;
    series += s.it_wms_of_series;
    cost += s.cost_krw;
  }
  out.energy("energy_of_sites", b.facility, facility, kPpm, "facility = sum of the sites");
  out.energy("energy_of_series", b.it_wms, series, 1, "IT = sum of every site's time series");
  const std::int64_t off = b.cost_krw > cost ? b.cost_krw - cost : cost - b.cost_krw;
  out.checks.push_back({"cost", off <= static_cast<std::int64_t>(b.sites.size()), b.cost_krw, cost,
                        "krw", "cost = sum of the sites, each rounded to the won"});
  out.equal("sovereignty", b.violations, 0, "placements", "none where the law forbids it");
  for (const SiteBooks& s : b.sites) {
    if (!s.draws) continue;
    out.checks.push_back({"grid_limit/" + s.id, s.most_above_limit_uw <= 0, s.peak_w, s.limit_w,
                          "W", "peak <= the limit at the meter"});
  }
  for (const SitePhysicsBooks& s : b.physics) check_physics(s, out);
  if (b.network) check_network(*b.network, out);
  for (const SiteEnergyBooks& s : b.assets) check_assets(s, out);
  if (b.money) check_money(*b.money, out);
  return out.checks;
}

}  // namespace dure
