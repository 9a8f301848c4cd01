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
  out.checks.push_back({"water_permit/" + s.id, s.makeup_m3 <= s.given_m3 * (1 + kSums) + 1e-6,
                        std::llround(s.makeup_m3), std::llround(std::min(s.given_m3, 1e15)), "m3",
                        "water taken <= permit, drought and tank"});
  out.checks.push_back(
      {"water_band/" + s.id, s.outside_band.empty(), std::llround(s.makeup_m3),
       std::llround(s.makeup_m3), "m3",
       s.outside_band.empty() ? "water per kWh of heat is physically possible" : s.outside_band});
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
  return out.checks;
}

}  // namespace dure
