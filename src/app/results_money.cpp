#include "app/results_money.h"

#include <cmath>

#include "app/results_numbers.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

Json won(std::optional<double> krw) { return krw ? Json(std::llround(*krw)) : Json(); }
Json per_hour(std::optional<double> krw) { return krw ? Json(rounded(*krw, 1)) : Json(); }

Json parts_json(const MoneyParts& p) {
  return {{"gpus_krw", std::llround(p.gpus)},
          {"building_krw", std::llround(p.building)},
          {"electrical_krw", std::llround(p.electrical)},
          {"cooling_krw", std::llround(p.cooling)},
          {"grid_krw", std::llround(p.grid)},
          {"credit_krw", std::llround(p.credit)},
          {"maintenance_krw", std::llround(p.maintenance)},
          {"insurance_tax_krw", std::llround(p.insurance + p.property_tax)},
          {"staff_krw", std::llround(p.staff)},
          {"energy_krw", std::llround(p.energy)},
          {"water_krw", std::llround(p.water)},
          {"carbon_krw", std::llround(p.carbon)}};
}

// What a sum is, into an object that may hold more.
void add_sum(const MoneySum& s, Json& out) {
  out["cost_krw"] = std::llround(s.parts.total());
  out["parts"] = parts_json(s.parts);
  out["depreciation_krw"] = std::llround(s.parts.depreciation);
  out["financing_krw"] = std::llround(s.parts.capital() - s.parts.depreciation);
  out["installed_gpu_h"] = gpu_h(s.installed_gpu_ms);
  out["used_gpu_h"] = gpu_h(s.used_gpu_ms);
  out["krw_per_installed_gpu_h"] = per_hour(s.per_installed_gpu_h());
  out["krw_per_used_gpu_h"] = per_hour(s.per_used_gpu_h());
  out["build_krw"] = std::llround(s.build_krw);
  out["work_krw"] = std::llround(s.work_krw);
  out["npv_krw"] = won(s.npv_krw);
}

}  // namespace

nlohmann::ordered_json money_json(const Simulation& run, const MoneyRun& money) {
  const Scenario& scenario = run.scenario();
  Json out = {{"prices", std::string(enum_name(scenario.money->prices))},
              {"years", money.years},
              {"basis",
               "what stands, for the window's share of a year, at prices of today; bills as "
               "they were; the hall by nameplate, at cost"}};
  add_sum(money.all, out);
  const auto& gpus = money.all;
  out["build_krw_per_gpu"] = Json();
  const Window& w = run.meter().window();
  if (gpus.installed_gpu_ms > 0)
    out["build_krw_per_gpu"] =
        std::llround(gpus.build_krw / (static_cast<double>(gpus.installed_gpu_ms) /
                                       static_cast<double>((w.to - w.from).count())));
  out["tax_credit"] = scenario.money->tax_credit ? Json(*scenario.money->tax_credit) : Json();
  Json sites = Json::array(), members = Json::array(), hardware = Json::array(),
       tokens = Json::array(), unpriced = Json::array(), small = Json::array();
  for (std::size_t i = 0; i < money.sites.size(); ++i) {
    if (money.sites[i].parts.total() == 0) continue;
    Json one = {{"id", scenario.sites[i].id}};
    add_sum(money.sites[i], one);
    sites.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < money.members.size(); ++i) {
    const MemberMoney& m = money.members[i];
    Json one = {{"id", scenario.members[i].id}, {"discount_rate", rounded(m.rate, 6)}};
    add_sum(m.racks, one);
    one["received_krw"] = m.received_krw;
    one["paid_krw"] = m.paid_krw;
    one["net_krw"] = std::llround(m.net_krw());
    one["work_gpu_h"] = gpu_h(m.work_gpu_ms);
    one["net_krw_per_gpu_h"] =
        m.work_gpu_ms > 0 ? Json(rounded(m.net_krw() / (static_cast<double>(m.work_gpu_ms) /
                                                        static_cast<double>(kMsPerHour)),
                                         1))
                          : Json();
    members.push_back(std::move(one));
  }
  for (const ClassMoney& c : money.classes) {
    Json one = {{"hardware", scenario.hardware[c.hardware.index].id}};
    add_sum(c.sum, one);
    hardware.push_back(std::move(one));
  }
  for (const TokenMoney& t : money.tokens)
    tokens.push_back({{"workload", scenario.workloads[t.workload].id},
                      {"hardware", scenario.hardware[t.hardware.index].id},
                      {"tokens_per_s", t.tokens_per_s},
                      {"krw_per_million_tokens", rounded(t.krw_per_million, 1)}});
  for (const HardwareId h : money.unpriced) unpriced.push_back(scenario.hardware[h.index].id);
  for (const SiteId s : money.staff_beyond_range) small.push_back(scenario.sites[s.index].id);
  out["sites"] = std::move(sites);
  out["members"] = std::move(members);
  out["hardware"] = std::move(hardware);
  out["tokens"] = std::move(tokens);
  out["unpriced"] = std::move(unpriced);
  out["staff_beyond_range"] = std::move(small);
  return out;
}

}  // namespace dure
