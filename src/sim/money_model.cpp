// MoneyModel::make: which row each pool and site goes by, tried before anything runs.
#include <algorithm>
#include <set>
#include <string_view>

#include "base/nearest.h"
#include "physics/finance.h"
#include "sim/money_run.h"

namespace dure {
namespace {

template <class Row, class Key>
const Row* row_of(const std::vector<Row>& rows, Key Row::*key, const std::string& id) {
  for (const Row& r : rows)
    if (r.*key == id) return &r;
  return nullptr;
}

// A row that names what `finance` does not have: said with what it has.
template <class Row, class Key>
Result<Done> names(const std::vector<Row>& rows, Key Row::*key, const std::string& id,
                   const std::string& where, std::string_view list) {
  std::vector<std::string_view> known;
  for (const Row& r : rows) {
    if (r.*key == id) return Done{};
    known.push_back(r.*key);
  }
  return Fault{where, "a row of finance." + std::string(list), "'" + id + "'",
               name_hint(id, known)};
}

template <class Row, class Key>
Result<Done> each_once(const std::vector<Row>& rows, Key Row::*key, const std::string& list) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!seen.insert(rows[i].*key).second)
      return Fault{"money." + list + "[" + std::to_string(i) + "]", "each once",
                   "'" + rows[i].*key + "' again", ""};
  return Done{};
}

Fault lacks(const std::string& list, const std::string& expected, const std::string& hint) {
  return {"money." + list, expected, "none", hint};
}

Result<Done> tables(const Scenario& s) {
  const MoneySpec& m = *s.money;
  const FinanceSpec& f = *s.finance;
  TRY(owners, each_once(m.owners, &MoneyOwnerSpec::member, "owners"));
  TRY(sites, each_once(m.sites, &MoneySiteSpec::site, "sites"));
  TRY(hardware, each_once(m.hardware, &MoneyHardwareSpec::hardware, "hardware"));
  TRY(cooling, each_once(m.cooling, &MoneyCoolingSpec::cooling, "cooling"));
  (void)owners, (void)sites, (void)hardware, (void)cooling;
  for (std::size_t i = 0; i < m.owners.size(); ++i) {
    TRY(known, names(f.discount_rates, &DiscountRateSpec::id, m.owners[i].discount_rate,
                     "money.owners[" + std::to_string(i) + "].discount_rate", "discount_rates"));
    (void)known;
  }
  for (std::size_t i = 0; i < m.sites.size(); ++i) {
    const std::string here = "money.sites[" + std::to_string(i) + "]";
    TRY(land,
        names(f.land_per_m2, &UnitCostSpec::id, m.sites[i].land, here + ".land", "land_per_m2"));
    TRY(use,
        names(f.land_use, &LandUseSpec::id, m.sites[i].land_use, here + ".land_use", "land_use"));
    (void)land, (void)use;
  }
  for (std::size_t i = 0; i < m.hardware.size(); ++i) {
    if (m.hardware[i].priced_as.empty()) continue;
    TRY(known, names(f.gpu_prices, &GpuPriceSpec::hardware, m.hardware[i].priced_as,
                     "money.hardware[" + std::to_string(i) + "].priced_as", "gpu_prices"));
    (void)known;
  }
  for (std::size_t i = 0; i < m.cooling.size(); ++i) {
    TRY(known, names(f.cooling_per_mw, &UnitCostSpec::id, m.cooling[i].priced_as,
                     "money.cooling[" + std::to_string(i) + "].priced_as", "cooling_per_mw"));
    (void)known;
  }
  if (m.tax_credit) {
    TRY(known,
        names(f.tax_credits, &TaxCreditSpec::id, *m.tax_credit, "money.tax_credit", "tax_credits"));
    (void)known;
  }
  return Done{};
}

// The plan of a pool's build, but for how much of it.
Result<BuildPlan> plan_of(const Scenario& s, const PoolPlan& pool) {
  const MoneySpec& m = *s.money;
  const SiteSpec& site = s.sites[pool.opened.site.index];
  const std::string& hardware = s.hardware[pool.opened.hardware.index].id;
  const std::string& cooling = site.halls[pool.hall].cooling;
  BuildPlan plan;
  plan.prices = m.prices;
  if (const auto* row = row_of(m.hardware, &MoneyHardwareSpec::hardware, hardware))
    plan.hardware = row->priced_as;
  else if (row_of(s.finance->gpu_prices, &GpuPriceSpec::hardware, hardware) != nullptr)
    plan.hardware = hardware;
  else
    return lacks("hardware", "a row for " + hardware + ", which finance.gpu_prices does not have",
                 "without priced_as it is left out of the money of machines");
  if (const auto* row = row_of(m.cooling, &MoneyCoolingSpec::cooling, cooling))
    plan.cooling = row->priced_as;
  else if (row_of(s.finance->cooling_per_mw, &UnitCostSpec::id, cooling) != nullptr)
    plan.cooling = cooling;
  else
    return lacks("cooling", "a row for " + cooling + ", which finance.cooling_per_mw does not have",
                 "sites[" + site.id + "].halls[" + site.halls[pool.hall].id + "] is cooled so");
  const auto* place = row_of(m.sites, &MoneySiteSpec::site, site.id);
  if (place == nullptr)
    return lacks("sites", "a row for site " + site.id, "racks stand there: {site, land, land_use}");
  plan.land = place->land;
  plan.use = place->land_use;
  return plan;
}

}  // namespace

Result<MoneyModel> MoneyModel::make(const Scenario& s, const Founding& founding) {
  MoneyModel out;
  if (!s.money) return out;
  if (!s.finance)
    return Fault{"money", "the section finance beside it", "none", "models/finance-kr.yaml has it"};
  TRY(fit, tables(s));
  (void)fit;
  for (const SiteSpec& site : s.sites) {
    const auto* place = row_of(s.money->sites, &MoneySiteSpec::site, site.id);
    out.krw_per_t_carbon.push_back(place == nullptr ? 0 : place->krw_per_t_carbon);
  }
  for (const PoolPlan& pool : founding.pools) {
    OfPool& one = out.pools.emplace_back();
    TRY(plan, plan_of(s, pool));
    one.plan = std::move(plan);
    const std::string& owner = s.members[pool.opened.owner.index].id;
    const auto* row = row_of(s.money->owners, &MoneyOwnerSpec::member, owner);
    if (row == nullptr)
      return lacks("owners", "a row for member " + owner, "it has racks: {member, discount_rate}");
    TRY(rate, discount_rate(*s.finance, row->discount_rate));
    one.rate = rate;
    one.size = row->firm_size;
    BuildPlan some = one.plan;  // prices, shell, electrical plant and lives are there
    some.gpus = some.it_mw = 1;
    TRY(build, build_cost(*s.finance, some));
    OwnPlan own;
    own.rate = one.rate;
    own.it_mw = 1;
    TRY(year, yearly_cost(*s.finance, build, own));
    (void)year;
  }
  return out;
}

}  // namespace dure
